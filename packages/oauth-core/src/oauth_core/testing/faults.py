"""What can go wrong with a server, each as a value to hand to ``FakeAuthorizationServer.inject``.

Rules of this room: a fault stands between the dispatcher and the handler; it may call ``proceed`` (the request is
then really processed) or not. One that takes time says so in its answer and never sleeps itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from itertools import repeat
from typing import TypeAlias
from urllib.parse import parse_qsl

from oauth_core._messages import Response, add_query, encode_form

from ._authority import Authority
from ._wire import ConnectionDropped, PacedResponse, html_response, json_response

__all__ = [
    "Fault",
    "callback",
    "dripping",
    "dropped",
    "endless",
    "error",
    "error_with_ok",
    "html_error",
    "html_ok",
    "huge",
    "not_utf8",
    "redirect",
    "respond",
    "slow",
    "too_many_requests",
    "unauthorized",
    "unavailable",
    "with_members",
    "without",
    "wrong_iss",
    "wrong_issuer",
    "wrong_state",
]

Proceed: TypeAlias = "Callable[[], Response]"

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by name: ``apply(authority, proceed)`` returns the answer, ``proceed()`` makes the proper one."""

    name: str
    apply: Callable[[Authority, Proceed], Response]

    def __repr__(self) -> str:
        return f"<Fault {self.name}>"


def respond(response: Response) -> Fault:
    """Answer with this response; the request is not processed."""
    return _instead(f"respond {response.status}", lambda _: response)


def unavailable(retry_after: float | None = None) -> Fault:
    """Answer 503, with ``Retry-After`` in seconds if given."""
    headers = () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
    body = {"error": "temporarily_unavailable", "error_description": "come back later"}
    return _instead("unavailable", lambda _: json_response(body, status=503, headers=headers))


def too_many_requests(retry_after: float = 5, *, as_date: bool = False) -> Fault:
    """Answer 429 with ``Retry-After`` in seconds, or as the HTTP date that many seconds after the server's clock."""

    def answer(authority: Authority) -> Response:
        text = formatdate(authority.clock() + retry_after, usegmt=True) if as_date else f"{retry_after:g}"
        body = {"error": "slow_down", "error_description": "too many requests"}
        return json_response(body, status=429, headers=(("Retry-After", text),))

    return _instead("too_many_requests", answer)


def html_error(status: int = 502) -> Fault:
    """Answer with the error page of a proxy."""
    return respond(html_response("Bad gateway: the upstream did not answer", status=status))


def html_ok() -> Fault:
    """Answer 200 with a page, as a captive portal does."""
    return respond(html_response("Welcome to the guest network"))


def slow(seconds: float) -> Fault:
    """Process the request, and answer ``seconds`` later."""
    return _afterwards("slow", lambda proper: _paced(proper, delay=seconds))


def dripping(seconds: float = 1.0) -> Fault:
    """Process the request, and send the body a byte every ``seconds``."""
    return _afterwards("dripping", lambda proper: _paced(proper, pause=seconds))


def huge(size: int = 10 * 1024**3, *, announced: bool = True) -> Fault:
    """Answer 200 with ``size`` bytes of JSON white space; ``announced`` puts the size into the header."""

    def chunks() -> Iterator[bytes]:
        chunk, left = b" " * _CHUNK, size
        while left > 0:
            yield chunk if left >= _CHUNK else chunk[:left]
            left -= _CHUNK

    headers = (("Content-Type", "application/json"),)
    return respond(PacedResponse(200, headers, chunks=chunks, length=size if announced else None))


def endless() -> Fault:
    """Answer 200 with a body that never ends."""
    headers = (("Content-Type", "application/json"),)
    return respond(PacedResponse(200, headers, chunks=lambda: repeat(b" " * _CHUNK)))


def dropped(*, processed: bool = False) -> Fault:
    """Close the connection without an answer; ``processed``: only after the request took effect."""

    def apply(_authority: Authority, proceed: Proceed) -> Response:
        if processed:
            proceed()
        raise ConnectionDropped("the server closed the connection")

    return Fault("dropped", apply)


def without(*names: str) -> Fault:
    """Leave members out of the proper JSON answer: ``without("expires_in")``."""

    def edit(members: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in members.items() if name not in names}

    return _afterwards(f"without {' '.join(names)}", lambda proper: _edited(proper, edit))


