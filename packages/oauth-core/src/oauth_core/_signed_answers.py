"""What servers sign besides ID tokens: authorization responses, userinfo, introspection; and who judges them.

Rules of this room: the judges are the user's (oauth-jwt offers one for each). Where one is configured an answer that is
not signed is refused, and what it covers is checked exactly as a plain answer would be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ._answers import raise_for_refusal
from ._callback import VerifiedParameters, callback_parameters, signed_response
from ._errors import ProtocolViolation, UsageError
from ._messages import Flow, Pairs, Response, pairs
from ._token_endpoint import check_activity, check_subject, parse_userinfo_response

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest, AuthorizationResponse

__all__ = ["IntrospectionJudge", "JARMJudge", "UserInfoJudge", "validate_callback"]

SIGNED_INTROSPECTION = "application/token-introspection+jwt"


@runtime_checkable
class JARMJudge(Protocol):
    """What judges authorization responses that are JWTs, such as ``JARMValidator`` of oauth-jwt. JARM §2.4."""

    def validate(self, response: str, /) -> Flow[Pairs]:
        """Return the parameters in a ``response``, ``iss`` among them (a flow); raises for a bad one."""


@runtime_checkable
class UserInfoJudge(Protocol):
    """What judges userinfo answers that are JWTs, such as ``UserInfoValidator`` of oauth-jwt. OIDC Core §5.3.2."""

    def validate(self, answer: str, /, *, subject: str | None) -> Flow[Mapping[str, object]]:
        """Return the claims of an answer, which must be about ``subject`` (a flow); raises for a bad one."""


@runtime_checkable
class IntrospectionJudge(Protocol):
    """What judges introspection answers that are JWTs, such as ``IntrospectionValidator`` of oauth-jwt. RFC 9701 §5."""

    def validate(self, answer: str, /) -> Flow[Mapping[str, object]]:
        """Return what an answer says of the token (a flow); raises for a bad one."""


def validate_callback(
    judge: JARMJudge | None,
    request: AuthorizationRequest,
    response: str | Mapping[str, object] | Iterable[tuple[str, str]],
) -> Flow[AuthorizationResponse]:
    """Return the authorization response when it belongs to this request and is no error (a flow).

    A signed one is verified by ``judge`` first; all else is as ``AuthorizationRequest.validate_callback`` does it.
    Raises what that raises, and what the judge raises. JARM §2.4.
    """
    if not isinstance(response, VerifiedParameters):
        found = callback_parameters(response)
        token = signed_response(found, demanded=request.wants_signed_response)
        response = found if token is None else (yield from unwrapped(judge, token))
    return request.validate_callback(response)


def unwrapped(judge: JARMJudge | None, token: str) -> Flow[VerifiedParameters]:
    """Return what the JWT of an authorization response says (a flow)."""
    if judge is None:
        raise UsageError(
            "the callback is signed (JARM), and nothing here can verify it: pass jarm_validator= to the client, such "
            "as oauth-jwt's JARMValidator"
        )
    return VerifiedParameters(pairs((yield from judge.validate(token))))


def judged_userinfo(
    judge: UserInfoJudge, response: Response, *, subject: str | None, clock: Callable[[], float] = time.time
) -> Flow[dict[str, object]]:
    """Return the claims of a userinfo answer that must be a JWT (a flow). OIDC Core §5.3.2."""
    answer = parse_userinfo_response(response, clock=clock)
    if not isinstance(answer, str):
        raise ProtocolViolation(
            "the userinfo answer is not signed or encrypted, but a userinfo_validator is configured: the client's "
            "registration (userinfo_signed_response_alg) and this option have to agree",
            error="unsigned_response",
        )
    claims = dict((yield from judge.validate(answer, subject=subject)))
    check_subject(claims, subject)
    return claims


def judged_introspection(
    judge: IntrospectionJudge, response: Response, *, clock: Callable[[], float] = time.time
) -> Flow[dict[str, object]]:
    """Return the members of an introspection answer that must be a JWT (a flow). RFC 9701 §5."""
    raise_for_refusal(response, "the introspection request", clock=clock)
    if response.content_type != SIGNED_INTROSPECTION:
        raise ProtocolViolation(
            f"the introspection answer is not signed ({SIGNED_INTROSPECTION}), but an introspection_validator is "
            "configured; the token's state is unknown",
            error="unsigned_response",
        )
    return check_activity(dict((yield from judge.validate(response.text.strip()))))
