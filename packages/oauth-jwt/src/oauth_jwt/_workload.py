"""Client authentication by an assertion that somebody else signs: workload identity (RFC 7521 §4.2, RFC 7523 §2.2).

Rules of this room: the assertion is read anew for every request, because others keep it fresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oauth_core import AuthContext, Flow, Request

from ._keywords import known_fields
from ._sent import ASSERTION_TYPE, with_assertion
from ._sources import AssertionSource, read_assertion

__all__ = ["ClientAssertion"]


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class ClientAssertion:
    """Client authentication by an assertion that somebody else signs, such as a workload's identity token.

    ``assertion`` is text, a callable, or a path that is read anew for every request. RFC 7521 §4.2.
    """

    client_id: str
    assertion: AssertionSource
    assertion_type: str = ASSERTION_TYPE

    method: ClassVar[str] = "private_key_jwt"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_id!r})"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with the assertion in its form (a flow)."""
        assertion = yield from read_assertion(self.assertion)
        return with_assertion(request, self.client_id, assertion, self.assertion_type)
