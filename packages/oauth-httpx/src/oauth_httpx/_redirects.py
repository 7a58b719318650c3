"""Following redirects of API requests, so that a token goes nowhere but to the origin first asked.

Rules of this room: on the way within that origin each hop gets the token anew; after the first step out of it no hop
does, not even one that leads back. A hop that would carry the token itself, in its body or its URL, is not taken: the
redirect is the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oauth_core import same_origin

if TYPE_CHECKING:
    from ._auth import TokenAuth
    from ._binding import Binding

__all__ = ["Redirects"]


class Redirects:
    """The redirects of one call. ``first`` is the request before the token was put on it."""

    def __init__(self, binding: Binding, handler: TokenAuth, first: Any, most: int) -> None:
        self._binding = binding
        self._handler = handler
        self._most = most
        self._at_home = True
        self._first_url = str(first.url)
        self._content: bytes | None = first.read() if binding.is_bytes(first.stream) else None
        self._history: list[Any] = []

    def after(self, response: Any) -> tuple[Any, Any] | None:
        """Return the request that follows this answer and its auth, or None where the answer is the last.

        Raises the library's ``TooManyRedirects``.
        """
        response.history = [*self._history, *response.history]
        upcoming = response.next_request
        if upcoming is None:
            return None
        library = self._binding.library
        with_body = upcoming.stream is response.request.stream and self._handler.token_placement == "body"
        self._at_home = self._at_home and same_origin(str(upcoming.url), self._first_url)
        if not self._at_home and (with_body or self._handler.hooked or self._quoted(upcoming.url)):
            return None
        if len(response.history) >= self._most:
            raise library.TooManyRedirects("Exceeded maximum allowed redirects.", request=response.request)
        self._history = [*response.history, response]
        if not self._at_home:
            upcoming.headers.pop("Authorization", None)
            return upcoming, library.Auth()
        if with_body and self._content is not None:
            upcoming = self._binding.with_body(upcoming, self._content)
        if self._handler.token_placement == "uri":
            upcoming.url = upcoming.url.copy_remove_param("access_token")  # where the server repeats our query
        return upcoming, self._handler

    def _quoted(self, url: Any) -> bool:
        token = self._handler.token
        text = None if token is None else token.get("access_token")
        return isinstance(text, str) and (text in str(url) or text in url.params.values())
