"""PayPal: Basic at the token endpoint; ``expires_in`` may be text, which is read as a number."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="paypal",
    title="PayPal",
    documentation="https://developer.paypal.com/api/rest/authentication/",
    deviation="Basic required; expires_in as text, which every client here reads",
    source="https://developer.paypal.com/api/rest/authentication/",
    checked="2026-11-21",
    parameters={
        "environment": Parameter("paypal or sandbox.paypal", default="paypal", pattern=r"(?:sandbox\.)?paypal"),
    },
    api_base="https://api-m.{environment}.com",
    authorization_endpoint="https://www.{environment}.com/signin/authorize",
    token_endpoint="https://api-m.{environment}.com/v1/oauth2/token",
    userinfo_endpoint="https://api-m.{environment}.com/v1/identity/openidconnect/userinfo?schema=openid",
    auth_method="client_secret_basic",
    user=UserClaims(subject="user_id", email_verified="verified_account", picture=""),
)
