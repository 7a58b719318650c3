"""Token exchange: one token is shown to be given another. RFC 8693.

Rules of this room: the type of a token is named, in short or in full, or told by the value itself; it is never guessed
from text. What was asked for is what must come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

from ._auth_context import reveal
from ._errors import InvalidTokenResponse, UsageError
from ._messages import Flow, Pairs
from ._token import OAuth2Token

__all__ = ["TOKEN_EXCHANGE_TYPES", "TokenExchangeGrant", "token_exchange_type"]

_PREFIX = "urn:ietf:params:oauth:token-type:"
_NAMES = ("access_token", "refresh_token", "id_token", "saml1", "saml2", "jwt", "device-secret", "id-jag", "txn_token")
TOKEN_EXCHANGE_TYPES: Mapping[str, str] = {name.replace("-", "_"): _PREFIX + name for name in _NAMES}


def token_exchange_type(kind: str | None, token: object = None, *, what: str = "subject_token") -> str:
    """Return the full name of a token type, given in short, in full, or told by the token itself.

    An ``OAuth2Token`` is an access token, an ID token of oauth-jwt says what it is. Raises ``UsageError`` for an
    unknown short name, or where nothing tells. RFC 8693 §3.
    """
    if kind:
        if ":" in kind:
            return kind
        known = TOKEN_EXCHANGE_TYPES.get(kind.lower())
        if known is not None:
            return known
        near = get_close_matches(kind.lower(), TOKEN_EXCHANGE_TYPES, 1)
        raise UsageError(f"there is no token type {kind!r}; {_hint(near)}")
    told = getattr(token, "token_type", None)
    if isinstance(told, str) and told.startswith(_PREFIX):  # the text of an ID token of oauth-jwt
        return told
    if _validated_id_token(token) is not None:
        return TOKEN_EXCHANGE_TYPES["id_token"]
    if isinstance(token, OAuth2Token) or (isinstance(token, Mapping) and "access_token" in token):
        return TOKEN_EXCHANGE_TYPES["access_token"]
    raise UsageError(f"nothing tells what type the {what} has; pass {what}_type=, such as 'access_token'")


def _hint(near: list[str]) -> str:
    return f"did you mean {near[0]!r}?" if near else f"pass its URI, or one of {', '.join(TOKEN_EXCHANGE_TYPES)}"


def _validated_id_token(token: object) -> str | None:
    if isinstance(token, OAuth2Token):
        return None
    text = getattr(token, "id_token", None)
    return text if isinstance(text, str) else None


def _shown(token: object, kind: str, what: str) -> object:
    """Return the text of a token, or the callable that gives it."""
    validated = _validated_id_token(token)
    if validated is not None:
        return validated
    if isinstance(token, Mapping):
        name = next(
            (name for name in ("refresh_token", "id_token") if kind == TOKEN_EXCHANGE_TYPES[name]), "access_token"
        )
        token = token.get(name)
        if not isinstance(token, str) or not token:
            raise UsageError(f"the {what} holds no {name} to exchange")
    if callable(token) or (isinstance(token, str) and token):
        return token
    raise UsageError(f"the {what} is missing; pass it as text, or a token that holds it")


@dataclass(frozen=True, slots=True, repr=False)
class TokenExchangeGrant:
    """A token that is exchanged for another one; the types are full names, as of ``token_exchange_type``.

    ``subject_token`` and ``actor_token`` may be callables, asked anew for each exchange. ``audience`` and ``resource``
    (each may repeat) go into ``extra``. RFC 8693 §2.1.
    """

    subject_token: object
    subject_token_type: str | None = None
    actor_token: object = None
    actor_token_type: str | None = None
    requested_token_type: str | None = None
    scope: str | None = None
    extra: Pairs = ()

    grant_type: ClassVar[str] = "urn:ietf:params:oauth:grant-type:token-exchange"
    repeatable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        fix = object.__setattr__
        kind = token_exchange_type(self.subject_token_type, self.subject_token)
        fix(self, "subject_token", _shown(self.subject_token, kind, "subject_token"))
        fix(self, "subject_token_type", kind)
        if self.actor_token is not None:
            kind = token_exchange_type(self.actor_token_type, self.actor_token, what="actor_token")
            fix(self, "actor_token", _shown(self.actor_token, kind, "actor_token"))
            fix(self, "actor_token_type", kind)
        elif self.actor_token_type is not None:
            raise UsageError("actor_token_type is given without an actor_token")
        if self.requested_token_type is not None:
            fix(self, "requested_token_type", token_exchange_type(self.requested_token_type))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.subject_token_type} for {self.requested_token_type or 'any type'}>"

    def parameters(self) -> Flow[Pairs]:
        """Return the form parameters besides ``grant_type`` (a flow)."""
        subject = yield from reveal(self.subject_token, "subject_token")
        actor = None if self.actor_token is None else (yield from reveal(self.actor_token, "actor_token"))
        shown = (
            ("subject_token", subject),
            ("subject_token_type", self.subject_token_type),
            ("actor_token", actor),
            ("actor_token_type", self.actor_token_type),
            ("requested_token_type", self.requested_token_type),
            ("scope", self.scope),
        )
        return (*((name, value) for name, value in shown if value is not None), *self.extra)

    def check_token(self, token: OAuth2Token) -> None:
        """Raise ``InvalidTokenResponse`` where the token is of another type than was asked for. RFC 8693 §2.2.1."""
        issued = token.get("issued_token_type")
        if issued is not None and (not isinstance(issued, str) or not issued):
            raise InvalidTokenResponse("the issued_token_type is no text; the token was not used")
        if self.requested_token_type is not None and issued != self.requested_token_type:
            told = "no issued_token_type" if issued is None else f"a token of type {str(issued)[:200]!r}"
            raise InvalidTokenResponse(
                f"the exchange was asked for {self.requested_token_type} and brought {told}; it was not used"
            )
