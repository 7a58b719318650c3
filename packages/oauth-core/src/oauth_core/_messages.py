"""What flows and drivers exchange: requests to the authorization server, its answers, and two more commands.

Rules of this room: values are frozen; parameters are lists of pairs, because ``resource`` may repeat; a value
that would break out of its header or request line is refused when it is made; ``repr`` shows no secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from json import JSONDecodeError, dumps, loads
from typing import TypeAlias, TypeVar, cast
from urllib.parse import quote_plus, urlsplit

from ._errors import UsageError
from ._value import Value

__all__ = [
    "Call",
    "Flow",
    "Pairs",
    "Params",
    "Request",
    "Response",
    "Wait",
    "bare_url",
    "call",
    "encode_form",
    "pairs",
    "send",
]

T = TypeVar("T")

Pairs: TypeAlias = tuple[tuple[str, str], ...]
Params: TypeAlias = "Mapping[str, object] | Iterable[tuple[str, object]]"

FORM = "application/x-www-form-urlencoded"

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_BAD_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNRESERVED = re.compile(r"[0-9A-Za-z_.~\-]*\Z")
BAD_IN_URL = re.compile(r"[\x00-\x20\x7f]")


def pairs(params: Params | None) -> Pairs:
    """Return parameters as a tuple of string pairs: ``None`` is left out, a list or tuple repeats its name.

    Booleans become ``true`` and ``false``; a mapping, or a list with mappings in it, becomes compact JSON, and a single
    authorization detail the list that RFC 9396 §2 wants. Raises ``TypeError`` for a value that has no obvious text.
    """
    if not params:
        return ()
    items: Iterable[tuple[str, object]] = params.items() if isinstance(params, Mapping) else params
    found: list[tuple[str, str]] = []
    for name, value in items:
        if isinstance(value, str):
            found.append((name, str(value)))
        elif value is None:
            continue
        elif isinstance(value, Mapping) or (
            isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value)
        ):
            one = name == "authorization_details" and isinstance(value, Mapping)
            found.append((name, _json(name, [value] if one else value)))
        elif isinstance(value, (list, tuple, set, frozenset)):
            found.extend((name, _text(name, item)) for item in value if item is not None)
        else:
            found.append((name, _text(name, value)))
    return tuple(found)


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError(f"the parameter {name!r} is a {type(value).__name__}; pass text, a number or a list of these")


def _json(name: str, value: object) -> str:
    try:
        return dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError:
        raise TypeError(f"the parameter {name!r} holds a number that JSON does not know") from None


def _plain(value: object) -> dict[str, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent as JSON")


def encode_form(params: Iterable[tuple[str, str]]) -> str:
    """Encode pairs as ``application/x-www-form-urlencoded`` in UTF-8. RFC 6749 Appendix B."""
    return "&".join([f"{_encoded(name)}={_encoded(value)}" for name, value in params])


def _encoded(text: str) -> str:
    return text if _UNRESERVED.match(text) else quote_plus(text)


class Request(Value):
    """A request to the authorization server, before any HTTP library has seen it."""

    method: str
    url: str
    headers: Pairs = ()
    body: bytes = b""

    def _check(self) -> None:
        if not _TOKEN.match(self.method):
            raise UsageError(f"{self.method!r} is not an HTTP method")
        if BAD_IN_URL.search(self.url):
            raise UsageError("the URL of an endpoint holds a space or a control character; percent-encode it")
        for name, value in self.headers:
            check_header(name, value)

    def __repr__(self) -> str:
        return f"<Request {self.method} {bare_url(self.url)}>"

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any letter case."""
        return find_header(self.headers, name)

    def with_header(self, name: str, value: str) -> Request:
        """Return a copy with this header in place of any of the same name."""
        check_header(name, value)
        lower = name.lower()
        kept = tuple([pair for pair in self.headers if pair[0].lower() != lower])
        return self._changed(self.url, (*kept, (name, value)), self.body)

    def with_params(self, params: Iterable[tuple[str, str]]) -> Request:
        """Return a copy with these pairs added to the form body, or to the query of a GET."""
        encoded = encode_form(params)
        if not encoded:
            return self
        if self.method in {"GET", "HEAD", "DELETE"}:
            return self._changed(add_query(self.url, encoded), self.headers, self.body)
        body = self.body + b"&" if self.body else b""
        return self._changed(self.url, self.headers, body + encoded.encode("ascii"))

    def _changed(self, url: str, headers: Pairs, body: bytes) -> Request:
        """Return a copy of which every part was checked already."""
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, url=url, headers=headers, body=body)
        return new


