"""Tokens renew themselves: before their end, once for everybody, and after a 401."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from oauth_core import OAuthError, ReauthorizationRequired, TokenExpiredError, TransportError, UsageError
from oauth_core.testing import faults
from tests.shared.needs import needs

AT_ONCE = 50


def forms(fake) -> list[dict[str, str]]:
    return [dict(parse_qsl(seen.body.decode(), keep_blank_values=True)) for seen in fake.seen("token")]


def test_expired_token_renews_itself(place, logged_in):
    """An API call with an expired token renews it first and goes out with the new one."""
    old = logged_in.token
    place.let_expire()
    assert logged_in.get(place.api_url).status_code == 200
    assert logged_in.token["access_token"] != old["access_token"]
    assert logged_in.token["refresh_token"]


def test_leeway(fake_place, fake, new_client):
    """A token is renewed `leeway` seconds before its end, not earlier."""
    client = new_client(**fake_place.options(), leeway=120, token=fake.issue_token("basic", user="alice"))
    fake_place.clock.ahead += 3600 - 130
    client.get(fake_place.api_url)
    assert fake.count("token") == 0
    fake_place.clock.ahead += 20
    client.get(fake_place.api_url)
    assert fake.count("token") == 1


@needs("counts")
def test_fifty_calls_meet_an_expired_token(place, logged_in):
    """However many calls meet an expired token at once, there is one token request, and all succeed."""
    place.let_expire()
    before = place.token_calls()
    answers = logged_in.at_once(AT_ONCE, lambda: logged_in.native.get(place.api_url))
    assert [each.status_code for each in answers] == [200] * AT_ONCE
    assert place.token_calls() - before == 1


def test_fifty_calls_tell_of_one_new_token(place, new_client):
    """However many calls meet an expired token, the callback hears of one new token."""
    heard = []
    client = new_client(**place.options(), token_updater=heard.append)
    request = client.authorization_request()
    client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    assert heard == []
    place.let_expire()
    answers = client.at_once(AT_ONCE, lambda: client.native.get(place.api_url))
    assert {each.status_code for each in answers} == {200}
    assert heard == [client.token]


def test_rejected_token_is_renewed_and_the_request_replayed(place, logged_in):
    """A 401 on a token that looks alive renews it once and replays the request, its body included."""
    old = logged_in.token
    place.server.expire(old["access_token"])
    answer = logged_in.post(place.api_url, data={"a": "1"})
    assert (answer.status_code, answer.json()["body"]) == (200, "a=1")
    assert logged_in.token["access_token"] != old["access_token"]


def test_one_replay_and_no_more(fake_place, fake, new_client):
    """A 401 leads to one renewal and one replay; a second 401 is returned."""
    client = new_client(**fake_place.options(), token=fake.issue_token("basic", user="alice"))
    fake.inject(faults.unauthorized(), "api", times=None)
    assert client.get(fake_place.api_url).status_code == 401
    assert (fake.count("token"), fake.count("api")) == (1, 2)


def test_fifty_rejected_calls(fake_place, fake, new_client):
    """Fifty calls whose token is rejected at once share one renewal, and each is replayed once."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token)
    fake.revoke(token)
    answers = client.at_once(AT_ONCE, lambda: client.native.get(fake_place.api_url))
    assert {each.status_code for each in answers} == {200}
    assert fake.count("token") == 1
    assert fake.count("api") <= 2 * AT_ONCE


def test_refresh_token(place, logged_in):
    """`refresh_token()` spends the session's refresh token and keeps the new token."""
    old = logged_in.token
    new = logged_in.refresh_token()
    assert logged_in.token == new
    assert new["access_token"] != old["access_token"]
    assert logged_in.get(place.api_url).status_code == 200


def test_refresh_token_of_the_callers(place, logged_in, new_client):
    """A refresh token that is passed in is spent, by a session that held none."""
    other = new_client(**place.options())
    token = other.refresh_token(refresh_token=logged_in.token["refresh_token"], url=place.server.token_endpoint)
    assert other.token == token
    assert other.get(place.api_url).status_code == 200


def test_old_refresh_token_is_kept(fake_place, fake, new_client):
    """An answer without a refresh token keeps the old one."""
    token = fake.issue_token("basic", user="alice")
    fake.settings.rotate_refresh_tokens = False
    client = new_client(**fake_place.options(), token=token)
    fake.inject(faults.without("refresh_token"), "token", times=None)
    for _ in range(2):
        fake_place.let_expire()
        assert client.get(fake_place.api_url).status_code == 200
        assert client.token["refresh_token"] == token["refresh_token"]
    assert fake.count("token") == 2


