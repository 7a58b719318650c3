"""Etsy, version 2: OAuth 1.0 with HMAC-SHA1. Version 3 speaks OAuth 2.0."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="etsy_v2",
    title="Etsy, API version 2",
    documentation="https://developers.etsy.com/documentation/",
    deviation="version 2 has been switched off by the provider; for what still speaks its protocol",
    source="https://developers.etsy.com/documentation/",
    checked=None,
    api_base="https://openapi.etsy.com/v2",
    request_token_url="https://openapi.etsy.com/v2/oauth/request_token",
    authorization_url="https://www.etsy.com/oauth/signin",
    access_token_url="https://openapi.etsy.com/v2/oauth/access_token",
)
