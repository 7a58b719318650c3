"""OIDCCClientTestRefreshToken, …InvalidIssuer, …InvalidSub: what an ID token of a refresh may say, and what is kept."""

from __future__ import annotations

import pytest

from oauth_core import MemoryTokenStore, OAuthError, ProtocolViolation, ServerRefusal
from oauth_core.testing import faults
from oauth_jwt import InvalidJWTError
from tests.shared.certification.provider import Now, altering, broken, resigned

OTHER = "https://other.example"
BAD = [
    {"iss": OTHER},
    {"iss": None},
    {"sub": "mallory"},
    {"sub": None},
    {"aud": "other"},
    {"aud": None},
    {"aud": ["basic", "other"]},
    {"auth_time": 1},
    {"azp": "other"},
    {"nonce": "another"},
    {"iat": None},
    {"exp": None},
    {"exp": Now(-300)},
    {"at_hash": "wrong"},
]


def name_of(changes):
    name, value = next(iter(changes.items()))
    return f"{name} {'missing' if value is None else value}"


def test_a_refresh(fake, client, log_in):
    """RefreshToken: a renewal whose ID token is about the same login goes on, and keys are not fetched again."""
    before = log_in()
    after = client.refresh_token()
    assert after.id_token
    assert after.access_token != before.access_token
    assert client.userinfo()["sub"] == "alice"
    assert fake.count("jwks") == 1


def test_a_refresh_without_an_id_token(fake, client, log_in):
    """A renewal need not bring an ID token; the one of the login stays, and userinfo is still compared with it."""
    before = log_in()
    fake.authority.token_members.clear()
    after = client.refresh_token()
    assert after.id_token == before.id_token
    assert client.userinfo()["sub"] == "alice"


@pytest.mark.parametrize("changes", [{}, *BAD[:4]], ids=lambda changes: name_of(changes) if changes else "good")
def test_a_first_id_token(fake, operations, new_client, options, refused, changes):
    """An ID token that only a refresh brings is judged too; until then userinfo is about whoever the token is for."""
    client = new_client(**options, token=fake.issue_token("basic", user="alice", scope="openid"))
    assert client.userinfo()["sub"] == "alice"
    operations.alter = altering(**changes)
    if not changes:
        assert client.refresh_token().id_token
    elif changes == {"sub": "mallory"}:  # nobody was named before
        client.refresh_token()
        with refused(ProtocolViolation, "userinfo", match="another subject"):
            client.userinfo()
    else:
        with refused(InvalidJWTError, "token", "jwks", claim=next(iter(changes))):
            client.refresh_token()


@pytest.mark.parametrize("changes", [{"nonce": None}, {"auth_time": None}, {"aud": ["basic"]}], ids=name_of)
def test_what_a_refresh_may_leave_out(operations, client, log_in, changes):
    """The nonce and the time of the login need not be repeated; a list of one audience is the same audience."""
    log_in()
    operations.alter = altering(**changes)
    assert client.refresh_token().id_token


@pytest.mark.parametrize("changes", BAD, ids=name_of)
def test_a_bad_id_token(operations, client, log_in, refused, changes):
    """RefreshTokenInvalidIssuer, …InvalidSub and more: refused by the claim's name; the token that was there stays."""
    before = dict(log_in())
    operations.alter = altering(**changes)
    with refused(InvalidJWTError, "token", claim=next(iter(changes))):
        client.refresh_token()
    assert client.token == before


@pytest.mark.parametrize("changes", [{"iss": OTHER}, {"sub": "mallory"}], ids=name_of)
def test_nothing_is_lost(fake_place, operations, new_client, options, changes):
    """Where a refresh is refused, memory and store hold what they held, and the access token still works."""
    store, saved = MemoryTokenStore(), []
    client = new_client(**options, store=store, update_token=lambda token, **_: saved.append(token))
    request = client.authorization_request()
    before = dict(client.authorization_code(request.validate_callback(fake_place.authorize(request.uri))))
    stored = store.load("default")
    saved.clear()
    operations.alter = altering(**changes)
    with pytest.raises(InvalidJWTError):
        client.refresh_token()
    assert client.token == before
    assert store.load("default") == stored
    assert saved == []
    assert client.get(fake_place.api_url).status_code == 200


@pytest.mark.parametrize("changes", [{"iss": OTHER}, {"sub": "mallory"}], ids=name_of)
def test_a_renewal_in_passing(fake_place, fake, operations, client, log_in, refused, changes):
    """Where an API call has to renew the token first, a bad ID token ends it: nothing is asked of the API."""
    before = dict(log_in())
    fake_place.let_expire()
    operations.alter = altering(**changes)
    with refused(InvalidJWTError, "token", "jwks", claim=next(iter(changes))):
        client.get(fake_place.api_url)
    assert client.token == before
    assert fake.count("api") == 0


@pytest.mark.parametrize(
    ("forge", "claim", "fetched"),
    [(broken(), "signature", ["jwks"]), (resigned(None, alg="none"), "alg", [])],
    ids=["broken", "none"],
)
def test_a_bad_signature(operations, client, log_in, refused, forge, claim, fetched):
    """An ID token of a refresh with a broken signature, or none, is refused."""
    before = dict(log_in())
    operations.forge = forge
    with refused(InvalidJWTError, "token", *fetched, claim=claim):
        client.refresh_token()
    assert client.token == before


@pytest.mark.parametrize("fault", [faults.unavailable(), faults.dropped(), faults.html_ok()], ids=repr)
def test_keys_that_cannot_be_had(fake_place, fake, operations, new_client, options, log_in, client, fault):
    """Where the ID token of a refresh cannot be judged, the refresh token beside it is kept, and nothing else."""
    store, saved = MemoryTokenStore(), []
    before = dict(log_in())
    session = new_client(**options, token=before, store=store, update_token=lambda token, **_: saved.append(token))
    operations.rotate()
    fake.inject(fault, "jwks")
    with pytest.raises(OAuthError) as caught:
        session.refresh_token()
    assert not isinstance(caught.value, InvalidJWTError)
    kept = session.token
    assert kept["refresh_token"] != before["refresh_token"]
    assert {**kept, "refresh_token": before["refresh_token"]} == before
    assert store.load("default") == kept
    assert saved == [kept]
    fake_place.clock.ahead += 31  # the provider is left alone for half a minute
    after = session.refresh_token()
    assert after.access_token != before["access_token"]
    assert session.userinfo()["sub"] == "alice"


def test_keys_that_cannot_be_had_in_passing(fake_place, fake, operations, client, log_in):
    """Where an API call has to renew the token, and its ID token cannot be judged, the next call goes on from there."""
    log_in()
    fake.expire(client.token)
    operations.rotate()
    fake.inject(faults.unavailable(), "jwks")
    with pytest.raises(ServerRefusal):
        client.get(fake_place.api_url)
    fake_place.clock.ahead += 31
    assert client.get(fake_place.api_url).status_code == 200
    assert [seen.status for seen in fake.seen("token")] == [200, 200, 200]
