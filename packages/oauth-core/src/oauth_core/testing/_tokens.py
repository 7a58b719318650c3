"""The fake server's memory of what it issued: codes, access tokens and refresh tokens.

Rules of this room: a token belongs to a family, all that grew out of one approval; to revoke the family is how
replay of a code or of a rotated refresh token is answered. Time comes from the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from oauth_core._messages import Pairs

__all__ = ["IssuedCode", "IssuedToken", "TokenBook"]


@dataclass(slots=True)
class IssuedToken:
    """An access or refresh token as the server knows it. ``expires_at`` is epoch seconds, ``None`` for never."""

    value: str = field(repr=False)
    kind: str
    client_id: str
    subject: str | None
    scope: str
    family: str = field(repr=False)
    issued_at: float
    expires_at: float | None
    token_type: str = "Bearer"
    revoked: bool = False
    used: bool = False
    claims: dict[str, object] = field(default_factory=dict)

    def is_active(self, now: float) -> bool:
        """Tell whether the token is good at this time."""
        return not self.revoked and not self.used and (self.expires_at is None or now < self.expires_at)


@dataclass(slots=True)
class IssuedCode:
    """An authorization code and what it is bound to."""

    value: str = field(repr=False)
    client_id: str
    subject: str
    scope: str
    family: str = field(repr=False)
    redirect_uri: str | None
    code_challenge: str | None = field(repr=False)
    expires_at: float
    params: Pairs = field(default=(), repr=False)
    used: bool = False


class TokenBook:
    """Everything issued, by value."""

    def __init__(self) -> None:
        self._tokens: dict[str, IssuedToken] = {}
        self._codes: dict[str, IssuedCode] = {}

    def __repr__(self) -> str:
        return f"<TokenBook {len(self._tokens)} tokens, {len(self._codes)} codes>"

    def __iter__(self) -> Iterator[IssuedToken]:
        return iter(tuple(self._tokens.values()))

    def add(self, token: IssuedToken) -> IssuedToken:
        """Remember a token and return it."""
        self._tokens[token.value] = token
        return token

    def add_code(self, code: IssuedCode) -> IssuedCode:
        """Remember a code and return it."""
        self._codes[code.value] = code
        return code

    def find(self, value: str, kind: str | None = None) -> IssuedToken | None:
        """Return the token of this value (and kind), active or not."""
        token = self._tokens.get(value)
        return token if token is not None and kind in {None, token.kind} else None

    def find_code(self, value: str) -> IssuedCode | None:
        """Return the code of this value, used or not."""
        return self._codes.get(value)

    def revoke_family(self, family: str) -> None:
        """Revoke everything that grew out of one approval."""
        for token in self:
            if token.family == family:
                token.revoked = True
