"""The client flavours behind one synchronous face, so that what is done with them is written once.

Rules of this room: an asynchronous client lives in an event loop of its own, in a thread of its own; a call of one of
its methods waits for the result. Nothing here decides anything about OAuth.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from types import ModuleType

    from anyio.from_thread import BlockingPortal

__all__ = ["FLAVOURS", "Client", "Flavour"]

T = TypeVar("T")


class Client:
    """A session or client, whose methods return results whatever its colour; ``native`` is the object itself.

    It stands for a class of any of three libraries, so type checkers are told nothing of its methods.
    """

    def __init__(self, native: Any, portal: BlockingPortal | None) -> None:
        self.native = native
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.native, name)
        if not inspect.ismethod(found):
            return found
        return lambda *args, **kwargs: self.run(lambda: found(*args, **kwargs))

    def __setattr__(self, name: str, value: object) -> None:
        if name in {"_portal", "native"}:
            object.__setattr__(self, name, value)
        else:
            setattr(self.native, name, value)

    def run(self, call: Callable[[], Awaitable[T] | T]) -> T:
        """Call a function where the client lives, and return its result or what it awaits."""
        if self._portal is None:
            return cast("T", call())
        return self._portal.call(lambda: _settled(call))

    def start(self, call: Callable[[], Awaitable[T] | T]) -> Future[T]:
        """Call a function in a task, or in a thread, of its own, and return the future of its result."""
        if self._portal is not None:
            return self._portal.start_task_soon(_settled, call)
        future: Future[T] = Future()
        Thread(target=_fulfil, args=(future, call)).start()
        return future

    def at_once(self, times: int, call: Callable[[], Awaitable[T] | T]) -> list[T]:
        """Call a function so many times at once and return the results."""
        started = [self.start(call) for _ in range(times)]
        return [each.result() for each in started]


def _fulfil(future: Future[T], call: Callable[[], Awaitable[T] | T]) -> None:
    try:
        future.set_result(cast("T", call()))
    except BaseException as exc:  # noqa: BLE001 - whatever it was, it is the future's
        future.set_exception(exc)


async def _settled(call: Callable[[], Awaitable[T] | T]) -> T:
    result = call()
    return await result if isinstance(result, Awaitable) else result


@dataclass(frozen=True, slots=True)
class Flavour:
    """One kind of client: where its classes are, which HTTP library carries it, and in what colour."""

    name: str
    module: str
    session: str
    library: str
    backend: str | None = None
    oauth1: str = "OAuth1Client"

    @property
    def asynchronous(self) -> bool:
        """Whether its methods are to be awaited."""
        return self.backend is not None

    @property
    def http(self) -> ModuleType:
        """The HTTP library."""
        return importlib.import_module(self.library)

    def type(self, name: str) -> type[object]:
        """Return a class of the adapter by its name."""
        return cast("type[object]", getattr(importlib.import_module(self.module), name))

    @contextmanager
    def portal(self) -> Iterator[BlockingPortal | None]:
        """Provide a running event loop to an asynchronous flavour, and nothing to a synchronous one."""
        if self.backend is None:
            yield None
            return
        from anyio.from_thread import start_blocking_portal

        with start_blocking_portal(self.backend) as portal:
            yield portal

    @contextmanager
    def running(self, make: Callable[[], object]) -> Iterator[Client]:
        """Make an object where the flavour's clients live, enter it, and leave it at the end."""
        with self.portal() as portal:
            # An asynchronous client may look at the event loop it is made in.
            native = make() if portal is None else portal.call(make)
            manager = cast("AbstractContextManager[object]", native)
            if portal is not None:
                manager = portal.wrap_async_context_manager(cast("AbstractAsyncContextManager[object]", native))
            with manager:
                yield Client(native, portal)

    def open(self, *args: object, **options: object) -> AbstractContextManager[Client]:
        """Construct the flavour's session with these arguments, and close it at the end (a context manager)."""
        build = cast("Callable[..., object]", self.type(self.session))
        return self.running(lambda: build(*args, **options))


FLAVOURS = (
    Flavour("Requests", "oauth_requests", "OAuth2Session", "requests", oauth1="OAuth1Session"),
    Flavour("HTTPX", "oauth_httpx", "OAuth2Client", "httpx"),
    Flavour("HTTPX async", "oauth_httpx", "AsyncOAuth2Client", "httpx", "asyncio", "AsyncOAuth1Client"),
    Flavour("httpx2 async", "oauth_httpx.httpx2", "AsyncOAuth2Client", "httpx2", "asyncio", "AsyncOAuth1Client"),
)
