"""Twitch: the granted scope is a list, and API calls name the client in a header."""

from __future__ import annotations

from oauth_compliance._answer_changes import SplitScope
from oauth_compliance._profile import TEXT, Parameter, Profile
from oauth_compliance._request_changes import SetHeader
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="twitch",
    title="Twitch",
    documentation="https://dev.twitch.tv/docs/authentication/getting-tokens-oauth",
    deviation="the granted scope is a list; API calls need the header Client-Id",
    source="https://dev.twitch.tv/docs/authentication/getting-tokens-oauth",
    checked="2026-11-21",
    parameters={"client_id": Parameter("the client's identifier, which API calls name again", pattern=TEXT)},
    issuer="https://id.twitch.tv/oauth2",
    api_base="https://api.twitch.tv/helix",
    authorization_endpoint="https://id.twitch.tv/oauth2/authorize",
    token_endpoint="https://id.twitch.tv/oauth2/token",
    revocation_endpoint="https://id.twitch.tv/oauth2/revoke",
    userinfo_endpoint="https://api.twitch.tv/helix/users",
    device_authorization_endpoint="https://id.twitch.tv/oauth2/device",
    jwks_uri="https://id.twitch.tv/oauth2/keys",
    auth_method="client_secret_post",
    user=UserClaims("data.0.id", "data.0.display_name", "data.0.email", "", "data.0.profile_image_url"),
    changes=(SplitScope(), SetHeader("Client-Id", "{client_id}")),
)
