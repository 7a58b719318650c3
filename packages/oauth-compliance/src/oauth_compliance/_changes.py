"""What a change is, and the points of a conversation at which changes work.

Rules of this room: a change does nothing where it finds nothing to correct, so it may run twice and may outlive the
deviation; it returns what it changed in a few words, without any value of a token or secret, or None. Changes are
compared by value and pickle, which is what makes fixes idempotent and removable.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ._parts import Answer, RequestParts

__all__ = [
    "API_REQUEST",
    "EVERY_REQUEST",
    "TOKEN_ANSWER",
    "TOKEN_REQUEST",
    "ByFunction",
    "ByRequestFunction",
    "Change",
    "ChangeAnswer",
    "ChangeRequest",
]

TOKEN_REQUEST = ("access_token_request", "refresh_token_request")
TOKEN_ANSWER = ("access_token_response", "refresh_token_response")
API_REQUEST = ("protected_request",)
EVERY_REQUEST = (*TOKEN_REQUEST, "revoke_token_request", *API_REQUEST)


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
