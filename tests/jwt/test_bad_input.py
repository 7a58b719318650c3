"""Hostile and broken tokens: each is refused with its own message, before anything in it is used.

The kinds of change are those of the public collections of JWS attacks (missing and extra parts, changed parts, none,
embedded keys, symmetric confusion, JSON serialisation); the keys and texts are made here.
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from oauth_core import OAuthError, UsageError
from oauth_jwt import InvalidJWTError, InvalidKeyError, JsonWebToken, JWTVerifier, Key
from oauth_jwt._compact import MAX_SIZE
from oauth_jwt._encoding import b64url, b64url_decode, json_object
from tests.jwt.support import NOW, SECRET, Clock, carry, key, sign
from tests.jwt.test_keys import public_pem

CLAIMS = {"sub": "jane", "exp": NOW + 60}


def verify(token, alg="ES256", **options):
    options.setdefault("keys", key(alg).public_jwk() if not alg.startswith("HS") else None)
    return carry(JWTVerifier(algorithms=(alg,), clock=Clock(), **options).verify(token))


def refused(token, message, claim=None, **options):
    with pytest.raises(InvalidJWTError, match=message) as caught:
        verify(token, **options)
    assert caught.value.claim == (claim or ("signature" if "does not hold" in str(caught.value) else None))
    assert isinstance(caught.value, OAuthError)
    text = str(caught.value) + repr(caught.value)
    if isinstance(token, str) and len(token) > 60:
        assert token.rpartition(".")[2][:40] not in text or not token.rpartition(".")[2]


def test_good_token_passes():
    """The token that the others are made from is good."""
    assert verify(sign(CLAIMS, key("ES256")))[1] == CLAIMS


def test_header_that_was_returned_is_the_callers():
    """What a caller does to a header that it was given changes nothing for the next token with the same one."""
    token = sign(CLAIMS, key("ES256"), {"typ": "at+jwt"})
    header, _ = verify(token)
    header.clear()
    assert verify(token)[0]["typ"] == "at+jwt"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h, p, s: f"{h}.{p}", "has 2 parts instead of the 3"),
        (lambda h, p, s: f"{p}.{s}", "has 2 parts"),
        (lambda h, p, s: h, "has 1 parts"),
        (lambda h, p, s: "", "has 1 parts"),
        (lambda h, p, s: f"{h}.{p}.{s}.", "has 4 parts"),
        (lambda h, p, s: f"{h}.{p}.{s}.foo", "has 4 parts"),
        (lambda h, p, s: f"{h}.{p}.", "signature of the JWT does not hold"),
        (lambda h, p, s: f"{h}..{s}", "signature of the JWT does not hold"),
        (lambda h, p, s: f".{p}.{s}", "header of the JWT is not base64url JSON"),
        (lambda h, p, s: f".{p}.", "header of the JWT is not base64url JSON"),
        (lambda h, p, s: f"{h}.{p}.{s[:-2]}", "does not hold|not base64url"),
        (lambda h, p, s: f"{h}.{p}.{s}AAAA", "signature of the JWT does not hold"),
        (lambda h, p, s: f"{h}.{p}.{s}==", "not base64url without padding"),
        (lambda h, p, s: f"{h}=.{p}.{s}", "not base64url JSON"),
        (lambda h, p, s: f"{h}.{p} .{s}", "not base64url without padding"),
        (lambda h, p, s: f"{h}.{p}\n.{s}", "not base64url without padding"),
        (lambda h, p, s: f"{h}.{p}.{s[:10]}+{s[11:]}", "not base64url without padding"),
        (lambda h, p, s: f"{h}.{p}.é{s}", "characters that no JWT has"),
        (
            lambda h, p, s: json.dumps({"payload": p, "protected": h, "signature": s}),
            "it is JSON, and a JWT is in the comp",
        ),
    ],
)
def test_broken_shape_is_refused(change, message):
    """Missing, extra and changed parts, padding, foreign characters and JSON serialisation are refused."""
    refused(change(*sign(CLAIMS, key("ES256")).split(".")), message)


def test_loose_bits_are_refused():
    """A last character whose unused bits are not zero is refused: the same bytes have one text."""
    head, body, signature = sign(CLAIMS, key("ES256")).split(".")
    last = signature[-1]
    twin = next(c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in "AQgw" and c != last)
    refused(f"{head}.{body}.{signature[:-1]}{twin}", "not base64url without padding")
    for bad in (b"A", b"AB", b"AAB", b"AA=", b"A A"):
        with pytest.raises(ValueError):
            b64url_decode(bad)
    for data in (b"", b"a", b"ab", b"abc", bytes(range(256))):
        assert b64url_decode(b64url(data)) == data


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("crit", ["exp"], "demands an extension"),
        ("crit", [], "demands an extension"),
        ("jwk", {"kty": "oct"}, "brings its own key"),
        ("jku", "https://evil.example/jwks", "names an address of keys"),
        ("x5u", "https://evil.example/cert", "names an address of certificates"),
        ("b64", False, "unencoded payload"),
        ("zip", "DEF", "compressed content"),
    ],
)
def test_header_brings_no_policy(parameter, value, message):
    """A header that brings a key, an address, or rules is refused by the parameter's name."""
    refused(sign(CLAIMS, key("ES256"), {parameter: value}), f"'{parameter}': .*{message}", parameter)


