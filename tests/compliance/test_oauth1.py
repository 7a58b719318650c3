"""OAuth 1 providers: their realm, method and placement, as signer options of a real signature."""

import pytest

from oauth_compliance import OAuth1Profile, profile
from oauth_core import OAuth1Credentials, OAuth1Signer, base_string_uri

CREDENTIALS = OAuth1Credentials("key", "secret", "token", "token-secret")


def signer(name, **parameters):
    return OAuth1Signer(CREDENTIALS, **profile(name, **parameters).session_options())


def test_netsuite():
    """NetSuite gets the account as realm, and HMAC-SHA256."""
    own = profile("netsuite", account="123456_SB1", host="123456-sb1")
    assert own.request_token_url == "https://123456-sb1.restlets.api.netsuite.com/rest/requesttoken"
    _, headers, _ = OAuth1Signer(CREDENTIALS, **own.session_options()).sign("GET", f"{own.api_base}/record/v1/customer")
    assert headers["Authorization"].startswith('OAuth realm="123456_SB1", ')
    assert 'oauth_signature_method="HMAC-SHA256"' in headers["Authorization"]


def test_woocommerce():
    """WooCommerce gets the signature in the query, made without a token."""
    one_legged = OAuth1Signer(
        OAuth1Credentials("ck", "cs"), **profile("woocommerce", host="shop.example").session_options()
    )
    url, headers, _ = one_legged.sign("GET", "https://shop.example/wp-json/wc/v3/orders?page=2")
    assert "Authorization" not in headers
    assert "oauth_signature_method=HMAC-SHA256" in url
    assert "oauth_token" not in url


def test_magento():
    """Magento's JSON bodies stay out of the signature, and old shops can be signed for with HMAC-SHA1."""
    body = b'{"sku": "a"}'
    for parameters, method in (({}, "HMAC-SHA256"), ({"method": "HMAC-SHA1"}, "HMAC-SHA1")):
        one = signer("magento", host="shop.example", **parameters)
        headers = {"Content-Type": "application/json"}
        _, headers, sent = one.sign("POST", "https://shop.example/rest/V1/products", headers, body)
        assert sent is body
        assert f'oauth_signature_method="{method}"' in headers["Authorization"]
        assert "oauth_body_hash" not in headers["Authorization"]


def test_discogs():
    """Discogs gets PLAINTEXT, which goes over HTTPS alone."""
    own = signer("discogs")
    _, headers, _ = own.sign("GET", "https://api.discogs.com/oauth/identity")
    assert 'oauth_signature="secret%26token-secret"' in headers["Authorization"]


def test_mediawiki():
    """MediaWiki's token URLs are canonical ones: what is signed is index.php, the page a parameter."""
    own = profile("mediawiki", host="en.wikipedia.org")
    assert base_string_uri(own.request_token_url) == "https://en.wikipedia.org/w/index.php"
    assert own.request_token_url.endswith("?title=Special%3AOAuth%2Finitiate")


@pytest.mark.parametrize("name", ["trello", "tumblr", "flickr", "garmin", "etsy_v2", "twitter_v1"])
def test_the_common_kind(name):
    """The others get HMAC-SHA1 in the header, and have three endpoints on HTTPS."""
    own = profile(name)
    assert isinstance(own, OAuth1Profile)
    assert own.session_options() == own.client_options() == own.handler_options()
    assert own.session_options() == {"signature_method": "HMAC-SHA1", "signature_type": "HEADER"}
    for url in (own.request_token_url, own.authorization_url, own.access_token_url):
        assert url.startswith("https://")
    assert not own.fix


def test_user_of_an_oauth1_provider():
    """The user of an OAuth 1 provider is read into the same shape."""
    user = profile("mediawiki").user_profile({"query": {"userinfo": {"id": 24, "name": "Ada"}}})
    assert (user.subject, user.name, user.email) == ("24", "Ada", None)
    user = profile("flickr").user_profile({"user": {"id": "1@N02", "username": {"_content": "ada"}}})
    assert (user.subject, user.name) == ("1@N02", "ada")
