"""A client of the fake server without any HTTP library, in both colours, whose pauses pass by a clock moved by hand."""

import asyncio

from oauth_core import AsyncEndpointMethods, EndpointMethods, OAuth2Settings, arun, run
from oauth_core.testing import FakeAuthorizationServer, ManualClock, RegisteredClient
from tests.core.core_support import AsyncioRuntime

LOGGED_OUT = "https://client.test/bye"
APP = RegisteredClient("app", "s3cret", metadata={"post_logout_redirect_uris": [LOGGED_OUT]})


def new_server(*clients, **settings):
    """A fake server whose clock stands still, with these settings."""
    clock = ManualClock()
    server = FakeAuthorizationServer(clients=clients or (APP,), clock=clock, sleep=clock.sleep)
    for name, value in settings.items():
        setattr(server.settings, name, value)
    return server


def settings_of(server, options):
    """The settings of the client `app`, whose metadata are the server's."""
    given = {
        "client_id": "app",
        "client_secret": "s3cret",
        "redirect_uri": "https://client.test/callback",
        "metadata": server.metadata,
        "clock": server.authority.clock,
    }
    return OAuth2Settings({**given, **options})


class Client(EndpointMethods):
    """The endpoint methods over the fake server's memory; ``waits`` are the pauses that flows asked for."""

    def __init__(self, server, **options):
        self.server = server
        self.waits = []
        self._config = settings_of(server, options).config

    def _send(self, request, options):
        return self.server.send(request)

    def _pass(self, seconds):
        self.waits.append(seconds)
        self.server.authority.clock.advance(seconds)

    def _drive(self, plan):
        return run(plan.flow, self.server.send, sleep=self._pass)


class AsyncClient(AsyncEndpointMethods):
    """The same in the other colour."""

    def __init__(self, server, **options):
        self.server = server
        self.waits = []
        self._config = settings_of(server, options).config

    def _runtime(self):
        return AsyncioRuntime()

    async def _send(self, request, options):
        return self.server.send(request)

    async def _pass(self, seconds):
        self.waits.append(seconds)
        self.server.authority.clock.advance(seconds)
        await asyncio.sleep(0)

    async def _drive(self, plan):
        return await arun(plan.flow, self.server.asend, sleep=self._pass)
