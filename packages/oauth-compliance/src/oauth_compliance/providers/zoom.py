"""Zoom: Basic is required at the token endpoint; server-to-server applications use a grant of their own."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="zoom",
    title="Zoom",
    documentation="https://developers.zoom.us/docs/integrations/oauth/",
    deviation="Basic required at the token endpoint; grant type account_credentials for server-to-server applications",
    source="https://developers.zoom.us/docs/rooms/oauth/",
    checked="2026-11-21",
    api_base="https://api.zoom.us/v2",
    authorization_endpoint="https://zoom.us/oauth/authorize",
    token_endpoint="https://zoom.us/oauth/token",
    revocation_endpoint="https://zoom.us/oauth/revoke",
    userinfo_endpoint="https://api.zoom.us/v2/users/me",
    device_authorization_endpoint="https://zoom.us/oauth/devicecode",
    auth_method="client_secret_basic",
    pkce="supported",
    user=UserClaims("id", "display_name", "email", email_verified="", picture="pic_url"),
)
