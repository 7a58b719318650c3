"""The fake server behind HTTPX and httpx2 without a socket, and behind respx."""

import importlib
from contextlib import asynccontextmanager

import httpx
import httpx2
import pytest

from oauth_core import TransportError
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient, faults
from oauth_httpx._runtime import current_runtime
from oauth_httpx.testing import intercept
from tests.httpx.flavours import FLAVOURS, endpoints


@pytest.fixture
def memory():
    """A fake server that listens nowhere."""
    return FakeAuthorizationServer("https://as.test", clients=[RegisteredClient("app", "s3cret")])


def transport(flavour, *args, **kwargs):
    """The transport of the flavour's library."""
    return importlib.import_module(f"{flavour.module.__name__}.testing").FakeServerTransport(*args, **kwargs)


@asynccontextmanager
async def opened(flavour, server, **options):
    """An OAuth client whose requests all go to the fake server."""
    async with flavour.client(
        "app", "s3cret", transport=transport(flavour, server, **options), **endpoints(server)
    ) as client:
        yield client


def test_a_client_reaches_the_server_without_a_socket(flavour, memory):
    """Token request and API request of one client are answered by the fake server, bodies whole."""

    async def scenario(flavour):
        async with opened(flavour, memory) as client:
            await client.fetch_token(grant_type="client_credentials")
            response = await client.get(memory.url("/api/things"), params=[("a", "1"), ("a", "ü")])
            assert response.json()["query"] == [["a", "1"], ["a", "ü"]]
            assert response.json()["token"]["client_id"] == "app"
            assert (await client.post(memory.url("/api/x"), data={"a": "ü"})).json()["body"] == "a=%C3%BC"
            streamed = await client.post(memory.url("/api/upload"), content=flavour.upload([b"one", b"three"]))
            assert streamed.json()["bytes"] == 8
            assert (await client.head(memory.url("/api/things"))).content == b""
        assert memory.count("token") == 1

    flavour.run(scenario)


def test_only_the_servers_origin_answers(flavour, memory):
    """Another origin is a connection error, in the library's own words."""

    async def scenario(flavour):
        async with opened(flavour, memory) as client:
            with pytest.raises(flavour.native.ConnectError):
                await client.get("https://elsewhere.test/", withhold_token=True)
        async with flavour.plain(transport=transport(flavour, memory, origin="https://other.test")) as plain:
            assert (await plain.get("https://other.test/public/x")).status_code == 200
            assert "https://other.test" in repr(transport(flavour, memory, origin="https://other.test"))

    flavour.run(scenario)


def test_faults_are_the_librarys_own_errors(flavour, memory):
    """A dropped connection and a slow answer raise what the library raises; in token requests, ``TransportError``."""
    slept = []

    async def scenario(flavour):
        async with opened(flavour, memory, sleep=slept.append) as client:
            memory.inject(faults.dropped(), "token")
            with pytest.raises(TransportError):
                await client.client_credentials()
            memory.inject(faults.slow(60), "token")
            with pytest.raises(TransportError) as caught:
                await client.client_credentials()
            assert caught.value.timeout
            assert slept.pop() == 10
            await client.client_credentials()
            memory.inject(faults.dropped(), "/api/things")
            with pytest.raises(flavour.native.RemoteProtocolError):
                await client.get(memory.url("/api/things"))
            memory.inject(faults.dripping(1), "/api/things")
            text = (await client.get(memory.url("/api/things"))).text
            assert len(slept) == len(text) - 1
            memory.inject(faults.dripping(9), "/api/things")
            with pytest.raises(flavour.native.ReadTimeout):
                await client.get(memory.url("/api/things"))

    flavour.run(scenario)


def test_a_body_without_end_is_sent_piece_by_piece(flavour, memory):
    """An endless answer can be read as far as one wants, and a token request of that kind ends at its cap."""

    async def scenario(flavour):
        async with opened(flavour, memory) as client:
            memory.inject(faults.endless(), "/api/things")
            memory.inject(faults.endless(), "token")
            async with client.stream("GET", memory.url("/api/things"), withhold_token=True) as response:
                pieces = response.aiter_raw() if flavour.is_async else response.iter_raw()
                first = await anext(pieces) if flavour.is_async else next(pieces)
                assert first.isspace()
                if flavour.is_async:
                    await current_runtime().abandon(pieces)
            with pytest.raises(TransportError, match="longer than"):
                await client.client_credentials()

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.native is httpx and f.loop != "trio"], ids=repr)
def test_respx_puts_the_server_behind_every_client(flavour, memory):
    """Within ``intercept`` clients that nobody prepared reach the fake server, and further routes can be added."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(memory)) as client, flavour.plain() as plain:
            auth = flavour.module.OAuth2ClientCredentialsAuth(flavour.raw(client))
            response = await plain.post(memory.url("/api/things"), auth=auth, json={"a": 1})
            assert (response.json()["token"]["client_id"], response.json()["body"]) == ("app", '{"a":1}')
            router.get("https://elsewhere.test/").respond(text="other")
            assert (await plain.get("https://elsewhere.test/")).text == "other"
            memory.inject(faults.dropped(), "/api/things")
            with pytest.raises(httpx.RemoteProtocolError):
                await plain.get(memory.url("/api/things"), auth=auth)

    with intercept(memory) as router:
        flavour.run(scenario)


def test_respx_does_not_touch_httpx2(memory):
    """A client of httpx2 is not intercepted, as the documentation says: it asks the network for the unknown host."""
    with intercept(memory), pytest.raises(httpx2.ConnectError):
        httpx2.get(memory.url("/public/x"))
