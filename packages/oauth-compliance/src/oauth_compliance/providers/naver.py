"""Naver: a token is revoked by a token request with ``grant_type=delete``."""

from __future__ import annotations

from oauth_compliance._changes import ByRequestFunction
from oauth_compliance._parts import RequestParts
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]


def deletion(request: RequestParts) -> str | None:
    """Turn a revocation into the token request that deletes a token."""
    pairs = request.parameters
    if ("grant_type", "delete") in pairs:
        return None
    kept = [(name, value) for name, value in pairs if name not in {"token", "token_type_hint"}]
    token = next((value for name, value in pairs if name == "token"), "")
    request.parameters = [("grant_type", "delete"), ("access_token", token), ("service_provider", "NAVER"), *kept]
    return "asked for the token's deletion by grant_type=delete"


PROFILE = Profile(
    name="naver",
    title="Naver",
    documentation="https://developers.naver.com/docs/login/api/api.md",
    deviation="revocation is a token request with grant_type=delete",
    source="https://developers.naver.com/docs/login/api/api.md",
    checked="2026-11-21",
    api_base="https://openapi.naver.com",
    authorization_endpoint="https://nid.naver.com/oauth2.0/authorize",
    token_endpoint="https://nid.naver.com/oauth2.0/token",
    revocation_endpoint="https://nid.naver.com/oauth2.0/token",
    userinfo_endpoint="https://openapi.naver.com/v1/nid/me",
    auth_method="client_secret_post",
    user=UserClaims("response.id", "response.name", "response.email", "", "response.profile_image"),
    changes=(ByRequestFunction(deletion, at=("revoke_token_request",)),),
)
