"""WooCommerce: OAuth 1.0a without a user, for shops on plain HTTP; the signature is safest in the query."""

from __future__ import annotations

from oauth_compliance._profile import HOST, OAuth1Profile, Parameter

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="woocommerce",
    title="WooCommerce",
    documentation="https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication-over-http",
    deviation="signed without a token, the signature in the query; over HTTPS use Basic instead",
    source="https://github.com/woocommerce/woocommerce-rest-api-docs/blob/0b1694d4d62ac3eeda643f550ec957740e7a5b5b/source/includes/wp-api-v1/_authentication.md",
    checked="2026-11-21",
    parameters={"host": Parameter("the shop's host", pattern=HOST)},
    api_base="https://{host}/wp-json/wc/v3",
    signature_method="HMAC-SHA256",
    signature_type="QUERY",
)
