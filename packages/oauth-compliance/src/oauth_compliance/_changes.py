"""The vocabulary of the fixes: small values that correct one deviation each, of a request or of an answer.

Rules of this room: a change does nothing where it finds nothing to correct, so it may run twice and may outlive the
deviation; it returns what it changed in a few words, without any value of a token or secret, or None. Changes are
compared by value and pickle, which is what makes fixes idempotent and removable.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qsl

from ._parts import Answer, RequestParts, at_path

__all__ = [
    "AddParameters",
    "AddQuery",
    "BearerType",
    "Change",
    "ChangeAnswer",
    "ChangeRequest",
    "Drop",
    "ErrorAt",
    "ErrorCodes",
    "FormAnswer",
    "JoinScope",
    "JSONBody",
    "Lift",
    "MoveToken",
    "Rename",
    "RenameParameter",
    "SetHeader",
    "SnakeCase",
    "SplitScope",
]

TOKEN_REQUEST = ("access_token_request", "refresh_token_request")
TOKEN_ANSWER = ("access_token_response", "refresh_token_response")
API_REQUEST = ("protected_request",)
EVERY_REQUEST = (*TOKEN_REQUEST, "revoke_token_request", *API_REQUEST)

Pairs = tuple[tuple[str, str], ...]


class ChangeRequest:
    """A correction of requests, at ``points``."""

    points: ClassVar[tuple[str, ...]] = TOKEN_REQUEST

    @abstractmethod
    def change(self, request: RequestParts) -> str | None:
        """Correct the request and say what was changed, or return None."""


class ChangeAnswer:
    """A correction of answers, at ``points``."""

    points: ClassVar[tuple[str, ...]] = TOKEN_ANSWER

    @abstractmethod
    def change(self, answer: Answer) -> str | None:
        """Correct the answer and say what was changed, or return None."""


Change = ChangeRequest | ChangeAnswer


def _token_of(answer: Answer) -> dict[str, object] | None:
    members = answer.members
    return members if members is not None and members.get("access_token") and "error" not in members else None


# Answers of the token endpoint.


@dataclass(frozen=True, slots=True)
class BearerType(ChangeAnswer):
    """Supplies ``token_type``, also in place of ``names`` (lower case) by which the provider calls it."""

    names: tuple[str, ...] = ()

    def change(self, answer: Answer) -> str | None:
        """Put Bearer where the type is missing or one of ``names``."""
        members = _token_of(answer)
        if members is None:
            return None
        kind = members.get("token_type")
        if kind and str(kind).lower() not in self.names:
            return None
        answer.members = {**members, "token_type": "Bearer"}
        return "called the token_type Bearer" if kind else "supplied token_type Bearer"


@dataclass(frozen=True, slots=True)
class FormAnswer(ChangeAnswer):
    """Reads an answer in form encoding."""

    def change(self, answer: Answer) -> str | None:
        """Put a form's parameters into a JSON object."""
        if answer.members is not None:
            return None
        found = dict(parse_qsl(answer.text.strip(), keep_blank_values=True))
        if not found.keys() & {"access_token", "error"}:
            return None
        answer.members = found
        return "translated the answer from form encoding"


@dataclass(frozen=True, slots=True)
class Rename(ChangeAnswer):
    """Gives a member its proper name."""

    old: str
    new: str

    def change(self, answer: Answer) -> str | None:
        """Rename the member unless the proper one is there."""
        members = answer.members
        if members is None or self.old not in members or self.new in members:
            return None
        answer.members = {self.new if name == self.old else name: value for name, value in members.items()}
        return f"renamed {self.old} to {self.new}"


@dataclass(frozen=True, slots=True)
class SnakeCase(ChangeAnswer):
    """Turns the names of a token answer from camelCase to snake_case."""

    def change(self, answer: Answer) -> str | None:
        """Rename every member where ``accessToken`` is among them."""
        members = answer.members
        if members is None or "accessToken" not in members:
            return None
        answer.members = {re.sub(r"(?<=[a-z0-9])[A-Z]", _lower, name): value for name, value in members.items()}
        return "renamed the members from camelCase"


def _lower(match: re.Match[str]) -> str:
    return f"_{match[0].lower()}"


@dataclass(frozen=True, slots=True)
class Lift(ChangeAnswer):
    """Lifts the token out of the member that wraps it."""

    member: str

    def change(self, answer: Answer) -> str | None:
        """Merge the wrapped members into the answer where it holds no token of its own."""
        members = answer.members
        wrapped = None if members is None else members.get(self.member)
        if members is None or members.get("access_token") or not isinstance(wrapped, dict):
            return None
        if not wrapped.get("access_token"):
            return None
        answer.members = {**{name: value for name, value in members.items() if name != self.member}, **wrapped}
        return f"lifted the token out of {self.member}"


@dataclass(frozen=True, slots=True)
class Drop(ChangeAnswer):
    """Drops members that say nothing: null, zero or empty."""

    names: tuple[str, ...]

    def change(self, answer: Answer) -> str | None:
        """Drop them from a token answer."""
        members = _token_of(answer)
        if members is None:
            return None
        idle = [name for name in self.names if name in members and members[name] in {None, 0, "0", ""}]
        if not idle:
            return None
        answer.members = {name: value for name, value in members.items() if name not in idle}
        return f"dropped {', '.join(idle)}, which said nothing"


