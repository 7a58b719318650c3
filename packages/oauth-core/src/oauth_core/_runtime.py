"""What an asynchronous token source needs of the event loop, filled in by the adapter.

Rules of this room: only protocols; oauth_core knows neither asyncio nor trio.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

__all__ = ["Runtime", "Sleep"]

Sleep: TypeAlias = Callable[[float], Awaitable[object]]


class Runtime(Protocol):
    """The event loop that runs the caller."""

    def waiter(self) -> tuple[Callable[[], None], Callable[[], Awaitable[object]]]:
        """Return a pair: ``wake``, which any thread may call, and ``wait``, which returns once it was called."""

    async def protect(self, work: Callable[[Sleep], Awaitable[object]], abandoned: Callable[[], bool]) -> None:
        """Run ``work`` to its end even where the caller is cancelled meanwhile.

        Only while ``work`` is in the ``Sleep`` it is given may it be interrupted, and only where ``abandoned`` says
        that nobody waits for it any more.
        """

    async def sleep(self, seconds: float, /) -> object:
        """Let seconds pass."""

    async def to_thread(self, fn: Callable[..., object], /, *args: object) -> object:
        """Run a blocking function in a thread and return its result."""

    def alive(self) -> Callable[[], bool]:
        """Return a function, for any thread, that tells whether this event loop is still running."""
