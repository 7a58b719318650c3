"""Logout tokens: the server tells a client that a session is over (OIDC Back-Channel Logout §2.4, §2.6).

Rules of this room: an ID token is never taken for a logout token; ``none`` is never accepted; a token
ends sessions once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import time

from oauth_core import Flow, call

from ._claims import check_audience, check_issuer, check_text, check_times, check_type, number
from ._errors import InvalidJWTError
from ._keywords import known_fields, known_keywords
from ._tokens import Claims
from ._validator import Validator

__all__ = ["LogoutTokenValidator", "SeenTokens"]

WHAT = "the logout token"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class LogoutTokenValidator(Validator):
    """The rules for logout tokens that ``issuer`` posts to the client ``client_id``; fields as of the ID token.

    ``remember(jti, until)``, sync or async, is told each good token and the epoch seconds until which it could come
    again; where it returns False the token came before and is refused. ``SeenTokens()`` does so for one process.
    """

    remember: Callable[[str, float], object] | None = field(default=None, kw_only=True)

    def validate(self, token: str) -> Flow[Claims]:
        """Return the claims of a logout token (a flow): end the sessions of ``sub``, or the one session ``sid``.

        Without ``remember`` it is the caller's to refuse a ``jti`` that came before. Raises ``InvalidJWTError``.
        """
        header, claims = yield from self.verifier.verify(token, WHAT)
        check_type(header, "logout+jwt", WHAT, required=False)
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT)
        check_times(claims, WHAT, self.clock(), self.leeway)
        jti = check_text(claims, "jti", WHAT)
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
        if self.remember is not None:
            until = (number(claims, "exp", WHAT) or 0) + self.leeway
            if (yield from call(self.remember, jti, until)) is False:
                raise InvalidJWTError(f"{WHAT} came before: its 'jti' was seen", claim="jti")
        return Claims(claims, header=header, token=token)


class SeenTokens:
    """The names of tokens (``jti``) that came to this process, each kept until the token is over; threads may share it.

    ``clock`` in epoch seconds. Several processes need a store of their own.
    """

    @known_keywords
    def __init__(self, *, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._until)}>"

    def __reduce__(self) -> tuple[object, ...]:
        return (_forgetful, (self._clock,))

    def __call__(self, jti: str, until: float) -> bool:
        """Remember a token until then; return False where it was known."""
        now = self._clock()
        with self._lock:
            for name in [name for name, end in self._until.items() if end <= now]:
                del self._until[name]
            if jti in self._until:
                return False
            self._until[jti] = until
            return True


def _forgetful(clock: Callable[[], float]) -> SeenTokens:
    return SeenTokens(clock=clock)
