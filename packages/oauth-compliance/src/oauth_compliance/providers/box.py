"""Box: client credentials in the body, and a refresh token that is spent at each use."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="box",
    title="Box",
    documentation="https://developer.box.com/guides/authentication/oauth2/",
    deviation="credentials in the body; each refresh token can be used once",
    source="https://developer.box.com/guides/authentication/oauth2/",
    checked=None,
    api_base="https://api.box.com/2.0",
    authorization_endpoint="https://account.box.com/api/oauth2/authorize",
    token_endpoint="https://api.box.com/oauth2/token",
    revocation_endpoint="https://api.box.com/oauth2/revoke",
    userinfo_endpoint="https://api.box.com/2.0/users/me",
    auth_method="client_secret_post",
    user=UserClaims("id", "name", "login", email_verified="", picture="avatar_url"),
)
