"""The vocabulary of fixes for requests: small values that correct one deviation each.

Rules of this room: those of ``_changes``; what the caller has set already is not overridden unless a change says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ._changes import API_REQUEST, TOKEN_REQUEST, ChangeRequest
from ._parts import RequestParts

__all__ = ["AddParameters", "AddQuery", "JSONBody", "JoinScope", "MoveToken", "RenameParameter", "SetHeader"]


@dataclass(frozen=True, slots=True)
class JoinScope(ChangeRequest):
    """Joins the requested scope by the provider's separator."""

    separator: str = ","
    points: ClassVar[tuple[str, ...]] = ("authorization_request", *TOKEN_REQUEST)

    def change(self, request: RequestParts) -> str | None:
        """Replace the spaces of ``scope``."""
        pairs = request.parameters
        if not any(name == "scope" and " " in value for name, value in pairs):
            return None
        join = self.separator.join
        request.parameters = [(name, join(value.split()) if name == "scope" else value) for name, value in pairs]
        return f"joined the scope by {self.separator!r}"


@dataclass(frozen=True, slots=True)
class AddParameters(ChangeRequest):
    """Adds parameters to the token request, or at ``at``, where they are not there yet; empty values are not sent."""

    values: Mapping[str, str]
    at: tuple[str, ...] = TOKEN_REQUEST

    @property
    def points(self) -> tuple[str, ...]:  # type: ignore[override]  # an instance decides here
        """Where the parameters are added."""
        return self.at

    def change(self, request: RequestParts) -> str | None:
        """Add what is missing."""
        present = request.parameters
        names = {name for name, _ in present}
        added = [(name, value) for name, value in self.values.items() if value and name not in names]
        if not added:
            return None
        request.parameters = [*present, *added]
        return f"added {', '.join(name for name, _ in added)}"


@dataclass(frozen=True, slots=True)
class AddQuery(ChangeRequest):
    """Adds parameters to the query of API requests where they are not there yet; empty values are not sent."""

    values: Mapping[str, str]
    points: ClassVar[tuple[str, ...]] = API_REQUEST

    def change(self, request: RequestParts) -> str | None:
        """Add what is missing."""
        names = {name for name, _ in request.query}
        added = [(name, value) for name, value in self.values.items() if value and name not in names]
        if not added:
            return None
        request.add_to_query(added)
        return f"added {', '.join(name for name, _ in added)} to the query"


@dataclass(frozen=True, slots=True)
class RenameParameter(ChangeRequest):
    """Gives a parameter the provider's name in token and revocation requests, or at ``at``; ``keep`` sends both."""

    old: str
    new: str
    at: tuple[str, ...] = (*TOKEN_REQUEST, "revoke_token_request")
    keep: bool = False

    @property
    def points(self) -> tuple[str, ...]:  # type: ignore[override]  # an instance decides here
        """Where the parameter is renamed."""
        return self.at

    def change(self, request: RequestParts) -> str | None:
        """Rename the parameter unless the proper one is there."""
        pairs = request.parameters
        found = [value for name, value in pairs if name == self.old]
        if not found or any(name == self.new for name, _ in pairs):
            return None
        kept = pairs if self.keep else [pair for pair in pairs if pair[0] != self.old]
        request.parameters = [*kept, *((self.new, value) for value in found)]
        return f"{'repeated' if self.keep else 'renamed'} {self.old} as {self.new}"


@dataclass(frozen=True, slots=True)
class SetHeader(ChangeRequest):
    """Sends a header with each request, or at ``at``; an empty value sends none. ``replace`` overrides another."""

    name: str
    value: str
    at: tuple[str, ...] = API_REQUEST
    replace: bool = False

    @property
    def points(self) -> tuple[str, ...]:  # type: ignore[override]  # an instance decides here
        """Where the header is sent."""
        return self.at

    def change(self, request: RequestParts) -> str | None:
        """Set the header where it is missing."""
        present = request.header(self.name)
        if not self.value or present == self.value or (present is not None and not self.replace):
            return None
        request.set_header(self.name, self.value)
        return f"set {self.name}"


@dataclass(frozen=True, slots=True)
class MoveToken(ChangeRequest):
    """Moves the bearer token of an API request to the header or the query parameter that the provider reads."""

    header: str = ""
    query: str = ""
    points: ClassVar[tuple[str, ...]] = API_REQUEST

    def change(self, request: RequestParts) -> str | None:
        """Take the token out of ``Authorization`` and put it where it belongs."""
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token or not (self.header or self.query):
            return None
        request.set_header("Authorization", None)
        if self.header:
            request.set_header(self.header, token)
            return f"moved the token to the header {self.header}"
        request.add_to_query([(self.query, token)], instead_of=self.query)
        return f"moved the token to the query parameter {self.query}"


@dataclass(frozen=True, slots=True)
class JSONBody(ChangeRequest):
    """Sends the parameters of the token request as JSON."""

    def change(self, request: RequestParts) -> str | None:
        """Write the form as a JSON object."""
        if "json" in (request.header("Content-Type") or "") or not request.body:
            return None
        request.body = json.dumps(dict(request.parameters))
        request.set_header("Content-Type", "application/json")
        return "sent the parameters as JSON"
