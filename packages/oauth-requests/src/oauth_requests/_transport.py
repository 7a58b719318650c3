"""Carrying a request to the authorization server over a Requests session's own transport.

Rules of this room: the session lends its adapters, TLS settings, client certificate and proxies, and nothing else: no
redirect, cookie, netrc, default header or parameter, hook or auth of the session touches the request. Each operation
times out, the body is read under a limit of size and time, and whatever goes wrong becomes one ``TransportError`` that
holds no native object.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, RequestException, Timeout
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as PoolTimeout

from oauth_core import ACCEPT_ENCODING, BodyReader, Request, Response, TransportError, bare_url

if TYPE_CHECKING:
    import requests

__all__ = ["DEFAULT_TIMEOUT", "HTTP_OPTIONS", "perform"]

DEFAULT_TIMEOUT = 10.0
HTTP_OPTIONS = frozenset({"cert", "proxies", "timeout", "verify"})
_PIECE = 65536
_USER_AGENT = "oauth-requests"


def perform(
    session: requests.Session,
    request: Request,
    options: Mapping[str, Any],
    *,
    timeout: Any = None,
) -> Response:
    """Send one request and return its answer.

    ``options`` are this call's ``timeout`` (seconds for each operation, or a pair for connecting and reading),
    ``verify``, ``cert`` and ``proxies``. Raises ``TransportError``.
    """
    prepared = _prepare(request)
    chosen = options.get("timeout")
    if chosen is None:
        chosen = DEFAULT_TIMEOUT if timeout is None else timeout
    problem: TransportError
    try:
        settings: Any = session.merge_environment_settings(
            request.url, options.get("proxies") or {}, True, options.get("verify"), options.get("cert")
        )
        native = session.get_adapter(request.url).send(prepared, timeout=chosen, **settings)
        with native:
            reader = BodyReader(native.headers.get("Content-Encoding"))
            read = _reading(native.raw)
            while piece := read(_PIECE):
                reader.feed(piece)
            headers = getattr(native.raw, "headers", None) or native.headers
            return Response(native.status_code, tuple(headers.items()), reader.finish())
    except TransportError as exc:
        problem = exc
    except (RequestException, HTTPError, OSError) as exc:
        problem = _translated(exc, request.url, session)
    problem.__context__ = None  # the native exception holds the request, and the request the credentials
    raise problem


def _prepare(request: Request) -> PreparedRequest:
    prepared = PreparedRequest()
    prepared.prepare_method(request.method)
    prepared.prepare_url(request.url, None)
    prepared.headers = CaseInsensitiveDict({"User-Agent": _USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING})
    prepared.headers.update(request.headers)
    prepared.body = request.body or None
    if request.method not in {"GET", "HEAD"}:
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


def _reading(raw: Any) -> Callable[[int], bytes]:
    """Return what reads whatever has arrived, undecoded, at most so many bytes."""
    if hasattr(raw, "read1"):
        return lambda size: raw.read1(size, decode_content=False)
    return lambda size: raw.read(min(size, 1024), decode_content=False)


def _translated(exc: Exception, url: str, session: requests.Session) -> TransportError:
    late = isinstance(exc, (Timeout, PoolTimeout, TimeoutError))
    reason: object = exc
    for _ in range(4):  # requests wraps urllib3, which wraps the socket's error
        inner = getattr(reason, "reason", None) or next(iter(getattr(reason, "args", ())), None)
        if not isinstance(inner, Exception):
            inner = getattr(reason, "__cause__", None)
        if not isinstance(inner, Exception):
            break
        reason = inner
        late = late or isinstance(inner, (PoolTimeout, TimeoutError))
    detail = f": {reason.strerror}" if isinstance(reason, OSError) and reason.strerror else ""
    if type(reason) is OSError and not detail:
        detail = f": {reason}"  # of a file that is missing, or of a proxy
    if isinstance(reason, SSLCertVerificationError) and session.trust_env and isinstance(session.verify, str):
        named = [name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name)]
        detail += f"; {named[0]} of the environment counted for more than session.verify" if named else ""
    return TransportError(
        f"no answer from {bare_url(url)} ({type(exc).__name__}, {type(reason).__name__}{detail})", timeout=late
    )
