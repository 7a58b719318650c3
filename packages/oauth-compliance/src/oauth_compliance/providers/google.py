"""Google: a refresh token comes only with ``access_type=offline``, and again only with ``prompt=consent``."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="google",
    title="Google",
    documentation="https://developers.google.com/identity/protocols/oauth2/web-server",
    deviation="access_type=offline and prompt=consent for a refresh token; openid is added to the granted scope",
    source="https://developers.google.com/identity/protocols/oauth2/web-server",
    checked="2026-11-21",
    parameters={
        "access_type": Parameter("offline or online", default="offline", pattern="offline|online"),
        "prompt": Parameter("consent for a new refresh token each time", default="consent", pattern="[a-z_ ]*"),
    },
    issuer="https://accounts.google.com",
    authorization_endpoint="https://accounts.google.com/o/oauth2/v2/auth",
    token_endpoint="https://oauth2.googleapis.com/token",
    revocation_endpoint="https://oauth2.googleapis.com/revoke",
    userinfo_endpoint="https://openidconnect.googleapis.com/v1/userinfo",
    device_authorization_endpoint="https://oauth2.googleapis.com/device/code",
    jwks_uri="https://www.googleapis.com/oauth2/v3/certs",
    auth_method="client_secret_post",
    pkce="supported",
    authorization_parameters={"access_type": "{access_type}", "prompt": "{prompt}"},
)
