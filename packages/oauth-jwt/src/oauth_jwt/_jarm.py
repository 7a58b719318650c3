"""Authorization responses as JWTs (JARM).

Rules of this room: only what the signed answer says counts; ``iss``, ``aud`` and ``exp`` must be there.
"""

from __future__ import annotations

from dataclasses import dataclass

from oauth_core import Flow, Pairs, pairs

from ._claims import check_audience, check_issuer, check_times
from ._keywords import known_fields
from ._validator import Validator

__all__ = ["JARMValidator"]

WHAT = "the authorization response"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class JARMValidator(Validator):
    """The rules for authorization responses that ``issuer`` signs for the client ``client_id``. JARM §2.4.

    ``algorithms`` holds what was registered as ``authorization_signed_response_alg``.
    """

    def validate(self, response: str) -> Flow[Pairs]:
        """Return the parameters in the ``response`` parameter, ``iss`` among them (a flow).

        They are checked further (``state``, ``error``) like any other answer. Raises ``InvalidJWTError``.
        """
        _, claims = yield from self.verifier.verify(response, WHAT)
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT)
        check_times(claims, WHAT, self.clock(), self.leeway, required=("exp",))
        return pairs({name: value for name, value in claims.items() if name not in {"aud", "exp", "iat", "nbf", "jti"}})
