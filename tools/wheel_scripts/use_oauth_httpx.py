"""Where oauth-httpx was installed alone, fetch a client-credentials token over loopback and call an API with it."""

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from oauth_core import MissingPluginError
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from oauth_httpx import AssertionClient, AsyncOAuth2Client, OAuth2Client

for absent in ("requests", "cryptography"):
    assert importlib.util.find_spec(absent) is None, f"{absent} is installed"


@contextmanager
def needs_oauth_jwt() -> Iterator[None]:
    """Expect the error that names the package which signs."""
    said = "nothing was raised"
    try:
        yield
    except MissingPluginError as exc:
        said = str(exc)
    assert "pip install oauth-jwt" in said, said


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

with needs_oauth_jwt():
    AssertionClient(server.token_endpoint, "issuer", "subject", key="key")
with (
    needs_oauth_jwt(),
    OAuth2Client(
        "reporter", "key", token_endpoint=server.token_endpoint, token_endpoint_auth_method="private_key_jwt"
    ) as signing,
):
    signing.fetch_token()

loaded = {"requests", "urllib3", "cryptography", "joserfc", "httpx2"} & set(sys.modules)
assert not loaded, f"loaded although not needed: {loaded}"
print("oauth_httpx fetched a token and called an API, sync and async; requests and cryptography are absent")
