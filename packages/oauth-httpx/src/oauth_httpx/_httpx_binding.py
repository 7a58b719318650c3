"""The binding of this package to HTTPX: its stream classes derived from that library's.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx

from ._binding import Binding, CappedStream, CappedStreamAsync, PeekedStream, SealedStream

__all__ = ["BINDING"]


class _Sealed(SealedStream, httpx.ByteStream):
    pass


class _Capped(CappedStream, httpx.SyncByteStream):
    pass


class _CappedAsync(CappedStreamAsync, httpx.AsyncByteStream):
    pass


class _Peeked(PeekedStream, httpx.SyncByteStream, httpx.AsyncByteStream):
    pass


BINDING = Binding(httpx, sealed=_Sealed, capped=_Capped, capped_async=_CappedAsync, peeked=_Peeked)
