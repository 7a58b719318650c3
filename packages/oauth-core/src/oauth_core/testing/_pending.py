"""What waits at the fake server: logins that a person has to decide, and requests that a browser will refer to.

Rules of this room: values only; their ``repr`` shows no code. Times are epoch seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from oauth_core._messages import Pairs, Request

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
    notification_endpoint: str | None = None
    notification_token: str | None = field(default=None, repr=False)

    def ping(self) -> Request:
        """Return the ping that tells the client that the person has decided. CIBA Core §10.2.

        Raises ``ValueError`` for a login that is polled for.
        """
        if self.notification_endpoint is None:
            raise ValueError("the client is not registered for pings (backchannel_token_delivery_mode)")
        headers = (("Authorization", f"Bearer {self.notification_token}"), ("Content-Type", "application/json"))
        body = json.dumps({"auth_req_id": self.code}).encode()
        return Request("POST", self.notification_endpoint, headers, body)


@dataclass(slots=True)
class PushedRequest:
    """A pushed authorization request."""

    client_id: str
    params: Pairs = field(repr=False)
    expires_at: float