def with_members(members: Mapping[str, object]) -> Fault:
    """Put members into the proper JSON answer: ``with_members({"expires_in": "3600.5"})``."""
    name = f"with_members {' '.join(members)}"
    return _afterwards(name, lambda proper: _edited(proper, lambda found: {**found, **members}))


def wrong_issuer(issuer: str = "https://attacker.test") -> Fault:
    """Name another issuer in the metadata."""
    return with_members({"issuer": issuer})


def error(code: str, description: str | None = None, *, status: int = 400) -> Fault:
    """Answer with an OAuth error; the description may hold anything: quotes, control and non-ASCII characters."""
    return respond(_error(code, description, status))


def error_with_ok(code: str = "invalid_grant", description: str | None = None) -> Fault:
    """Answer an OAuth error with status 200."""
    return respond(_error(code, description, 200))


def not_utf8(*, status: int = 400) -> Fault:
    """Answer an OAuth error whose description is in Latin-1, against RFC 8259 §8.1."""
    body = '{"error": "invalid_request", "error_description": "ungültig"}'.encode("latin-1")
    return respond(Response(status, (("Content-Type", "application/json"),), body))


def unauthorized(*, challenge: bool = True, empty: bool = False) -> Fault:
    """Answer 401 whatever the token: with or without a challenge, with a JSON body or an empty one."""
    headers = (("WWW-Authenticate", 'Bearer realm="api", error="invalid_token"'),) if challenge else ()
    if empty:
        return respond(Response(401, (*headers, ("Content-Length", "0"))))
    return respond(json_response({"message": "unauthorized"}, status=401, headers=headers))


def redirect(to: str, *, status: int = 307) -> Fault:
    """Redirect the request to another URL."""
    return respond(Response(status, (("Location", to), ("Content-Length", "0"))))


def callback(**parameters: str | list[str] | None) -> Fault:
    """Change parameters of the authorization response: ``None`` removes one, a list sends it several times."""

    def edit(response: Response) -> Response:
        location = response.header("location")
        if location is None:
            return response
        mark = "#" if "#" in location else "?"
        base, _, encoded = location.partition(mark)
        kept = [(name, value) for name, value in parse_qsl(encoded) if name not in parameters]
        for name, value in parameters.items():
            values = [value] if isinstance(value, str) else value or []
            kept += [(name, item) for item in values]
        text = encode_form(kept)
        changed = f"{base}#{text}" if mark == "#" else add_query(base, text)
        headers = tuple((n, changed if n.lower() == "location" else v) for n, v in response.headers)
        return response.replace(headers=headers)

    return _afterwards(f"callback {' '.join(parameters)}", edit)


def wrong_state(state: str = "forged") -> Fault:
    """Send another state to the redirect URI."""
    return callback(state=state)


def wrong_iss(iss: str = "https://attacker.test") -> Fault:
    """Send another ``iss`` to the redirect URI. RFC 9207 §2.4."""
    return callback(iss=iss)


def _instead(name: str, answer: Callable[[Authority], Response]) -> Fault:
    return Fault(name, lambda authority, _: answer(authority))


def _afterwards(name: str, edit: Callable[[Response], Response]) -> Fault:
    return Fault(name, lambda _, proceed: edit(proceed()))


def _error(code: str, description: str | None, status: int) -> Response:
    members = {"error": code} if description is None else {"error": code, "error_description": description}
    return json_response(members, status=status)


def _edited(response: Response, edit: Callable[[dict[str, object]], dict[str, object]]) -> Response:
    """Return the answer with its JSON object edited; an error, and what is no JSON object, stays as it is."""
    if response.status not in {200, 201} or response.content_type not in {"application/json", "application/jrd+json"}:
        return response
    members = response.json()
    return response.replace(body=json.dumps(edit(members)).encode()) if isinstance(members, dict) else response


def _paced(response: Response, *, delay: float = 0.0, pause: float = 0.0) -> Response:
    if isinstance(response, PacedResponse):
        return response.replace(delay=delay or response.delay, pause=pause or response.pause)
    return PacedResponse(response.status, response.headers, response.body, delay=delay, pause=pause)
