"""The binding of this package to httpx2: its stream classes derived from that library's.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx2

from oauth_httpx._binding import Binding, CappedStream, CappedStreamAsync, PeekedStream, SealedStream

__all__ = ["BINDING"]


class _Sealed(SealedStream, httpx2.ByteStream):
    pass


class _Capped(CappedStream, httpx2.SyncByteStream):
    pass


class _CappedAsync(CappedStreamAsync, httpx2.AsyncByteStream):
    pass


class _Peeked(PeekedStream, httpx2.SyncByteStream, httpx2.AsyncByteStream):
    pass


BINDING = Binding(httpx2, sealed=_Sealed, capped=_Capped, capped_async=_CappedAsync, peeked=_Peeked)