@dataclass(frozen=True, slots=True)
class SplitScope(ChangeAnswer):
    """Writes the granted scope as the standard does: a list, or text with another separator, joined by spaces."""

    separator: str = ","

    def change(self, answer: Answer) -> str | None:
        """Join the scope by spaces."""
        members = _token_of(answer)
        scope = None if members is None else members.get("scope")
        if isinstance(scope, list):
            names = [str(name) for name in scope]
        elif isinstance(scope, str) and self.separator in scope:
            names = [name.strip() for name in scope.split(self.separator)]
        else:
            return None
        answer.members = {**(members or {}), "scope": " ".join(name for name in names if name)}
        return "joined the scope by spaces"


@dataclass(frozen=True, slots=True)
class ErrorAt(ChangeAnswer):
    """Finds the error where the provider puts it, by dotted paths; ``codes`` translates it into a code of the RFC."""

    code: str
    description: str = ""
    codes: Pairs = ()

    def change(self, answer: Answer) -> str | None:
        """Put code and text where the standard has them, unless an error is there already."""
        members = answer.members
        if members is None or isinstance(members.get("error"), str):
            return None
        found = at_path(members, self.code)
        if isinstance(found, bool) or not isinstance(found, (str, int)) or found in {"", 0}:
            return None
        text = at_path(members, self.description) if self.description else None
        changed = {**members, "error": dict(self.codes).get(str(found), str(found))}
        if isinstance(text, str) and text:
            changed["error_description"] = text
        answer.members = changed
        return f"took the error from {self.code}"


@dataclass(frozen=True, slots=True)
class ErrorCodes(ChangeAnswer):
    """Translates the provider's error codes into those of the RFC."""

    codes: Pairs

    def change(self, answer: Answer) -> str | None:
        """Translate the code, and keep the provider's in the description."""
        members = answer.members
        own = None if members is None else members.get("error")
        code = dict(self.codes).get(own) if isinstance(own, str) else None
        if members is None or code is None:
            return None
        text = members.get("error_description")
        answer.members = {**members, "error": code, "error_description": f"{text} ({own})" if text else own}
        return f"read the error {own} as {code}"


# Requests.


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

    pairs: Pairs
    at: tuple[str, ...] = TOKEN_REQUEST

    @property
    def points(self) -> tuple[str, ...]:  # type: ignore[override]  # an instance decides here
        """Where the parameters are added."""
        return self.at

    def change(self, request: RequestParts) -> str | None:
        """Add what is missing."""
        present = request.parameters
        names = {name for name, _ in present}
        added = [(name, value) for name, value in self.pairs if value and name not in names]
        if not added:
            return None
        request.parameters = [*present, *added]
        return f"added {', '.join(name for name, _ in added)}"


@dataclass(frozen=True, slots=True)
class AddQuery(ChangeRequest):
    """Adds parameters to the query of API requests where they are not there yet; empty values are not sent."""

    pairs: Pairs
    points: ClassVar[tuple[str, ...]] = API_REQUEST

    def change(self, request: RequestParts) -> str | None:
        """Add what is missing."""
        present = request.query
        names = {name for name, _ in present}
        added = [(name, value) for name, value in self.pairs if value and name not in names]
        if not added:
            return None
        request.query = [*present, *added]
        return f"added {', '.join(name for name, _ in added)} to the query"


@dataclass(frozen=True, slots=True)
class RenameParameter(ChangeRequest):
    """Gives a parameter of the token and revocation requests the provider's name."""

    old: str
    new: str
    points: ClassVar[tuple[str, ...]] = (*TOKEN_REQUEST, "revoke_token_request")

    def change(self, request: RequestParts) -> str | None:
        """Rename the parameter."""
        pairs = request.parameters
        if not any(name == self.old for name, _ in pairs):
            return None
        request.parameters = [(self.new if name == self.old else name, value) for name, value in pairs]
        return f"renamed {self.old} to {self.new}"


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
        request.query = [*(pair for pair in request.query if pair[0] != self.query), (self.query, token)]
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


ChangeFunction = Callable[[Answer], "str | None"]


@dataclass(frozen=True, slots=True)
class ByFunction(ChangeAnswer):
    """Corrects an answer by a function of a provider's own; a module's function, so that it pickles."""

    function: ChangeFunction

    def change(self, answer: Answer) -> str | None:
        """Call the function."""
        return self.function(answer)


@dataclass(frozen=True, slots=True)
class ByRequestFunction(ChangeRequest):
    """Corrects a request at ``at`` by a function of a provider's own; a module's function, so that it pickles."""

    function: Callable[[RequestParts], str | None]
    at: tuple[str, ...] = TOKEN_REQUEST

    @property
    def points(self) -> tuple[str, ...]:  # type: ignore[override]  # an instance decides here
        """Where the function is called."""
        return self.at

    def change(self, request: RequestParts) -> str | None:
        """Call the function."""
        return self.function(request)
