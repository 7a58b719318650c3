"""The asynchronous token source: tasks, cancellation, several event loops. The flow is the synchronous source's."""

import asyncio
import threading
from contextlib import asynccontextmanager, contextmanager

import pytest

from oauth_core import (
    AsyncTokenSource,
    ClientCredentialsGrant,
    MissingTokenError,
    OAuth2Token,
    Renewal,
    ServerRefusal,
    TokenExpiredError,
    TokenNotSavedError,
    TransportError,
)
from oauth_core.testing import ManualClock
from tests.core.core_support import AsyncioRuntime, AsyncListStore, ListStore, Script, answer, config, token_answer


def held(number=0, *, clock, life=3600, **members):
    members = {"token_type": "Bearer", "refresh_token": f"refresh-{number}", **members}
    return OAuth2Token({"access_token": f"access-{number}", "expires_in": life, **members}, clock=clock)


def source(send, *, token=None, clock=None, grant=None, secret="s3cret", runtime=AsyncioRuntime, **options):
    clock = clock or ManualClock()
    renewal = Renewal(config(clock=clock, client_secret=secret), grant)
    perform = send.asend if isinstance(send, Script) else send
    return AsyncTokenSource(renewal, perform, runtime=runtime, token=token, clock=clock, **options)


def expired(send, **options):
    """A source whose token is at its end."""
    clock = ManualClock()
    tokens = source(send, token=held(clock=clock), clock=clock, **options)
    clock.advance(3600)
    return tokens


