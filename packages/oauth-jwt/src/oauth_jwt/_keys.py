"""Keys: read once from whatever the user has, then kept.

Rules of this room: a key knows its own ``alg`` and ``kid``; what it is made of is never shown; it pickles. A key that
cannot do what it is asked for is refused when it is read, not when the first request fails.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, cast

from ._algorithms import ALGORITHMS, Sign, check_strength, default_algorithm, hmac_bytes, make_signer
from ._encoding import b64url
from ._errors import InvalidKeyError, WeakKeyWarning
from ._frozen import Frozen
from ._jwk import native_from_jwk, private_members, public_members, thumbprint
from ._keywords import known_keywords
from ._material import certificate_thumbprint, generate, is_key_pair, read

if TYPE_CHECKING:
    from ._jwk import PrivateKey, PublicKey

__all__ = ["Key", "shared_key"]


class Key(Frozen):
    """A private, public or secret key with what JOSE says about it.

    Made by ``Key.load``, ``Key.from_secret`` or ``Key.generate``. ``alg`` is the algorithm it signs with (None where it
    cannot), ``kid`` its name or None. Equal where the material and the names are. RFC 7517 §4.
    """

    __slots__ = ("_members", "_sign", "alg", "crv", "declared_alg", "kid", "kty", "native", "use", "x5t_s256")

    native: PrivateKey | PublicKey | bytes

    @known_keywords
    def __init__(
        self,
        native: PrivateKey | PublicKey | bytes,
        *,
        alg: str | None = None,
        kid: str | None = None,
        use: str | None = None,
        x5t_s256: str | None = None,
    ) -> None:
        self.native = native
        self._members = {"kty": "oct"} if isinstance(native, bytes) else public_members(native)
        self.kty = self._members["kty"]
        self.crv = self._members.get("crv")
        self.declared_alg = alg
        self.alg = alg or default_algorithm(self.kty, self.crv)
        self.kid = kid
        self.use = use
        self.x5t_s256 = x5t_s256
        self._sign: Sign | None = None
        if alg in ALGORITHMS and not _fits(self.kty, self.crv, alg):
            raise InvalidKeyError(f"the algorithm {alg} does not go with a key of type {self.crv or self.kty}")

    @classmethod
    @known_keywords
    def load(
        cls,
        material: object,
        *,
        alg: str | None = None,
        kid: str | None = None,
        password: str | bytes | None = None,
        certificate: str | bytes | None = None,
    ) -> Self:
        """Read a key: PEM text or bytes (``password`` where encrypted), DER, a JWK, a JWK set, JSON of these, a key of
        ``cryptography``, or a ``Key``.

        ``alg`` and ``kid`` win over what the material says. Out of a set, the private key named ``kid`` is taken, else
        the first that can sign. ``certificate`` (PEM) adds ``x5t#S256`` to everything the key signs. Raises
        ``InvalidKeyError``.
        """
        if isinstance(material, Key):
            found = material
            native, own_alg, own_kid, use, x5t = found.native, found.declared_alg, found.kid, found.use, found.x5t_s256
        else:
            native, own_alg, own_kid, use = read(material, kid, password)
            x5t = None
        if certificate is not None:
            x5t = certificate_thumbprint(certificate, native)
        return cls(native, alg=alg or own_alg, kid=kid or own_kid, use=use, x5t_s256=x5t)

    @classmethod
    @known_keywords
    def from_secret(cls, secret: str | bytes, *, alg: str = "HS256", kid: str | None = None) -> Self:
        """Return the key of a shared secret; text counts as UTF-8. Raises ``InvalidKeyError`` where it is empty."""
        octets = secret.encode("utf-8") if isinstance(secret, str) else bytes(secret)
        if not octets:
            raise InvalidKeyError("the secret is empty")
        return cls(octets, alg=alg, kid=kid)

    @classmethod
    @known_keywords
    def generate(cls, alg: str = "ES256") -> Self:
        """Return a new private key for an algorithm, named by its thumbprint. RSA keys have 2048 bits."""
        native = generate(alg)
        return cls(native, alg=alg, kid=cls(native).thumbprint())

    def __repr__(self) -> str:
        kind = "secret" if self.kty == "oct" else "private" if self.is_private else "public"
        return f"<Key {self.crv or self.kty} {kind}, alg={self.alg!r}, kid={self.kid!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._identity() == other._identity()

    def _identity(self) -> tuple[object, ...]:
        return (self.__getstate__()["jwk"], self.alg, self.kid, self.x5t_s256)

    def __hash__(self) -> int:
        return hash((self.kid, *self._members.items()))

    def __getstate__(self) -> dict[str, object]:
        jwk = {"kty": "oct", "k": b64url(self.native).decode()} if isinstance(self.native, bytes) else self._jwk()
        return {"jwk": jwk, "alg": self.declared_alg, "kid": self.kid, "use": self.use, "x5t_s256": self.x5t_s256}

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (self.__getstate__(),))

    def _jwk(self) -> dict[str, str]:
        return self._members | (private_members(cast("PrivateKey", self.native)) if self.is_private else {})

    @property
    def is_private(self) -> bool:
        """True for a private or secret key."""
        return isinstance(self.native, bytes) or hasattr(self.native, "private_bytes")

    def public(self) -> Key:
        """Return the public half of a key pair; a public key or a secret as it is."""
        if isinstance(self.native, bytes) or not self.is_private:
            return self
        native = cast("PrivateKey", self.native).public_key()
        return Key(native, alg=self.declared_alg, kid=self.kid, use=self.use, x5t_s256=self.x5t_s256)

    def fits(self, alg: str) -> bool:
        """Tell whether the key may be used with a signature algorithm, by its type, curve and own words.

        RFC 7517 §4.2, §4.4.
        """
        return (
            (self.declared_alg is None or self.declared_alg == alg)
            and self.use in {None, "sig"}
            and _fits(self.kty, self.crv, alg)
        )

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data`` by ``alg``. Raises ``InvalidKeyError`` for a key that cannot sign."""
        if self._sign is None:
            self._sign = self._make_signer()
        return self._sign(data)

    def ready(self) -> Self:
        """Return the key itself when it can sign. Raises ``InvalidKeyError`` where it cannot, or is too weak."""
        self._sign = self._make_signer()
        check_strength(self.native, cast("str", self.alg))
        return self

    def _make_signer(self) -> Sign:
        if self.alg not in ALGORITHMS:
            raise InvalidKeyError(f"a key with alg={self.alg!r} does not sign; known are {', '.join(ALGORITHMS)}")
        if not self.is_private:
            raise InvalidKeyError("this is a public key; signing needs the private one")
        if self.use == "enc":
            raise InvalidKeyError("this key is for encryption (use=enc); signing needs one with use=sig")
        return make_signer(cast("PrivateKey | bytes", self.native), self.alg)

    def thumbprint(self) -> str:
        """Return the SHA-256 thumbprint, base64url: ``jkt`` of DPoP. RFC 7638 §3."""
        if isinstance(self.native, bytes):
            return thumbprint({"kty": "oct", "k": b64url(self.native).decode("ascii")})
        return thumbprint(self._members)

    def public_jwk(self) -> dict[str, str]:
        """Return the public JWK with ``kid``, ``alg`` and ``use`` where known.

        Raises ``InvalidKeyError`` for a secret.
        """
        if self.kty == "oct":
            raise InvalidKeyError("a shared secret has no public part")
        return self._members | self._names()

    def private_jwk(self) -> dict[str, str]:
        """Return the whole JWK, to be stored as a secret. Raises ``InvalidKeyError`` for a public key."""
        if not self.is_private:
            raise InvalidKeyError("this is a public key")
        return cast("dict[str, str]", self.__getstate__()["jwk"]) | self._names()

    def _names(self) -> dict[str, str]:
        use = self.use or ("sig" if self.alg in ALGORITHMS else None)
        return {name: value for name, value in (("kid", self.kid), ("alg", self.alg), ("use", use)) if value}


