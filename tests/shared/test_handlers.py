"""Auth handlers on clients of the user's own: any session of Requests, any client of HTTPX or httpx2."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from oauth_core import MemoryTokenStore, ReauthorizationRequired
from oauth_core.testing import faults

AT_ONCE = 20


def forms(fake) -> list[dict[str, str]]:
    return [dict(parse_qsl(seen.body.decode(), keep_blank_values=True)) for seen in fake.seen("token")]


def get(plain, url, auth):
    return plain.run(lambda: plain.native.get(url, auth=auth))


def test_client_credentials(fake_place, fake, plain, handler):
    """The first request fetches a token with all parameters, the next ones use it, an expired one is fetched alike."""
    auth = handler("OAuth2ClientCredentialsAuth", scope="read", audience="x", resource=["https://a/", "https://b/"])
    for _ in range(2):
        assert get(plain, fake_place.api_url, auth).status_code == 200
    assert fake.count("token") == 1
    fake_place.let_expire()
    assert get(plain, fake_place.api_url, auth).status_code == 200
    first, second = (sorted(parse_qsl(seen.body.decode())) for seen in fake.seen("token"))
    assert first == second
    assert [value for name, value in first if name == "resource"] == ["https://a/", "https://b/"]


def test_one_token_for_two_handlers(fake_place, fake, plain, handler, flavour):
    """A handler that is given another's source presents the same token, and what either renews is the other's too."""
    auth = handler("OAuth2ClientCredentialsAuth")
    shared = flavour.type("OAuth2Auth")(source=auth.source, token_placement="uri")
    for each in (auth, shared):
        assert get(plain, fake_place.api_url, each).status_code == 200
    assert fake.count("token") == 1
    fake_place.let_expire()
    for each in (shared, auth):
        assert get(plain, fake_place.api_url, each).status_code == 200
    assert fake.count("token") == 2
    assert shared.token is auth.token


@pytest.mark.parametrize("by", ["client", "source"])
def test_one_token_for_a_session_and_a_handler(fake_place, fake, holder, plain, flavour, by):
    """A handler on a client of one's own shares a session's token, and what either renews is the other's too."""
    given = holder.native if by == "client" else holder.native.token_source
    auth = flavour.type("OAuth2Auth")(**{by: given})
    calls = [lambda: get(plain, fake_place.api_url, auth), lambda: holder.get(fake_place.api_url)]
    for renewals, order in ((0, calls), (1, calls), (2, calls[::-1])):
        if renewals:
            fake_place.let_expire()
        assert [call().status_code for call in order] == [200, 200]
        assert fake.count("token") == renewals
        assert auth.token is holder.native.token


@pytest.mark.parametrize("more", [{"token": {"access_token": "x"}}, {"source": "a name"}], ids=str)
def test_a_source_stands_alone(handler, flavour, more):
    """A source beside a token of its own, or what is none, is a TypeError."""
    auth = handler("OAuth2ClientCredentialsAuth")
    with pytest.raises(TypeError, match="source"):
        flavour.type("OAuth2Auth")(**{"source": auth.source, **more})


def test_access_token(fake_place, fake, plain, handler):
    """A token that is there already is renewed by its refresh token."""
    token = fake.issue_token("basic", user="alice")
    auth = handler("OAuth2AccessTokenAuth", token)
    assert get(plain, fake_place.api_url, auth).status_code == 200
    assert fake.count("token") == 0
    fake_place.let_expire()
    assert get(plain, fake_place.api_url, auth).status_code == 200
    assert auth.token["access_token"] != token["access_token"]


def test_authorization_code(fake_place, fake, plain, handler, endpoints):
    """An authorization response is exchanged at the first request, and renewed from then on."""
    request = plain.run(endpoints.authorization_request)
    auth = handler("OAuth2AuthorizationCodeAuth", request.validate_callback(fake.authorize(request.uri)))
    assert fake.count("token") == 0
    assert get(plain, fake_place.api_url, auth).json()["token"]["sub"] == "alice"
    fake_place.let_expire()
    assert get(plain, fake_place.api_url, auth).status_code == 200
    assert [form["grant_type"] for form in forms(fake)] == ["authorization_code", "refresh_token"]


def test_password(fake_place, fake, plain, handler):
    """Name and password obtain the first token; the refresh token renews it."""
    auth = handler("OAuth2ResourceOwnerPasswordAuth", "alice", lambda: "wonderland", scope="read")
    assert get(plain, fake_place.api_url, auth).json()["token"]["sub"] == "alice"
    assert "wonderland" not in repr(auth)


