"""Fitbit: errors are a list, each with ``errorType`` and ``message``; Basic is required of server applications."""

from __future__ import annotations

from oauth_compliance._answer_changes import ErrorAt
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="fitbit",
    title="Fitbit",
    documentation="https://dev.fitbit.com/build/reference/web-api/authorization/",
    deviation="errors as a list with errorType; Basic required at the token endpoint",
    source="https://dev.fitbit.com/build/reference/web-api/troubleshooting-guide/error-messages",
    checked="2026-11-21",
    api_base="https://api.fitbit.com",
    authorization_endpoint="https://www.fitbit.com/oauth2/authorize",
    token_endpoint="https://api.fitbit.com/oauth2/token",
    revocation_endpoint="https://api.fitbit.com/oauth2/revoke",
    introspection_endpoint="https://api.fitbit.com/1.1/oauth2/introspect",
    userinfo_endpoint="https://api.fitbit.com/1/user/-/profile.json",
    auth_method="client_secret_basic",
    pkce="supported",
    user=UserClaims("user.encodedId", "user.displayName", email="", email_verified="", picture="user.avatar"),
    changes=(ErrorAt("errors.0.errorType", "errors.0.message"),),
)
