"""Trello: OAuth 1.0a; name, scope and life time of the token are parameters of the authorization URL."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="trello",
    title="Trello",
    documentation="https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/",
    deviation="name, scope and expiration go into the authorization URL",
    source="https://developers.trello.com/page/authorization",
    checked="2026-11-21",
    api_base="https://api.trello.com/1",
    request_token_url="https://trello.com/1/OAuthGetRequestToken",
    authorization_url="https://trello.com/1/OAuthAuthorizeToken",
    access_token_url="https://trello.com/1/OAuthGetAccessToken",
    user_url="https://api.trello.com/1/members/me",
    user=UserClaims("id", "fullName", "email", email_verified="", picture="avatarUrl"),
)
