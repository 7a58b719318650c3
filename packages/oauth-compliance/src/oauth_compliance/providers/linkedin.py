"""LinkedIn: OpenID Connect today; its older API had no token type and the token in a query parameter of its own."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType
from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._request_changes import MoveToken

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="linkedin",
    title="LinkedIn",
    documentation="https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow",
    deviation="token answer without a type; the older API wants the token as oauth2_access_token",
    source="https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow",
    checked="2026-11-21",
    parameters={"token_parameter": Parameter("oauth2_access_token for the API of version 1", default="")},
    issuer="https://www.linkedin.com/oauth",
    api_base="https://api.linkedin.com",
    authorization_endpoint="https://www.linkedin.com/oauth/v2/authorization",
    token_endpoint="https://www.linkedin.com/oauth/v2/accessToken",
    introspection_endpoint="https://www.linkedin.com/oauth/v2/introspectToken",
    userinfo_endpoint="https://api.linkedin.com/v2/userinfo",
    jwks_uri="https://www.linkedin.com/oauth/openid/jwks",
    auth_method="client_secret_post",
    changes=(BearerType(), MoveToken(query="{token_parameter}")),
)
