"""Slack: token types ``bot`` and ``user``, a user's token under ``authed_user``, errors with names of their own."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, ErrorCodes, Lift
from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._request_changes import MoveToken

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="slack",
    title="Slack",
    documentation="https://docs.slack.dev/authentication/installing-with-oauth",
    deviation="token types bot and user; user tokens under authed_user; comma-separated scope; errors with status 200",
    source="https://docs.slack.dev/reference/methods/oauth.v2.access",
    checked="2026-11-21",
    parameters={"token_parameter": Parameter("the query parameter in which an old method wants the token", default="")},
    api_base="https://slack.com/api",
    authorization_endpoint="https://slack.com/oauth/v2/authorize",
    token_endpoint="https://slack.com/api/oauth.v2.access",
    revocation_endpoint="https://slack.com/api/auth.revoke",
    userinfo_endpoint="https://slack.com/api/openid.connect.userInfo",
    auth_method="client_secret_basic",
    scope_separator=",",
    changes=(
        Lift("authed_user"),
        BearerType(("bot", "user")),
        ErrorCodes(
            {
                "invalid_code": "invalid_grant",
                "invalid_refresh_token": "invalid_grant",
                "token_revoked": "invalid_grant",
                "bad_client_secret": "invalid_client",
                "invalid_client_id": "invalid_client",
            }
        ),
        MoveToken(query="{token_parameter}"),
    ),
)
