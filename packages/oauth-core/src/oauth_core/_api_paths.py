"""The URLs of an API under one root, which no path can leave.

Rules of this room: a path is appended, never resolved; what would climb out of the root is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from ._errors import UsageError
from ._urls import check_secure, origin

__all__ = ["ApiPaths"]


class ApiPaths:
    """The base of the API clients: joins paths to the root, and makes clients of what lies below it."""

    base_url: str

    def _set_root(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError("base_url is the absolute http(s) URL of the API's root")
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise UsageError("base_url holds no query, fragment or user name")
        self.base_url = base_url

    def _below(self, base_url: str) -> Self:
        raise NotImplementedError

    def url_for(self, path: object = None) -> str:
        """Return the URL of a path below the root: text, or an iterable of segments, each percent-encoded.

        Raises ``UsageError`` for a path that would leave the root.
        """
        if path is None or path == "":
            return self.base_url
        if isinstance(path, str):
            joined = path.lstrip("/")
        elif isinstance(path, Iterable) and not isinstance(path, (bytes, bytearray)):
            joined = "/".join(_segment(part) for part in path)
        else:
            joined = _segment(path)
        _refuse_climbing(joined)
        return f"{self.base_url.rstrip('/')}/{joined}"

    def is_below(self, url: str) -> bool:
        """Tell whether a URL lies at or below the root."""
        if origin(url) != origin(self.base_url):
            return False
        root, path = urlsplit(self.base_url).path.rstrip("/"), urlsplit(url).path
        return (path == root or path.startswith(root + "/")) and ".." not in unquote(path).split("/")

    def check_root(self) -> None:
        """Raise ``InsecureTransportError`` where the root is plain HTTP to another machine."""
        check_secure(self.base_url, what="a request with credentials")

    def __getattr__(self, name: str) -> Self:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._below(self.url_for([name]))

    def __getitem__(self, name: object) -> Self:
        return self._below(self.url_for([name]))


def _segment(part: object) -> str:
    text = part.decode("utf-8") if isinstance(part, bytes) else str(part)
    if not text:
        raise UsageError("a segment of the path is empty")
    return quote(text, safe="")


def _refuse_climbing(path: str) -> None:
    plain = path.partition("?")[0].partition("#")[0]
    for _ in range(3):  # encoded twice is decoded twice by some servers
        if "\\" in plain or any(part in {".", ".."} for part in plain.split("/")):
            raise UsageError("a path must not leave the API's root: it holds '.', '..' or a backslash as a segment")
        plain = unquote(plain)
    if "://" in path.partition("?")[0]:
        raise UsageError("pass a path below the API's root, not a URL")
