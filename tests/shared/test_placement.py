"""Where the token goes in an API request, and where it does not."""

from __future__ import annotations

import pytest

from oauth_core import InsecureTransportError, UnsupportedTokenTypeError, UsageError
from oauth_core.testing import RegisteredClient
from tests.shared.needs import needs


def header(echo, name: str) -> str | None:
    return next((value for key, value in echo["headers"] if key.lower() == name), None)


@pytest.fixture
def token(fake):
    return fake.issue_token("basic", user="alice", scope="read")


def test_header(fake_place, new_client, token):
    """By default the token is in the Authorization header, and nothing else of the request changes."""
    client = new_client(**fake_place.options(), token=token)
    echo = client.post(fake_place.api_url, params={"q": "1"}, data={"a": "b"}, headers={"X-Mine": "yes"}).json()
    assert header(echo, "authorization") == f"Bearer {token['access_token']}"
    assert (echo["query"], echo["body"], header(echo, "x-mine")) == ([["q", "1"]], "a=b", "yes")


def test_uri(fake_place, new_client, token):
    """Placement `uri` adds the token to the query and keeps what is there."""
    client = new_client(**fake_place.options(), token=token, token_placement="uri")
    echo = client.get(fake_place.api_url, params={"q": "ä b"}).json()
    assert echo["query"] == [["q", "ä b"], ["access_token", token["access_token"]]]
    assert header(echo, "authorization") is None


def test_body(fake_place, new_client, token):
    """Placement `body` adds the token to a form."""
    client = new_client(**fake_place.options(), token=token, token_placement="body")
    echo = client.post(fake_place.api_url, data={"a": "b"}).json()
    assert echo["body"] == f"a=b&access_token={token['access_token']}"
    assert header(echo, "content-length") == str(len(echo["body"]))
    assert header(echo, "authorization") is None


@needs("api_query_token", "api_body_token")
@pytest.mark.parametrize("placement", ["header", "uri", "body"])
def test_placement_through_a_renewal(place, new_client, placement):
    """Whatever the placement, a rejected token is replaced by the new one in the replay, and only that one is sent."""
    client = new_client(**place.options(), token_placement=placement)
    request = client.authorization_request()
    client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    old = client.token["access_token"]
    place.server.expire(old)
    answer = client.post(place.api_url, data={"a": "b"})
    assert answer.status_code == 200
    assert client.token["access_token"] != old
    assert old not in answer.text


def test_unknown_placement(fake_place, new_client):
    """A placement that does not exist is refused at construction, with those that do."""
    with pytest.raises(UsageError, match="header"):
        new_client(**fake_place.options(), token_placement="cookie")


def test_withhold_token(fake_place, fake, new_client, token):
    """`withhold_token=True` sends a request without the token, and without one being fetched."""
    client = new_client(**fake_place.options(), grant_type="client_credentials")
    echo = client.get(fake.url("/public/x"), withhold_token=True).json()
    assert header(echo, "authorization") is None
    assert (client.token, fake.count("token")) == (None, 0)


def test_token_in_the_clear(fake_place, new_client, token):
    """A bearer token is not sent over plain HTTP to another machine, whatever its URL pretends to be."""
    client = new_client(**fake_place.options(), token=token)
    for url in ("http://api.example/", "http://localhost:80@attacker.test/", "http://127.0.0.1.attacker.test/"):
        with pytest.raises(InsecureTransportError, match="https"):
            client.get(url)


def test_token_type_in_any_case(fake_place, new_client, token):
    """`token_type` is read in any letter case, and sent as Bearer."""
    client = new_client(**fake_place.options(), token={**token, "token_type": "bEARER"})
    assert header(client.get(fake_place.api_url).json(), "authorization") == f"Bearer {token['access_token']}"


def test_unknown_token_type(fake_place, fake, new_client, token):
    """A token of a type that nobody here can present is refused before anything is sent."""
    client = new_client(**fake_place.options(), token={**token, "token_type": "hawk"})
    with pytest.raises(UnsupportedTokenTypeError, match="hawk"):
        client.get(fake_place.api_url)
    assert fake.count("api") == 0


def test_protected_request_hook(fake_place, new_client, token):
    """The hook `protected_request` changes URL, headers and body of an API request, and can be removed."""
    client = new_client(**fake_place.options(), token=token)

    def hook(url, headers, body):
        headers["X-Client"] = "demo"
        return f"{url}?lang=en", headers, body

    client.register_compliance_hook("protected_request", hook)
    echo = client.get(fake_place.api_url).json()
    assert (echo["query"], header(echo, "x-client")) == ([["lang", "en"]], "demo")
    client.remove_compliance_hook("protected_request", hook)
    assert client.get(fake_place.api_url).json()["query"] == []


def test_insufficient_scope(fake_place, fake, new_client):
    """A 403 for want of scope renews nothing: it is returned."""
    fake.register(RegisteredClient("narrow", "s"))
    fake.settings.required_scopes["/api/echo"] = "admin"
    client = new_client(**fake_place.options(), token=fake.issue_token("narrow", scope="read"))
    assert client.get(fake_place.api_url).status_code == 403
    assert fake.count("token") == 0
