"""Douban: no token type."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType
from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="douban",
    title="Douban",
    documentation="https://www.douban.com/service/auth2/",
    deviation="token answer without a type",
    source="https://www.douban.com/service/auth2/",
    checked=None,
    api_base="https://api.douban.com/v2",
    authorization_endpoint="https://www.douban.com/service/auth2/auth",
    token_endpoint="https://www.douban.com/service/auth2/token",
    userinfo_endpoint="https://api.douban.com/v2/user/~me",
    auth_method="client_secret_post",
    user=UserClaims("id", "name", email="", email_verified="", picture="avatar"),
    changes=(BearerType(),),
)
