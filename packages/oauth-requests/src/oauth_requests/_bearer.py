"""``BearerToken``: a token that is also an auth handler, for whoever already has one.

Rules of this room: it presents itself and does nothing else; renewal is the business of the handlers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from requests import PreparedRequest
from requests.auth import AuthBase

from oauth_core import OAuth2Token, TokenExpiredError, authorization_header, check_secure

from ._auth import foreign_request

__all__ = ["BearerToken"]


class BearerToken(OAuth2Token, AuthBase):
    """A token with all its members, usable as ``auth=`` of any Requests call.

    ``BearerToken("my_access_token")``, ``BearerToken(access_token="...", expires_in=60)`` or from a mapping.
    ``expires_in`` is in seconds and counts down as an attribute. RFC 6750 §2.1.
    """

    def __init__(
        self,
        token: str | Mapping[str, object] | Iterable[tuple[str, object]] = (),
        /,
        *,
        clock: Callable[[], float] = time.time,
        **members: object,
    ) -> None:
        if isinstance(token, str):
            token = {"access_token": token}
        super().__init__(token, clock=clock, **members)
        self.setdefault("token_type", "Bearer")

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Put the token into the ``Authorization`` header.

        Raises ``TokenExpiredError`` when it is past its end and ``InsecureTransportError`` over plain HTTP.
        """
        if not hasattr(r, "hooks"):
            raise foreign_request(self)
        if self.is_expired():
            raise TokenExpiredError("the access token has expired; obtain a new one, or use a handler that renews")
        check_secure(r.url or "")
        r.headers["Authorization"] = authorization_header(self)
        return r
