"""WooCommerce: OAuth 1.0a without a user, for shops on plain HTTP; the signature is safest in the query."""

from __future__ import annotations

from oauth_compliance._profile import HOST, OAuth1Profile, Parameter

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="woocommerce",
    title="WooCommerce",
    documentation="https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication-over-http",
    deviation="signed without a token, the signature in the query; over HTTPS use Basic instead",
    source="https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication-over-http",
    checked=None,
    parameters={"host": Parameter("the shop's host", pattern=HOST)},
    api_base="https://{host}/wp-json/wc/v3",
    signature_method="HMAC-SHA256",
    signature_type="QUERY",
)
