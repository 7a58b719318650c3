"""One way to write a test for six clients: HTTPX and httpx2, each synchronous, on asyncio and on trio.

A scenario is an asynchronous function of a ``Flavour``. For a synchronous client its methods are wrapped to be
awaitable, and the scenario runs to its end without an event loop.
"""

import asyncio
import importlib
from contextlib import asynccontextmanager

import httpx
import httpx2
import trio

from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient

LIBRARIES = {"httpx": (httpx, "oauth_httpx"), "httpx2": (httpx2, "oauth_httpx.httpx2")}
CALLBACK = "https://client.test/callback"

# Methods that are no coroutine functions on asynchronous clients either.
PLAIN = {"authorization_url", "build_request", "create_authorization_url", "new_state", "parse_authorization_response"}


class Awaitable:
    """A synchronous client whose methods can be awaited; ``raw`` is the client itself."""

    def __init__(self, raw):
        self.__dict__["raw"] = raw

    def __getattr__(self, name):
        value = getattr(self.raw, name)
        if not callable(value) or name in PLAIN:
            return value

        async def call(*args, **kwargs):
            return value(*args, **kwargs)

        return call

    def __setattr__(self, name, value):
        setattr(self.raw, name, value)

    @asynccontextmanager
    async def stream(self, *args, **kwargs):
        with self.raw.stream(*args, **kwargs) as response:
            yield response


class Flavour:
    """A library, a colour and an event loop."""

    def __init__(self, library, loop):
        self.name = f"{library}-{loop}"
        self.native, module = LIBRARIES[library]
        self.module = importlib.import_module(module)
        self.loop = loop

    def __repr__(self):
        return self.name

    @property
    def is_async(self):
        return self.loop != "sync"

    def run(self, scenario, *args):
        """Run a scenario to its end and return its result."""
        if self.loop == "asyncio":
            return asyncio.run(scenario(self, *args))
        if self.loop == "trio":
            return trio.run(scenario, self, *args)
        coroutine = scenario(self, *args)
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value
        coroutine.close()
        raise AssertionError("a synchronous scenario waited for an event loop")

    @asynccontextmanager
    async def _opened(self, cls, args, kwargs):
        if self.is_async:
            async with cls(*args, **kwargs) as client:
                yield client
        else:
            with cls(*args, **kwargs) as client:
                yield Awaitable(client)

    def client(self, *args, **kwargs):
        """An OAuth client of this flavour (an asynchronous context manager)."""
        cls = self.module.AsyncOAuth2Client if self.is_async else self.module.OAuth2Client
        return self._opened(cls, args, kwargs)

    def oauth1(self, *args, **kwargs):
        """An OAuth 1.0 client of this flavour, likewise."""
        return self._opened(self.module.AsyncOAuth1Client if self.is_async else self.module.OAuth1Client, args, kwargs)

    def plain(self, **kwargs):
        """A client of the library itself, likewise."""
        return self._opened(self.native.AsyncClient if self.is_async else self.native.Client, (), kwargs)

    def raw(self, client):
        """The client behind what ``client`` and ``plain`` give."""
        return client if self.is_async else client.raw

    def auth(self, *args, **kwargs):
        """An ``OAuth2Auth`` of this flavour."""
        return self.module.OAuth2Auth(*args, **kwargs)

    def upload(self, pieces):
        """A body that can be sent once."""
        if not self.is_async:
            return iter(pieces)

        async def produce():
            for piece in pieces:
                yield piece

        return produce()


FLAVOURS = [Flavour(library, loop) for library in LIBRARIES for loop in ("sync", "asyncio", "trio")]


def new_server(**options):
    """A fake server with a confidential client ``app`` and a public one ``spa``."""
    return FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret"), RegisteredClient("spa")], **options)


def endpoints(server):
    """The constructor's keywords for this server."""
    return {
        "token_endpoint": server.endpoint("token"),
        "authorization_endpoint": server.endpoint("authorize"),
        "introspection_endpoint": server.endpoint("introspect"),
        "revocation_endpoint": server.endpoint("revoke"),
        "userinfo_endpoint": server.endpoint("userinfo"),
    }


def serving(server=None):
    """The server behind a socket (a context manager)."""
    return LoopbackServer(server or new_server())
