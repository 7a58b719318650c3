"""Four clients behind their libraries' own mocks: Requests by responses, HTTPX by respx, httpx2 by its MockTransport.

A test gives one function from a request to an answer, and drives every client by the same calls.
"""

import asyncio
import re
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx
import httpx2
import responses
import respx

import oauth_httpx
import oauth_httpx.httpx2
import oauth_requests

# Making a TLS context is most of what a client costs, and nothing here speaks TLS.
TLS = ssl.create_default_context()
METHODS = ("DELETE", "GET", "POST", "PUT")


@dataclass(frozen=True)
class Seen:
    """A request as it would have left this machine."""

    method: str
    url: str
    headers: dict
    body: str

    @property
    def path(self):
        return self.url.partition("?")[0]

    @property
    def query(self):
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def form(self):
        return dict(parse_qsl(self.body, keep_blank_values=True))


def _seen(method, url, headers, body):
    text = body.decode() if isinstance(body, bytes) else body or ""
    return Seen(str(method), str(url), {name.lower(): value for name, value in headers.items()}, text)


class Client:
    """A client whose methods are called alike, whatever its colour; an asynchronous one has an event loop to itself."""

    def __init__(self, raw):
        self.raw = raw
        self._runner = asyncio.Runner() if hasattr(raw, "aclose") else None

    def call(self, name, *args, **kwargs):
        result = getattr(self.raw, name)(*args, **kwargs)
        return self._runner.run(_wait(result)) if asyncio.iscoroutine(result) else result

    def close(self):
        if self._runner is None:
            self.raw.close()
        else:
            self._runner.run(self.raw.aclose())
            self._runner.close()


async def _wait(coroutine):
    return await coroutine


class Wire:
    """One library, with ``answer(seen) -> (status, content type, body)`` in the place of the network."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name

    @contextmanager
    def connected(self, answer):
        """Yield a function that makes clients, and the list of the requests that were sent."""
        log = []

        def reply(seen):
            log.append(seen)
            return answer(seen)

        if self.name == "requests":
            with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

                def callback(request):
                    status, kind, body = reply(_seen(request.method, request.url, request.headers, request.body))
                    return status, {"Content-Type": kind}, body

                for method in METHODS:
                    mock.add_callback(method, re.compile(".*"), callback=callback, content_type=None)
                with making(oauth_requests.OAuth2Session) as make:
                    yield make, log
        elif self.name.startswith("httpx2"):

            def transported(request):
                status, kind, body = reply(_seen(request.method, request.url, request.headers, request.content))
                return httpx2.Response(status, headers={"Content-Type": kind}, text=body)

            with making(oauth_httpx.httpx2.OAuth2Client, transport=httpx2.MockTransport(transported)) as make:
                yield make, log
        else:
            with respx.mock(assert_all_called=False) as router:

                def effect(request):
                    status, kind, body = reply(_seen(request.method, request.url, request.headers, request.content))
                    return httpx.Response(status, headers={"Content-Type": kind}, text=body)

                router.route().mock(side_effect=effect)
                cls = oauth_httpx.AsyncOAuth2Client if self.name == "httpx-async" else oauth_httpx.OAuth2Client
                with making(cls, verify=TLS) as make:
                    yield make, log


@contextmanager
def making(cls, **native):
    """Yield a function that makes clients, and close them in the end."""
    made = []

    def make(**options):
        made.append(Client(cls(**options, **native)))
        return made[-1]

    try:
        yield make
    finally:
        for client in made:
            client.close()


WIRES = tuple(map(Wire, ("requests", "httpx", "httpx-async", "httpx2")))
