"""Servers that answer badly, and callers who ask badly: each has an error that says what to do."""

from __future__ import annotations

import pytest

from oauth_core import (
    ErrorStatusReceived,
    InsecureTransportError,
    InvalidTokenResponse,
    OAuthError,
    ProtocolViolation,
    ServerRefusal,
    TransportError,
    UnsupportedTokenTypeError,
    UsageError,
)
from oauth_core.testing import faults, json_response


@pytest.fixture
def client(fake_place, new_client):
    return new_client(**fake_place.options())


def refused(client, fake, fault, expected=OAuthError):
    """Fetch a token while the fault is on, and return the error."""
    fake.inject(fault, "token")
    with pytest.raises(expected) as caught:
        client.fetch_token()
    assert client.token is None
    return caught.value


def test_html_error(client, fake):
    """A proxy's error page is an error with its status, not one of a JSON parser."""
    error = refused(client, fake, faults.html_error(502), ErrorStatusReceived)
    assert error.status_code == 502
    assert "<title>" not in str(error)


def test_html_with_200(client, fake):
    """A page with status 200, as of a guest network, is a protocol violation that names the content type."""
    error = refused(client, fake, faults.html_ok(), ProtocolViolation)
    assert "text/html" in str(error)


@pytest.mark.parametrize("as_date", [False, True])
def test_too_many_requests(client, fake, fake_place, as_date):
    """A 429 carries the server's code and `Retry-After` in seconds, sent as number or as date."""
    error = refused(client, fake, faults.too_many_requests(30, as_date=as_date), ServerRefusal)
    assert (error.status_code, error.error) == (429, "slow_down")
    assert error.retry_after == pytest.approx(30, abs=2)


def test_unavailable(client, fake):
    """A 503 is told with its code and its `Retry-After`."""
    error = refused(client, fake, faults.unavailable(retry_after=12), ServerRefusal)
    assert (error.status_code, error.error, error.retry_after) == (503, "temporarily_unavailable", 12)


def test_error_with_200(client, fake):
    """An OAuth error with status 200 is raised, never taken for a token."""
    assert refused(client, fake, faults.error_with_ok("invalid_grant", "no")).error == "invalid_grant"


def test_error_text_of_any_kind(client, fake):
    """A description may hold quotes, control characters and any script; in the text of the error it is one line."""
    error = refused(client, fake, faults.error("invalid_scope", 'no "scope"\r\nX: y ünïcode €\x1b[31m'))
    assert error.error == "invalid_scope"
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)
    assert "ünïcode €" in str(error)


def test_error_in_latin_1(client, fake):
    """An error body in another encoding than UTF-8 does not hide the status."""
    assert refused(client, fake, faults.not_utf8()).status_code == 400


def test_unauthorized_without_error(client, fake):
    """A 401 without an OAuth error is an error with that status, not a token."""
    body = json_response({"x": 1}, status=401)
    assert refused(client, fake, faults.respond(body), ServerRefusal).status_code == 401


@pytest.mark.parametrize("name", ["access_token", "token_type"])
def test_missing_member(client, fake, name):
    """An answer without access token or type is no token, and the error names what is missing."""
    error = refused(client, fake, faults.without(name), (InvalidTokenResponse, UnsupportedTokenTypeError))
    assert name in str(error)


def test_unknown_token_type(client, fake):
    """An answer with a type that nobody can present is refused by that type's name."""
    assert "mac" in str(refused(client, fake, faults.with_members({"token_type": "mac"}), UnsupportedTokenTypeError))


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("3600", 3600),
        (3600.9, 3600),
        ("3599.5", 3599),
        (-5, None),
        ("soon", None),
        (None, None),
        ([], None),
        (True, None),
    ],
)
def test_expires_in_of_any_kind(client, fake, fake_place, sent, left):
    """A lifetime is read as number or text; one that is none means that no end is known."""
    fake.inject(faults.with_members({"expires_in": sent}), "token")
    token = client.fetch_token()
    assert token["expires_in"] == sent
    assert (token.expires_at is None) == (left is None)
    if left is not None:
        assert token.expires_at - fake_place.clock() == pytest.approx(left, abs=3)


