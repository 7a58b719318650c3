"""Discogs: OAuth 1.0a with PLAINTEXT over HTTPS, and a User-Agent that names the application."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="discogs",
    title="Discogs",
    documentation="https://www.discogs.com/developers#page:authentication",
    deviation="its documentation signs by PLAINTEXT; requests without a User-Agent of their own are refused",
    source="https://www.discogs.com/developers#page:authentication",
    checked=None,
    api_base="https://api.discogs.com",
    request_token_url="https://api.discogs.com/oauth/request_token",
    authorization_url="https://www.discogs.com/oauth/authorize",
    access_token_url="https://api.discogs.com/oauth/access_token",
    signature_method="PLAINTEXT",
    user_url="https://api.discogs.com/oauth/identity",
    user=UserClaims("id", "username", "", "", ""),
)
