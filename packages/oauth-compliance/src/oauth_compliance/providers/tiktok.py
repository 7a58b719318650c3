"""TikTok: the client is ``client_key``, scope is separated by commas, and version 1 wraps the token in ``data``."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, ErrorAt, Lift
from oauth_compliance._profile import Profile
from oauth_compliance._request_changes import RenameParameter
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="tiktok",
    title="TikTok",
    documentation="https://developers.tiktok.com/doc/login-kit-web",
    deviation="client_key for client_id; scope with commas; version 1 wraps the token in data",
    source="https://developers.tiktok.com/doc/oauth-user-access-token-management",
    checked="2026-11-21",
    api_base="https://open.tiktokapis.com/v2",
    authorization_endpoint="https://www.tiktok.com/v2/auth/authorize/",
    token_endpoint="https://open.tiktokapis.com/v2/oauth/token/",
    revocation_endpoint="https://open.tiktokapis.com/v2/oauth/revoke/",
    userinfo_endpoint="https://open.tiktokapis.com/v2/user/info/?fields=open_id,display_name,avatar_url",
    auth_method="client_secret_post",
    scope_separator=",",
    user=UserClaims("data.user.open_id", "data.user.display_name", "", "", "data.user.avatar_url"),
    changes=(
        RenameParameter("client_id", "client_key", at=("authorization_request",), keep=True),
        RenameParameter("client_id", "client_key"),
        Lift("data"),
        BearerType(),
        ErrorAt("data.error_code", "data.description"),
    ),
)
