"""ID tokens on every flavour: a login is believed only with an ID token that its validator believes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_core import InvalidTokenResponse, ProtocolViolation, UsageError
from oauth_jwt import InvalidJWTError
from tests.shared.certification.provider import altering


def test_good_login(fake, client, log_in):
    """A login with a good ID token gives a token, and userinfo about the same user."""
    assert log_in().id_token
    assert client.userinfo()["sub"] == "alice"
    assert fake.count("jwks") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"exp": 1},
        {"at_hash": "wrong"},
        {"azp": "other"},
    ],
    ids=str,
)
def test_bad_id_token(fake, operations, client, log_in, changes):
    """A login whose ID token has a wrong or missing claim is refused, by the claim's name, and leaves no token."""
    operations.alter = altering(**changes)
    with pytest.raises(InvalidJWTError) as caught:
        log_in()
    assert caught.value.claim == next(iter(changes))
    assert client.token is None
    assert fake.count("userinfo") == 0


def test_missing_id_token(fake, client, log_in):
    """A login that asked for `openid` and brings no ID token is refused; one that did not ask goes without."""
    fake.authority.token_members.clear()
    with pytest.raises(InvalidTokenResponse, match="no id_token"):
        log_in()
    assert client.token is None
    assert log_in(scope="read").access_token


def test_what_was_asked_for(operations, log_in):
    """`max_age` and `acr_values` of the authorization request are demanded of the ID token."""
    operations.alter = altering(acr="low")
    with pytest.raises(InvalidJWTError, match="'acr'"):
        log_in(acr_values="high higher")
    operations.alter = altering(acr="high", auth_time=1)
    with pytest.raises(InvalidJWTError, match="logged in"):
        log_in(acr_values="high higher", max_age=60)


def test_issuer_of_the_callback(fake_place, client):
    """An ID token of another issuer than the callback's `iss` is refused."""
    request = client.authorization_request()
    response = request.validate_callback(fake_place.authorize(request.uri))
    with pytest.raises(ProtocolViolation, match="another issuer than the callback's iss"):
        client.authorization_code(replace(response, iss="https://other.example"))


def test_callback_by_its_url(fake_place, client):
    """A session that made the URL itself sends a nonce and compares it when the callback's URL is exchanged."""
    url, _ = client.create_authorization_url(code_verifier="v" * 43)
    assert "nonce=" in url
    token = client.fetch_token(authorization_response=fake_place.authorize(url))
    assert token.id_token


def test_nonce_of_another_process(fake_place, client, operations):
    """A bare code takes the nonce that was sent; without it, an ID token with a nonce is refused."""
    for nonce in ("a-nonce", None):
        request = client.authorization_request(nonce="a-nonce")
        response = request.validate_callback(fake_place.authorize(request.uri))
        named = {"code_verifier": response.code_verifier, "redirect_uri": response.redirect_uri}
        if nonce:
            assert client.authorization_code(response.code, nonce=nonce, **named).id_token
        else:
            with pytest.raises(InvalidJWTError, match="pass the nonce= that was sent"):
                client.authorization_code(response.code, **named)


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
def test_hybrid(fake_place, fake, operations, client, kind):
    """The ID token of a hybrid response is judged before its code is shown, its hashes demanded."""
    request = client.authorization_request(response_type=kind)
    response = request.validate_callback(fake_place.authorize(request.uri))
    assert client.authorization_code(response).id_token
    calls = fake.count("token")
    operations.alter = altering(c_hash=None)
    request = client.authorization_request(response_type=kind)
    response = request.validate_callback(fake_place.authorize(request.uri))
    with pytest.raises(InvalidJWTError, match="c_hash"):
        client.authorization_code(response)
    assert fake.count("token") == calls


def test_implicit(fake_place, operations, client):
    """The ID token of an implicit response is judged; its token is not taken without."""
    kind = {"response_type": "id_token token", "scope": "openid"}
    url, _ = client.create_authorization_url(**kind)
    callback = fake_place.authorize(url)
    with pytest.raises(UsageError, match="use fetch_token"):
        client.token_from_fragment(callback)
    assert client.fetch_token(authorization_response=callback).access_token
    operations.alter = altering(at_hash="wrong")
    url, _ = client.create_authorization_url(**kind)
    with pytest.raises(InvalidJWTError, match="at_hash"):
        client.fetch_token(authorization_response=fake_place.authorize(url))


@pytest.mark.parametrize("changes", [{"sub": "mallory"}, {"iss": "https://other.example"}], ids=str)
def test_refresh(operations, client, log_in, changes):
    """A renewal goes on with an ID token about the same login, and is refused with one about another."""
    before = log_in()
    assert client.refresh_token().id_token
    assert client.token["access_token"] != before["access_token"]
    operations.alter = altering(**changes)
    kept = client.token
    with pytest.raises(InvalidJWTError, match=next(iter(changes))):
        client.refresh_token()
    assert client.token == kept


def test_userinfo_of_another(client, log_in):
    """Userinfo about another user than the ID token's is refused."""
    log_in()

    def lie(response):
        response.json = lambda: {"sub": "mallory"}
        return response

    client.register_compliance_hook("userinfo_response", lie)
    with pytest.raises(ProtocolViolation, match="another subject"):
        client.userinfo()


def test_rotated_keys(fake_place, operations, client, log_in):
    """Keys that the server changed between two logins are fetched again."""
    log_in()
    fake_place.clock.ahead += 31
    operations.rotate()
    assert log_in().id_token


def test_what_judges_nothing(new_client, fake_place):
    """An `id_token_validator` that cannot judge is refused when the client is made."""
    with pytest.raises(TypeError, match="IDTokenValidator"):
        new_client(**fake_place.options(), id_token_validator=object())
