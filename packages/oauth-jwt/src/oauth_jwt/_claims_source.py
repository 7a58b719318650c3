"""Claims that another party than the server vouches for: aggregated and distributed claims (OIDC Core §5.6.2).

Rules of this room: the JWT must be of the issuer that the keys belong to; an audience and times are checked where they
are there, since the specification leaves them out.
"""

from __future__ import annotations

from dataclasses import dataclass

from oauth_core import Flow

from ._claims import check_audience, check_issuer, check_times
from ._keywords import known_fields
from ._tokens import Claims
from ._validator import Validator

__all__ = ["ClaimsValidator"]

WHAT = "the JWT of the claims provider"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class ClaimsValidator(Validator):
    """The rules for claims that the claims provider ``issuer`` vouches for; ``keys`` are that provider's.

    Given to ``resolve_claims`` of a client, by issuer.
    """

    def validate(self, token: str) -> Flow[Claims]:
        """Return the claims of a JWT of the provider (a flow). Raises ``InvalidJWTError``."""
        header, claims = yield from self.verifier.verify(token, WHAT)
        check_issuer(claims, self.issuer, WHAT)
        if "aud" in claims:
            check_audience(claims, self.client_id, WHAT, trusted=None)
        check_times(claims, WHAT, self.clock(), self.leeway, required=())
        return Claims(claims, header=header, token=token)
