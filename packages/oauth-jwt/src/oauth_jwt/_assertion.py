"""Assertions about a subject, signed anew for every use (RFC 7523 §3).

Rules of this room: the key is read when the value is made, so that a wrong one fails there and not in the first
request; what the caller passed is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import time

from oauth_core import Flow, UsageError

from ._keys import Key
from ._keywords import known_fields
from ._signing import signing_key
from ._template import Template, new_jti

__all__ = ["JWTAssertion"]


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class JWTAssertion:
    """An assertion that is signed anew for every use: ``issuer`` vouches for ``subject`` before ``audience``.

    ``lifetime`` in seconds; ``header`` adds header parameters, its ``alg`` and ``kid`` choose and name the key.
    Raises ``InvalidKeyError`` for an unusable key and ``UsageError`` for claims that must be fresh. RFC 7523 §3.
    """

    issuer: str
    audience: str | tuple[str, ...]
    key: object
    subject: str | None = None
    claims: Mapping[str, object] | None = None
    header: Mapping[str, object] | None = None
    lifetime: int = 300
    clock: Callable[[], float] = time
    jti: Callable[[], str] = new_jti
    _template: Template = field(init=False, compare=False)

    def __post_init__(self) -> None:
        header = dict(self.header or {})
        alg, kid = header.get("alg"), header.get("kid")
        key = signing_key(
            self.key, alg=alg if isinstance(alg, str) else None, kid=kid if isinstance(kid, str) else None
        )
        fixed = {"iss": self.issuer, "sub": self.subject, "aud": self.audience, **(self.claims or {})}
        template = Template(key, fixed, lifetime=self.lifetime, header=header)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "_template", template)

    def __repr__(self) -> str:
        return f"<JWTAssertion issuer={self.issuer!r}, audience={self.audience!r}>"

    def issue(self) -> Flow[str]:
        """Return a new assertion (a flow)."""
        return (yield from self._template.issue(int(self.clock()), self.jti()))

    def token(self) -> str:
        """Return a new assertion, signed in place. Needs a key that is at hand, not a signer."""
        if not isinstance(self.key, Key):
            raise UsageError("this key signs through a signer; it is asked when the assertion is sent")
        return self._template.token(int(self.clock()), self.jti())
