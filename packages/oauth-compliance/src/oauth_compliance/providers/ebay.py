"""eBay: token types ``User Access Token`` and ``Application Access Token``; the redirect URI is a registered name."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType
from oauth_compliance._profile import Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="ebay",
    title="eBay",
    documentation="https://developer.ebay.com/api-docs/static/oauth-tokens.html",
    deviation="token types User Access Token and Application Access Token; redirect_uri is the RuName; Basic required",
    source="https://developer.ebay.com/api-docs/static/oauth-auth-code-grant-request.html",
    checked="2026-11-21",
    parameters={
        "api": Parameter("api or api.sandbox", default="api", pattern=r"api(?:\.sandbox)?"),
        "auth": Parameter("auth or auth.sandbox", default="auth", pattern=r"auth(?:\.sandbox)?"),
    },
    api_base="https://{api}.ebay.com",
    authorization_endpoint="https://{auth}.ebay.com/oauth2/authorize",
    token_endpoint="https://{api}.ebay.com/identity/v1/oauth2/token",
    auth_method="client_secret_basic",
    changes=(BearerType(("user access token", "application access token")),),
)
