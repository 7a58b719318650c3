"""Tokens without a browser: client credentials, password, and how the grant of a call is found."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from oauth_core import ClientCredentialsGrant, MissingTokenError, OAuthError, PasswordGrant, UsageError


def form(seen) -> dict[str, str]:
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True))


def test_client_credentials(place, new_client):
    """`client_credentials` brings a token of the client's own, with the scope asked for."""
    client = new_client(**place.options())
    token = client.client_credentials(scope="api")
    assert (client.token, token.scope, token.token_type) == (token, "api", "Bearer")
    assert client.get(place.api_url).status_code == 200


def test_fetch_token_takes_client_credentials(place, new_client):
    """`fetch_token` without anything that names another grant is client credentials."""
    client = new_client(**{**place.options("client_secret_post"), "scope": "api"})
    assert client.fetch_token()["scope"] == "api"
    assert client.fetch_token(grant_type="client_credentials", scope="read")["scope"] == "read"


def test_configured_grant_fetches_by_itself(place, new_client):
    """With `grant_type="client_credentials"` the first API call fetches a token, and an expired one is fetched anew."""
    client = new_client(**{**place.options(), "scope": "api"}, grant_type="client_credentials")
    assert client.token is None
    assert client.get(place.api_url).status_code == 200
    first = client.token
    assert client.get(place.api_url).status_code == 200
    assert client.token is first
    place.let_expire()
    assert client.get(place.api_url).status_code == 200
    assert client.token["access_token"] != first["access_token"]


def test_a_grant_carries_all_its_parameters(fake_place, fake, new_client):
    """A grant value is sent whole at every renewal: `audience` and a repeated `resource` are not lost."""
    grant = ClientCredentialsGrant(
        "read", (("audience", "a"), ("resource", "https://r/1"), ("resource", "https://r/2"))
    )
    client = new_client(**fake_place.options(), grant=grant)
    client.get(fake_place.api_url)
    fake_place.let_expire()
    client.get(fake_place.api_url)
    first, second = (parse_qsl(seen.body.decode()) for seen in fake.seen("token"))
    assert first == second
    assert ("audience", "a") in first
    assert [value for name, value in first if name == "resource"] == ["https://r/1", "https://r/2"]


def test_password(place, new_client):
    """Name and password are a grant of their own, by `fetch_token` and by its own method."""
    user = place.server.user if place.name != "fake" else None
    name, password = ("alice", "wonderland") if user is None else (user.username, user.password)
    client = new_client(**{**place.options(), "scope": "api"})
    assert client.fetch_token(username=name, password=password)["access_token"]
    assert client.get(place.api_url).status_code == 200
    assert client.resource_owner_password(name, password, scope="read").scope == "read"
    with pytest.raises(OAuthError) as caught:
        client.resource_owner_password(name, "a wrong guess")
    assert caught.value.error in {"invalid_grant", "invalid_request"}
    assert "a wrong guess" not in repr(caught.value)


def test_password_grant_renews_itself(fake_place, fake, new_client):
    """A password grant with a callable asks for the password when it is needed, never before."""
    asked = []

    def password() -> str:
        asked.append(1)
        return "wonderland"

    client = new_client(**{**fake_place.options(), "scope": "read"}, grant=PasswordGrant("alice", password, "read"))
    assert not asked
    assert client.get(fake_place.api_url).status_code == 200
    assert len(asked) == 1
    assert form(fake.seen("token")[0])["password"] == "wonderland"


def test_grant_is_inferred_afresh(fake_place, fake, new_client):
    """A grant that one call took does not stick to the session: the next call is judged by its own arguments."""
    client = new_client(**fake_place.options())
    client.fetch_token(username="alice", password="wonderland")
    client.fetch_token()
    kinds = [form(seen)["grant_type"] for seen in fake.seen("token")]
    assert kinds == ["password", "client_credentials"]


def test_free_keywords_are_parameters(fake_place, fake, new_client):
    """Unknown keywords of a token method are sent as parameters, lists repeated."""
    client = new_client(**fake_place.options())
    client.client_credentials(scope="read", resource=["https://a/", "https://b/"], tenant="t1")
    sent = parse_qsl(fake.seen("token")[0].body.decode())
    assert ("tenant", "t1") in sent
    assert [value for name, value in sent if name == "resource"] == ["https://a/", "https://b/"]


def test_extra_body_and_headers(fake_place, fake, new_client):
    """`body` adds form text to a token request, and `headers` adds headers to it alone."""
    client = new_client(**fake_place.options())
    client.fetch_token(body="extra=1&other=two%20words", headers={"X-Trace": "abc"})
    seen = fake.seen("token")[0]
    assert (form(seen)["extra"], form(seen)["other"], seen.header("x-trace")) == ("1", "two words", "abc")
    client.get(fake_place.api_url)
    assert fake.seen("api")[0].header("x-trace") is None


@pytest.mark.parametrize("name", ["params", "json", "data", "files", "cookies"])
def test_arguments_of_api_calls_are_refused(fake_place, fake, new_client, name):
    """What belongs to an API call is a TypeError in a token call, and nothing is sent."""
    client = new_client(**fake_place.options())
    with pytest.raises(TypeError, match=name):
        client.fetch_token(**{name: {"a": "b"}})
    assert fake.count("token") == 0


def test_no_token_and_no_grant(fake_place, fake, new_client):
    """Without a token and without a grant an API call says so, and is not sent."""
    client = new_client(**fake_place.options())
    with pytest.raises(MissingTokenError, match="token"):
        client.get(fake_place.api_url)
    assert fake.requests == ()


def test_a_grant_without_its_values(fake_place, new_client):
    """A grant that is named without what it needs is refused with a sentence that names it."""
    client = new_client(**fake_place.options())
    with pytest.raises(UsageError, match="code"):
        client.fetch_token(grant_type="authorization_code")
    with pytest.raises(UsageError, match="password"):
        client.fetch_token(username="alice")


def test_a_url_given_to_one_call_is_not_remembered(fake_place, fake, new_client):
    """`url=` stands in for the configured endpoint, in that call alone."""
    options = fake_place.options()
    endpoint = options.pop("token_endpoint")
    client = new_client(**options)
    assert client.fetch_token(url=endpoint)["access_token"]
    with pytest.raises(UsageError, match="token_endpoint"):
        client.fetch_token()
    assert fake.count("token") == 1