def shared_key(secret: str, alg: str) -> Key:
    """Return the key of a client secret, which the server chose: a short one is used with a ``WeakKeyWarning``.

    Raises ``InvalidKeyError`` for an empty one, and for a key pair or its public half, which must never serve as one.
    """
    key = Key.from_secret(secret, alg=alg)
    octets = cast("bytes", key.native)
    if is_key_pair(octets):
        raise InvalidKeyError(f"the client_secret for {alg} is a key pair, which does not serve as a shared secret")
    needed, size = hmac_bytes(alg), len(octets)
    if size < needed:
        warnings.warn(
            f"{alg} asks for a secret of at least {needed} bytes; this client_secret has {size} and can be guessed "
            "from a single signature. Ask for a longer one, or use private_key_jwt",
            WeakKeyWarning,
            stacklevel=4,
        )
    return key


def _restore(state: dict[str, object]) -> Key:
    names = cast("dict[str, str | None]", {name: value for name, value in state.items() if name != "jwk"})
    return Key(native_from_jwk(cast("Mapping[str, object]", state["jwk"])), **names)


def _fits(kty: str, crv: str | None, alg: str) -> bool:
    row = ALGORITHMS.get(alg)
    return row is not None and row.kty == kty and (not row.curves or crv in row.curves)
