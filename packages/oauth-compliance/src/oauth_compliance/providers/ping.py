"""PingOne: standard, with endpoints of each environment and region."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="ping",
    title="PingOne",
    documentation="https://apidocs.pingidentity.com/pingone/platform/v1/api/",
    source="https://apidocs.pingidentity.com/pingone/platform/v1/api/",
    checked=None,
    parameters={
        "environment": Parameter("the environment's id"),
        "region": Parameter("the region's domain, such as eu", default="com", pattern=r"com|eu|ca|asia|com\.au"),
    },
    issuer="https://auth.pingone.{region}/{environment}/as",
    authorization_endpoint="https://auth.pingone.{region}/{environment}/as/authorize",
    token_endpoint="https://auth.pingone.{region}/{environment}/as/token",
    revocation_endpoint="https://auth.pingone.{region}/{environment}/as/revoke",
    introspection_endpoint="https://auth.pingone.{region}/{environment}/as/introspect",
    userinfo_endpoint="https://auth.pingone.{region}/{environment}/as/userinfo",
    device_authorization_endpoint="https://auth.pingone.{region}/{environment}/as/device_authorization",
    pushed_authorization_request_endpoint="https://auth.pingone.{region}/{environment}/as/par",
    jwks_uri="https://auth.pingone.{region}/{environment}/as/jwks",
    auth_method="client_secret_basic",
    pkce="supported",
)
