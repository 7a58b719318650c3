"""The page on moving from other libraries, row by row: what it names on the right is there, and does what it says."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest
import requests

from oauth_core import TokenSerializer
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from oauth_requests import BearerToken, OAuth2Client

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "moving.md").read_text("utf-8")
MODULES, _, REST = PAGE.partition("Some classes of")
ROW = re.compile(r"^\| (.*`.*) \| (.*`.*) \|$", re.MULTILINE)
ROWS = ROW.findall(MODULES)
RENAMED = ROW.findall(REST.partition("Both spellings")[0])


def found(name: str) -> object:
    """The module, or what a module holds, of this dotted name."""
    try:
        return pkgutil.resolve_name(name)
    except ModuleNotFoundError as exc:
        raise AssertionError(f"{name} is not there: {exc}") from None


def quoted(text: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", text)


@pytest.mark.parametrize(("there", "here"), ROWS)
def test_modules(there, here):
    """A name that is moved stands in the module on the right, under its own name or the one in brackets."""
    target = found(quoted(here)[0])
    for name in quoted(here.partition("(")[2]) or quoted(there.partition("(")[2]):
        assert getattr(target, name), f"{name} is not in {target}"


@pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated")
@pytest.mark.parametrize("there", sorted({there for there, _ in ROWS if re.match("`(authlib|oauthlib)", there)}))
def test_what_is_moved_from(there):
    """What the page says of Authlib and oauthlib is there in them."""
    source = found(quoted(there)[0])
    for name in quoted(there.partition("(")[2]):
        assert getattr(source, name), f"{name} is not in {source}"


@pytest.mark.parametrize(("there", "here"), RENAMED)
def test_renamed_classes(there, here):
    """Each class that has another name here is importable under it."""
    name = quoted(here)[0] if quoted(here) else ""
    assert not name or found(name), there


def test_the_tables_are_read():
    """Rows are found in both tables, so that none of the tests above is empty."""
    assert (len(ROWS), len(RENAMED)) == (MODULES.count("\n| `"), REST.partition("Both spellings")[0].count("\n| `"))
    assert len(ROWS) > 10
    assert len(RENAMED) > 5


def test_tokens_from_a_serializer():
    """A token that was written as text is an auth handler again; a client's endpoints are in `metadata`."""
    server = FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret")])
    serializer = TokenSerializer(b"k" * 32)
    with LoopbackServer(server):
        client = OAuth2Client(server.token_endpoint, ("app", "s3cret"), issuer=server.issuer)
        text = serializer.dumps(client.client_credentials())
        token = BearerToken(serializer.loads(text))
        assert requests.get(server.url("/api/x"), auth=token, timeout=10).status_code == 200
        assert client.metadata["token_endpoint"] == server.token_endpoint
        assert client.metadata["issuer"] == server.issuer
