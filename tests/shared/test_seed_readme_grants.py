"""The endpoint client's readme, continued: logins on another device, token exchange, vendors, and the names moved."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from oauth_core import UsageError
from oauth_core.testing import FakeAuthorizationServer, FakeUser, Permission, RegisteredClient, ServerSettings, faults
from oauth_requests.vendor_specific import Auth0, Ping
from tests.shared.seed_harness import Router, know_token, run_example, with_secret_jwt

ROUTES = {
    "https://url.to.the/token_endpoint": "/token",
    "https://url.to.the/device_authorization_endpoint": "/device_authorization",
    "https://url.to.the/backchannel_authorization_endpoint": "/backchannel",
    "https://your.protected.api": "/api",
    "https://mytenant.eu.auth0.com/oauth/token": "/token",
    "https://mytenant.eu.auth0.com/api/v2": "/api",
}
TYPE = "urn:ietf:params:oauth:token-type:"
MOVING = Path(__file__).parents[2] / "docs" / "guides" / "moving.md"

short_secret = pytest.mark.filterwarnings("ignore:HS256 asks for a secret")


@pytest.fixture
def fake(monkeypatch) -> FakeAuthorizationServer:
    server = FakeAuthorizationServer(
        issuer="https://url.to.the.as",
        users=[FakeUser("user@example.net")],
        settings=ServerSettings(poll_interval=0.05, decide_at_once=True),
    )
    with_secret_jwt(server)
    methods = ("client_secret_post", "client_secret_jwt")
    server.register(RegisteredClient("client_id", "client_secret", auth_methods=methods))
    Router(server, ROUTES).patch(monkeypatch)
    return server


def form(seen) -> dict[str, str]:
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True))


def test_device_authorization(fake):
    """A device shows a code, and its job polls until there is a token."""
    fake.inject(faults.error("authorization_pending"), "token")
    found = run_example("readme/device_authorization")
    assert fake.find(found["resp"]).subject == "user@example.net"
    assert fake.count("token") == 2


def test_device_code_auth(fake):
    """The handler waits for the person at the first request."""
    found = run_example("readme/device_code_auth", elided={"{...}": "{'a': 'b'}"})
    assert found["resp"].json()["body"] == "a=b"


def test_backchannel_authentication(fake):
    """A person is asked on a device of theirs; members that no specification names are attributes too."""
    fake.inject(faults.with_members({"custom": "attr"}), "backchannel")
    found = run_example("readme/backchannel_authentication")
    assert (found["ba_resp"].custom, found["resp"].scope) == ("attr", "openid email profile")


@short_secret
def test_token_exchange(fake):
    """Types are named in full, in short, or told by the values themselves."""

    def read_id_tokens(authority, request):
        assert request.value("actor_token_type") == TYPE + "id_token"
        assert request.value("actor_token") == "your_actor_token"
        return Permission(subject="x", scope="", members={"issued_token_type": TYPE + "access_token"})

    know_token(fake, "your_token_value", "client_id")
    found = run_example("readme/token_exchange")
    assert found["token"].access_token
    fake.add_grant("urn:ietf:params:oauth:grant-type:token-exchange", read_id_tokens)
    assert run_example("readme/token_exchange_short_names", client=found["client"])["token"].access_token
    assert run_example("readme/token_exchange_guessed")["token"].access_token
    assert {form(seen)["subject_token_type"] for seen in fake.seen("token")} == {TYPE + "access_token"}


def test_vendor_specific(fake):
    """A tenant's name is enough for Auth0's endpoints, and for its Management API."""
    found = run_example("readme/vendor_specific")
    assert found["token"].access_token
    assert found["myusers"].json()["path"] == "/api/users"
    assert [form(seen).get("audience") for seen in fake.seen("token")] == [
        "audience",
        "https://mytenant.eu.auth0.com/api/v2/",
    ]


def test_vendors_endpoints():
    """Hosts of one's own stay as they are; what is no host is refused; options stand in for the vendor's paths."""
    assert Auth0.host("mytenant") == "mytenant.us.auth0.com"
    assert Auth0.host("https://login.example.com/") == "login.example.com"
    ping = Ping.client("https://ping.example", ("id", "secret"), token_endpoint="https://ping.example/own")
    assert ping.config.metadata.token_endpoint == "https://ping.example/own"
    assert ping.config.metadata.introspection_endpoint == "https://ping.example/as/introspect.oauth2"
    for bad in ("http://ping.example", "https://user@ping.example", "https://ping.example/path", ""):
        with pytest.raises(UsageError):
            Ping.client(bad)


ROW = re.compile(r"^\| `?(requests_oauth2client[^|]*)\| `([\w.]+)` \|$", re.MULTILINE)


def test_the_table_of_moved_names():
    """Every name that the page on moving says is found under a module is there."""
    rows = ROW.findall(MOVING.read_text("utf-8"))
    assert len(rows) >= 4
    for left, module in rows:
        for name in re.findall(r"`(\w+)`", left.partition("(")[2]):
            assert getattr(importlib.import_module(module), name), (name, module)


RENAMED = re.compile(r"^\| `(\w+)` \| `(oauth_core|oauth_requests)\.(\w+)` \|$", re.MULTILINE)


def test_the_table_of_renamed_classes():
    """Every class that goes by another name here exists under that name."""
    rows = RENAMED.findall(MOVING.read_text("utf-8"))
    assert len(rows) >= 4
    for _, module, name in rows:
        assert getattr(importlib.import_module(module), name)
