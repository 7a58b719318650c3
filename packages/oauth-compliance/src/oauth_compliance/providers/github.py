"""GitHub: errors with status 200 and names of their own, a form unless JSON is asked for, scope separated by commas."""

from __future__ import annotations

from oauth_compliance._answer_changes import ErrorCodes, FormAnswer, SplitScope
from oauth_compliance._profile import HOST, Parameter, Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="github",
    title="GitHub",
    documentation="https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
    deviation="errors with status 200 under names of their own; a form unless JSON is asked for; scope with commas",
    source="https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors",
    checked="2026-11-21",
    parameters={
        "host": Parameter("the host of an Enterprise Server", default="github.com", pattern=HOST),
        "api": Parameter("the host of the API", default="api.github.com", pattern=r"[A-Za-z0-9.-]+(?:/api/v3)?"),
    },
    api_base="https://{api}",
    authorization_endpoint="https://{host}/login/oauth/authorize",
    token_endpoint="https://{host}/login/oauth/access_token",
    userinfo_endpoint="https://{api}/user",
    device_authorization_endpoint="https://{host}/login/device/code",
    auth_method="client_secret_post",
    pkce="supported",
    user=UserClaims("id", "name", "email", email_verified="", picture="avatar_url"),
    changes=(
        FormAnswer(),
        SplitScope(),
        ErrorCodes(dict.fromkeys(("bad_verification_code", "bad_refresh_token"), "invalid_grant")),
        ErrorCodes({"incorrect_client_credentials": "invalid_client"}),
    ),
)
