"""Notion: the token request is JSON with Basic, and API calls name the version of the API."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._request_changes import JSONBody, SetHeader
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="notion",
    title="Notion",
    documentation="https://developers.notion.com/docs/authorization",
    deviation="token request as JSON, with Basic; owner=user; API calls need Notion-Version",
    source="https://developers.notion.com/reference/create-a-token",
    checked="2026-11-21",
    parameters={"api_version": Parameter("the API's version, a date", default="2025-09-03", pattern="[0-9-]{10}")},
    api_base="https://api.notion.com/v1",
    authorization_endpoint="https://api.notion.com/v1/oauth/authorize",
    token_endpoint="https://api.notion.com/v1/oauth/token",
    revocation_endpoint="https://api.notion.com/v1/oauth/revoke",
    introspection_endpoint="https://api.notion.com/v1/oauth/introspect",
    userinfo_endpoint="https://api.notion.com/v1/users/me",
    auth_method="client_secret_basic",
    authorization_parameters={"owner": "user"},
    user=UserClaims("bot.owner.user.id", "bot.owner.user.name", "bot.owner.user.person.email", "", ""),
    changes=(JSONBody(), SetHeader("Notion-Version", "{api_version}")),
)
