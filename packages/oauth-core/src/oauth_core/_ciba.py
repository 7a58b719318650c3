"""Client-initiated backchannel authentication: the person is asked on a device of theirs. OpenID CIBA Core 1.0.

Rules of this room: the pair, the grant and the server's ping; when to ask again is ``_polling``'s business. Exactly one
hint says who is meant.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING, ClassVar

from ._answers import json_answer
from ._errors import ProtocolViolation, UsageError
from ._members import Members, need_lifetime, need_text, read_interval
from ._messages import Pairs, Response

if TYPE_CHECKING:
    from ._login import Login

__all__ = [
    "BackChannelAuthentication",
    "CIBAGrant",
    "parse_backchannel_authentication_response",
    "validate_ciba_ping",
]

HINTS = ("login_hint", "id_token_hint", "login_hint_token")
_WHAT = "the backchannel authentication answer"


@dataclass(frozen=True, slots=True, repr=False)
class BackChannelAuthentication(Members):
    """How to ask for the token of a person who is being asked right now.

    ``expires_at`` is in epoch seconds, ``expires_in`` and ``interval`` in seconds. Further members are attributes.
    CIBA Core §7.3.
    """

    auth_req_id: str
    expires_at: float
    interval: float = 5.0
    expires_in: float | None = None
    members: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} until {self.expires_at:.0f}>"


@dataclass(frozen=True, slots=True, repr=False)
class CIBAGrant:
    """The id of a backchannel authentication request, good for one token once the person has agreed. CIBA Core §10.1"""

    auth_req_id: str
    extra: Pairs = ()

    grant_type: ClassVar[str] = "urn:openid:params:grant-type:ciba"
    repeatable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.auth_req_id or not isinstance(self.auth_req_id, str):
            raise UsageError("an auth_req_id is needed; pass it as text, or the answer that holds it")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def login(self) -> Login:
        """What the token has to bring: an ID token, always. CIBA Core §10.1.1."""
        from ._login import Login

        return Login(openid=True)

    def parameters(self) -> Pairs:
        """Return the form parameters besides ``grant_type``."""
        return (("auth_req_id", self.auth_req_id), *self.extra)


def check_hints(parameters: Mapping[str, object], *, signed: bool = False) -> None:
    """Raise ``UsageError`` unless exactly one hint says who is meant. CIBA Core §7.1."""
    given = [name for name in HINTS if parameters.get(name)]
    if len(given) != 1 and not (signed and not given):
        raise UsageError(f"pass exactly one of {', '.join(HINTS)}; there are {len(given)}")


def parse_backchannel_authentication_response(
    response: Response, *, clock: Callable[[], float] = time.time
) -> BackChannelAuthentication:
    """Return what the backchannel authentication endpoint answered.

    Raises ``ServerRefusal`` for an error, ``ProtocolViolation`` where ``auth_req_id`` or a positive ``expires_in`` is
    missing. CIBA Core §7.3.
    """
    members = json_answer(response, _WHAT, request="the backchannel authentication request", clock=clock)
    life = need_lifetime(members, _WHAT)
    return BackChannelAuthentication(
        auth_req_id=need_text(members, "auth_req_id", _WHAT),
        expires_at=clock() + life,
        expires_in=life,
        interval=read_interval(members, _WHAT),
        members=members,
    )


def validate_ciba_ping(authorization: str | None, body: str | bytes, *, client_notification_token: str) -> str:
    """Return the ``auth_req_id`` of a ping that the server posted to the client's notification endpoint.

    ``authorization`` is the request's header, ``client_notification_token`` what was sent with the request. Raises
    ``ProtocolViolation`` where the token is another or the body names no request. CIBA Core §10.2.
    """
    if not client_notification_token:
        raise UsageError("pass the client_notification_token that was sent with the request")
    scheme, _, token = (authorization or "").strip().partition(" ")
    matches = compare_digest(token.strip().encode(), client_notification_token.encode())
    if scheme.lower() != "bearer" or not matches:
        raise ProtocolViolation("the ping does not carry the notification token of this request", error="invalid_token")
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise ProtocolViolation("the ping is no JSON object")
    return need_text(members, "auth_req_id", "the ping")
