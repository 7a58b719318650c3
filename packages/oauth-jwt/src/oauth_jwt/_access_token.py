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

    def validate(
        self,
        token: object,
        *,
        scope: str | Iterable[str] = (),
        jkt: str | None = None,
        x5t_s256: str | None = None,
    ) -> Flow[Claims]:
        """Return the claims of an access token (a flow).

        ``scope`` is what the request needs; ``jkt`` the thumbprint of the key that a DPoP proof was made with,
        ``x5t_s256`` that of the certificate that the client showed (RFC 8705 §3.1). A token that is bound to a key or
        a certificate is refused without it, and one that is not bound is refused with it. Raises ``InvalidJWTError``.
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
        _check_confirmation(claims, {"jkt": jkt, "x5t#S256": x5t_s256})
        return Claims(claims, header=header, token=text)


def _check_confirmation(claims: dict[str, object], shown: dict[str, str | None]) -> None:
    """Refuse a token that is bound to what was not shown, or in a way that is not known here. RFC 7800 §3.1."""
    confirmation = claims.get("cnf", {})
    if not isinstance(confirmation, dict):
        raise InvalidJWTError(f"{WHAT} has a 'cnf' that is no object", claim="cnf")
    for name in (*shown, *confirmation):
        if confirmation.get(name) != shown.get(name) or name not in shown:
            problem = "bound to a key that was not shown" if name in confirmation else "not bound to what was shown"
            raise InvalidJWTError(f"{WHAT} is {problem} ({str(name)[:30]!r} of 'cnf')", claim="cnf")


def _check_scope(claims: dict[str, object], needed: Iterable[str]) -> None:
    granted = claims.get("scope")
    have = granted.split() if isinstance(granted, str) else []
    missing = [one for one in needed if one not in have]
    if missing:
        raise InvalidJWTError(f"{WHAT} lacks the scope {' '.join(missing)!r}", claim="scope")
