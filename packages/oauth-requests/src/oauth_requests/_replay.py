"""Sending a refused request once more, with other credentials.

Rules of this room: only a body that can be sent again whole is sent again; the refused answer is drained up to a limit,
closed, and kept in the history of the second one, which carries no hook that would replay it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from requests import PreparedRequest, Response
from requests.cookies import extract_cookies_to_jar
from requests.utils import rewind_body

__all__ = ["DRAINED", "replay", "replayable"]

DRAINED = 64 * 1024  # bytes of a refusal's body that are read so that its connection can be used again


def replayable(request: PreparedRequest) -> bool:
    """Tell whether a request's body can be sent again: none, bytes, text, or a file that can be rewound."""
    body = request.body
    if body is None or isinstance(body, (bytes, str)):
        return True
    return isinstance(getattr(request, "_body_position", None), int) and hasattr(body, "seek")


def replay(
    response: Response,
    prepare: Callable[[PreparedRequest], None],
    hook: Callable[..., Response],
    **kwargs: Any,
) -> Response:
    """Return the answer to the request of ``response`` after ``prepare`` has changed a copy of it.

    ``hook`` is the method whose partial reacted to the refusal; the copy goes without it.
    """
    request = response.request
    if not response._content_consumed:  # type: ignore[attr-defined]  # noqa: SLF001 - whether raw can still be read
        response.raw.read(DRAINED, decode_content=False)
    response.close()
    again = request.copy()
    again.hooks = {
        point: [one for one in hooks if getattr(one, "func", None) != hook] for point, hooks in request.hooks.items()
    }
    if hasattr(again.body, "seek"):
        rewind_body(again)
    extract_cookies_to_jar(again._cookies, request, response.raw)  # type: ignore[attr-defined,no-untyped-call]  # noqa: SLF001 - as requests' own HTTPDigestAuth does
    again.headers.pop("Cookie", None)
    again.prepare_cookies(again._cookies)  # type: ignore[attr-defined]  # noqa: SLF001 - likewise
    prepare(again)
    second: Response = response.connection.send(again, **kwargs)
    second.history.append(response)
    second.request = again
    return second
