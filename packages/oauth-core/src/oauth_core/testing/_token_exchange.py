"""Token exchange at the fake server. RFC 8693.

Rules of this room: only a token that this server issued and that is still good is exchanged; the new one never allows
more than the old one did; an actor is named in the ``act`` claim.
"""

from __future__ import annotations

from ._authority import Authority, Permission, TokenRequest
from ._tokens import IssuedToken
from ._wire import Refusal, required

__all__ = ["TOKEN_EXCHANGE", "token_exchange"]

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_TYPE = "urn:ietf:params:oauth:token-type:"
_KINDS = {_TYPE + "access_token": "access_token", _TYPE + "refresh_token": "refresh_token"}


def token_exchange(authority: Authority, request: TokenRequest) -> Permission:
    """Give a token in exchange for another. RFC 8693 §2.2."""
    if request.auth_method == "none":
        raise Refusal("unauthorized_client", "only a client that authenticates may exchange tokens")
    subject = _shown(authority, request, "subject_token")
    claims: dict[str, object] = {}
    audience = [value for name, value in request.form if name in {"audience", "resource"}]
    if audience:
        claims["aud"] = audience if len(audience) > 1 else audience[0]
    if request.value("actor_token") is not None:
        actor = _shown(authority, request, "actor_token")
        claims["act"] = {"sub": actor.subject or actor.client_id}
    elif request.value("actor_token_type") is not None:
        raise Refusal("invalid_request", "actor_token_type without actor_token")
    wanted = request.value("requested_token_type") or _TYPE + "access_token"
    if wanted not in _KINDS:
        raise Refusal("invalid_request", "this server issues access and refresh tokens alone")
    scope = subject.scope if request.value("scope") is None else request.value("scope") or ""
    if not set(scope.split()) <= set(subject.scope.split()):
        raise Refusal("invalid_scope", "the scope is more than the subject token allows")
    return Permission(
        subject=subject.subject,
        scope=scope,
        claims=claims,
        token_type="Bearer" if _KINDS[wanted] == "access_token" else "N_A",
        members={"issued_token_type": wanted},
    )


def _shown(authority: Authority, request: TokenRequest, name: str) -> IssuedToken:
    kind = required(request.form, f"{name}_type")
    if kind not in _KINDS:
        raise Refusal("invalid_request", f"this server reads no {name} of that type")
    token = authority.tokens.find(required(request.form, name), _KINDS[kind])
    if token is None or not token.is_active(authority.clock()):
        raise Refusal("invalid_grant", f"the {name} is not good here")
    return token
