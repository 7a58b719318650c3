"""Salesforce: no ``expires_in``, so a 401 starts the renewal; ``instance_url`` is where the API is."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="salesforce",
    title="Salesforce",
    documentation="https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm",
    deviation="no expires_in; issued_at in milliseconds; the API is at the token's instance_url",
    source="https://developer.salesforce.com/docs/atlas.en-us.198.0.api_rest.meta/api_rest/intro_understanding_refresh_token_oauth.htm",
    checked="2026-11-21",
    parameters={"host": Parameter("or test.salesforce.com, or your own", default="login.salesforce.com", pattern=HOST)},
    issuer="https://{host}",
    authorization_endpoint="https://{host}/services/oauth2/authorize",
    token_endpoint="https://{host}/services/oauth2/token",
    revocation_endpoint="https://{host}/services/oauth2/revoke",
    introspection_endpoint="https://{host}/services/oauth2/introspect",
    userinfo_endpoint="https://{host}/services/oauth2/userinfo",
    jwks_uri="https://{host}/id/keys",
    auth_method="client_secret_post",
    pkce="supported",
)