class Response(Value):
    """The authorization server's whole answer. ``body`` is decoded from its content coding."""

    status: int
    headers: Pairs = ()
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.content_type or 'no type'}, {len(self.body)} bytes>"

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any letter case."""
        return find_header(self.headers, name)

    @property
    def content_type(self) -> str:
        """The media type in lower case, without its parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def status_code(self) -> int:
        """The status, under the name that Requests and HTTPX give it."""
        return self.status

    @property
    def text(self) -> str:
        """The body as UTF-8; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Return the decoded JSON body. Raises ``ValueError`` where it is not JSON in UTF-8."""
        try:
            body = self.body
            return cast("object", loads(body.decode("utf-8-sig" if body[:3] == b"\xef\xbb\xbf" else "utf-8")))
        except (JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise ValueError("the body is not JSON") from exc


class Wait(Value):
    """Ask the driver to let ``seconds`` pass."""

    seconds: float

    def __repr__(self) -> str:
        return f"<Wait of {self.seconds} s>"


class Call:
    """Ask the driver to call ``fn(*args)``: a store, a lock, a callback, a callable secret or a signer.

    The synchronous driver refuses an awaitable result, the asynchronous one awaits it. ``blocking`` marks a
    function that may wait for a disk or a network: the asynchronous driver gives it a thread.
    """

    __slots__ = ("args", "blocking", "fn")

    def __init__(self, fn: Callable[..., object], *args: object, blocking: bool = False) -> None:
        self.fn = fn
        self.args = args
        self.blocking = blocking

    def __repr__(self) -> str:
        return f"<Call {getattr(self.fn, '__qualname__', type(self.fn).__name__)}>"


Flow: TypeAlias = Generator[Request | Wait | Call, object, T]


def send(request: Request) -> Flow[Response]:
    """Send one request and return its answer (a flow)."""
    response = yield request
    if not isinstance(response, Response):
        raise TypeError(f"a driver answered a Request with {type(response).__name__}, not with a Response")
    if response.status >= 400 or b'"error"' in response.body:
        from ._echo import without_echo  # only an error needs it

        kept = without_echo(
            response.body, url=request.url, sent=request.body, authorization=request.header("authorization")
        )
        return response if kept == response.body else response.replace(body=kept)
    return response


def call(fn: Callable[..., object], *args: object, blocking: bool = False) -> Flow[object]:
    """Call a function of the user's, sync or async, and return its result (a flow)."""
    return (yield Call(fn, *args, blocking=blocking))


def check_header(name: str, value: str) -> None:
    """Refuse a header that would end its line or cannot be sent. Raises ``UsageError``."""
    if not _TOKEN.match(name):
        raise UsageError(f"{name[:50]!r} is not the name of an HTTP header")
    if _BAD_IN_VALUE.search(value) or not value.isascii():
        raise UsageError(
            f"the value of the header {name} holds a control character or a character outside ASCII; "
            "it would break the request"
        )


def find_header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the first header of this name, in any letter case."""
    lower = name.lower()
    for key, value in headers:
        if key.lower() == lower:
            return value
    return None


def add_query(url: str, encoded: str) -> str:
    """Return the URL with an encoded query added, its fragment kept last."""
    base, mark, fragment = url.partition("#")
    _, question, query = base.partition("?")
    joint = "?" if not question else "" if not query or query.endswith("&") else "&"
    return f"{base}{joint}{encoded}{mark}{fragment}"


def bare_url(url: str) -> str:
    """Return the URL without userinfo, query and fragment: what may be printed."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "(not a URL)"
