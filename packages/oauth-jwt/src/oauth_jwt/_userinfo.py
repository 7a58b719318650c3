"""Userinfo answers as JWTs, signed, encrypted or both (OIDC Core §5.3.2).

Rules of this room: the claims must be about the user of the ID token; a signed answer names its issuer and audience.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from oauth_core import Flow

from ._claims import check_audience, check_issuer, check_text, check_times
from ._compact import read_claims
from ._errors import InvalidJWTError
from ._keywords import known_fields
from ._tokens import Claims
from ._validator import Validator

__all__ = ["UserInfoValidator"]

WHAT = "the userinfo answer"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class UserInfoValidator(Validator):
    """The rules for userinfo answers that ``issuer`` gives to the client ``client_id``.

    ``algorithms`` holds what was registered as ``userinfo_signed_response_alg``, ``()`` where they are only encrypted.
    """

    judges_as: ClassVar[str] = "userinfo_validator"

    def validate(self, answer: str, *, subject: str | None) -> Flow[Claims]:
        """Return the claims of an answer of the type ``application/jwt`` (a flow).

        ``subject`` is the ``sub`` of the ID token, None where there is no ID token. Raises ``InvalidJWTError``.
        """
        if self.algorithms:
            header, claims = yield from self.verifier.verify(answer, WHAT, trusted_channel=True)
            check_issuer(claims, self.issuer, WHAT)
            check_audience(claims, self.client_id, WHAT, trusted=None)
            check_times(claims, WHAT, self.clock(), self.leeway, required=())
        else:
            header, claims = {}, read_claims(self.verifier.decrypt(answer, WHAT), WHAT)
        check_subject(claims, subject)
        return Claims(claims, header=header, token=answer)


def check_subject(claims: Mapping[str, object], subject: str | None) -> None:
    """Refuse claims about another user than the ID token's. OIDC Core §5.3.2."""
    found = check_text(claims, "sub", WHAT)
    if subject is not None and found != subject:
        raise InvalidJWTError(f"{WHAT} is about another subject than the ID token", claim="sub")
