"""Shopify: endpoints of each shop, no token type, the token in a header of its own, a signed callback."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType
from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._request_changes import MoveToken

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="shopify",
    title="Shopify",
    documentation="https://shopify.dev/docs/apps/build/authentication-authorization",
    deviation="answers without a type; token in X-Shopify-Access-Token; scope with commas; callback signed by HMAC",
    source="https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant",
    checked="2026-11-21",
    parameters={"shop": Parameter("the shop's name under myshopify.com", pattern="[A-Za-z0-9][A-Za-z0-9-]*")},
    api_base="https://{shop}.myshopify.com/admin",
    authorization_endpoint="https://{shop}.myshopify.com/admin/oauth/authorize",
    token_endpoint="https://{shop}.myshopify.com/admin/oauth/access_token",
    auth_method="client_secret_post",
    scope_separator=",",
    changes=(BearerType(), MoveToken(header="X-Shopify-Access-Token")),
)