def test_narrower_scope(client, fake):
    """Another scope than the one asked for is stored, and nothing is raised about it."""
    fake.inject(faults.with_members({"scope": "less"}), "token")
    assert client.fetch_token(scope="read write").scope == "less"


def test_dropped_connection(client, fake):
    """A connection that breaks is one transport error, which holds nothing of the HTTP library."""
    error = refused(client, fake, faults.dropped(), TransportError)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_redirected_token_request(client, fake):
    """A token endpoint that redirects is not followed: the error names the status."""
    error = refused(client, fake, faults.redirect(fake.url("/token"), status=307))
    assert error.status_code == 307
    assert fake.count("token") == 1


@pytest.mark.parametrize(
    "url",
    ["http://as.example/token", "http://127.0.0.1.attacker.test/token", "http://0177.0.0.1/token"],
)
def test_token_endpoint_in_the_clear(new_client, fake_place, url):
    """Credentials go over HTTPS, except to this machine itself, judged by the host that would be contacted."""
    client = new_client(**{**fake_place.options(), "token_endpoint": url})
    with pytest.raises(InsecureTransportError, match="https"):
        client.fetch_token()
    with pytest.raises(InsecureTransportError):
        client.create_authorization_url(url=url)


def test_token_endpoint_in_disguise(new_client, fake_place):
    """A user name that looks like this machine makes no other host of the URL: it is refused altogether."""
    client = new_client(**{**fake_place.options(), "token_endpoint": "http://localhost:80@attacker.test/token"})
    with pytest.raises(UsageError, match=r"attacker\.test"):
        client.fetch_token()


def test_unknown_keyword(new_client, fake_place):
    """An unknown keyword of the constructor is a TypeError that names the nearest known one."""
    with pytest.raises(TypeError, match="token_endpoint"):
        new_client(**fake_place.options(), token_endpont="https://as.example/token")


def test_unknown_hook(client):
    """An unknown hook is refused with the name of the nearest known one, or all of them."""
    with pytest.raises(UsageError, match="access_token_response"):
        client.register_compliance_hook("access_token_respons", lambda response: response)


def test_hook_without_a_result(client, fake):
    """A hook that returns nothing is an error that names the hook, not a failure further on."""
    client.register_compliance_hook("access_token_response", lambda response: None)
    with pytest.raises(TypeError, match="access_token_response"):
        client.fetch_token()


def test_hook_corrects_an_answer(client, fake):
    """A response hook may replace what the answer's `json` returns."""
    fake.inject(faults.without("token_type"), "token")

    def add_type(resp):
        members = resp.json()
        resp.json = lambda: {**members, "token_type": "Bearer"}
        return resp

    client.register_compliance_hook("access_token_response", add_type)
    assert client.fetch_token()["token_type"] == "Bearer"


@pytest.mark.parametrize("name", ["client_id", "scope", "audience"])
def test_line_breaks_in_parameters(client, fake, name):
    """A line break in a parameter ends up encoded in the form; it makes no header and no further parameter."""
    fake.inject(faults.error("invalid_scope"), "token")
    with pytest.raises(OAuthError):
        client.fetch_token(**{name: "a\r\nX-Injected: 1&grant_type=password"})
    seen = fake.seen("token")[0]
    assert seen.header("x-injected") is None
    assert b"grant_type=password" not in seen.body


@pytest.mark.parametrize("headers", [{"X-Bad": "a\r\nX-Injected: 1"}, {"X-Bad\r\nX-Injected": "1"}])
def test_line_breaks_in_headers(client, fake, headers):
    """A header with a line break is refused before anything is sent."""
    with pytest.raises(OAuthError):
        client.fetch_token(headers=headers)
    assert fake.count("token") == 0


def test_line_break_in_a_token(new_client, fake_place, fake):
    """A token with a line break is refused before anything is sent."""
    client = new_client(**fake_place.options(), token={"access_token": "a\r\nX-Injected: 1"})
    with pytest.raises(UsageError, match="control character"):
        client.get(fake_place.api_url)
    assert fake.count("api") == 0
