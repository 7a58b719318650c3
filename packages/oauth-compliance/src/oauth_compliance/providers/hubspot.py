"""HubSpot: client credentials in the body."""

from __future__ import annotations

from oauth_compliance._profile import Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="hubspot",
    title="HubSpot",
    documentation="https://developers.hubspot.com/docs/api-reference/auth-oauth-v1/guide",
    deviation="credentials in the body only",
    source="https://developers.hubspot.com/docs/api-reference/auth-oauth-v1/guide",
    checked=None,
    api_base="https://api.hubapi.com",
    authorization_endpoint="https://app.hubspot.com/oauth/authorize",
    token_endpoint="https://api.hubapi.com/oauth/v1/token",
    auth_method="client_secret_post",
)
