"""LINE: standard OpenID Connect, client credentials in the body."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="line",
    title="LINE",
    documentation="https://developers.line.biz/en/reference/line-login/",
    source="https://developers.line.biz/en/reference/line-login/",
    checked=None,
    issuer="https://access.line.me",
    api_base="https://api.line.me",
    authorization_endpoint="https://access.line.me/oauth2/v2.1/authorize",
    token_endpoint="https://api.line.me/oauth2/v2.1/token",
    revocation_endpoint="https://api.line.me/oauth2/v2.1/revoke",
    userinfo_endpoint="https://api.line.me/oauth2/v2.1/userinfo",
    jwks_uri="https://api.line.me/oauth2/v2.1/certs",
    auth_method="client_secret_post",
    pkce="supported",
    user=UserClaims(email="", email_verified=""),
)
