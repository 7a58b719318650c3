"""The wire, seen from the client: every exchange is counted and, if wanted, printed with its secrets masked.

Rules of this room: a transport of the HTTP library's own kind stands around the real one, so what is shown is what is
sent; nothing secret is printed, and an answer passes unchanged.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

MASK = "***"
MOST_SHOWN = 600  # characters of a body
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie"})
SECRET_PARAMETERS = frozenset(
    {
        "access_token",
        "actor_token",
        "assertion",
        "auth_req_id",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "id_token",
        "password",
        "refresh_token",
        "registration_access_token",
        "subject_token",
        "token",
        "user_code",
    }
)
SHOWN_HEADERS = frozenset({"authorization", "content-type", "location", "www-authenticate"})

Headers = Iterable[tuple[str, str]]


class Wire:
    """Counts what passes, from any thread; prints it where `verbose`."""

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose
        self._urls: list[str] = []
        self._lock = threading.Lock()

    def count(self, url: str) -> int:
        """Return how many requests to this URL (without its query) have passed."""
        with self._lock:
            return self._urls.count(url)

    def passed(
        self, request: tuple[str, str, Headers, bytes], response: tuple[int, Headers, bytes], *, who: str = "client"
    ) -> None:
        """Take note of one exchange: method, URL, headers and body; status, headers and body."""
        method, url, sent, body = request
        status, received, answer = response
        lines = [f"    {who} → {method} {masked_url(url)}", *_shown(sent, body), f"    {who} ← {status}"]
        lines += _shown(received, answer)
        with self._lock:
            self._urls.append(url.partition("?")[0])
            if self.verbose:
                print("\n".join(lines), flush=True)

    def adapter(self) -> HTTPAdapter:
        """Return an adapter to mount on a Requests session."""
        return _Adapter(self)

    def transport(self, library: ModuleType, *, asynchronous: bool) -> object:
        """Return a transport for a client of HTTPX or httpx2."""
        return _async_transport(self, library) if asynchronous else _sync_transport(self, library)


class _Adapter(HTTPAdapter):
    def __init__(self, wire: Wire) -> None:
        super().__init__(pool_maxsize=50)
        self._wire = wire

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        response = super().send(request, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        answer = response.raw.read(decode_content=False)
        response.close()
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        self._wire.passed(
            (str(request.method), str(request.url), request.headers.items(), bytes(body)),
            (response.status_code, response.headers.items(), answer),
        )
        headers = [pair for pair in response.raw.headers.items() if pair[0].lower() != "transfer-encoding"]
        again = HTTPResponse(
            io.BytesIO(answer),
            HTTPHeaderDict(headers),
            response.status_code,
            preload_content=False,
            decode_content=False,
        )
        return self.build_response(request, again)


def _sync_transport(wire: Wire, library: ModuleType) -> object:
    class Transport(library.HTTPTransport):  # type: ignore[name-defined,misc]  # either library's
        def handle_request(self, request: Any) -> Any:
            response = super().handle_request(request)
            answer = b"".join(response.stream)
            response.close()
            body = request.read()
            _note(wire, request, body, response, answer)
            return library.Response(
                response.status_code, headers=response.headers, stream=library.ByteStream(answer), request=request
            )

    return Transport()


def _async_transport(wire: Wire, library: ModuleType) -> object:
    class Transport(library.AsyncHTTPTransport):  # type: ignore[name-defined,misc]  # either library's
        async def handle_async_request(self, request: Any) -> Any:
            response = await super().handle_async_request(request)
            answer = b"".join([piece async for piece in response.stream])
            await response.aclose()
            body = await request.aread()
            _note(wire, request, body, response, answer)
            return library.Response(
                response.status_code, headers=response.headers, stream=library.ByteStream(answer), request=request
            )

    return Transport()


def _note(wire: Wire, request: Any, body: bytes, response: Any, answer: bytes) -> None:
    wire.passed(
        (request.method, str(request.url), request.headers.items(), body),
        (response.status_code, response.headers.items(), answer),
    )


def masked_url(url: str) -> str:
    """Return a URL with the secrets of its query and fragment masked."""
    parts = urlsplit(url)
    return parts._replace(query=_masked_form(parts.query), fragment=_masked_form(parts.fragment)).geturl()


def _masked_form(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    shown = [(name, MASK if name in SECRET_PARAMETERS else value) for name, value in pairs]
    return urlencode(shown, safe="*:/") if pairs else text


def _shown(headers: Headers, body: bytes) -> list[str]:
    lines = []
    kind = ""
    for name, value in headers:
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        lowered = name.lower()
        if lowered == "content-type":
            kind = text.partition(";")[0].strip().lower()
        if lowered in SECRET_HEADERS:
            text = f"{text.partition(' ')[0]} {MASK}" if lowered == "authorization" else MASK
        if lowered == "location":
            text = masked_url(text)
        if lowered in SHOWN_HEADERS:
            lines.append(f"        {name}: {text}")
    if body:
        lines.append(f"        {_masked_body(kind, body)}")
    return lines


def _masked_body(kind: str, body: bytes) -> str:
    if kind == "application/x-www-form-urlencoded":
        return _masked_form(body.decode("ascii", "replace"))
    try:
        members = json.loads(body)
    except ValueError:
        return f"({len(body)} bytes)"
    text = json.dumps(_masked_members(members), ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} … ({len(body)} bytes)"


def _masked_members(value: object) -> object:
    if isinstance(value, dict):
        return {name: MASK if _is_secret(name, item) else _masked_members(item) for name, item in value.items()}
    if isinstance(value, list):
        if len(value) == 2 and str(value[0]).lower() in SECRET_HEADERS:  # a header that the API echoes
            return [value[0], MASK]
        return [_masked_members(item) for item in value]
    return value


def _is_secret(name: str, value: object) -> bool:
    return isinstance(value, str) and name.lower() in SECRET_PARAMETERS | SECRET_HEADERS
