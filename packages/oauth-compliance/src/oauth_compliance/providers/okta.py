"""Okta: standard, with endpoints of each authorization server."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="okta",
    title="Okta",
    documentation="https://developer.okta.com/docs/reference/api/oidc/",
    source="https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS",
    checked="2026-11-21",
    parameters={
        "domain": Parameter("the organization's domain, such as example.okta.com", pattern=HOST),
        "server": Parameter("the authorization server's id", default="default"),
    },
    issuer="https://{domain}/oauth2/{server}",
    authorization_endpoint="https://{domain}/oauth2/{server}/v1/authorize",
    token_endpoint="https://{domain}/oauth2/{server}/v1/token",
    revocation_endpoint="https://{domain}/oauth2/{server}/v1/revoke",
    introspection_endpoint="https://{domain}/oauth2/{server}/v1/introspect",
    userinfo_endpoint="https://{domain}/oauth2/{server}/v1/userinfo",
    device_authorization_endpoint="https://{domain}/oauth2/{server}/v1/device/authorize",
    pushed_authorization_request_endpoint="https://{domain}/oauth2/{server}/v1/par",
    jwks_uri="https://{domain}/oauth2/{server}/v1/keys",
    auth_method="client_secret_basic",
    pkce="supported",
)
