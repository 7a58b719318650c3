"""The code of the guides to the later grants and endpoints runs as it stands, against the fake server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oauth_core.testing import FakeAuthorizationServer, Permission, RegisteredClient, ServerSettings
from tests.shared.seed_harness import Router

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = [("devices", 4), ("token-exchange", 3), ("authorization-requests", 2), ("registration", 3)]


@pytest.fixture
def fake() -> FakeAuthorizationServer:
    settings = ServerSettings(poll_interval=0.05, decide_at_once=True)
    server = FakeAuthorizationServer("https://as.example", settings=settings)
    server.register(RegisteredClient("my-client", "my-secret", redirect_uris=("https://app.example/callback",)))
    server.add_grant("urn:example:voucher", lambda authority, request: Permission(subject=None, scope="read"))
    return server


@pytest.mark.parametrize(("page", "blocks"), PAGES)
def test_the_code_of_a_guide_runs(page, blocks, fake, monkeypatch):
    """Every code block of the page runs, each after those before it, and the server refuses nothing."""
    Router(fake, {"https://as.example": "", "https://api.example": "/api"}).patch(monkeypatch)
    names: dict[str, object] = {"show": lambda _: None}
    names["redirect_to"] = lambda uri: names.update(callback_url=fake.authorize(uri))
    found = BLOCK.findall((GUIDES / f"{page}.md").read_text("utf-8"))
    assert len(found) == blocks
    for number, block in enumerate(found):
        exec(compile(block, f"{page}.md, block {number + 1}", "exec"), names)  # noqa: S102 - a file of ours
    assert fake.requests and all(one.status < 400 for one in fake.requests)
