"""What every token store promises, kept by each kind: in memory, in files, in Redis, sealed or not."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import stat
import threading
import time

import pytest

from oauth_core import (
    AsyncRedisTokenStore,
    AsyncTokenStore,
    FileTokenStore,
    LockingTokenStore,
    MemoryTokenStore,
    OAuth2Token,
    RedisTokenStore,
    TokenStore,
    UsageError,
)
from tests.core.test_source import in_threads
from tests.servers.redis import redis_socket

KEY, OTHER_KEY = "11" * 32, "22" * 32
A, B, C = (OAuth2Token(access_token=name * 9, refresh_token=f"r{name}", scope="é") for name in "abc")


@pytest.fixture(scope="module")
def socket():
    with redis_socket() as path:
        yield path


class Awaited:
    """An asynchronous store as if it were none, on an event loop of its own."""

    def __init__(self, make):
        self.loop = asyncio.new_event_loop()
        self.store = make()
        self.turn = threading.Lock()

    def __getattr__(self, name):
        def call(*args):
            with self.turn:
                return self.loop.run_until_complete(getattr(self.store, name)(*args))

        return call

    def close(self):
        self.loop.run_until_complete(self.store._client.aclose())
        self.loop.close()


REDIS = [pytest.param(name, marks=pytest.mark.real_server) for name in ("redis", "redis-sealed", "redis-async")]


@pytest.fixture(params=["memory", "file", "file-sealed", *REDIS])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryTokenStore()
    elif request.param.startswith("file"):
        yield FileTokenStore(tmp_path / "tokens", encryption_key=KEY if "sealed" in request.param else None)
    else:
        import redis
        import redis.asyncio

        path = request.getfixturevalue("socket")
        prefix = f"{tmp_path.name}:"
        if request.param == "redis-async":
            twin = Awaited(lambda: AsyncRedisTokenStore(redis.asyncio.Redis(unix_socket_path=path), prefix=prefix))
            yield twin
            twin.close()
        else:
            sealed = {"encryption_key": KEY} if "sealed" in request.param else {}
            with redis.Redis(unix_socket_path=path, decode_responses=bool(sealed)) as client:
                yield RedisTokenStore(client, prefix=prefix, **sealed)


def test_save_compares_and_swaps(store):
    """A token is saved only in the place of the one that it replaces, or in an empty place."""
    assert store.load("k") is None
    assert store.save("k", A, None) is True
    assert store.save("k", B, None) is False
    assert store.save("k", B, C) is False
    assert store.load("k") == A
    assert isinstance(store.load("k"), OAuth2Token)
    assert store.save("k", B, A) is True
    assert store.save("other", C, A) is True
    store.delete("k")
    store.delete("k")
    assert store.load("k") is None
    assert store.load("other") == C


@pytest.mark.parametrize(
    "keys", [("a", "A"), ("../up", "up"), ("a/b", "a:b"), ("é", "e"), ("x" * 300, "x" * 301), ("", " ")]
)
def test_any_text_is_a_key(store, keys):
    """Whatever text the keys are, each has a place of its own."""
    for key, token in zip(keys, (A, B), strict=True):
        assert store.save(key, token, None) is True
    assert [store.load(key) for key in keys] == [A, B]


def test_one_of_many_savers_wins(store):
    """Of many threads that replace the same token one succeeds; so it is where they take turns at an event loop."""
    store.save("k", A, None)
    tokens = iter([OAuth2Token(access_token=str(n)) for n in range(20)])
    results = in_threads(20, lambda: store.save("k", next(tokens), A))
    assert sorted(results) == [False] * 19 + [True]


@pytest.fixture(params=["file", pytest.param("redis", marks=pytest.mark.real_server)])
def two(request, tmp_path):
    """Two stores of one place, as two processes have them; they wait half a second for each other."""
    if request.param == "file":
        yield [FileTokenStore(tmp_path, lock_wait=0.5) for _ in range(2)]
        return
    import redis

    path = request.getfixturevalue("socket")
    with redis.Redis(unix_socket_path=path) as one, redis.Redis(unix_socket_path=path) as other:
        yield [RedisTokenStore(client, prefix=f"{tmp_path.name}:", lock_wait=0.5) for client in (one, other)]


def test_the_lock_keeps_others_out_for_a_bounded_time(two):
    """While one holds the lock another waits, saves of the holder go on, and the wait ends with an error."""
    one, other = two
    assert isinstance(one, TokenStore)
    assert isinstance(one, LockingTokenStore)
    with one.lock("k"):
        assert one.save("k", A, None) is True
        assert other.load("k") == A
        begun = time.monotonic()
        with pytest.raises(Exception, match=r"lock"), other.lock("k"):
            pytest.fail("two hold one lock")
        assert 0.4 < time.monotonic() - begun < 5
        with other.lock("another"):
            pass
    with other.lock("k"):
        pass


def test_the_lock_may_be_left_in_another_thread(two):
    """A renewal may be carried out by several threads: the lock is left by one that did not enter it."""
    one, other = two
    lock = one.lock("k")
    lock.__enter__()
    thread = threading.Thread(target=lock.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with other.lock("k"):
        pass


def test_files_are_the_owners_alone(tmp_path):
    """Neither the folder nor a file in it can be read by others, and no half-written file is left behind."""
    store = FileTokenStore(tmp_path / "deep" / "tokens")
    store.save("k", A, None)
    with store.lock("k"):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()}
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert not [name for name in modes if name.endswith(".new")]
    assert json.loads(store.path("k").read_text()) == A
    assert repr(store) == f"<FileTokenStore in {str(store.folder)!r}>"


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    """Where the disk is full the save fails, and the token that was there stays."""
    store = FileTokenStore(tmp_path)
    store.save("k", A, None)

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save("k", B, A)
    assert store.load("k") == A
    assert not list(tmp_path.glob("*.new"))
    assert not list(tmp_path.glob(".*.new"))


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b"\xff\xfe", b'{"access_token": "x"'])
def test_a_broken_file_is_told_as_such(tmp_path, written):
    """A file that holds no token is an error that names the file, and is neither used nor overwritten."""
    store = FileTokenStore(tmp_path)
    store.path("k").write_bytes(written)
    for attempt in (lambda: store.load("k"), lambda: store.save("k", A, None)):
        with pytest.raises(UsageError, match="holds no token that can be read"):
            attempt()
    assert store.path("k").read_bytes() == written


def test_a_sealed_file_shows_nothing(tmp_path):
    """With a key neither token stands in the file, and another key does not open it."""
    store = FileTokenStore(tmp_path, encryption_key=KEY)
    store.save("k", A, None)
    assert b"aaaaaaaaa" not in store.path("k").read_bytes()
    with pytest.raises(UsageError, match="sealed with another key"):
        FileTokenStore(tmp_path, encryption_key=OTHER_KEY).load("k")
    assert FileTokenStore(tmp_path, encryption_key=[OTHER_KEY, KEY]).load("k") == A


@pytest.mark.real_server
def test_redis_holds_nothing_that_can_be_read(socket, tmp_path):
    """With a key no token stands in Redis, not in its tag either; what was altered is refused by name."""
    import redis

    with redis.Redis(unix_socket_path=socket) as client:
        store = RedisTokenStore(client, prefix=f"{tmp_path.name}:", encryption_key=KEY)
        store.save("k", A, None)
        held = client.hgetall(f"{tmp_path.name}:k")
        assert set(held) == {b"token", b"tag"}
        assert b"aaaaaaaaa" not in b"".join(held.values())
        client.hset(f"{tmp_path.name}:k", "token", "altered")
        with pytest.raises(UsageError, match="holds no token that can be read"):
            store.load("k")
    assert repr(store) == f"<RedisTokenStore under '{tmp_path.name}:'>"


@pytest.mark.parametrize("kind", [RedisTokenStore, AsyncRedisTokenStore])
def test_what_is_no_client_of_redis(kind):
    """Anything else than a client of redis-py is a TypeError that says so."""
    with pytest.raises(TypeError, match="redis"):
        kind("redis://localhost")


@pytest.mark.real_server
def test_the_lock_of_a_process_that_died(socket, tmp_path):
    """Redis frees a lock that is held for longer than `lock_timeout`; who held it is told when leaving."""
    import redis

    with redis.Redis(unix_socket_path=socket) as client:
        store = RedisTokenStore(client, prefix=f"{tmp_path.name}:", lock_timeout=0.2, lock_wait=5)
        with pytest.raises(redis.exceptions.LockError), store.lock("k"), store.lock("k"):
            pass


@pytest.mark.real_server
def test_the_asynchronous_lock(socket, tmp_path):
    """The asynchronous store is known as one, and its lock is an asynchronous context manager."""
    import redis.asyncio

    async def work():
        async with redis.asyncio.Redis(unix_socket_path=socket) as client:
            store = AsyncRedisTokenStore(client, prefix=f"{tmp_path.name}:", lock_wait=0.3)
            assert isinstance(store, AsyncTokenStore)
            async with store.lock("k"):
                with pytest.raises(redis.exceptions.LockError):
                    async with store.lock("k"):
                        pytest.fail("two hold one lock")

    asyncio.run(work())


def test_without_filelock(tmp_path, monkeypatch):
    """Where filelock is not installed, the error says what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(UsageError, match=r"pip install 'oauth-core\[file\]'"):
        FileTokenStore(tmp_path).save("k", A, None)


def test_redis_stays_at_home():
    """A store that holds connections does not pickle, and says what to do instead."""
    import redis

    with pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(RedisTokenStore(redis.Redis()))
