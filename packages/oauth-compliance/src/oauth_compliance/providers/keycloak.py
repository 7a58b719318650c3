"""Keycloak: standard, with endpoints of each realm."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="keycloak",
    title="Keycloak",
    documentation="https://www.keycloak.org/securing-apps/oidc-layers",
    source="https://keycloak.org/securing-apps/oidc-layers",
    checked="2026-11-21",
    parameters={
        "host": Parameter("the server's host, and /auth where that is its path", pattern=HOST + "(?:/auth)?"),
        "realm": Parameter("the realm"),
    },
    issuer="https://{host}/realms/{realm}",
    authorization_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/auth",
    token_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/token",
    revocation_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/revoke",
    introspection_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/token/introspect",
    userinfo_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/userinfo",
    device_authorization_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/auth/device",
    pushed_authorization_request_endpoint="https://{host}/realms/{realm}/protocol/openid-connect/ext/par/request",
    jwks_uri="https://{host}/realms/{realm}/protocol/openid-connect/certs",
    auth_method="client_secret_basic",
    pkce="supported",
)
