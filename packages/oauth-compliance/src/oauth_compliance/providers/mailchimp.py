"""Mailchimp: no type, and tokens that never end, written as ``expires_in: 0`` and ``scope: null``."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, Drop
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="mailchimp",
    title="Mailchimp",
    documentation="https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",
    deviation="no token_type; expires_in 0 stands for a token that never ends; scope is null",
    source="https://developer.mailchimp.com/documentation/mailchimp/guides/how-to-use-oauth2/",
    checked="2026-11-21",
    authorization_endpoint="https://login.mailchimp.com/oauth2/authorize",
    token_endpoint="https://login.mailchimp.com/oauth2/token",
    userinfo_endpoint="https://login.mailchimp.com/oauth2/metadata",
    auth_method="client_secret_post",
    user=UserClaims("user_id", "accountname", "login.email", email_verified="", picture=""),
    changes=(BearerType(), Drop(("expires_in", "scope"))),
)
