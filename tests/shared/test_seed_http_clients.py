"""The OAuth 2.0 examples of the page on HTTP clients, and of the pages on OAuth for Requests and for HTTPX."""

from __future__ import annotations

import asyncio
import json

import pytest
import requests

import oauth_httpx
import oauth_requests
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient
from tests.shared.seed_harness import Router, know_code, know_token, run_example

ROUTES = {
    "https://provider.com/authorize": "/authorize",
    "https://provider.com/token": "/token",
    "https://api.provider.com/": "/api/",
}
CALLBACK = "https://your-app.com/callback"


@pytest.fixture
def fake() -> FakeAuthorizationServer:
    client = RegisteredClient("your-client-id", "your-client-secret", redirect_uris=(CALLBACK,))
    return FakeAuthorizationServer(clients=[client])


@pytest.fixture
def router(fake, monkeypatch) -> Router:
    router = Router(fake, ROUTES)
    router.patch(monkeypatch)
    return router


@pytest.fixture
def expired(fake) -> dict[str, object]:
    """A token that was stored long ago."""
    token = fake.issue_token("your-client-id", user="alice", expires_in=60)
    fake.expire(token)
    return {**token, "expires_at": 1_000_000_000}


def test_requests_session(router, fake, expired, capsys):
    """The session logs a person in by the pasted callback, and renews a stored token by itself."""
    saved = []
    names: dict[str, object] = {"stored_token": expired, "save_token_to_storage": saved.append}

    def person(prompt: str) -> str:
        url = capsys.readouterr().out.removeprefix("Please visit: ").strip()
        assert url.startswith("https://provider.com/authorize?")
        return fake.authorize(router.rewritten(url))

    found = run_example("requests_oauth2_session", **names, input=person)
    assert found["user_data"]["token"]["scope"] == "read write"
    assert found["token"]["access_token"]
    assert found["response"].status_code == 200
    assert saved == [found["client"].token]
    assert saved[0]["access_token"] != expired["access_token"]


def test_httpx_client(router, fake):
    """The client exchanges a code synchronously, and fetches a token of its own asynchronously."""
    know_code(fake, "authorization-code-from-callback", "your-client-id")
    found = run_example("httpx_oauth2_client")
    assert found["user_data"]["token"]["sub"] == "alice"
    assert found["state"] in found["authorization_url"]
    assert found["data"]["token"] == {"client_id": "your-client-id", "sub": None, "scope": "api:read"}


def test_custom_handlers(router, fake):
    """`OAuth2Auth` puts a token into the header, or into the query."""
    know_token(fake, "your-access-token", "your-client-id")
    found = run_example("custom_handlers")
    assert found["response"].status_code == 200
    header, query = fake.seen("api")
    assert header.header("authorization") == "Bearer your-access-token"
    assert query.header("authorization") is None
    assert query.url.endswith("?access_token=your-access-token")


def test_error_handling(router, capsys):
    """An OAuth error is caught by the name that people know, with code, description and status."""
    run_example("error_handling")
    out = capsys.readouterr().out
    assert "OAuth error: invalid_grant\n" in out
    assert "Description: the code" in out
    assert "Status code: 400\n" in out


def test_token_management(router, fake, expired, tmp_path):
    """A token is loaded from a file, and saved to it when it is renewed."""
    (tmp_path / "token.json").write_text(json.dumps(expired))
    found = run_example("token_management", open=lambda name, mode: (tmp_path / name).open(mode))
    assert found["response"].status_code == 200
    saved = json.loads((tmp_path / "token.json").read_text())
    assert saved == found["client"].token
    assert saved["access_token"] != expired["access_token"]


def test_requests_auth_page(router, fake):
    """`OAuth2Auth(token)` serves any request of Requests."""
    know_token(fake, "....", "your-client-id")
    run_example(
        "requests_oauth2_auth",
        elided={", ...}": "}"},
        OAuth2Auth=oauth_requests.OAuth2Auth,
        requests=requests,
        url="https://api.provider.com/x",
    )
    assert fake.seen("api")[0].status == 200


@pytest.mark.parametrize("name", ["requests_close", "httpx_close", "httpx_async_close"])
def test_closing(router, fake, name):
    """A session is closed by `close()` or by `with`, an asynchronous one by `await client.close()` too."""
    opened = []

    def with_token(session_class):
        def build(client_id, client_secret):
            opened.append(session_class(client_id, client_secret, token=fake.issue_token(client_id)))
            return opened[-1]

        return build

    run_example(
        name,
        OAuth2Session=with_token(oauth_requests.OAuth2Session),
        OAuth2Client=with_token(oauth_httpx.OAuth2Client),
        AsyncOAuth2Client=with_token(oauth_httpx.AsyncOAuth2Client),
        client_id="your-client-id",
        client_secret="your-client-secret",
        url="https://api.provider.com/x",
    )
    assert [seen.status for seen in fake.seen("api")] == [200, 200]
    assert all(getattr(each, "is_closed", True) for each in opened)


def test_async_oauth2(router, fake):
    """The asynchronous client has the methods of the synchronous one, to be awaited."""
    run_example(
        "httpx_async_oauth2",
        elided={"(token_endpoint, ...)": "(token_endpoint)", "(...)": "(url)"},
        client=oauth_httpx.AsyncOAuth2Client("your-client-id", "your-client-secret"),
        token_endpoint="https://provider.com/token",
        url="https://api.provider.com/x",
    )
    assert [seen.method for seen in fake.seen("api")] == ["GET", "POST", "PUT", "DELETE"]
    assert {seen.status for seen in fake.requests} == {200}


def test_auto_update_token(router, fake, expired):
    """An asynchronous `update_token` finds the stored token by the old refresh token and saves the new one."""

    class Item:
        saved = False

        async def save(self):
            self.saved = True

    class Model:
        looked_for = None
        item = Item()

        @classmethod
        async def find(cls, **looked_for):
            cls.looked_for = looked_for
            return cls.item

    update_token = run_example("httpx_update_token", OAuth2Token=Model, name="provider")["update_token"]

    async def call():
        async with oauth_httpx.AsyncOAuth2Client(
            "your-client-id",
            "your-client-secret",
            token=expired,
            token_endpoint="https://provider.com/token",
            update_token=update_token,
        ) as client:
            await client.get("https://api.provider.com/x")
            return client.token

    token = asyncio.run(call())
    assert Model.looked_for == {"name": "provider", "refresh_token": expired["refresh_token"]}
    assert Model.item.saved
    assert Model.item.access_token == token["access_token"] != expired["access_token"]
