"""What the fake server signs: ID tokens, userinfo, introspection and authorization responses; and what it reads signed.

Rules of this room: a client gets what it is registered for (``id_token_signed_response_alg`` and its like in
``RegisteredClient.metadata``); ``operations.alter`` may spoil anything before it is signed, ``operations.forge`` after.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from oauth_core import Pairs, Response
from oauth_core.testing import (
    Authority,
    Exchange,
    FakeUser,
    Handler,
    Permission,
    Refusal,
    RegisteredClient,
    TokenRequest,
    authenticate,
    presented_token,
    read_form,
)
from oauth_jwt._claims import check_times, half_hash
from oauth_jwt._encoding import b64url, json_text
from oauth_jwt._errors import InvalidJWTError
from oauth_jwt._jose import encrypt
from oauth_jwt._jwks import JWKSet

from ._assertions import params_of, verified_claims
from ._state import KeyState

__all__ = [
    "claims_endpoint",
    "claims_token",
    "hybrid_response",
    "id_token_member",
    "logout_token",
    "read_request_object",
    "signed",
    "signed_response",
    "with_signed_answers",
]

LIFETIME = 300

ResponseType: TypeAlias = Callable[[Authority, RegisteredClient, FakeUser, str, Pairs], Pairs]


def signed(
    operations: KeyState,
    authority: Authority,
    client: RegisteredClient,
    kind: str,
    claims: dict[str, object],
    *,
    typ: str = "JWT",
    registered: str | None = None,
) -> str:
    """Return what a client is registered to receive as ``kind`` (``id_token``, ``userinfo``, …), or ``registered``."""
    alg = str(client.metadata.get(f"{registered or kind}_signed_response_alg", "RS256"))
    key = operations.key(alg, client)
    header: dict[str, object] = {"alg": alg, "typ": typ, **({"kid": key.kid} if key and key.kid else {})}
    if operations.alter is not None:
        operations.alter(kind, header, claims)
    data = b64url(json_text(header).encode()) + b"." + b64url(json_text(claims).encode())
    token = (data + b"." + (b64url(key.sign(data)) if key else b"")).decode("ascii")
    if operations.forge is not None:
        token = operations.forge(kind, token)
    wrap = client.metadata.get(f"{kind}_encrypted_response_alg")
    if isinstance(wrap, str):
        enc = str(client.metadata.get(f"{kind}_encrypted_response_enc", "A128CBC-HS256"))
        public = JWKSet(client.metadata.get("jwks")).encryption_key(wrap)
        token = encrypt(token.encode("ascii"), public, alg=wrap, enc=enc, header={"cty": "JWT"})
    authority.metadata.setdefault("id_token_signing_alg_values_supported", list(operations.asymmetric))
    return token


def _id_claims(
    authority: Authority, client: RegisteredClient, subject: str, nonce: str | None, *, login: int | None = None
) -> dict[str, object]:
    now = int(authority.clock())
    claims: dict[str, object] = {"iss": authority.issuer, "sub": subject, "aud": client.client_id}
    claims |= {"exp": now + LIFETIME, "iat": now, "auth_time": now if login is None else login}
    return claims | ({"nonce": nonce} if nonce else {})


def id_token_member(
    operations: KeyState, authority: Authority, request: TokenRequest, permission: Permission
) -> dict[str, object]:
    """Return the ``id_token`` of a token response, where the scope has ``openid`` and a person approved."""
    if permission.subject is None or "openid" not in permission.scope.split():
        return {}
    code = authority.tokens.find_code(request.value("code") or "")
    nonce = params_of(code.params, "nonce") if code is not None else None
    claims = _id_claims(
        authority, request.client, permission.subject, nonce, login=_login_time(operations, authority, request)
    )
    return {"id_token": signed(operations, authority, request.client, "id_token", claims)}


def _login_time(operations: KeyState, authority: Authority, request: TokenRequest) -> int | None:
    """Return when the person logged in: at the approval behind the code, or behind the token that is refreshed."""
    code = authority.tokens.find_code(request.value("code") or "")
    if code is not None:
        return operations.logins.setdefault(code.family, int(code.expires_at - authority.settings.code_lifetime))
    refreshed = authority.tokens.find(request.value("refresh_token") or "")
    return None if refreshed is None else operations.logins.get(refreshed.family)


def hybrid_response(operations: KeyState, kinds: frozenset[str]) -> ResponseType:
    """Return the response type of these words, most of them with an ID token. OIDC Core §3.3.2."""

    def respond(authority: Authority, client: RegisteredClient, user: FakeUser, scope: str, params: Pairs) -> Pairs:
        nonce = params_of(params, "nonce")
        if nonce is None and "id_token" in kinds:
            raise Refusal("invalid_request", "an ID token from this endpoint needs a nonce")
        answer: Pairs = ()
        rest = kinds - {"id_token"}
        if "code" in rest:
            answer += authority.response_types[frozenset({"code"})](authority, client, user, scope, params)
        if "token" in rest:
            answer += authority.response_types[frozenset({"token"})](authority, client, user, scope, params)
        if "id_token" not in kinds:
            return answer
        claims = _id_claims(authority, client, user.subject, nonce)
        alg = str(client.metadata.get("id_token_signed_response_alg", "RS256"))
        key = operations.key(alg, client)
        if key is not None and key.crv == "Ed448":
            alg = "Ed448"  # EdDSA alone does not name the digest
        for name, member in (("at_hash", "access_token"), ("c_hash", "code")):
            value = params_of(answer, member)
            if value is not None:
                claims[name] = half_hash(value, alg)
        return (*answer, ("id_token", signed(operations, authority, client, "id_token", claims)))

    return respond


def logout_token(
    operations: KeyState, authority: Authority, client: RegisteredClient, subject: str | None, sid: str | None
) -> str:
    """Return a logout token for a client. OIDC Back-Channel Logout §2.4."""
    now = int(authority.clock())
    claims: dict[str, object] = {"iss": authority.issuer, "aud": client.client_id, "iat": now, "exp": now + 120}
    claims |= {"jti": authority.random(), "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
    claims |= {name: value for name, value in (("sub", subject), ("sid", sid)) if value is not None}
    return signed(operations, authority, client, "logout", claims, typ="logout+jwt", registered="id_token")


def with_signed_answers(operations: KeyState, handler: Handler, kind: str) -> Handler:
    """Return userinfo or introspection with answers signed for the clients that are registered so."""

    def endpoint(authority: Authority, exchange: Exchange) -> Response:
        response = handler(authority, exchange)
        if kind == "userinfo":
            token = authority.tokens.find(_shown_token(exchange))
            client = authority.clients.get(token.client_id) if token is not None else None
        else:
            client = authority.clients.get(_caller(authority, exchange))
        if client is None or response.status != 200:
            return response
        if f"{kind}_signed_response_alg" not in client.metadata:
            return response
        members: object = response.json()
        claims: dict[str, object] = {"iss": authority.issuer, "aud": client.client_id}
        if kind == "userinfo" and isinstance(members, dict):
            text = signed(operations, authority, client, kind, {**members, **claims})
            media = "application/jwt"
        else:
            claims |= {"iat": int(authority.clock()), "token_introspection": members}
            text = signed(operations, authority, client, kind, claims, typ="token-introspection+jwt")
            media = "application/token-introspection+jwt"
        headers = tuple(pair for pair in response.headers if pair[0].lower() != "content-type")
        return response.replace(headers=(*headers, ("Content-Type", media)), body=text.encode())

    return endpoint


def _shown_token(exchange: Exchange) -> str:
    """Return the access token of a request that was answered: out of the header, or of the form."""
    header = exchange.request.header("authorization")
    if header is not None:
        return header.partition(" ")[2].strip()
    return params_of(read_form(exchange.request), "access_token") or ""


def _caller(authority: Authority, exchange: Exchange) -> str:
    form = read_form(exchange.request)
    if params_of(form, "client_assertion"):
        return params_of(form, "client_id") or ""
    client, _ = authenticate(authority, exchange.request, form)
    return client.client_id


def read_request_object(operations: KeyState, authority: Authority, params: Pairs) -> Pairs:
    """Return the parameters of a request object in place of those around it. RFC 9101 §6."""
    token = params_of(params, "request")
    client = authority.clients.get(params_of(params, "client_id") or "")
    if client is None:
        return params
    if token is None:
        # What a reference stands for was judged when it was pushed.
        if client.metadata.get("require_signed_request_object") and params_of(params, "request_uri") is None:
            raise Refusal("invalid_request", "this client must send a request object")
        return params
    _, claims = verified_claims(authority, client, token, operations.asymmetric, "invalid_request_object")
    audience = claims.get("aud")
    if claims.get("iss") != client.client_id or authority.issuer not in (
        audience if isinstance(audience, list) else [audience]
    ):
        raise Refusal("invalid_request_object", "iss or aud of the request object is wrong")
    try:
        check_times(claims, "the request object", authority.clock(), 5, required=("exp",))
    except InvalidJWTError as exc:
        raise Refusal("invalid_request_object", str(exc)) from None
    found: list[tuple[str, str]] = []
    for name, value in claims.items():
        if name not in {"iss", "aud", "exp", "iat", "nbf", "jti"}:
            values = value if isinstance(value, list) and name == "resource" else [value]
            found += [(name, one if isinstance(one, str) else json.dumps(one)) for one in values]
    return tuple(found)


def signed_response(operations: KeyState, authority: Authority, client: RegisteredClient, answer: Pairs) -> Pairs:
    """Return an authorization response as the JWT that the client is registered for. JARM §2.1."""
    claims: dict[str, object] = {
        "iss": authority.issuer,
        "aud": client.client_id,
        "exp": int(authority.clock()) + LIFETIME,
        **{name: value for name, value in answer if name != "iss"},
    }
    return (("response", signed(operations, authority, client, "authorization", claims)),)


def claims_token(operations: KeyState, authority: Authority, user: FakeUser) -> str:
    """Return the claims about a person as a JWT, for another server to hand on. OIDC Core §5.6.2."""
    now = int(authority.clock())
    claims = {**user.claims, "iss": authority.issuer, "iat": now, "exp": now + LIFETIME}
    return signed(operations, authority, RegisteredClient("another-server"), "claims", claims)


def claims_endpoint(operations: KeyState, authority: Authority, exchange: Exchange) -> Response:
    """Return the claims about the person whom a token of this server stands for, as a JWT. OIDC Core §5.6.2."""
    token = presented_token(authority, exchange.request)
    user = next((user for user in authority.users.values() if user.subject == token.subject), None)
    if user is None:
        raise Refusal("insufficient_scope", "the token stands for no person", status=403)
    return Response(200, (("Content-Type", "application/jwt"),), claims_token(operations, authority, user).encode())
