"""The code blocks of the guides run as they stand, against the fake server."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from oauth_core.testing import FakeAuthorizationServer, FakeUser, RegisteredClient
from oauth_jwt.testing import KeyOperations
from oauth_requests.testing import FakeServerAdapter
from tests.shared.seed_harness import Router

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
CALLBACK = "https://app.example/callback"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def fake() -> FakeAuthorizationServer:
    server = FakeAuthorizationServer("https://as.example")
    server.register(RegisteredClient("my-client", "my-secret", redirect_uris=(CALLBACK,)))
    return server


@pytest.fixture
def names(fake, monkeypatch, tmp_path) -> dict[str, object]:
    """The free names of the guides: the browser's session, and the browser itself."""
    Router(fake, {"https://as.example": "", "https://api.example": "/api"}).patch(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))
    kept: dict[str, object] = {}

    def redirect_to(uri):
        kept["callback_url"] = fake.authorize(uri)

    kept.update(
        save_in_browser_session=lambda text: kept.update(saved=text),
        load_from_browser_session=lambda: kept["saved"],
        redirect_to=redirect_to,
    )
    return kept


@pytest.mark.parametrize(("page", "blocks"), [("oauth2", 4), ("auth-handlers", 3), ("tokens-and-stores", 2)])
def test_the_code_of_a_guide_runs(page, blocks, names, fake):
    """Every code block of the page runs, each after those before it."""
    found = BLOCK.findall((GUIDES / f"{page}.md").read_text("utf-8"))
    assert len(found) == blocks
    for number, block in enumerate(found):
        exec(compile(block, f"{page}.md, block {number + 1}", "exec"), names)  # noqa: S102 - a file of ours
    assert all(one.status < 400 for one in fake.requests)
    assert fake.count("token") >= 1


def test_the_guide_to_testing_puts_the_server_behind_the_libraries(monkeypatch):
    """The blocks of the page on tests that name an adapter run, each after those before it, and no socket is opened."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a socket was connected"))
    found = BLOCK.findall((GUIDES / "testing.md").read_text("utf-8"))
    blocks = [block for block in found if "oauth_requests" in block or "oauth_httpx" in block]
    assert len(blocks) == 2
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"testing.md, adapters' block {number + 1}", "exec"), names)  # noqa: S102 - a file of ours
    assert names["server"].count("token") == 3
    assert names["server"].count("api") == 3


def test_the_error_guide_catches_what_it_says(names, fake, capsys):
    """The example of the page on errors prints the code, the description and the status of a refusal."""
    from oauth_requests import OAuth2Session

    (block,) = BLOCK.findall((GUIDES / "errors.md").read_text("utf-8"))
    names["session"] = OAuth2Session(
        "my-client", "wrong", token_endpoint="https://as.example/token", grant_type="client_credentials"
    )
    exec(compile(block, "errors.md", "exec"), names)  # noqa: S102 - a file of ours
    assert capsys.readouterr().out.startswith("invalid_client ")


def test_the_guide_on_signed_answers_runs(names, fake):
    """Callback, userinfo and introspection of the page are signed, and each is verified."""
    fake.install(KeyOperations())
    known = fake.authority.clients["my-client"]
    kinds = ("userinfo", "introspection")
    metadata = {f"{kind}_signed_response_alg": "RS256" for kind in kinds}
    fake.register(replace(known, metadata=metadata))
    names["send"] = fake.send
    for number, block in enumerate(BLOCK.findall((GUIDES / "signed-answers.md").read_text("utf-8"))):
        if "from_json" in block:
            names["saved_request"] = names["request"].to_json()
            names["callback_url"] = fake.authorize(names["request"].uri)
        exec(compile(block, f"signed-answers.md, block {number + 1}", "exec"), names)  # noqa: S102 - a file of ours
    assert names["claims"]["sub"] == "alice"
    assert names["facts"]["active"] is True
    assert names["response"].code != names["token"]


def test_the_guide_to_certification_logs_in(monkeypatch):
    """The session of the page on certification finds endpoints and keys by the issuer, and judges the ID token."""
    provider = FakeAuthorizationServer("https://op.example.com")
    provider.register(RegisteredClient("client-id", "secret", redirect_uris=(CALLBACK,)))
    provider.install(KeyOperations())
    Router(provider, {"https://op.example.com": ""}).patch(monkeypatch)
    (block,) = BLOCK.findall((GUIDES / "certification.md").read_text("utf-8"))
    names: dict[str, object] = {}
    exec(compile(block, "certification.md", "exec"), names)  # noqa: S102 - a file of ours
    session = names["session"]
    request = session.authorization_request(scope="openid", redirect_uri=CALLBACK)
    session.authorization_code(request.validate_callback(provider.authorize(request.uri)))
    assert session.userinfo()["sub"] == "alice"
    assert provider.count("jwks") == 1


def test_the_guide_on_openid_connect_runs(monkeypatch, capsys):
    """The page finds its server, resolves a claim of another party, and takes a login and a logout from the browser."""
    bank = FakeAuthorizationServer("https://bank.example", users=[FakeUser(claims={"balance": "none"})])
    operations = KeyOperations()
    bank.install(operations)
    sources = {"_claim_names": {"balance": "b"}, "_claim_sources": {"b": {"JWT": operations.claims_token("alice")}}}
    server = FakeAuthorizationServer("https://op.example", users=[FakeUser(claims=sources)])
    server.register(RegisteredClient("my-client", "my-secret", redirect_uris=(CALLBACK,)))
    servers = {"https://bank.example": bank, "https://op.example": server}
    adapter = {name: FakeServerAdapter(one) for name, one in servers.items()}
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter,
        "send",
        lambda _, request, **__: adapter["https://" + urlsplit(request.url).netloc].send(request),
    )
    names = {
        "request_url": "https://app.example/start?iss=https://op.example&login_hint=alice",
        "logout_url": "https://app.example/logout?iss=https://op.example&sid=s",
        "kept_sid": "s",
        "redirect_to": server.authorize,
    }
    for number, block in enumerate(BLOCK.findall((GUIDES / "openid-connect.md").read_text("utf-8"))):
        exec(compile(block, f"openid-connect.md, block {number + 1}", "exec"), names)  # noqa: S102 - a file of ours
        if number == 0:
            names["session"].token = server.issue_token("my-client", user="alice", scope="openid")
    assert capsys.readouterr().out == "balance none https://bank.example\n"
    assert "login_hint=alice" in names["request"].uri
