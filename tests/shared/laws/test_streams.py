"""Streams stay streams: with the token in the header, no body is held in memory, in either direction."""

from __future__ import annotations

import tracemalloc

import pytest

from oauth_core.testing import faults

PIECE = bytes(64 * 1024)
PIECES = 256  # 16 MiB
SIZE = len(PIECE) * PIECES
MOST = 4 * 1024 * 1024


def upload(flavour):
    """A body that is made while it is sent."""
    if flavour.asynchronous:

        async def later():
            for _ in range(PIECES):
                yield PIECE

        return {"content": later()}
    made = (PIECE for _ in range(PIECES))
    return {"data" if flavour.library == "requests" else "content": made}


def peak(call):
    """Run a call and return its result with the most memory that was held meanwhile, in bytes."""
    tracemalloc.start()
    try:
        result = call()
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_up(fake, holder, flavour):
    """An upload goes out piece by piece, the token's renewal before it included."""
    holder.get(fake.url("/api/x"))  # connections and lazy imports are not what is measured
    answer, most = peak(lambda: holder.post(fake.url("/api/upload"), **upload(flavour)))
    assert answer.json()["bytes"] == SIZE
    assert most < MOST


@pytest.mark.parametrize("replayed", [False, True])
def test_down(fake, holder, flavour, replayed):
    """A download is read piece by piece, after a replay too."""
    holder.get(fake.url("/api/x"))
    if replayed:
        fake.inject(faults.unauthorized(), "/api/stream")
    url = fake.url(f"/api/stream?size={SIZE}")
    native = holder.native

    def read():
        if flavour.library == "requests":
            with native.get(url, stream=True) as response:
                return sum(len(piece) for piece in response.iter_content(len(PIECE)))
        with native.stream("GET", url) as response:
            return sum(len(piece) for piece in response.iter_bytes())

    async def read_later():
        async with native.stream("GET", url) as response:
            return sum([len(piece) async for piece in response.aiter_bytes()])

    size, most = peak(lambda: holder.run(read_later if flavour.asynchronous else read))
    assert size == SIZE
    assert most < MOST
    assert fake.count("token") == replayed
