"""``OAuth2Client`` and ``AsyncOAuth2Client``: clients of HTTPX or httpx2 that hold a token.

Rules of this room: API requests stay the library's own; the client only sets its handler as the default auth. It
follows redirects itself where one is to be followed, because the library would send a token in a body along. All that
is OAuth lives in oauth_core. The classes here are mixed with a library's client in ``_httpx`` and ``httpx2``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar, cast

from oauth_core import (
    OPTION_NAMES,
    AsyncSessionMethods,
    AsyncTokenSource,
    OAuth2Settings,
    Request,
    Response,
    Runtime,
    SessionMethods,
    TokenSource,
    unknown_keyword,
)

from ._auth import TokenAuth
from ._binding import Binding
from ._event_hooks import AsyncHeldHooks, HeldHooks
from ._not_pickled import NotPickled
from ._redirects import following, send_hops, send_hops_async
from ._runtime import current_runtime
from ._transport import AsyncServerTransport, ServerSide, ServerTransport, share_tls
from ._verbs import AsyncVerbs, Verbs

__all__ = ["AsyncOAuth2ClientBase", "OAuth2ClientBase"]

R = TypeVar("R")  # the library's response


class _ClientBase(NotPickled, ServerSide):
    binding: ClassVar[Binding]
    token_auth: ClassVar[Callable[..., TokenAuth]]
    _library_class: ClassVar[str]
    _server_transport: ClassVar[Callable[..., Any]]
    _may_be_async: ClassVar[bool]
    _http_options = frozenset({"timeout"})
    _server: Any

    def __init__(  # noqa: PLR0917 - the order of the class that people move from
        self,
        client_id: str | None = None,
        client_secret: object = None,
        token_endpoint_auth_method: object = None,
        revocation_endpoint_auth_method: object = None,
        scope: object = None,
        redirect_uri: str | None = None,
        token: Mapping[str, object] | None = None,
        token_placement: str = "header",
        update_token: Callable[..., object] | None = None,
        leeway: float = 60,
        *,
        state: str | None = None,
        **options: Any,
    ) -> None:
        named = {
            "client_id": client_id,
            "client_secret": client_secret,
            "token_endpoint_auth_method": token_endpoint_auth_method,
            "revocation_endpoint_auth_method": revocation_endpoint_auth_method,
            "scope": scope,
            "redirect_uri": redirect_uri,
            "token": token,
            "update_token": update_token,
            "leeway": leeway,
        }
        library_class = getattr(self.binding.library, self._library_class)
        settings, native = self._sort_options(library_class, named, options)
        share_tls(self.binding, native)
        library_class.__init__(self, **native)
        client = cast("Any", self)
        client._hold_hooks(library_class, native.get("event_hooks"))  # noqa: SLF001 - of a base beside this one
        self._first_timeout = None if "timeout" in native else client.timeout
        self._server = self._server_transport(self.binding, native, self._server_timeout)
        self._renewing: set[Any] = set()  # renewals that are tasks, until they end
        client._set_up(settings, state, client.new_source)  # noqa: SLF001 - of a base beside this one
        client.auth = self.token_auth(
            client.token_source,
            token_placement=token_placement,
            hooks=settings.config.hooks,
            allow_insecure_http=settings.config.allow_insecure_http,
            dpop=settings.config.dpop,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {cast('Any', self).client_id!r}>"

    def _sort_options(
        self, library_class: Any, named: dict[str, Any], options: dict[str, Any]
    ) -> tuple[OAuth2Settings, dict[str, Any]]:
        """Split a constructor's keywords into what they mean to OAuth and what the library takes."""
        if options.pop("auth", None) is not None:
            raise TypeError(
                f"{type(self).__name__} takes no auth: it sends its token; how the client authenticates at the token "
                "endpoint is token_endpoint_auth_method="
            )
        native_names = library_class.__init__.__kwdefaults__
        own: dict[str, Any] = {}
        native: dict[str, Any] = {}
        for name, value in options.items():
            if name in OPTION_NAMES:
                own[name] = value
            elif name in native_names:
                native[name] = value
            else:
                known = {*OPTION_NAMES, *native_names, "state", "token_placement"} - {"auth"}
                raise unknown_keyword(type(self).__name__, name, known)
        return OAuth2Settings({**own, **named}, may_be_async=self._may_be_async), native


class OAuth2ClientBase(_ClientBase, HeldHooks, Verbs[R], SessionMethods):
    """A client that puts its token on each request and renews it in time.

    ``token_endpoint_auth_method`` names how the client authenticates (``client_secret_basic`` unless the server's
    metadata excludes it). ``update_token(token, refresh_token=, access_token=)`` or ``token_updater(token)`` is called
    for every renewed token; ``store`` sees every token under ``store_key``. ``leeway`` is how many seconds before its
    end a token is renewed. Endpoints are given one by one, by ``metadata`` (a mapping), or found through ``issuer``,
    ``server_metadata_url`` or ``webfinger``; ``grant`` or ``grant_type`` obtains the first token without a call of
    yours. ``dpop`` is the key that tokens are bound to; ``id_token_validator``, ``jarm_validator``,
    ``userinfo_validator`` and ``introspection_validator`` judge what the server signs (oauth-jwt has all). All other
    keywords are the library's; ``timeout`` is for the server's endpoints too, which otherwise get 10 s an operation.
    Raises ``TypeError`` for an unknown keyword.
    """

    _library_class = "Client"
    _server_transport = ServerTransport
    _may_be_async = False
    _source: TokenSource
    _server: ServerTransport

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return self._server.send(request, options)

    def send(self, request: Any, **keywords: Any) -> R:
        """Send a request that was built beforehand, with the token. Takes what the library's ``send`` takes."""
        library_send = cast("Any", super()).send
        redirects = following(self.binding, self, keywords, request)
        if redirects is None:
            response = library_send(request, **keywords)
        else:
            response = send_hops(library_send, request, keywords, redirects)
        return cast("R", self._released(response))

    def close(self) -> None:
        """Close all connections."""
        cast("Any", super()).close()
        self._server.close()

    def __exit__(self, *details: object) -> None:
        cast("Any", super()).__exit__(*details)
        self._server.close()


class AsyncOAuth2ClientBase(_ClientBase, AsyncHeldHooks, AsyncVerbs[R], AsyncSessionMethods):
    """A client that puts its token on each request and renews it in time.

    Takes what ``OAuth2Client`` takes; ``update_token``, ``token_updater``, secrets and stores may be asynchronous. It
    works under asyncio and trio. Connections to the server's endpoints are kept open inside ``async with`` alone.
    """

    _library_class = "AsyncClient"
    _server_transport = AsyncServerTransport
    _may_be_async = True
    _source: AsyncTokenSource
    _server: AsyncServerTransport

    async def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return await self._server.send(request, options)

    def _runtime(self) -> Runtime:
        return current_runtime(self._renewing)

    async def send(self, request: Any, **keywords: Any) -> R:
        """Send a request that was built beforehand, with the token. Takes what the library's ``send`` takes."""
        library_send = cast("Any", super()).send
        redirects = following(self.binding, self, keywords, request)
        if redirects is None:
            response = await library_send(request, **keywords)
        else:
            response = await send_hops_async(library_send, request, keywords, redirects)
        return cast("R", await self._released(response))

    async def aclose(self) -> None:
        """Close all connections, once a renewal that is under way has ended: its token would be lost."""
        await current_runtime(self._renewing).settle()
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
        await current_runtime(self._renewing).settle()
        await cast("Any", super()).__aexit__(*details)
        await self._server.aclose()
