"""OAuth 1 providers: their realm, method and placement, as signer options of a real signature."""

import pytest

import oauth_httpx
import oauth_httpx.httpx2
import oauth_requests
from oauth_compliance import OAuth1Profile, apply, profile
from oauth_core import OAuth1Credentials, OAuth1Signer, UsageError, base_string_uri
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, OAuth1Provider, RegisteredOAuth1Client
from tests.compliance.wires import TLS, making

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


CALLBACK = "https://client.test/callback"
SESSIONS = {
    "requests": (oauth_requests.OAuth1Session, {}),
    "httpx": (oauth_httpx.OAuth1Client, {"verify": TLS}),
    "httpx-async": (oauth_httpx.AsyncOAuth1Client, {"verify": TLS}),
    "httpx2": (oauth_httpx.httpx2.OAuth1Client, {"verify": TLS}),
}
PROVIDERS = {
    "trello": {},
    "magento": {"host": "shop.example"},
    "netsuite": {"account": "123456_SB1", "host": "123456-sb1"},
    "woocommerce": {"host": "shop.example"},
    "discogs": {},
}


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("name", PROVIDERS)
def test_whole_conversation(name, kind):
    """The three steps and a signed call work over loopback, signed and placed as the provider wants it."""
    own = profile(name, **PROVIDERS[name])
    fake = FakeAuthorizationServer()
    provider = OAuth1Provider(clients=[RegisteredOAuth1Client("key", "s3cret/+")], methods=[own.signature_method])
    fake.install(provider)
    cls, native = SESSIONS[kind]
    with LoopbackServer(fake), making(cls, **native, client_key="key", client_secret="s3cret/+") as make:
        client = make(**own.session_options(), callback_uri=CALLBACK)
        client.call("fetch_request_token", provider.request_token_url)
        url = client.call("create_authorization_url", provider.authorization_url)
        client.call("parse_authorization_response", fake.authorize(url))
        client.call("fetch_access_token", provider.access_token_url)
        assert client.call("get", f"{provider.resource_url}?q=1").status_code == 200
    in_query = [seen for seen in fake.requests if "oauth_signature=" in seen.url]
    headers = [header for seen in fake.requests if (header := seen.header("authorization"))]
    assert (len(in_query), len(headers)) == ((3, 0) if own.signature_type == "QUERY" else (0, 3))
    front = f'OAuth realm="{own.realm}", ' if own.realm else "OAuth oauth_"
    assert all(header.startswith(front) for header in headers)


@pytest.mark.parametrize("kind", SESSIONS)
def test_a_fix_is_refused_by_every_oauth1_client(kind):
    """Sessions, clients and handlers of OAuth 1 refuse a fix, and say what to pass instead."""
    cls, native = SESSIONS[kind]
    with (
        making(cls, **native, client_key="key", client_secret="s") as make,
        pytest.raises(UsageError, match=f"{cls.__name__} speaks OAuth 1"),
    ):
        apply(make().raw, "slack")
    for handler in (oauth_requests.OAuth1Auth("key", "s"), oauth_httpx.OAuth1Auth("key", "s")):
        with pytest.raises(UsageError, match="OAuth1Auth speaks OAuth 1"):
            apply(handler, "slack")


def test_the_handlers_take_the_same_options():
    """`handler_options` are those of the auth handlers for sessions of the user's own."""
    own = profile("netsuite", account="1", host="h")
    for handler in (oauth_requests.OAuth1Auth, oauth_httpx.OAuth1Auth):
        assert handler("key", "s", **own.handler_options()).core.realm == "1"
