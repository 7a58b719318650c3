"""``ApiClient`` and ``AsyncApiClient``: a REST API under one root URL, on a client of the library.

Rules of this room: no path and no redirect leads out of the root; an error status raises unless told otherwise. The
two classes are twins.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from oauth_core import ApiPaths

from ._binding import Binding
from ._redirects import Redirects, send_hops, send_hops_async

__all__ = ["ApiClientBase", "AsyncApiClientBase"]

R = TypeVar("R")  # the library's response
S = TypeVar("S")  # the library's client


class _ApiBase(ApiPaths, Generic[R, S]):
    binding: ClassVar[Binding]
    _native: ClassVar[str]

    def __init__(
        self,
        base_url: str,
        *,
        auth: Any = None,
        session: S | None = None,
        raise_for_status: bool = True,
        timeout: Any = None,
    ) -> None:
        self._set_root(base_url)
        self.session: S = getattr(self.binding.library, self._native)() if session is None else session
        self.auth = auth
        self.raise_for_status = raise_for_status
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base_url}>"

    def _below(self, base_url: str) -> Self:
        return type(self)(
            base_url,
            auth=self.auth,
            session=self.session,
            raise_for_status=self.raise_for_status,
            timeout=self.timeout,
        )

    def _prepare(
        self, method: str, path: object, kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any], Redirects | None]:
        """Return a request below the root, the keywords of ``send``, and who follows its redirects, if anyone."""
        session = cast("Any", self.session)
        if self.auth is not None:
            kwargs.setdefault("auth", self.auth)
        if self.timeout is not None:
            kwargs.setdefault("timeout", self.timeout)
        if kwargs.pop("withhold_token", False):
            kwargs["auth"] = None
        follow = kwargs.pop("follow_redirects", self.binding.library.USE_CLIENT_DEFAULT)
        if follow is self.binding.library.USE_CLIENT_DEFAULT:
            follow = session.follow_redirects
        keywords: dict[str, Any] = {"follow_redirects": False}
        if "auth" in kwargs:
            keywords["auth"] = kwargs.pop("auth")
        request = session.build_request(method, self.url_for(path), **kwargs)
        if not follow:
            return request, keywords, None
        auth = keywords.get("auth", session.auth)
        return request, keywords, Redirects(self.binding, auth, request, session.max_redirects, inside=self.is_below)

    def _raises(self, response: Any, *, asked: bool | None) -> bool:
        return bool(response.is_error) and (self.raise_for_status if asked is None else asked)


class ApiClientBase(_ApiBase[R, S]):
    """A client of the API below ``base_url``, with one ``auth`` for all of it.

    ``api.get("users")``, ``api.get(["users", 1234])``, ``api.users.get()`` and ``api["my-users"].get()`` are requests
    below the root; a leading ``/`` changes nothing. ``raise_for_status=False``, here or in a call, returns error
    answers instead of raising the library's ``HTTPStatusError``. ``session`` is the client of the library to use; its
    own auth is used where ``auth`` is not given. ``timeout`` is in seconds. A redirect is followed where the session or
    the call says so, and never out of the root.
    """

    _native = "Client"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the session's connections."""
        cast("Any", self.session).close()

    def request(self, method: str, path: Any = None, *, raise_for_status: bool | None = None, **kwargs: Any) -> R:
        """Send a request to a path below the root; further keywords are those of the library's ``request``.

        Raises ``UsageError`` for a path that leaves the root and ``HTTPStatusError`` for an error status.
        """
        response = self._sent(*self._prepare(method, path, kwargs))
        if self._raises(response, asked=raise_for_status):
            response.raise_for_status()
        return cast("R", response)

    @contextmanager
    def stream(
        self, method: str, path: Any = None, *, raise_for_status: bool | None = None, **kwargs: Any
    ) -> Generator[R]:
        """Send a request as ``request`` does, and read the answer piece by piece."""
        request, keywords, redirects = self._prepare(method, path, kwargs)
        response = self._sent(request, {**keywords, "stream": True}, redirects)
        try:
            if self._raises(response, asked=raise_for_status):
                response.read()
                response.raise_for_status()
            yield cast("R", response)
        finally:
            response.close()

    def _sent(self, request: Any, keywords: dict[str, Any], redirects: Redirects | None) -> Any:
        send = cast("Any", self.session).send
        return send(request, **keywords) if redirects is None else send_hops(send, request, keywords, redirects)

    def get(self, path: Any = None, **kwargs: Any) -> R:
        """Send a GET request below the root."""
        return self.request("GET", path, **kwargs)

    def post(self, path: Any = None, **kwargs: Any) -> R:
        """Send a POST request below the root."""
        return self.request("POST", path, **kwargs)

    def put(self, path: Any = None, **kwargs: Any) -> R:
        """Send a PUT request below the root."""
        return self.request("PUT", path, **kwargs)

    def patch(self, path: Any = None, **kwargs: Any) -> R:
        """Send a PATCH request below the root."""
        return self.request("PATCH", path, **kwargs)

    def delete(self, path: Any = None, **kwargs: Any) -> R:
        """Send a DELETE request below the root."""
        return self.request("DELETE", path, **kwargs)

    def head(self, path: Any = None, **kwargs: Any) -> R:
        """Send a HEAD request below the root."""
        return self.request("HEAD", path, **kwargs)

    def options(self, path: Any = None, **kwargs: Any) -> R:
        """Send an OPTIONS request below the root."""
        return self.request("OPTIONS", path, **kwargs)


