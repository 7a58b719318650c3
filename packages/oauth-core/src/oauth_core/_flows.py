"""The flows: conversations with the authorization server, each written once for every HTTP library and colour.

Rules of this room: a flow is a generator that yields ``Request``, ``Wait`` or ``Call`` and returns a value; retries,
hooks and the choice of endpoint live here; nothing of a user's API request can reach a flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from ._config import ClientConfig, authenticated, endpoint_of, server_of
from ._errors import (
    OAuthError,
    ProtocolViolation,
    ReauthorizationRequired,
    ServerRefusal,
    UnsupportedTokenTypeError,
    UsageError,
)
from ._grants import Grant, RefreshTokenGrant, grant_parameters
from ._messages import Flow, Pairs, Request, Response, pairs, send
from ._token import OAuth2Token
from ._token_endpoint import (
    build_form_request,
    build_userinfo_request,
    merge_renewed,
    parse_introspection_response,
    parse_revocation_response,
    parse_token_response,
    parse_userinfo_response,
)

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest
    from ._dpop import DPoPProver
    from ._login import IDTokenJudge, Login

__all__ = [
    "authorize",
    "fetch_token",
    "introspect",
    "push_authorization_request",
    "refresh",
    "revoke",
    "token_text",
    "userinfo",
]


def token_text(token: object, prefer: str = "access_token") -> str:
    """Return the token string of what may be a token string, an ``OAuth2Token`` or a mapping.

    Raises ``UsageError`` where there is none.
    """
    value = token.get(prefer) if isinstance(token, Mapping) else token
    if isinstance(value, str) and value:
        return value
    raise UsageError(f"there is no {prefer} to send; pass it as text, or a token that holds it")


def fetch_token(
    config: ClientConfig,
    grant: Grant,
    *,
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
    method: str = "POST",
    body: str = "",
) -> Flow[OAuth2Token]:
    """Exchange a grant for a token (a flow).

    ``url`` and ``auth`` stand in for what is configured, for this exchange only. A grant may judge the token by
    ``check_token(token)``. Raises what ``parse_token_response`` raises. RFC 6749 §4.
    """
    polled = getattr(grant, "polling", None)
    if polled is not None:  # a person has yet to approve
        from ._polling import polled_token

        exchange = partial(fetch_token, config, url=url, auth=auth, headers=headers, method=method, body=body)
        return (yield from polled_token(polled(config.clock), exchange))
    flow = _exchange(config, grant, url=url, auth=auth, headers=headers, method=method, body=body)
    judge = config.id_token_validator
    if judge is None or grant.grant_type == "refresh_token":
        return (yield from flow)
    return (yield from _judged(judge, grant, flow))


def _judged(judge: IDTokenJudge, grant: Grant, exchange: Flow[OAuth2Token]) -> Flow[OAuth2Token]:
    """Let the ID tokens of a login be judged: before the code is shown, and when the token is there (a flow)."""
    from ._login import judge_callback, judge_token

    login = cast("Login | None", getattr(grant, "login", None))
    front = None if login is None else (yield from judge_callback(judge, login))
    token = yield from exchange
    yield from judge_token(judge, token, login, front)
    return token


def _exchange(
    config: ClientConfig, grant: Grant, *, url: str | None, auth: object, headers: Pairs, method: str, body: str
) -> Flow[OAuth2Token]:
    """Send one token request and return the token (a flow)."""
    point = "refresh_token" if grant.grant_type == "refresh_token" else "access_token"
    endpoint = yield from endpoint_of(config, "token_endpoint", url)
    parameters = yield from grant_parameters(grant)

    def make() -> Flow[Request]:
        request = build_form_request(endpoint, parameters, headers=headers, method=method, body=body)
        request = yield from authenticated(config, request, endpoint, auth)
        return config.hooks.on_request(f"{point}_request", request)

    answer = yield from _sent(config.dpop, make)
    response = config.hooks.on_response(f"{point}_response", answer)
    parse = config.parse_token or partial(parse_token_response, clock=config.clock)
    token = _checked(grant, parse(response))
    if config.dpop is not None:
        from ._dpop import need_bound

        need_bound(token)
    return token


def _sent(
    dpop: DPoPProver | None, make: Callable[[], Flow[Request]], access_token: str | None = None
) -> Flow[Response]:
    """Send a request, with proofs where there is a key for them (a flow)."""
    if dpop is None:
        return (yield from send((yield from make())))
    from ._dpop import send_proven

    return (yield from send_proven(dpop, make, access_token))


def _checked(grant: Grant, token: OAuth2Token) -> OAuth2Token:
    """Let the grant judge the token that it brought, where it can (``check_token``)."""
    check = getattr(grant, "check_token", None)
    if check is not None:
        check(token)
    elif token.token_type.lower() == "n_a":
        raise UnsupportedTokenTypeError(f"the token is of type {token.token_type!r}, which only an exchange may bring")
    return token


def refresh(
    config: ClientConfig,
    token: object,
    *,
    scope: str | None = None,
    extra: Pairs = (),
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
    body: str = "",
    rescue: Callable[[OAuth2Token], Flow[None]] | None = None,
) -> Flow[OAuth2Token]:
    """Spend a refresh token and return the new token, the old one's refresh token kept where none came (a flow).

    ``token`` is the refresh token or the token that holds it. Where the ID token that came cannot be judged, for want
    of the server's keys, ``rescue`` is given the old token with the refresh token that counts now. Raises
    ``ReauthorizationRequired`` where the server says ``invalid_grant``. RFC 6749 §6.
    """
    grant = RefreshTokenGrant(token_text(token, "refresh_token"), scope, extra)
    old = token if isinstance(token, Mapping) else {"refresh_token": grant.refresh_token}
    try:
        new = yield from fetch_token(config, grant, url=url, auth=auth, headers=headers, body=body)
    except ServerRefusal as exc:
        if exc.error == "invalid_grant":
            raise ReauthorizationRequired(
                f"the refresh token is no longer accepted, so a person must authorize again [{exc.description}]",
                uri=exc.uri,
                status_code=exc.status_code,
            ) from None
        raise
    if scope and not new.get("scope"):
        new["scope"] = scope  # an answer names the scope only where it is another than was asked for
    if config.id_token_validator is not None:
        from ._login import is_verdict, judge_refreshed

        try:
            yield from judge_refreshed(config.id_token_validator, new, old)
        except OAuthError as exc:
            if rescue is not None and new.refresh_token and not is_verdict(exc):
                yield from rescue(OAuth2Token({**old, "refresh_token": new.refresh_token}))
            raise
    return merge_renewed(old, new)


def revoke(
    config: ClientConfig,
    token: object,
    *,
    token_type_hint: str | None = None,
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
    body: str = "",
    extra: Pairs = (),
) -> Flow[Response]:
    """Ask the server to forget a token, and return its answer (a flow). Raises ``ServerRefusal``. RFC 7009 §2."""
    prefer = "refresh_token" if token_type_hint == "refresh_token" else "access_token"
    parameters = pairs({"token": token_text(token, prefer), "token_type_hint": token_type_hint})
    response = yield from post_form(
        config,
        "revocation_endpoint",
        "revoke_token",
        (*parameters, *extra),
        url=url,
        auth=auth or config.revocation_auth,
        headers=headers,
        body=body,
    )
    parse_revocation_response(response, clock=config.clock)
    return response


def introspect(
    config: ClientConfig,
    token: object,
    *,
    token_type_hint: str | None = None,
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
    body: str = "",
    extra: Pairs = (),
) -> Flow[dict[str, object]]:
    """Ask the server what a token stands for (a flow). Raises ``ServerRefusal``, ``ProtocolViolation``. RFC 7662 §2.

    With an ``introspection_validator`` a signed answer is asked for, demanded and verified. RFC 9701 §4.
    """
    judge = config.introspection_validator
    if judge is not None:
        from ._signed_answers import SIGNED_INTROSPECTION

        headers = (("Accept", SIGNED_INTROSPECTION), *headers)
    prefer = "refresh_token" if token_type_hint == "refresh_token" else "access_token"
    parameters = pairs({"token": token_text(token, prefer), "token_type_hint": token_type_hint})
    response = yield from post_form(
        config,
        "introspection_endpoint",
        "introspect_token",
        (*parameters, *extra),
        url=url,
        auth=auth or config.introspection_auth,
        headers=headers,
        body=body,
    )
    if judge is not None:
        from ._signed_answers import judged_introspection

        return (yield from judged_introspection(judge, response, clock=config.clock))
    return parse_introspection_response(response, clock=config.clock)


def post_form(
    config: ClientConfig,
    name: str,
    point: str,
    parameters: Pairs,
    *,
    url: str | None,
    auth: object,
    headers: Pairs,
    body: str,
) -> Flow[Response]:
    """Post a form to an endpoint by its name in the metadata, the client authenticated, hooks at ``point`` (a flow)."""
    endpoint = yield from endpoint_of(config, name, url)
    request = build_form_request(endpoint, parameters, headers=headers, body=body)
    request = yield from authenticated(config, request, endpoint, auth)
    request = config.hooks.on_request(f"{point}_request", request)
    return config.hooks.on_response(f"{point}_response", (yield from send(request)))


def userinfo(
    config: ClientConfig,
    token: object,
    *,
    url: str | None = None,
    subject: str | None = None,
    token_placement: str = "header",
) -> Flow[dict[str, object]]:
    """Ask for the claims about the token's user (a flow). Raises as ``parse_userinfo_response``. OIDC Core §5.3.

    With a ``userinfo_validator`` a signed or encrypted answer is demanded, and verified; without one such an answer is
    refused, since nothing of it can be believed.
    """
    endpoint = yield from endpoint_of(config, "userinfo_endpoint", url)
    # It carries the token as any API request does, so what puts the token elsewhere has to see it too.
    text = token_text(token)
    key = config.dpop if not isinstance(token, Mapping) or str(token.get("token_type")).lower() == "dpop" else None
    judge = config.userinfo_validator

    def make() -> Flow[Request]:
        yield from ()
        request = build_userinfo_request(
            endpoint,
            text,
            scheme="Bearer" if key is None else "DPoP",
            token_placement=token_placement,
            accept="application/json" if judge is None else "application/jwt",
        )
        return config.hooks.on_request("protected_request", request)

    if subject is None and config.id_token_validator is not None:
        from ._login import subject_of

        subject = subject_of(config.id_token_validator, token)
    response = config.hooks.on_response("userinfo_response", (yield from _sent(key, make, text)))
    if judge is not None:
        from ._signed_answers import judged_userinfo

        return (yield from judged_userinfo(judge, response, subject=subject, clock=config.clock))
    claims = parse_userinfo_response(response, subject=subject, clock=config.clock)
    if isinstance(claims, str):
        raise ProtocolViolation(
            "the userinfo answer is a JWT, and nothing here can verify it: pass userinfo_validator= to the client, "
            "such as oauth-jwt's UserInfoValidator",
            error="unverified_response",
        )
    return claims


def authorize(config: ClientConfig, **parameters: object) -> Flow[AuthorizationRequest]:
    """Return an authorization request with all that is configured, PKCE and the issuer included (a flow).

    It is signed where a signer is configured, and pushed where configuration or metadata demand it. Raises what
    ``push_authorization_request`` raises. RFC 9101 §5, RFC 9126 §5.
    """
    request = yield from request_authorization(config, **parameters)
    server = yield from server_of(config)
    demanded = config.require_pushed_authorization_requests or server.flag("require_pushed_authorization_requests")
    if demanded and request.request_uri is None:
        return (yield from push_authorization_request(config, request))
    return request


def request_authorization(config: ClientConfig, **parameters: object) -> Flow[AuthorizationRequest]:
    """Return an authorization request as ``authorize`` does, signed where a signer is configured, never pushed."""
    from ._authorization import AuthorizationRequest
    from ._front_channel import ask_as_configured

    url = yield from endpoint_of(
        config, "authorization_endpoint", cast("str | None", parameters.pop("authorization_endpoint", None))
    )
    server = yield from server_of(config)
    parameters.setdefault("redirect_uri", config.redirect_uri)
    parameters.setdefault("scope", config.scope)
    parameters.setdefault("code_challenge_method", config.code_challenge_method)
    parameters.setdefault("issuer", server.issuer)
    parameters.setdefault("iss_required", server.promises_iss)
    parameters.setdefault("allow_insecure_http", config.allow_insecure_http)
    ask_as_configured(config, parameters)
    if not config.client_id and "client_id" not in parameters:
        raise UsageError("no client_id is configured; pass client_id=")
    parameters.setdefault("client_id", config.client_id)
    request = AuthorizationRequest(url, **parameters)  # type: ignore[arg-type]  # free keywords, checked there
    if "authorization_request" in config.hooks:
        request = request.with_uri(config.hooks.on_parts("authorization_request", request.uri, {}, None)[0])
    if request.request is not None or request.request_uri is not None:
        return request
    if config.request_object is not None:
        from ._pushed import signed

        return (yield from signed(request, config.request_object))
    if server.flag("require_signed_request_object"):
        raise UsageError("this server takes signed authorization requests only; pass request_object= (see oauth-jwt)")
    return request


def push_authorization_request(
    config: ClientConfig,
    request: AuthorizationRequest,
    *,
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
) -> Flow[AuthorizationRequest]:
    """Hand an authorization request to the server, and return the request that refers to it (a flow).

    Raises ``ServerRefusal``, ``ProtocolViolation``. RFC 9126 §2.
    """
    from ._pushed import parse_pushed_authorization_response, pushed_parameters

    endpoint = yield from endpoint_of(config, "pushed_authorization_request_endpoint", url)
    parameters = [pair for pair in pushed_parameters(request) if pair[0] != "client_id"]
    form = build_form_request(endpoint, parameters, headers=headers)
    form = yield from authenticated(config, form, endpoint, auth)
    if "client_id" not in dict(parse_qsl(form.body.decode("utf-8"))):  # most methods have sent it
        form = form.with_params([("client_id", request.client_id)])
    pushed = parse_pushed_authorization_response((yield from send(form)), endpoint=endpoint, clock=config.clock)
    return replace(request, request=None, request_uri=pushed.request_uri, sent_as=None)
