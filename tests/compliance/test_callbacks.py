"""Shopify's signed callbacks and Apple's posted answers."""

import hmac
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

import pytest

from oauth_compliance import parse_apple_form_post, profile, verify_shopify_callback
from oauth_core import AuthorizationRequest, MismatchingStateError, ProtocolViolation, UsageError

SECRET = "hush"
PARAMETERS = [
    ("code", "0907a61c0c8d55e99db179b68161bc00"),
    ("shop", "some-shop.myshopify.com"),
    ("state", "0.6784241404160823"),
    ("timestamp", "1337178173"),
]


def signed(parameters, secret=SECRET):
    """Sign as the documentation says: what is sorted, encoded and keyed with the app's secret."""
    digest = hmac.new(secret.encode(), urlencode(sorted(parameters)).encode(), sha256).hexdigest()
    return [*parameters, ("hmac", digest)]


def url(parameters):
    return f"https://app.example/callback?{urlencode(parameters)}"


def test_a_signed_callback_names_its_shop():
    """A callback that Shopify signed is accepted as URL, query, mapping and pairs."""
    pairs = signed(PARAMETERS)
    for callback in (url(pairs), urlencode(pairs), dict(pairs), pairs, iter(pairs)):
        assert verify_shopify_callback(callback, SECRET) == "some-shop.myshopify.com"
    assert verify_shopify_callback(pairs, SECRET, shop="some-shop") == "some-shop.myshopify.com"
    assert verify_shopify_callback(pairs, SECRET, shop="Some-Shop.myshopify.com") == "some-shop.myshopify.com"


def test_shopifys_published_example():
    """The example of Shopify's documentation, message and secret as published, verifies."""
    message = urlencode(PARAMETERS)
    digest = "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf"
    assert verify_shopify_callback(f"{message}&hmac={digest}", SECRET) == "some-shop.myshopify.com"


def test_parameters_that_need_encoding():
    """Parameters with reserved characters verify as they are encoded, and as older documentation spells them."""
    more = [*PARAMETERS, ("host", "YWRtaW4=/x:y&z%")]
    assert verify_shopify_callback(url(signed(more)), SECRET)
    plain = "&".join(f"{name}={value.replace('%', '%25').replace('&', '%26')}" for name, value in sorted(more))
    digest = hmac.new(SECRET.encode(), plain.encode(), sha256).hexdigest()
    assert verify_shopify_callback([*more, ("hmac", digest)], SECRET)


@pytest.mark.parametrize(
    "pairs",
    [
        PARAMETERS,
        [*PARAMETERS, ("hmac", "")],
        [*PARAMETERS, ("hmac", "ü")],
        [*PARAMETERS, ("hmac", "0" * 64)],
        signed(PARAMETERS, "another secret"),
        [("code", "other"), *signed(PARAMETERS)[1:]],
        [*signed(PARAMETERS), ("extra", "1")],
    ],
)
def test_a_callback_that_is_not_signed_is_refused(pairs):
    """A missing, wrong or foreign signature is refused, and so is a parameter that it does not cover."""
    with pytest.raises(ProtocolViolation, match="not signed"):
        verify_shopify_callback(pairs, SECRET)


@pytest.mark.parametrize("name", ["hmac", "shop", "timestamp"])
def test_a_repeated_parameter_is_refused(name):
    """A parameter that decides may be there once only."""
    pairs = signed(PARAMETERS)
    with pytest.raises(ProtocolViolation, match=f"{name!r} more than once"):
        verify_shopify_callback([*pairs, (name, dict(pairs)[name])], SECRET)


@pytest.mark.parametrize(
    "shop", ["evil.example", "a.myshopify.com.evil.example", "x@a.myshopify.com", "", "a.myshopify.com\n"]
)
def test_a_shop_elsewhere_is_refused(shop):
    """A signed callback still has to name a shop under myshopify.com."""
    pairs = signed([("shop", shop), *(pair for pair in PARAMETERS if pair[0] != "shop")])
    with pytest.raises(ProtocolViolation, match="names no shop"):
        verify_shopify_callback(pairs, SECRET)


def test_another_shop_and_an_old_callback_are_refused():
    """The callback has to be that of the shop that was asked, and recent where that is demanded."""
    pairs = signed(PARAMETERS)
    with pytest.raises(ProtocolViolation, match="another shop"):
        verify_shopify_callback(pairs, SECRET, shop="other")
    assert verify_shopify_callback(pairs, SECRET, max_age=60, clock=lambda: 1337178200)
    with pytest.raises(ProtocolViolation, match="too old"):
        verify_shopify_callback(pairs, SECRET, max_age=60, clock=lambda: 1337179000)
    timeless = signed([pair for pair in PARAMETERS if pair[0] != "timestamp"])
    with pytest.raises(ProtocolViolation, match="says no time"):
        verify_shopify_callback(timeless, SECRET, max_age=60)


def test_an_empty_secret_checks_nothing_and_is_refused():
    """Without a secret there is no signature to check: that is an error, not a success."""
    with pytest.raises(UsageError, match="client_secret is empty"):
        verify_shopify_callback(signed(PARAMETERS, ""), "")


def test_apples_first_answer():
    """The first answer holds the user's name, apart from the parameters that are checked."""
    own = profile("apple")
    request = AuthorizationRequest(
        own.authorization_endpoint, "app", redirect_uri="https://me.example/cb", scope="name"
    )
    user = '{"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "ada@privaterelay.example"}'
    body = urlencode({"state": request.state, "code": "c.1", "user": user})
    for form in (body, body.encode(), dict(parse_qsl(body)), parse_qsl(body)):
        answer = parse_apple_form_post(form)
        assert (answer.name, answer.email) == ("Ada Lovelace", "ada@privaterelay.example")
        assert request.validate_callback(answer.parameters).code == "c.1"
    assert "Ada" not in repr(answer) and "c.1" not in repr(answer)


def test_apples_later_answers():
    """Later answers hold no user, and their state is checked as any other's."""
    answer = parse_apple_form_post("state=other&code=c.2")
    assert (answer.name, answer.first_name, answer.email) == (None, None, None)
    request = AuthorizationRequest(profile("apple").authorization_endpoint, "app")
    with pytest.raises(MismatchingStateError):
        request.validate_callback(answer.parameters)


@pytest.mark.parametrize("user", ["", "[]", "no json", '"text"', "[" * 100_000])
def test_a_broken_user_is_refused(user):
    """A `user` that is no JSON object is refused."""
    with pytest.raises(ProtocolViolation, match="no JSON object"):
        parse_apple_form_post({"code": "c", "user": user})


def test_a_partial_name():
    """A user may give only one of the names."""
    assert parse_apple_form_post({"user": '{"name": {"firstName": "Ada", "lastName": 7}}'}).name == "Ada"
    assert parse_apple_form_post({"user": "{}"}).name is None
