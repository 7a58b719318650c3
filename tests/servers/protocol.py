"""What every authorization server of the tests offers, so that one scenario suite runs over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

REDIRECT_URI = "https://client.example/callback"
"""Where clients of the real servers want the browser to go; nobody ever connects to it."""

FEATURES = frozenset(
    {
        # Grants.
        "authorization_code",
        "implicit",
        "hybrid",
        "refresh_token",
        "client_credentials",
        "password",
        "device_code",
        "ciba",
        "token_exchange",
        "jwt_bearer",
        # Endpoints.
        "introspection",
        "revocation",
        "userinfo",
        "discovery",
        "registration",
        "registration_management",
        "end_session",
        # What an authorization request may ask for, and how it is made and answered.
        "id_token",
        "iss",
        "pkce_required",
        "form_post",
        "par",
        "jar",
        "jarm",
        "rar",
        "resource",
        # How tokens are bound and presented.
        "dpop",
        "mtls",
        "api_query_token",
        "api_body_token",
    }
)
"""Every name that a server may have in `supports`."""


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client as the server knows it, with the secrets that the client itself holds."""

    client_id: str
    auth_method: str
    client_secret: str | None = None
    redirect_uri: str = REDIRECT_URI
    scope: str = "openid profile email offline_access api read write"
    grant_types: frozenset[str] = frozenset()
    private_jwk: Mapping[str, object] | None = None
    """The key that signs its assertions and request objects, or decrypts what is encrypted to it."""
    certificate: tuple[str, str] | None = None
    """Files of its TLS certificate and key."""
    metadata: Mapping[str, object] = field(default_factory=dict)
    """Whatever else was registered, spelt as in RFC 7591."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account at the server."""

    username: str
    password: str


class AuthorizationServer(Protocol):
    """An authorization server with a protected API, running on loopback."""

    @property
    def issuer(self) -> str: ...

    @property
    def authorization_endpoint(self) -> str: ...

    @property
    def token_endpoint(self) -> str: ...

    @property
    def revocation_endpoint(self) -> str: ...

    @property
    def introspection_endpoint(self) -> str: ...

    @property
    def userinfo_endpoint(self) -> str | None:
        """None where `supports` lacks "userinfo"."""

    @property
    def metadata_url(self) -> str | None:
        """The discovery document; None where `supports` lacks "discovery"."""

    @property
    def api_url(self) -> str:
        """A protected resource: any path below it takes a token and answers JSON about the request it saw."""

    @property
    def clients(self) -> Mapping[str, RegisteredClient]:
        """Clients by the name of their authentication method; further ones under names of their own."""

    @property
    def user(self) -> User: ...

    @property
    def supports(self) -> frozenset[str]:
        """What a scenario may ask for: names of FEATURES."""

    def endpoint(self, name: str) -> str:
        """Any endpoint by its name in the metadata; KeyError when the server has none such."""

    def authorize(self, url: str) -> str:
        """Play the browser of a user who approves: the callback URL to which the server finally redirects."""

    def expire(self, token: str) -> None:
        """Let an access token, or a refresh token, expire at once."""

    def decide_device(self, user_code: str, *, approve: bool) -> None:
        """Decide about a pending device code as its user would; where `supports` has "device_code"."""
