"""Reddit: errors inside an answer of status 200, sometimes as a number; a User-Agent that names the application."""

from __future__ import annotations

from oauth_compliance._answer_changes import ErrorAt
from oauth_compliance._changes import EVERY_REQUEST
from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._request_changes import SetHeader
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="reddit",
    title="Reddit",
    documentation="https://github.com/reddit-archive/reddit/wiki/OAuth2",
    deviation="errors inside a 200, also as numbers; duration=permanent for a refresh token; wants its own User-Agent",
    source="https://github.com/reddit-archive/reddit/wiki/OAuth2",
    checked="2026-11-21",
    parameters={
        "user_agent": Parameter("platform:application:version (by /u/you)", default="", pattern=r"[\x20-\x7e]*"),
        "duration": Parameter("or temporary", default="permanent", pattern="temporary|permanent"),
    },
    api_base="https://oauth.reddit.com",
    authorization_endpoint="https://www.reddit.com/api/v1/authorize",
    token_endpoint="https://www.reddit.com/api/v1/access_token",
    revocation_endpoint="https://www.reddit.com/api/v1/revoke_token",
    userinfo_endpoint="https://oauth.reddit.com/api/v1/me",
    auth_method="client_secret_basic",
    authorization_parameters={"duration": "{duration}"},
    user=UserClaims("id", "name", email="", email_verified="", picture="icon_img"),
    changes=(
        ErrorAt("error", "message", {"400": "invalid_grant", "401": "invalid_client", "429": "too_many_requests"}),
        SetHeader("User-Agent", "{user_agent}", at=EVERY_REQUEST, replace=True),
    ),
)
