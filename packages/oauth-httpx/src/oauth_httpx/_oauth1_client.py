"""``OAuth1Client`` and ``AsyncOAuth1Client``: clients of HTTPX or httpx2 that sign their requests.

Rules of this room: API requests stay the library's own; the client sets its handler as the default auth and follows
redirects hop by hop, so that each is signed anew. All that is OAuth lives in oauth_core. The classes here are mixed
with a library's client in ``_httpx_oauth1`` and ``httpx2._oauth1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from oauth_core import (
    OAUTH1_OPTION_NAMES,
    AsyncOAuth1Methods,
    OAuth1Methods,
    Request,
    Response,
    Runtime,
    make_oauth1_core,
    unknown_keyword,
)

from ._binding import Binding
from ._event_hooks import AsyncHeldHooks, HeldHooks
from ._not_pickled import NotPickled
from ._oauth1 import OAuth1AuthBase
from ._redirects import following, send_hops, send_hops_async
from ._runtime import current_runtime
from ._transport import AsyncServerTransport, ServerSide, ServerTransport, share_tls

__all__ = ["AsyncOAuth1ClientBase", "OAuth1ClientBase"]

R = TypeVar("R")  # the library's response


class _OAuth1ClientBase(NotPickled, ServerSide):
    binding: ClassVar[Binding]
    signing_auth: ClassVar[Callable[..., OAuth1AuthBase]]
    _http_options = frozenset({"timeout"})

    def _begin(self, library_class: Any, first: tuple[object, ...], options: dict[str, Any]) -> dict[str, Any]:
        """Make the core and the library's client, and return the library's own keywords."""
        where = type(self).__name__
        if options.pop("auth", None) is not None:
            raise TypeError(f"{where} takes no auth: it signs its requests; pass auth= to a request that shall differ")
        native_names = set(library_class.__init__.__kwdefaults__) - {"auth"}
        for name in options:
            if name not in native_names and name not in OAUTH1_OPTION_NAMES:
                raise unknown_keyword(where, name, native_names | OAUTH1_OPTION_NAMES)
        native = {name: options.pop(name) for name in native_names & options.keys()}
        self._core = make_oauth1_core(where, first, options)
        share_tls(self.binding, native)
        library_class.__init__(self, **native)
        client = cast("Any", self)
        self._first_timeout = None if "timeout" in native else client.timeout
        client.auth = cast("Any", self.signing_auth).of(self._core)
        return native

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._core.credentials.client_key!r}>"


class OAuth1ClientBase(_OAuth1ClientBase, HeldHooks, OAuth1Methods, Generic[R]):
    """A client that signs its requests, and takes the three steps to an access token. RFC 5849.

    ``OAuth1Client(client_key, client_secret)``, then ``fetch_request_token``, ``create_authorization_url``,
    ``parse_authorization_response`` and ``fetch_access_token``; or with ``token`` and ``token_secret`` (also
    ``resource_owner_key``, ``resource_owner_secret``) at once. Further keywords are those of ``OAuth1Core``:
    ``signature_method``, ``signature_type`` (``HEADER``, ``QUERY``, ``BODY``), ``rsa_key``, ``realm``, ``verifier``,
    ``force_include_body``, ``client_class`` and so on, and the library's own; ``timeout`` is for the token steps too,
    which otherwise get 10 s an operation. Raises ``TypeError`` for an unknown keyword.
    """

    def __init__(
        self,
        client_key: str = "",
        client_secret: str | None = None,
        token: str | None = None,
        token_secret: str | None = None,
        redirect_uri: str | None = None,
        **options: Any,
    ) -> None:
        first = (client_key or None, client_secret, token, token_secret, redirect_uri)
        native = self._begin(self.binding.library.Client, first, options)
        self._hold_hooks(self.binding.library.Client, native.get("event_hooks"))
        self._server = ServerTransport(self.binding, native, self._server_timeout)

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return self._server.send(request, options)

    def send(self, request: Any, **keywords: Any) -> R:
        """Send a request that was built beforehand, signed. Takes what the library's ``send`` takes."""
        library_send = cast("Any", super()).send
        redirects = following(self.binding, self, keywords, request)
        if redirects is None:
            return cast("R", self._released(library_send(request, **keywords)))
        return cast("R", self._released(send_hops(library_send, request, keywords, redirects)))

    def close(self) -> None:
        """Close all connections."""
        cast("Any", super()).close()
        self._server.close()

    def __exit__(self, *details: object) -> None:
        cast("Any", super()).__exit__(*details)
        self._server.close()


class AsyncOAuth1ClientBase(_OAuth1ClientBase, AsyncHeldHooks, AsyncOAuth1Methods, Generic[R]):
    """A client that signs its requests, and takes the three steps to an access token. RFC 5849.

    Takes what ``OAuth1Client`` takes. It works under asyncio and trio. Connections to the server's endpoints are kept
    open inside ``async with`` alone.
    """

    def __init__(
        self,
        client_key: str = "",
        client_secret: str | None = None,
        token: str | None = None,
        token_secret: str | None = None,
        redirect_uri: str | None = None,
        **options: Any,
    ) -> None:
        first = (client_key or None, client_secret, token, token_secret, redirect_uri)
        native = self._begin(self.binding.library.AsyncClient, first, options)
        self._hold_hooks(self.binding.library.AsyncClient, native.get("event_hooks"))
        self._server = AsyncServerTransport(self.binding, native, self._server_timeout)

    async def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return await self._server.send(request, options)

    def _runtime(self) -> Runtime:
        return current_runtime()

    async def send(self, request: Any, **keywords: Any) -> R:
        """Send a request that was built beforehand, signed. Takes what the library's ``send`` takes."""
        library_send = cast("Any", super()).send
        redirects = following(self.binding, self, keywords, request)
        if redirects is None:
            return cast("R", await self._released(await library_send(request, **keywords)))
        return cast("R", await self._released(await send_hops_async(library_send, request, keywords, redirects)))

    async def aclose(self) -> None:
        """Close all connections."""
        await cast("Any", super()).aclose()
        await self._server.aclose()

    async def close(self) -> None:
        """Close all connections: ``aclose`` by another name."""
        await self.aclose()

    async def __aenter__(self) -> Self:
        self._server.enter()
        await cast("Any", super()).__aenter__()
        return self

    async def __aexit__(self, *details: object) -> None:
        await cast("Any", super()).__aexit__(*details)
        await self._server.aclose()
