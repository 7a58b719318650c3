"""The person's browser, played with the standard library: redirects and cookies, until the server sends it back.

Rules of this room: it stops at the redirect URI, which is never contacted.
"""

from __future__ import annotations

import http.cookiejar
import sys
import urllib.error
import urllib.parse
import urllib.request

from .wire import Wire

_STEPS = 20


class NotSentBack(Exception):
    """The server showed a page that a program cannot answer, instead of going back to the client."""


class _Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def approve(url: str, redirect_uri: str, wire: Wire) -> str:
    """Open an authorization URL and return the URL of the callback.

    Where the server shows a page, a person at the terminal is asked to take over; raises `NotSentBack` without one.
    """
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _Unfollowed())
    here, status = url, 0
    for _ in range(_STEPS):
        try:
            with opener.open(here, timeout=10) as answer:
                status, headers = answer.status, answer.headers
        except urllib.error.HTTPError as exc:
            with exc:
                status, headers = exc.code, exc.headers
        wire.passed(("GET", here, (), b""), (status, headers.items(), b""), who="browser")
        location: str | None = headers.get("Location")
        if not 300 <= status < 400 or not location:
            break
        here = urllib.parse.urljoin(here, location)
        if _same_place(here, redirect_uri):
            return here
    if not sys.stdin.isatty():
        raise NotSentBack(f"the server answered {status} with a page for a person; run the demo in a terminal")
    print(f"\n    Open this address in a browser:\n    {url}")
    return input("    Paste the address that it ends at: ").strip()


def _same_place(url: str, redirect_uri: str) -> bool:
    one, other = urllib.parse.urlsplit(url), urllib.parse.urlsplit(redirect_uri)
    return (one.scheme, one.netloc, one.path) == (other.scheme, other.netloc, other.path)
