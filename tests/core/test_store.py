"""The memory store: load, compare-and-swap, delete."""

import pickle

from oauth_core import AsyncTokenStore, LockingTokenStore, MemoryTokenStore, OAuth2Token, TokenStore
from tests.core.core_support import AsyncListStore
from tests.core.test_source import in_threads

A, B, C = (OAuth2Token(access_token=name) for name in "abc")


def test_save_compares_and_swaps():
    """A token is saved only in the place of the one that it replaces, or in an empty place."""
    store = MemoryTokenStore()
    assert store.load("k") is None
    assert store.save("k", A, None) is True
    assert store.save("k", B, None) is False
    assert store.save("k", B, C) is False
    assert store.load("k") == A
    assert store.save("k", B, A) is True
    assert store.save("other", C, A) is True
    store.delete("k")
    store.delete("k")
    assert store.load("k") is None
    assert store.load("other") == C


def test_one_of_many_savers_wins():
    """Of many threads that replace the same token one succeeds."""
    store = MemoryTokenStore()
    store.save("k", A, None)
    tokens = iter([OAuth2Token(access_token=str(n)) for n in range(20)])
    results = in_threads(20, lambda: store.save("k", next(tokens), A))
    assert sorted(results) == [False] * 19 + [True]


def test_memory_store_pickles_and_shows_no_token():
    """The store pickles with its tokens; its repr counts them."""
    store = MemoryTokenStore()
    store.save("k", OAuth2Token(access_token="s3cret"), None)
    twin = pickle.loads(pickle.dumps(store))
    assert twin.load("k").access_token == "s3cret"
    twin.delete("k")
    assert store.load("k") is not None
    assert repr(store) == "<MemoryTokenStore of 1 tokens>"


def test_stores_are_known_by_their_methods():
    """A store is whatever has the methods."""
    assert isinstance(MemoryTokenStore(), TokenStore)
    assert isinstance(AsyncListStore(), AsyncTokenStore)
    assert not isinstance(MemoryTokenStore(), LockingTokenStore)
