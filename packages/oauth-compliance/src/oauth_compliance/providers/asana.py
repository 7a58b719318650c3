"""Asana: standard, with the user under ``data``."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="asana",
    title="Asana",
    documentation="https://developers.asana.com/docs/oauth",
    source="https://developers.asana.com/docs/oauth",
    checked="2026-11-21",
    api_base="https://app.asana.com/api/1.0",
    authorization_endpoint="https://app.asana.com/-/oauth_authorize",
    token_endpoint="https://app.asana.com/-/oauth_token",
    revocation_endpoint="https://app.asana.com/-/oauth_revoke",
    userinfo_endpoint="https://app.asana.com/api/1.0/users/me",
    auth_method="client_secret_post",
    pkce="supported",
    user=UserClaims("data.gid", "data.name", "data.email", "", "data.photo.image_128x128"),
)
