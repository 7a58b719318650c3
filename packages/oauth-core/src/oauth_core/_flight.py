"""One renewal under way, and everybody who waits for it.

Rules of this room: a flight knows nothing of OAuth; it is joined from any thread or event loop, lands once, and gives
every waiter the token or an exception of its own. Nothing waits while a lock is held.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from contextvars import ContextVar
from os import getpid
from typing import NoReturn

from ._errors import OAuthError, TokenNotSavedError, UsageError, described
from ._token import OAuth2Token

# The renewals that the caller is part of: a store, callback or secret of theirs must not wait for them.
leading: ContextVar[tuple[object, ...]] = ContextVar("oauth_core_leading", default=())


class Outcome:
    """A token, and what went wrong while it was saved."""

    __slots__ = ("problem", "token")

    def __init__(self, token: OAuth2Token, problem: Exception | None = None) -> None:
        self.token = token
        self.problem = problem


class Flight:
    """One renewal under way and everybody who waits for it, in any thread or event loop.

    The result of a shared one is everybody's; of another (a caller's own exchange) only the token is.
    """

    __slots__ = ("_lock", "_process", "_wakers", "abandoned", "alive", "done", "error", "outcome", "shared", "waiting")

    def __init__(self, alive: Callable[[], bool] | None = None, *, shared: bool = True) -> None:
        self.shared = shared
        self._process = getpid()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []
        self.alive = alive
        self.waiting = 1
        self.done = False
        self.abandoned = False
        self.outcome: Outcome | None = None
        self.error: Exception | None = None

    def was_left_behind(self) -> bool:
        """Tell whether it is the parent's: a fork takes no thread along but the one that forks."""
        return self._process != getpid()

    def join(self, wake: Callable[[], None]) -> bool:
        """Register a waiter; False where there is nothing left to wait for."""
        if self in leading.get():
            raise UsageError("a store, callback or secret asks for the token that is being renewed for it right now")
        with self._lock:
            if self.done:
                return False
            self.waiting += 1
            self._wakers.append(wake)
            return True

    def leave(self) -> None:
        """Count a waiter off."""
        with self._lock:
            self.waiting -= 1

    def nobody_waits(self) -> bool:
        """Tell whether every waiter has left."""
        return self.waiting <= 0

    def land(self, outcome: Outcome | None = None, error: Exception | None = None) -> None:
        """End the flight; without outcome and error it is abandoned and a waiter takes over."""
        with self._lock:
            if self.done:
                return
            self.outcome, self.error = outcome, error
            self.abandoned = outcome is None and error is None
            self.done = True
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def result(self, *, explicit: bool, leader: bool) -> OAuth2Token:
        """Return the token, or raise what the renewal raised: each waiter its own copy."""
        if self.error is not None:
            if leader or not isinstance(self.error, OAuthError):
                raise self.error
            raise copy.copy(self.error) from None
        assert self.outcome is not None
        if self.outcome.problem is not None and explicit:
            _raise_not_saved(self.outcome.problem)
        return self.outcome.token


def _raise_not_saved(problem: Exception) -> NoReturn:
    raise TokenNotSavedError(
        f"the new token is in memory but could not be saved: {described(problem)}. "
        "Save it by hand or the next process will hold an old one"
    ) from problem
