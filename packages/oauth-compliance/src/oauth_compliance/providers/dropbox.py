"""Dropbox: a refresh token comes only with ``token_access_type=offline``."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="dropbox",
    title="Dropbox",
    documentation="https://www.dropbox.com/developers/documentation/http/documentation#authorization",
    deviation="token_access_type=offline for a refresh token",
    source="https://dropbox.tech/developers/using-oauth-2-0-with-offline-access",
    checked="2026-11-21",
    parameters={
        "token_access_type": Parameter("offline or online", default="offline", pattern="offline|online"),
    },
    api_base="https://api.dropboxapi.com/2",
    authorization_endpoint="https://www.dropbox.com/oauth2/authorize",
    token_endpoint="https://api.dropboxapi.com/oauth2/token",
    auth_method="client_secret_basic",
    pkce="supported",
    authorization_parameters={"token_access_type": "{token_access_type}"},
    user=UserClaims("account_id", "name.display_name", "email", "email_verified", "profile_photo_url"),
)
