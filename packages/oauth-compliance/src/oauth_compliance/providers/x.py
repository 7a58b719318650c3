"""X (Twitter) version 2: Basic for confidential clients, and PKCE always."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="x",
    title="X",
    documentation="https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
    deviation="Basic required of confidential clients; PKCE required of all",
    source="https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token",
    checked="2026-11-21",
    api_base="https://api.x.com/2",
    authorization_endpoint="https://x.com/i/oauth2/authorize",
    token_endpoint="https://api.x.com/2/oauth2/token",
    revocation_endpoint="https://api.x.com/2/oauth2/revoke",
    userinfo_endpoint="https://api.x.com/2/users/me?user.fields=profile_image_url",
    auth_method="client_secret_basic",
    pkce="required",
    user=UserClaims("data.id", "data.name", "", "", "data.profile_image_url"),
)
