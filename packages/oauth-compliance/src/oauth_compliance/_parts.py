"""What a change of this package works on: the parts of a request, and the members of an answer.

Rules of this room: neutral values only, never an HTTP library's; header names are compared without their case;
whatever is not understood (a body that is no JSON object, a stream) is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping
from typing import cast
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

from oauth_core import HookResponse

__all__ = ["Answer", "RequestParts", "at_path"]


class RequestParts:
    """URL, headers and body of a request on its way out; a change may assign to each. ``body`` is None for a stream."""

    def __init__(self, url: str, headers: MutableMapping[str, str], body: str | bytes | None) -> None:
        self.url = url
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return "<RequestParts>"

    @property
    def query(self) -> list[tuple[str, str]]:
        """The decoded parameters of the query. Assign pairs to replace them."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @query.setter
    def query(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.url = urlunsplit(urlsplit(self.url)._replace(query=urlencode(tuple(pairs))))

    def add_to_query(self, pairs: Iterable[tuple[str, str]], *, instead_of: str = "") -> None:
        """Add parameters to the query, the rest of it left as it is spelt but for those of the name ``instead_of``."""
        parts = urlsplit(self.url)
        kept = [piece for piece in parts.query.split("&") if piece and not _is_named(piece, instead_of)]
        self.url = urlunsplit(parts._replace(query="&".join([*kept, urlencode(tuple(pairs))])))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The decoded form, or the query where there is no body. Assign pairs to replace them."""
        if not self.body:
            return self.query
        text = self.body.decode("utf-8") if isinstance(self.body, bytes) else self.body
        return parse_qsl(text, keep_blank_values=True)

    @parameters.setter
    def parameters(self, pairs: Iterable[tuple[str, str]]) -> None:
        if self.body:
            self.body = urlencode(tuple(pairs))
        else:
            self.query = list(pairs)

    def header(self, name: str) -> str | None:
        """Return a header, in any letter case."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def set_header(self, name: str, value: str | None) -> None:
        """Put this header in place of any of the same name; None takes it out."""
        for key in [key for key in self.headers if key.lower() == name.lower()]:
            del self.headers[key]
        if value is not None:
            self.headers[name] = value


def _is_named(piece: str, name: str) -> bool:
    return bool(name) and unquote_plus(piece.partition("=")[0]) == name


class Answer:
    """The answer of an endpoint: its status, and its members where it is a JSON object."""

    def __init__(self, response: HookResponse) -> None:
        self.response = response

    def __repr__(self) -> str:
        return f"<Answer {self.status}>"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def text(self) -> str:
        """The body as text."""
        return self.response.text

    @property
    def members(self) -> dict[str, object] | None:
        """The members of the JSON object, or None where the body is none. Assign a mapping to replace the body."""
        try:
            document = self.response.json()
        except (ValueError, RecursionError):
            return None
        return cast("dict[str, object]", document) if isinstance(document, dict) else None

    @members.setter
    def members(self, members: Mapping[str, object]) -> None:
        self.response.__dict__.pop("json", None)
        self.response.text = json.dumps(dict(members))
        self.response.headers["content-type"] = "application/json"


def at_path(document: object, path: str) -> object:
    """Return what lies at a dotted path of names and list positions, or None."""
    for step in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document
