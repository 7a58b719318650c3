"""Law 10: responses are judged by status, then content type, then body."""

from __future__ import annotations

import json

import pytest

from oauth_core import OAuthError, ProtocolViolation, Response, ServerRefusal
from oauth_core.testing import faults

TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 60}


def answer(status: int, body: object, kind: str | None = "application/json"):
    headers = () if kind is None else (("Content-Type", kind),)
    return faults.respond(Response(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()))


@pytest.fixture
def fetch(fake, fake_place, new_client):
    """Fetch a token while the endpoint answers so."""
    client = new_client(**fake_place.options())

    def call(fault):
        fake.inject(fault, "token")
        return client.fetch_token()

    return call


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503])
def test_status_first(fetch, status):
    """An error status is an error, whatever token its body pretends to hold."""
    with pytest.raises(ServerRefusal) as caught:
        fetch(answer(status, TOKEN))
    assert caught.value.status_code == status


@pytest.mark.parametrize("status", [204, 301, 304])
def test_no_success(fetch, status):
    """What is neither success nor an error brings no token."""
    with pytest.raises(OAuthError):
        fetch(answer(status, b"" if status != 301 else TOKEN))


def test_error_in_a_success(fetch):
    """An OAuth error in a success is raised with its code."""
    with pytest.raises(ServerRefusal) as caught:
        fetch(answer(200, {"error": "invalid_scope", "error_description": "no", **TOKEN}))
    assert caught.value.error == "invalid_scope"


@pytest.mark.parametrize("kind", ["application/json;charset=UTF-8", "APPLICATION/JSON", "application/vnd.as+json"])
def test_json_in_any_spelling(fetch, kind):
    """A JSON content type is one in any letter case, with parameters or a suffix."""
    assert fetch(answer(200, TOKEN, kind))["access_token"] == "t"


@pytest.mark.parametrize("body", [b"<p>hello</p>", TOKEN], ids=["page", "token"])
@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml; charset=utf-8"])
def test_html(fetch, kind, body):
    """A page is named as such, not parsed, even where its text is a token."""
    with pytest.raises(ProtocolViolation, match=kind.partition(";")[0].replace("+", r"\+")):
        fetch(answer(200, body, kind))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000], ids=lambda b: b[:6]
)
def test_body_that_is_no_object(fetch, body):
    """A body that is no JSON object is a protocol violation, not an error of the parser."""
    with pytest.raises(ProtocolViolation):
        fetch(answer(200, body))


@pytest.mark.parametrize("value", [None, "", 5, ["t"], {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", ["access_token", "token_type"])
def test_members_that_are_no_text(fetch, name, value):
    """An access token or a type that is no text is none."""
    with pytest.raises(ProtocolViolation):
        fetch(answer(200, {**TOKEN, name: value}))


def test_scope_is_stored(fetch):
    """Whatever scope is granted, it is stored and nothing is raised about it; lists too."""
    assert fetch(answer(200, {**TOKEN, "scope": "other"})).scope == "other"
    assert fetch(answer(200, {**TOKEN, "scope": ["a", "b"]})).scope == "a b"
    assert fetch(answer(200, {**TOKEN, "scope": None})).scope is None


def test_unknown_members_are_kept(fetch):
    """What the standard does not know stays in the token."""
    assert fetch(answer(200, {**TOKEN, "team": {"id": "T1"}}))["team"] == {"id": "T1"}
