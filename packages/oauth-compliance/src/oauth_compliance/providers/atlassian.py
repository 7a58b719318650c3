"""Atlassian (Jira and Confluence): ``audience`` and ``prompt`` are required in the authorization request."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="atlassian",
    title="Atlassian",
    documentation="https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
    deviation="audience and prompt=consent are required; rotating refresh tokens",
    source="https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
    checked="2026-11-21",
    api_base="https://api.atlassian.com",
    authorization_endpoint="https://auth.atlassian.com/authorize",
    token_endpoint="https://auth.atlassian.com/oauth/token",
    userinfo_endpoint="https://api.atlassian.com/me",
    auth_method="client_secret_post",
    authorization_parameters={"audience": "api.atlassian.com", "prompt": "consent"},
    user=UserClaims("account_id", "name", "email", "email_verified", "picture"),
)
