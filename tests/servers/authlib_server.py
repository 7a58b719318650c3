# mypy: ignore-errors
# Authlib brings no types.
"""Authlib's authorization server with Flask, embedded in this process on loopback: a second opinion.

Its habits: Basic credentials are read with `%20` for a space, never `+`; a wrong password is `invalid_request`; PKCE
is demanded of public clients only; revoking an access token leaves the refresh token alive.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tests.servers.authlib_app import make_app
from tests.servers.authlib_grants import ALL_METHODS
from tests.servers.authlib_models import Client, Store
from tests.servers.browser import Browser
from tests.servers.loopback import LoopbackServer
from tests.servers.oidc_clients import DEVICE_CODE, JWT_BEARER, make_ec_key, make_rsa_key, public_jwk
from tests.servers.process import ServerError
from tests.servers.protocol import RegisteredClient, User

SCOPES = ("api", "read", "write")
PUBLIC_GRANTS = ("authorization_code", "refresh_token", "password", DEVICE_CODE)
CONFIDENTIAL_GRANTS = (*PUBLIC_GRANTS, "client_credentials", JWT_BEARER)
SUPPORTS = frozenset(
    {
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "password",
        "device_code",
        "jwt_bearer",
        "introspection",
        "revocation",
        "registration",
        "registration_management",
        "discovery",
        "iss",
    }
)
INSECURE = "AUTHLIB_INSECURE_TRANSPORT"


class AuthlibServer:
    """A running Authlib server; use it as a context manager, or `start()` and `close()` it."""

    supports = SUPPORTS
    user = User("alice", "wonderland")

    def __init__(self, *, access_token_ttl: int = 600) -> None:
        """Access tokens live `access_token_ttl` seconds."""
        self.access_token_ttl = access_token_ttl
        self._store = Store()
        self._clients = _make_clients()
        self._server: LoopbackServer | None = None
        self._issuer = ""
        self._insecure_before: str | None = None

    # -- life

    def start(self) -> Self:
        """Listen and serve."""
        self._insecure_before = os.environ.get(INSECURE)
        os.environ[INSECURE] = "1"  # Authlib refuses http otherwise, loopback too.
        self._server = LoopbackServer("authlib-server")
        self._issuer = self._server.url
        for client in self._clients.values():
            self._store.clients[client.client_id] = Client(
                client.client_id, client.client_secret, _registration(client)
            )
        self._server.start(make_app(self, self._store))
        return self

    def close(self) -> None:
        """Stop; harmless when it does not run."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        if self._insecure_before is None:
            os.environ.pop(INSECURE, None)
        else:
            os.environ[INSECURE] = self._insecure_before

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- addresses

    @property
    def issuer(self) -> str:
        return self._issuer

    @property
    def metadata_url(self) -> str:
        return f"{self._issuer}/.well-known/oauth-authorization-server"

    @property
    def authorization_endpoint(self) -> str:
        return f"{self._issuer}/authorize"

    @property
    def token_endpoint(self) -> str:
        return f"{self._issuer}/token"

    @property
    def revocation_endpoint(self) -> str:
        return f"{self._issuer}/revoke"

    @property
    def introspection_endpoint(self) -> str:
        return f"{self._issuer}/introspect"

    @property
    def userinfo_endpoint(self) -> None:
        return None

    @property
    def device_authorization_endpoint(self) -> str:
        return f"{self._issuer}/device_authorization"

    @property
    def registration_endpoint(self) -> str:
        return f"{self._issuer}/register"

    @property
    def api_url(self) -> str:
        return f"{self._issuer}/api"

    @property
    def metadata(self) -> Mapping[str, object]:
        """What the server says about itself (RFC 8414)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": self.authorization_endpoint,
            "token_endpoint": self.token_endpoint,
            "revocation_endpoint": self.revocation_endpoint,
            "introspection_endpoint": self.introspection_endpoint,
            "device_authorization_endpoint": self.device_authorization_endpoint,
            "registration_endpoint": self.registration_endpoint,
            "response_types_supported": ["code"],
            "grant_types_supported": list(CONFIDENTIAL_GRANTS),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ALL_METHODS,
            "token_endpoint_auth_signing_alg_values_supported": ["HS256", "RS256", "ES256"],
            "authorization_response_iss_parameter_supported": True,
            "scopes_supported": list(SCOPES),
        }

    def endpoint(self, name: str) -> str:
        """Any endpoint by its name in the metadata."""
        return str(self.metadata[name])

    # -- people and clients

    @property
    def clients(self) -> Mapping[str, RegisteredClient]:
        return self._clients

    def authorize(self, url: str) -> str:
        """Approve (`login_hint=deny` refuses): the URL of the callback."""
        return Browser(self.issuer).visit(url)[0]

    def decide_device(self, user_code: str, *, approve: bool) -> None:
        """Decide about a pending device code as its user would."""
        self._store.decisions[user_code] = (self.user.username, approve)

    def expire(self, token: str) -> None:
        """Let an access token or a refresh token expire at once; ServerError when it is unknown."""
        found = self._store.find(token)
        if found is None:
            raise ServerError("the server does not know this token, so it cannot let it expire")
        if found.access_token == token:
            found.expired = True
        else:
            found.refresh_expired = True


def _make_clients() -> dict[str, RegisteredClient]:
    def client(
        client_id: str, method: str, secret: str | None = None, *, key: dict[str, object] | None = None
    ) -> RegisteredClient:
        grant_types = PUBLIC_GRANTS if method == "none" else CONFIDENTIAL_GRANTS
        if secret is None and method.startswith("client_secret_"):
            secret = secrets.token_hex(32)
        return RegisteredClient(
            client_id,
            method,
            client_secret=secret,
            scope=" ".join(SCOPES),
            grant_types=frozenset(grant_types),
            private_jwk=key,
        )

    return {
        "client_secret_basic": client("basic", "client_secret_basic"),
        "client_secret_post": client("post", "client_secret_post"),
        "none": client("public", "none"),
        # Spaces and plus signs are left out: Authlib reads them by percent-encoding only, unlike the specification.
        "odd": client("ödd:%41", "client_secret_basic", "pässwörd:%20&=€𝄞"),
        "client_secret_jwt": client("secret-jwt", "client_secret_jwt"),
        "private_key_jwt": client("key-rsa", "private_key_jwt", key=make_rsa_key()),
        "private_key_jwt_ec": client("key-ec", "private_key_jwt", key=make_ec_key()),
    }


def _registration(client: RegisteredClient) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "token_endpoint_auth_method": client.auth_method,
        "redirect_uris": [client.redirect_uri],
        "grant_types": sorted(client.grant_types),
        "response_types": ["code"],
        "scope": client.scope,
    }
    if client.private_jwk is not None:
        metadata["jwks"] = {"keys": [public_jwk(client.private_jwk)]}
    return metadata
