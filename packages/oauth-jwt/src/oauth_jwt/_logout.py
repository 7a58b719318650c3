"""Logout tokens: the server tells a client that a session is over (OIDC Back-Channel Logout §2.4, §2.6).

Rules of this room: an ID token is never taken for a logout token; ``none`` is never accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from oauth_core import Flow

from ._claims import check_audience, check_issuer, check_text, check_times, check_type
from ._errors import InvalidJWTError
from ._tokens import Claims
from ._validator import Validator

__all__ = ["LogoutTokenValidator"]

WHAT = "the logout token"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True, repr=False)
class LogoutTokenValidator(Validator):
    """The rules for logout tokens that ``issuer`` posts to the client ``client_id``; fields as of the ID token."""

    def validate(self, token: str) -> Flow[Claims]:
        """Return the claims of a logout token (a flow): end the sessions of ``sub``, or the one session ``sid``.

        Remember ``jti`` until ``exp`` and refuse it a second time. Raises ``InvalidJWTError``.
        """
        header, claims = yield from self.verifier.verify(token, WHAT)
        check_type(header, "logout+jwt", WHAT, required=False)
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT)
        check_times(claims, WHAT, self.clock(), self.leeway)
        check_text(claims, "jti", WHAT)
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
            raise InvalidJWTError(
                f"{WHAT} does not report the event of a back-channel logout ('events')", claim="events"
            )
        if "nonce" in claims:
            raise InvalidJWTError(f"{WHAT} holds a nonce: it is an ID token, or made from one", claim="nonce")
        if "sub" not in claims and "sid" not in claims:
            raise InvalidJWTError(f"{WHAT} names neither a user ('sub') nor a session ('sid')", claim="sub")
        for name in ("sub", "sid"):
            if name in claims:
                check_text(claims, name, WHAT)
        return Claims(claims, header=header, token=token)
