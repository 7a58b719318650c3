"""The heart: "give me a token that is good for at least N seconds" and "this token was rejected".

Rules of this room: what to do is one flow, ``SourceState.obtain``, for both colours; the two classes here only bring
callers together, so that however many threads or tasks meet an expired token, one of them renews it and all get its
result. No lock is held while anything waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from ._drivers import arun, run
from ._flight import Flight, Outcome, leading
from ._messages import Flow, Request, Response
from ._renewal import Renewal
from ._source_state import DEFAULT_LEEWAY, OnToken, SourceState
from ._token import OAuth2Token

if TYPE_CHECKING:
    from ._runtime import Runtime, Sleep
    from ._store import AsyncTokenStore, TokenStore

__all__ = ["AsyncTokenSource", "TokenSource"]


class TokenSource(SourceState):
    """Gives out one credential's token to any number of threads, renewed in time and once.

    ``send`` performs a request to the authorization server. ``leeway`` is in seconds; ``store`` keeps the token under
    ``key``; ``on_token(new, old)`` is called for every renewed token. Sources pickle where their parts do.
    """

    _lock_protocols = (("__enter__", "__exit__"),)

    def __init__(
        self,
        renewal: Renewal | None,
        send: Callable[[Request], Response],
        *,
        token: Mapping[str, object] | None = None,
        store: TokenStore | None = None,
        key: str = "default",
        leeway: float = DEFAULT_LEEWAY,
        clock: Callable[[], float] = time.time,
        on_token: OnToken | None = None,
    ) -> None:
        super().__init__(renewal, token=token, store=store, key=key, leeway=leeway, clock=clock, on_token=on_token)
        self._send = send

    def get(self, min_validity: float | None = None) -> OAuth2Token:
        """Return a token that is good for ``min_validity`` seconds: the leeway unless given, at most half of its life.

        Raises ``MissingTokenError``, ``TokenExpiredError``, ``ReauthorizationRequired`` or what the exchange raises.
        """
        return self.usable(min_validity) or self._fly(
            lambda: self.usable(min_validity), lambda: self.obtain(min_validity), explicit=False
        )

    def renew(self, rejected: Mapping[str, object] | None = None, *, explicit: bool = False) -> OAuth2Token:
        """Return a token other than ``rejected`` (the current one unless given).

        ``explicit`` raises ``TokenNotSavedError`` where the new token could not be saved, instead of logging it.
        """
        bad = self.current if rejected is None else rejected
        self.reject(bad)
        token = self._fly(lambda: self.successor(bad), self.obtain, explicit=explicit)
        return self.need_successor(token, bad)

    def keep(
        self,
        make: Flow[OAuth2Token],
        *,
        renewed: bool = False,
        send: Callable[[Request], Response] | None = None,
    ) -> OAuth2Token:
        """Run a flow for a token and keep what it returns. Raises ``TokenNotSavedError`` where that fails.

        ``send`` stands in for the source's own, for this flow.
        """
        return self._fly(None, lambda: self.adopt(make, renewed=renewed), explicit=True, send=send)

    def forget(self) -> None:
        """Drop the token here and in the store."""
        run(self.forgetting(), self._send)

    def _fly(
        self,
        ready: Callable[[], OAuth2Token | None] | None,
        make: Callable[[], Flow[Outcome]],
        *,
        explicit: bool,
        send: Callable[[Request], Response] | None = None,
    ) -> OAuth2Token:
        while True:
            with self._lock:
                if ready is not None and (token := ready()) is not None:
                    return token
                flight = self._flight
                if flight is not None and flight.was_left_behind():
                    flight = None
                if leads := flight is None:
                    flight = self._flight = Flight(shared=ready is not None)
            assert flight is not None
            if leads:
                mark = leading.set((*leading.get(), flight))
                try:
                    flight_outcome = run(make(), send or self._send)
                except Exception as exc:  # noqa: BLE001 - whatever it was, it is everybody's answer
                    self._flight = None
                    flight.land(error=exc)
                except BaseException:
                    self._flight = None
                    flight.land()
                    raise
                else:
                    self._flight = None
                    flight.land(flight_outcome)
                finally:
                    leading.reset(mark)
                return flight.result(explicit=explicit, leader=True)
            event = threading.Event()
            if flight.join(event.set):
                event.wait()
            if ready is not None and flight.shared and not flight.abandoned:
                return flight.result(explicit=explicit, leader=False)


class AsyncTokenSource(SourceState):
    """Gives out one credential's token to any number of tasks, on any number of event loops, renewed in time and once.

    As ``TokenSource``, with an asynchronous ``send``; ``runtime`` returns the ``Runtime`` of the caller's event loop.
    A caller that is cancelled never loses a rotated refresh token: the renewal goes on and its token is saved.
    """

    _lock_protocols = (("__aenter__", "__aexit__"), ("__enter__", "__exit__"))

    def __init__(
        self,
        renewal: Renewal | None,
        send: Callable[[Request], Awaitable[Response]],
        *,
        runtime: Callable[[], Runtime],
        token: Mapping[str, object] | None = None,
        store: AsyncTokenStore | TokenStore | None = None,
        key: str = "default",
        leeway: float = DEFAULT_LEEWAY,
        clock: Callable[[], float] = time.time,
        on_token: OnToken | None = None,
    ) -> None:
        super().__init__(renewal, token=token, store=store, key=key, leeway=leeway, clock=clock, on_token=on_token)
        self._send = send
        self._runtime = runtime

    async def get(self, min_validity: float | None = None) -> OAuth2Token:
        """Return a token that is good for ``min_validity`` seconds: the leeway unless given, at most half of its life.

        Raises ``MissingTokenError``, ``TokenExpiredError``, ``ReauthorizationRequired`` or what the exchange raises.
        """
        token = self.usable(min_validity)
        if token is not None:
            return token
        return await self._fly(lambda: self.usable(min_validity), lambda: self.obtain(min_validity), explicit=False)

    async def renew(self, rejected: Mapping[str, object] | None = None, *, explicit: bool = False) -> OAuth2Token:
        """Return a token other than ``rejected`` (the current one unless given).

        ``explicit`` raises ``TokenNotSavedError`` where the new token could not be saved, instead of logging it.
        """
        bad = self.current if rejected is None else rejected
        self.reject(bad)
        token = await self._fly(lambda: self.successor(bad), self.obtain, explicit=explicit)
        return self.need_successor(token, bad)

    async def keep(
        self,
        make: Flow[OAuth2Token],
        *,
        renewed: bool = False,
        send: Callable[[Request], Awaitable[Response]] | None = None,
    ) -> OAuth2Token:
        """Run a flow for a token and keep what it returns. Raises ``TokenNotSavedError`` where that fails.

        ``send`` stands in for the source's own, for this flow.
        """
        return await self._fly(None, lambda: self.adopt(make, renewed=renewed), explicit=True, send=send)

    async def forget(self) -> None:
        """Drop the token here and in the store."""
        runtime = self._runtime()
        await arun(self.forgetting(), self._send, sleep=runtime.sleep, to_thread=runtime.to_thread)

    async def _fly(
        self,
        ready: Callable[[], OAuth2Token | None] | None,
        make: Callable[[], Flow[Outcome]],
        *,
        explicit: bool,
        send: Callable[[Request], Awaitable[Response]] | None = None,
    ) -> OAuth2Token:
        runtime = self._runtime()
        while True:
            with self._lock:
                if ready is not None and (token := ready()) is not None:
                    return token
                flight = self._flight
                if flight is not None and flight.was_left_behind():
                    flight = None
                if flight is not None and flight.alive is not None and not flight.alive():
                    flight.land()  # its event loop is gone, and with it the renewal
                    flight = None
                if leads := flight is None:
                    flight = self._flight = Flight(runtime.alive(), shared=ready is not None)
            assert flight is not None
            if leads:
                try:
                    await runtime.protect(self._lead(flight, make, runtime, send or self._send), flight.nobody_waits)
                finally:
                    flight.leave()
                if flight.abandoned:  # another event loop took this one for dead
                    continue
                return flight.result(explicit=explicit, leader=True)
            wake, wait = runtime.waiter()
            if flight.join(wake):
                try:
                    await wait()
                finally:
                    flight.leave()
            if ready is not None and flight.shared and not flight.abandoned:
                return flight.result(explicit=explicit, leader=False)

    def _lead(
        self,
        flight: Flight,
        make: Callable[[], Flow[Outcome]],
        runtime: Runtime,
        send: Callable[[Request], Awaitable[Response]],
    ) -> Callable[[Sleep], Awaitable[None]]:
        async def work(sleep: Sleep) -> None:
            mark = leading.set((*leading.get(), flight))
            outcome: Outcome | None = None
            error: Exception | None = None
            try:
                outcome = await arun(make(), send, sleep=sleep, to_thread=runtime.to_thread)
            except Exception as exc:  # noqa: BLE001 - whatever it was, it is everybody's answer
                error = exc
            finally:
                leading.reset(mark)
                if self._flight is flight:
                    self._flight = None
                flight.land(outcome, error)

        return work
