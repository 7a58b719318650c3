"""The fake server of ``oauth_core.testing`` behind Requests: no socket, no thread.

``FakeServerAdapter`` is mounted on one session and needs nothing more; ``intercept`` puts the server behind every
session of the process, by the library ``responses`` (the extra ``oauth-requests[testing]``).

Rules of this room: a request is translated, answered by the fake server, and translated back; nothing is decided.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from re import compile as pattern
from re import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests import ConnectionError as RequestsConnectionError
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from oauth_core import Request, TransportError
from oauth_core import Response as Answer
from oauth_core.testing import FakeAuthorizationServer

if TYPE_CHECKING:
    import responses

__all__ = ["FakeServerAdapter", "intercept", "mount"]

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class FakeServerAdapter(HTTPAdapter):
    """A transport adapter that hands every request to a fake server."""

    def __init__(self, server: FakeAuthorizationServer) -> None:
        super().__init__()
        self.server = server

    def send(
        self,
        request: PreparedRequest,
        stream: Any = False,  # noqa: FBT002 - requests' own signature
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002 - likewise
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the fake server's answer. Raises ``requests.ConnectionError`` for a dropped connection."""
        answer = _answer(self.server, request)
        native = HTTPResponse(
            body=io.BytesIO(answer.body),
            headers=HTTPHeaderDict(answer.headers),
            status=answer.status,
            preload_content=False,
        )
        response = self.build_response(request, native)
        response.connection = self
        return response


def mount(session: Session, server: FakeAuthorizationServer) -> Session:
    """Put a fake server behind its own origin on this session, and return the session."""
    parts = urlsplit(server.issuer)
    session.mount(f"{parts.scheme}://{parts.netloc}/", FakeServerAdapter(server))
    return session


@contextmanager
def intercept(server: FakeAuthorizationServer, *, origin: str | None = None) -> Iterator[responses.RequestsMock]:
    """Put a fake server behind ``origin`` (its own unless given) for every session, while the block runs.

    Yields the ``RequestsMock``, to which further answers can be added. Requests to elsewhere fail.
    """
    import responses  # noqa: PLC0415 - an extra, which the adapter above does without

    parts = urlsplit(server.issuer)
    prefix = pattern(escape(origin or f"{parts.scheme}://{parts.netloc}") + "(?:[/?#]|$)")

    def reply(request: PreparedRequest) -> Any:  # headers as pairs, which its stubs do not know
        answer = _answer(server, request)
        return answer.status, list(answer.headers), answer.body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in _METHODS:
            mock.add_callback(method, prefix, callback=reply, content_type=None)
        yield mock


def _answer(server: FakeAuthorizationServer, request: PreparedRequest) -> Answer:
    try:
        return server.send(
            Request(request.method or "GET", request.url or "", tuple(request.headers.items()), _body(request))
        )
    except TransportError as exc:
        raise RequestsConnectionError(str(exc), request=request) from None


def _body(request: PreparedRequest) -> bytes:
    body: Any = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, bytes):
        return body
    content = body.read() if hasattr(body, "read") else b"".join(body)
    return content.encode("utf-8") if isinstance(content, str) else bytes(content)
