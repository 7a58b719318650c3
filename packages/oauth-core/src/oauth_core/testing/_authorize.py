"""The fake server's authorization endpoint, where the person's part is played by a `Decision`.

Rules of this room: an error is shown as a page as long as client and redirect URI are not proven, and sent to the
redirect URI after that; every answer carries the state and, unless switched off, ``iss``. RFC 6749 §4.1.2.1, RFC 9207.
"""

from __future__ import annotations

import re
from html import escape

from oauth_core._messages import FORM, Pairs, Response, add_query, encode_form

from ._authority import Authority, Permission, ResponseSigner, ResponseType
from ._clients import FakeUser, RegisteredClient
from ._details import asked_details
from ._exchange import Decision, Exchange
from ._pushed import read_request
from ._tokens import IssuedCode
from ._wire import Refusal, checked, html_response, parse_pairs, single

__all__ = ["RESPONSE_TYPES", "authorization_endpoint"]

RESPONSE_MODES = ("query", "fragment", "form_post")
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")


def authorization_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Answer an authorization request with a redirect to the client, or with a page where that would be unsafe."""
    request = exchange.request
    if request.method not in {"GET", "POST"}:
        raise Refusal("invalid_request", "use GET or POST", status=405, headers=(("Allow", "GET, POST"),))
    params = exchange.query
    is_form = (request.header("content-type") or "").partition(";")[0].strip().lower() == FORM
    if request.method == "POST" and is_form:
        params = (*params, *parse_pairs(request.body.decode("utf-8", "replace")))
    try:
        params = read_request(authority, params)
        client, redirect_uri = _proven(authority, params)
    except Refusal as refusal:
        return html_response(f"{refusal.error}: {refusal.description}", status=400)
    mode, sign = "query", None
    try:
        params = checked(params)
        kinds = frozenset((single(params, "response_type") or "").split())
        in_fragment = kinds != {"code"} and kinds in authority.response_types
        mode = "fragment" if in_fragment else "query"
        mode, sign = _checked_mode(authority, single(params, "response_mode"), mode)
        answer = _decide(authority, client, params, exchange.decision or Decision())
    except Refusal as refusal:
        answer = (("error", refusal.error), ("error_description", refusal.description))
    state = next((value for name, value in params if name == "state" and value), None)
    if state is not None:
        answer = (*answer, ("state", state))
    if authority.settings.send_iss:
        answer = (*answer, ("iss", authority.issuer))
    if sign is not None:
        answer = sign(authority, client, answer)
    encoded = encode_form(answer)
    if mode == "form_post":
        return html_response(_form(redirect_uri, answer), headers=(("Cache-Control", "no-store"),))
    location = f"{redirect_uri}#{encoded}" if mode == "fragment" else add_query(redirect_uri, encoded)
    return Response(302, (("Location", location), ("Cache-Control", "no-store")))


def _proven(authority: Authority, params: Pairs) -> tuple[RegisteredClient, str]:
    """Return the client and its redirect URI, or refuse: nothing may be redirected before both are known."""
    for name in ("client_id", "redirect_uri"):
        if sum(key == name for key, _ in params) > 1:
            raise Refusal("invalid_request", f"the parameter {name} is repeated")
    client = authority.clients.get(single(params, "client_id") or "")
    if client is None:
        raise Refusal("invalid_request", "the client is not known")
    redirect_uri = single(params, "redirect_uri")
    if not redirect_uri:
        if len(client.redirect_uris) != 1:
            raise Refusal("invalid_request", "redirect_uri is missing, and the client has not exactly one")
        return client, client.redirect_uris[0]
    if not client.allows_redirect(redirect_uri):
        raise Refusal("invalid_request", "redirect_uri is not registered for the client")
    return client, redirect_uri


def _checked_mode(authority: Authority, asked: str | None, usual: str) -> tuple[str, ResponseSigner | None]:
    """Return where the answer goes, and what signs it. OAuth 2.0 Multiple Response Types §2.1, Form Post §2, JARM §2.3.

    A mode that ends in ``jwt`` is the one before the dot, or the usual one.
    """
    if asked is None:
        return usual, None
    sign = authority.sign_response if asked == "jwt" or asked.endswith(".jwt") else None
    where = asked.removesuffix("jwt").rstrip(".") or usual if sign is not None else asked
    if where not in RESPONSE_MODES:
        raise Refusal("invalid_request", f"response_mode must be one of {', '.join(RESPONSE_MODES)}")
    if where == "query" and usual == "fragment":
        raise Refusal("invalid_request", "tokens are not sent in a query")
    return where, sign


def _form(redirect_uri: str, answer: Pairs) -> str:
    """Return the form that the person's browser posts to the client by itself."""
    fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in answer)
    return f'<form method="post" action="{escape(redirect_uri)}">{fields}</form>'


