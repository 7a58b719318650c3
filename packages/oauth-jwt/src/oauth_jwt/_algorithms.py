"""The signature algorithms of JOSE, and what signs with a key of ``cryptography`` (RFC 7518 §3, 8037, 8812, 9864).

Rules of this room: one row an algorithm; one key type an algorithm; signing goes straight to ``cryptography`` (HMAC
to the standard library). Weak keys are refused here, for signing and for verifying.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

from ._errors import InvalidKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    from ._jwk import PrivateKey, PublicKey

__all__ = [
    "ALGORITHMS",
    "ASYMMETRIC",
    "Algorithm",
    "check_rsa",
    "check_strength",
    "default_algorithm",
    "make_signer",
    "raw_ecdsa",
]

Sign: TypeAlias = Callable[[bytes], bytes]

MIN_RSA_BITS: Final = 2048
# Those below 168 modulo which 65537 does not generate every remainder, so that they tell something.
_ROCA_PRIMES: Final = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)


class Algorithm(NamedTuple):
    """One row: ``hash`` names the digest (also of ``at_hash`` and its like), ``size`` the bytes of one ECDSA number."""

    name: str
    kty: str
    hash: str
    curves: tuple[str, ...] = ()
    size: int = 0


def _rows() -> dict[str, Algorithm]:
    rows = [
        Algorithm(f"{kind}{bits}", kty, f"sha{bits}")
        for kind, kty in (("HS", "oct"), ("RS", "RSA"), ("PS", "RSA"))
        for bits in (256, 384, 512)
    ]
    rows += [
        Algorithm("ES256", "EC", "sha256", ("P-256",), 32),
        Algorithm("ES384", "EC", "sha384", ("P-384",), 48),
        Algorithm("ES512", "EC", "sha512", ("P-521",), 66),
        Algorithm("ES256K", "EC", "sha256", ("secp256k1",), 32),
        Algorithm("EdDSA", "OKP", "sha512", ("Ed25519", "Ed448")),
        Algorithm("Ed25519", "OKP", "sha512", ("Ed25519",)),
        Algorithm("Ed448", "OKP", "shake256", ("Ed448",)),
    ]
    return {row.name: row for row in rows}


ALGORITHMS: Final = _rows()
ASYMMETRIC: Final = frozenset(name for name, row in ALGORITHMS.items() if row.kty != "oct")

_DEFAULTS: Final = {
    "RSA": "RS256",
    "oct": "HS256",
    "P-256": "ES256",
    "P-384": "ES384",
    "P-521": "ES512",
    "secp256k1": "ES256K",
    "Ed25519": "EdDSA",
    "Ed448": "EdDSA",
}


def default_algorithm(kty: str, crv: str | None) -> str | None:
    """Return the usual algorithm of a key, or None for a key that cannot sign."""
    return _DEFAULTS.get(crv or kty)


def check_strength(native: PrivateKey | PublicKey | bytes, alg: str) -> None:
    """Raise ``InvalidKeyError`` for an RSA key below 2048 bits or known as weak, and for a secret below the digest.

    RFC 7518 §3.2, §3.3.
    """
    if isinstance(native, bytes):
        needed = hmac_bytes(alg)
        if len(native) < needed:
            raise InvalidKeyError(
                f"{alg} needs a secret of at least {needed} bytes, this one has {len(native)}; use a longer one"
            )
        return
    if ALGORITHMS[alg].kty == "RSA":
        check_rsa(native, alg)


def check_rsa(native: PrivateKey | PublicKey, alg: str) -> None:
    """Raise ``InvalidKeyError`` for an RSA key below 2048 bits or known as weak. RFC 7518 §3.3, §4.3."""
    key = cast("rsa.RSAPrivateKey | rsa.RSAPublicKey", native)
    if key.key_size < MIN_RSA_BITS:
        raise InvalidKeyError(f"{alg} needs an RSA key of at least {MIN_RSA_BITS} bits, this one has {key.key_size}")
    public = cast("rsa.RSAPublicKey", getattr(key, "public_key", lambda: key)())
    if _can_be_factored(public.public_numbers().n):
        raise InvalidKeyError("this RSA key was made by a flawed library (ROCA, CVE-2017-15361); make a new one")


def _can_be_factored(modulus: int) -> bool:
    """Tell whether a modulus is of the form that ROCA breaks: a power of 65537 modulo each of these primes."""
    return all(any(pow(65537, power, prime) == modulus % prime for power in range(prime - 1)) for prime in _ROCA_PRIMES)


def hmac_bytes(alg: str) -> int:
    """Return the length of the digest of an HS algorithm, which is the least length of its key."""
    return int(alg[2:]) // 8


def make_signer(native: PrivateKey | bytes, alg: str) -> Sign:
    """Return the function that signs with this key by this algorithm; key and algorithm must fit."""
    row = ALGORITHMS[alg]
    if isinstance(native, bytes):
        from hmac import digest as hmac_digest  # as much to import as a small module of ours

        digest, secret = row.hash, native
        return lambda data: hmac_digest(secret, data, digest)
    if row.kty == "RSA":
        return _rsa_signer(cast("rsa.RSAPrivateKey", native), alg, row.hash)
    if row.kty == "EC":
        return _ecdsa_signer(cast("ec.EllipticCurvePrivateKey", native), row)
    return cast("ed25519.Ed25519PrivateKey", native).sign


def _rsa_signer(key: rsa.RSAPrivateKey, alg: str, digest: str) -> Sign:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    hash_: hashes.HashAlgorithm = getattr(hashes, digest.upper())()
    pad: padding.AsymmetricPadding = padding.PKCS1v15()
    if alg.startswith("PS"):
        pad = padding.PSS(padding.MGF1(hash_), hash_.digest_size)
    sign = key.sign
    return lambda data: sign(data, pad, hash_)


def _ecdsa_signer(key: ec.EllipticCurvePrivateKey, row: Algorithm) -> Sign:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    scheme = ec.ECDSA(getattr(hashes, row.hash.upper())())
    sign, size = key.sign, row.size

    def ecdsa(data: bytes) -> bytes:
        r, s = decode_dss_signature(sign(data, scheme))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return ecdsa


def raw_ecdsa(signature: bytes, alg: str) -> bytes:
    """Return a signature as JOSE wants it: ECDSA as two numbers, where a key service answered in DER. RFC 7518 §3.4."""
    size = ALGORITHMS[alg].size
    if not size or len(signature) == 2 * size:
        return signature
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    except (ValueError, OverflowError):
        raise InvalidKeyError(f"the signer's answer is no signature of {alg}: {len(signature)} bytes") from None
