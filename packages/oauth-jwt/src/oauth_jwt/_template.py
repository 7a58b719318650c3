"""Making JWTs fast: the unchanging part of a JWT encoded once, the changing part added for every use.

Rules of this room: every JWT gets a fresh ``jti``, an ``iat`` of now and a short ``exp``; what the caller passed is
copied, never changed; a claim that must be fresh cannot be fixed by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import urandom
from typing import Final

from oauth_core import Flow, UsageError

from ._encoding import b64url, json_text
from ._keys import Key
from ._signing import SigningKey, sign

__all__ = ["Template", "new_jti"]

_FRESH: Final = ("jti", "iat", "exp")


def new_jti() -> str:
    """Return a new token identifier of 128 random bits. RFC 7519 §4.1.7."""
    return b64url(urandom(16)).decode("ascii")


class Template:
    """The header and the fixed claims of a JWT, encoded, and the key that signs it."""

    __slots__ = ("_claims", "_head", "_lifetime", "key")

    def __init__(
        self,
        key: SigningKey,
        claims: Mapping[str, object],
        *,
        lifetime: int,
        typ: str | None = "JWT",
        header: Mapping[str, object] | None = None,
    ) -> None:
        for name in _FRESH:
            if name in claims:
                hint = "pass lifetime=" if name == "exp" else "leave it out"
                raise UsageError(f"the claim {name!r} is made anew for every assertion; {hint}")
        if lifetime <= 0:
            raise UsageError(f"an assertion needs a lifetime above 0 seconds, not {lifetime}")
        self.key = key
        self._head = b64url(json_text(_header(key, typ, header)).encode("ascii")) + b"."
        fixed = {name: value for name, value in claims.items() if value is not None}
        self._claims = json_text(fixed)[:-1] + ("," if fixed else "")
        self._lifetime = int(lifetime)

    def signing_input(self, now: int, jti: str) -> bytes:
        """Return what is to be signed at ``now`` (epoch seconds)."""
        end = now + self._lifetime
        return self._head + b64url(f'{self._claims}"iat":{now},"exp":{end},"jti":{json_text(jti)}}}'.encode("ascii"))

    def token(self, now: int, jti: str) -> str:
        """Return the JWT, signed in place by a key that is at hand."""
        assert isinstance(self.key, Key)
        data = self.signing_input(now, jti)
        return (data + b"." + b64url(self.key.sign(data))).decode("ascii")

    def issue(self, now: int, jti: str) -> Flow[str]:
        """Return the JWT, signed by any key (a flow)."""
        data = self.signing_input(now, jti)
        signature = yield from sign(self.key, data)
        return (data + b"." + b64url(signature)).decode("ascii")


def _header(key: SigningKey, typ: str | None, header: Mapping[str, object] | None) -> dict[str, object]:
    own = {"alg": key.alg, "typ": typ, "kid": key.kid, "x5t#S256": key.x5t_s256}
    merged = {name: value for name, value in own.items() if value} | dict(header or {})
    if merged["alg"] != key.alg:
        raise UsageError(f"the header says alg={merged['alg']!r}, but the key signs with {key.alg}; pass alg=")
    return merged
