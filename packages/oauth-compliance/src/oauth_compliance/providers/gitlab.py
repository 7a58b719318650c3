"""GitLab: standard, on gitlab.com or a server of your own."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="gitlab",
    title="GitLab",
    documentation="https://docs.gitlab.com/api/oauth2/",
    source="https://docs.gitlab.com/api/oauth2",
    checked="2026-11-21",
    parameters={"host": Parameter("the server's host", default="gitlab.com", pattern=HOST)},
    issuer="https://{host}",
    api_base="https://{host}/api/v4",
    authorization_endpoint="https://{host}/oauth/authorize",
    token_endpoint="https://{host}/oauth/token",
    revocation_endpoint="https://{host}/oauth/revoke",
    introspection_endpoint="https://{host}/oauth/introspect",
    userinfo_endpoint="https://{host}/oauth/userinfo",
    device_authorization_endpoint="https://{host}/oauth/authorize_device",
    jwks_uri="https://{host}/oauth/discovery/keys",
    auth_method="client_secret_post",
    pkce="supported",
)
