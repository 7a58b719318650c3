"""Microsoft Entra ID: the issuer is a template, so that of an ID token is checked against its ``tid``."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile
from oauth_compliance._request_changes import AddParameters

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="entra",
    title="Microsoft Entra ID",
    documentation="https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow",
    deviation="issuer with {tenantid}, checked against tid; granted scope lacks offline_access; v1 wants resource",
    source="https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow",
    checked="2026-11-21",
    parameters={
        "tenant": Parameter("the directory: its id or domain, or common, organizations or consumers"),
        "host": Parameter("the host of the cloud", default="login.microsoftonline.com", pattern=HOST),
        "resource": Parameter("what a token of version 1 is for", default="", pattern=r"[A-Za-z0-9:/._-]+"),
        "scope": Parameter("the scope to name again at each renewal", default="", pattern=r"[\x21-\x7e ]+"),
    },
    issuer="https://{host}/{tenantid}/v2.0",
    authorization_endpoint="https://{host}/{tenant}/oauth2/v2.0/authorize",
    token_endpoint="https://{host}/{tenant}/oauth2/v2.0/token",
    device_authorization_endpoint="https://{host}/{tenant}/oauth2/v2.0/devicecode",
    userinfo_endpoint="https://graph.microsoft.com/oidc/userinfo",
    jwks_uri="https://{host}/{tenant}/discovery/v2.0/keys",
    auth_method="client_secret_post",
    pkce="supported",
    changes=(
        AddParameters({"resource": "{resource}"}),
        AddParameters({"scope": "{scope}"}, at=("refresh_token_request",)),
    ),
)
