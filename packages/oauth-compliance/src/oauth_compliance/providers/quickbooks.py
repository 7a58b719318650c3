"""QuickBooks: the refresh token changes about daily; ``x_refresh_token_expires_in`` says how long it lives."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="quickbooks",
    title="Intuit QuickBooks Online",
    documentation="https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0",
    deviation="rotating refresh tokens with x_refresh_token_expires_in, kept as a member of the token; Basic required",
    source="https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/faq",
    checked="2026-11-21",
    parameters={
        "api": Parameter("or sandbox-quickbooks", default="quickbooks", pattern="(?:sandbox-)?quickbooks"),
        "accounts": Parameter("or sandbox-accounts", default="accounts", pattern="(?:sandbox-)?accounts"),
    },
    issuer="https://oauth.platform.intuit.com/op/v1",
    api_base="https://{api}.api.intuit.com",
    authorization_endpoint="https://appcenter.intuit.com/connect/oauth2",
    token_endpoint="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    revocation_endpoint="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    userinfo_endpoint="https://{accounts}.platform.intuit.com/v1/openid_connect/userinfo",
    jwks_uri="https://oauth.platform.intuit.com/op/v1/jwks",
    auth_method="client_secret_basic",
    user=UserClaims(name="givenName", email_verified="emailVerified", picture=""),
)
