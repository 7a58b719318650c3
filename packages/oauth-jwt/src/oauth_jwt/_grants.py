"""Authorization grants by assertion: JWT bearer (RFC 7523 §2.1) and SAML 2.0 bearer (RFC 7522 §2.1).

Rules of this room: a grant carries all its parameters and may be shown again; an assertion that can be made or read
anew is, for every request. SAML assertions come from the caller and are not signed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import time
from typing import ClassVar, Self

from oauth_core import Flow, Pairs

from ._assertion import JWTAssertion
from ._encoding import b64url
from ._keywords import known_fields, known_keywords
from ._sources import AssertionSource, read_assertion

__all__ = ["JWTBearerGrant", "SAML2BearerGrant"]


@dataclass(frozen=True, slots=True, repr=False)
class _AssertionGrant:
    """``assertion`` is text, a callable, a path that is read anew, or a ``JWTAssertion`` that is signed anew."""

    assertion: AssertionSource
    scope: str | None = None
    extra: Pairs = ()

    grant_type: ClassVar[str]
    repeatable: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def parameters(self) -> Flow[Pairs]:
        """Return the form parameters besides ``grant_type`` (a flow)."""
        assertion = yield from read_assertion(self.assertion)
        shown = [("assertion", self._encode(assertion))]
        if self.scope is not None:
            shown.append(("scope", self.scope))
        return (*shown, *self.extra)

    def _encode(self, assertion: str) -> str:
        return assertion


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class JWTBearerGrant(_AssertionGrant):
    """A JWT as a grant. ``JWTBearerGrant.signed(...)`` makes one under a key for every request. RFC 7523 §2.1."""

    grant_type: ClassVar[str] = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    @classmethod
    @known_keywords
    def signed(
        cls,
        issuer: str,
        audience: str,
        key: object,
        *,
        subject: str | None = None,
        claims: Mapping[str, object] | None = None,
        header: Mapping[str, object] | None = None,
        lifetime: int = 300,
        scope: str | None = None,
        extra: Pairs = (),
        clock: Callable[[], float] = time,
    ) -> Self:
        """Return the grant of a service account: ``issuer`` vouches for ``subject`` before ``audience``.

        ``lifetime`` in seconds. Raises ``InvalidKeyError`` for a key that cannot sign. RFC 7523 §3.
        """
        assertion = JWTAssertion(
            issuer, audience, key, subject=subject, claims=claims, header=header, lifetime=lifetime, clock=clock
        )
        return cls(assertion, scope, extra)


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class SAML2BearerGrant(_AssertionGrant):
    """A SAML 2.0 assertion as a grant: XML, which is encoded here, or base64url as it is. RFC 7522 §2.1."""

    grant_type: ClassVar[str] = "urn:ietf:params:oauth:grant-type:saml2-bearer"

    def _encode(self, assertion: str) -> str:
        return b64url(assertion.encode("utf-8")).decode("ascii") if assertion.startswith("<") else assertion
