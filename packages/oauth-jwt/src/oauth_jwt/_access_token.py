"""Access tokens as JWTs, for those who receive them: APIs, not clients (RFC 9068).

Rules of this room: an ID token is never taken for an access token; every claim that the profile demands is demanded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oauth_core import Flow

from ._claims import check_audience, check_issuer, check_text, check_times, check_type
from ._errors import InvalidJWTError
from ._keywords import known_fields
from ._tokens import Claims, text_of
from ._validator import Validator

__all__ = ["AccessTokenValidator"]

WHAT = "the access token"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class AccessTokenValidator(Validator):
    """The rules of an API for access tokens of ``issuer``; ``client_id`` is the API's own name in ``aud``.

    RFC 9068 §4.
    """

    def validate(self, token: object, *, scope: str | Iterable[str] = (), jkt: str | None = None) -> Flow[Claims]:
        """Return the claims of an access token (a flow).

        ``scope`` is what the request needs; ``jkt`` the thumbprint of the key that a DPoP proof was made with: a token
        that is bound to a key is refused without it. Raises ``InvalidJWTError``.
        """
        text = text_of(token, "access_token", WHAT)
        header, claims = yield from self.verifier.verify(text, WHAT)
        check_type(header, "at+jwt", WHAT, required=True)
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT, trusted=None)
        check_times(claims, WHAT, self.clock(), self.leeway)
        for name in ("sub", "client_id", "jti"):
            check_text(claims, name, WHAT)
        _check_scope(claims, scope.split() if isinstance(scope, str) else scope)
        confirmation = claims.get("cnf")
        bound = confirmation.get("jkt") if isinstance(confirmation, dict) else None
        if bound != jkt:
            problem = "is bound to a key that was not shown" if bound else "is not bound to the key that was shown"
            raise InvalidJWTError(f"{WHAT} {problem}", claim="cnf")
        return Claims(claims, header=header, token=text)


def _check_scope(claims: dict[str, object], needed: Iterable[str]) -> None:
    granted = claims.get("scope")
    have = granted.split() if isinstance(granted, str) else []
    missing = [one for one in needed if one not in have]
    if missing:
        raise InvalidJWTError(f"{WHAT} lacks the scope {' '.join(missing)!r}", claim="scope")
