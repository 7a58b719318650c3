"""Azure AD B2C: endpoints of each policy, and an issuer that is not where the metadata is found."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="b2c",
    title="Azure AD B2C",
    documentation="https://learn.microsoft.com/en-us/azure/active-directory-b2c/authorization-code-flow",
    deviation="the issuer names the tenant's id and is not the URL of discovery",
    source="https://learn.microsoft.com/en-us/azure/active-directory-b2c/b2clogin",
    checked="2026-11-21",
    parameters={
        "tenant": Parameter("the tenant's name, the first part of its onmicrosoft.com domain"),
        "policy": Parameter("the user flow or policy, such as B2C_1_signin"),
        "tenant_id": Parameter("the tenant's id, as the issuer names it"),
    },
    issuer="https://{tenant}.b2clogin.com/{tenant_id}/v2.0/",
    authorization_endpoint="https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}/oauth2/v2.0/authorize",
    token_endpoint="https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}/oauth2/v2.0/token",
    jwks_uri="https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}/discovery/v2.0/keys",
    auth_method="client_secret_post",
    pkce="supported",
)
