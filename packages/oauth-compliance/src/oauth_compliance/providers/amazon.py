"""Login with Amazon: standard, with a user that is named ``user_id``."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="amazon",
    title="Login with Amazon",
    documentation="https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html",
    source="https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html",
    checked=None,
    authorization_endpoint="https://www.amazon.com/ap/oa",
    token_endpoint="https://api.amazon.com/auth/o2/token",
    userinfo_endpoint="https://api.amazon.com/user/profile",
    auth_method="client_secret_post",
    pkce="supported",
    user=UserClaims("user_id", "name", "email", email_verified="", picture=""),
)
