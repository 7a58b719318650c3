"""USPTO: the patent office's services on an OAuth 1.0a gateway; its URLs are given to each partner."""

from __future__ import annotations

from oauth_compliance._profile import HOST, OAuth1Profile, Parameter

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="uspto",
    title="USPTO",
    documentation="https://developer.uspto.gov/",
    deviation="form bodies must be signed in the header; URLs are given to partners one by one",
    source="https://developer.uspto.gov/",
    checked=None,
    parameters={"host": Parameter("the gateway's host, as the office gave it to you", pattern=HOST)},
    api_base="https://{host}",
)
