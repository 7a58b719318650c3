"""The face of the fake server: what a test sets up, sends and asks.

Rules of this room: nothing about OAuth is decided here; the handlers in the tables of the `Authority` do that.
``handle`` does no I/O, never sleeps, and may be called from many threads; only ``send`` and ``asend`` wait.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from inspect import isawaitable, iscoroutine
from secrets import token_urlsafe

from oauth_core._errors import TransportError
from oauth_core._messages import Pairs, Request, Response

from ._authority import Authority, ClientAuthMethod, Endpoint, GrantHandler, Permission, ServerSettings
from ._authorize import RESPONSE_TYPES
from ._bearer import TOKEN_SCHEMES
from ._certificates import PKI, SELF_SIGNED, CertificateMethod
from ._client_auth import BasicMethod, PostMethod
from ._clients import FakeUser, RegisteredClient
from ._dispatch import ENDPOINTS, Dispatcher, base_path
from ._endpoints import metadata_document
from ._exchange import Decision, SeenRequest
from ._grants import GRANTS
from ._pending import PendingLogin
from ._switches import FaultSwitch
from ._tokens import IssuedToken
from ._wire import ConnectionDropped, PacedResponse
from .faults import Fault

__all__ = ["TESTING_PLUGIN_GROUP", "FakeAuthorizationServer", "NotRedirected"]

TESTING_PLUGIN_GROUP = "oauth_core.testing.plugins"

_BODY_LIMIT = 1024 * 1024
_ACTION = re.compile(r'<form method="post" action="([^"]*)">')
_FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class NotRedirected(Exception):
    """The authorization endpoint answered the person with a page, or an error, instead of returning to the client."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(f"the authorization endpoint answered {response.status}: {response.text[:500]}")


def _auth_methods() -> dict[str, ClientAuthMethod]:
    by_certificate = CertificateMethod()
    return {
        "client_secret_basic": BasicMethod(),
        "client_secret_post": PostMethod(),
        PKI: by_certificate,
        SELF_SIGNED: by_certificate,
    }