def test_embedded_key_is_not_believed():
    """A token signed with the key in its own header is refused."""
    own = Key.generate("ES256")
    refused(sign(CLAIMS, own, {"jwk": own.public_jwk()}), "brings its own key", "jwk")


@pytest.mark.parametrize(
    ("header", "message", "claim"),
    [
        (b"{}", "needs 'alg' as text", "alg"),
        (b'{"alg":1}', "needs 'alg' as text", "alg"),
        (b'{"alg":["ES256"]}', "needs 'alg' as text", "alg"),
        (b'{"alg":""}', "needs 'alg' as text", "alg"),
        (b'{"alg":"ES256","kid":7}', "needs 'kid' as text", "kid"),
        (b'{"alg":"ES256","kid":null}', "needs 'kid' as text", "kid"),
        (b'{"alg":"none"}', r"it is not signed \(alg: none\), expected ES256", "alg"),
        (b'{"alg":"nOnE"}', "it is not signed", "alg"),
        (b'{"alg":"HS256"}', "its alg is 'HS256', expected ES256", "alg"),
        (b'{"alg":"ES256","alg":"none"}', "ambiguous: the member 'alg' is repeated", None),
        (b'["ES256"]', "not base64url JSON", None),
        (b'{"alg":"ES256"', "not base64url JSON", None),
        (b"\xff\xfe", "not base64url JSON", None),
        (b"[" * 3000, "not base64url JSON", None),
        (b'{"alg":"ES256","pad":"' + b"x" * 17000 + b'"}', "larger than 16384", None),
    ],
)
def test_broken_header_is_refused(header, message, claim):
    """A header without a usable alg, with repeated members, or that is no small JSON object is refused."""
    refused(sign(CLAIMS, key("ES256"), header), message, claim)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b'{"sub":"jane","sub":"eve"}', "ambiguous: the member 'sub' is repeated"),
        (b'{"a":{"b":1,"b":2}}', "ambiguous: the member 'b' is repeated"),
        (b"[]", "no JSON object"),
        (b'"text"', "no JSON object"),
        (b"", "no JSON object"),
        (b'{"a":NaN}', "NaN is not JSON"),
        (b'{"a":Infinity}', "Infinity is not JSON"),
        (b'{"a":1}x', "no JSON object"),
        (b'{"a":"\xff"}', "no JSON object"),
        (b'{"a":' + b"[" * 20000, "nested too deeply"),
        (b'{"a":' + b"1" * 5000 + b"}", "no JSON object"),
    ],
)
def test_broken_payload_is_refused(payload, message):
    """A signed payload that is no unambiguous JSON object is refused all the same."""
    refused(sign(payload, key("ES256")), message)


def test_oversized_token_is_refused_before_it_is_read():
    """A token above the limit is refused unread, whatever is in it; the limit can be set."""
    refused("A" * (MAX_SIZE + 1), "larger than 65536 characters")
    refused(sign(CLAIMS, key("ES256")), "larger than 50 characters", max_size=50)
    with pytest.raises(TypeError, match="pass the text of the JWT"):
        verify(None)


