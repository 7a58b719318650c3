"""The vocabulary of fixes for answers: small values that correct one deviation each.

Rules of this room: those of ``_changes``; an answer that is no JSON object, or an error, is left alone by whatever
corrects tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from ._changes import ChangeAnswer
from ._parts import Answer, at_path

__all__ = ["BearerType", "Drop", "ErrorAt", "ErrorCodes", "FormAnswer", "Lift", "Rename", "SnakeCase", "SplitScope"]


def _token_of(answer: Answer) -> dict[str, object] | None:
    members = answer.members
    return members if members is not None and members.get("access_token") and "error" not in members else None


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
        idle = [name for name in self.names if name in members and members[name] in (None, 0, "0", "")]
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
        if isinstance(scope, list) and all(isinstance(name, str) for name in scope):
            scope = self.separator.join(scope)
        elif not isinstance(scope, str) or self.separator not in scope:
            return None
        names = [name.strip() for name in scope.split(self.separator)]
        answer.members = {**(members or {}), "scope": " ".join(filter(None, names))}
        return "joined the scope by spaces"


@dataclass(frozen=True, slots=True)
class ErrorAt(ChangeAnswer):
    """Finds the error where the provider puts it, by dotted paths; ``codes`` translates it into a code of the RFC."""

    code: str
    description: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)

    def change(self, answer: Answer) -> str | None:
        """Put code and text where the standard has them, unless an error is there already."""
        members = answer.members
        if members is None or isinstance(members.get("error"), str):
            return None
        found = at_path(members, self.code)
        if isinstance(found, bool) or not isinstance(found, (str, int)) or found in {"", 0}:
            return None
        text = at_path(members, self.description) if self.description else None
        changed = {**members, "error": self.codes.get(str(found), str(found))}
        if isinstance(text, str) and text:
            changed["error_description"] = text
        answer.members = changed
        return f"took the error from {self.code}"


@dataclass(frozen=True, slots=True)
class ErrorCodes(ChangeAnswer):
    """Translates the provider's error codes into those of the RFC."""

    codes: Mapping[str, str]

    def change(self, answer: Answer) -> str | None:
        """Translate the code, and keep the provider's in the description."""
        members = answer.members
        own = None if members is None else members.get("error")
        code = self.codes.get(own) if isinstance(own, str) else None
        if members is None or code is None:
            return None
        text = members.get("error_description")
        answer.members = {**members, "error": code, "error_description": f"{text} ({own})" if text else own}
        return f"read the error {own} as {code}"
