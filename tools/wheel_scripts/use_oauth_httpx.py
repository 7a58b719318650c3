"""Where oauth-httpx was installed alone, fetch a client-credentials token over loopback and call an API with it."""

import asyncio
import importlib.util
import sys

from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from oauth_httpx import AsyncOAuth2Client, OAuth2Client

for absent in ("requests", "cryptography"):
    assert importlib.util.find_spec(absent) is None, f"{absent} is installed"

server = FakeAuthorizationServer(clients=[RegisteredClient("reporter", "s3cret")])


async def call_api() -> None:
    """Do the same on asyncio."""
    async with AsyncOAuth2Client(
        "reporter", "s3cret", token_endpoint=server.token_endpoint, grant_type="client_credentials"
    ) as client:
        token = await client.fetch_token()
        answer = await client.get(server.url("/api/reports"))
        assert answer.status_code == 200, answer
        assert answer.request.headers["Authorization"] == f"Bearer {token['access_token']}"


with LoopbackServer(server):
    with OAuth2Client(
        "reporter", "s3cret", token_endpoint=server.token_endpoint, grant_type="client_credentials"
    ) as client:
        token = client.fetch_token()
        answer = client.get(server.url("/api/reports"))
        assert answer.status_code == 200, answer
        assert answer.request.headers["Authorization"] == f"Bearer {token['access_token']}"
    asyncio.run(call_api())

loaded = {"requests", "urllib3", "cryptography", "joserfc", "httpx2"} & set(sys.modules)
assert not loaded, f"loaded although not needed: {loaded}"
print("oauth_httpx fetched a token and called an API, sync and async; requests and cryptography are absent")
