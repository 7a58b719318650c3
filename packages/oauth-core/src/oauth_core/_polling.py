"""Asking again and again whether a person has decided by now: the pace, the end, and what is only a delay.

Rules of this room: never faster than the server asks, never past the end of the request. ``authorization_pending`` and
``slow_down`` are delays, and so are a time-out, an overloaded server and a connection that breaks now and then;
everything else ends it. RFC 8628 §3.5.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ._errors import OAuthError, ReauthorizationRequired, ServerRefusal, TransportError
from ._grants import Grant
from ._messages import Flow, Pairs, Wait, call
from ._token import OAuth2Token

if TYPE_CHECKING:
    from ._sorted_call import SortedCall

__all__ = ["PollProgress", "Polling"]

_DELAYS = frozenset({"authorization_pending", "slow_down"})
_BUSY = frozenset({429, 503})
_MORE = 5.0  # seconds that each slow_down adds
_BROKEN = 3  # connections that may break in a row


@dataclass(frozen=True, slots=True)
class PollProgress:
    """How far a poll has come: after so many questions, why there is no token yet (``error``), and what is next.

    ``interval`` is the seconds until the next question, ``expires_at`` the end in epoch seconds.
    """

    polls: int
    error: str
    interval: float
    expires_at: float


class Polling:
    """One login that is waited for: the grant to show, and the pace at which to show it.

    ``interval`` is in seconds, ``expires_at`` in epoch seconds. ``on_poll(progress)`` is called after every question
    that brought no token; what it raises ends the polling.
    """

    def __init__(
        self,
        grant: Grant,
        *,
        expires_at: float,
        interval: float = 5.0,
        slow_down: float = _MORE,
        on_poll: Callable[[PollProgress], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.grant = grant
        self.expires_at = expires_at
        self.interval = interval
        self.slow_down = slow_down
        self.on_poll = on_poll
        self.clock = clock
        self.polls = 0
        self.call: SortedCall | None = None  # the arguments of the method that began it, the same for every question
        self._pause = interval
        self._broken = 0
        self._asked_at = clock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} by {self.grant!r}, asked {self.polls} times>"

    def pausing(self) -> Flow[None]:
        """Wait until the server may be asked again (a flow).

        Raises ``ReauthorizationRequired`` (``expired_token``) where the request ends before that.
        """
        now = self.clock()
        left = self.expires_at - now
        pause = min(max(0.0, self._asked_at + self._pause - now), self._pause)
        if not self.polls and left > 0:
            pause = min(pause, left / 2)  # a short-lived request is asked about at least once
        if pause >= left:
            raise ReauthorizationRequired(
                "nobody has approved in time, and the request is at its end; start it again", error="expired_token"
            )
        yield Wait(pause)
        self.polls += 1
        self._asked_at = self.clock()

    def judging(self, problem: OAuthError) -> Flow[None]:
        """Take note of a delay, or raise what ends the polling (a flow)."""
        pause = self.interval
        broken, self._broken = self._broken, 0
        if isinstance(problem, ServerRefusal) and problem.error in _DELAYS:
            if problem.error == "slow_down":
                self.interval += self.slow_down
            pause = max(self.interval, problem.retry_after or 0.0)
        elif isinstance(problem, ServerRefusal) and problem.status_code in _BUSY:
            self.interval *= 2
            pause = max(self.interval, problem.retry_after or 0.0)
        elif isinstance(problem, TransportError) and (problem.timeout or broken < _BROKEN):
            self._broken = broken + (not problem.timeout)
            self.interval *= 2
            pause = self.interval
        elif isinstance(problem, ServerRefusal) and problem.error == "expired_token":
            raise ReauthorizationRequired(
                f"the server no longer waits for the person; start again [{problem.description}]",
                error=problem.error,
                status_code=problem.status_code,
            ) from None
        else:
            raise problem
        self._pause = pause
        self._asked_at = self.clock()
        if self.on_poll is not None:
            yield from call(self.on_poll, PollProgress(self.polls, problem.error, pause, self.expires_at))


@dataclass(frozen=True, slots=True, repr=False)
class PolledGrant:
    """A grant that is shown until the person has approved: what a token source begins with.

    ``expires_at`` is in epoch seconds, ``interval`` in seconds.
    """

    grant: Grant
    expires_at: float
    interval: float = 5.0
    on_poll: Callable[[PollProgress], object] | None = None

    repeatable: ClassVar[bool] = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.grant!r}>"

    @property
    def grant_type(self) -> str:
        """The value of ``grant_type``."""
        return self.grant.grant_type

    def parameters(self) -> Pairs | Flow[Pairs]:
        """Return the form parameters of the grant."""
        return self.grant.parameters()

    def polling(self, clock: Callable[[], float]) -> Polling:
        """Return the polling that begins now."""
        return Polling(
            self.grant, expires_at=self.expires_at, interval=self.interval, on_poll=self.on_poll, clock=clock
        )


def polled_token(polling: Polling, exchange: Callable[[Grant], Flow[OAuth2Token]]) -> Flow[OAuth2Token]:
    """Ask until there is a token (a flow). Raises what ends the polling. RFC 8628 §3.4."""
    while True:
        yield from polling.pausing()
        try:
            return (yield from exchange(polling.grant))
        except OAuthError as exc:
            yield from polling.judging(exc)
