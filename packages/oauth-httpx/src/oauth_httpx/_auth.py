"""Auth handlers for any client of HTTPX or httpx2: what puts a credential on a request and reacts to a 401.

Rules of this room: a handler decides nothing about OAuth: the token comes from a source of oauth_core, and whether a
401 rejects it is oauth_core's to say. A 401 is answered by one renewal and one replay, never more. With the token in
the header the body is not touched, so a stream stays a stream. A handler is not callable: httpx2 would wrap it. The
two flows are twins; what they decide stands in the functions that both call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping
from typing import Any, ClassVar

from oauth_core import (
    AsyncEndpointMethods,
    AsyncSessionMethods,
    AsyncTokenSource,
    DPoPProver,
    EndpointMethods,
    Flow,
    Hooks,
    OAuth2Token,
    Renewal,
    Request,
    Response,
    SessionMethods,
    TokenSource,
    UsageError,
    arun,
    authorization_header,
    check_placement,
    check_secure,
    demands_nonce,
    form_body,
    is_bound,
    is_loopback,
    query_url,
    run,
    same_origin,
)

from ._binding import Binding, SealedStream, body_file, shorten
from ._redirects import HopAuth
from ._runtime import awaited, current_runtime

__all__ = ["OAuth2AuthBase", "TokenAuth"]

FORM = "application/x-www-form-urlencoded"


class TokenAuth(HopAuth):
    """Puts the token of a source on each request; the base of every handler here.

    ``token_placement`` is ``header``, ``body`` (form bodies) or ``uri``. A handler with a synchronous source serves
    synchronous clients, one with an asynchronous source asynchronous clients. ``allow_insecure_http=True`` lets the
    token travel over plain HTTP to other machines. ``dpop`` is the key that tokens of the type DPoP are bound to.
    """

    binding: ClassVar[Binding]
    requires_request_body: ClassVar[bool] = False
    requires_response_body: ClassVar[bool] = False

    def __init__(
        self,
        source: TokenSource | AsyncTokenSource,
        *,
        token_placement: str = "header",
        hooks: Hooks | None = None,
        allow_insecure_http: bool = False,
        dpop: DPoPProver | None = None,
    ) -> None:
        self.source = source
        self.token_placement = check_placement(token_placement)
        self.allow_insecure_http = allow_insecure_http
        self.dpop = dpop
        self._hooks = Hooks() if hooks is None else hooks
        self._header: tuple[object, str] = (None, "")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self.source!r}>"

    @property
    def token(self) -> OAuth2Token | None:
        """The token in memory, expired or not; None before the first."""
        return self.source.current

    def renew_token(self) -> Any:
        """Renew the token now and return the new one; to be awaited where the handler serves asynchronous clients.

        Raises what the renewal raises.
        """
        return self.source.renew(explicit=True)

    def forget_token(self) -> Any:
        """Drop the token, here and in the store; to be awaited where the handler serves asynchronous clients."""
        return self.source.forget()

    @property
    def _hooked_anywhere(self) -> bool:
        """True where a hook may put the token, or another credential, anywhere in a request."""
        return "protected_request" in self._hooks

    def next_hop(self, upcoming: Any, content: bytes | None, *, at_home: bool) -> Any:
        """Return the request that follows a redirect, or None where it would carry the token along."""
        upcoming.headers.pop("DPoP", None)  # a proof is for one URL; the next one is made where it is needed
        in_body = isinstance(upcoming.stream, SealedStream)
        if not at_home:
            return None if in_body or self._hooked_anywhere or self._quoted(upcoming.url) else upcoming
        if in_body and content is not None:
            upcoming = self.binding.with_body(upcoming, content)
        if self.token_placement == "uri":
            upcoming.url = upcoming.url.copy_remove_param("access_token")  # where the server repeats our query
        return upcoming

    def fits(self, upcoming: Any) -> bool:
        """Tell whether a hop can carry the token: what a 302 has turned into a GET has no body for it."""
        return self.token_placement != "body" or upcoming.method not in {"GET", "HEAD"}

    def _quoted(self, url: Any) -> bool:
        token = self.token
        text = None if token is None else token.get("access_token")
        return isinstance(text, str) and (text in str(url) or text in url.params.values())

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Put the token on a request of a synchronous client, and answer a 401 once.

        Raises ``InsecureTransportError`` before anything is sent in the clear, and what the source raises.
        """
        source = self._synchronous()
        if request.url.scheme != "https":
            self._check_secure(request)
        token = source.usable() or source.get()
        repeatable, file = True, None
        if type(request.stream) is not self.binding.library.ByteStream:
            repeatable, file = self._body_of(request)
        position = None if file is None else file.tell()
        prepared = self._prepare(request, token)
        if self._proves(token):
            self._show(prepared, run(self._proof(prepared, token), nothing_to_send))
        response = yield prepared
        if self._lacks_nonce(prepared, response) and repeatable:
            shorten(response, self.binding.capped)
            response.read()
            if file is not None:
                file.seek(position)
            prepared = self._prepare(request, token)
            self._show(prepared, run(self._proof(prepared, token), nothing_to_send))
            response = yield prepared
            self._learn(response)
        if response.status_code != 401 or not self._rejected(request, prepared, response):
            return
        if not repeatable or not self._renewable(token):
            source.reject(token)
            return
        shorten(response, self.binding.capped)
        response.read()
        renewed = source.renew(token)
        if file is not None:
            file.seek(position)
        prepared = self._prepare(request, renewed)
        if self._proves(renewed):
            self._show(prepared, run(self._proof(prepared, renewed), nothing_to_send))
        self._learn((yield prepared))

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """Put the token on a request of an asynchronous client, and answer a 401 once.

        Raises ``InsecureTransportError`` before anything is sent in the clear, and what the source raises.
        """
        source = self._asynchronous()
        if request.url.scheme != "https":
            self._check_secure(request)
        token = source.usable()
        if token is None:
            token = await awaited(source.get())
        repeatable, file = True, None
        if type(request.stream) is not self.binding.library.ByteStream:
            repeatable, file = self._body_of(request)
        position = None if file is None else await awaited(file.tell())
        prepared = self._prepare(request, token)
        if self._proves(token):
            self._show(prepared, await _asked(self._proof(prepared, token)))
        response = yield prepared
        if self._lacks_nonce(prepared, response) and repeatable:
            shorten(response, self.binding.capped_async)
            await response.aread()
            if file is not None:
                await awaited(file.seek(position))
            prepared = self._prepare(request, token)
            self._show(prepared, await _asked(self._proof(prepared, token)))
            response = yield prepared
            self._learn(response)
        if response.status_code != 401 or not self._rejected(request, prepared, response):
            return
        if not repeatable or not self._renewable(token):
            source.reject(token)
            return
        shorten(response, self.binding.capped_async)
        await response.aread()
        renewed = await awaited(source.renew(token))
        if file is not None:
            await awaited(file.seek(position))
        prepared = self._prepare(request, renewed)
        if self._proves(renewed):
            self._show(prepared, await _asked(self._proof(prepared, renewed)))
        self._learn((yield prepared))

    def _proves(self, token: OAuth2Token) -> bool:
        return self.dpop is not None and is_bound(token)

    def _proof(self, prepared: Any, token: OAuth2Token) -> Flow[str]:
        """Return a new proof for a request as it is now: nothing may change its method or URL after this (a flow)."""
        assert self.dpop is not None
        return self.dpop.prove(prepared.method, str(prepared.url), token.access_token)

    def _show(self, prepared: Any, proof: str) -> None:
        prepared.headers["DPoP"] = proof

    def _learn(self, response: Any) -> str | None:
        """Keep the nonce of an answer, and return it."""
        if self.dpop is None:
            return None
        nonce: str | None = response.headers.get("DPoP-Nonce")
        self.dpop.learn(str(response.request.url), nonce)
        return nonce

    def _lacks_nonce(self, sent: Any, response: Any) -> bool:
        """Keep the nonce of an answer; tell whether a request was refused for want of it alone."""
        if self._learn(response) is None or response.status_code != 401 or response.request is not sent:
            return False
        return "DPoP" in sent.headers and demands_nonce(response.headers.get_list("WWW-Authenticate"))

    def _synchronous(self) -> TokenSource:
        source = self.source
        if isinstance(source, TokenSource):
            return source
        raise TypeError(
            f"this {type(self).__name__} renews its token through an asynchronous client; give a synchronous client "
            "a handler of its own (the two can share a token store)"
        )

    def _asynchronous(self) -> TokenSource | AsyncTokenSource:
        source = self.source
        if isinstance(source, AsyncTokenSource):
            return source
        raise TypeError(
            f"this {type(self).__name__} renews its token through a synchronous client, which would block the event "
            "loop; give an asynchronous client a handler of its own (the two can share a token store)"
        )

    def _check_secure(self, request: Any) -> None:
        if request.url.scheme == "http" and is_loopback(request.url.host):
            return
        url = str(request.url)
        if request.url.scheme in {"ws", "wss"}:  # httpx2 opens WebSockets by an HTTP request
            url = f"http{url[2:]}"
        check_secure(url, allow_insecure_http=self.allow_insecure_http)

    def _body_of(self, request: Any) -> tuple[bool, Any]:
        if self.binding.is_bytes(request.stream):
            return True, None
        if self.token_placement == "body":
            raise UsageError("token_placement='body' needs a form body, not a stream or an upload")
        return body_file(request.stream)

    def _prepare(self, request: Any, token: OAuth2Token) -> Any:
        """Return the request with the token; for the header placement it is the same object."""
        if self.token_placement == "header":
            made_for, value = self._header
            if made_for is not token:
                value = authorization_header(token, dpop=self.dpop is not None)
                self._header = (token, value)
            request.headers["Authorization"] = value
        elif self.token_placement == "uri":
            request = self.binding.with_url(request, query_url(token, str(request.url)))
        else:
            body = form_body(token, request.read(), request.headers.get("Content-Type"), method=request.method)
            request = self.binding.with_body(request, body, FORM)
        if self._hooked_anywhere:
            request = self._hooked(request)
        return request

    def _hooked(self, request: Any) -> Any:
        """Return what the user's hooks make of a request; the request itself stays, for the replay."""
        url = str(request.url)
        body = request.read() if self.binding.is_bytes(request.stream) else None
        new_url, headers, new_body = self._hooks.on_parts("protected_request", url, request.headers.copy(), body)
        hooked = self.binding.with_url(request, new_url)
        host = hooked.headers["Host"]
        hooked.headers = self.binding.library.Headers(headers)
        if new_url != url:
            hooked.headers["Host"] = host
            self._check_secure(hooked)
        if new_body is body:
            if self.token_placement == "body":
                hooked.stream = request.stream
            return hooked
        content = new_body.encode("utf-8") if isinstance(new_body, str) else new_body or b""
        return self.binding.with_body(hooked, content)

    def _rejected(self, first: Any, sent: Any, response: Any) -> bool:
        """Tell whether this 401 rejects the token: it carried the token and came from the origin first asked."""
        answered = response.request
        if answered is not sent:  # a redirect was followed
            if self.token_placement != "header" or "Authorization" not in answered.headers:
                return False
            if not same_origin(str(answered.url), str(first.url)):
                return False
        from oauth_core import rejects_token  # only a 401 needs it

        return rejects_token(response.headers.get_list("WWW-Authenticate"))

    def _renewable(self, token: OAuth2Token) -> bool:
        """Tell whether there is, or can be, another token than this one."""
        current = self.source.current
        if current is None:
            return False
        return self.source.can_renew() or current.get("access_token") != token.get("access_token")


