"""Weibo: no token type, and the token in the query of API calls."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="weibo",
    title="Sina Weibo",
    documentation="https://open.weibo.com/wiki/Oauth2/access_token",
    deviation="token answer without a type; token as the query parameter access_token",
    source="https://open.weibo.com/wiki/OAuth2/access_token",
    checked="2026-11-21",
    api_base="https://api.weibo.com/2",
    authorization_endpoint="https://api.weibo.com/oauth2/authorize",
    token_endpoint="https://api.weibo.com/oauth2/access_token",
    revocation_endpoint="https://api.weibo.com/oauth2/revokeoauth2",
    auth_method="client_secret_post",
    scope_separator=",",
    token_placement="uri",
    user=UserClaims("idstr", "screen_name", email="", email_verified="", picture="profile_image_url"),
    changes=(BearerType(),),
)
