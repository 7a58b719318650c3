"""Who the fake server knows: registered clients and the people who approve.

Rules of this room: registrations are values; their ``repr`` shows no secret; what a client is registered for is
the limit of what it may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["FakeUser", "RegisteredClient"]


@dataclass(frozen=True, slots=True)
class FakeUser:
    """A person at the fake server: a name, a password for the password grant, and claims for userinfo."""

    name: str = "alice"
    password: str = field(default="wonderland", repr=False)
    claims: Mapping[str, object] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The ``sub`` of tokens and of userinfo."""
        return str(self.claims.get("sub", self.name))


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client as it is registered at the fake server.

    - ``auth_methods``: every method it may use; by default ``client_secret_basic`` and ``client_secret_post``
      where there is a secret, else ``none``. A method of another package is named likewise.
    - ``redirect_uris``: matched character by character; only the port of a loopback address may differ.
    - ``grant_types``: ``None`` allows all, ``client_credentials`` only to a client that proves who it is.
    - ``scopes``: what it may ask for; ``None`` is anything. ``default_scope`` is granted when nothing is asked.
    - ``require_pkce``: ``None`` demands it of public clients.
    - ``raw_basic``: its Basic credentials are read as sent, without the form decoding of RFC 6749 §2.3.1.
    - ``metadata``: whatever an extension needs (keys, ``jwks``, notification endpoints).
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    auth_methods: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ("https://client.test/callback",)
    grant_types: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    default_scope: str = ""
    require_pkce: bool | None = None
    raw_basic: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.client_id:
            raise ValueError("a client needs a client_id")
        if not self.auth_methods:
            methods = ("client_secret_basic", "client_secret_post") if self.client_secret else ("none",)
            object.__setattr__(self, "auth_methods", methods)

    @property
    def is_public(self) -> bool:
        """Whether the client has no way to prove who it is."""
        return self.auth_methods == ("none",)

    @property
    def needs_pkce(self) -> bool:
        """Whether an authorization request without a challenge is refused."""
        return self.is_public if self.require_pkce is None else self.require_pkce

    def allows_grant(self, grant_type: str) -> bool:
        """Tell whether the client may use this grant type."""
        if self.grant_types is None:
            return not (self.is_public and grant_type == "client_credentials")
        return grant_type in self.grant_types

    def allows_scope(self, scope: str) -> bool:
        """Tell whether every word of a scope is one the client may ask for."""
        return self.scopes is None or set(scope.split()) <= set(self.scopes)

    def allows_redirect(self, uri: str) -> bool:
        """Tell whether a redirect URI is registered. RFC 6749 §3.1.2.3, RFC 8252 §7.3."""
        return uri in self.redirect_uris or _without_port(uri) in map(_without_port, self.redirect_uris)


def _without_port(uri: str) -> str:
    """Return a loopback URI without its port, which an installed application learns only when it starts."""
    try:
        parts = urlsplit(uri)
        is_loopback = parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return uri
    if not is_loopback or parts.username is not None:
        return uri
    return parts._replace(netloc=parts.hostname or "").geturl()
