"""Tumblr: OAuth 1.0a with HMAC-SHA1 in the header; uploads are multipart and not signed."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="tumblr",
    title="Tumblr",
    documentation="https://www.tumblr.com/docs/en/api/v2",
    source="https://www.tumblr.com/docs/en/api/v2",
    checked=None,
    api_base="https://api.tumblr.com/v2",
    request_token_url="https://www.tumblr.com/oauth/request_token",
    authorization_url="https://www.tumblr.com/oauth/authorize",
    access_token_url="https://www.tumblr.com/oauth/access_token",
    user_url="https://api.tumblr.com/v2/user/info",
    user=UserClaims("response.user.name", "response.user.name", "", "", ""),
)
