"""One renewal however many callers, and none lost: threads, tasks, cancellation, event loops (laws 3 and 13)."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import trio

from oauth_core import ReauthorizationRequired, TransportError
from oauth_core.testing import faults
from oauth_httpx._runtime import AsyncioRuntime, TrioRuntime, current_runtime
from tests.httpx.flavours import FLAVOURS, endpoints

SYNC = [f for f in FLAVOURS if not f.is_async]
ASYNC = [f for f in FLAVOURS if f.is_async]
ASYNCIO = [f for f in FLAVOURS if f.loop == "asyncio"]
TRIO = [f for f in FLAVOURS if f.loop == "trio"]


def expired(server):
    return {**server.issue_token("app", user="alice"), "expires_at": 1}


async def all_at_once(loop, fn, count):
    """Run ``fn`` in so many tasks and return their results or exceptions."""
    results = []

    async def one():
        try:
            results.append(await fn())
        except Exception as exc:
            results.append(exc)

    if loop == "asyncio":
        await asyncio.gather(*(one() for _ in range(count)))
    else:
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(one)
    return results


@pytest.mark.parametrize("flavour", SYNC, ids=repr)
def test_threads_share_one_renewal(flavour, server):
    """Thirty threads that meet an expired token cause one token request, and each gets its answer."""
    with (
        flavour.module.OAuth2Client("app", "s3cret", token=expired(server), **endpoints(server)) as client,
        ThreadPoolExecutor(30) as pool,
    ):
        answers = list(pool.map(lambda _: client.get(server.url("/api/things")).status_code, range(30)))
    assert answers == [200] * 30
    assert server.count("token") == 1


@pytest.mark.parametrize("flavour", ASYNC, ids=repr)
def test_tasks_share_one_renewal(flavour, server):
    """Fifty tasks that meet an expired token cause one token request, and each gets its answer."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=expired(server), **endpoints(server)) as client:
            answers = await all_at_once(flavour.loop, lambda: client.get(server.url("/api/things")), 50)
        assert [answer.status_code for answer in answers] == [200] * 50
        assert server.count("token") == 1

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", ASYNC, ids=repr)
def test_tasks_share_one_failure(flavour, server):
    """With the endpoint down, fifty tasks are answered by one attempt, each by an exception of its own."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=expired(server), **endpoints(server)) as client:
            with server.inject(faults.dropped(), "token", times=None):
                failures = await all_at_once(flavour.loop, lambda: client.get(server.url("/api/things")), 50)
        assert {type(failure) for failure in failures} == {TransportError}
        assert len({id(failure) for failure in failures}) == 50
        assert server.count("token") == 1

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", ASYNCIO, ids=repr)
def test_a_cancelled_leader_loses_no_token_on_asyncio(flavour, server):
    """The task that renews is cancelled: the renewal goes on, is kept, and the others get its token."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=expired(server), **endpoints(server)) as client:
            server.inject(faults.slow(0.4), "token")
            leader = asyncio.create_task(client.get(server.url("/api/things")))
            while not server.count("token"):
                await asyncio.sleep(0.01)
            follower = asyncio.create_task(client.get(server.url("/api/things")))
            await asyncio.sleep(0.05)
            leader.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leader
            assert (await follower).status_code == 200
        assert server.count("token") == 1

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", ASYNCIO, ids=repr)
def test_a_lone_cancelled_caller_loses_no_token_on_asyncio(flavour, server):
    """With nobody else waiting, the renewal of a cancelled caller still ends, and its token is there afterwards."""

    async def scenario(flavour):
        old = expired(server)
        async with flavour.client("app", "s3cret", token=old, **endpoints(server)) as client:
            server.inject(faults.slow(0.3), "token")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.get(server.url("/api/things"))
            assert (await client.get(server.url("/api/things"))).status_code == 200
            assert client.token["refresh_token"] != old["refresh_token"]
        assert server.count("token") == 1

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", ASYNCIO, ids=repr)
def test_closing_a_client_waits_for_its_renewal(flavour, server):
    """A client that is closed while a cancelled caller's renewal is under way keeps the renewed token."""

    async def scenario(flavour):
        old = expired(server)
        async with flavour.client("app", "s3cret", token=old, **endpoints(server)) as client:
            server.inject(faults.slow(0.3), "token")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.get(server.url("/api/things"))
        assert client.token["refresh_token"] != old["refresh_token"]

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", TRIO, ids=repr)
def test_a_cancelled_caller_loses_no_token_on_trio(flavour, server):
    """A cancelled task finishes the renewal before it is cancelled; others get its token."""

    async def scenario(flavour):
        old = expired(server)
        async with flavour.client("app", "s3cret", token=old, **endpoints(server)) as client:
            server.inject(faults.slow(0.3), "token")
            with trio.move_on_after(0.1) as scope:
                await client.get(server.url("/api/things"))
            assert scope.cancelled_caught
            assert client.token["refresh_token"] != old["refresh_token"]
            assert (await client.get(server.url("/api/things"))).status_code == 200
        assert server.count("token") == 1

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", ASYNC, ids=repr)
def test_one_client_renews_in_one_event_loop_after_another(flavour, server):
    """A handler whose client was not entered works in one event loop after the other, and leaves no socket open."""
    client = flavour.module.AsyncOAuth2Client("app", "s3cret", token=expired(server), **endpoints(server))
    auth = flavour.auth(client=client)

    async def scenario(flavour):
        async with flavour.plain() as plain:
            assert (await plain.get(server.url("/api/things"), auth=auth)).status_code == 200
            server.revoke(auth.token["access_token"])

    for loop in (*ASYNC, *ASYNC):
        if loop.native is flavour.native:
            loop.run(scenario)
    assert server.count("token") == 4