def test_public_key_is_no_shared_secret():
    """Key confusion: neither PEM nor JWK of a public key verifies an HMAC made with it."""
    pem = public_pem(key("ES256").native).decode()
    for text in (pem, pem.strip(), json.dumps(key("ES256").public_jwk())):
        forged = sign(CLAIMS, Key.from_secret(text))
        refused(forged, "its alg is 'HS256', expected ES256", "alg")
    forged = sign(CLAIMS, Key.from_secret(pem))
    with pytest.raises(InvalidKeyError, match="is a key pair, which does not serve"):
        verify(forged, "HS256", client_secret=pem)
    with pytest.raises(UsageError, match="needs the client's secret"):
        verify(forged, "HS256", keys=key("ES256").public_jwk())
    with pytest.raises(InvalidKeyError, match="needs a shared secret; a key pair, or its public half, must not serve"):
        JsonWebToken(["HS256"]).decode(forged, pem)


def test_empty_secret_verifies_nothing():
    """An empty secret verifies no token, not even one signed with nothing."""
    forged = sign(CLAIMS, Key(b"", alg="HS256"))
    for secret in ("", lambda: ""):
        with pytest.raises(UsageError, match="empty"):
            verify(forged, "HS256", client_secret=secret)


def test_no_keys_verify_nothing():
    """An empty JWK set, or one of nothing but secrets or unknown kinds, has no key; nothing at all asks for one."""
    token = sign(CLAIMS, key("ES256"))
    secret = {"kty": "oct", "k": b64url(SECRET.encode()).decode(), "kid": key("ES256").kid}
    for keys in ([], [secret], [{"kty": "unknown"}, "no object", None], [{}]):
        refused(token, "server has no key with the kid|server's key .* cannot be used", "kid", keys={"keys": keys})
    with pytest.raises(UsageError, match="pass keys= or a jwks_uri"):
        verify(token, keys=None)
    for nothing in ("", b"", "  "):
        with pytest.raises(InvalidKeyError, match="the key is empty"):
            Key.load(nothing)
    with pytest.raises(InvalidKeyError, match="this JWK has no 'k'"):
        Key.load({"kty": "oct", "k": ""})


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_degenerate_ecdsa_signatures_are_refused(r, s):
    """ECDSA signatures of zeros, and those in DER, are refused."""
    head, body, signature = sign(CLAIMS, key("ES256")).split(".")
    fake = b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    refused(f"{head}.{body}.{fake}", "does not hold")
    raw = b64url_decode(signature.encode())
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    refused(f"{head}.{body}.{b64url(der).decode()}", "does not hold")


def test_key_of_another_curve_or_type_does_not_fit():
    """A key of the wrong curve or type, or one that says another algorithm or use, verifies nothing."""
    token = sign(CLAIMS, key("ES256"))
    es256 = {name: value for name, value in key("ES256").public_jwk().items() if name not in {"alg", "use"}}
    for wrong in (
        key("ES384").public_jwk() | {"kid": key("ES256").kid},
        key("RS256").public_jwk() | {"kid": key("ES256").kid},
        es256 | {"use": "enc"},
    ):
        refused(token, "the server has no key with the kid", "kid", keys=wrong)
    assert verify(token, keys=es256)[1] == CLAIMS
    refused(token, "cannot be used", "kid", keys=es256 | {"alg": "RS256"})


def test_messages_hold_no_secret():
    """No refusal shows the secret, the token or a claim's value that was not asked for."""
    token = sign({"sub": "jane", "password": "hunter2", "exp": 1}, Key.from_secret(SECRET))
    with pytest.raises(InvalidJWTError) as caught:
        verify(token, "HS256", client_secret=SECRET + "x")
    shown = str(caught.value) + repr(caught.value)
    for secret in (SECRET, token, "hunter2", token.split(".")[1]):
        assert secret not in shown


def test_strict_json_reads_what_is_right():
    """The strict reader gives the same as the ordinary one for JSON that is right."""
    for value in ({}, {"a": [1, 2.5, None, True, {"b": "ü"}]}, {"n": -1e300}):
        assert json_object(json.dumps(value).encode()) == value
