"""Verifying a JWT: which keys, which algorithms, which encryption. What the claims must say is not decided here.

Rules of this room: the caller names the algorithms, never the token; one key type an algorithm; a shared secret
verifies HS* alone and a public key never does; ``none`` counts only where it was configured and the channel itself
proves the sender. Verification returns the claims or raises; it never returns a bool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from time import time
from typing import TYPE_CHECKING

from oauth_core import Flow, UsageError, reveal

from ._algorithms import ALGORITHMS
from ._compact import MAX_SIZE, Compact, is_encrypted, read_claims, read_compact, read_jwe_header
from ._errors import InvalidJWTError
from ._jose import CONTENT_ENCRYPTION, KEY_ENCRYPTION, Verify, check_decryption_key, decrypt, verifier
from ._jwks import JWKSCache, key_source
from ._keys import Key, shared_key
from ._keywords import known_fields

if TYPE_CHECKING:
    from ._jwks import KeySource

__all__ = ["JWTVerifier"]


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class JWTVerifier:
    """Keys and algorithms that tokens of one server are verified with.

    ``keys`` is a ``JWKSCache``, a ``JWKSet``, a JWK set, or the text of a ``jwks_uri``. ``algorithms`` are those the
    client registered, RS256 unless told otherwise. ``client_secret`` (text or callable) verifies HS*.
    ``decryption_keys`` are the client's; where given, an unencrypted token is refused. ``leeway`` in seconds,
    ``max_size`` in characters, ``clock`` in epoch seconds. RFC 8725 §3.
    """

    keys: object = None
    algorithms: tuple[str, ...] = ("RS256",)
    client_secret: object = None
    decryption_keys: tuple[object, ...] = ()
    key_encryption: tuple[str, ...] = KEY_ENCRYPTION
    content_encryption: tuple[str, ...] = CONTENT_ENCRYPTION
    leeway: float = 60
    max_size: int = MAX_SIZE
    clock: Callable[[], float] = time
    _source: KeySource | None = field(init=False, compare=False)
    _private: tuple[Key, ...] = field(init=False, compare=False)
    _shared: dict[tuple[str, str], Verify] = field(init=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.algorithms, str):
            raise TypeError(f"algorithms is a tuple of names: ({self.algorithms!r},)")
        unknown = [alg for alg in self.algorithms if alg not in ALGORITHMS and alg != "none"]
        if unknown or (not self.algorithms and not self.decryption_keys):
            named = f"unknown algorithm {unknown[0]!r}" if unknown else "no algorithms are given"
            raise UsageError(f"{named}; known are {', '.join(ALGORITHMS)}")
        object.__setattr__(self, "algorithms", tuple(self.algorithms))
        object.__setattr__(self, "_source", key_source(self.keys, self.clock))
        keys = self.decryption_keys
        keys = tuple(keys) if isinstance(keys, (list, tuple)) else (keys,)
        private = tuple(Key.load(key) for key in keys)
        for key in private:
            check_decryption_key(key)
        object.__setattr__(self, "_private", private)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(self.algorithms)}>"

    def __reduce__(self) -> tuple[object, ...]:
        # What was derived holds functions; it is made anew.
        return (type(self), tuple(getattr(self, one.name) for one in fields(self) if one.init))

    def verify(
        self, token: str | bytes, what: str = "the JWT", *, trusted_channel: bool = False
    ) -> Flow[tuple[dict[str, object], dict[str, object]]]:
        """Return header and claims of a token whose signature holds (a flow). Raises ``InvalidJWTError``.

        ``what`` names the token in messages. Only where ``trusted_channel`` is true, because the token came straight
        from the server over TLS, does a configured ``none`` count. OIDC Core §3.1.3.7.
        """
        parts, claims = yield from self.open(token, what, trusted_channel=trusted_channel)
        return parts.header.copy(), claims  # the header is kept for the next token

    def open(
        self, token: str | bytes, what: str, *, trusted_channel: bool = False
    ) -> Flow[tuple[Compact, dict[str, object]]]:
        """Return the parts and the claims of such a token, for rules that need more than its header (a flow).

        The header is not to be changed. Raises ``InvalidJWTError``.
        """
        parts = self._read(token, what, trusted_channel=trusted_channel)
        if not self._known(parts):
            yield from self._check(parts, what)
        return parts, read_claims(parts.payload, what)

    def _read(self, token: str | bytes, what: str, *, trusted_channel: bool) -> Compact:
        """Take the token apart and judge its algorithm."""
        if self._private:
            token = self.decrypt(token, what)
            if is_encrypted(token):
                raise InvalidJWTError(f"{what} is encrypted more than once; a signed JWT is expected inside")
        parts = read_compact(token, what, max_size=self.max_size)
        if parts.alg not in self.algorithms:
            unsigned = (
                "it is not signed (alg: none)" if parts.alg.lower() == "none" else f"its alg is {parts.alg[:20]!r}"
            )
            expected = ", ".join(self.algorithms) or "no signature"
            raise InvalidJWTError(
                f"{what} is refused: {unsigned}, expected {expected}; algorithms= names what was registered",
                claim="alg",
            )
        if parts.alg == "none" and (parts.signature or not trusted_channel):
            raise InvalidJWTError(f"{what} is not signed and did not come straight from the server", claim="alg")
        return parts

    def _known(self, parts: Compact) -> bool:
        """Tell whether the signature holds under a key that is at hand: the usual case, without a further flow."""
        if parts.alg == "none":
            return True
        check: Verify | None = None
        if ALGORITHMS[parts.alg].kty == "oct":
            if isinstance(self.client_secret, str):
                check = self._shared.get((parts.alg, self.client_secret))
        elif (keys := self._source.fresh() if isinstance(self._source, JWKSCache) else self._source) is not None:
            check = keys.kept(parts.alg, parts.kid)
        return check is not None and check(parts.signed, parts.signature)

    def _check(self, parts: Compact, what: str) -> Flow[None]:
        """Check the signature under keys that may have to be asked for. Raises ``InvalidJWTError``."""
        if ALGORITHMS[parts.alg].kty != "oct":
            return (yield from self._check_signature(parts, what))
        check = yield from self._shared_verifier(parts.alg)
        if not check(parts.signed, parts.signature):
            raise _bad_signature(what)

    def decrypt(self, token: str | bytes, what: str) -> bytes:
        """Return what an encrypted token holds: a signed JWT, or JSON. Raises ``InvalidJWTError``."""
        if not is_encrypted(token):
            raise InvalidJWTError(f"{what} is not encrypted, but decryption_keys are configured")
        octets, header = read_jwe_header(token, what, max_size=self.max_size)
        for name, allowed in (("alg", self.key_encryption), ("enc", self.content_encryption)):
            if header[name] not in allowed:
                raise InvalidJWTError(
                    f"{what} is encrypted with {name}={str(header[name])[:30]!r}, expected {', '.join(allowed)}",
                    claim=name,
                )
        return decrypt(octets, header, self._private, (*self.key_encryption, *self.content_encryption))

    def _check_signature(self, parts: Compact, what: str) -> Flow[None]:
        source = self._source
        if source is None:
            raise UsageError(f"no keys are configured to verify {what} with; pass keys= or a jwks_uri")
        known = source.fresh() if isinstance(source, JWKSCache) else source
        keys = (yield from source.keys()) if isinstance(source, JWKSCache) else source
        check = keys.verifier(parts.alg, parts.kid)
        if check is not None and check(parts.signed, parts.signature):
            return
        # The server may have changed its keys since they were fetched, unless that was done for this very token.
        if isinstance(source, JWKSCache) and known is not None:
            newer = yield from source.newer(keys)
            if newer is not keys:
                check = newer.verifier(parts.alg, parts.kid)
                if check is not None and check(parts.signed, parts.signature):
                    return
        if check is None:
            if isinstance(source, JWKSCache) and (failure := source.failure) is not None:
                raise failure  # the token may be good: its key could not be had
            named = f"with the kid {parts.kid[:100]!r}" if parts.kid else "that fits"
            raise InvalidJWTError(f"the server has no key {named} for {parts.alg}; {what} is refused", claim="kid")
        raise _bad_signature(what)

    def _shared_verifier(self, alg: str) -> Flow[Verify]:
        if self.client_secret is None:
            raise UsageError(f"{alg} needs the client's secret; pass client_secret=")
        secret = yield from reveal(self.client_secret, "the shared secret")
        kept = self._shared.get((alg, secret))
        if kept is None:
            kept = verifier(shared_key(secret, alg), alg)
            self._shared.clear()
            self._shared[alg, secret] = kept
        return kept


def _bad_signature(what: str) -> InvalidJWTError:
    return InvalidJWTError(f"the signature of {what} does not hold", claim="signature")
