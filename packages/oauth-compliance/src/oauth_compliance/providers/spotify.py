"""Spotify: Basic is required at the token endpoint."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="spotify",
    title="Spotify",
    documentation="https://developer.spotify.com/documentation/web-api/concepts/authorization",
    deviation="Basic required at the token endpoint",
    source="https://developer.spotify.com/documentation/web-api/tutorials/client-credentials-flow",
    checked="2026-11-21",
    api_base="https://api.spotify.com/v1",
    authorization_endpoint="https://accounts.spotify.com/authorize",
    token_endpoint="https://accounts.spotify.com/api/token",
    userinfo_endpoint="https://api.spotify.com/v1/me",
    auth_method="client_secret_basic",
    pkce="supported",
    user=UserClaims("id", "display_name", "email", email_verified="", picture="images.0.url"),
)
