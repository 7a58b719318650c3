"""OIDCCClientTest InvalidIssuer, MissingIat, MissingSub, MissingAud, InvalidAud, Nonce, NonceInvalid and more."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_core import ProtocolViolation
from oauth_jwt import InvalidJWTError
from tests.shared.certification.provider import Now, altering

CODE = ("authorize", "token", "jwks")
OTHER = "https://other.example"
BAD = [
    {"iss": OTHER},
    {"iss": None},
    {"iss": [OTHER]},
    {"iat": None},
    {"iat": "now"},
    {"iat": True},
    {"iat": Now(86_400)},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 256},
    {"aud": None},
    {"aud": "other"},
    {"aud": []},
    {"aud": ["other"]},
    {"aud": ["basic", "other"]},
    {"aud": [7]},
    {"aud": {"basic": 1}},
    {"azp": "other"},
    {"azp": 7},
    {"exp": None},
    {"exp": "tomorrow"},
    {"exp": Now(-300)},
    {"exp": float(2**60) * -1},
    {"nbf": Now(86_400)},
    {"nbf": "now"},
    {"nonce": None},
    {"nonce": "another"},
    {"nonce": ["a", "b"]},
    {"at_hash": "wrong"},
]


def name_of(changes):
    name, value = next(iter(changes.items()))
    return f"{name} {'missing' if value is None else str(value)[:12]}"


@pytest.mark.parametrize("changes", BAD, ids=name_of)
def test_a_bad_claim(operations, client, sign_in, refused, changes):
    """An ID token with a wrong or missing claim is refused by the claim's name; userinfo is not asked for."""
    operations.alter = altering(**changes)
    (claim,) = changes
    with refused(InvalidJWTError, *CODE, claim=claim, match=claim if claim not in {"iss", "nonce"} else None):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "iat", "exp", "nonce"])
def test_a_missing_claim_through_the_browser(fake_place, operations, client, refused, kind, claim):
    """An ID token of a hybrid response that lacks a claim is refused, and its code is not shown to anybody."""
    operations.alter = altering(**{claim: None})
    request = client.authorization_request(response_type=kind)
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(InvalidJWTError, "jwks", claim=claim):
        client.authorization_code(response)
    assert client.token is None


@pytest.mark.parametrize(
    "changes", [{"iss": OTHER}, {"aud": "other"}, {"sub": None}, {"nonce": "another"}], ids=name_of
)
def test_a_bad_claim_of_an_implicit_response(fake_place, operations, client, refused, changes):
    """An ID token of an implicit response with a wrong claim is refused, and the token beside it is not taken."""
    operations.alter = altering(**changes)
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    callback = fake_place.authorize(url)
    with refused(InvalidJWTError, "jwks", claim=next(iter(changes))):
        client.fetch_token(authorization_response=callback)
    assert client.token is None


@pytest.mark.parametrize("changes", [{"iss": OTHER}, {"aud": "other"}, {"sub": None}, {"exp": 1}], ids=name_of)
def test_a_bad_second_token(fake_place, operations, client, refused, changes):
    """In a hybrid login the ID token of the token endpoint is judged too, whatever the first one said."""
    operations.alter = altering(first=2, **changes)
    request = client.authorization_request(response_type="code id_token")
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(InvalidJWTError, "jwks", "token", claim=next(iter(changes))):
        client.authorization_code(response)
    assert client.token is None


def test_a_second_token_about_another_user(fake_place, operations, client, refused):
    """In a hybrid login both ID tokens name the same user, or it is refused."""
    operations.alter = altering(first=2, sub="mallory")
    request = client.authorization_request(response_type="code id_token")
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(ProtocolViolation, "jwks", "token", match="different users"):
        client.authorization_code(response)
    assert client.token is None


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["basic"]},
        {"azp": "basic"},
        {"aud": ["basic"], "azp": "basic"},
        {"exp": Now(300.5)},
        {"exp": Now(-5)},
        {"iat": Now(5)},
        {"nbf": Now(5)},
        {"nbf": 1},
        {"sub": "x" * 255},
        {"auth_time": None},
        {"amr": ["pwd", "otp"], "acr": "0", "new": {"a": None}},
    ],
    ids=name_of,
)
def test_what_is_no_fault(operations, log_in, changes):
    """A list of one audience, a party that is the client, clocks a little apart, and unknown claims are all right."""
    operations.alter = altering(**changes)
    assert log_in().id_token


