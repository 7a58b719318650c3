"""Amazon Cognito: standard, but the issuer is on another host than the endpoints."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="cognito",
    title="Amazon Cognito",
    documentation="https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html",
    deviation="the issuer and its keys are on another host than the endpoints",
    source="https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html",
    checked="2026-11-21",
    parameters={
        "domain": Parameter("the user pool's domain, such as example.auth.eu-west-1.amazoncognito.com", pattern=HOST),
        "region": Parameter("the region, such as eu-west-1"),
        "user_pool_id": Parameter("the user pool's id", pattern="[A-Za-z0-9_-]+"),
    },
    issuer="https://cognito-idp.{region}.amazonaws.com/{user_pool_id}",
    authorization_endpoint="https://{domain}/oauth2/authorize",
    token_endpoint="https://{domain}/oauth2/token",
    revocation_endpoint="https://{domain}/oauth2/revoke",
    userinfo_endpoint="https://{domain}/oauth2/userInfo",
    jwks_uri="https://cognito-idp.{region}.amazonaws.com/{user_pool_id}/.well-known/jwks.json",
    auth_method="client_secret_basic",
    pkce="supported",
)
