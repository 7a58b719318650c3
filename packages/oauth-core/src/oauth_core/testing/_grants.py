"""The grants of RFC 6749 at the fake server, and the token endpoint that calls them.

Rules of this room: a grant is a function from an authenticated token request to a `Permission`; it raises
``Refusal`` and issues nothing itself. A replayed code or refresh token revokes its whole family.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest

from oauth_core._messages import Pairs, Response

from ._authority import Authority, GrantHandler, Permission, TokenRequest
from ._certificates import certificate_binding
from ._client_auth import authenticate
from ._clients import RegisteredClient
from ._details import asked_details
from ._device import CIBA, DEVICE_CODE, ciba_grant, device_code_grant
from ._exchange import Exchange
from ._token_exchange import TOKEN_EXCHANGE, token_exchange
from ._tokens import IssuedCode
from ._wire import Refusal, json_response, read_form, required

__all__ = ["GRANTS", "token_endpoint"]

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")


def token_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Authenticate the client, let the grant decide, and issue. RFC 6749 §3.2."""
    form = read_form(exchange.request)
    client, method = authenticate(authority, exchange.request, form)
    grant_type = required(form, "grant_type")
    handler = authority.grants.get(grant_type)
    if handler is None:
        raise Refusal("unsupported_grant_type", "this server does not know the grant type")
    if not client.allows_grant(grant_type):
        raise Refusal("unauthorized_client", "the client is not registered for this grant type")
    request = TokenRequest(client, method, grant_type, form, exchange.request)
    binding = certificate_binding(authority, request)
    permission = handler(authority, request)
    permission = replace(permission, claims={**permission.claims, **binding})
    members = authority.issue(client, permission)
    for extend in authority.token_members:
        members.update(extend(authority, request, permission))
    return json_response(members)


def authorization_code(authority: Authority, request: TokenRequest) -> Permission:
    """Redeem a code once, by the client it was issued to. RFC 6749 §4.1.3, RFC 7636 §4.6."""
    code = authority.tokens.find_code(required(request.form, "code"))
    if code is None or code.client_id != request.client.client_id:
        raise Refusal("invalid_grant", "the code is not one of this client")
    if code.used:
        authority.tokens.revoke_family(code.family)
        raise Refusal("invalid_grant", "the code was used before; the tokens it gave are revoked")
    if authority.clock() >= code.expires_at:
        raise Refusal("invalid_grant", "the code has expired")
    sent = request.value("redirect_uri")
    # One that was left out stands for the only registered one, which may be named now.
    if sent != code.redirect_uri and (code.redirect_uri is not None or sent not in request.client.redirect_uris):
        raise Refusal("invalid_grant", "redirect_uri differs from that of the authorization request")
    _check_pkce(code, request.value("code_verifier"))
    code.used = True
    granted = _granted(request.client, code.params)
    return Permission(
        subject=code.subject, scope=code.scope, family=code.family, refresh=True, claims=granted, members=granted
    )


def _granted(client: RegisteredClient, params: Pairs) -> dict[str, object]:
    """Return what is granted in detail, for the token and for its answer. RFC 9396 §7."""
    details = asked_details(client, params)
    return {} if details is None else {"authorization_details": details}


def _check_pkce(code: IssuedCode, verifier: str | None) -> None:
    if code.code_challenge is None:
        # A verifier without a challenge is the sign of a downgrade (RFC 9700 §4.8.2).
        if verifier is not None:
            raise Refusal("invalid_grant", "code_verifier was sent, but no code_challenge before it")
        return
    if verifier is None:
        raise Refusal("invalid_grant", "code_verifier is missing")
    if not _VERIFIER.match(verifier):
        raise Refusal("invalid_request", "code_verifier has 43 to 128 letters, digits or -._~")
    method, _, challenge = code.code_challenge.partition(" ")
    expected = verifier
    if method == "S256":
        expected = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not compare_digest(expected.encode(), challenge.encode()):
        raise Refusal("invalid_grant", "code_verifier does not match code_challenge")


def refresh_token(authority: Authority, request: TokenRequest) -> Permission:
    """Renew, with rotation and reuse detection as the settings say. RFC 6749 §6, RFC 9700 §4.14.2."""
    token = authority.tokens.find(required(request.form, "refresh_token"), "refresh_token")
    if token is None or token.client_id != request.client.client_id:
        raise Refusal("invalid_grant", "the refresh token is not one of this client")
    if token.used:
        authority.tokens.revoke_family(token.family)
        raise Refusal("invalid_grant", "the refresh token was used before; its family is revoked")
    if not token.is_active(authority.clock()):
        raise Refusal("invalid_grant", "the refresh token has expired or was revoked")
    asked = request.value("scope")
    scope = token.scope if asked is None else authority.grant_scope(request.client, asked)
    if not set(scope.split()) <= set(token.scope.split()):
        raise Refusal("invalid_scope", "the scope is more than was granted")
    rotate = authority.settings.rotate_refresh_tokens
    token.used = rotate
    return Permission(
        subject=token.subject,
        scope=scope,
        family=token.family,
        refresh=rotate,
        refresh_scope=token.scope,
        token_type=token.token_type,
        claims=token.claims,
    )


def client_credentials(authority: Authority, request: TokenRequest) -> Permission:
    """Give the client a token of its own, without a refresh token. RFC 6749 §4.4."""
    if request.auth_method == "none":
        raise Refusal("unauthorized_client", "only a client that authenticates may use client_credentials")
    scope = authority.grant_scope(request.client, request.value("scope"))
    granted = _granted(request.client, request.form)
    return Permission(subject=None, scope=scope, claims=granted, members=granted)


def password(authority: Authority, request: TokenRequest) -> Permission:
    """Check a person's name and password. RFC 6749 §4.3."""
    name, secret = required(request.form, "username"), required(request.form, "password")
    user = authority.users.get(name)
    if user is None or not compare_digest(user.password.encode(), secret.encode()):
        raise Refusal("invalid_grant", "the user name or the password is wrong")
    scope = authority.grant_scope(request.client, request.value("scope"))
    return Permission(subject=user.subject, scope=scope, refresh=True)


GRANTS: dict[str, GrantHandler] = {
    "authorization_code": authorization_code,
    "refresh_token": refresh_token,
    "client_credentials": client_credentials,
    "password": password,
    DEVICE_CODE: device_code_grant,
    CIBA: ciba_grant,
    TOKEN_EXCHANGE: token_exchange,
}
