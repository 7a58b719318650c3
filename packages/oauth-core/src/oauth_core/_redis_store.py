"""Tokens in Redis: for processes on any number of hosts that share a credential.

Rules of this room: the client is the user's own, of redis-py, and is never closed here; a compare-and-swap is one
script, so that it happens at once; the lock is redis-py's, freed by Redis after a while where its holder died. What a
key holds is read and made in one place, for both colours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from hashlib import sha256
from typing import NoReturn, Protocol, cast

from ._errors import UsageError
from ._serialise import TokenSerializer
from ._token import OAuth2Token

__all__ = ["AsyncRedisTokenStore", "RedisTokenStore"]

# Beside the token stands a hash of its access token: what is sealed cannot be compared.
_SWAP = """
local present = redis.call('HGET', KEYS[1], 'tag')
if present and present ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'tag', ARGV[2])
return 1
"""


class _Redis(Protocol):
    """The part of ``redis.Redis`` and ``redis.asyncio.Redis`` that is used here."""

    def hget(self, name: str, key: str, /) -> object: ...

    def eval(self, script: str, numkeys: int, /, *keys_and_args: object) -> object: ...

    def delete(self, name: str, /) -> object: ...

    def lock(self, name: str, /, *, timeout: float, blocking_timeout: float, thread_local: bool) -> object: ...


class _Place:
    """Where tokens stand in Redis, and as what."""

    def __init__(
        self,
        client: object,
        *,
        prefix: str = "oauth:token:",
        encryption_key: object = None,
        lock_timeout: float = 60,
        lock_wait: float = 60,
    ) -> None:
        if not all(callable(getattr(client, name, None)) for name in ("hget", "eval", "delete", "lock")):
            raise TypeError(f"client is one of redis-py, such as redis.Redis(), not a {type(client).__name__}")
        self._client = cast("_Redis", client)
        self.prefix = prefix
        self._serializer = TokenSerializer(encryption_key)
        self._lock_timeout = lock_timeout
        self._lock_wait = lock_wait

    def __repr__(self) -> str:
        return f"<{type(self).__name__} under {self.prefix!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} does not pickle, as its connections do not: make one in each process, with the "
            "same prefix"
        )

    def _place(self, key: str) -> str:
        return self.prefix + key

    def _swap(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> object:
        """Run the compare-and-swap; what an asynchronous client returns is to be awaited."""
        return self._client.eval(
            _SWAP, 1, self._place(key), self._serializer.dumps(token), _tag(token), _tag(previous) if previous else ""
        )

    def _token(self, key: str, stored: object) -> OAuth2Token | None:
        if stored is None:
            return None
        if isinstance(stored, (str, bytes)):
            try:
                return self._serializer.loads(stored)
            except (UsageError, UnicodeDecodeError):
                pass
        raise UsageError(
            f"the key {self._place(key)!r} of Redis holds no token that can be read here: it was altered, or sealed "
            "with another key; delete it to start anew"
        )

    def _lock(self, key: str) -> object:
        return self._client.lock(
            self._place(key) + ":lock",
            timeout=self._lock_timeout,
            blocking_timeout=self._lock_wait,
            thread_local=False,  # left by whichever thread carries the renewal out
        )


class RedisTokenStore(_Place):
    """Keeps tokens in Redis, each in a hash under ``prefix`` and its key.

    ``client`` is a ``redis.Redis`` with a time-out of its own (``socket_timeout``). ``encryption_key`` seals the
    tokens, as it does in ``TokenSerializer``. Only one process renews at a time: ``lock_timeout`` is how many seconds
    Redis keeps the lock of one that died, and has to be longer than a renewal lasts; ``lock_wait`` how many seconds
    another waits for it. Asynchronous clients may use this store too: they give it a thread. Needs
    ``oauth-core[redis]``.
    """

    blocking = True

    def load(self, key: str) -> OAuth2Token | None:
        """Return the token under ``key``, or None. Raises ``UsageError`` where it cannot be read."""
        return self._token(key, self._client.hget(self._place(key), "token"))

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Put ``token`` in the place of ``previous``; False where the place holds another access token."""
        return bool(self._swap(key, token, previous))

    def delete(self, key: str) -> None:
        """Forget the token under ``key``, if there is one."""
        self._client.delete(self._place(key))

    def lock(self, key: str) -> AbstractContextManager[object]:
        """Return redis-py's lock of ``key``; entering it raises ``redis.exceptions.LockError`` after ``lock_wait``."""
        return cast("AbstractContextManager[object]", self._lock(key))


class AsyncRedisTokenStore(_Place):
    """The same with a ``redis.asyncio.Redis``, for asynchronous clients under asyncio.

    Its connections belong to one event loop. Under trio, or with several loops, use ``RedisTokenStore``.
    """

    async def load(self, key: str) -> OAuth2Token | None:
        """Return the token under ``key``, or None. Raises ``UsageError`` where it cannot be read."""
        return self._token(key, await _answer(self._client.hget(self._place(key), "token")))

    async def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Put ``token`` in the place of ``previous``; False where the place holds another access token."""
        return bool(await _answer(self._swap(key, token, previous)))

    async def delete(self, key: str) -> None:
        """Forget the token under ``key``, if there is one."""
        await _answer(self._client.delete(self._place(key)))

    def lock(self, key: str) -> AbstractAsyncContextManager[object]:
        """Return redis-py's lock of ``key``; entering it raises ``redis.exceptions.LockError`` after ``lock_wait``."""
        return cast("AbstractAsyncContextManager[object]", self._lock(key))


async def _answer(waiting: object) -> object:
    return await cast("Awaitable[object]", waiting)


def _tag(token: Mapping[str, object]) -> str:
    return sha256(str(token.get("access_token")).encode("utf-8")).hexdigest()
