"""One cache of keys for all: threads, tasks, several event loops, trio; rotation, failure and cancellation at once."""

import asyncio
import gc
import threading
import time
from itertools import count

import pytest
import trio

from oauth_core import Response, TransportError, Wait, arun, run
from oauth_jwt import IDTokenValidator, InvalidJWTError, JWKSCache
from tests.jwt.support import CLIENT, ISSUER, NONCE, Clock, KeyServer, carry, id_claims, key, sign

URI = "https://op.example/jwks"
MANY = 20


def validating(cache, signer=None, header=None):
    rules = IDTokenValidator(ISSUER, CLIENT, cache, clock=Clock())
    return rules.validate(sign(id_claims(), signer or key(), header), nonce=NONCE)


class SlowServer(KeyServer):
    """Answers after a moment, in both colours; refuses while ``broken``."""

    broken = False

    def __call__(self, request):
        time.sleep(0.1)
        return self.answer(request)

    async def later(self, request):
        await asyncio.sleep(0.1)
        return self.answer(request)

    def answer(self, request):
        answer = super().__call__(request)
        return Response(503, (), b"") if self.broken else answer


def in_threads(work):
    """What `work` returned or raised in each of many threads that begin at once."""
    began, found = threading.Barrier(MANY), []

    def each():
        began.wait()
        try:
            found.append(work())
        except Exception as exc:
            found.append(exc)

    threads = [threading.Thread(target=each) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_threads_share_a_failed_first_fetch():
    """Threads that need a first fetch which fails ask once, and each raises an error of its own."""
    server = SlowServer(key())
    server.broken = True
    cache = JWKSCache(URI)
    found = in_threads(lambda: run(validating(cache), server))
    assert len(server.requests) == 1
    assert len({id(exc) for exc in found}) == MANY
    assert {getattr(exc, "status_code", None) for exc in found} == {503}


def test_threads_share_a_failed_renewal():
    """Threads that meet stale keys while the server fails ask once, and all go on with the old keys."""
    server, clock = SlowServer(key()), Clock()
    cache = JWKSCache(URI, ttl=10, clock=clock)
    run(validating(cache), server)
    server.broken = True
    clock.now += 11
    assert [each.sub for each in in_threads(lambda: run(validating(cache), server))] == ["jane"] * MANY
    assert len(server.requests) == 2


def test_threads_share_the_look_for_an_unknown_key():
    """Threads whose tokens name a key that does not exist cause one look, the next ones in the cool-down none."""
    server = SlowServer(key())
    cache = JWKSCache(URI, clock=Clock())
    run(validating(cache), server)
    for _ in range(2):
        found = in_threads(lambda: run(validating(cache, header={"kid": "x"}), server))
        assert all(isinstance(exc, InvalidJWTError) for exc in found)
        assert len(server.requests) == 2


def test_loops_and_threads_share_one_fetch():
    """Tasks of ten event loops and ten plain threads wait for the same fetch."""
    server = SlowServer(key())
    cache = JWKSCache(URI)

    async def tasks():
        flows = [arun(validating(cache), server.later, sleep=asyncio.sleep) for _ in range(5)]
        return [each.sub for each in await asyncio.gather(*flows)]

    number = count()
    found = in_threads(lambda: [run(validating(cache), server).sub] if next(number) % 2 else asyncio.run(tasks()))
    assert sorted(map(len, found)) == [1] * 10 + [5] * 10
    assert {sub for each in found for sub in each} == {"jane"}
    assert len(server.requests) == 1


def test_trio_tasks_share_one_fetch_and_survive_a_cancelled_one():
    """On trio too, another task takes over the fetch of the one that is cancelled, and one fetch is carried out."""
    server = KeyServer(key())
    cache = JWKSCache(URI)
    found = []

    async def slow(request):
        await trio.sleep(0.1)
        return server(request)

    async def each():
        found.append((await arun(validating(cache), slow, sleep=trio.sleep)).sub)

    async def cancelled():
        with trio.move_on_after(0.02):
            await each()

    async def main():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(cancelled)
            await trio.sleep(0.005)
            for _ in range(10):
                nursery.start_soon(each)

    trio.run(main)
    assert found == ["jane"] * 10
    assert len(server.requests) == 1


def test_cancelled_renewal_keeps_the_old_keys():
    """Where a renewal is cancelled the old keys are there, and the next who needs keys fetches."""
    server, clock = KeyServer(key()), Clock()
    cache = JWKSCache(URI, ttl=10, clock=clock)
    old = carry(cache.keys(), server)
    clock.now += 11
    begun = cache.keys()
    begun.send(None)
    begun.close()
    assert len(cache.__reduce__()) == 2
    fresh = carry(cache.keys(), server)
    assert fresh is not old
    assert len(server.requests) == 2


def test_fetch_that_was_taken_over_does_not_end_the_new_one():
    """When a fetch that was given up ends at last, the one that took over is still the only one."""
    clock = Clock()
    cache = JWKSCache(URI, clock=clock)
    slow, second, third = cache.keys(), cache.keys(), cache.keys()
    slow.send(None)
    clock.now += 61
    assert second.send(None).url == URI
    slow.close()
    assert isinstance(third.send(None), Wait)


def test_abandoned_fetch_is_ended_by_the_garbage_collector():
    """A fetch that nobody holds any more blocks nobody, whichever thread collects it, with the lock at hand or not."""
    cache = JWKSCache(URI, clock=Clock())
    loop = [cache.keys()]
    loop[0].send(None)
    loop.append(loop)
    with cache._lock:
        del loop
        gc.collect()
    assert carry(cache.keys(), KeyServer(key())) is not None


def test_failure_that_is_kept_holds_no_frames():
    """The failure that a cache remembers keeps nothing of the call that met it alive."""
    cache = JWKSCache(URI, clock=Clock())
    fetch = cache.keys()
    fetch.send(None)
    with pytest.raises(TransportError) as caught:
        fetch.throw(TransportError("no route"))
    assert cache.failure is not caught.value
    assert str(cache.failure) == str(caught.value)
    assert cache._failure.__traceback__ is None
    carry(cache.keys(), KeyServer(key()))
    assert cache.failure is None
