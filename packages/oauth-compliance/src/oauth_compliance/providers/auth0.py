"""Auth0: ``audience`` says which API an access token is for."""

from __future__ import annotations

from oauth_compliance._profile import HOST, TEXT, Parameter, Profile
from oauth_compliance._request_changes import AddParameters

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="auth0",
    title="Auth0",
    documentation="https://auth0.com/docs/api/authentication",
    deviation="the parameter audience names the API",
    source="https://auth0.com/docs/api/authentication/authorization-code-flow/authorize-application",
    checked="2026-11-21",
    parameters={
        "domain": Parameter("the tenant's domain, such as example.eu.auth0.com", pattern=HOST),
        "audience": Parameter("the identifier of the API", default="", pattern=TEXT),
    },
    issuer="https://{domain}/",
    authorization_endpoint="https://{domain}/authorize",
    token_endpoint="https://{domain}/oauth/token",
    revocation_endpoint="https://{domain}/oauth/revoke",
    userinfo_endpoint="https://{domain}/userinfo",
    device_authorization_endpoint="https://{domain}/oauth/device/code",
    pushed_authorization_request_endpoint="https://{domain}/oauth/par",
    jwks_uri="https://{domain}/.well-known/jwks.json",
    auth_method="client_secret_post",
    pkce="supported",
    authorization_parameters={"audience": "{audience}"},
    changes=(AddParameters({"audience": "{audience}"}, at=("access_token_request",)),),
)
