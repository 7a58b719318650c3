"""Logging out at the server too, through the user's browser. OpenID Connect RP-Initiated Logout 1.0.

Rules of this room: as for a login, the request is a value that survives a session store, and the answer must carry the
state that was sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hmac import compare_digest
from typing import Self

from ._errors import AuthorizationRefused, MismatchingStateError, UsageError
from ._messages import Pairs, add_query, encode_form

__all__ = ["LogoutRequest"]


@dataclass(frozen=True, slots=True, repr=False)
class LogoutRequest:
    """A request to end the user's session at the server: open ``uri`` in the browser, then ``validate_callback``.

    ``state`` is sent, and demanded back, where ``post_logout_redirect_uri`` is given. RP-Initiated Logout §2.
    """

    end_session_endpoint: str
    id_token_hint: str | None = None
    client_id: str | None = None
    post_logout_redirect_uri: str | None = None
    state: str | None = None
    extra: Pairs = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client_id!r}>"

    @property
    def parameters(self) -> Pairs:
        """The parameters of the request, in the order in which they are sent."""
        names = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
        own = tuple((name, value) for name in names if (value := getattr(self, name)) is not None)
        return (*own, *self.extra)

    @property
    def uri(self) -> str:
        """The URL to open in the user's browser."""
        return add_query(self.end_session_endpoint, encode_form(self.parameters))

    def validate_callback(self, response: str | Mapping[str, object] | Iterable[tuple[str, str]]) -> Pairs:
        """Return the parameters of the callback where it belongs to this logout.

        ``response`` is the whole URL, its query, or the parameters. Raises ``MismatchingStateError`` where the state is
        missing or another, and ``AuthorizationRefused`` for an error. RP-Initiated Logout §3.
        """
        from ._callback import callback_parameters

        found = callback_parameters(response)
        members = dict(found)
        if self.state is not None:
            received = members.get("state")
            if not received or not compare_digest(received.encode(), self.state.encode()):
                raise MismatchingStateError(
                    f"the answer to the logout has {'another' if received else 'no'} state; it belongs to no logout "
                    "that was asked for here"
                )
        if members.get("error"):
            raise AuthorizationRefused(
                members.get("error_description") or "the logout was refused", error=members["error"]
            )
        return found

    def to_json(self) -> str:
        """Return the request as JSON, to be kept where the user's session is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the request that ``to_json`` wrote. Raises ``UsageError`` where it is none."""
        try:
            members = json.loads(text)
            members["extra"] = tuple((str(name), str(value)) for name, value in members["extra"])
            return cls(**members)
        except (TypeError, ValueError, KeyError):
            raise UsageError(f"this is not the JSON of a {cls.__name__}") from None
