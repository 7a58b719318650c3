"""What every bench shares: candidates timed by turns in one process, every result checked, ratios printed.

Rules of this room: the clock is this thread's CPU time, so that a busy machine changes little; candidates take
turns, so that what is left of the disturbance hits them alike; a figure is a median over rounds, a ratio the median
of the rounds' ratios; each result of each timed call is checked after the clock has stopped.
"""

from __future__ import annotations

import gc
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median

Candidate = Callable[[], object]
Check = Callable[[object], None]


@dataclass
class Timings:
    """Microseconds of CPU time for one call, by candidate and round."""

    rounds: Mapping[str, Sequence[float]]

    def of(self, name: str) -> float:
        """The median of one candidate."""
        return median(self.rounds[name])

    def ratio(self, name: str, base: str) -> float:
        """How many times ``base`` a candidate costs."""
        return median(one / other for one, other in zip(self.rounds[name], self.rounds[base], strict=True))


def measure(candidates: Mapping[str, tuple[Candidate, Check]], *, calls: int, rounds: int = 15) -> Timings:
    """Time candidates by turns: ``rounds`` rounds of ``calls`` calls each, every result checked."""
    for run, check in candidates.values():
        check(run())
    names = list(candidates)
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            run, check = candidates[name]
            gc.disable()
            start = time.thread_time_ns()
            results = [run() for _ in range(calls)]
            spent = time.thread_time_ns() - start
            gc.enable()
            found[name].append(spent / calls / 1000)
            for result in results:
                check(result)
    return Timings(found)


@dataclass
class Report:
    """The lines of a bench and whether every goal was reached."""

    missed: list[str] = field(default_factory=list)

    def head(self, title: str, *packages: str) -> None:
        """Print what was measured with which versions."""
        versions = ", ".join(f"{package} {version(package)}" for package in packages)
        print(f"{title}: {platform.python_implementation()} {platform.python_version()}, {versions}")

    def goal(self, text: str, ratio: float, *, at_most: float | None = None, at_least: float | None = None) -> None:
        """Print a ratio and its goal, and keep a missed one."""
        limit = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
        reached = ratio <= at_most if at_most is not None else at_least is not None and ratio >= at_least
        print(f"  {'ok  ' if reached else 'MISS'} {text}: {ratio:.2f} times ({limit})")
        if not reached:
            self.missed.append(text)

    def times(self, timings: Timings) -> None:
        """Print the medians of all candidates."""
        for name in timings.rounds:
            print(f"       {name}: {timings.of(name):.2f} µs")

    def exit(self) -> None:
        """End the program: 0 where every goal was reached."""
        print(f"{len(self.missed)} goals missed" if self.missed else "every goal reached")
        sys.exit(1 if self.missed else 0)
