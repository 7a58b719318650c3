"""Strava: client credentials in the body only, and scope separated by commas."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="strava",
    title="Strava",
    documentation="https://developers.strava.com/docs/authentication/",
    deviation="credentials in the body only; scope separated by commas",
    source="https://developers.strava.com/docs/authentication/",
    checked="2026-11-21",
    api_base="https://www.strava.com/api/v3",
    authorization_endpoint="https://www.strava.com/oauth/authorize",
    token_endpoint="https://www.strava.com/oauth/token",
    userinfo_endpoint="https://www.strava.com/api/v3/athlete",
    auth_method="client_secret_post",
    scope_separator=",",
    user=UserClaims("id", "username", email="", email_verified="", picture="profile"),
)
