"""Reading key material: PEM, DER, OpenSSH, JWK, JWK set, JSON of these, keys of ``cryptography``.

Rules of this room: the first bytes decide what it is, never trial and error; a message says what is wrong and what
to do, and shows nothing of the material.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from ._algorithms import ALGORITHMS
from ._encoding import b64url, json_object
from ._errors import InvalidKeyError
from ._jwk import native_from_jwk

if TYPE_CHECKING:
    from ._jwk import PrivateKey, PublicKey

    Native: TypeAlias = PrivateKey | PublicKey | bytes

__all__ = ["certificate_thumbprint", "generate", "is_jwk_text", "is_key_pair", "read"]

_PEM: Final = b"-----BEGIN "


def read(
    material: object, kid: str | None, password: str | bytes | None
) -> tuple[Native, str | None, str | None, str | None]:
    """Return a key of ``cryptography`` (or the bytes of a secret) and its ``alg``, ``kid`` and ``use``, where said.

    Raises ``InvalidKeyError``.
    """
    if isinstance(material, (str, bytes, bytearray)):
        octets = material.encode("utf-8") if isinstance(material, str) else bytes(material)
        if octets.lstrip()[:1] != b"{":
            return _from_text(octets, password), None, None, None
        try:
            material = json_object(octets)
        except ValueError:
            raise InvalidKeyError("this key begins like a JWK, but is not JSON") from None
    if isinstance(material, Mapping):
        jwk = _choose(material, kid)
        alg, own_kid = (value if isinstance(value := jwk.get(name), str) else None for name in ("alg", "kid"))
        return native_from_jwk(jwk), alg, own_kid, _use(jwk)
    if hasattr(material, "private_bytes") or hasattr(material, "public_bytes"):
        return cast("PrivateKey", material), None, None, None
    raise InvalidKeyError(
        f"a {type(material).__name__} is not a key; pass PEM text or bytes, a JWK, a JWK set or a key of cryptography"
    )


def _jwks_in(octets: bytes) -> list[object]:
    """The keys in the JSON of a JWK or of a JWK set; none where octets are anything else."""
    if octets.lstrip()[:1] != b"{":
        return []
    try:
        found = json_object(octets)
    except ValueError:
        return []
    keys = [found] if "kty" in found else found.get("keys")
    return keys if isinstance(keys, list) else []


def is_jwk_text(octets: bytes) -> bool:
    """Tell whether octets are the JSON of a JWK or of a JWK set."""
    return bool(_jwks_in(octets))


def is_key_pair(octets: bytes) -> bool:
    """Tell whether octets are a key pair or its public half, in any form that such keys are published in.

    What is public must never serve as a shared secret: with it anybody could sign. RFC 8725 §2.1.
    """
    if _PEM in octets or octets.lstrip().startswith((b"ssh-", b"ecdsa-sha2-")):
        return True
    if any(isinstance(key, dict) and key.get("kty") != "oct" for key in _jwks_in(octets)):
        return True
    return _is_der(octets) and _is_public_der(octets)


def _is_der(octets: bytes) -> bool:
    """Tell whether octets are one ASN.1 sequence from end to end; chance makes one of some 60,000 secrets such."""
    if octets[:1] != b"0" or len(octets) < 4:
        return False
    first = octets[1]
    more = first - 128 if first > 128 else 0
    size = int.from_bytes(octets[2 : 2 + more], "big") if more else first
    return 2 + more + size == len(octets)


def _is_public_der(octets: bytes) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _choose(jwk: Mapping[str, object], kid: str | None) -> Mapping[str, object]:
    keys = jwk.get("keys")
    if "kty" in jwk or not isinstance(keys, (list, tuple)):
        return jwk
    private = [one for one in keys if isinstance(one, Mapping) and ("d" in one or "k" in one)]
    for one in private:
        if (kid is None and one.get("use") in {None, "sig"}) or (kid is not None and one.get("kid") == kid):
            return one
    wanted = "private key for signing" if kid is None else f"private key with the kid {kid!r}"
    raise InvalidKeyError(f"the JWK set holds no {wanted}")


def _use(jwk: Mapping[str, object]) -> str | None:
    """What a JWK is for by its own words, ``use`` or ``key_ops``. RFC 7517 §4.2, §4.3."""
    use, operations = jwk.get("use"), jwk.get("key_ops")
    said = use if isinstance(use, str) else None
    if operations is None:
        return said
    if not isinstance(operations, (list, tuple)):
        raise InvalidKeyError("the member 'key_ops' of this JWK is not a list")
    meant = "enc" if {"sign", "verify"}.isdisjoint(map(str, operations)) else "sig"
    if said not in {None, meant}:
        raise InvalidKeyError("the members 'use' and 'key_ops' of this JWK contradict each other")
    return meant


def _from_text(octets: bytes, password: str | bytes | None) -> PrivateKey | PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    if not octets.strip():
        raise InvalidKeyError("the key is empty")
    secret = password.encode("utf-8") if isinstance(password, str) else password
    start = octets.find(_PEM)
    label = octets[start + len(_PEM) : start + len(_PEM) + 40] if start >= 0 else b""
    try:
        if b"OPENSSH" in label:
            return cast("PrivateKey", serialization.load_ssh_private_key(octets, secret))
        if b"CERTIFICATE" in label:
            from cryptography.x509 import load_pem_x509_certificate

            return cast("PublicKey", load_pem_x509_certificate(octets).public_key())
        if label:
            if b"PUBLIC" in label:
                return cast("PublicKey", serialization.load_pem_public_key(octets))
            return cast("PrivateKey", serialization.load_pem_private_key(octets, secret))
        return cast("PrivateKey", serialization.load_der_private_key(octets, secret))
    except TypeError:
        need = "is encrypted; pass password=" if secret is None else "is not encrypted; leave password= out"
        raise InvalidKeyError(f"the private key {need}") from None
    except (ValueError, UnsupportedAlgorithm):
        if label and b"\\n" in octets:
            hint = "; its line breaks are written as backslash and n: replace them with real ones"
        elif secret is not None:
            hint = "; is the password right?"
        else:
            hint = "" if label else ": it does not begin with -----BEGIN and is not DER"
        raise InvalidKeyError(f"the key cannot be read{hint}") from None


def certificate_thumbprint(certificate: str | bytes, native: object) -> str:
    """Return the SHA-256 thumbprint of a PEM certificate, ``native`` (where given) being its private key.

    RFC 7515 §4.1.8.
    """
    from hashlib import sha256

    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    octets = certificate.encode("ascii", "replace") if isinstance(certificate, str) else certificate
    try:
        found = load_pem_x509_certificate(octets)
    except ValueError:
        raise InvalidKeyError("the certificate cannot be read; pass it as PEM") from None
    if native is not None and getattr(native, "public_key", lambda: None)() != found.public_key():
        raise InvalidKeyError("the certificate belongs to another key")
    return b64url(sha256(found.public_bytes(Encoding.DER)).digest()).decode("ascii")


def generate(alg: str) -> PrivateKey | bytes:
    """Return a new key for a signature algorithm. RSA keys have 2048 bits, secrets 64 bytes."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    row = ALGORITHMS.get(alg)
    if row is None:
        raise InvalidKeyError(f"unknown algorithm {alg!r}; known are {', '.join(ALGORITHMS)}")
    if row.kty == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if row.kty == "EC":
        curves: dict[str, ec.EllipticCurve] = {
            "ES256": ec.SECP256R1(),
            "ES384": ec.SECP384R1(),
            "ES512": ec.SECP521R1(),
            "ES256K": ec.SECP256K1(),
        }
        return ec.generate_private_key(curves[alg])
    if row.kty == "oct":
        from secrets import token_bytes

        return token_bytes(64)
    return (ed448.Ed448PrivateKey if alg == "Ed448" else ed25519.Ed25519PrivateKey).generate()
