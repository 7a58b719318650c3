"""The clock a request is stamped with: fixed for a test, or shifted to the time of a server that refused ours.

Rules of this room: clocks are small picklable callables; a shift is only ever read out of a refusal that can be
about time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from ._messages import Response
from ._oauth1_endpoints import oauth_problem

__all__: list[str] = []

V = TypeVar("V")

_RANGE = re.compile(r"\s*(\d{1,15})\s*-\s*(\d{1,15})\s*\Z")
# Servers allow five minutes and more: a smaller difference does not explain a refusal that names no reason.
_TELLING = 300.0


@dataclass(frozen=True, slots=True)
class Fixed(Generic[V]):
    """Returns the same value at every call."""

    value: V

    def __call__(self) -> V:
        return self.value


@dataclass(frozen=True, slots=True)
class Shifted:
    """A clock that runs ``seconds`` ahead of another."""

    clock: Callable[[], float]
    seconds: float

    def __call__(self) -> float:
        return self.clock() + self.seconds


def clock_skew(response: Response, now: float) -> float | None:
    """Return the seconds to add to ``now`` to please the server that refused it, or None where time is not to blame.

    A ``timestamp_refused`` report is answered by the middle of its ``oauth_acceptable_timestamps``, else by the
    server's ``Date``; a bare 401 by a ``Date`` that is minutes away.
    """
    if response.status not in {400, 401, 403}:
        return None
    report = oauth_problem(response)
    problem = report.get("oauth_problem")
    if problem == "timestamp_refused":
        match = _RANGE.match(report.get("oauth_acceptable_timestamps", ""))
        if match is not None:
            first, last = int(match[1]), int(match[2])
            return None if first <= int(now) <= last else (first + last) / 2 - now
        least = 1.0
    elif problem is None and response.status == 401:
        least = _TELLING
    else:
        return None
    server = _date(response)
    return server - now if server is not None and abs(server - now) > least else None


def _date(response: Response) -> float | None:
    try:
        return parsedate_to_datetime(response.header("date") or "").timestamp()
    except (ValueError, OverflowError):
        return None
