"""Signing with any key: one at hand signs in place, one in an HSM or a key service through a call.

Rules of this room: whatever may be asynchronous is a flow; what a signer returns is checked before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, cast, runtime_checkable

from oauth_core import Flow, call

from ._algorithms import ASYMMETRIC, raw_ecdsa
from ._errors import InvalidKeyError
from ._frozen import Frozen
from ._keys import Key
from ._keywords import known_keywords
from ._material import certificate_thumbprint

__all__ = ["ExternalKey", "Signer", "SigningKey", "public_jwks", "sign", "signing_key"]


@runtime_checkable
class Signer(Protocol):
    """What signs for a key that never leaves its device: ``sign(data)``, sync or async."""

    def sign(self, data: bytes) -> object:
        """Return the signature of ``data``; ECDSA in DER or as two numbers."""


class ExternalKey(Frozen):
    """A key that stays in an HSM or a key service: ``signer`` is a function of the bytes, or has ``sign(bytes)``.

    It may be async on async clients. ``alg`` must be said, for it cannot be seen; ECDSA signatures may be DER. Raises
    ``InvalidKeyError`` for an unknown algorithm.
    """

    __slots__ = ("alg", "kid", "signer", "x5t_s256")

    @known_keywords
    def __init__(
        self,
        signer: Signer | Callable[[bytes], object],
        alg: str | None,
        *,
        kid: str | None = None,
        certificate: str | bytes | None = None,
    ) -> None:
        if alg not in ASYMMETRIC:
            raise InvalidKeyError(f"pass alg= with a signer: one of {', '.join(sorted(ASYMMETRIC))}")
        self.signer = signer
        self.alg = alg
        self.kid = kid
        self.x5t_s256 = certificate_thumbprint(certificate, None) if certificate is not None else None

    def __repr__(self) -> str:
        return f"<ExternalKey alg={self.alg!r}, kid={self.kid!r}>"


SigningKey: TypeAlias = Key | ExternalKey


def sign(key: SigningKey, data: bytes) -> Flow[bytes]:
    """Return the signature of ``data`` (a flow).

    Raises ``InvalidKeyError`` where a signer answers with something else.
    """
    if isinstance(key, Key):
        return key.sign(data)
    signer = key.signer
    raw = yield from call(signer.sign if isinstance(signer, Signer) else signer, data, blocking=True)
    if not isinstance(raw, (bytes, bytearray)) or not raw:
        raise InvalidKeyError(f"the signer returned {type(raw).__name__}, not the bytes of a signature")
    return raw_ecdsa(bytes(raw), key.alg)


def signing_key(
    material: object,
    *,
    alg: str | None = None,
    kid: str | None = None,
    password: str | bytes | None = None,
    certificate: str | bytes | None = None,
) -> SigningKey:
    """Return a key that is ready to sign: whatever ``Key.load`` reads, or a signer together with ``alg``.

    Raises ``InvalidKeyError`` where the key is public, too weak or does not fit.
    """
    if isinstance(material, ExternalKey):
        return material
    if _is_signer(material):
        return ExternalKey(cast("Signer", material), alg, kid=kid, certificate=certificate)
    return Key.load(material, alg=alg, kid=kid, password=password, certificate=certificate).ready()


def public_jwks(*keys: object) -> dict[str, list[dict[str, str]]]:
    """Return the JWK set to publish at ``jwks_uri``: the public halves of the client's keys, each with a ``kid``.

    RFC 7517 §5.
    """
    loaded = [Key.load(key) for key in keys]
    return {"keys": [key.public_jwk() | {"kid": key.kid or key.thumbprint()} for key in loaded]}


def published(*keys: object) -> dict[str, list[dict[str, str]]]:
    """Return the JWK set of those keys that have a public half at hand: no shared secret, no key held elsewhere."""
    return public_jwks(*[key for key in keys if isinstance(key, Key) and key.kty != "oct"])


def _is_signer(material: object) -> bool:
    if isinstance(material, (str, bytes, Key, Mapping)) or hasattr(material, "public_key"):
        return False
    return callable(material) or isinstance(material, Signer)
