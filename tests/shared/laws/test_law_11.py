"""Law 11: state, issuer, nonce and PKCE are checked fail-closed; what gives a check up has a name that says so."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_core import (
    MismatchingIssuerError,
    MismatchingStateError,
    OAuthError,
    ProtocolViolation,
    UsageError,
    code_challenge,
)
from oauth_core.testing import RegisteredClient, faults


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


@pytest.fixture
def client(fake_place, new_client):
    return new_client(**fake_place.options())


def test_protected_by_default(client):
    """A request has a state, PKCE by S256 and, for OpenID, a nonce, each new every time."""
    one, other = client.authorization_request(), client.authorization_request()
    sent = query(one.uri)
    assert sent["code_challenge"] == [code_challenge(one.code_verifier)]
    assert sent["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_verifier"):
        assert len(getattr(one, name)) >= 30
        assert getattr(one, name) != getattr(other, name)


def test_giving_up_by_name(client, fake, new_client, fake_place):
    """PKCE, state and nonce are given up by their own names alone."""
    fake.register(RegisteredClient("basic", "a-secret", redirect_uris=("https://client.example/callback",)))
    request = client.authorization_request(code_challenge_method=None, state=None, nonce=None)
    assert not {"code_challenge", "state", "nonce"} & query(request.uri).keys()
    assert client.authorization_code(request.validate_callback(fake.authorize(request.uri)))["access_token"]
    with pytest.raises(UsageError, match="PKCE"):
        client.authorization_request(code_challenge_method=None, code_verifier="v" * 50)


def test_verifier_is_sent(client, fake):
    """The exchange carries the verifier of the request, and the server checks it."""
    request = client.authorization_request()
    response = request.validate_callback(fake.authorize(request.uri))
    assert client.authorization_code(response)["access_token"]
    assert parse_qs(fake.seen("token")[0].body.decode())["code_verifier"] == [request.code_verifier]


@pytest.mark.parametrize("state", [None, "", "other", ["a", "b"]])
def test_state(client, fake, state):
    """A callback whose state is missing, empty, another or repeated is refused by request and by session."""
    request = client.authorization_request()
    fake.inject(faults.callback(state=state), "authorize")
    with pytest.raises(OAuthError):
        request.validate_callback(fake.authorize(request.uri))
    url, _ = client.create_authorization_url(code_verifier="v" * 50)
    fake.inject(faults.callback(state=state), "authorize")
    callback = fake.authorize(url)
    with pytest.raises(OAuthError):
        client.fetch_token(authorization_response=callback)
    assert fake.count("token") == 0


@pytest.mark.parametrize("name", ["state", "code", "iss"])
def test_repeated(client, fake, name):
    """A callback in which a parameter that decides is repeated is refused, whatever its values."""
    request = client.authorization_request()
    callback = fake.authorize(request.uri)
    again = f"{callback}&{name}={query(callback)[name][0]}"
    client.create_authorization_url(code_verifier="v" * 50, state=request.state)
    for call in (
        lambda: request.validate_callback(again),
        lambda: client.fetch_token(authorization_response=again),
        lambda: client.authorization_code(again, request=request),
    ):
        with pytest.raises(ProtocolViolation, match=name) as caught:
            call()
        assert caught.value.error == "repeated_parameter"
    assert fake.count("token") == 0


def test_errors_are_believed_only_with_the_right_state(client, fake):
    """An error in a callback that does not belong to this request is not taken for the server's answer."""
    request = client.authorization_request(login_hint="deny")
    fake.inject(faults.wrong_state(), "authorize")
    with pytest.raises(MismatchingStateError):
        request.validate_callback(fake.authorize(request.uri, approve=False))


def test_another_issuer(client, fake):
    """A callback of another issuer is refused wherever the issuer is known, promised or not."""
    for call in (
        lambda request, callback: request.validate_callback(callback),
        lambda request, callback: client.fetch_token(authorization_response=callback, state=request.state),
    ):
        request = client.authorization_request()
        fake.inject(faults.wrong_iss(), "authorize")
        callback = fake.authorize(request.uri)
        with pytest.raises(MismatchingIssuerError):
            call(request, callback)
    assert fake.count("token") == 0


def test_promised_issuer(fake_place, fake, new_client):
    """Where the metadata promises `iss`, a callback without it is refused."""
    options = {n: value for n, value in fake_place.options().items() if not n.endswith("_endpoint")}
    client = new_client(**options)
    client.load_server_metadata()
    url, state = client.create_authorization_url(code_verifier="v" * 50)
    fake.inject(faults.callback(iss=None), "authorize")
    callback = fake.authorize(url)
    with pytest.raises(MismatchingIssuerError):
        client.fetch_token(authorization_response=callback, state=state)
    assert fake.count("token") == 0


@pytest.mark.parametrize("verifier", ["short", "x" * 129, "with space" * 5, "ümlaut" * 10])
def test_bad_verifier(client, verifier):
    """A verifier that no server may accept is refused before the browser is sent away."""
    with pytest.raises(UsageError, match="verifier"):
        client.authorization_request(code_verifier=verifier)
    with pytest.raises(UsageError, match="verifier"):
        client.create_authorization_url(code_verifier=verifier)
