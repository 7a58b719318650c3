"""Servers that lie about logins on other devices, exchanges or themselves: each lie has its error, and no token."""

from __future__ import annotations

import pytest

from oauth_core import (
    ErrorStatusReceived,
    InvalidMetadataError,
    InvalidTokenResponse,
    OAuthError,
    ProtocolViolation,
    ReauthorizationRequired,
    Response,
    ServerRefusal,
    UnsupportedTokenTypeError,
)
from oauth_core.testing import faults, json_response

TYPE = "urn:ietf:params:oauth:token-type:"


@pytest.fixture
def client(fake_place, new_client):
    """A session that finds everything by the issuer."""
    return new_client(**{**fake_place.discovered(), "scope": "openid read"})


def lie(fake, on, **members):
    """Answer with these members; None leaves one out."""
    told = {name: value for name, value in members.items() if value is not None}
    fake.inject(faults.with_members(told) if told else faults.without(*members), on)


# The device authorization answer.


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"device_code": None}, "no device_code"),
        ({"device_code": ["a"]}, "no device_code"),
        ({"user_code": None}, "no user_code"),
        ({"verification_uri": None}, "no verification_uri"),
        ({"verification_uri": "javascript:alert(1)"}, "no http or https URL"),
        ({"verification_uri": "https://as.test/a b"}, "no http or https URL"),
        ({"verification_uri_complete": "data:text/html,x"}, "no http or https URL"),
        ({"expires_in": None}, "no expires_in"),
        ({"expires_in": -5}, "expires_in of -5 seconds"),
        ({"expires_in": 0}, "expires_in of 0 seconds"),
        ({"expires_in": "soon"}, "no expires_in that is a number"),
        ({"expires_in": float("nan")}, "no expires_in that is a number"),
        ({"expires_in": float("inf")}, "no expires_in that is a number"),
        ({"expires_in": True}, "no expires_in that is a number"),
        ({"interval": -1}, "interval"),
        ({"interval": "often"}, "interval"),
        ({"interval": float("nan")}, "interval"),
    ],
    ids=str,
)
def test_a_device_answer(fake, client, members, named):
    """A device answer that lacks something, or holds what it cannot mean, is refused by the member's name."""
    lie(fake, "device", **members)
    with pytest.raises(ProtocolViolation, match=named):
        client.authorize_device()
    assert (client.token, fake.count("token")) == (None, 0)


@pytest.mark.parametrize("members", [{"interval": None}, {"interval": 0}], ids=str)
def test_a_device_answer_without_an_interval(fake, client, members):
    """Without an interval, or with one of nothing, five seconds pass between two questions. RFC 8628 §3.2."""
    lie(fake, "device", **members)
    assert client.authorize_device().interval == 5


def test_a_device_answer_that_is_a_page(fake, client):
    """A page in place of a device answer is refused, and its text is not shown."""
    fake.inject(faults.html_ok(), "device")
    with pytest.raises(ProtocolViolation, match="text/html") as caught:
        client.authorize_device()
    assert "guest network" not in str(caught.value)


# Polls.


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.html_ok(), InvalidTokenResponse),
        (faults.html_error(502), ErrorStatusReceived),
        (faults.redirect("https://attacker.test/token"), ProtocolViolation),
        (faults.respond(Response(204)), InvalidTokenResponse),
        (faults.without("access_token"), InvalidTokenResponse),
        (faults.with_members({"token_type": "mac"}), UnsupportedTokenTypeError),
        (faults.error_with_ok("access_denied"), ServerRefusal),
        (faults.error("invalid_client", status=401), ServerRefusal),
        (faults.error("server_is_tired"), ServerRefusal),
        (faults.respond(json_response(["a", "list"])), InvalidTokenResponse),
    ],
    ids=lambda value: getattr(value, "name", None),
)
@pytest.mark.parametrize("kind", ["device_code", "ciba"])
def test_a_poll(fake, client, kind, fault, error):
    """A poll that is answered with anything but a token or a delay ends at once, and there is no token."""
    if kind == "ciba":
        login = client.backchannel_authentication_request(login_hint="alice")
        code, poll = login.auth_req_id, client.poll_ciba
    else:
        login = client.authorize_device()
        code, poll = login.device_code, client.poll_device_code
    fake.decide(code, user="alice")
    fake.inject(fault, "token")
    with pytest.raises(error):
        poll(login)
    assert (client.token, fake.count("token")) == (None, 1)


@pytest.mark.parametrize("code", ["authorization_pending", "slow_down"])
def test_a_poll_that_never_ends(fake, client, code):
    """A server that says for ever that nobody has decided is asked no longer than it said the code would live."""
    fake.settings.pending_lifetime, fake.settings.poll_interval = 1, 0.2
    login = client.authorize_device()
    fake.inject(faults.error(code), "token", times=None)
    with pytest.raises(ReauthorizationRequired, match="expired_token"):
        client.poll_device_code(login)
    assert 1 <= fake.count("token") <= 5
    assert fake.requests[-1].at <= login.expires_at


