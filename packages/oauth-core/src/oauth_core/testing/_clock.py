"""A clock that a test moves by hand.

Rules of this room: nothing here looks at the time of day.
"""

from __future__ import annotations

__all__ = ["ManualClock"]


class ManualClock:
    """A clock that stands still until it is moved: ``clock()`` is epoch seconds.

    ``sleep`` moves it too, so it serves where a ``sleep`` is asked for; ``slept`` lists the seconds asked of it.
    """

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def __repr__(self) -> str:
        return f"<ManualClock {self.now}>"

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.now += seconds

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, as ``time.sleep`` would in time."""
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        """Do what ``sleep`` does, where an asynchronous function is asked for."""
        self.sleep(seconds)