@pytest.mark.parametrize("flavour", ASYNC, ids=repr)
def test_event_loops_in_threads_share_one_renewal(flavour, server):
    """Two event loops at once, each in its thread, wait for one renewal."""
    client = flavour.module.AsyncOAuth2Client("app", "s3cret", token=expired(server), **endpoints(server))
    auth = flavour.auth(client=client)
    server.inject(faults.slow(0.3), "token")
    barrier = threading.Barrier(2)

    async def scenario(flavour):
        async with flavour.plain() as plain:
            barrier.wait(10)
            return (await plain.get(server.url("/api/things"), auth=auth)).status_code

    other = next(f for f in ASYNC if f.native is flavour.native and f.loop != flavour.loop)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda f: f.run(scenario), (flavour, other))) == [200, 200]
    assert server.count("token") == 1


@pytest.mark.parametrize("flavour", ASYNC, ids=repr)
def test_a_renewal_whose_event_loop_died_is_taken_over(flavour, server):
    """A renewal that ended with its event loop does not hold later callers."""
    client = flavour.module.AsyncOAuth2Client("app", "s3cret", grant_type="client_credentials", **endpoints(server))
    server.inject(faults.slow(30), "token")

    async def cut_short():
        task = asyncio.ensure_future(client.ensure_active_token())
        while not server.count("token"):
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(cut_short())

    async def scenario(flavour):
        return await client.ensure_active_token()

    assert flavour.run(scenario)["access_token"]


@pytest.mark.parametrize("flavour", ASYNC, ids=repr)
def test_invalid_grant_answers_every_task(flavour, server):
    """A refused refresh token is spent once, and every waiting task learns that a person must authorize again."""

    async def scenario(flavour):
        token = expired(server)
        server.revoke(token["refresh_token"])
        async with flavour.client("app", "s3cret", token=token, **endpoints(server)) as client:
            server.inject(faults.slow(0.2), "token")
            failures = await all_at_once(flavour.loop, lambda: client.get(server.url("/api/things")), 20)
        assert {type(failure) for failure in failures} == {ReauthorizationRequired}
        assert server.count("token") == 1

    flavour.run(scenario)


def test_the_runtime_is_that_of_the_caller():
    """The event loop is found by asking who runs; outside of one the error says what is needed."""

    async def kind():
        return type(current_runtime())

    assert asyncio.run(kind()) is AsyncioRuntime
    assert trio.run(kind) is TrioRuntime
    with pytest.raises(RuntimeError, match="asyncio or trio"):
        current_runtime()


@pytest.mark.parametrize("start", [asyncio.run, lambda coroutine: trio.run(lambda: coroutine)], ids=["asyncio", "trio"])
def test_a_waiter_wakes_from_any_thread_and_from_a_dead_loop_in_silence(start):
    """``wake`` may be called from a foreign thread, twice, and after its event loop is gone."""

    async def main():
        runtime = current_runtime()
        assert runtime.alive()()
        wake, wait = runtime.waiter()
        thread = threading.Thread(target=lambda: (wake(), wake()))
        thread.start()
        await wait()
        await runtime.to_thread(thread.join)
        return wake, runtime.alive()

    wake, alive = start(main())
    wake()
    assert not alive()


def test_protected_work_is_given_up_in_its_sleep_when_nobody_waits():
    """On asyncio, work that sleeps ends soon after its last caller left; on trio with its caller."""
    ended = []

    async def work(sleep):
        try:
            await sleep(30)
        except BaseException as exc:
            ended.append(type(exc))
            raise

    async def on_asyncio():
        left = False
        task = asyncio.ensure_future(current_runtime().protect(work, lambda: left))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.3)
        assert ended == []  # somebody still waits
        left = True
        await asyncio.sleep(0.3)
        assert ended == [asyncio.CancelledError]

    asyncio.run(on_asyncio())
    ended.clear()

    async def on_trio():
        with trio.move_on_after(0.05) as scope:
            await current_runtime().protect(work, lambda: False)
        assert scope.cancelled_caught

    trio.run(on_trio)
    assert ended == [trio.Cancelled]


@pytest.mark.parametrize("start", [asyncio.run, lambda coroutine: trio.run(lambda: coroutine)], ids=["asyncio", "trio"])
def test_a_bounded_block_raises_timeout_error(start):
    """``within`` ends its body with ``TimeoutError``; without a bound it does not."""

    async def main():
        runtime = current_runtime()
        with pytest.raises(TimeoutError):
            async with runtime.within(0.05):
                await runtime.sleep(10)
        async with runtime.within(None):
            await runtime.sleep(0)

    start(main())
