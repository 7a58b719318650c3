"""Magento (Adobe Commerce): OAuth 1.0a of each shop; JSON bodies stay out of the base string, as they should."""

from __future__ import annotations

from oauth_compliance._profile import HOST, OAuth1Profile, Parameter

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="magento",
    title="Magento",
    documentation="https://developer.adobe.com/commerce/webapi/get-started/authentication/gs-authentication-oauth/",
    deviation="only HMAC-SHA256 in current versions; JSON bodies are not signed",
    source="https://developer.adobe.com/commerce/webapi/get-started/authentication/gs-authentication-oauth/",
    checked=None,
    parameters={
        "host": Parameter("the shop's host", pattern=HOST),
        "method": Parameter("HMAC-SHA1 for versions before 2.4.4", default="HMAC-SHA256", pattern="HMAC-SHA(?:1|256)"),
    },
    api_base="https://{host}/rest",
    request_token_url="https://{host}/oauth/token/request",
    authorization_url="https://{host}/admin/oauth_authorize",
    access_token_url="https://{host}/oauth/token/access",
    signature_method="{method}",
)
