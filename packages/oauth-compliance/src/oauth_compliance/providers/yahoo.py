"""Yahoo: standard OpenID Connect, with Basic."""

from __future__ import annotations

from oauth_compliance._profile import Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="yahoo",
    title="Yahoo",
    documentation="https://developer.yahoo.com/oauth2/guide/",
    source="https://developer.yahoo.com/oauth2/guide/",
    checked=None,
    issuer="https://api.login.yahoo.com",
    authorization_endpoint="https://api.login.yahoo.com/oauth2/request_auth",
    token_endpoint="https://api.login.yahoo.com/oauth2/get_token",
    revocation_endpoint="https://api.login.yahoo.com/oauth2/revoke",
    introspection_endpoint="https://api.login.yahoo.com/oauth2/introspect",
    userinfo_endpoint="https://api.login.yahoo.com/openid/v1/userinfo",
    jwks_uri="https://api.login.yahoo.com/openid/v1/certs",
    auth_method="client_secret_basic",
    pkce="supported",
)
