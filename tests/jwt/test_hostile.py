"""Tokens made to hurt: each is refused at once, with an error of ours that names what is wrong and shows no secret."""

import json
import time
import warnings

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jwk

from oauth_jwt import IDTokenValidator, InvalidJWTError, InvalidKeyError, JsonWebToken, JWTVerifier, Key
from oauth_jwt._claims import half_hash
from oauth_jwt._encoding import b64url, b64url_decode, json_object
from tests.jwt.support import CLIENT, ISSUER, NONCE, NOW, SECRET, Clock, carry, id_claims, key, sign

RSA = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
ECDH = {"alg": "ECDH-ES", "enc": "A256GCM"}


def validate(token, *, signer=None, **options):
    rules = IDTokenValidator(ISSUER, CLIENT, (signer or key()).public_jwk(), clock=Clock(NOW + 0.5), **options)
    return carry(rules.validate(token, nonce=NONCE))


def refused(token, message, claim=None, **options):
    began = time.perf_counter()
    with pytest.raises(InvalidJWTError, match=message) as caught:
        validate(token, **options)
    assert time.perf_counter() - began < 1
    assert caught.value.claim == claim
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("far", [10**400, -(10**400), 1e300, 10**20])
def test_times_beyond_all_times(name, far):
    """A time of four hundred digits is no time: it neither passes, nor ends in an error of arithmetic."""
    refused(sign(id_claims(**{name: far}), key()), f"holds no number in '{name}'", name, leeway=60.0)


def test_login_beyond_all_times():
    """The same holds for the time of the login."""
    rules = IDTokenValidator(ISSUER, CLIENT, key().public_jwk(), clock=Clock())
    with pytest.raises(InvalidJWTError, match="holds no number in 'auth_time'"):
        carry(rules.validate(sign(id_claims(auth_time=-(10**400)), key()), nonce=NONCE, max_age=5.0))


def test_infinite_time():
    """A number that is too large for a float reads as infinity and is refused as a time."""
    payload = json.dumps(id_claims()).replace(str(NOW + 300), "1e999").encode()
    refused(sign(payload, key()), "holds no number in 'exp'", "exp")


@pytest.mark.parametrize("name", ["nonce", "sub", "at_hash", "iss", "anything"])
def test_half_a_character(name):
    """An escape that is half a character is refused wherever it stands, since nothing can write it down."""
    refused(sign(id_claims(**{name: "\ud800"}), key()), "no JSON object in UTF-8: it holds half a character")
    assert json_object(json.dumps({"a": "\U0001f600 \\ud800"}).encode()) == {"a": "\U0001f600 \\ud800"}
    header = b'{"alg":"RS256","kid":"\\udfff"}'
    refused(sign(id_claims(), key(), header), "header of the ID token is not base64url JSON")


def test_repetition_after_many_members():
    """The repeated one of thousands of members is found at once."""
    payload = b"{" + b",".join(b'"%x":1' % number for number in range(5000)) + b',"1387":2}'
    refused(sign(payload, key()), "the member '1387' is repeated")


def test_escapes_in_names_and_values():
    """Escapes are read before anything is compared: they neither hide a second `alg` nor make another of it."""
    assert validate(sign(id_claims(), key(), b'{"alg":"\\u0052S256"}')).sub == "jane"
    refused(sign(id_claims(), key(), b'{"alg":"RS256","\\u0061lg":"none"}'), "the member 'alg' is repeated")
    refused(sign(id_claims(), key(), b'{"alg":"\\u006eone"}'), "it is not signed", "alg")


