"""Auth handlers for any Requests session: what puts a token on an API request and reacts to a 401.

Rules of this room: a handler decides nothing about OAuth: the token comes from a source of oauth_core, and whether a
401 rejects it is oauth_core's to say. A 401 is answered by one renewal and one replay, never more. A handler always
takes the place of netrc.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from requests import PreparedRequest, Response
from requests.auth import AuthBase

from oauth_core import (
    EndpointMethods,
    OAuth2Token,
    Renewal,
    SessionMethods,
    TokenSource,
    UsageError,
    authorization_header,
    check_placement,
    check_secure,
    demands_nonce,
    form_body,
    is_bound,
    query_url,
    run,
)

from ._hops import at_home, follow_hops, unfollowed_elsewhere
from ._replay import replay, replayable

if TYPE_CHECKING:
    from requests.structures import CaseInsensitiveDict

    from oauth_core import DPoPProver, Hooks

__all__ = ["NoAuth", "OAuth2Auth", "TokenAuth"]

Plain: TypeAlias = "tuple[str, CaseInsensitiveDict[str], Any]"  # URL, headers and body before a token was placed


class NoAuth(AuthBase):
    """Sends a request as it is; being an auth object, it keeps netrc out."""

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Return the request unchanged."""
        follow_hops(r, self)
        return r

    def place_on_hop(self, r: PreparedRequest) -> None:
        """Place nothing."""

    def take_off(self, r: PreparedRequest) -> None:
        """Take nothing off."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoAuth)

    def __hash__(self) -> int:
        return hash(NoAuth)


class TokenAuth(AuthBase):
    """Puts the token of a source on each request; the base of every handler here.

    ``token_placement`` is ``header``, ``body`` (form bodies) or ``uri``. ``allow_insecure_http=True`` lets the token
    travel over plain HTTP to other machines. ``dpop`` is the key that tokens of the type DPoP are bound to.
    """

    def __init__(
        self,
        source: TokenSource,
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
        self._hooks = hooks
        self._header: tuple[OAuth2Token | None, str] = (None, "")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self.source!r}>"

    @property
    def token(self) -> OAuth2Token | None:
        """The token in memory, expired or not; None before the first."""
        return self.source.current

    def renew_token(self) -> OAuth2Token:
        """Renew the token now and return the new one. Raises what the renewal raises."""
        return self.source.renew(explicit=True)

    def forget_token(self) -> None:
        """Drop the token, here and in the store."""
        self.source.forget()

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Put the token on the request, obtaining or renewing it first where that is due.

        Raises ``InsecureTransportError`` before anything is sent in the clear, and what the source raises.
        """
        if not hasattr(r, "hooks"):
            raise foreign_request(self)
        url = r.url or ""
        if url[:8] != "https://":
            check_secure(url, allow_insecure_http=self.allow_insecure_http)
        token = self.source.usable() or self.source.get()
        follow_hops(r, self)
        plain = (url, r.headers.copy(), r.body) if self._anywhere else None
        self._place(r, token)
        r.hooks["response"].insert(0, partial(self._on_response, token, url, plain))
        return r

    @property
    def _anywhere(self) -> bool:
        """True where a token may stand elsewhere than in the header, put there by its placement or by a hook."""
        hooks = self._hooks  # asked on each request, so `_hooked` is written out here
        return self.token_placement != "header" or (hooks is not None and "protected_request" in hooks)

    def place_on_hop(self, r: PreparedRequest) -> None:
        """Put the token where a hop to the same origin has lost it: in its query, or where a hook had moved it."""
        token = self.source.usable()
        lost = self.token_placement == "uri" or (self._hooked and self.token_placement == "header")
        if lost and token is not None and not self._carried(r, token):
            self._place(r, token)
        elif self.dpop is not None and token is not None and is_bound(token):
            r.headers["Authorization"] = authorization_header(token, dpop=True)
            self._prove(r, token)

    def take_off(self, r: PreparedRequest) -> None:
        """Send a hop to another origin without the token."""
        r.headers.pop("Authorization", None)
        r.headers.pop("DPoP", None)

    def _place(self, r: PreparedRequest, token: OAuth2Token) -> None:
        if self.token_placement == "header":
            made_for, value = self._header
            if made_for is not token:
                value = authorization_header(token, dpop=self.dpop is not None)
                self._header = (token, value)
            r.headers["Authorization"] = value
        elif self.token_placement == "uri":
            r.url = query_url(token, r.url or "")
        else:
            body = r.body
            if body is not None and not isinstance(body, (str, bytes)):
                raise UsageError("token_placement='body' needs a form body, not a stream")
            encoded = body.encode("utf-8") if isinstance(body, str) else body or b""
            r.body = form_body(token, encoded, r.headers.get("Content-Type"), method=r.method or "")
            r.headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            r.headers["Content-Length"] = str(len(r.body))
        hooks = self._hooks
        if hooks is not None and "protected_request" in hooks:
            _run_hooks(hooks, r)
        if self.dpop is not None and is_bound(token):
            self._prove(r, token)

    def _prove(self, r: PreparedRequest, token: OAuth2Token) -> None:
        """Add a new proof for the request as it is now: nothing may change its method or URL after this."""
        assert self.dpop is not None
        r.headers["DPoP"] = run(self.dpop.prove(r.method or "", r.url or "", token.access_token), _nowhere)

    def _on_response(
        self, token: OAuth2Token, first_url: str, plain: Plain | None, response: Response, **kwargs: Any
    ) -> Response:
        if self.dpop is not None:
            response = self._with_nonce(self.dpop, token, first_url, plain, response, **kwargs)
        if response.status_code == 401:
            try:
                new = self._after_401(token, first_url, response)
            except BaseException:
                response.close()  # nobody else will see it
                raise
            return response if new is None else self._replay(response, new, plain, **kwargs)
        if response.is_redirect and (self._anywhere or token.access_token in response.headers["location"]):
            return unfollowed_elsewhere(response, first_url)
        return response

    def _with_nonce(
        self,
        dpop: DPoPProver,
        token: OAuth2Token,
        first_url: str,
        plain: Plain | None,
        response: Response,
        **kwargs: Any,
    ) -> Response:
        """Keep the nonce of an answer; send the request once more where that is all that was missing."""
        request, nonce = response.request, response.headers.get("DPoP-Nonce")
        dpop.learn(request.url or "", nonce)
        if response.status_code != 401 or nonce is None or not demands_nonce(_challenges(response)):
            return response
        if self._anywhere and getattr(request, "hopped", False):
            return response
        if not at_home(request, first_url) or not replayable(request):
            return response
        return self._replay(response, token, plain, **kwargs)

    def _after_401(self, token: OAuth2Token, first_url: str, response: Response) -> OAuth2Token | None:
        """Return the token to replay the request with, or None where the 401 is the answer."""
        request = response.request
        if self._anywhere and getattr(request, "hopped", False):
            return None  # where the token stood before the redirect says nothing about where it has to stand now
        if not at_home(request, first_url):
            return None
        from oauth_core import rejects_token  # only a 401 needs it

        if not rejects_token(_challenges(response)):
            return None
        source = self.source
        if not self._carried(request, token):  # a redirect took the token away: it was not rejected
            return source.get() if replayable(request) else None
        source.reject(token)
        if not source.can_renew() or not replayable(request):
            return None
        new = source.renew(token)
        return None if new.get("access_token") == token.get("access_token") else new

    @property
    def _hooked(self) -> bool:
        """True where a hook may have put the token, or another credential, anywhere in a request."""
        hooks = self._hooks
        return hooks is not None and "protected_request" in hooks

    def _carried(self, request: PreparedRequest, token: OAuth2Token) -> bool:
        if self._hooked:
            text = token.get("access_token")
            places = [*request.headers.values(), *(value for _, value in parse_qsl(urlsplit(request.url or "").query))]
            if isinstance(text, str) and any(text in str(place) for place in places):
                return True
        if self.token_placement == "header":
            return request.headers.get("Authorization") == authorization_header(token, dpop=self.dpop is not None)
        place = request.url if self.token_placement == "uri" else request.body
        text = place.decode("utf-8", "replace") if isinstance(place, bytes) else str(place or "")
        return "access_token=" in text

    def _replay(self, response: Response, token: OAuth2Token, plain: Plain | None, **kwargs: Any) -> Response:
        def prepare(again: PreparedRequest) -> None:
            if plain is not None:
                again.url, again.headers, again.body = plain[0], plain[1].copy(), plain[2]
            self._place(again, token)

        again = replay(response, prepare, self._on_response, **kwargs)
        if self.dpop is not None:
            self.dpop.learn(again.request.url or "", again.headers.get("DPoP-Nonce"))
        return again


