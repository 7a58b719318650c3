"""The browser's part in a login, with the standard library: cookies, redirects and forms, until the server is left.

A browser of the tests talks to one origin only. The first redirect that leaves it is the callback to the client, and
is returned instead of being followed: nothing outside loopback is ever contacted.
"""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from html.parser import HTMLParser
from typing import IO

MAX_STEPS = 20


class BrowserError(RuntimeError):
    """The server showed a page where a redirect to the client was expected."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = given.get("action")
        named_button = tag == "button" and given.get("value")
        if (tag == "input" or named_button) and given.get("name"):
            self.fields.append((str(given["name"]), given.get("value") or ""))


class Browser:
    """Follows one user's way through the pages of one server; its cookies last as long as the object."""

    def __init__(self, origin: str) -> None:
        self._origin = _origin(origin)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            _NoRedirect(),
        )

    def visit(self, url: str) -> tuple[str, list[tuple[str, str]]]:
        """Go to `url` and on until the server is left: the address it ends at, and the form posted there (or [])."""
        data: bytes | None = None
        for _ in range(MAX_STEPS):
            status, location, page = self._open(url, data)
            if location is not None:
                url, data = urllib.parse.urljoin(url, location), None
                if _origin(url) != self._origin:
                    return url, []
                continue
            form = _Form(page)
            target = urllib.parse.urljoin(url, form.action or "")
            if _origin(target) != self._origin:  # the status may be that of the error which the form holds
                return target, form.fields
            if status >= 400 or form.action is None:
                raise BrowserError(f"the server answered {status} and no way on: {page[:500]}")
            url = target
            data = urllib.parse.urlencode(form.fields).encode()
        raise BrowserError(f"the server sent the browser around in circles, the last time to {url[:200]}")

    def _open(self, url: str, data: bytes | None) -> tuple[int, str | None, str]:
        try:
            with self._opener.open(url, data, timeout=10) as response:
                return response.status, None, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                location = error.headers.get("Location") if 300 <= error.code < 400 else None
                return error.code, location, error.read().decode(errors="replace")


def _origin(url: str) -> tuple[str, str]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.netloc
