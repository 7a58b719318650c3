"""A program of its own with one client, for the tests of what processes share.

``python -m tests.shared.laws.worker FLAVOUR STORE PLACE OPTIONS URL CALLS`` makes a client with a store of this kind,
says that it is ready, waits for a line, calls the API so many times at once and prints what was answered.
"""

from __future__ import annotations

import json
import sys

from oauth_core import AsyncRedisTokenStore, FileTokenStore, RedisTokenStore
from tests.shared.flavours import FLAVOURS, native_options


def made_store(kind, place, *, asynchronous):
    """A store of tokens in a folder, or in the Redis behind a socket."""
    if kind == "file":
        return FileTokenStore(place)
    import redis.asyncio

    if asynchronous:
        return AsyncRedisTokenStore(redis.asyncio.Redis(unix_socket_path=place))
    return RedisTokenStore(redis.Redis(unix_socket_path=place))


def main(name, kind, place, options, url, calls):
    (flavour,) = [each for each in FLAVOURS if each.name == name]
    store = made_store(kind, place, asynchronous=flavour.backend == "asyncio")
    with flavour.open(**json.loads(options), store=store, **native_options(flavour)) as client:
        print("ready", flush=True)
        sys.stdin.readline()
        answers = client.at_once(int(calls), lambda: client.native.get(url))
        print(json.dumps([[each.status_code for each in answers], client.token["access_token"]]))


if __name__ == "__main__":
    main(*sys.argv[1:])