def test_spent_for_good(place, logged_in):
    """A refresh token that the server refuses drops the token and says that a person must authorize again."""
    logged_in.revoke_token(token=logged_in.token["refresh_token"], token_type_hint="refresh_token")
    place.let_expire()
    with pytest.raises(ReauthorizationRequired, match="authorize again"):
        logged_in.get(place.api_url)
    assert logged_in.token is None


def test_refused_for_fifty(fake_place, fake, new_client):
    """When the renewal is refused, one request was sent and every caller gets the same answer."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token)
    fake.revoke(token["refresh_token"])
    fake_place.let_expire()

    def call():
        return client.native.get(fake_place.api_url)

    outcomes = client.at_once(AT_ONCE, lambda: caught(call))
    assert fake.count("token") == 1
    assert fake.count("api") == 0
    assert all(isinstance(each, OAuthError) for each in outcomes)


def caught(call):
    """Return the error of a call, or of what it awaits."""
    try:
        found = call()
    except OAuthError as exc:
        return exc
    return awaited(found) if hasattr(found, "__await__") else found


async def awaited(found):
    try:
        return await found
    except OAuthError as exc:
        return exc


def test_nothing_to_renew_with(fake_place, fake, new_client):
    """An expired token without refresh token and grant is an error that names the way out."""
    token = fake.issue_token("basic", user="alice", refresh=False)
    client = new_client(**fake_place.options(), token=token)
    fake_place.let_expire()
    with pytest.raises(TokenExpiredError):
        client.get(fake_place.api_url)
    assert fake.count("api") == 0


def test_a_token_without_an_end(fake_place, fake, new_client):
    """A token without `expires_in` is used until the API rejects it, and is renewed then."""
    token = {name: value for name, value in fake.issue_token("basic", user="alice").items() if "expires" not in name}
    client = new_client(**fake_place.options(), token=token)
    assert client.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 0
    fake.revoke(token)
    assert client.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1


def test_outage_before_the_end(fake_place, fake, new_client):
    """A failed renewal does no harm while the token still lives."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), leeway=600, token=token)
    fake_place.clock.ahead += 3300
    fake.inject(faults.unavailable(retry_after=30), "token", times=None)
    assert client.get(fake_place.api_url).status_code == 200
    assert client.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1


def test_outage_after_the_end(fake_place, fake, new_client):
    """A renewal that gets no answer is a transport error, and the session recovers by itself."""
    client = new_client(**fake_place.options(), token=fake.issue_token("basic", user="alice"))
    fake_place.let_expire()
    fake.inject(faults.dropped(), "token")
    with pytest.raises(TransportError):
        client.get(fake_place.api_url)
    assert client.get(fake_place.api_url).status_code == 200


def test_renewals_have_their_own_parameters(fake_place, fake, new_client):
    """`auto_refresh_url` and `auto_refresh_kwargs` are for renewals: credentials authenticate, the rest is sent."""
    options = fake_place.options()
    endpoint = options.pop("token_endpoint")
    secret = options.pop("client_secret")
    options.pop("token_endpoint_auth_method")
    client = new_client(
        **options,
        token=fake.issue_token("basic", user="alice"),
        auto_refresh_url=endpoint,
        auto_refresh_kwargs={"client_id": "basic", "client_secret": secret, "audience": "x"},
    )
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert forms(fake)[0]["audience"] == "x"
    assert "client_secret" not in forms(fake)[0]
    assert fake.seen("token")[0].header("authorization").startswith("Basic ")


def test_ensure_active_token(fake_place, fake, new_client):
    """`ensure_active_token` returns a token that is good for as long as asked (half its life at most)."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token)
    assert client.ensure_active_token()["access_token"] == token["access_token"]
    assert fake.count("token") == 0
    fake_place.clock.ahead += 2000
    assert client.ensure_active_token()["access_token"] == token["access_token"]
    assert client.ensure_active_token(min_validity=1700)["access_token"] != token["access_token"]
    assert fake.count("token") == 1


def test_ensure_active_token_of_its_own(fake_place, fake, new_client):
    """`ensure_active_token(client.token)`, as in Authlib, renews the session's token; of another it takes no charge."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token)
    assert client.ensure_active_token(client.token)["access_token"] == token["access_token"]
    fake_place.let_expire()
    assert client.ensure_active_token(client.token)["access_token"] != token["access_token"]
    with pytest.raises(UsageError, match="token="):
        client.ensure_active_token({"access_token": "another"})
    assert fake.count("token") == 1


def test_whether_there_is_a_token(fake_place, fake, new_client):
    """`authorized` and `access_token` say what a session holds, as in requests-oauthlib."""
    client = new_client(**fake_place.options())
    assert (client.authorized, client.access_token) == (False, None)
    client.token = fake.issue_token("basic", user="alice")
    assert (client.authorized, client.access_token) == (True, client.token["access_token"])
