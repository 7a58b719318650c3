"""The fake server's protected resource, everything below ``/api/``, and an open twin below ``/public/``.

Rules of this room: every path below ``/api/`` demands a good token first; what is not one of the special paths
echoes the request, so that a test sees what arrived. A download is made while it is sent, an upload is counted
while it arrives: neither is held in memory.

- ``/api/redirect?status=307&to=URL`` redirects; without ``to`` it goes to ``/api/landed``. ``to`` may be anywhere.
- ``/api/stream?size=BYTES`` sends that many bytes.
- ``/api/upload`` counts and hashes the body.
- ``/api/status/CODE`` answers with that status.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

from oauth_core._messages import Response

from ._authority import Authority
from ._bearer import presented_token
from ._exchange import Exchange
from ._tokens import IssuedToken
from ._wire import PacedResponse, Refusal, json_response, parse_pairs

__all__ = ["CHUNK", "protected_resource", "public_resource", "streamed_resource"]

CHUNK = 64 * 1024
_ECHO_LIMIT = 64 * 1024


def protected_resource(authority: Authority, exchange: Exchange) -> Response:
    """Answer a request below ``/api/`` that carries a good token with the scope its path demands."""
    return _answer(authority, exchange, _admitted(authority, exchange))


def public_resource(authority: Authority, exchange: Exchange) -> Response:
    """Answer a request below ``/public/`` as the protected resource would, whatever it carries."""
    return _answer(authority, exchange, None)


def streamed_resource(authority: Authority, exchange: Exchange) -> Response:
    """Count an upload while it arrives, or send a download that is made on the way."""
    _admitted(authority, exchange)
    if exchange.path == "/api/stream":
        return _download(exchange)
    digest = sha256()
    for chunk in exchange.chunks or ():
        digest.update(chunk)
    return json_response({"bytes": exchange.body_size, "sha256": digest.hexdigest()})


def _admitted(authority: Authority, exchange: Exchange) -> IssuedToken:
    scope = authority.settings.required_scopes.get(exchange.path)
    return presented_token(authority, exchange.request, scope=scope)


def _answer(authority: Authority, exchange: Exchange, token: IssuedToken | None) -> Response:
    below = exchange.path.removeprefix("/").partition("/")[2]
    if below == "redirect":
        return _redirect(authority, exchange)
    if below.startswith("status/"):
        return _status(below.removeprefix("status/"))
    return _echo(exchange, token)


def _redirect(authority: Authority, exchange: Exchange) -> Response:
    target = exchange.query_value("to") or authority.url("/api/landed")
    status = exchange.query_value("status") or "302"
    if status not in {"301", "302", "303", "307", "308"}:
        raise Refusal("invalid_request", "status must be one of 301, 302, 303, 307, 308")
    return Response(int(status), (("Location", target), ("Content-Length", "0")))


def _status(code: str) -> Response:
    if not code.isdecimal() or not 200 <= int(code) <= 599:
        raise Refusal("invalid_request", "the status must be 200 to 599")
    if int(code) in {204, 304}:
        return Response(int(code))
    return json_response({"status": int(code)}, status=int(code))


def _echo(exchange: Exchange, token: IssuedToken | None) -> Response:
    request = exchange.request
    echo: dict[str, object] = {
        "method": request.method,
        "path": exchange.path,
        "query": [list(pair) for pair in parse_pairs(urlsplit(request.url).query)],
        "headers": [list(pair) for pair in request.headers],
        "body": request.body[:_ECHO_LIMIT].decode("utf-8", "replace"),
        "body_size": len(request.body),
        "token": None,
    }
    if token is not None:
        echo["token"] = {"client_id": token.client_id, "sub": token.subject, "scope": token.scope}
    return json_response(echo)


def _download(exchange: Exchange) -> Response:
    text = exchange.query_value("size") or str(CHUNK)
    if not text.isdecimal():
        raise Refusal("invalid_request", "size must be a number of bytes")
    size = int(text)
    headers = (("Content-Type", "application/octet-stream"),)
    return PacedResponse(200, headers, chunks=lambda: zeros(size), length=size)


def zeros(size: int) -> Iterator[bytes]:
    """Yield ``size`` zero bytes in chunks of 64 KiB, one and the same object again and again."""
    chunk = bytes(CHUNK)
    while size > 0:
        yield chunk if size >= CHUNK else chunk[:size]
        size -= CHUNK
