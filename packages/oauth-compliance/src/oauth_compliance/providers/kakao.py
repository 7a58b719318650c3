"""Kakao: client credentials in the body, scope separated by commas, the user's data in several places."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="kakao",
    title="Kakao",
    documentation="https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",
    deviation="credentials in the body; scope separated by commas in requests",
    source="https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",
    checked=None,
    issuer="https://kauth.kakao.com",
    api_base="https://kapi.kakao.com",
    authorization_endpoint="https://kauth.kakao.com/oauth/authorize",
    token_endpoint="https://kauth.kakao.com/oauth/token",
    userinfo_endpoint="https://kapi.kakao.com/v2/user/me",
    jwks_uri="https://kauth.kakao.com/.well-known/jwks.json",
    auth_method="client_secret_post",
    scope_separator=",",
    user=UserClaims("id", "properties.nickname", "kakao_account.email", "kakao_account.is_email_verified", picture=""),
)
