"""What has to come back with a token when somebody logged in: the ID token, and who judges it.

Rules of this room: the judge is the user's (oauth-jwt offers one); what was asked for is compared by it, once, for
every client. A login that asked for an ID token and brought none is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ._errors import InvalidTokenResponse, OAuthError, ProtocolViolation, ServerRefusal, TransportError, UsageError
from ._messages import Flow
from ._token import OAuth2Token

if TYPE_CHECKING:
    from ._authorization import AuthorizationResponse

__all__ = ["IDTokenJudge", "Login"]

_NO_KEYS = ("invalid_jwk_set", "invalid_metadata")


@runtime_checkable
class IDTokenJudge(Protocol):
    """What judges ID tokens, such as ``IDTokenValidator`` of oauth-jwt; each method raises for a bad one."""

    def validate(
        self,
        token: object,
        /,
        *,
        nonce: str | None = None,
        accept_any_nonce: bool = False,
        access_token: object = None,
        max_age: float | None = None,
        acr_values: str | None = None,
    ) -> Flow[Mapping[str, object]]:
        """Return the claims of an ID token of the token endpoint (a flow). OIDC Core §3.1.3.7."""

    def validate_front_channel(
        self,
        token: object,
        /,
        *,
        nonce: str,
        access_token: object = None,
        code: str | None = None,
        state: str | None = None,
        max_age: float | None = None,
        acr_values: str | None = None,
    ) -> Flow[Mapping[str, object]]:
        """Return the claims of an ID token that came through the browser (a flow). OIDC Core §3.3.2.12."""

    def validate_refreshed(self, token: object, /, *, previous: Mapping[str, object]) -> Flow[Mapping[str, object]]:
        """Return the claims of the ID token of a refresh, which must be about the same login (a flow)."""

    def read(self, token: object, /) -> Mapping[str, object]:
        """Return the claims of an ID token that was believed before; nothing is verified again."""


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """What an authorization request asked for, and what the callback brought besides the code.

    ``openid`` says that an ID token has to come. ``max_age`` is in seconds.
    """

    openid: bool = False
    nonce: str | None = None
    max_age: float | None = None
    acr_values: str | None = None
    iss: str | None = None
    state: str | None = None
    code: str | None = None
    id_token: str | None = None
    access_token: str | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with openid={self.openid}>"

    @classmethod
    def of(cls, response: AuthorizationResponse) -> Login:
        """Return the login that a callback stands for."""
        return cls(
            openid=response.nonce is not None or "openid" in (response.requested_scope or "").split(),
            nonce=response.nonce,
            max_age=response.max_age,
            acr_values=response.acr_values,
            iss=response.iss,
            state=response.state,
            code=response.code,
            id_token=response.get("id_token"),
            access_token=response.get("access_token"),
        )


def judge_callback(judge: IDTokenJudge, login: Login) -> Flow[Mapping[str, object] | None]:
    """Return the claims of the ID token that came through the browser, None where none did (a flow)."""
    if login.id_token is None:
        return None
    claims = yield from judge.validate_front_channel(
        login.id_token,
        nonce=login.nonce or "",
        access_token=login.access_token,
        code=login.code,
        state=login.state,
        max_age=login.max_age,
        acr_values=login.acr_values,
    )
    _same_issuer(claims, login)
    return claims


def claims_of(judge: IDTokenJudge | None, response: AuthorizationResponse) -> Flow[dict[str, object]]:
    """Return the claims of the ID token in an authorization response, which must hold one (a flow)."""
    if judge is None:
        raise UsageError("nothing here can judge an ID token: pass id_token_validator= to the client")
    claims = yield from judge_callback(judge, Login.of(response))
    if claims is None:
        raise InvalidTokenResponse("the authorization response holds no id_token")
    return dict(claims)


def judge_token(
    judge: IDTokenJudge, token: OAuth2Token, login: Login | None, front: Mapping[str, object] | None = None
) -> Flow[None]:
    """Refuse a token whose ID token is missing or bad, or is about somebody else than the one before (a flow)."""
    login = login or Login()
    if not token.get("id_token"):
        if login.openid:
            raise InvalidTokenResponse("the token answer has no id_token, although openid was asked for")
        return
    claims = yield from judge.validate(
        token, nonce=login.nonce, access_token=token, max_age=login.max_age, acr_values=login.acr_values
    )
    _same_issuer(claims, login)
    if front is not None and (front.get("iss"), front.get("sub")) != (claims.get("iss"), claims.get("sub")):
        raise ProtocolViolation(
            "the two ID tokens of this login name different users ('iss' or 'sub')", error="invalid_sub"
        )


def judge_refreshed(judge: IDTokenJudge, token: OAuth2Token, old: Mapping[str, object]) -> Flow[None]:
    """Refuse the ID token of a refresh that is about another login than the one before (a flow). OIDC Core §12.2."""
    if not token.get("id_token"):
        return
    before = old.get("id_token")
    if before:
        yield from judge.validate_refreshed(token, previous=judge.read(before))
    else:
        yield from judge.validate(token, accept_any_nonce=True, access_token=token)


def is_verdict(problem: OAuthError) -> bool:
    """Tell whether an ID token was found bad; otherwise it could not be judged, for want of the server's keys."""
    return not isinstance(problem, (ServerRefusal, TransportError)) and problem.error not in _NO_KEYS


def subject_of(judge: IDTokenJudge | None, token: object) -> str | None:
    """Return whom the token's ID token is about, None where that is not known."""
    id_token = token.get("id_token") if isinstance(token, Mapping) else None
    if judge is None or not id_token:
        return None
    subject = judge.read(id_token).get("sub")
    return subject if isinstance(subject, str) else None


def _same_issuer(claims: Mapping[str, object], login: Login) -> None:
    if login.iss is not None and claims.get("iss") != login.iss:
        raise ProtocolViolation("the ID token is of another issuer than the callback's iss", error="invalid_iss")