@pytest.mark.parametrize("kid", ["../../../etc/passwd", "x' OR 1=1;--", "\x00\n\x1b[2J", "A" * 12000])
def test_name_of_a_key_is_only_compared(kid):
    """A `kid` that is a path or a query names no key; a message quotes its beginning, control characters escaped."""
    with pytest.raises(InvalidJWTError, match="no key with the kid") as caught:
        validate(sign(id_claims(), key(), {"kid": kid}))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_certificates_in_a_header_are_not_looked_at():
    """`x5c` proves nothing: a token with another's chain is refused by its signature, a good one passes with any."""
    own = Key.generate("RS256")
    chain = [b64url(own.public().native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()]
    header = {"kid": key().kid, "x5c": chain, "x5t#S256": own.thumbprint()}
    refused(sign(id_claims(), own, header), "signature of the ID token does not hold", "signature")
    refused(sign(id_claims(), own, {"x5c": chain}), "no key with the kid", "kid")
    assert validate(sign(id_claims(), key(), {"x5c": ["A" * 2000] * 3})).sub == "jane"


def test_header_with_members_of_its_own_is_not_shared():
    """What a caller does inside a header that holds a list changes nothing for the next token with the same one."""
    token = sign(id_claims(), key(), {"x5c": ["AAAA"]})
    validate(token).header["x5c"].append("BBBB")
    assert validate(token).header["x5c"] == ["AAAA"]


def test_signed_token_inside_a_signed_token():
    """A signed JWT in a signed JWT has no claims."""
    refused(sign(sign(id_claims(), key()).encode(), key()), "claims of the ID token are no JSON object")


def test_only_text_is_a_token():
    """What is no text is a mistake of the caller, encrypted tokens included."""
    for options in ({}, {"decryption_keys": (key("ES256"),)}):
        with pytest.raises(TypeError, match="pass the text of the JWT"):
            carry(JWTVerifier(key().public_jwk(), **options).verify(None))


def test_trusted_audiences_are_compared_whole():
    """`azp` is one of the trusted parties as a whole, whatever it is."""
    for azp in (["other"], {"a": 1}, "oth", 5, None):
        refused(
            sign(id_claims() | {"azp": azp}, key()), "another client", "azp", trusted_audiences=frozenset({"other"})
        )
    assert validate(sign(id_claims(azp="other"), key()), trusted_audiences=("other",)).sub == "jane"
    with pytest.raises(TypeError, match=r"trusted_audiences is a tuple of names: \('other',\)"):
        IDTokenValidator(ISSUER, CLIENT, trusted_audiences="other")


# Hashes


def test_hash_follows_the_curve():
    """`at_hash` under EdDSA is SHA-512 for Ed25519 and 114 bytes of SHAKE256 for Ed448, whichever name `alg` has."""
    ed448 = Key(Key.generate("Ed448").native, kid="448")
    assert ed448.alg == "EdDSA"
    ed25519 = key("EdDSA")
    for signer, right, wrong in ((ed448, "Ed448", "EdDSA"), (ed25519, "Ed25519", "Ed448")):
        rules = IDTokenValidator(ISSUER, CLIENT, signer.public_jwk(), algorithms=("EdDSA",), clock=Clock())

        def check(name, rules=rules, signer=signer):
            claims = id_claims(at_hash=half_hash("token", name))
            direct = carry(rules.validate(sign(claims, signer), nonce=NONCE, access_token="token"))
            front = carry(rules.validate_front_channel(sign(claims, signer), nonce=NONCE, access_token="token"))
            return direct == front

        assert check(right)
        with pytest.raises(InvalidJWTError, match="'at_hash' of the ID token does not belong"):
            check(wrong)
    assert len(b64url_decode(half_hash("token", "Ed448").encode())) == 57
    assert len(b64url_decode(half_hash("token", "EdDSA").encode())) == 32


# Encrypted tokens


def encrypted(plain, header, owner):
    names = ("alg", "kid", "use")
    known = jwk.import_key({name: value for name, value in owner.public_jwk().items() if name not in names})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [header["alg"], header["enc"], *([header["zip"]] if "zip" in header else [])]
        registry = jwe.JWERegistry(algorithms=names, strict_check_header=False)
        return jwe.encrypt_compact(header, plain, known, registry=registry)


def owner(header):
    return key("RS256", 9) if header["alg"].startswith("RSA") else key("ES256", 9)


def for_us(header, plain=None):
    """An ID token, encrypted for the client as the header says."""
    return encrypted(plain or sign(id_claims(), key()).encode(), header, owner(header))


def opened(token, message=None, claim=None):
    options = {"decryption_keys": (key("RS256", 9), key("ES256", 9))}
    if message is None:
        return validate(token, **options)
    return refused(token, message, claim, **options)


def with_header(token, header):
    return b64url(json.dumps(header).encode()).decode() + "." + token.partition(".")[2]


def test_what_is_encrypted_well_is_read():
    """The tokens that the others are made from are good."""
    for header in (RSA, ECDH):
        assert opened(for_us(header)).sub == "jane"


@pytest.mark.parametrize(
    ("header", "message", "claim"),
    [
        (RSA | {"zip": "DEF"}, "compressed content is not accepted", "zip"),
        (RSA | {"alg": "RSA1_5"}, "encrypted with alg='RSA1_5', expected RSA-OAEP", "alg"),
    ],
)
def test_kinds_of_encryption_that_are_refused(header, message, claim):
    """Compressed content and RSA with PKCS #1 v1.5 are refused before anything is decrypted."""
    opened(for_us(header), message, claim)


@pytest.mark.parametrize(
    ("header", "message", "claim"),
    [
        ({"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 10_000_000, "p2s": "AAAA"}, "alg='PBES2", "alg"),
        ({"alg": "dir", "enc": "A256GCM"}, "alg='dir'", "alg"),
        ({"alg": "none", "enc": "A256GCM"}, "alg='none'", "alg"),
        (RSA | {"enc": "A256CBC"}, "enc='A256CBC'", "enc"),
        (RSA | {"enc": []}, "needs 'enc' as text", "enc"),
        (RSA | {"p2c": 10_000_000}, "cannot be decrypted", None),
        (RSA | {"kid": ["a"]}, "no decryption key fits", "kid"),
        (RSA | {"apu": "A" * 20000}, "larger than 16384", None),
        (RSA | {"crit": ["exp"]}, "demands an extension", "crit"),
    ],
)
def test_headers_of_encrypted_tokens(header, message, claim):
    """Costly, foreign and malformed headers are refused before anything costly is done."""
    opened(with_header(for_us(RSA), header), message, claim)


def test_points_off_the_curve():
    """A point that is not on the client's curve, or is no point, gives no shared secret (RFC 8725 §3.4)."""
    token = for_us(ECDH)
    epk = json.loads(b64url_decode(token.partition(".")[0].encode()))["epk"]
    bad = [None, "x", [], 5, {}, epk | {"y": epk["x"]}, epk | {"x": [1]}, epk | {"crv": "P-384"}, epk | {"crv": []}]
    bad += [epk | {"x": "A" * 43, "y": "A" * 43}, epk | {"x": "A" * 2000}, epk | {"kty": "x"}, epk | {"key_ops": 5}]
    bad += [{"kty": "OKP", "crv": "X25519", "x": "A" * 43}, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": "AQAB"}]
    for point in bad:
        opened(with_header(token, ECDH | {"epk": point}), "cannot be decrypted")
    opened(with_header(token, ECDH), "cannot be decrypted")
    for more in ({"apu": 5}, {"apu": "!"}, {"apv": []}, {"apu": "A" * 2900}):
        opened(with_header(token, ECDH | {"epk": epk} | more), "cannot be decrypted")


@pytest.mark.parametrize("header", [RSA, RSA | {"enc": "A128CBC-HS256"}, ECDH | {"alg": "ECDH-ES+A128KW"}])
@pytest.mark.parametrize("part", [1, 2, 3, 4])
@pytest.mark.parametrize("text", ["", "A", "AAAA", "!", "A" * 3000])
def test_parts_of_encrypted_tokens(header, part, text):
    """Each part that is missing, cut, foreign or too long is refused."""
    parts = for_us(header).split(".")
    parts[part] = text
    opened(".".join(parts), "cannot be decrypted")


def test_encrypted_more_than_once():
    """What was opened must be a signed JWT: not another encrypted one, not claims, not text."""
    twice = for_us(RSA, for_us(RSA).encode())
    opened(twice, "encrypted more than once")
    opened(for_us(RSA, twice.encode()), "encrypted more than once")
    opened(for_us(RSA, json.dumps(id_claims()).encode()), "it is JSON, and a JWT is in the compact form")
    opened(for_us(RSA, b"hello"), "has 1 parts instead of the 3")


# Public keys as secrets


def public_forms():
    native = key().public().native
    spki = PublicFormat.SubjectPublicKeyInfo
    yield native.public_bytes(Encoding.PEM, spki)
    yield native.public_bytes(Encoding.DER, spki)
    yield key("EdDSA").public().native.public_bytes(Encoding.DER, spki)
    yield native.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    yield json.dumps(key().public_jwk()).encode()
    yield json.dumps({"keys": [key().public_jwk()]}, indent=1).encode()


@pytest.mark.parametrize("public", list(public_forms()), ids=["PEM", "DER", "DER-Ed25519", "SSH", "JWK", "set"])
def test_public_key_in_any_form_is_no_secret(public):
    """Key confusion: no published form of a public key, its JSON included, verifies an HMAC that was made with it."""
    forged = sign(id_claims(), Key.from_secret(public))
    both = JsonWebToken(["RS256", "HS256"], clock=Clock())
    with pytest.raises(InvalidKeyError, match="a key pair, or its public half, must not serve"):
        both.decode(forged, public)
    with pytest.raises(InvalidKeyError, match="must not serve"):
        both.encode({"alg": "HS256"}, {}, public)
    if public.isascii():
        with pytest.raises(InvalidKeyError, match="is a key pair, which does not serve as a shared secret"):
            carry(JWTVerifier(algorithms=("HS256",), client_secret=public.decode()).verify(forged))


def test_secrets_that_look_like_something_else():
    """A secret that begins like JSON or DER and is neither is a secret; the JSON of an `oct` key is read as one."""
    jwt = JsonWebToken(["HS256"], clock=Clock())
    for secret in (b"{" + b"x" * 40, b'{"a":1}' + b" " * 40, b"0" + bytes([38]) + b"x" * 38, b"0\x81\x25" + b"x" * 37):
        assert jwt.decode(sign(id_claims(), Key.from_secret(secret)), secret)["sub"] == "jane"
    entry = {"kty": "oct", "k": b64url(SECRET.encode()).decode(), "kid": "s"}
    for text in (json.dumps(entry), json.dumps({"keys": [entry]})):
        assert jwt.decode(sign(id_claims(), Key.from_secret(SECRET)), text)["sub"] == "jane"
        assert jwt.decode(jwt.encode({"alg": "HS256"}, id_claims(), text), SECRET)["sub"] == "jane"