def test_refresh_token(fake_place, fake, plain, handler):
    """A refresh token alone is enough."""
    kept = fake.issue_token("basic", user="alice")["refresh_token"]
    auth = handler("OAuth2RefreshTokenAuth", kept)
    assert get(plain, fake_place.api_url, auth).json()["token"]["sub"] == "alice"
    assert forms(fake)[0]["refresh_token"] == kept
    assert auth.token["refresh_token"] != kept


def test_at_once(fake_place, fake, plain, handler):
    """However many requests meet no token, or an expired one, there is one token request."""
    auth = handler("OAuth2ClientCredentialsAuth", scope="read")
    for calls in (1, 2):
        answers = plain.at_once(AT_ONCE, lambda: plain.native.get(fake_place.api_url, auth=auth))
        assert {each.status_code for each in answers} == {200}
        assert fake.count("token") == calls
        fake_place.let_expire()


def test_rejected_token(fake_place, fake, plain, handler):
    """A 401 renews once and replays once, with the body."""
    auth = handler("OAuth2ClientCredentialsAuth")
    fake.inject(faults.unauthorized(), "api")
    answer = plain.run(lambda: plain.native.post(fake_place.api_url, data={"a": "b"}, auth=auth))
    assert answer.json()["body"] == "a=b"
    assert (fake.count("token"), fake.count("api")) == (2, 2)


def test_renew_and_forget(fake_place, fake, plain, handler):
    """`renew_token` renews now; `forget_token` drops the token, and the next request fetches one."""
    auth = handler("OAuth2ClientCredentialsAuth")
    get(plain, fake_place.api_url, auth)
    first = auth.token
    renewed = plain.run(auth.renew_token)
    assert auth.token == renewed != first
    plain.run(auth.forget_token)
    assert auth.token is None
    assert get(plain, fake_place.api_url, auth).status_code == 200
    assert fake.count("token") == 3


def test_leeway(fake_place, fake, plain, handler):
    """A token is renewed `leeway` seconds before its end."""
    auth = handler("OAuth2ClientCredentialsAuth", leeway=30)
    get(plain, fake_place.api_url, auth)
    fake_place.clock.ahead += 3600 - 40
    get(plain, fake_place.api_url, auth)
    assert fake.count("token") == 1
    fake_place.clock.ahead += 15
    get(plain, fake_place.api_url, auth)
    assert fake.count("token") == 2


def test_store_and_callback(fake_place, fake, plain, handler):
    """Handlers of the same store and key share a token, and tell of renewals."""
    store, heard = MemoryTokenStore(), []
    one, other = (
        handler("OAuth2ClientCredentialsAuth", store=store, store_key="api", token_updater=heard.append)
        for _ in range(2)
    )
    get(plain, fake_place.api_url, one)
    get(plain, fake_place.api_url, other)
    assert fake.count("token") == 1
    assert heard == []
    plain.run(one.renew_token)
    assert heard == [store.load("api")]


def test_the_users_client_is_not_used_for_renewals(fake_place, fake, plain, handler):
    """Defaults of the user's client do not reach the token endpoint."""
    plain.native.headers["X-Mine"] = "marked"
    plain.native.params = {"mine": "marked"}
    auth = handler("OAuth2ClientCredentialsAuth")
    assert get(plain, fake_place.api_url, auth).status_code == 200
    (seen,) = fake.seen("token")
    assert "marked" not in repr((seen.url, seen.headers, seen.body))


def test_spent_for_good(fake_place, fake, plain, handler):
    """A refused refresh token asks for a person."""
    token = fake.issue_token("basic", user="alice")
    auth = handler("OAuth2AccessTokenAuth", token)
    fake.revoke(token["refresh_token"])
    fake_place.let_expire()
    with pytest.raises(ReauthorizationRequired, match="authorize again"):
        get(plain, fake_place.api_url, auth)
    assert auth.token is None


def test_wrong_client(flavour):
    """What is no client of an authorization server is refused at construction."""
    with pytest.raises(TypeError, match="OAuth2Client"):
        flavour.type("OAuth2ClientCredentialsAuth")("https://as.test/token")


def test_unknown_http_keyword(handler):
    """What belongs to an API call is refused, not sent as a parameter."""
    with pytest.raises(TypeError, match="params"):
        handler("OAuth2ClientCredentialsAuth", params={"a": "b"})
