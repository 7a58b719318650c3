"""The cases of Project Wycheproof for signatures and their keys, through this package's own verification.

A public key verifies through ``JWTVerifier``, a shared secret through ``JsonWebToken``. The payloads of these cases are
no claims, so a signature that holds ends in the complaint about the payload, and in no other.
"""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from oauth_core import OAuthError
from oauth_jwt import InvalidJWTError, JsonWebToken, JWTVerifier, Key
from oauth_jwt._algorithms import ALGORITHMS
from oauth_jwt._encoding import b64url, b64url_decode
from tests.jwt.support import carry, key, vectors

CASES = [
    pytest.param(group["keys"], case, id=f"{group['file']}-{case['tcId']}-{case['comment']}")
    for group in vectors("wycheproof")["groups"]
    for case in group["tests"]
]


def holds(jws, keys):
    """Whether this package takes the signature for good; whatever else it raises is an error of its own."""
    algorithm = next((one["alg"] for one in keys if one.get("alg") in ALGORITHMS), None)
    try:
        if any(one["kty"] == "oct" for one in keys):
            JsonWebToken(["HS256", "HS384", "HS512"]).decode(jws, {"keys": keys})
        else:
            expected = (algorithm,) if algorithm else ("RS256", "ES256", "PS384", "ES512")
            carry(JWTVerifier(keys={"keys": keys}, algorithms=expected).verify(jws))
    except InvalidJWTError as exc:
        return "are no JSON object in UTF-8" in str(exc)
    except OAuthError:
        return False
    raise AssertionError("a payload that is no JSON object was taken for claims")


@pytest.mark.parametrize(("keys", "case"), CASES)
def test_wycheproof(keys, case):
    """A valid case passes and an invalid one is refused; where our verdict is stricter, the vector file says why."""
    verdict = case.get("ours", case["result"]).partition(":")[0]
    assert holds(case["jws"], keys) is (verdict == "valid")


def test_differing_verdicts_are_stricter():
    """Where this package judges otherwise than Wycheproof, it refuses what Wycheproof lets pass, never the reverse."""
    differing = [case for _, case in (one.values for one in CASES) if "ours" in case]
    assert len(differing) == 4
    assert all(case["result"] == "valid" and case["ours"].startswith("invalid: ") for case in differing)


DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
CHANGED_PADDINGS = {
    "as it should be": lambda info, digest: info + digest,
    "no DigestInfo": lambda info, digest: digest,
    "without NULL": lambda info, digest: info[:1] + b"\x2f" + info[2:3] + b"\x0b" + info[4:15] + info[17:] + digest,
    "NULL in long form": lambda info, digest: (
        info[:1] + b"\x32\x30\x0e" + info[4:15] + b"\x05\x81\x00\x04\x20" + digest
    ),
    "length in long form": lambda info, digest: b"\x30\x81\x31" + info[2:] + digest,
    "length too small": lambda info, digest: info[:1] + b"\x30" + info[2:] + digest,
    "length too large": lambda info, digest: info[:1] + b"\x32" + info[2:] + digest,
    "length indefinite": lambda info, digest: info[:1] + b"\x80" + info[2:] + digest + b"\x00\x00",
    "SHA-1 named": lambda info, digest: bytes.fromhex("3021300906052b0e03021a05000414") + digest[:20],
    "SHA-512 named": lambda info, digest: info[:14] + b"\x03" + info[15:] + digest,
    "digest cut": lambda info, digest: info + digest[:-1],
    "zeros behind": lambda info, digest: info + digest + b"\x00\x00",
    "rubbish behind": lambda info, digest: info + digest + b"\xde\xad\xbe\xef",
    "empty": lambda info, digest: b"",
}


def _raw_rsa(private: Key, block: bytes) -> str:
    """Whatever block one wants, as a signature of this key."""
    numbers = private.native.private_numbers()
    assert isinstance(private.native, rsa.RSAPrivateKey)
    value = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return b64url(value.to_bytes(len(block), "big")).decode()


def _block(content: bytes, *, start: bytes = b"\x00\x01", fill: bytes = b"\xff", end: bytes = b"\x00") -> bytes:
    return start + fill * (256 - len(start) - len(end) - len(content)) + end + content


@pytest.mark.parametrize("name", CHANGED_PADDINGS)
def test_changed_pkcs1_padding(name):
    """A signature whose PKCS #1 block is not exactly the one of its hash is refused, whoever holds the key."""
    data = b64url(b'{"alg":"RS256"}') + b".Zm9v"
    sha = Hash(SHA256())
    sha.update(data)
    block = _block(CHANGED_PADDINGS[name](DIGEST_INFO, sha.finalize()))
    jws = f"{data.decode()}.{_raw_rsa(key('RS256'), block)}"
    assert holds(jws, [key("RS256").public_jwk()]) is (name == "as it should be")


@pytest.mark.parametrize(
    "changed",
    [
        {"start": b"\x00\x02"},
        {"start": b"\x00\x00"},
        {"start": b"\x01\x01"},
        {"fill": b"\xfe"},
        {"fill": b"\x00"},
        {"end": b"\x01"},
        {"end": b""},
    ],
    ids=str,
)
def test_changed_pkcs1_frame(changed):
    """A block of another type, filled with something else or without its separator is refused."""
    data = b64url(b'{"alg":"RS256"}') + b".Zm9v"
    sha = Hash(SHA256())
    sha.update(data)
    jws = f"{data.decode()}.{_raw_rsa(key('RS256'), _block(DIGEST_INFO + sha.finalize(), **changed))}"
    assert not holds(jws, [key("RS256").public_jwk()])


@pytest.mark.parametrize(("said", "used"), [("RS256", "PS256"), ("PS256", "RS256"), ("PS512", "PS256")])
def test_wrong_primitive(said, used):
    """A signature by another algorithm of the same key than the header says is refused."""
    private = {name: value for name, value in key("RS256").private_jwk().items() if name not in {"alg", "kid"}}
    data = b64url(f'{{"alg":"{said}"}}'.encode()) + b".Zm9v"
    public = Key.load(private).public_jwk()
    right, wrong = (b64url(Key.load(private, alg=alg).sign(data)).decode() for alg in (said, used))
    assert holds(f"{data.decode()}.{right}", [public | {"alg": said}])
    assert not holds(f"{data.decode()}.{wrong}", [public | {"alg": said}])


def test_number_in_place_of_its_rest_is_refused():
    """An RSA signature that is the right number plus the modulus, or has zeros before it, is refused."""
    data = b64url(b'{"alg":"RS256"}') + b".Zm9v"
    raw = key("RS256").sign(data)
    modulus = key("RS256").native.private_numbers().public_numbers.n
    beyond = (int.from_bytes(raw, "big") + modulus).to_bytes(257, "big")
    for forged in (beyond, b"\x00" + raw, raw + b"\x00", bytes(256), (1).to_bytes(256, "big")):
        jws = f"{data.decode()}.{b64url(forged).decode()}"
        assert b64url_decode(jws.rpartition(".")[2].encode()) == forged
        assert not holds(jws, [key("RS256").public_jwk()])