class FakeAuthorizationServer:
    """A strict OAuth 2.0 authorization server and protected resource in memory, for tests.

    ``clock`` returns epoch seconds, ``random`` a new unguessable text, ``sleep`` takes seconds (``send`` and
    ``asend`` call it for slow answers; it may be asynchronous for ``asend``). Without ``users`` there is one,
    ``alice`` with the password ``wonderland``; the first approves where nobody is named.
    """

    def __init__(
        self,
        issuer: str = "https://as.test",
        *,
        clients: Iterable[RegisteredClient] = (),
        users: Iterable[FakeUser] = (),
        settings: ServerSettings | None = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], str] = token_urlsafe,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.authority = Authority(
            issuer=issuer,
            settings=settings or ServerSettings(),
            clock=clock,
            random=random,
            users={user.name: user for user in tuple(users) or (FakeUser(),)},
            endpoints=dict(ENDPOINTS),
            grants=dict(GRANTS),
            auth_methods=_auth_methods(),
            response_types=dict(RESPONSE_TYPES),
            token_schemes=dict(TOKEN_SCHEMES),
        )
        self.decision = Decision()
        self._sleep = sleep
        self._dispatcher = Dispatcher(self.authority)
        for client in clients:
            self.register(client)

    def __repr__(self) -> str:
        return f"<FakeAuthorizationServer {self.issuer}, {len(self._dispatcher.log)} requests seen>"

    # What there is to know: names, URLs, registrations.

    @property
    def issuer(self) -> str:
        """The issuer identifier; the loopback server sets it to its own URL."""
        return self.authority.issuer

    @issuer.setter
    def issuer(self, issuer: str) -> None:
        self.authority.issuer = issuer

    @property
    def settings(self) -> ServerSettings:
        """The settings; a change holds from the next request on."""
        return self.authority.settings

    @property
    def metadata(self) -> dict[str, object]:
        """The metadata document, as its endpoints serve it."""
        return metadata_document(self.authority)

    def url(self, path: str) -> str:
        """Return the absolute URL of a path: ``server.url("/api/things")``."""
        return self.authority.url(path)

    def endpoint(self, name: str) -> str:
        """Return the URL of an endpoint by its name in logs and faults: ``server.endpoint("token")``."""
        for path, endpoint in self.authority.endpoints.items():
            if endpoint.name == name:
                return self.url(path)
        raise KeyError(name)

    @property
    def authorization_endpoint(self) -> str:
        """The URL that a client sends the person's browser to."""
        return self.endpoint("authorize")

    @property
    def token_endpoint(self) -> str:
        """The URL of the token endpoint."""
        return self.endpoint("token")

    def register(self, client: RegisteredClient) -> RegisteredClient:
        """Register a client, or replace the one of that id, and return it.

        A method or grant type that the server lacks is taken from an installed plug-in; ``ValueError`` without.
        """
        for name in (*client.auth_methods, *(client.grant_types or ())):
            known = name in {"none", "implicit", *self.authority.auth_methods, *self.authority.grants}
            if not known:
                self._load(name)
        self.authority.clients[client.client_id] = client
        return client

    def install(self, plugin: Callable[[Authority], object]) -> None:
        """Let an extension add to the tables of the server: endpoints, grants, methods, schemes."""
        plugin(self.authority)

    def add_grant(self, grant_type: str, handler: GrantHandler) -> None:
        """Add a grant type. ``handler`` returns a `Permission` or raises `Refusal`."""
        self.authority.grants[grant_type] = handler

    def add_endpoint(self, path: str, endpoint: Endpoint) -> None:
        """Add an endpoint, or replace one. A path that ends in ``/`` stands for all below it."""
        self.authority.endpoints[path] = endpoint

    def _load(self, name: str) -> None:
        from importlib.metadata import entry_points  # slow to import, and most tests need no plug-in

        for entry in entry_points(group=TESTING_PLUGIN_GROUP, name=name):
            self.install(entry.load())
            return
        raise ValueError(f"the fake server does not know {name!r}, and no installed package adds it: see install()")

    # Requests.

    def handle(
        self, request: Request, *, body: Iterable[bytes] | None = None, decision: Decision | None = None
    ) -> Response:
        """Answer one request. ``body`` is its body as a stream, where it was not read into the request yet.

        A `PacedResponse` asks its sender for time. Raises `ConnectionDropped` where that fault is on.
        """
        return self._dispatcher.handle(request, body, decision or self.decision)

    def send(self, request: Request) -> Response:
        """Answer as an adapter would: wait where the answer is slow, read its whole body.

        For the drivers of flows: ``run(flow, server.send)``. Raises ``TransportError`` for a dropped connection
        and for a body past 1 MiB.
        """
        try:
            response = self.handle(request)
        except ConnectionDropped as exc:
            raise TransportError(str(exc)) from None
        if not isinstance(response, PacedResponse):
            return response
        body = bytearray()
        for seconds, chunk in response.timed_body(_BODY_LIMIT):
            if seconds and iscoroutine(result := self._sleep(seconds)):
                result.close()
                raise TypeError("the sleep of this fake server is asynchronous: use asend()")
            body += chunk
        return Response(response.status, response.headers, bytes(body))

    async def asend(self, request: Request) -> Response:
        """Do what ``send`` does, and await the ``sleep`` of this server where it is asynchronous."""
        try:
            response = self.handle(request)
        except ConnectionDropped as exc:
            raise TransportError(str(exc)) from None
        if not isinstance(response, PacedResponse):
            return response
        body = bytearray()
        for seconds, chunk in response.timed_body(_BODY_LIMIT):
            if seconds and isawaitable(result := self._sleep(seconds)):
                await result
            body += chunk
        return Response(response.status, response.headers, bytes(body))

    def authorize(self, url: str, *, user: str | None = None, approve: bool = True, scope: str | None = None) -> str:
        """Play browser and person: open an authorization URL, decide, and return the callback URL.

        ``scope`` grants less than was asked for. Raises `NotRedirected` where the server shows a page instead.
        """
        decision = Decision(user=user, approve=approve, scope=scope)
        response = self.handle(Request("GET", url), decision=decision)
        location = response.header("location")
        if location is None:
            raise NotRedirected(response)
        return location

    def authorize_form(
        self, url: str, *, user: str | None = None, approve: bool = True, scope: str | None = None
    ) -> tuple[str, Pairs]:
        """Do what ``authorize`` does for ``response_mode=form_post``: return the callback URL and the posted fields."""
        decision = Decision(user=user, approve=approve, scope=scope)
        response = self.handle(Request("GET", url), decision=decision)
        action = _ACTION.search(response.text)
        if action is None:
            raise NotRedirected(response)
        fields = tuple((unescape(name), unescape(value)) for name, value in _FIELD.findall(response.text))
        return unescape(action[1]), fields

    def decide(self, code: str, *, user: str | None = None, approve: bool = True, scope: str | None = None) -> None:
        """Play the person on another device: decide the pending login of this ``user_code`` or ``auth_req_id``.

        Raises ``KeyError`` where there is none.
        """
        with self._dispatcher.lock:
            self._pending(code).decision = Decision(user=user, approve=approve, scope=scope)

    def ping(self, auth_req_id: str) -> Request:
        """Return the ping that the server posts to the client's notification endpoint once the person has decided.

        The client has ``backchannel_token_delivery_mode`` "ping" and ``backchannel_client_notification_endpoint`` in
        its ``metadata``; ``ValueError`` where not. Raises ``KeyError`` where no login waits. CIBA Core §10.2.
        """
        with self._dispatcher.lock:
            return self._pending(auth_req_id).ping()

    def _pending(self, code: str) -> PendingLogin:
        found = next((each for each in self.authority.pending.values() if code in {each.user_code, each.code}), None)
        if found is None:
            raise KeyError("no login waits under this code")
        return found

    # Faults, the log, and direct access to tokens.

    def inject(self, fault: Fault, on: str, *, times: int | None = 1) -> FaultSwitch:
        """Switch a fault on for the next ``times`` requests (``None``: until removed) and return its switch.

        ``on`` is an endpoint's name, or a path below the issuer. Several faults on one endpoint take their
        requests in the order in which they were switched on.
        """
        switch = FaultSwitch(fault, on, times)
        with self._dispatcher.lock:
            self._dispatcher.switches = [other for other in self._dispatcher.switches if other.remaining != 0]
            self._dispatcher.switches.append(switch)
        return switch

    def clear_faults(self) -> None:
        """Switch every fault off."""
        with self._dispatcher.lock:
            for switch in self._dispatcher.switches:
                switch.remove()
            self._dispatcher.switches.clear()

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every request so far, oldest first."""
        with self._dispatcher.lock:
            return tuple(self._dispatcher.log)

    def seen(self, on: str) -> tuple[SeenRequest, ...]:
        """Return the requests to one endpoint, by its name or path, oldest first."""
        base = base_path(self.issuer)
        return tuple(item for item in self.requests if on == item.endpoint or base + on == item.path)

    def count(self, on: str) -> int:
        """Return how many requests one endpoint has seen, by its name or path."""
        return len(self.seen(on))

    def clear_log(self) -> None:
        """Forget the requests seen so far."""
        with self._dispatcher.lock:
            self._dispatcher.log.clear()

    def issue_token(
        self,
        client_id: str,
        *,
        scope: str = "",
        user: str | None = None,
        expires_in: float | None = None,
        refresh: bool = True,
    ) -> dict[str, object]:
        """Issue a token without any request and return it as a token response, with ``expires_at``.

        ``expires_in`` is seconds, by default the lifetime of the settings. ``user`` is the name of a person.
        """
        subject = None if user is None else self.authority.users[user].subject
        permission = Permission(subject=subject, scope=scope, refresh=refresh, expires_in=expires_in)
        with self._dispatcher.lock:
            members = self.authority.issue(self.authority.clients[client_id], permission)
            token = self.find(members)
        if token.expires_at is not None:
            members["expires_at"] = token.expires_at
        return members

    def find(self, token: str | Mapping[str, object]) -> IssuedToken:
        """Return what the server knows about a token. Raises ``KeyError`` where it never issued it."""
        value = token if isinstance(token, str) else str(token["access_token"])
        found = self.authority.tokens.find(value)
        if found is None:
            raise KeyError("this server did not issue that token")
        return found

    def expire(self, token: str | Mapping[str, object]) -> None:
        """Let a token expire now: an access or refresh token, or the access token of a token response."""
        self.find(token).expires_at = self.authority.clock()

    def revoke(self, token: str | Mapping[str, object]) -> None:
        """Revoke a token, and only that one."""
        self.find(token).revoked = True
