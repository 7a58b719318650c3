"""oauth_core's ``Runtime`` for asyncio and trio: what an asynchronous token source needs of the caller's event loop.

Rules of this room: neither library is imported here before it is found running. On asyncio a protected piece of work
is a task of its own, strongly referenced and awaited through a shield (a shielded scope would not survive
``Task.cancel()``); on trio it runs in the caller's task inside a shielded scope, whose shield is lifted while the work
sleeps. Where several event loops meet, only the wakers and ``alive()`` are called from a foreign thread.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias

from oauth_core import Runtime

if TYPE_CHECKING:
    import asyncio

__all__ = ["AsyncioRuntime", "Deadline", "TrioRuntime", "awaited", "current_runtime"]

Sleep: TypeAlias = Callable[[float], Awaitable[object]]
Work: TypeAlias = Callable[[Sleep], Awaitable[object]]

_POLL = 0.2  # seconds between two looks, in a sleep of protected work, at whether anybody still waits for it
_PIECES = 64  # more than a read of the network leaves in the library's buffer


class Deadline(Runtime):
    """A runtime that can also bound a block of code in time."""

    def key(self) -> object:
        """Return what identifies this event loop."""
        raise NotImplementedError

    async def settle(self) -> None:
        """Wait for the protected work that goes on in this event loop though its callers were cancelled."""
        raise NotImplementedError

    def within(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        """Return a context that raises ``TimeoutError`` where its body takes longer; None sets no bound."""
        raise NotImplementedError

    async def abandon(self, pieces: AsyncGenerator[bytes, None]) -> None:
        """End a body that is not read to its end."""
        await pieces.aclose()


async def awaited(value: object) -> Any:
    """Return a value that may have to be awaited first."""
    return await value if isawaitable(value) else value


def current_runtime(running: set[asyncio.Task[None]] | None = None) -> Deadline:
    """Return the runtime of the event loop that runs the caller. Raises ``RuntimeError`` outside of one.

    ``running`` holds its protected work.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return TrioRuntime()
    if "asyncio" in sys.modules:
        import asyncio

        try:
            return AsyncioRuntime(asyncio.get_running_loop(), running)
        except RuntimeError:
            pass
    raise RuntimeError("an asynchronous client works inside a running event loop of asyncio or trio; there is none")


class AsyncioRuntime(Deadline):
    """The runtime of one asyncio event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, running: set[asyncio.Task[None]] | None = None) -> None:
        self._loop = loop
        self._running = set() if running is None else running  # asyncio itself holds its tasks weakly

    def key(self) -> object:
        return self._loop

    def waiter(self) -> tuple[Callable[[], None], Callable[[], Awaitable[object]]]:
        loop = self._loop
        future: asyncio.Future[None] = loop.create_future()

        def settle() -> None:
            if not future.done():
                future.set_result(None)

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(settle)
            except RuntimeError:  # the loop is closed, and whoever waited in it is gone
                return

        async def wait() -> None:
            await future

        return wake, wait

    async def protect(self, work: Work, abandoned: Callable[[], bool]) -> None:
        import asyncio

        async def sleep(seconds: float) -> None:
            end = self._loop.time() + seconds
            while (left := end - self._loop.time()) > 0:
                if abandoned():
                    raise asyncio.CancelledError
                await asyncio.sleep(min(left, _POLL))

        async def run() -> None:
            await work(sleep)

        task = self._loop.create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def settle(self) -> None:
        import asyncio

        mine = [task for task in tuple(self._running) if task.get_loop() is self._loop]
        if mine:
            await asyncio.wait(mine)

    async def sleep(self, seconds: float, /) -> None:
        import asyncio

        await asyncio.sleep(seconds)

    async def to_thread(self, fn: Callable[..., object], /, *args: object) -> object:
        import asyncio

        return await asyncio.to_thread(fn, *args)

    def alive(self) -> Callable[[], bool]:
        return self._loop.is_running

    def within(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        import asyncio

        return asyncio.timeout(seconds)


class TrioRuntime(Deadline):
    """The runtime of one trio run."""

    def __init__(self) -> None:
        import trio

        self._trio = trio
        self._token = trio.lowlevel.current_trio_token()

    def key(self) -> object:
        return self._token

    def waiter(self) -> tuple[Callable[[], None], Callable[[], Awaitable[object]]]:
        trio, token = self._trio, self._token
        event = trio.Event()

        def wake() -> None:
            try:
                token.run_sync_soon(event.set)
            except trio.RunFinishedError:  # whoever waited is gone with it
                return

        return wake, event.wait

    async def protect(self, work: Work, abandoned: Callable[[], bool]) -> None:
        with self._trio.CancelScope(shield=True) as scope:

            async def sleep(seconds: float) -> None:
                # A cancelled caller leaves here; the next waiter takes the work over.
                scope.shield = False
                try:
                    await self._trio.sleep(seconds)
                finally:
                    scope.shield = True

            await work(sleep)

    async def settle(self) -> None:
        """Do nothing: protected work ends before its caller does."""

    async def sleep(self, seconds: float, /) -> None:
        await self._trio.sleep(seconds)

    async def to_thread(self, fn: Callable[..., object], /, *args: object) -> object:
        # trio refuses a function that returns a coroutine; here the driver awaits what a signer or store returned.
        (result,) = await self._trio.to_thread.run_sync(lambda: (fn(*args),))
        return result

    def alive(self) -> Callable[[], bool]:
        trio, token = self._trio, self._token

        def nothing() -> None:
            """Do nothing: that it can still be scheduled is the answer."""

        def alive() -> bool:
            try:
                token.run_sync_soon(nothing, idempotent=True)
            except trio.RunFinishedError:
                return False
            return True

        return alive

    async def abandon(self, pieces: AsyncGenerator[bytes, None]) -> None:
        # Closing the outermost generator leaves those inside it to the garbage collector, of which trio warns. So the
        # read that they wait for is cancelled, which ends them all; one that never waits is left after some pieces.
        with self._trio.CancelScope() as scope:
            scope.cancel()
            for _ in range(_PIECES):
                if await anext(pieces, None) is None:
                    return
        await pieces.aclose()

    @asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        with self._trio.move_on_after(seconds) as scope:
            yield
        if scope.cancelled_caught:
            raise TimeoutError

    def within(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        return self._within(float("inf") if seconds is None else seconds)
