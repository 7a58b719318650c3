"""Request objects: what is in the query, signed, addressed, and encrypted where wanted."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from oauth_core import UsageError
from oauth_jwt import InvalidJWKSetError, InvalidKeyError, JWTVerifier, Key, RequestObject
from oauth_jwt._jose import encrypt
from tests.jwt.support import CLIENT, ISSUER, NOW, SECRET, Clock, KeyServer, carry, decode, key


def maker(**options):
    options.setdefault("key", key("ES256"))
    return RequestObject(CLIENT, ISSUER, **{"clock": Clock()} | options)


def test_object_holds_the_parameters_and_its_addresses():
    """The object holds the parameters, always with iss, aud and client_id, its times and a fresh identifier."""
    parameters = {"response_type": "code", "scope": "openid", "state": "s", "max_age": "60"}
    first, second = carry(maker().sign(parameters)), carry(maker().sign(parameters))
    header, claims = decode(first)
    assert header == {"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": key("ES256").kid}
    assert claims.pop("jti") != decode(second)[1]["jti"]
    assert claims == {
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "max_age": 60,
        "client_id": CLIENT,
        "iss": CLIENT,
        "aud": ISSUER,
        "nbf": NOW,
        "iat": NOW,
        "exp": NOW + 300,
    }
    carry(JWTVerifier(key("ES256").public_jwk(), ("ES256",), clock=Clock()).verify(first))


def test_json_and_repeated_parameters_keep_their_shape():
    """``claims`` is JSON in the object, a repeated parameter a list."""
    asked = {"id_token": {"acr": {"essential": True}}}
    claims = decode(carry(maker().sign([("claims", json.dumps(asked)), *(("resource", r) for r in "abc")])))[1]
    assert claims["claims"] == asked
    assert claims["resource"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"request": "x"}, "'request' must not stand"),
        ({"request_uri": "x"}, "'request_uri' must not stand"),
        ({"client_secret": "x"}, "'client_secret' must not stand"),
        ({"claims": "{"}, "'claims' must be JSON"),
        ({"max_age": "soon"}, "'max_age' must be a number"),
    ],
)
def test_wrong_parameters_are_refused(parameters, message):
    """Secrets, objects in objects and broken JSON are refused."""
    with pytest.raises(UsageError, match=message):
        carry(maker().sign(parameters))


def test_object_is_signed_by_any_key():
    """A shared secret needs its algorithm said; a signer and an RSA key work; client and audience are needed."""
    assert decode(carry(maker(key=Key.from_secret(SECRET), alg="HS256").sign({})))[0]["alg"] == "HS256"
    with pytest.raises(InvalidKeyError, match="pass alg='HS256'"):
        maker(key=Key.from_secret(SECRET))
    signed = carry(maker(key=key("PS256").sign, alg="PS256", kid="hsm").sign({}))
    assert decode(signed)[0]["kid"] == "hsm"
    with pytest.raises(UsageError, match="pass both"):
        RequestObject("", ISSUER, key("ES256"))
    assert repr(maker()) == f"<RequestObject of {CLIENT!r} for {ISSUER!r}>"


def test_object_is_encrypted_to_the_server():
    """With the server's keys the object is signed, then encrypted; the keys may be fetched."""
    own = key("RS256", 7)
    published = {**own.public_jwk(), "use": "enc", "alg": "RSA-OAEP-256"}
    for keys, server in (({"keys": [published]}, None), ("https://op.example/jwks", KeyServer(published))):
        token = carry(maker(encryption_keys=keys).sign({"state": "s"}), *([server] if server else []))
        assert token.count(".") == 4
        opened = JWTVerifier(
            key("ES256").public_jwk(), ("ES256",), decryption_keys=(own.private_jwk() | {"use": "enc"},), clock=Clock()
        )
        assert carry(opened.verify(token))[1]["state"] == "s"
    with pytest.raises(InvalidJWKSetError, match="no key to encrypt to"):
        carry(maker(encryption_keys={"keys": [key("EdDSA").public_jwk()]}, encryption_alg="ECDH-ES").sign({}))
    with pytest.raises(InvalidKeyError, match="unknown encryption 'RSA1_5'"):
        carry(maker(encryption_keys={"keys": [published]}, encryption_alg="RSA1_5").sign({}))


def test_servers_keys_are_fetched_once():
    """The keys at an address are fetched for the first object and kept for the next ones."""
    server = KeyServer({**key("RS256", 7).public_jwk(), "use": "enc", "alg": "RSA-OAEP-256"})
    made = maker(encryption_keys="https://op.example/jwks")
    for _ in range(3):
        carry(made.sign({"state": "s"}), server)
    assert len(server.requests) == 1


def test_weak_key_of_the_server_is_not_encrypted_to():
    """An RSA key below 2048 bits keeps no secret, so nothing is encrypted to it (RFC 7518 §4.3)."""
    weak = Key(rsa.generate_private_key(65537, 1024), kid="weak", use="enc")  # noqa: S505 - what must be refused
    with pytest.raises(InvalidKeyError, match="RSA-OAEP-256 needs an RSA key of at least 2048 bits"):
        carry(maker(encryption_keys=weak.public()).sign({}))
    with pytest.raises(InvalidKeyError, match="decryption needs an RSA key of at least 2048 bits"):
        JWTVerifier(key("ES256").public_jwk(), ("ES256",), decryption_keys=(weak,))


def test_key_that_cannot_decrypt_is_refused_at_once():
    """A public key, a secret, or a key that only signs is refused when the verifier is made."""
    with pytest.raises(InvalidKeyError, match="ECDH-ES cannot encrypt to this key of type Ed25519"):
        encrypt(b"", key("EdDSA").public(), alg="ECDH-ES", enc="A256GCM", header={})
    for wrong, kind in ((key().public(), "public"), (Key.from_secret(SECRET), "secret"), (key("EdDSA"), "Ed25519")):
        with pytest.raises(InvalidKeyError, match=f"this one is a {kind} key"):
            JWTVerifier(key().public_jwk(), decryption_keys=(wrong,))