async def _asked(flow: Flow[str]) -> str:
    runtime = current_runtime()
    return await arun(flow, nothing_to_send_async, sleep=runtime.sleep, to_thread=runtime.to_thread)


class OAuth2AuthBase(TokenAuth):
    """Puts a token you already have on each request: ``httpx.get(url, auth=OAuth2Auth(token))``.

    Without ``client`` the token is used as it is, by clients of either colour. With ``client``, an ``OAuth2Client``
    or ``AsyncOAuth2Client`` of the same colour as the clients that use the handler, the token is renewed through it;
    without ``token`` the client's own token is shared. ``source`` is another handler's or a client's (``auth.source``,
    ``client.token_source``), whose token is then shared, by clients of its colour. ``client_id`` and
    ``client_secret`` stand in for the client's own at renewals. ``dpop`` is the key that the token is bound to, the
    client's unless given. RFC 6750 §2, RFC 9449 §7.
    """

    def __init__(
        self,
        token: Mapping[str, object] | None = None,
        token_placement: str = "header",
        client: EndpointMethods | AsyncEndpointMethods | None = None,
        *,
        client_id: str | None = None,
        client_secret: object = None,
        source: TokenSource | AsyncTokenSource | None = None,
        dpop: DPoPProver | None = None,
        allow_insecure_http: bool = False,
    ) -> None:
        if isinstance(token, str):
            raise TypeError(
                "the first argument is the token, a mapping with 'access_token'; pass client_id= by its name"
            )
        self._colourless = client is None and source is None
        if source is not None:
            if token is not None or client is not None:
                raise TypeError("a source has its own token and client: pass source= without token and client")
            if not isinstance(source, (TokenSource, AsyncTokenSource)):
                raise TypeError(f"source is a TokenSource, such as a handler's, not a {type(source).__name__}")
        elif client is None:
            source = TokenSource(Renewal(), _nowhere, token=token)
        elif not isinstance(client, (EndpointMethods, AsyncEndpointMethods)):
            raise TypeError(f"client is an OAuth2Client or an AsyncOAuth2Client, not a {type(client).__name__}")
        elif token is None and isinstance(client, (SessionMethods, AsyncSessionMethods)):
            source = client.token_source
        else:
            own = {"client_id": client_id, "client_secret": client_secret}
            given = {name: value for name, value in own.items() if value is not None}
            source = client.new_source(token=token, refresh_parameters=given)
            source.renewal = source.renewal.bound_to(dpop)
        config = source.renewal.config if client is None else client.config
        super().__init__(
            source,
            token_placement=token_placement,
            hooks=config.hooks,
            allow_insecure_http=allow_insecure_http or config.allow_insecure_http,
            dpop=dpop or config.dpop,
        )

    def _asynchronous(self) -> TokenSource | AsyncTokenSource:
        # A token that nothing renews needs no I/O, so one source serves both colours.
        return self.source if self._colourless else super()._asynchronous()


def _nowhere(_: Request) -> Response:
    raise UsageError("there is no client to renew the token with; pass client=")


def nothing_to_send(request: Request) -> Response:
    raise UsageError(f"a client authentication method or a signer may not send requests of its own ({request!r})")


async def nothing_to_send_async(request: Request) -> Response:
    return nothing_to_send(request)
