"""Xero: each refresh gives a new refresh token, which has to be stored; API calls name the tenant in a header."""

from __future__ import annotations

from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._request_changes import SetHeader

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="xero",
    title="Xero",
    documentation="https://developer.xero.com/documentation/guides/oauth2/auth-flow",
    deviation="rotating refresh tokens with a grace period of 30 minutes; API calls need Xero-Tenant-Id",
    source="https://developer.xero.com/faq/oauth2",
    checked="2026-11-21",
    parameters={"tenant_id": Parameter("the tenant that API calls are about, as /connections lists it", default="")},
    issuer="https://identity.xero.com",
    api_base="https://api.xero.com",
    authorization_endpoint="https://login.xero.com/identity/connect/authorize",
    token_endpoint="https://identity.xero.com/connect/token",
    revocation_endpoint="https://identity.xero.com/connect/revocation",
    userinfo_endpoint="https://identity.xero.com/connect/userinfo",
    jwks_uri="https://identity.xero.com/.well-known/openid-configuration/jwks",
    auth_method="client_secret_basic",
    pkce="supported",
    changes=(SetHeader("Xero-Tenant-Id", "{tenant_id}"),),
)
