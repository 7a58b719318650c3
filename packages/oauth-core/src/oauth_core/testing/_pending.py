"""What waits at the fake server: logins that a person has to decide, and requests that a browser will refer to.

Rules of this room: values only; their ``repr`` shows no code. Times are epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from oauth_core._messages import Pairs

from ._exchange import Decision

__all__ = ["PendingLogin", "PushedRequest"]


@dataclass(slots=True)
class PendingLogin:
    """A login on another device. ``interval`` is the seconds between two questions, ``asked_at`` the last one."""

    code: str = field(repr=False)
    client_id: str
    scope: str
    expires_at: float
    interval: float
    asked_at: float
    user_code: str | None = field(default=None, repr=False)
    user: str | None = None
    decision: Decision | None = None
    used: bool = False


@dataclass(slots=True)
class PushedRequest:
    """A pushed authorization request."""

    client_id: str
    params: Pairs = field(repr=False)
    expires_at: float
