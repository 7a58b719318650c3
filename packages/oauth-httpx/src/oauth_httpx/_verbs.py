"""The request methods of a client, with ``withhold_token``.

Rules of this room: each method hands everything to the library's own; the one thing added is the keyword that sends a
request without the token.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Generic, TypedDict, TypeVar, Unpack, cast

__all__ = ["AsyncVerbs", "BodyOptions", "RequestOptions", "Verbs"]

R = TypeVar("R")  # the library's response


class RequestOptions(TypedDict, total=False):
    """The keywords of a request method, as the library takes them, and ``withhold_token``."""

    auth: Any
    cookies: Any
    extensions: Any
    follow_redirects: Any
    headers: Any
    params: Any
    timeout: Any
    withhold_token: bool


class BodyOptions(RequestOptions, total=False):
    """The keywords of a request method that may send a body."""

    content: Any
    data: Any
    files: Any
    json: Any


def _native(options: BodyOptions) -> dict[str, Any]:
    keywords = cast("dict[str, Any]", options)
    if keywords.pop("withhold_token", False):
        if keywords.get("auth") is not None:
            raise TypeError("pass withhold_token or auth, not both")
        keywords["auth"] = None
    return keywords


class Verbs(Generic[R]):
    """The request methods of a synchronous client."""

    def request(self, method: str, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send an API request with the token; ``withhold_token=True`` or ``auth=None`` sends none.

        Takes what the library's ``request`` takes. Raises ``MissingTokenError`` without a token and a grant.
        """
        response: R = cast("Any", super()).request(method, url, **_native(options))
        return response

    @contextmanager
    def stream(self, method: str, url: Any, **options: Unpack[BodyOptions]) -> Generator[R]:
        """Send an API request with the token, as ``request`` does, and read the answer piece by piece."""
        with cast("Any", super()).stream(method, url, **_native(options)) as response:
            yield response

    def get(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send a ``GET`` request, as ``request`` does."""
        return self.request("GET", url, **options)

    def options(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send an ``OPTIONS`` request, as ``request`` does."""
        return self.request("OPTIONS", url, **options)

    def head(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send a ``HEAD`` request, as ``request`` does."""
        return self.request("HEAD", url, **options)

    def delete(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send a ``DELETE`` request, as ``request`` does."""
        return self.request("DELETE", url, **options)

    def post(self, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send a ``POST`` request, as ``request`` does."""
        return self.request("POST", url, **options)

    def put(self, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send a ``PUT`` request, as ``request`` does."""
        return self.request("PUT", url, **options)

    def patch(self, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send a ``PATCH`` request, as ``request`` does."""
        return self.request("PATCH", url, **options)


class AsyncVerbs(Generic[R]):
    """The request methods of an asynchronous client."""

    async def request(self, method: str, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send an API request with the token; ``withhold_token=True`` or ``auth=None`` sends none.

        Takes what the library's ``request`` takes. Raises ``MissingTokenError`` without a token and a grant.
        """
        response: R = await cast("Any", super()).request(method, url, **_native(options))
        return response

    @asynccontextmanager
    async def stream(self, method: str, url: Any, **options: Unpack[BodyOptions]) -> AsyncGenerator[R]:
        """Send an API request with the token, as ``request`` does, and read the answer piece by piece."""
        async with cast("Any", super()).stream(method, url, **_native(options)) as response:
            yield response

    async def get(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send a ``GET`` request, as ``request`` does."""
        return await self.request("GET", url, **options)

    async def options(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send an ``OPTIONS`` request, as ``request`` does."""
        return await self.request("OPTIONS", url, **options)

    async def head(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send a ``HEAD`` request, as ``request`` does."""
        return await self.request("HEAD", url, **options)

    async def delete(self, url: Any, **options: Unpack[RequestOptions]) -> R:
        """Send a ``DELETE`` request, as ``request`` does."""
        return await self.request("DELETE", url, **options)

    async def post(self, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send a ``POST`` request, as ``request`` does."""
        return await self.request("POST", url, **options)

    async def put(self, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send a ``PUT`` request, as ``request`` does."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: Any, **options: Unpack[BodyOptions]) -> R:
        """Send a ``PATCH`` request, as ``request`` does."""
        return await self.request("PATCH", url, **options)