class AsyncApiClientBase(_ApiBase[R, S]):
    """A client of the API below ``base_url``, with one ``auth`` for all of it.

    Takes what ``ApiClient`` takes, on an asynchronous client of the library.
    """

    _native = "AsyncClient"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *details: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the session's connections."""
        await cast("Any", self.session).aclose()

    async def request(self, method: str, path: Any = None, *, raise_for_status: bool | None = None, **kwargs: Any) -> R:
        """Send a request to a path below the root; further keywords are those of the library's ``request``.

        Raises ``UsageError`` for a path that leaves the root and ``HTTPStatusError`` for an error status.
        """
        response = await self._sent(*self._prepare(method, path, kwargs))
        if self._raises(response, asked=raise_for_status):
            response.raise_for_status()
        return cast("R", response)

    @asynccontextmanager
    async def stream(
        self, method: str, path: Any = None, *, raise_for_status: bool | None = None, **kwargs: Any
    ) -> AsyncGenerator[R]:
        """Send a request as ``request`` does, and read the answer piece by piece."""
        request, keywords, redirects = self._prepare(method, path, kwargs)
        response = await self._sent(request, {**keywords, "stream": True}, redirects)
        try:
            if self._raises(response, asked=raise_for_status):
                await response.aread()
                response.raise_for_status()
            yield cast("R", response)
        finally:
            await response.aclose()

    async def _sent(self, request: Any, keywords: dict[str, Any], redirects: Redirects | None) -> Any:
        send = cast("Any", self.session).send
        if redirects is None:
            return await send(request, **keywords)
        return await send_hops_async(send, request, keywords, redirects)

    async def get(self, path: Any = None, **kwargs: Any) -> R:
        """Send a GET request below the root."""
        return await self.request("GET", path, **kwargs)

    async def post(self, path: Any = None, **kwargs: Any) -> R:
        """Send a POST request below the root."""
        return await self.request("POST", path, **kwargs)

    async def put(self, path: Any = None, **kwargs: Any) -> R:
        """Send a PUT request below the root."""
        return await self.request("PUT", path, **kwargs)

    async def patch(self, path: Any = None, **kwargs: Any) -> R:
        """Send a PATCH request below the root."""
        return await self.request("PATCH", path, **kwargs)

    async def delete(self, path: Any = None, **kwargs: Any) -> R:
        """Send a DELETE request below the root."""
        return await self.request("DELETE", path, **kwargs)

    async def head(self, path: Any = None, **kwargs: Any) -> R:
        """Send a HEAD request below the root."""
        return await self.request("HEAD", path, **kwargs)

    async def options(self, path: Any = None, **kwargs: Any) -> R:
        """Send an OPTIONS request below the root."""
        return await self.request("OPTIONS", path, **kwargs)
