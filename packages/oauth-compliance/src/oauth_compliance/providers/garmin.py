"""Garmin Health: OAuth 1.0a with HMAC-SHA1 in the header."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="garmin",
    title="Garmin",
    documentation="https://developer.garmin.com/gc-developer-program/health-api/",
    source="https://developer.garmin.com/gc-developer-program/health-api/",
    checked=None,
    api_base="https://apis.garmin.com/wellness-api/rest",
    request_token_url="https://connectapi.garmin.com/oauth-service/oauth/request_token",
    authorization_url="https://connect.garmin.com/oauthConfirm",
    access_token_url="https://connectapi.garmin.com/oauth-service/oauth/access_token",
    user_url="https://apis.garmin.com/wellness-api/rest/user/id",
    user=UserClaims("userId", "", "", "", ""),
)
