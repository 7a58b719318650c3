"""``JsonWebToken``: encoding and decoding a JWT in two calls, for scripts and for people who move from Authlib.

Rules of this room: the algorithms are fixed when the value is made; decoding verifies, and looks at the times.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from time import time
from typing import cast

from oauth_core import UsageError

from ._algorithms import ALGORITHMS, check_strength
from ._claims import check_times
from ._compact import read_claims, read_compact
from ._encoding import b64url, json_text
from ._errors import InvalidJWTError, InvalidKeyError
from ._frozen import Frozen
from ._jose import verifier
from ._jwks import JWKSet
from ._keys import Key
from ._keywords import known_keywords
from ._material import is_jwk_text, is_key_pair
from ._signing import signing_key
from ._tokens import Claims

__all__ = ["JsonWebToken"]

WHAT = "the JWT"


class JsonWebToken(Frozen):
    """JWTs by the given algorithms. ``leeway`` in seconds, ``clock`` in epoch seconds. RFC 7519.

    Raises ``UsageError`` for an unknown algorithm or none at all.
    """

    __slots__ = ("algorithms", "clock", "leeway")

    @known_keywords
    def __init__(self, algorithms: Collection[str], *, leeway: float = 0, clock: Callable[[], float] = time) -> None:
        names = (algorithms,) if isinstance(algorithms, str) else tuple(algorithms)
        unknown = [name for name in names if name not in ALGORITHMS]
        if unknown or not names:
            named = f"unknown algorithm {unknown[0]!r}" if unknown else "no algorithms are given"
            raise UsageError(f"{named}; known are {', '.join(ALGORITHMS)}")
        self.algorithms = names
        self.leeway = leeway
        self.clock = clock

    def __repr__(self) -> str:
        return f"<JsonWebToken {', '.join(self.algorithms)}>"

    def encode(self, header: Mapping[str, object], payload: Mapping[str, object], key: object) -> str:
        """Return the JWT of a header with ``alg`` and a payload, signed with a private key or a shared secret.

        Neither is changed. Raises ``InvalidKeyError`` for a key that does not fit, ``UsageError`` for another ``alg``.
        """
        alg = header.get("alg")
        if not isinstance(alg, str) or alg not in self.algorithms:
            raise UsageError(f"the header needs 'alg', one of {', '.join(self.algorithms)}")
        loaded = signing_key(_secret(key, alg) or key, alg=alg)
        if not isinstance(loaded, Key):
            raise InvalidKeyError("a signer is asked where a client sends its assertion; encode() needs the key")
        named = {"kid": loaded.kid} if loaded.kid else {}
        head = json_text({"typ": "JWT", **named, **header})
        data = b64url(head.encode("ascii")) + b"." + b64url(json_text(dict(payload)).encode("ascii"))
        return (data + b"." + b64url(loaded.sign(data))).decode("ascii")

    def decode(self, token: str | bytes, key: object) -> Claims:
        """Return the claims of a JWT whose signature holds and whose ``exp``, ``nbf`` and ``iat`` allow its use now.

        ``key`` is a public key, a JWK, a JWK set or a shared secret. Raises ``InvalidJWTError``.
        """
        parts = read_compact(token, WHAT)
        if parts.alg not in self.algorithms:
            raise InvalidJWTError(
                f"{WHAT} is signed with {parts.alg[:20]!r}, expected {', '.join(self.algorithms)}", claim="alg"
            )
        shared = _secret(key, parts.alg)
        if ALGORITHMS[parts.alg].kty == "oct":
            loaded = shared or _shared_of(key, parts.kid)
            if not loaded.fits(parts.alg):
                raise InvalidKeyError(f"this key is not for {parts.alg}: its alg is {loaded.alg!r}, use {loaded.use!r}")
            check_strength(loaded.native, parts.alg)
            check = verifier(loaded, parts.alg)
        else:
            several = isinstance(key, (JWKSet, list, tuple)) or _is_set(key)
            # A single key was chosen by the caller: its name does not matter.
            found = JWKSet(key if several else Key.load(key)).verifier(parts.alg, parts.kid if several else None)
            if found is None:
                raise InvalidJWTError(f"no key fits {parts.alg} and the kid of {WHAT}", claim="kid")
            check = found
        if not check(parts.signed, parts.signature):
            raise InvalidJWTError(f"the signature of {WHAT} does not hold", claim="signature")
        claims = read_claims(parts.payload, WHAT)
        check_times(claims, WHAT, self.clock(), self.leeway, required=())
        return Claims(claims, header=parts.header, token=token if isinstance(token, str) else token.decode("ascii"))


def _is_set(key: object) -> bool:
    return isinstance(key, Mapping) and "keys" in key


def _shared_of(key: object, kid: str | None) -> Key:
    """The secret that verifies: out of a JWK set, which holds nothing but secrets, the one with this name."""
    entries = cast("Mapping[str, object]", key)["keys"] if _is_set(key) else key
    if not isinstance(entries, (list, tuple)):
        return Key.load(entries)
    found = [Key.load(entry) for entry in entries]
    if any(one.kty != "oct" for one in found):
        raise InvalidKeyError("this JWK set mixes shared secrets with key pairs; pass the one or the other")
    named = [one for one in found if kid is None or one.kid == kid]
    if len(named) != 1:
        raise InvalidKeyError(f"the JWK set holds {len(named)} secrets that the JWT can mean, not one")
    return named[0]


def _secret(key: object, alg: str) -> Key | None:
    """A shared secret is plain text or bytes; a key pair is not one, and a JWK is read as such."""
    if ALGORITHMS[alg].kty != "oct" or not isinstance(key, (str, bytes)):
        return None
    octets = key.encode("utf-8") if isinstance(key, str) else key
    if is_key_pair(octets):
        raise InvalidKeyError(f"{alg} needs a shared secret; a key pair, or its public half, must not serve as one")
    if is_jwk_text(octets):
        return None
    return Key.from_secret(octets, alg=alg)
