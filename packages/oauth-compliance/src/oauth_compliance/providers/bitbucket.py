"""Bitbucket Cloud: scope is fixed at registration, and named ``scopes`` in the token answer."""

from __future__ import annotations

from oauth_compliance._answer_changes import Rename
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="bitbucket",
    title="Bitbucket Cloud",
    documentation="https://developer.atlassian.com/cloud/bitbucket/oauth-2/",
    deviation="the granted scope is named scopes; the requested one is ignored",
    source="https://developer.atlassian.com/cloud/bitbucket/oauth-2/",
    checked="2026-11-21",
    api_base="https://api.bitbucket.org/2.0",
    authorization_endpoint="https://bitbucket.org/site/oauth2/authorize",
    token_endpoint="https://bitbucket.org/site/oauth2/access_token",
    userinfo_endpoint="https://api.bitbucket.org/2.0/user",
    auth_method="client_secret_basic",
    user=UserClaims("uuid", "display_name", email="", email_verified="", picture="links.avatar.href"),
    changes=(Rename("scopes", "scope"),),
)
