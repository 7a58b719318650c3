"""Reading an answer's body under a limit of size and time, whatever HTTP library delivers the bytes.

Rules of this room: the limit counts decoded bytes, and no more than that is ever decoded; the deadline is looked at
after every piece, so that a server that drips cannot hold a caller.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

from ._errors import TransportError

__all__ = ["ACCEPT_ENCODING", "BodyReader"]

ACCEPT_ENCODING = "gzip, deflate"
BODY_LIMIT = 1024 * 1024
BODY_DEADLINE = 30.0


class BodyReader:
    """Collects the pieces of one body as they came over the wire.

    ``limit`` is in bytes after decoding, ``deadline`` in seconds from now. Raises ``TransportError`` past either, and
    for a content coding other than gzip and deflate.
    """

    def __init__(
        self,
        content_encoding: str | None = None,
        *,
        limit: int = BODY_LIMIT,
        deadline: float = BODY_DEADLINE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pieces: list[bytes] = []
        self._fed = False
        self._left = limit
        self._limit = limit
        self._clock = clock
        self._seconds = deadline
        self._end = clock() + deadline
        coding = (content_encoding or "identity").strip().lower()
        self._decoder: zlib._Decompress | None = None
        if coding in {"gzip", "x-gzip", "deflate"}:
            self._decoder = zlib.decompressobj(wbits=47 if coding != "deflate" else 15)
        elif coding not in {"identity", ""}:
            raise TransportError(f"the answer's content coding {coding[:50]!r} was not asked for")
        self._raw_deflate_possible = coding == "deflate"
        self._head = b""

    def feed(self, piece: bytes) -> None:
        """Take a piece of the body. Raises ``TransportError``."""
        if self._clock() > self._end:
            raise TransportError(f"the answer was not complete after {self._seconds:g} seconds", timeout=True)
        self._fed = self._fed or bool(piece)
        if self._decoder is not None:
            piece = self._decode(piece)
        self._left -= len(piece)
        if self._left < 0:
            raise TransportError(f"the answer is longer than {self._limit} bytes; it was not read to its end")
        self._pieces.append(piece)

    def finish(self) -> bytes:
        """Return the whole decoded body. Raises ``TransportError`` where its coding ends early."""
        if self._decoder is not None and self._fed and not self._decoder.eof:
            raise TransportError("the answer ends before its content coding does")
        return b"".join(self._pieces)

    def _decode(self, piece: bytes) -> bytes:
        assert self._decoder is not None
        if self._raw_deflate_possible:
            self._head += piece
        try:
            decoded = self._decoder.decompress(piece, self._left + 1)
        except zlib.error as exc:
            if not self._raw_deflate_possible:
                raise TransportError(f"the answer's content coding is broken: {exc}") from None
            self._decoder = zlib.decompressobj(wbits=-15)  # some servers send deflate without its zlib header
            self._raw_deflate_possible = False
            return self._decode(self._head)
        if decoded:
            self._raw_deflate_possible, self._head = False, b""
        return decoded
