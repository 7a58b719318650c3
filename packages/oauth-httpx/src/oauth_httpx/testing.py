"""The fake server of ``oauth_core.testing`` behind HTTPX: no socket, no thread.

``FakeServerTransport`` goes into one client and needs nothing more; ``intercept`` puts the server behind every client
of the process, by the library ``respx`` (the extra ``oauth-httpx[testing]``). ``oauth_httpx.httpx2.testing`` has the
transport for httpx2, which respx does not intercept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from re import escape
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import httpx

from oauth_core.testing import FakeAuthorizationServer

from ._testing import FakeServerTransportBase, PacedStream

if TYPE_CHECKING:
    import respx

__all__ = ["FakeServerTransport", "intercept"]


class _Stream(PacedStream, httpx.SyncByteStream, httpx.AsyncByteStream):
    pass


class FakeServerTransport(FakeServerTransportBase, httpx.BaseTransport, httpx.AsyncBaseTransport):  # noqa: D101 - its base says it
    __doc__ = FakeServerTransportBase.__doc__

    library: ClassVar[Any] = httpx
    stream_class = _Stream


@contextmanager
def intercept(server: FakeAuthorizationServer, *, origin: str | None = None) -> Iterator[respx.MockRouter]:
    """Put a fake server behind ``origin`` (its own unless given) for every client of HTTPX, while the block runs.

    Yields respx's router, to which further routes can be added. Requests to elsewhere fail. Clients of httpx2 are not
    intercepted: give them ``oauth_httpx.httpx2.testing.FakeServerTransport``.
    """
    import respx  # noqa: PLC0415 - an extra, which the transport above does without

    parts = urlsplit(origin or server.issuer)
    at = f"{parts.scheme}://{parts.netloc}"
    transport = FakeServerTransport(server, origin=at)

    def reply(request: httpx.Request) -> Any:
        return transport.response_to(request, [request.content])

    with respx.mock(assert_all_called=False) as router:
        router.route(url__regex=f"^{escape(at)}(?:[/?#]|$)").mock(side_effect=reply)
        yield router