def _decide(authority: Authority, client: RegisteredClient, params: Pairs, decision: Decision) -> Pairs:
    """Check the request, ask the person, and return what the response type answers."""
    response_type = single(params, "response_type")
    if response_type is None:
        raise Refusal("invalid_request", "the parameter response_type is missing")
    kinds = frozenset(response_type.split())
    respond = authority.response_types.get(kinds)
    if respond is None:
        raise Refusal("unsupported_response_type", "this server does not know the response type")
    if not client.allows_grant("authorization_code" if "code" in kinds else "implicit"):
        raise Refusal("unauthorized_client", "the client is not registered for this response type")
    _check_challenge(authority, client, params, with_code="code" in kinds)
    scope = authority.grant_scope(client, single(params, "scope"))
    asked_details(client, params)
    if not decision.approve:
        raise Refusal("access_denied", "the person declined")
    name = decision.user or next(iter(authority.users), "")
    user = authority.users.get(name)
    if user is None:
        raise Refusal("access_denied", "no such person")
    granted = scope if decision.scope is None else decision.scope
    return respond(authority, client, user, granted, params)


def _check_challenge(authority: Authority, client: RegisteredClient, params: Pairs, *, with_code: bool) -> None:
    challenge, method = single(params, "code_challenge"), single(params, "code_challenge_method")
    if challenge is None:
        if method is not None:
            raise Refusal("invalid_request", "code_challenge_method without code_challenge")
        if with_code and client.needs_pkce:
            raise Refusal("invalid_request", "the client must use PKCE: code_challenge is missing")
        return
    allowed = {"S256", "plain"} if authority.settings.allow_plain_pkce else {"S256"}
    if (method or "plain") not in allowed:
        raise Refusal("invalid_request", "code_challenge_method must be S256")
    if not _CHALLENGE.match(challenge):
        raise Refusal("invalid_request", "code_challenge is malformed")


def respond_code(authority: Authority, client: RegisteredClient, user: FakeUser, scope: str, params: Pairs) -> Pairs:
    """Issue an authorization code. RFC 6749 §4.1.2."""
    challenge = single(params, "code_challenge")
    method = single(params, "code_challenge_method") or "plain"
    code = authority.tokens.add_code(
        IssuedCode(
            value=authority.random(),
            client_id=client.client_id,
            subject=user.subject,
            scope=scope,
            family=authority.random(),
            redirect_uri=single(params, "redirect_uri"),
            code_challenge=None if challenge is None else f"{method} {challenge}",
            expires_at=authority.clock() + authority.settings.code_lifetime,
            params=params,
        )
    )
    return (("code", code.value),)


def respond_token(authority: Authority, client: RegisteredClient, user: FakeUser, scope: str, _params: Pairs) -> Pairs:
    """Issue an access token directly: the implicit grant. RFC 6749 §4.2.2."""
    members = authority.issue(client, Permission(subject=user.subject, scope=scope))
    return tuple((name, str(value)) for name, value in members.items())


RESPONSE_TYPES: dict[frozenset[str], ResponseType] = {
    frozenset({"code"}): respond_code,
    frozenset({"token"}): respond_token,
}
