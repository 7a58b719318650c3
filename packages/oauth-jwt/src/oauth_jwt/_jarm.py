"""Authorization responses as JWTs (JARM).

Rules of this room: only what the signed answer says counts; ``iss``, ``aud`` and ``exp`` must be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from oauth_core import Flow, VerifiedParameters, callback_parameters, pairs

from ._claims import check_audience, check_issuer, check_times
from ._errors import InvalidJWTError
from ._keywords import known_fields
from ._validator import Validator

__all__ = ["JARMValidator"]

WHAT = "the authorization response"

_COMPACT: Final = re.compile(r"[\w.-]*\Z", re.ASCII)  # a query has '=' in it
_OF_THE_TOKEN: Final = frozenset({"aud", "exp", "iat", "nbf", "jti"})


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class JARMValidator(Validator):
    """The rules for authorization responses that ``issuer`` signs for the client ``client_id``. JARM §2.4.

    ``algorithms`` holds what was registered as ``authorization_signed_response_alg``.
    """

    judges_as: ClassVar[str] = "jarm_validator"

    def validate(self, response: str | Mapping[str, object] | Iterable[tuple[str, str]]) -> Flow[VerifiedParameters]:
        """Return the parameters of a signed authorization response, ``iss`` among them (a flow).

        ``response`` is the JWT, or the callback that holds it: its URL, its query, or its parameters. What is returned
        is checked further (``state``, ``error``) by ``AuthorizationRequest.validate_callback``. Raises
        ``InvalidJWTError``.
        """
        _, claims = yield from self.verifier.verify(_jwt_of(response), WHAT)
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT)
        check_times(claims, WHAT, self.clock(), self.leeway, required=("exp",))
        return VerifiedParameters(pairs({name: value for name, value in claims.items() if name not in _OF_THE_TOKEN}))


def _jwt_of(response: str | Mapping[str, object] | Iterable[tuple[str, str]]) -> str:
    if isinstance(response, str) and _COMPACT.match(response):
        return response
    token = dict(callback_parameters(response)).get("response")
    if not token:
        raise InvalidJWTError(f"{WHAT} is not signed: it has no parameter 'response'", claim="response")
    return token
