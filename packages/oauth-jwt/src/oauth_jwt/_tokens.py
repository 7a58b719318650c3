"""The values that tokens are: the text of an ID token, and the claims of tokens that were believed.

Rules of this room: claims are dicts, so that they can be kept as JSON; ``repr`` does not show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from oauth_core import UsageError

from ._errors import InvalidJWTError

__all__ = ["Claims", "IDToken", "IdToken", "text_of"]


class IdToken(str):
    """The text of an ID token as it was received, not validated; it tells its type where types are guessed.

    RFC 8693 §3.
    """

    __slots__ = ()

    token_type: ClassVar[str] = "urn:ietf:params:oauth:token-type:id_token"

    def __repr__(self) -> str:
        return "<IdToken>"


class Claims(dict[str, object]):
    """The claims of a token that was verified, with its ``header`` and its text (``token``)."""

    __slots__ = ("header", "token")

    header: dict[str, object]
    token: str

    def __init__(
        self,
        claims: Mapping[str, object] | Iterable[tuple[str, object]] = (),
        /,
        *,
        header: Mapping[str, object] | None = None,
        token: str = "",
    ) -> None:
        super().__init__(claims)
        self.header = dict(header or {})
        self.token = token

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.get('iss')!r}: {', '.join(self)}>"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), dict(self), self.header, self.token))

    def text(self, name: str) -> str | None:
        """Return a claim that is text, or None."""
        value = self.get(name)
        return value if isinstance(value, str) else None

    @property
    def iss(self) -> str | None:
        """Who made the token."""
        return self.text("iss")

    @property
    def sub(self) -> str | None:
        """Whom it is about, unique within the issuer."""
        return self.text("sub")


class IDToken(Claims):
    """The claims of a valid ID token; ``token`` is its text, to be sent as ``id_token_hint``. OIDC Core §2."""

    __slots__ = ()

    @property
    def id_token(self) -> IdToken:
        """The text of the token."""
        return IdToken(self.token)


def _restore(cls: type[Claims], claims: dict[str, object], header: dict[str, object], token: str) -> Claims:
    return cls(claims, header=header, token=token)


def text_of(token: object, member: str, what: str) -> str:
    """Return a token's text: given as text, as a token answer that holds it as ``member``, or as validated claims.

    Raises ``InvalidJWTError`` where the answer holds none and ``UsageError`` for anything else.
    """
    if isinstance(token, str):
        return token
    if isinstance(token, Claims):
        return token.token
    if isinstance(token, Mapping):
        value = token.get(member)
        if isinstance(value, str) and value:
            return value
        raise InvalidJWTError(f"{what} is missing: the token answer has no {member!r}", claim=member)
    raise UsageError(f"{what} is text or a token answer, not a {type(token).__name__}")
