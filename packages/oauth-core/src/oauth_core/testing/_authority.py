"""What the fake server knows and how it issues tokens; the tables through which extensions add to it.

Rules of this room: handlers are functions of an `Authority` and the exchange before them, found in a table, so that
an endpoint, a grant, an authentication method or a token scheme is added without touching what is here. The clock
and the randomness are the caller's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Protocol, TypeAlias

from oauth_core._messages import Pairs, Request, Response

from ._clients import FakeUser, RegisteredClient
from ._exchange import Exchange
from ._pending import PendingLogin, PushedRequest
from ._tokens import IssuedToken, TokenBook
from ._wire import Refusal, single

__all__ = [
    "Authority",
    "ClientAuthMethod",
    "Endpoint",
    "GrantHandler",
    "Handler",
    "Permission",
    "ServerSettings",
    "TokenRequest",
]

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*\Z")


@dataclass(slots=True)
class ServerSettings:
    """What can be set about a fake server, before or during a test. Lifetimes are seconds, ``None`` is for ever."""

    access_token_lifetime: float | None = 3600
    refresh_token_lifetime: float | None = None
    code_lifetime: float = 60
    issue_refresh_tokens: bool = True
    rotate_refresh_tokens: bool = True
    send_iss: bool = True
    allow_plain_pkce: bool = False
    realm: str = "api"
    pending_lifetime: float = 300
    """How long a login on another device may be decided."""
    poll_interval: float = 5
    """How many seconds a client waits between two questions about such a login."""
    decide_at_once: bool = False
    """Whether such a login is decided as the server's ``decision`` says as soon as it begins."""
    pushed_lifetime: float = 60
    require_pushed: bool = False
    """Whether every authorization request must be pushed."""
    initial_access_token: str | None = field(default=None, repr=False)
    """What a client has to show to be registered."""
    required_scopes: dict[str, str] = field(default_factory=dict)
    """The scope a path below ``/api/`` demands, by path."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A token request whose client has been authenticated."""

    client: RegisteredClient
    auth_method: str
    grant_type: str
    form: Pairs = field(repr=False)
    request: Request

    def value(self, name: str) -> str | None:
        """Return a parameter, or ``None`` where it is absent."""
        return single(self.form, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a grant allows: the tokens to issue.

    ``refresh`` asks for a refresh token too (of ``refresh_scope`` where that is wider than ``scope``); ``family``
    ties the tokens to an earlier approval; ``claims`` stay with the token (introspection shows them); ``members``
    are added to the token response. ``expires_in`` overrides the lifetime, in seconds.
    """

    subject: str | None
    scope: str
    refresh: bool = False
    refresh_scope: str | None = None
    family: str | None = None
    token_type: str = "Bearer"
    expires_in: float | None = None
    claims: Mapping[str, object] = field(default_factory=dict)
    members: Mapping[str, object] = field(default_factory=dict)


class ClientAuthMethod(Protocol):
    """A way for a client to prove who it is to the fake server."""

    def read(self, authority: Authority, request: Request, form: Pairs) -> str | None:
        """Return the client id that this kind of proof claims, ``None`` where the request holds no such proof."""

    def verify(self, authority: Authority, client: RegisteredClient, request: Request, form: Pairs) -> str:
        """Return the registered name of the method. Raises ``Refusal`` where the proof does not hold."""


Handler: TypeAlias = "Callable[[Authority, Exchange], Response]"
GrantHandler: TypeAlias = "Callable[[Authority, TokenRequest], Permission]"
ResponseType: TypeAlias = "Callable[[Authority, RegisteredClient, FakeUser, str, Pairs], Pairs]"
TokenCheck: TypeAlias = "Callable[[Authority, Request, IssuedToken], None]"
ParameterReader: TypeAlias = "Callable[[Authority, Pairs], Pairs]"
RequestObjectReader: TypeAlias = "Callable[[RegisteredClient, str], Mapping[str, object]]"
ResponseSigner: TypeAlias = "Callable[[Authority, RegisteredClient, Pairs], Pairs]"
TokenMembers: TypeAlias = "Callable[[Authority, TokenRequest, Permission], Mapping[str, object]]"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An entry of the table of paths: its name in logs and faults, and its handler.

    ``member`` is its name in the metadata. ``streams`` leaves the request body unread for the handler.
    """

    name: str
    handler: Handler
    member: str | None = None
    streams: bool = False


@dataclass(slots=True)
class Authority:
    """The state of one fake server: who is known, what was issued, and the tables of handlers.

    ``endpoints`` maps a path (ending in ``/`` for all below it) to an `Endpoint`; ``grants`` a grant type to its
    handler; ``auth_methods`` a method's name to it; ``response_types`` a set of words to what it answers;
    ``token_schemes`` an authorization scheme in lower case to a check of the token's binding; ``readers`` turn the
    parameters of an authorization request into others, ``request_objects`` verifies a signed one and returns its
    claims; ``sign_response`` puts an authorization response into a JWT; ``token_members`` add to every token response;
    ``pending``, ``pushed`` and ``registrations`` are logins on other devices, pushed requests and registered clients by
    their codes, references and ids;
    ``metadata`` is laid over the metadata document; ``certified_url`` is where clients go with a certificate.
    """

    issuer: str
    settings: ServerSettings = field(default_factory=ServerSettings)
    clock: Callable[[], float] = time.time
    random: Callable[[], str] = token_urlsafe
    clients: dict[str, RegisteredClient] = field(default_factory=dict)
    users: dict[str, FakeUser] = field(default_factory=dict)
    tokens: TokenBook = field(default_factory=TokenBook)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    grants: dict[str, GrantHandler] = field(default_factory=dict)
    auth_methods: dict[str, ClientAuthMethod] = field(default_factory=dict)
    response_types: dict[frozenset[str], ResponseType] = field(default_factory=dict)
    token_schemes: dict[str, TokenCheck] = field(default_factory=dict)
    readers: list[ParameterReader] = field(default_factory=list)
    request_objects: RequestObjectReader | None = None
    sign_response: ResponseSigner | None = None
    token_members: list[TokenMembers] = field(default_factory=list)
    metadata: dict[str, object] = field(default_factory=dict)
    keys: list[Mapping[str, object]] = field(default_factory=list)
    pending: dict[str, PendingLogin] = field(default_factory=dict)
    pushed: dict[str, PushedRequest] = field(default_factory=dict)
    registrations: dict[str, dict[str, object]] = field(default_factory=dict)
    certified_url: str | None = None

    def __repr__(self) -> str:
        return f"<Authority {self.issuer}, {len(self.clients)} clients>"

    def url(self, path: str) -> str:
        """Return the absolute URL of a path of this server."""
        return self.issuer.rstrip("/") + path

    def grant_scope(self, client: RegisteredClient, asked: str | None) -> str:
        """Return the scope to grant: what was asked for, or the client's default.

        Raises ``Refusal`` (``invalid_scope``) where it is malformed or more than the client may have.
        """
        scope = client.default_scope if asked is None else asked
        if scope and not _SCOPE.match(scope):
            raise Refusal("invalid_scope", "the scope is malformed")
        if not client.allows_scope(scope):
            raise Refusal("invalid_scope", "the client is not registered for this scope")
        return scope

    def issue(self, client: RegisteredClient, permission: Permission) -> dict[str, object]:
        """Issue what a permission allows and return the members of the token response. RFC 6749 §5.1."""
        family = permission.family or self.random()
        lifetime = self.settings.access_token_lifetime if permission.expires_in is None else permission.expires_in
        access = self._add("access_token", client, permission, family, permission.scope, lifetime)
        members: dict[str, object] = {"access_token": access.value, "token_type": permission.token_type}
        if lifetime is not None:
            members["expires_in"] = int(lifetime)
        if permission.scope:
            members["scope"] = permission.scope
        if permission.refresh and self.settings.issue_refresh_tokens and client.allows_grant("refresh_token"):
            scope = permission.scope if permission.refresh_scope is None else permission.refresh_scope
            lifetime = self.settings.refresh_token_lifetime
            members["refresh_token"] = self._add("refresh_token", client, permission, family, scope, lifetime).value
        members.update(permission.members)
        return members

    def _add(
        self,
        kind: str,
        client: RegisteredClient,
        permission: Permission,
        family: str,
        scope: str,
        lifetime: float | None,
    ) -> IssuedToken:
        now = self.clock()
        return self.tokens.add(
            IssuedToken(
                value=self.random(),
                kind=kind,
                client_id=client.client_id,
                subject=permission.subject,
                scope=scope,
                family=family,
                issued_at=now,
                expires_at=None if lifetime is None else now + lifetime,
                token_type=permission.token_type,
                claims=dict(permission.claims),
            )
        )
