"""Flickr: OAuth 1.0a with HMAC-SHA1; ``perms`` goes into the authorization URL."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="flickr",
    title="Flickr",
    documentation="https://www.flickr.com/services/api/auth.oauth.html",
    deviation="perms (read, write or delete) goes into the authorization URL",
    source="https://www.flickr.com/services/api/auth.oauth.html",
    checked="2026-11-21",
    api_base="https://api.flickr.com/services/rest",
    request_token_url="https://www.flickr.com/services/oauth/request_token",
    authorization_url="https://www.flickr.com/services/oauth/authorize",
    access_token_url="https://www.flickr.com/services/oauth/access_token",
    user_url="https://api.flickr.com/services/rest?method=flickr.test.login&format=json&nojsoncallback=1",
    user=UserClaims("user.id", "user.username._content", "", "", ""),
)
