"""What joserfc lets pass and this package does not: each trap is shown to be there, and shown to be closed."""

import json
import warnings

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from oauth_jwt import IDTokenValidator, InvalidJWTError, InvalidKeyError, JsonWebToken, JWTVerifier, Key, WeakKeyWarning
from oauth_jwt._encoding import b64url
from tests.jwt.support import CLIENT, ISSUER, NONCE, NOW, SECRET, Clock, carry, id_claims, key, sign


def joserfc_takes(token, known, **options):
    """The claims as joserfc alone reads them; what it only warns about passes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.decode(token, jwk.import_key(known), **options).claims


def validate(token, signer, clock=None, **options):
    """The ID token, judged by the rules of a client with one registered algorithm."""
    rules = IDTokenValidator(
        ISSUER, CLIENT, signer.public_jwk(), algorithms=(signer.alg,), clock=clock or Clock(), **options
    )
    return carry(rules.validate(token, nonce=NONCE))


def test_expired_token():
    """`jwt.decode` of joserfc does not look at `exp`; every call of this package does."""
    token = sign(id_claims(exp=NOW - 3600, iat=NOW - 7200), key("ES256"))
    assert joserfc_takes(token, key("ES256").public_jwk())["exp"] == NOW - 3600
    with pytest.raises(InvalidJWTError, match="expired 3600 seconds ago") as caught:
        validate(token, key("ES256"))
    assert caught.value.claim == "exp"
    with pytest.raises(InvalidJWTError, match="expired 3600 seconds ago"):
        JsonWebToken(["ES256"], clock=Clock()).decode(token, key("ES256").public_jwk())


def test_repeated_members():
    """Of two members of one name joserfc takes the last; here both the header's and the claims' are refused."""
    twice = json.dumps(id_claims())[:-1].encode() + b',"sub":"eve"}'
    token = sign(twice, key("ES256"))
    assert joserfc_takes(token, key("ES256").public_jwk())["sub"] == "eve"
    with pytest.raises(InvalidJWTError, match="claims of the ID token are ambiguous: the member 'sub' is repeated"):
        validate(token, key("ES256"))
    token = sign(id_claims(), key("ES256"), b'{"alg":"ES256","kid":"one","kid":"two"}')
    assert joserfc_takes(token, key("ES256").public_jwk())["sub"] == "jane"
    with pytest.raises(InvalidJWTError, match="header of the ID token is ambiguous: the member 'kid' is repeated"):
        validate(token, key("ES256"))


def test_short_secret():
    """A short secret makes joserfc warn; here it is refused, and the server's choice is warned about."""
    short = "too short"
    token = sign(id_claims(), Key.from_secret(short))
    assert joserfc_takes(token, {"kty": "oct", "k": b64url(short.encode()).decode()})["sub"] == "jane"
    with pytest.raises(InvalidKeyError, match="HS256 needs a secret of at least 32 bytes, this one has 9"):
        JsonWebToken(["HS256"], clock=Clock()).decode(token, short)
    with pytest.warns(WeakKeyWarning, match="at least 32 bytes; this client_secret has 9"):
        assert carry(JWTVerifier(algorithms=("HS256",), client_secret=short).verify(token))[1]["sub"] == "jane"


def test_weak_rsa_key():
    """Alone, joserfc verifies with an RSA key of 1024 bits; here such a key neither verifies nor signs."""
    weak = Key(rsa.generate_private_key(65537, 1024), kid="weak")  # noqa: S505 - what must be refused
    token = sign(id_claims(), weak)
    assert joserfc_takes(token, weak.public_jwk())["sub"] == "jane"
    with pytest.raises(
        InvalidJWTError, match="server's key cannot be used: RS256 needs an RSA key of at least 2048 bits"
    ):
        validate(token, weak)
    with pytest.raises(InvalidKeyError, match="at least 2048 bits, this one has 1024"):
        weak.ready()


def test_algorithm_of_the_token():
    """Where none is named, joserfc takes any algorithm that it recommends; here the registered one counts alone."""
    for alg in ("RS256", "ES256"):
        token = sign(id_claims(), key(alg))
        assert joserfc_takes(token, key(alg).public_jwk())["sub"] == "jane"
        rules = IDTokenValidator(ISSUER, CLIENT, key(alg).public_jwk(), algorithms=("PS256",), clock=Clock())
        with pytest.raises(InvalidJWTError, match=f"its alg is '{alg}', expected PS256") as caught:
            carry(rules.validate(token, nonce=NONCE))
        assert caught.value.claim == "alg"


def test_algorithms_to_be_named():
    """Unless they are named, joserfc refuses PS256 and EdDSA; here they need no more than their registration."""
    for alg in ("PS256", "EdDSA"):
        token = sign(id_claims(), key(alg))
        with pytest.raises(JoseError, match=f"{alg}. is not recommended"):
            joserfc_takes(token, key(alg).public_jwk())
        assert validate(token, key(alg)).sub == "jane"


def test_secret_of_the_right_length():
    """A secret of just the digest's length is taken without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        token = sign(id_claims(), Key.from_secret(SECRET[:32]))
        rules = JWTVerifier(algorithms=("HS256",), client_secret=SECRET[:32])
        assert carry(rules.verify(token))[1]["sub"] == "jane"
