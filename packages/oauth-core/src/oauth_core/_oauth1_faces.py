"""The methods of OAuth 1.0 sessions and clients, the same on every HTTP library, in two colours.

Rules of this room: ``OAuth1Core`` decides; a face carries its flows out and shows its state. An adapter supplies
``_core``, ``_http_options`` and ``_send(request, options)``, an asynchronous one ``_runtime()`` too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import signature

from ._drivers import arun, run
from ._messages import Flow, Params, Request, Response
from ._oauth1_core import OAUTH1_SPELLINGS, OAuth1Core
from ._oauth1_credentials import OAuth1Token
from ._options import canonical, unknown_keyword
from ._runtime import Runtime

__all__ = ["OAUTH1_OPTION_NAMES", "AsyncOAuth1Methods", "OAuth1Methods", "make_oauth1_core"]

_OWN = frozenset(signature(OAuth1Core).parameters)
OAUTH1_OPTION_NAMES = _OWN | frozenset(OAUTH1_SPELLINGS)


def make_oauth1_core(where: str, first: tuple[object, ...], keywords: Mapping[str, object]) -> OAuth1Core:
    """Return the core that a constructor's arguments mean: the first five by position, all under any spelling.

    Raises ``TypeError`` for an unknown keyword or two spellings that disagree, ``UsageError`` for what cannot sign.
    """
    for name in keywords:
        if name not in OAUTH1_OPTION_NAMES:
            raise unknown_keyword(where, name, OAUTH1_OPTION_NAMES)
    named = dict(zip(("client_key", "client_secret", "token", "token_secret", "redirect_uri"), first, strict=True))
    meant = canonical(keywords, OAUTH1_SPELLINGS)
    for name, value in named.items():
        if value is not None and meant.get(name) is not None and meant[name] != value:
            raise TypeError(f"{where} got two values for {name!r}, by position or another spelling; pass one of them")
        meant.setdefault(name, None)
        meant[name] = value if value is not None else meant[name]
    given = {name: value for name, value in meant.items() if value is not None}
    given.setdefault("client_key", "")
    return OAuth1Core(**given)  # type: ignore[arg-type]  # named by its own signature


def _one(named: str | None, url: str | None) -> str:
    if named is not None and url is not None:
        raise TypeError("pass the URL once")
    if not (given := named or url):
        raise TypeError("pass the URL of the endpoint")
    return given


class _OAuth1Face:
    _core: OAuth1Core
    _http_options: frozenset[str] = frozenset({"timeout"})

    def _checked(self, options: Mapping[str, object]) -> Mapping[str, object]:
        for name in options:
            if name not in self._http_options:
                raise unknown_keyword("a step of OAuth 1.0", name, self._http_options)
        return options

    @property
    def client_key(self) -> str:
        """The client's identifier."""
        return self._core.credentials.client_key

    @property
    def token(self) -> OAuth1Token:
        """The token in use, to persist and to restore by assigning it."""
        return self._core.token

    @token.setter
    def token(self, token: Mapping[str, str] | None) -> None:
        self._core.token = token

    @property
    def redirect_uri(self) -> str | None:
        """Where the user returns to; also ``callback_uri``."""
        return self._core.redirect_uri

    @redirect_uri.setter
    def redirect_uri(self, redirect_uri: str | None) -> None:
        self._core.redirect_uri = redirect_uri

    callback_uri = redirect_uri

    @property
    def verifier(self) -> str | None:
        """What the callback or the user brought."""
        return self._core.verifier

    @verifier.setter
    def verifier(self, verifier: str | None) -> None:
        self._core.verifier = verifier

    @property
    def realm(self) -> str | None:
        """The realm named in the header."""
        return self._core.realm

    @realm.setter
    def realm(self, realm: str | None) -> None:
        self._core.realm = realm

    @property
    def authorized(self) -> bool:
        """True where there is a token to sign API requests with."""
        return self._core.authorized

    def create_authorization_url(self, url: str, request_token: str | None = None, **parameters: object) -> str:
        """Return the URL to send the user to, for ``request_token`` or the token in use. RFC 5849 §2.2."""
        return self._core.create_authorization_url(url, request_token, **parameters)

    def authorization_url(self, url: str, request_token: str | None = None, **parameters: object) -> str:
        """Return the URL to send the user to: ``create_authorization_url`` by another name."""
        return self._core.create_authorization_url(url, request_token, **parameters)

    def parse_authorization_response(self, url: str) -> OAuth1Token:
        """Take token and verifier out of the callback's URL and return its parameters. RFC 5849 §2.2.

        Raises ``AuthorizationRefused``, and ``MismatchingStateError`` for another request token.
        """
        return self._core.parse_authorization_response(url)

    def parse_authorization_response_url(self, authorization_response_url: str) -> OAuth1Token:
        """Take token and verifier out of the callback's URL: ``parse_authorization_response`` by another name."""
        return self._core.parse_authorization_response(authorization_response_url)


