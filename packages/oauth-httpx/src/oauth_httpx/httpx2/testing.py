"""The fake server of ``oauth_core.testing`` behind httpx2: no socket, no thread."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx2

from oauth_httpx._testing import FakeServerTransportBase, PacedStream

__all__ = ["FakeServerTransport"]


class _Stream(PacedStream, httpx2.SyncByteStream, httpx2.AsyncByteStream):
    pass


class FakeServerTransport(FakeServerTransportBase, httpx2.BaseTransport, httpx2.AsyncBaseTransport):  # noqa: D101 - its base says it
    __doc__ = FakeServerTransportBase.__doc__

    library: ClassVar[Any] = httpx2
    stream_class = _Stream
