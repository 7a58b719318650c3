"""The user as every provider describes them, in one shape.

Rules of this room: a value without a subject is no user; what the provider said stays in ``raw``; ``repr`` shows the
subject alone, because the rest is a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_core import ProtocolViolation

from ._parts import at_path

__all__ = ["UserClaims", "UserProfile"]


@dataclass(frozen=True, slots=True, repr=False)
class UserProfile:
    """A user: ``subject`` is the provider's stable identifier, ``raw`` all that the provider said."""

    subject: str
    name: str | None
    email: str | None
    email_verified: bool | None
    picture: str | None
    raw: Mapping[str, object]

    def __repr__(self) -> str:
        return f"<UserProfile {self.subject!r}>"


@dataclass(frozen=True, slots=True)
class UserClaims:
    """Where a provider's answer holds what OpenID Connect names so: dotted paths, empty where there is none."""

    subject: str = "sub"
    name: str = "name"
    email: str = "email"
    email_verified: str = "email_verified"
    picture: str = "picture"

    def read(self, raw: Mapping[str, object]) -> UserProfile:
        """Return the user of this answer. Raises ``ProtocolViolation`` where it has no subject."""
        subject = at_path(raw, self.subject)
        if isinstance(subject, bool) or not isinstance(subject, (str, int)) or subject == "":
            raise ProtocolViolation(f"the userinfo answer has no {self.subject!r}, which is the user's identifier")
        verified = at_path(raw, self.email_verified) if self.email_verified else None
        if isinstance(verified, str) and verified in {"true", "false"}:
            verified = verified == "true"
        return UserProfile(
            subject=str(subject),
            name=_text(raw, self.name),
            email=_text(raw, self.email),
            email_verified=verified if isinstance(verified, bool) else None,
            picture=_text(raw, self.picture),
            raw=raw,
        )


def _text(raw: Mapping[str, object], path: str) -> str | None:
    value = at_path(raw, path) if path else None
    return value if isinstance(value, str) and value else None
