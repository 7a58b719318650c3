"""The front channel: the URL that the user's browser is sent to, what it asks for, and the callback that comes back.

Rules of this room: it is imported when a person is involved, never with a session. A function takes what the session
knows and returns what the session is to remember; it changes nothing of it. What a callback must say stands in
``_callback``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING, cast

from ._authorization import AuthorizationRequest, AuthorizationResponse
from ._callback import VerifiedParameters, callback_parameters, check_callback, plain_parameters, signed_response
from ._errors import InvalidTokenResponse, MismatchingStateError, UsageError
from ._messages import Flow, Pairs
from ._options import REFUSED, canonical, refuse_keywords, scope_text
from ._pkce import generate_token
from ._token_endpoint import token_from_members

if TYPE_CHECKING:
    from ._config import ClientConfig
    from ._login import IDTokenJudge, Login
    from ._token import OAuth2Token

__all__ = [
    "ask_as_configured",
    "authorization_request",
    "callback_login",
    "checked_callback",
    "implicit_token",
    "judged_implicit",
    "signed_callback",
]


def authorization_request(
    config: ClientConfig,
    known: Mapping[str, object],
    url: str | None,
    state: str | None,
    code_verifier: str | None,
    parameters: Mapping[str, object],
) -> tuple[AuthorizationRequest, str]:
    """Return the request of ``create_authorization_url`` and its URL, as corrected by hooks.

    ``known`` is what is known of the server. Raises ``UsageError``.
    """
    rest = canonical(parameters, {"authorization_endpoint": "url", "callback_uri": "redirect_uri"})
    refuse_keywords("create_authorization_url", rest, REFUSED)
    named = cast("str | None", rest.pop("url", None))
    url = url or named or cast("str | None", known.get("authorization_endpoint"))
    if config.require_pushed_authorization_requests or known.get("require_pushed_authorization_requests"):
        raise UsageError("requests to this server have to be pushed to it: use authorization_request() instead")
    if config.request_object is not None:
        raise UsageError("requests of this client are signed: use authorization_request() instead")
    if not url and config.discovery is not None:
        raise UsageError("the server's metadata is not read yet: call load_server_metadata() first")
    if not url:
        raise UsageError("no authorization_endpoint is known: pass url, or authorization_endpoint= to the constructor")
    method = cast("str", rest.pop("code_challenge_method", None) or config.code_challenge_method or "S256")
    challenge = cast("str | None", rest.pop("code_challenge", None))
    made_elsewhere: Pairs = ()
    if challenge is not None and code_verifier is None:
        made_elsewhere = (("code_challenge", challenge), ("code_challenge_method", method))
    rest.setdefault("nonce", None if config.id_token_validator is None else "")
    ask_as_configured(config, rest)
    request = AuthorizationRequest(
        url,
        cast("str", rest.pop("client_id", None) or config.client_id or ""),
        redirect_uri=cast("str | None", rest.pop("redirect_uri", None)) or config.redirect_uri,
        scope=scope_text(rest.pop("scope", None)) or config.scope,
        state=state or generate_token(),
        code_verifier=code_verifier,
        code_challenge_method=method if code_verifier else None,
        extra=made_elsewhere,
        allow_insecure_http=config.allow_insecure_http,
        **rest,  # type: ignore[arg-type]  # free keywords
    )
    uri = request.uri
    if "authorization_request" in config.hooks:
        uri = config.hooks.on_parts("authorization_request", uri, {}, None)[0]
    return request, uri


def ask_as_configured(config: ClientConfig, parameters: dict[str, object]) -> None:
    """Add what the client's keys and judges make every authorization request ask for, where the caller did not."""
    if config.dpop is not None:
        parameters.setdefault("dpop_jkt", config.dpop.jkt)
    if config.jarm_validator is not None:
        parameters.setdefault("response_mode", "jwt")


def signed_callback(response: object, *, demanded: bool) -> str | None:
    """Return the JWT that a callback is, None where it is a plain one or was judged before."""
    if isinstance(response, (AuthorizationResponse, VerifiedParameters)):
        return None
    return signed_response(callback_parameters(cast("str", response)), demanded=demanded)


def checked_callback(
    response: object,
    state: str | None,
    *,
    issued: str | None,
    known: Mapping[str, object],
    demanded: bool,
) -> Pairs:
    """Return the parameters of a callback that belongs to this session and is no error.

    ``state`` is the caller's, ``issued`` the session's own; ``known`` is what is known of the server. Raises what
    ``check_callback`` raises.
    """
    if isinstance(response, AuthorizationResponse):
        if state is not None and not compare_digest((response.state or "").encode(), state.encode()):
            raise MismatchingStateError("the authorization response belongs to another state than the one given")
        return response.parameters
    found = plain_parameters(cast("str", response), demanded=demanded)
    check_callback(
        found,
        state=state or issued,
        issuer=cast("str | None", known.get("issuer")),
        iss_required=known.get("authorization_response_iss_parameter_supported") is True,
    )
    return found


def callback_login(login: Login | None, response: object, found: Mapping[str, str]) -> Login | None:
    """Return what a login is judged by, with what came in its callback."""
    if login is None or isinstance(response, AuthorizationResponse):
        return login
    login = replace(login, state=found.get("state"), iss=found.get("iss"), code=found.get("code"))
    return replace(login, id_token=found.get("id_token"), access_token=found.get("access_token"))


def implicit_token(found: Pairs | Mapping[str, str], clock: Callable[[], float]) -> OAuth2Token:
    """Return the token in the parameters of an implicit response. Raises ``InvalidTokenResponse``. RFC 6749 §4.2.2."""
    return token_from_members(dict[str, object](found), clock)


def judged_implicit(token: OAuth2Token, judge: IDTokenJudge | None, login: Login | None) -> Flow[OAuth2Token]:
    """Return the token of an implicit response, its ID token judged where one was asked for (a flow)."""
    if judge is not None and login is not None:
        from ._login import judge_callback

        claims = yield from judge_callback(judge, login)
        if claims is None and login.openid:
            raise InvalidTokenResponse("the callback holds no id_token, although openid was asked for")
    return token
