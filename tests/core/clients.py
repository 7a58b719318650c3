"""The smallest clients of both colours: the endpoint and session methods over a ``send`` in memory.

Both are driven alike: a method of the asynchronous one runs to its end in an event loop of its own.
"""

import asyncio
import inspect

from oauth_core import (
    OPTION_NAMES,
    AsyncEndpointMethods,
    AsyncSessionMethods,
    EndpointMethods,
    OAuth2Settings,
    SessionMethods,
    unknown_keyword,
)
from tests.core.core_support import AsyncioRuntime


def checked(where, options):
    for name in options:
        if name not in OPTION_NAMES:
            raise unknown_keyword(where, name, OPTION_NAMES)
    return options


class Client(EndpointMethods):
    def __init__(self, *, perform, **options):
        self._config = OAuth2Settings(checked("Client", options)).config
        self._do = perform
        self.timeouts = []

    def _send(self, request, options):
        self.timeouts.append(options.get("timeout"))
        return self._do(request)


class AsyncClient(AsyncEndpointMethods):
    def __init__(self, *, perform, **options):
        self._config = OAuth2Settings(checked("Client", options), may_be_async=True).config
        self._do = perform
        self.timeouts = []

    async def _send(self, request, options):
        await asyncio.sleep(0)
        self.timeouts.append(options.get("timeout"))
        return self._do(request)

    def _runtime(self):
        return AsyncioRuntime()


class Session(SessionMethods):
    def __init__(self, *, perform, state=None, **options):
        settings = OAuth2Settings(checked("Session", options))
        self._do = perform
        self.timeouts = []
        self._set_up(settings, state, self.new_source)

    _send = Client._send


class AsyncSession(AsyncSessionMethods):
    def __init__(self, *, perform, state=None, **options):
        settings = OAuth2Settings(checked("Session", options), may_be_async=True)
        self._do = perform
        self.timeouts = []
        self._set_up(settings, state, self.new_source)

    _send = AsyncClient._send
    _runtime = AsyncClient._runtime


class Blocking:
    """Drives a client of either colour as if it were synchronous."""

    def __init__(self, client):
        object.__setattr__(self, "client", client)

    def __getattr__(self, name):
        value = getattr(self.client, name)
        if not inspect.iscoroutinefunction(value):
            return value

        def call(*args, **kwargs):
            async def main():
                return await value(*args, **kwargs)

            return asyncio.run(main())

        return call

    def __setattr__(self, name, value):
        setattr(self.client, name, value)