@pytest.mark.parametrize("rules", [{"trusted_audiences": ("api",)}], ids=["trusted"])
def test_audiences_that_are_trusted(operations, log_in):
    """Further audiences count only where the client trusts them."""
    operations.alter = altering(aud=["basic", "api"], azp="basic")
    assert log_in().id_token
    operations.alter = altering(aud=["basic", "api", "other"])
    with pytest.raises(InvalidJWTError, match="'other', which is not trusted"):
        log_in()


def test_a_nonce_is_sent(fake, client, log_in):
    """OIDCCClientTestNonce: each login sends a nonce of its own."""
    log_in()
    log_in()
    first, second = (parse_qs(urlsplit(seen.url).query)["nonce"] for seen in fake.seen("authorize"))
    assert first != second
    assert all(len(one) >= 22 for one in (*first, *second))


def test_a_nonce_that_was_not_sent(fake, operations, client, log_in, refused):
    """An ID token with a nonce is refused where none was sent."""
    operations.alter = altering(nonce="a-nonce")
    with refused(InvalidJWTError, *CODE, claim="nonce"):
        log_in(nonce=None)
    assert client.token is None


def test_an_answer_to_another_login(fake_place, client, refused):
    """NonceInvalid: the code of one login, brought to another by its state, ends in an ID token with a wrong nonce."""
    mine, theirs = (client.authorization_request(state="same", code_verifier="v" * 43) for _ in range(2))
    response = mine.validate_callback(fake_place.authorize(theirs.uri))
    with refused(InvalidJWTError, "token", "jwks", claim="nonce"):
        client.authorization_code(response)
    assert client.token is None


def test_nonce_of_another_process(fake_place, client, refused):
    """A bare code takes the nonce that was sent; without it, an ID token with a nonce is refused."""
    for nonce in ("a-nonce", None):
        request = client.authorization_request(nonce="a-nonce")
        response = request.validate_callback(fake_place.authorize(request.uri))
        named = {"code_verifier": response.code_verifier, "redirect_uri": response.redirect_uri}
        if nonce:
            assert client.authorization_code(response.code, nonce=nonce, **named).id_token
        else:
            with refused(InvalidJWTError, "token", claim="nonce", match="pass the nonce= that was sent"):
                client.authorization_code(response.code, **named)


def test_the_class_that_was_asked_for(operations, log_in, refused):
    """`acr_values` of the authorization request are demanded of the ID token."""
    operations.alter = altering(acr="high")
    assert log_in(acr_values="high higher").id_token
    for acr in ("low", "HIGH", None, 7):
        operations.alter = altering(acr=acr)
        with refused(InvalidJWTError, "authorize", "token", claim="acr"):
            log_in(acr_values="high higher")


def test_the_age_that_was_asked_for(operations, log_in, refused):
    """`max_age` demands an `auth_time` that is not older; a minute is forgiven."""
    operations.alter = altering(auth_time=Now(-90))
    assert log_in(max_age=60).id_token
    for auth_time in (Now(-130), None, "now"):
        operations.alter = altering(auth_time=auth_time)
        with refused(InvalidJWTError, "authorize", "token", claim="auth_time"):
            log_in(max_age=60)


def test_issuer_of_the_callback(fake_place, client, refused):
    """An ID token of another issuer than the callback's `iss` is refused."""
    request = client.authorization_request()
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(ProtocolViolation, "token", "jwks", match="another issuer than the callback's iss"):
        client.authorization_code(replace(response, iss=OTHER))
    assert client.token is None
