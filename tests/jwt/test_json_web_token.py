"""``JsonWebToken``: the two calls of scripts, strict underneath."""

import pytest

from oauth_core import UsageError
from oauth_jwt import Claims, InvalidJWTError, InvalidKeyError, JsonWebToken, Key
from tests.jwt.support import NOW, SECRET, Clock, decode, key, sign
from tests.jwt.test_keys import pem, public_pem

PAYLOAD = {"iss": "me", "exp": NOW + 60, "name": "ü"}


def jwt(*algorithms, **options):
    return JsonWebToken(algorithms or ["RS256"], clock=Clock(), **options)


def test_example_of_the_assertion_flow():
    """A header with alg, a payload and a PEM key make an assertion that the public key verifies."""
    header, payload = {"alg": "RS256"}, dict(PAYLOAD)
    assertion = jwt().encode(header, payload, pem(key().native))
    assert isinstance(assertion, str)
    assert (header, payload) == ({"alg": "RS256"}, PAYLOAD)
    assert decode(assertion) == ({"typ": "JWT", "alg": "RS256"}, PAYLOAD)
    for public in (
        public_pem(key().native),
        key().public_jwk(),
        {"keys": [key("ES256").public_jwk(), key().public_jwk()]},
    ):
        claims = jwt().decode(assertion, public)
        assert isinstance(claims, Claims)
        assert claims == PAYLOAD
        assert claims.header["alg"] == "RS256"


@pytest.mark.parametrize("alg", ["HS256", "HS512", "ES256", "EdDSA", "PS384"])
def test_every_kind_of_key(alg):
    """Shared secrets (text, bytes, JWK) and key pairs encode and decode."""
    if alg.startswith("HS"):
        for secret in (SECRET * 2, SECRET.encode() * 2):
            token = jwt(alg).encode({"alg": alg}, PAYLOAD, secret)
            assert jwt(alg).decode(token.encode(), secret) == PAYLOAD
        jwk = key(alg).private_jwk()
        assert jwt(alg).decode(jwt(alg).encode({"alg": alg}, PAYLOAD, jwk), jwk) == PAYLOAD
    else:
        token = jwt(alg).encode({"alg": alg, "kid": "k"}, PAYLOAD, key(alg))
        assert decode(token)[0]["kid"] == "k"
        assert jwt(alg).decode(token, key(alg).public_jwk()) == PAYLOAD


def test_decoding_looks_at_the_times():
    """A token that is over or not yet valid is refused; leeway forgives."""
    late = jwt().encode({"alg": "RS256"}, PAYLOAD | {"exp": NOW - 1}, key())
    with pytest.raises(InvalidJWTError, match="expired"):
        jwt().decode(late, key())
    assert jwt(leeway=10).decode(late, key())["exp"] == NOW - 1
    assert jwt().decode(jwt().encode({"alg": "RS256"}, {}, key()), key()) == {}


def test_only_named_algorithms_count():
    """Another algorithm than those named, a missing one, or an unknown one is refused, both ways."""
    token = jwt("ES256").encode({"alg": "ES256"}, PAYLOAD, key("ES256"))
    with pytest.raises(InvalidJWTError, match="signed with 'ES256', expected RS256"):
        jwt().decode(token, key("ES256"))
    for header in ({}, {"alg": "HS256"}, {"alg": "none"}):
        with pytest.raises(UsageError, match="header needs 'alg', one of RS256"):
            jwt().encode(header, PAYLOAD, key())
    with pytest.raises(UsageError, match="unknown algorithm 'none'"):
        JsonWebToken(["none"])
    with pytest.raises(UsageError, match="no algorithms"):
        JsonWebToken([])
    assert repr(JsonWebToken("RS256")) == "<JsonWebToken RS256>"


def test_wrong_keys_are_refused():
    """A key that does not fit, a weak secret, a signer and another key's signature are refused."""
    with pytest.raises(InvalidKeyError, match="does not go with"):
        jwt().encode({"alg": "RS256"}, PAYLOAD, key("ES256"))
    with pytest.raises(InvalidKeyError, match="at least 32 bytes"):
        jwt("HS256").encode({"alg": "HS256"}, PAYLOAD, "short")
    with pytest.raises(InvalidKeyError, match="its public half, must not serve"):
        jwt("HS256").encode({"alg": "HS256"}, PAYLOAD, public_pem(key().native))
    with pytest.raises(InvalidKeyError, match="encode\\(\\) needs the key"):
        jwt().encode({"alg": "RS256"}, PAYLOAD, lambda data: data)
    token = jwt().encode({"alg": "RS256"}, PAYLOAD, key())
    with pytest.raises(InvalidJWTError, match="does not hold"):
        jwt().decode(token, key("RS256", 2))
    with pytest.raises(InvalidJWTError, match="no key fits"):
        jwt().decode(token, key("ES256"))


def test_secret_of_a_set_is_chosen_by_its_name():
    """Out of a JWK set of secrets the one that the header names verifies; a set that leaves it open is refused."""
    one, two = (Key.from_secret(SECRET + name, kid=name) for name in ("a", "b"))
    token = sign(PAYLOAD, two)
    jwks = {"keys": [one.private_jwk(), two.private_jwk()]}
    assert jwt("HS256").decode(token, jwks)["iss"] == "me"
    for keys, problem in (
        ({"keys": [one.private_jwk()]}, "holds 0 secrets"),
        ({"keys": [two.private_jwk(), one.private_jwk() | {"kid": "b"}]}, "holds 2 secrets"),
        ({"keys": [two.private_jwk(), key("ES256").public_jwk()]}, "mixes shared secrets with key pairs"),
        (two.private_jwk() | {"alg": "A256GCM"}, "not for HS256: its alg is 'A256GCM'"),
        (two.private_jwk() | {"use": "enc"}, "not for HS256: its alg is 'HS256', use 'enc'"),
    ):
        with pytest.raises(InvalidKeyError, match=problem):
            jwt("HS256").decode(token, keys)
