"""Where tokens are kept between renewals, processes and hosts.

Rules of this room: a store sees every new token before it is used; ``save`` is a compare-and-swap, so that two
workers do not overwrite each other; a store that can lock is locked around one renewal, never around an API request.
A store's method may block (``blocking = True``): asynchronous clients then give it a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol, runtime_checkable

from ._token import OAuth2Token

__all__ = ["AsyncTokenStore", "LockingTokenStore", "MemoryTokenStore", "TokenStore"]


@runtime_checkable
class TokenStore(Protocol):
    """A place for tokens under keys, one key for each credential."""

    def load(self, key: str) -> Mapping[str, object] | None:
        """Return the token under ``key``, or None."""

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Put ``token`` in the place of ``previous`` and return True.

        Return False and change nothing where the place holds another access token than that of ``previous``.
        """

    def delete(self, key: str) -> object:
        """Forget the token under ``key``, if there is one."""


@runtime_checkable
class AsyncTokenStore(Protocol):
    """The same for asynchronous clients."""

    def load(self, key: str) -> Awaitable[Mapping[str, object] | None]:
        """Return the token under ``key``, or None."""

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> Awaitable[bool]:
        """Put ``token`` in the place of ``previous``, as ``TokenStore.save`` does."""

    def delete(self, key: str) -> Awaitable[object]:
        """Forget the token under ``key``, if there is one."""


@runtime_checkable
class LockingTokenStore(Protocol):
    """A store that can keep other processes from renewing the same token at the same time."""

    def lock(self, key: str) -> AbstractContextManager[object] | AbstractAsyncContextManager[object]:
        """Return a context manager that holds the lock of ``key``; it must raise where that takes too long.

        It may be entered and left in different threads of this process.
        """


class MemoryTokenStore:
    """Tokens in the memory of this process, for tests and for sharing between clients of both colours."""

    blocking = False

    def __init__(self) -> None:
        self._tokens: dict[str, OAuth2Token] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<MemoryTokenStore of {len(self._tokens)} tokens>"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (dict(self._tokens),))

    def load(self, key: str) -> OAuth2Token | None:
        """Return the token under ``key``, or None."""
        return self._tokens.get(key)

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Put ``token`` in the place of ``previous``; False where the place holds another access token."""
        with self._lock:
            present = self._tokens.get(key)
            if present is not None and (
                previous is None or present.get("access_token") != previous.get("access_token")
            ):
                return False
            self._tokens[key] = token
            return True

    def delete(self, key: str) -> None:
        """Forget the token under ``key``, if there is one."""
        with self._lock:
            self._tokens.pop(key, None)


def refuse_asynchronous(store: object) -> None:
    """Raise ``TypeError`` for a store whose methods have to be awaited, where nobody can."""
    if is_asynchronous(store):
        raise TypeError("this client is synchronous and cannot await an asynchronous token store")


def is_asynchronous(store: object) -> bool:
    """Tell whether the methods of a store have to be awaited."""
    from inspect import iscoroutinefunction  # costs as much as the rest of a session's import

    return iscoroutinefunction(getattr(store, "load", None))


def _rebuild(tokens: dict[str, OAuth2Token]) -> MemoryTokenStore:
    store = MemoryTokenStore()
    store._tokens.update(tokens)  # noqa: SLF001 - its own factory
    return store
