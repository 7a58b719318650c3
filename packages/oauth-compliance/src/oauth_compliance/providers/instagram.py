"""Instagram: no token type, the token in the query of API calls, errors under names of their own."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, ErrorAt
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="instagram",
    title="Instagram",
    documentation="https://developers.facebook.com/docs/instagram-platform/",
    deviation="token answer without a type; token as the query parameter access_token; error_type and error_message",
    source="https://developers.facebook.com/docs/instagram-platform/reference/oauth-access-token",
    checked="2026-11-21",
    api_base="https://graph.instagram.com",
    authorization_endpoint="https://www.instagram.com/oauth/authorize",
    token_endpoint="https://api.instagram.com/oauth/access_token",
    userinfo_endpoint="https://graph.instagram.com/me?fields=id,username,name,profile_picture_url",
    auth_method="client_secret_post",
    scope_separator=",",
    token_placement="uri",
    user=UserClaims("id", "name", email="", email_verified="", picture="profile_picture_url"),
    changes=(BearerType(), ErrorAt("error_type", "error_message", {"OAuthException": "invalid_grant"})),
)