async def settle():
    """Let everything that can run do so."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_tasks_that_meet_an_expired_token_send_one_request():
    """A thousand tasks that meet an expired token send one token request, and all get its token."""

    async def main():
        send = Script(token_answer(1), gate=asyncio.Event())
        tokens = expired(send)
        tasks = [asyncio.create_task(tokens.get()) for _ in range(1000)]
        await settle()
        send.gate.set()
        return {token.access_token for token in await asyncio.gather(*tasks)}, send.count

    assert asyncio.run(main()) == ({"access-1"}, 1)


def test_good_token_is_given_out_at_once():
    """A good token is given out without a request and without a look at the event loop."""
    clock = ManualClock()
    tokens = source(Script(None), token=held(clock=clock), clock=clock, runtime=None)
    assert asyncio.run(tokens.get()).access_token == "access-0"


def test_dead_endpoint_is_asked_once():
    """Where the endpoint is dead, a hundred tasks cause one call; each gets its own exception object."""

    async def main():
        send = Script(TransportError("dead"), gate=asyncio.Event())
        tokens = expired(send)
        tasks = [asyncio.create_task(tokens.get()) for _ in range(100)]
        await settle()
        send.gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True), send.count

    errors, count = asyncio.run(main())
    assert count == 1
    assert {type(exc) for exc in errors} == {TransportError}
    assert len({id(exc) for exc in errors}) == 100


def test_cancelled_leader_never_loses_the_rotated_token():
    """The task that renews may be cancelled: the renewal goes on, the others get its token, and the store has it."""

    async def main():
        clock = ManualClock()
        store = AsyncListStore()
        store.put(held(clock=clock))
        send = Script(token_answer(1), gate=asyncio.Event())
        tokens = source(send, clock=clock, store=store)
        await tokens.get()
        clock.advance(3600)
        leader = asyncio.create_task(tokens.get())
        await settle()
        others = [asyncio.create_task(tokens.get()) for _ in range(5)]
        await settle()
        leader.cancel()
        await settle()
        assert leader.cancelled()
        send.gate.set()
        results = await asyncio.gather(*others)
        return {token.access_token for token in results}, send.count, store.held()["access_token"]

    assert asyncio.run(main()) == ({"access-1"}, 1, "access-1")


def test_cancelled_alone_leaves_the_token_behind():
    """Even where nobody else waits, a cancelled renewal ends and its token is there for the next call."""

    async def main():
        send = Script(token_answer(1), gate=asyncio.Event())
        tokens = expired(send)
        task = asyncio.create_task(tokens.get())
        await settle()
        task.cancel()
        await settle()
        send.gate.set()
        await settle()
        return (await tokens.get()).access_token, send.count

    assert asyncio.run(main()) == ("access-1", 1)


def test_cancelled_waiter_leaves_the_others_alone():
    """A waiter that is cancelled leaves; the renewal and the other waiters go on."""

    async def main():
        send = Script(token_answer(1), gate=asyncio.Event())
        tokens = expired(send)
        tasks = [asyncio.create_task(tokens.get()) for _ in range(3)]
        await settle()
        tasks[1].cancel()
        await settle()
        send.gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return [type(result) for result in results], send.count

    assert asyncio.run(main()) == ([OAuth2Token, asyncio.CancelledError, OAuth2Token], 1)


def test_renewal_that_is_itself_cancelled_hands_over():
    """Where the protected work is torn down (a loop's end), a waiter takes over."""

    async def main():
        send = Script(token_answer(1), gate=asyncio.Event())
        tokens = expired(send)
        leader = asyncio.create_task(tokens.get())
        await settle()
        other = asyncio.create_task(tokens.get())
        await settle()
        for task in tuple(AsyncioRuntime.running):
            task.cancel()
        await settle()
        assert leader.cancelled()
        send.gate.set()
        return (await other).access_token

    assert asyncio.run(main()) == "access-1"


def test_two_event_loops_share_one_renewal():
    """Tasks of two event loops in two threads meet the same expired token: one request, and nobody hangs."""
    entered, gate = threading.Event(), threading.Event()
    count = []

    async def send(request):
        count.append(1)
        entered.set()
        while not gate.is_set():
            await asyncio.sleep(0.01)
        return token_answer(1)

    tokens = expired(send)
    results = []

    def loop_one():
        results.append(asyncio.run(tokens.get()).access_token)

    def loop_two():
        async def many():
            return [token.access_token for token in await asyncio.gather(*(tokens.get() for _ in range(3)))]

        results.extend(asyncio.run(many()))

    first, second = threading.Thread(target=loop_one), threading.Thread(target=loop_two)
    first.start()
    assert entered.wait(5)
    second.start()
    second.join(0.2)
    gate.set()
    first.join(10)
    second.join(10)
    assert (results, len(count)) == (["access-1"] * 4, 1)


def test_event_loop_that_died_with_a_renewal_does_not_block():
    """A renewal whose event loop is gone is given up; the next caller renews in its own loop."""
    send = Script(token_answer(1))
    hang = asyncio.Event

    async def never(request):
        await hang().wait()

    tokens = expired(never)
    loop = asyncio.new_event_loop()
    task = loop.create_task(tokens.get())
    loop.run_until_complete(asyncio.sleep(0.01))
    tokens._send = send.asend
    assert asyncio.run(tokens.get()).access_token == "access-1"
    # The first loop wakes up again: its caller gets the token too.
    for protected in tuple(AsyncioRuntime.running):
        protected.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_leader_whose_loop_was_taken_for_dead_gets_the_new_token():
    """A caller whose event loop paused during its renewal gets the token that another loop obtained meanwhile."""

    async def main():
        send = Script(token_answer(1), gate=asyncio.Event())
        tokens = expired(send)
        task = asyncio.create_task(tokens.get())
        await settle()
        tokens._flight.land()
        tokens._flight = None
        send.gate.set()
        return (await task).access_token, send.count

    assert asyncio.run(main()) == ("access-1", 1)


def test_renew_and_keep_and_forget():
    """renew() replaces the rejected token, keep() runs an exchange of the caller's, forget() drops token and entry."""

    async def main():
        clock = ManualClock()
        store = AsyncListStore()
        send = Script(lambda n: token_answer(n))
        tokens = source(send, token=held(clock=clock), clock=clock, store=store)
        old = tokens.current
        assert (await tokens.renew(old)).access_token == "access-1"
        assert (await tokens.renew(old)).access_token == "access-1"
        assert (await tokens.renew()).access_token == "access-2"
        own = Renewal(config(clock=clock), ClientCredentialsGrant()).obtain(None)
        assert (await tokens.keep(own, send=Script(token_answer(9)).asend)).access_token == "access-9"
        assert store.held()["access_token"] == "access-9"
        await tokens.forget()
        assert (tokens.current, store.held(), send.count) == (None, None, 2)
        with pytest.raises(MissingTokenError):
            await tokens.get()

    asyncio.run(main())


def test_renew_without_means_raises():
    """Renewing a good token that nothing can renew raises."""
    clock = ManualClock()
    tokens = source(Script(None), token=held(clock=clock, refresh_token=None), clock=clock)
    with pytest.raises(TokenExpiredError):
        asyncio.run(tokens.renew())


def test_own_exchange_that_fails_is_not_the_answer_of_others():
    """A caller's own exchange that fails raises for that caller; a task that waits renews the token itself."""

    async def main():
        send = Script(answer({"error": "invalid_grant"}, status=400), token_answer(2), gate=asyncio.Event())
        tokens = expired(send)
        own = asyncio.create_task(tokens.keep(Renewal(config(), ClientCredentialsGrant()).obtain(None)))
        await settle()
        other = asyncio.create_task(tokens.get())
        await settle()
        send.gate.set()
        with pytest.raises(ServerRefusal):
            await own
        return (await other).access_token

    assert asyncio.run(main()) == "access-2"


@pytest.mark.parametrize("is_async", [True, False])
def test_callbacks_secrets_and_stores_of_both_colours(is_async):
    """Secrets, stores and callbacks may be synchronous or asynchronous."""
    told = []

    def secret():
        return "s3cret"

    async def async_secret():
        await asyncio.sleep(0)
        return "s3cret"

    def tell(new, old):
        told.append(new.access_token)

    async def async_tell(new, old):
        await asyncio.sleep(0)
        told.append(new.access_token)

    async def main():
        clock = ManualClock()
        store = AsyncListStore() if is_async else ListStore()
        store.put(held(clock=clock))
        tokens = source(
            Script(token_answer(1)),
            clock=clock,
            store=store,
            secret=async_secret if is_async else secret,
            on_token=async_tell if is_async else tell,
        )
        await tokens.get()
        await tokens.renew()
        return store.held()["access_token"]

    assert asyncio.run(main()) == "access-1"
    assert told == ["access-1"]


def test_failing_async_callback_is_reported(caplog):
    """An asynchronous callback that fails is logged; an explicit call raises TokenNotSavedError."""

    async def fails(new, old):
        await asyncio.sleep(0)
        raise RuntimeError(new.access_token)

    async def main():
        clock = ManualClock()
        tokens = source(Script(lambda n: token_answer(n)), token=held(clock=clock), clock=clock, on_token=fails)
        await tokens.renew()
        with pytest.raises(TokenNotSavedError):
            await tokens.renew(explicit=True)
        return tokens.current.access_token

    assert asyncio.run(main()) == "access-2"
    assert "RuntimeError" in caplog.text
    assert "access-1" not in caplog.text


class BlockingStore(ListStore):
    """A store that blocks, as one on a disk does, and notes its thread."""

    blocking = True

    def __init__(self):
        super().__init__()
        self.threads = set()

    def _note(self, what):
        super()._note(what)
        self.threads.add(threading.get_ident())


def test_blocking_store_gets_a_thread():
    """A store that may block is never called in the event loop's own thread; one that says nothing may block."""

    class Unmarked:
        def __init__(self):
            self.inner = BlockingStore()

        def __getattr__(self, name):
            if name in {"load", "save", "delete"}:
                return getattr(self.inner, name)
            raise AttributeError(name)

    async def main(store, inner):
        clock = ManualClock()
        tokens = source(Script(token_answer(1)), token=held(clock=clock), clock=clock, store=store)
        await tokens.renew()
        await tokens.forget()
        return threading.get_ident() in inner.threads

    marked, unmarked = BlockingStore(), Unmarked()
    assert asyncio.run(main(marked, marked)) is False
    assert asyncio.run(main(unmarked, unmarked.inner)) is False


def test_async_store_stays_in_the_event_loop():
    """The methods of an asynchronous store are called in the event loop, not in a thread."""

    class Store:
        threads = set()

        async def load(self, key):
            self.threads.add(threading.get_ident())

        async def save(self, key, token, previous):
            self.threads.add(threading.get_ident())
            return True

        async def delete(self, key):
            self.threads.add(threading.get_ident())

    async def main():
        clock = ManualClock()
        tokens = source(Script(token_answer(1)), token=held(clock=clock), clock=clock, store=Store())
        await tokens.renew()
        assert Store.threads == {threading.get_ident()}

    asyncio.run(main())


class AsyncLocking(AsyncListStore):
    """An asynchronous store with an asynchronous lock."""

    @asynccontextmanager
    async def lock(self, key):
        self._note("lock")
        try:
            yield
        finally:
            self._note("unlock")


class SyncLocking(AsyncListStore):
    """An asynchronous store with a synchronous lock."""

    @contextmanager
    def lock(self, key):
        self._note("lock")
        try:
            yield
        finally:
            self._note("unlock")


@pytest.mark.parametrize("kind", [AsyncLocking, SyncLocking])
def test_lock_of_either_colour_is_held_around_one_renewal(kind):
    """The lock is held from reload to save, whichever colour it has, and released after a failure too."""

    async def main():
        clock = ManualClock()
        store = kind()
        tokens = source(
            Script(token_answer(1), TransportError("down")), token=held(clock=clock), clock=clock, store=store
        )
        await tokens.renew()
        with pytest.raises(TransportError):
            await tokens.renew()
        return store.asked

    assert asyncio.run(main()) == ["lock", "load", "save", "unlock", "lock", "load", "unlock"]


def test_closed_coroutine_releases_nothing_and_raises_nothing():
    """A renewal whose coroutine is closed from outside ends quietly: its flow asks for nothing more."""
    clock = ManualClock()
    store = SyncLocking()
    hang = Script(token_answer(1))
    tokens = source(hang, token=held(clock=clock, life=1), clock=clock, store=store)

    class Direct(AsyncioRuntime):
        async def protect(self, work, abandoned):
            await work(asyncio.sleep)

    tokens._runtime = Direct

    async def main():
        hang.gate = asyncio.Event()
        clock.advance(10)
        coroutine = tokens.get()
        coroutine.send(None)  # into the load of the store
        for _ in range(3):
            coroutine.send(None) if not hang.arrived.is_set() else None
        coroutine.close()

    asyncio.run(main())
    assert store.asked[:2] == ["lock", "load"]
    assert "save" not in store.asked
    assert tokens._flight is None


def test_no_secret_in_repr():
    """The repr of an asynchronous source shows names alone."""
    text = repr(source(Script(None), token=held(clock=ManualClock())))
    assert text.startswith("<AsyncTokenSource with <OAuth2Token access_token")
    assert "access-0" not in text
