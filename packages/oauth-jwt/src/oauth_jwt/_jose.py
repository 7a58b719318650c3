"""The one door to joserfc: verifying signatures, encrypting and decrypting.

Rules of this room: joserfc is imported here and nowhere else, inside functions; it is given one exact algorithm and
one key that fits it, and never chooses; what it raises comes out as an error of ours that quotes nothing. An HMAC is
not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Final, TypeAlias

from ._algorithms import check_rsa, make_signer
from ._errors import InvalidJWTError, InvalidKeyError
from ._keys import Key

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey, RSAKey

__all__ = [
    "CONTENT_ENCRYPTION",
    "KEY_ENCRYPTION",
    "Verify",
    "check_decryption_key",
    "decrypt",
    "encrypt",
    "encryption_kinds",
    "verifier",
]

Verify: TypeAlias = Callable[[bytes, bytes], bool]

KEY_ENCRYPTION: Final = (
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
)
CONTENT_ENCRYPTION: Final = (
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
    "A128GCM",
    "A192GCM",
    "A256GCM",
)


def encryption_kinds(alg: str) -> frozenset[str]:
    """Return the types of keys that ``alg`` encrypts to. RFC 7518 §4.1."""
    return frozenset({"RSA"} if alg.startswith("RSA") else {"EC", "OKP"})


def check_decryption_key(key: Key) -> None:
    """Raise ``InvalidKeyError`` for a key that decrypts nothing, or is too weak to."""
    if not key.is_private or key.kty == "oct" or key.crv in {"Ed25519", "Ed448", "secp256k1"}:
        kind = "public" if not key.is_private else key.crv or "secret"
        raise InvalidKeyError(f"a decryption key is a private RSA, EC or X25519 key, this one is a {kind} key")
    if key.kty == "RSA":
        check_rsa(key.native, "decryption")  # type: ignore[arg-type]  # bytes are of the type oct


def _jose_key(key: Key) -> RSAKey | ECKey | OKPKey:
    from joserfc import jwk

    if key.kty == "RSA":
        return jwk.RSAKey(key.native, None)  # type: ignore[arg-type]  # its kind was looked at above
    if key.kty == "EC":
        return jwk.ECKey(key.native, None)  # type: ignore[arg-type]  # its kind was looked at above
    return jwk.OKPKey(key.native, None)  # type: ignore[arg-type]  # its kind was looked at above


def verifier(key: Key, alg: str) -> Verify:
    """Return ``(signed data, signature) -> whether it holds`` for a key that fits and is strong enough."""
    if isinstance(key.native, bytes):
        # What an HMAC holds against is the HMAC made again: there is nothing else to verify.
        make = make_signer(key.native, alg)
        return lambda data, signature: compare_digest(make(data), signature)
    from joserfc.jws import JWSRegistry

    # Not JWSRegistry.get_alg: it warns about names that the caller has chosen knowingly.
    model, own = JWSRegistry.algorithms[alg], _jose_key(key.public())
    check = model.verify
    return lambda data, signature: check(data, signature, own)


def decrypt(token: bytes, header: Mapping[str, object], keys: tuple[Key, ...], allowed: tuple[str, ...]) -> bytes:
    """Return the plain text of a compact JWE whose header has been read and judged. RFC 7516 §5.2.

    Raises ``InvalidJWTError``.
    """
    from cryptography.exceptions import InvalidKey, InvalidTag
    from joserfc import jwe
    from joserfc.errors import JoseError

    alg, kid = str(header["alg"]), header.get("kid")
    kinds = encryption_kinds(alg)
    fitting = [key for key in keys if key.kty in kinds and key.is_private]
    named = [key for key in fitting if kid is None or key.kid is None or key.kid == kid]
    if not named:
        raise InvalidJWTError(f"no decryption key fits alg={alg!r} and its kid", claim="kid")
    registry = jwe.JWERegistry(algorithms=allowed, strict_check_header=False)
    for key in named:
        try:
            return jwe.decrypt_compact(token, _jose_key(key), registry=registry).plaintext or b""
        except (JoseError, ValueError, TypeError, InvalidTag, InvalidKey):
            continue
    raise InvalidJWTError("the token cannot be decrypted with the keys of this client")


def encrypt(plain: bytes, key: Key, *, alg: str, enc: str, header: Mapping[str, object]) -> str:
    """Return a compact JWE for the holder of a public key. RFC 7516 §5.1.

    Raises ``InvalidKeyError`` where the key does not fit.
    """
    from joserfc import jwe
    from joserfc.errors import JoseError

    if alg not in KEY_ENCRYPTION or enc not in CONTENT_ENCRYPTION:
        raise InvalidKeyError(
            f"unknown encryption {alg!r} with {enc!r}; use one of {', '.join(KEY_ENCRYPTION)} "
            f"with one of {', '.join(CONTENT_ENCRYPTION)}"
        )
    if key.kty not in encryption_kinds(alg):
        raise InvalidKeyError(f"{alg} cannot encrypt to this key of type {key.crv or key.kty}")
    if key.kty == "RSA":
        check_rsa(key.native, alg)  # type: ignore[arg-type]  # bytes are of the type oct
    protected = {**header, "alg": alg, "enc": enc, **({"kid": key.kid} if key.kid else {})}
    try:
        return jwe.encrypt_compact(protected, plain, _jose_key(key), algorithms=[alg, enc])
    except (JoseError, ValueError, TypeError) as exc:
        raise InvalidKeyError(
            f"{alg} cannot encrypt to this key of type {key.crv or key.kty}: {type(exc).__name__}"
        ) from None