class OAuth1Methods(_OAuth1Face):
    """The steps of OAuth 1.0, carried out synchronously."""

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        raise NotImplementedError

    def _drive(self, flow: Flow[OAuth1Token], options: Mapping[str, object]) -> OAuth1Token:
        checked = self._checked(options)
        return run(flow, lambda request: self._send(request, checked))

    def fetch_request_token(
        self,
        request_token_url: str | None = None,
        realm: str | Iterable[str] | None = None,
        *,
        url: str | None = None,
        method: str = "POST",
        params: Params | None = None,
        **options: object,
    ) -> OAuth1Token:
        """Fetch temporary credentials, use them from here on and return them. RFC 5849 §2.1.

        The URL comes first; by name it is ``request_token_url`` or ``url``.
        ``params`` are sent as form parameters; ``options`` are HTTP options such as ``timeout`` (seconds). Raises
        ``ServerRefusal``, ``ProtocolViolation``, ``TransportError``.
        """
        return self._drive(
            self._core.fetch_request_token(_one(request_token_url, url), realm, method=method, params=params), options
        )

    def fetch_access_token(
        self,
        access_token_url: str | None = None,
        verifier: str | None = None,
        *,
        url: str | None = None,
        method: str = "POST",
        params: Params | None = None,
        **options: object,
    ) -> OAuth1Token:
        """Exchange the request token and its verifier for an access token, use that and return it. RFC 5849 §2.3.

        The URL comes first; by name it is ``access_token_url`` or ``url``.
        ``params`` are sent as form parameters; ``options`` are HTTP options such as ``timeout`` (seconds). Raises
        ``ServerRefusal``, ``ProtocolViolation``, ``TransportError``.
        """
        return self._drive(
            self._core.fetch_access_token(_one(access_token_url, url), verifier, method=method, params=params), options
        )

    def fetch_two_legged_token(self, request_token_url: str, access_token_url: str, **options: object) -> OAuth1Token:
        """Fetch an access token for the client itself, without a user in between."""
        return self._drive(self._core.fetch_two_legged_token(request_token_url, access_token_url), options)

    def fetch_xauth_token(
        self, url: str, username: str, password: str, *, params: Params | None = None, **options: object
    ) -> OAuth1Token:
        """Exchange a user's name and password for an access token, at providers that still allow xAuth."""
        return self._drive(self._core.fetch_xauth_token(url, username, password, params=params), options)

    def renew_access_token(
        self, url: str, session_handle: str | None = None, *, params: Params | None = None, **options: object
    ) -> OAuth1Token:
        """Renew an expired access token with its ``oauth_session_handle``, use the new one and return it."""
        return self._drive(self._core.renew_access_token(url, session_handle, params=params), options)


class AsyncOAuth1Methods(_OAuth1Face):
    """The steps of OAuth 1.0, carried out asynchronously."""

    async def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        raise NotImplementedError

    def _runtime(self) -> Runtime:
        raise NotImplementedError

    async def _drive(self, flow: Flow[OAuth1Token], options: Mapping[str, object]) -> OAuth1Token:
        runtime = self._runtime()
        checked = self._checked(options)
        send = lambda request: self._send(request, checked)  # noqa: E731 - as the synchronous twin
        return await arun(flow, send, sleep=runtime.sleep, to_thread=runtime.to_thread)

    async def fetch_request_token(
        self,
        request_token_url: str | None = None,
        realm: str | Iterable[str] | None = None,
        *,
        url: str | None = None,
        method: str = "POST",
        params: Params | None = None,
        **options: object,
    ) -> OAuth1Token:
        """Fetch temporary credentials, use them from here on and return them. RFC 5849 §2.1.

        The URL comes first; by name it is ``request_token_url`` or ``url``.
        ``params`` are sent as form parameters; ``options`` are HTTP options such as ``timeout`` (seconds). Raises
        ``ServerRefusal``, ``ProtocolViolation``, ``TransportError``.
        """
        return await self._drive(
            self._core.fetch_request_token(_one(request_token_url, url), realm, method=method, params=params), options
        )

    async def fetch_access_token(
        self,
        access_token_url: str | None = None,
        verifier: str | None = None,
        *,
        url: str | None = None,
        method: str = "POST",
        params: Params | None = None,
        **options: object,
    ) -> OAuth1Token:
        """Exchange the request token and its verifier for an access token, use that and return it. RFC 5849 §2.3.

        The URL comes first; by name it is ``access_token_url`` or ``url``.
        ``params`` are sent as form parameters; ``options`` are HTTP options such as ``timeout`` (seconds). Raises
        ``ServerRefusal``, ``ProtocolViolation``, ``TransportError``.
        """
        return await self._drive(
            self._core.fetch_access_token(_one(access_token_url, url), verifier, method=method, params=params), options
        )

    async def fetch_two_legged_token(
        self, request_token_url: str, access_token_url: str, **options: object
    ) -> OAuth1Token:
        """Fetch an access token for the client itself, without a user in between."""
        return await self._drive(self._core.fetch_two_legged_token(request_token_url, access_token_url), options)

    async def fetch_xauth_token(
        self, url: str, username: str, password: str, *, params: Params | None = None, **options: object
    ) -> OAuth1Token:
        """Exchange a user's name and password for an access token, at providers that still allow xAuth."""
        return await self._drive(self._core.fetch_xauth_token(url, username, password, params=params), options)

    async def renew_access_token(
        self, url: str, session_handle: str | None = None, *, params: Params | None = None, **options: object
    ) -> OAuth1Token:
        """Renew an expired access token with its ``oauth_session_handle``, use the new one and return it."""
        return await self._drive(self._core.renew_access_token(url, session_handle, params=params), options)