def test_a_pace_that_outlives_the_code(fake, client):
    """An interval longer than the code lives is no reason never to ask: the code is shown once before its end."""
    fake.settings.pending_lifetime = 1
    lie(fake, "device", interval=86_400)
    login = client.authorize_device()
    fake.decide(login.device_code, user="alice")
    assert client.poll_device_code(login).access_token


# Exchanges.


@pytest.mark.parametrize(
    ("members", "asked_for"),
    [
        ({"issued_token_type": f"{TYPE}jwt"}, "access_token"),
        ({"issued_token_type": None}, "access_token"),
        ({"issued_token_type": 7}, None),
        ({"issued_token_type": ""}, None),
    ],
    ids=str,
)
def test_an_exchange(fake, client, members, asked_for):
    """An exchange that brings another type than was asked for, or says nothing of it, leaves the session's token."""
    had = client.client_credentials()
    lie(fake, "token", **members)
    with pytest.raises(InvalidTokenResponse, match="issued_token_type|asked for"):
        client.token_exchange(had, requested_token_type=asked_for)
    assert client.token == had


# Pushed requests.


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("https://attacker.test/request", "another server"),
        ("HTTPS://attacker.test/request", "another server"),
        ("ftp://attacker.test/request", "another server"),
        ("//attacker.test/request", "another server"),
        (" https://attacker.test/request", "no URI"),
        ("urn:example:a b", "no URI"),
        (["urn:example:a"], "no request_uri"),
    ],
    ids=str,
)
def test_a_reference_to_a_pushed_request(fake, client, reference, named):
    """A reference that is no URI, or a URL of another server, is not put before a browser. RFC 9126 §2.2."""
    lie(fake, "par", request_uri=reference)
    with pytest.raises(ProtocolViolation, match=named):
        client.pushed_authorization_request()


@pytest.mark.parametrize("reference", ["urn:example:https://of.its.own", "urn:ietf:params:oauth:request_uri:a//b"])
def test_a_name_that_looks_like_a_url(fake, client, reference):
    """A URN names no host, whatever it is made of."""
    lie(fake, "par", request_uri=reference)
    assert client.pushed_authorization_request().request_uri == reference


# Metadata.


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"token_endpoint": "http://attacker.test/token"}, "token_endpoint"),
        ({"token_endpoint": "ftp://attacker.test/token"}, "token_endpoint"),
        ({"token_endpoint": 7}, "token_endpoint"),
        ({"device_authorization_endpoint": "http://attacker.test/d"}, "device_authorization_endpoint"),
        ({"mtls_endpoint_aliases": {"token_endpoint": "http://attacker.test/token"}}, "token_endpoint"),
        ({"mtls_endpoint_aliases": ["token_endpoint"]}, "mtls_endpoint_aliases"),
        ({"issuer": "https://attacker.test"}, "attacker"),
        ({"issuer": None}, "None"),
    ],
    ids=str,
)
def test_metadata(fake, client, members, named):
    """Metadata with an issuer that was not asked or an endpoint that is not secure are refused whole, by its name."""
    told = {name: value for name, value in members.items() if value is not None}
    fault = faults.with_members(told) if told else faults.without(*members)
    fake.inject(fault, "metadata", times=None)
    with pytest.raises(InvalidMetadataError, match=named):
        client.client_credentials()
    assert {one.endpoint for one in fake.requests} == {"metadata"}


@pytest.mark.parametrize("name", ["token_endpoint", "device_authorization_endpoint", "jwks_uri"])
def test_endpoints_elsewhere(fake_place, fake, elsewhere, new_client, name):
    """With `endpoint_origins` no endpoint of another origin is used, however the metadata name it."""
    client = new_client(**fake_place.discovered(), endpoint_origins=[])
    fake.inject(faults.with_members({name: elsewhere.url("/token")}), "metadata", times=None)
    with pytest.raises(InvalidMetadataError, match=f"{name} is at"):
        client.client_credentials()
    assert elsewhere.requests == ()


@pytest.mark.parametrize("name", ["authorize_device", "backchannel", "par", "register"])
@pytest.mark.parametrize(
    "fault", [faults.redirect("https://attacker.test/"), faults.html_error(500), faults.not_utf8()]
)
def test_other_endpoints(fake, client, name, fault):
    """Whatever endpoint answers badly, nothing is followed, and the error has the status."""
    calls = {
        "authorize_device": ("device", client.authorize_device),
        "backchannel": ("backchannel", lambda: client.backchannel_authentication_request(login_hint="alice")),
        "par": ("par", client.pushed_authorization_request),
        "register": ("register", lambda: client.register_client(redirect_uris=["https://new.example/"])),
    }
    endpoint, call = calls[name]
    fake.inject(fault, endpoint)
    with pytest.raises(OAuthError) as caught:
        call()
    assert caught.value.status_code in {307, 500, 400}
    assert fake.count(endpoint) == 1
