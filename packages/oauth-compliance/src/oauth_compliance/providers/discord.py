"""Discord: standard, with a user that is not described as OpenID Connect does."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="discord",
    title="Discord",
    documentation="https://discord.com/developers/docs/topics/oauth2",
    source="https://discord.com/.well-known/oauth-authorization-server",
    checked="2026-11-21",
    api_base="https://discord.com/api/v10",
    issuer="https://discord.com",
    jwks_uri="https://discord.com/api/oauth2/keys",
    authorization_endpoint="https://discord.com/api/oauth2/authorize",
    token_endpoint="https://discord.com/api/oauth2/token",
    revocation_endpoint="https://discord.com/api/oauth2/token/revoke",
    userinfo_endpoint="https://discord.com/api/v10/users/@me",
    auth_method="client_secret_basic",
    pkce="supported",
    user=UserClaims("id", "username", "email", "verified", picture=""),
)
