"""Bluesky (AT Protocol): pushed requests, proofs of possession with a nonce, and a client id that is a URL."""

from __future__ import annotations

from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="bluesky",
    title="Bluesky",
    documentation="https://atproto.com/specs/oauth",
    deviation="pushed requests, PKCE and DPoP with a nonce are required; the client id is its metadata's URL",
    source="https://atproto.com/specs/oauth",
    checked="2026-11-21",
    parameters={"host": Parameter("the host of the user's authorization server", default="bsky.social", pattern=HOST)},
    issuer="https://{host}",
    authorization_endpoint="https://{host}/oauth/authorize",
    token_endpoint="https://{host}/oauth/token",
    revocation_endpoint="https://{host}/oauth/revoke",
    pushed_authorization_request_endpoint="https://{host}/oauth/par",
    jwks_uri="https://{host}/oauth/jwks",
    pkce="required",
)
