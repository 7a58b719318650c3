"""One request on its way through the fake server, and the record that stays of it.

Rules of this room: an exchange is what handlers read; a record is what tests read, is frozen, and holds what was
on the wire (its ``repr`` shows no more than method, path and status).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from oauth_core._messages import FORM, Pairs, Request, find_header

from ._wire import parse_pairs, single

__all__ = ["Decision", "Exchange", "SeenRequest"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person at the authorization page does. ``scope`` grants less than was asked for."""

    user: str | None = None
    approve: bool = True
    scope: str | None = None


@dataclass(slots=True)
class Exchange:
    """A request with what the dispatcher knows about it. ``path`` is relative to the issuer's path.

    ``chunks`` is the unread body of an upload; ``body_size`` counts what was read of it.
    """

    request: Request
    endpoint: str
    path: str
    decision: Decision | None = None
    chunks: Iterable[bytes] | None = field(default=None, repr=False)
    body_size: int = 0

    @property
    def query(self) -> Pairs:
        """The decoded query. Raises ``Refusal`` where it is not UTF-8."""
        return parse_pairs(urlsplit(self.request.url).query)

    def query_value(self, name: str) -> str | None:
        """Return a parameter of the query."""
        return single(self.query, name)


@dataclass(frozen=True, slots=True, repr=False)
class SeenRequest:
    """A request as the server saw it, and the status it answered (``None``: the connection was dropped).

    ``body`` is cut at 64 KiB, ``body_size`` is its whole size in bytes, ``at`` is the server's clock.
    """

    endpoint: str
    method: str
    url: str
    headers: Pairs
    body: bytes
    body_size: int
    status: int | None
    at: float

    def __repr__(self) -> str:
        return f"<SeenRequest {self.method} {self.path} {self.status}>"

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path

    @property
    def query(self) -> Pairs:
        """The parameters of the URL."""
        return tuple(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def form(self) -> Pairs:
        """The parameters of a form body; none where the body is something else."""
        if (self.header("content-type") or "").partition(";")[0].strip().lower() != FORM:
            return ()
        return tuple(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any letter case."""
        return find_header(self.headers, name)

    def param(self, name: str) -> str | None:
        """Return a parameter of the form or, failing that, of the query."""
        return single((*self.form, *self.query), name)
