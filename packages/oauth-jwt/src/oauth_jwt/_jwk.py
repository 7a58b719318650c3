"""JSON Web Keys to keys of ``cryptography`` and back, and their thumbprints (RFC 7517, 7518 §6, 7638, 8037).

Rules of this room: this is the one place that reads a JWK, private or public. Nothing here decides what a key may
be used for. ``cryptography`` is imported when a key is read, so that a client with a shared secret never loads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from ._encoding import b64url, b64url_decode, json_text
from ._errors import InvalidKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x448, x25519

    OKPPrivateKey: TypeAlias = (
        ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey | x25519.X25519PrivateKey | x448.X448PrivateKey
    )
    OKPPublicKey: TypeAlias = (
        ed25519.Ed25519PublicKey | ed448.Ed448PublicKey | x25519.X25519PublicKey | x448.X448PublicKey
    )
    PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | OKPPrivateKey
    PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | OKPPublicKey

__all__ = ["native_from_jwk", "private_members", "public_members", "thumbprint"]

_CURVES = {"P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1", "secp256k1": "secp256k1"}
_CURVE_NAMES = {native: name for name, native in _CURVES.items()}
_OKP = ("Ed25519", "Ed448", "X25519", "X448")

# What identifies a key, in the order of the thumbprint's JSON. RFC 7638 §3.2, RFC 8037 §2.
_REQUIRED = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "oct": ("k", "kty"),
}


def native_from_jwk(jwk: Mapping[str, object]) -> PrivateKey | PublicKey | bytes:
    """Return the key that a JWK describes: private where it holds a private part, ``bytes`` for ``oct``.

    Raises ``InvalidKeyError``, which names the member at fault and shows no value.
    """
    kty = jwk.get("kty")
    try:
        if kty == "RSA":
            return _rsa(jwk)
        if kty == "EC":
            return _ec(jwk)
        if kty == "OKP":
            return _okp(jwk)
        if kty == "oct":
            return _octets(jwk, "k")
    except InvalidKeyError:
        raise
    except (ValueError, TypeError):
        # The text of the library below may quote what it was given.
        raise InvalidKeyError(f"this JWK of type {kty} is inconsistent or not a valid key") from None
    raise InvalidKeyError("a JWK needs a 'kty' of RSA, EC, OKP or oct")


def _octets(jwk: Mapping[str, object], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidKeyError(f"this JWK has no {name!r}")
    try:
        return b64url_decode(value.encode("ascii"))
    except ValueError:
        raise InvalidKeyError(f"the member {name!r} of this JWK is not base64url without padding") from None


def _number(jwk: Mapping[str, object], name: str) -> int:
    return int.from_bytes(_octets(jwk, name), "big")


def _rsa(jwk: Mapping[str, object]) -> PrivateKey | PublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    e, n = _number(jwk, "e"), _number(jwk, "n")
    public = rsa.RSAPublicNumbers(e, n)
    if "d" not in jwk:
        return public.public_key()
    if "oth" in jwk:
        raise InvalidKeyError("an RSA key of more than two primes ('oth') is not supported")
    d = _number(jwk, "d")
    if "p" in jwk:
        p, q, dp, dq, qi = (_number(jwk, name) for name in ("p", "q", "dp", "dq", "qi"))
    else:
        p, q = rsa.rsa_recover_prime_factors(n, e, d)
        dp, dq, qi = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public).private_key()


def _ec(jwk: Mapping[str, object]) -> PrivateKey | PublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    name = jwk.get("crv")
    curves: dict[str, ec.EllipticCurve] = {
        "P-256": ec.SECP256R1(),
        "P-384": ec.SECP384R1(),
        "P-521": ec.SECP521R1(),
        "secp256k1": ec.SECP256K1(),
    }
    curve = curves.get(name) if isinstance(name, str) else None
    if curve is None:
        raise InvalidKeyError(f"an EC key needs a 'crv' of {', '.join(curves)}")
    size = (curve.key_size + 7) // 8
    for part in ("x", "y", "d"):
        if (part != "d" or "d" in jwk) and len(_octets(jwk, part)) != size:
            raise InvalidKeyError(f"the member {part!r} of a {name} key has {size} bytes")
    public = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve)
    if "d" not in jwk:
        return public.public_key()
    return ec.EllipticCurvePrivateNumbers(_number(jwk, "d"), public).private_key()


def _okp_classes() -> dict[str, tuple[type[OKPPrivateKey], type[OKPPublicKey]]]:
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, x448, x25519

    return {
        "Ed25519": (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey),
        "Ed448": (ed448.Ed448PrivateKey, ed448.Ed448PublicKey),
        "X25519": (x25519.X25519PrivateKey, x25519.X25519PublicKey),
        "X448": (x448.X448PrivateKey, x448.X448PublicKey),
    }


def _okp(jwk: Mapping[str, object]) -> PrivateKey | PublicKey:
    found = _okp_classes().get(str(jwk.get("crv")))
    if found is None:
        raise InvalidKeyError(f"an OKP key needs a 'crv' of {', '.join(_OKP)}")
    private_class, public_class = found
    x = _octets(jwk, "x")
    if "d" not in jwk:
        return public_class.from_public_bytes(x)
    private = private_class.from_private_bytes(_octets(jwk, "d"))
    if private.public_key().public_bytes_raw() != x:
        raise InvalidKeyError("the members 'x' and 'd' of this OKP key do not belong together")
    return private


def _text(number: int, size: int | None = None) -> str:
    data = number.to_bytes(size or max(1, (number.bit_length() + 7) // 8), "big")
    return b64url(data).decode("ascii")


def public_members(native: PrivateKey | PublicKey) -> dict[str, str]:
    """Return the members of the public JWK, ``kty`` and numbers alone. Raises ``InvalidKeyError`` for other keys."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    public: object = getattr(native, "public_key", lambda: native)()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": _text(numbers.n), "e": _text(numbers.e)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        crv = _CURVE_NAMES.get(public.curve.name)
        if crv is None:
            raise InvalidKeyError(f"the curve {public.curve.name} has no name in JOSE; use one of {', '.join(_CURVES)}")
        point, size = public.public_numbers(), (public.curve.key_size + 7) // 8
        return {"kty": "EC", "crv": crv, "x": _text(point.x, size), "y": _text(point.y, size)}
    for crv, (_, public_class) in _okp_classes().items():
        if isinstance(public, public_class):
            return {"kty": "OKP", "crv": crv, "x": b64url(public.public_bytes_raw()).decode("ascii")}
    raise InvalidKeyError(f"a {type(public).__name__} has no form as a JWK; use an RSA, EC or Edwards-curve key")


def private_members(native: PrivateKey) -> dict[str, str]:
    """Return the members that only the private JWK has."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(native, rsa.RSAPrivateKey):
        own = native.private_numbers()
        parts = {"d": own.d, "p": own.p, "q": own.q, "dp": own.dmp1, "dq": own.dmq1, "qi": own.iqmp}
        return {name: _text(number) for name, number in parts.items()}
    if isinstance(native, ec.EllipticCurvePrivateKey):
        return {"d": _text(native.private_numbers().private_value, (native.curve.key_size + 7) // 8)}
    return {"d": b64url(native.private_bytes_raw()).decode("ascii")}


def thumbprint(jwk: Mapping[str, object]) -> str:
    """Return the SHA-256 thumbprint of a key, base64url.

    Raises ``InvalidKeyError`` for an incomplete JWK. RFC 7638 §3.
    """
    names = _REQUIRED.get(str(jwk.get("kty")))
    if names is None or not all(isinstance(jwk.get(name), str) for name in names):
        raise InvalidKeyError("a thumbprint needs the 'kty' and the public members of a key")
    from hashlib import sha256

    return b64url(sha256(json_text({name: jwk[name] for name in names}).encode("ascii")).digest()).decode("ascii")
