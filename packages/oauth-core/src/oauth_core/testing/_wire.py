"""Answers, refusals and the reading of parameters: what every endpoint of the fake server shares.

Rules of this room: a parameter is read as strictly as the RFCs let a server read it; an answer is a value, and one
that takes time or has no end says so as data, so that whoever sends it (memory, a socket, a mock) decides how.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl

from oauth_core._errors import TransportError
from oauth_core._messages import FORM, Pairs, Request, Response

__all__ = [
    "ConnectionDropped",
    "PacedResponse",
    "Refusal",
    "html_response",
    "json_response",
    "read_form",
    "single",
]

NO_STORE = (("Cache-Control", "no-store"),)

# `resource` (RFC 8707 §2) and `audience` (RFC 8693 §2.1) are the parameters that may be sent more than once.
REPEATABLE = frozenset({"resource", "audience"})


class ConnectionDropped(ConnectionResetError):
    """The fault `faults.dropped()`: the server closes the connection without an answer."""


class PacedResponse(Response):
    """An answer that comes late, byte by byte, or whose body is made while it is sent.

    ``delay`` is the seconds before the first byte, ``pause`` the seconds between two chunks. ``chunks`` makes the
    body anew for each sending; without it the body is ``body``, in single bytes if there is a pause. ``length``
    is the announced size in bytes; ``None`` announces none (a chunked body).
    """

    delay: float = 0.0
    pause: float = 0.0
    chunks: Callable[[], Iterable[bytes]] | None = None
    length: int | None = None

    def iter_body(self) -> Iterator[bytes]:
        """Yield the chunks of the body; the sender waits ``pause`` seconds between two of them."""
        if self.chunks is not None:
            # An empty chunk would end a chunked body.
            yield from filter(None, self.chunks())
        elif self.pause:
            for index in range(len(self.body)):
                yield self.body[index : index + 1]
        else:
            yield self.body

    def timed_body(self, limit: int) -> Iterator[tuple[float, bytes]]:
        """Yield the chunks of the body, each with the seconds to wait before it, the delay first.

        Raises ``TransportError`` where the body has more than ``limit`` bytes.
        """
        yield self.delay, b""
        size = 0
        for index, chunk in enumerate(self.iter_body()):
            size += len(chunk)
            if size > limit:
                raise TransportError(f"the body is larger than {limit} bytes")
            yield (self.pause if index else 0.0), chunk


class Refusal(Exception):
    """Raised by a handler to answer with an OAuth error object instead of a result. RFC 6749 §5.2."""

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = 400,
        headers: Pairs = (),
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description
        self.status = status
        self.headers = headers
        self.members = dict(members or {})

    def response(self) -> Response:
        """Return the refusal as the JSON answer that it stands for."""
        body = {"error": self.error, "error_description": self.description, **self.members}
        return json_response(body, status=self.status, headers=self.headers)


def json_response(
    body: object, *, status: int = 200, headers: Pairs = (), media_type: str = "application/json"
) -> Response:
    """Return a JSON answer that no cache may keep."""
    fixed = (("Content-Type", media_type), *NO_STORE)
    return Response(status, (*fixed, *headers), json.dumps(body).encode())


def html_response(text: str, *, status: int = 200, headers: Pairs = ()) -> Response:
    """Return a page for a person: what proxies and broken servers send, and what a browser would show."""
    page = f"<!doctype html><title>{status}</title><p>{text}</p>"
    return Response(status, (("Content-Type", "text/html; charset=utf-8"), *headers), page.encode())


def parse_pairs(encoded: str) -> Pairs:
    """Decode a form or query. Raises ``Refusal`` where it is not UTF-8."""
    try:
        return tuple(parse_qsl(encoded, keep_blank_values=True, errors="strict"))
    except ValueError:
        raise Refusal("invalid_request", "the parameters are not form-encoded UTF-8") from None


def checked(params: Pairs) -> Pairs:
    """Return the parameters without the empty ones, which count as absent.

    Raises ``Refusal`` where a parameter is sent twice. RFC 6749 §3.1, §3.2.
    """
    present = tuple((name, value) for name, value in params if value)
    seen: set[str] = set()
    for name, _ in present:
        if name in seen and name not in REPEATABLE:
            raise Refusal("invalid_request", f"the parameter {name} is repeated")
        seen.add(name)
    return present


def read_form(request: Request) -> Pairs:
    """Return the form of a POST, read strictly.

    Raises ``Refusal`` for another method or content type, for credentials in the query and for a repeated
    parameter. RFC 6749 §2.3.1, §3.2.
    """
    if request.method != "POST":
        raise Refusal("invalid_request", "use POST", status=405, headers=(("Allow", "POST"),))
    media_type, _, options = (request.header("content-type") or "").partition(";")
    if media_type.strip().lower() != FORM:
        raise Refusal("invalid_request", f"the body must be {FORM}, not {media_type.strip() or 'without a type'}")
    charset = options.strip().lower().removeprefix("charset=").strip('"')
    if charset not in {"", "utf-8"}:
        raise Refusal("invalid_request", "the form must be in UTF-8")
    query = request.url.partition("#")[0].partition("?")[2]
    misplaced = {name for name, _ in parse_pairs(query)} & {"client_id", "client_secret", "client_assertion"}
    if misplaced:
        raise Refusal("invalid_request", f"{min(misplaced)} must not be sent in the URL")
    try:
        text = request.body.decode("ascii")
    except UnicodeDecodeError:
        raise Refusal("invalid_request", "the form holds bytes that are not percent-encoded") from None
    return checked(parse_pairs(text))


def single(params: Pairs, name: str) -> str | None:
    """Return the value of a parameter, or ``None`` where it is absent."""
    for key, value in params:
        if key == name:
            return value
    return None


def required(params: Pairs, name: str) -> str:
    """Return the value of a parameter. Raises ``Refusal`` where it is absent."""
    value = single(params, name)
    if value is None:
        raise Refusal("invalid_request", f"the parameter {name} is missing")
    return value