def _challenges(response: Response) -> list[str] | str | None:
    headers = getattr(response.raw, "headers", None)
    if headers is not None and hasattr(headers, "getlist"):
        found: list[str] = headers.getlist("WWW-Authenticate")
        return found
    return response.headers.get("WWW-Authenticate")


def _run_hooks(hooks: Hooks, r: PreparedRequest) -> None:
    body = r.body if isinstance(r.body, (str, bytes)) else None
    url, headers, changed = hooks.on_parts("protected_request", r.url or "", r.headers, body)
    r.url = url
    if headers is not r.headers:
        r.headers.clear()
        r.headers.update(headers)
    if changed is not body:
        r.body = changed
        r.headers["Content-Length"] = str(len(changed.encode("utf-8") if isinstance(changed, str) else changed or b""))


class OAuth2Auth(TokenAuth):
    """Puts a token you already have on each request: ``requests.get(url, auth=OAuth2Auth(token))``.

    With ``client``, an ``OAuth2Client`` or an ``OAuth2Session``, the token is renewed by its refresh token. ``source``
    is another handler's or a session's (``auth.source``, ``session.token_source``): its token is then shared.
    ``dpop`` is the key that the token is bound to, the client's unless given. RFC 6750 §2, RFC 9449 §7.
    """

    def __init__(
        self,
        token: Mapping[str, object] | None = None,
        token_placement: str = "header",
        client: EndpointMethods | None = None,
        *,
        client_id: str | None = None,
        client_secret: object = None,
        source: TokenSource | None = None,
        dpop: DPoPProver | None = None,
        allow_insecure_http: bool = False,
    ) -> None:
        if isinstance(token, str):
            raise TypeError(
                "the first argument is the token, a mapping with 'access_token'; pass client_id= by its name"
            )
        if source is not None:
            if token is not None or client is not None:
                raise TypeError("a source has its own token and client: pass source= without token and client")
            if not isinstance(source, TokenSource):
                raise TypeError(f"source is a TokenSource, such as a handler's, not a {type(source).__name__}")
        elif client is None:
            source = TokenSource(Renewal(), _nowhere, token=token)
        elif isinstance(client, SessionMethods) and token is None:
            source = client.token_source
        else:
            source = client_of_this_colour(client).new_source(
                token=token,
                refresh_parameters={
                    name: value
                    for name, value in {"client_id": client_id, "client_secret": client_secret}.items()
                    if value is not None
                },
            )
            source.renewal = source.renewal.bound_to(dpop)
        config = source.renewal.config if client is None else client.config
        super().__init__(
            source,
            token_placement=token_placement,
            hooks=config.hooks,
            allow_insecure_http=allow_insecure_http or config.allow_insecure_http,
            dpop=dpop or config.dpop,
        )


def client_of_this_colour(client: object) -> EndpointMethods:
    """Return the client where it is a synchronous one. Raises ``TypeError``."""
    if isinstance(client, EndpointMethods):
        return client
    from oauth_core import AsyncEndpointMethods  # only a mistake needs it

    if isinstance(client, AsyncEndpointMethods):
        raise TypeError("Requests is synchronous: pass a synchronous client, not an asynchronous one")
    raise TypeError(
        f"client is an OAuth2Client or an OAuth2Session, not a {type(client).__name__}"
        + ("; OAuth2Auth(token) needs none, and renews nothing" if client is None else "")
        + ("; the client comes first, then the token" if isinstance(client, Mapping) else "")
    )


def foreign_request(handler: object) -> TypeError:
    """Return the error for a handler that is called by another library, as HTTPX calls whatever is callable."""
    name = type(handler).__name__
    return TypeError(f"this {name} is for Requests; HTTPX takes what oauth_httpx has, such as OAuth2Auth(token)")


def _nowhere(_: object) -> Any:
    raise UsageError("there is no client to renew the token with; pass client=")
