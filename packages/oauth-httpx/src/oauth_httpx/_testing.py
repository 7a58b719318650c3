"""The fake server of ``oauth_core.testing`` as a transport of HTTPX or httpx2.

Rules of this room: a request is translated, answered by the fake server, and translated back; nothing is decided. An
answer that takes time takes it here, piece by piece, within the timeouts of the request.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, ClassVar

from oauth_core import Request, Response, same_origin
from oauth_core.testing import ConnectionDropped, FakeAuthorizationServer, PacedResponse

from ._runtime import awaited, current_runtime

__all__ = ["FakeServerTransportBase", "PacedStream"]


class FakeServerTransportBase:
    """A transport that hands every request to a fake server: ``httpx.Client(transport=FakeServerTransport(server))``.

    It serves synchronous and asynchronous clients. Requests to another origin than ``origin`` (the server's own unless
    given) fail as an unknown host does; ``mounts=`` sends them elsewhere. A streamed body goes to the server piece by
    piece from a synchronous client and is read first from an asynchronous one. A dropped connection and a time limit
    are the library's own errors. ``sleep`` (seconds) stands in for waiting where an answer takes time; it may be
    asynchronous.
    """

    library: ClassVar[Any]
    stream_class: ClassVar[Any]

    def __init__(
        self,
        server: FakeAuthorizationServer,
        *,
        origin: str | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.server = server
        self.origin = origin
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self.origin or self.server.issuer}>"

    def handle_request(self, request: Any) -> Any:
        """Return the fake server's answer to a request of a synchronous client."""
        self._check_origin(request)
        response = self.response_to(request, request.stream)
        response.stream.wait(response.stream.delay)
        return response

    async def handle_async_request(self, request: Any) -> Any:
        """Return the fake server's answer to a request of an asynchronous client."""
        self._check_origin(request)
        body = [piece async for piece in request.stream]
        response = self.response_to(request, body)
        await response.stream.wait_async(response.stream.delay)
        return response

    def _check_origin(self, request: Any) -> None:
        origin = self.origin or self.server.issuer
        if not same_origin(str(request.url), origin):
            raise self.library.ConnectError(f"there is nothing but the fake server at {origin}", request=request)

    def response_to(self, request: Any, body: Iterable[bytes]) -> Any:
        """Return the fake server's answer without waiting. Raises ``RemoteProtocolError`` for a dropped connection."""
        asked = Request(request.method, str(request.url), tuple(request.headers.multi_items()))
        try:
            answer = self.server.handle(asked, body=body)
        except ConnectionDropped as exc:
            raise self.library.RemoteProtocolError(str(exc), request=request) from None
        headers = list(answer.headers)
        length = answer.length if isinstance(answer, PacedResponse) and answer.chunks else len(answer.body)
        if length is not None and answer.header("content-length") is None:
            headers.append(("Content-Length", str(length)))
        stream = self.stream_class(self.library, request, answer, self._sleep)
        return self.library.Response(answer.status, headers=headers, stream=stream)


class PacedStream:
    """The body of an answer, sent at the pace that the fake server asks for."""

    def __init__(self, library: Any, request: Any, answer: Response, sleep: Callable[[float], object] | None) -> None:
        self._library = library
        self._request = request
        self._answer = answer
        self._sleep = sleep
        self._limit = request.extensions.get("timeout", {}).get("read")
        self.delay = answer.delay if isinstance(answer, PacedResponse) else 0.0

    def __iter__(self) -> Iterator[bytes]:
        for seconds, piece in self._pieces():
            self.wait(seconds)
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for seconds, piece in self._pieces():
            await current_runtime().sleep(0)  # as a network would: here a reader can be cancelled
            await self.wait_async(seconds)
            yield piece

    def wait(self, seconds: float) -> None:
        """Let so much time pass. Raises the library's ``ReadTimeout`` at the request's limit."""
        if seconds:
            (self._sleep or time.sleep)(self._bounded(seconds))
            self._check(seconds)

    async def wait_async(self, seconds: float) -> None:
        """Do what ``wait`` does, in the event loop."""
        if seconds:
            await awaited((self._sleep or current_runtime().sleep)(self._bounded(seconds)))
            self._check(seconds)

    def _pieces(self) -> Iterator[tuple[float, bytes]]:
        answer = self._answer
        if self._request.method == "HEAD":
            return
        if not isinstance(answer, PacedResponse):
            yield 0.0, answer.body
            return
        pause = 0.0
        for piece in answer.iter_body():
            yield pause, piece
            pause = answer.pause

    def _bounded(self, seconds: float) -> float:
        return seconds if self._limit is None else min(seconds, self._limit)

    def _check(self, seconds: float) -> None:
        if self._limit is not None and seconds > self._limit:
            raise self._library.ReadTimeout("the fake server takes longer than the timeout", request=self._request)
