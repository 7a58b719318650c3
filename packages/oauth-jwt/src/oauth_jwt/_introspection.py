"""Introspection answers as JWTs (RFC 9701).

Rules of this room: the answer is known by its type and by its audience, so that a token cannot be passed off as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oauth_core import Flow

from ._claims import check_audience, check_issuer, check_times, check_type
from ._errors import InvalidJWTError
from ._keywords import known_fields
from ._tokens import Claims
from ._validator import Validator

__all__ = ["IntrospectionValidator"]

WHAT = "the introspection answer"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class IntrospectionValidator(Validator):
    """The rules for introspection answers that ``issuer`` signs for the client ``client_id``. RFC 9701 §5.

    ``algorithms`` holds what was registered as ``introspection_signed_response_alg``.
    """

    judges_as: ClassVar[str] = "introspection_validator"

    def validate(self, answer: str) -> Flow[Claims]:
        """Return what the answer says of the token: ``active`` and the rest (a flow). Raises ``InvalidJWTError``."""
        header, claims = yield from self.verifier.verify(answer, WHAT)
        check_type(header, "token-introspection+jwt", WHAT, required=True)
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT, trusted=None)
        check_times(claims, WHAT, self.clock(), self.leeway, required=("iat",))
        found = claims.get("token_introspection")
        if not isinstance(found, dict) or not isinstance(found.get("active"), bool):
            raise InvalidJWTError(
                f"{WHAT} has no object 'token_introspection' with a boolean 'active'", claim="token_introspection"
            )
        return Claims(found, header=header, token=answer)
