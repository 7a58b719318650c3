"""What ties this package to one of the two libraries, HTTPX or httpx2, and the streams that are made on top of them.

Rules of this room: the logic of this package never imports either library; it is handed a ``Binding`` by the thin
classes of ``_httpx`` and ``httpx2``. Only public names of the libraries are used; where a body is looked for inside a
stream, whatever is not found there makes the body one that cannot be sent again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from oauth_core import UsageError

from ._runtime import current_runtime

__all__ = [
    "Binding",
    "CappedStream",
    "CappedStreamAsync",
    "PeekedStream",
    "SealedStream",
    "body_file",
    "peek",
    "peek_async",
    "shorten",
]

_READ_OF_A_401 = 64 * 1024  # bytes of the body of a rejection, which is read only so that its connection stays usable


class Binding:
    """One HTTP library: its module, and the stream classes of this package derived from that library's."""

    __slots__ = ("capped", "capped_async", "library", "peeked", "sealed")

    def __init__(
        self,
        library: Any,
        *,
        sealed: Callable[[bytes], Any],
        capped: Callable[[Any], Any],
        capped_async: Callable[[Any], Any],
        peeked: Callable[[Any, Any, bytes], Any],
    ) -> None:
        self.library = library
        self.sealed = sealed
        self.capped = capped
        self.capped_async = capped_async
        self.peeked = peeked

    def __repr__(self) -> str:
        return f"<Binding to {self.library.__name__}>"

    def with_body(self, request: Any, content: bytes, content_type: str | None = None) -> Any:
        """Return a request like this one with another body, which only the first hop may send.

        A redirect makes a second request with the same stream: a credential in it would travel to wherever that leads.
        """
        headers = request.headers.copy()
        for name in ("Content-Length", "Transfer-Encoding"):
            headers.pop(name, None)
        if content_type is not None:
            headers["Content-Type"] = content_type
        made = self.library.Request(
            request.method, request.url, headers=headers, content=content, extensions=request.extensions
        )
        made.stream = self.sealed(content)
        return made

    def with_url(self, request: Any, url: str) -> Any:
        """Return a request like this one, its body untouched, to another URL."""
        target = self.library.URL(url)
        headers = request.headers.copy()
        if target.netloc != request.url.netloc:
            headers["Host"] = target.netloc.decode("ascii")
        body = {"content": request.read()} if self.is_bytes(request.stream) else {"stream": request.stream}
        return self.library.Request(request.method, target, headers=headers, extensions=request.extensions, **body)

    def is_bytes(self, stream: object) -> bool:
        """Tell whether a body is held in memory: bytes, text, a form or JSON."""
        return isinstance(stream, self.library.ByteStream)


class SealedStream:
    """A body with a credential in it: it is sent once and refuses to be sent again."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)  # type: ignore[call-arg]  # the library's ByteStream, mixed in beside this class
        self._sealed_content = content
        self._sent = False

    def _send_once(self) -> bytes:
        if self._sent:
            raise UsageError(
                "the answer redirects a request whose body holds a credential, and following it would send the "
                "credential on; pass follow_redirects=False, or send the credential in the header"
            )
        self._sent = True
        return self._sealed_content

    def __iter__(self) -> Iterator[bytes]:
        yield self._send_once()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._send_once()


class _Capped:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def elapsed(self) -> Any:
        """The time that httpx2 measures on the stream it made."""
        return getattr(self._stream, "elapsed", None)


class CappedStream(_Capped):
    """The body of a rejection, read no further than is worth the connection."""

    def __iter__(self) -> Iterator[bytes]:
        left = _READ_OF_A_401
        for piece in self._stream:
            yield piece
            left -= len(piece)
            if left <= 0:
                return

    def close(self) -> None:
        """Close the stream itself."""
        self._stream.close()


class CappedStreamAsync(_Capped):
    """``CappedStream`` for asynchronous clients."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = _READ_OF_A_401
        pieces = self._stream.__aiter__()
        async for piece in pieces:
            yield piece
            left -= len(piece)
            if left <= 0:
                if hasattr(pieces, "aclose"):
                    await current_runtime().abandon(pieces)
                return

    async def aclose(self) -> None:
        """Close the stream itself."""
        await self._stream.aclose()


class PeekedStream(_Capped):
    """A body whose beginning has been read already: that comes first, then the rest."""

    def __init__(self, stream: Any, rest: Any, beginning: bytes) -> None:
        super().__init__(stream)
        self._rest = rest
        self._beginning = beginning

    def __iter__(self) -> Iterator[bytes]:
        yield self._beginning
        if self._rest is not None:
            yield from self._rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._beginning
        if self._rest is not None:
            async for piece in self._rest:
                yield piece

    def close(self) -> None:
        """Close the stream itself."""
        self._stream.close()

    async def aclose(self) -> None:
        """Close the stream itself."""
        if self._rest is not None and hasattr(self._rest, "aclose"):
            await current_runtime().abandon(self._rest)
        await self._stream.aclose()


def peek(response: Any, binding: Binding) -> bytes:
    """Return the raw body of a refusal where it is short, else nothing; whoever reads it next gets all of it."""
    if response.is_stream_consumed:
        return bytes(response.content)
    pieces, beginning = iter(response.stream), bytearray()
    rest = None
    for piece in pieces:
        beginning += piece
        if len(beginning) > _READ_OF_A_401:
            rest = pieces
            break
    response.stream = binding.peeked(response.stream, rest, bytes(beginning))
    return b"" if rest is not None else bytes(beginning)


async def peek_async(response: Any, binding: Binding) -> bytes:
    """Do what ``peek`` does, asynchronously."""
    if response.is_stream_consumed:
        return bytes(response.content)
    pieces, beginning = response.stream.__aiter__(), bytearray()
    rest = None
    async for piece in pieces:
        beginning += piece
        if len(beginning) > _READ_OF_A_401:
            rest = pieces
            break
    response.stream = binding.peeked(response.stream, rest, bytes(beginning))
    return b"" if rest is not None else bytes(beginning)


def shorten(response: Any, capped: Callable[[Any], Any]) -> None:
    """See to it that reading this response does not read without end."""
    length = response.headers.get("Content-Length", "")
    small = length.isdecimal() and int(length) <= _READ_OF_A_401
    if not small and not response.is_stream_consumed:
        response.stream = capped(response.stream)


def body_file(stream: object) -> tuple[bool, Any]:
    """Tell whether a body that is not held in memory can be sent again, and which file has to be rewound for it.

    A multipart body rewinds its own files. Generators, and whatever cannot be recognised, are sent once.
    """
    parts = getattr(stream, "fields", None)
    if isinstance(parts, list):
        files = [part.file for part in parts if hasattr(part, "file")]
        return all(isinstance(file, (str, bytes)) or _is_seekable(file) for file in files), None
    for value in getattr(stream, "__dict__", {}).values():
        if _is_seekable(value):
            return True, value
    return False, None


def _is_seekable(file: object) -> bool:
    if not hasattr(file, "seek") or not hasattr(file, "tell"):
        return False
    seekable = getattr(file, "seekable", None)
    return not callable(seekable) or bool(seekable())  # an asynchronous file answers with an awaitable, and can seek
