"""X (Twitter) version 1.1: OAuth 1.0a with HMAC-SHA1 in the header."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="twitter_v1",
    title="X, API version 1.1",
    documentation="https://docs.x.com/fundamentals/authentication/oauth-1-0a/obtaining-user-access-tokens",
    source="https://docs.x.com/fundamentals/authentication/oauth-1-0a/obtaining-user-access-tokens",
    checked=None,
    api_base="https://api.x.com/1.1",
    request_token_url="https://api.x.com/oauth/request_token",
    authorization_url="https://api.x.com/oauth/authorize",
    access_token_url="https://api.x.com/oauth/access_token",
    user_url="https://api.x.com/1.1/account/verify_credentials.json",
    user=UserClaims("id_str", "name", "email", email_verified="", picture="profile_image_url_https"),
)
