"""A person logs in: authorization code, with everything that a callback can bring."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_core import (
    AuthorizationRefused,
    AuthorizationRequest,
    MismatchingIssuerError,
    MismatchingStateError,
    ProtocolViolation,
    UsageError,
    generate_code_verifier,
)
from oauth_core.testing import faults


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_code_with_pkce(place, new_client, method):
    """A request with PKCE, its callback and its code lead to a token, and the API knows the person by it."""
    client = new_client(**place.options(method))
    request = client.authorization_request()
    assert query(request.uri)["code_challenge_method"] == ["S256"]
    response = request.validate_callback(place.authorize(request.uri))
    token = client.authorization_code(response)
    assert client.token == token
    assert set(token.scope.split()) <= set(request.scope.split())
    answer = client.get(place.api_url)
    assert (answer.status_code, place.subject(answer.json())) == (200, "alice")


def test_fetch_token_from_the_callback(place, client):
    """`create_authorization_url` with a verifier, then `fetch_token(authorization_response=)`, is a login too."""
    url, state = client.create_authorization_url(code_verifier=generate_code_verifier())
    assert query(url)["state"] == [state]
    token = client.fetch_token(authorization_response=place.authorize(url))
    assert client.token == token
    assert client.get(place.api_url).status_code == 200


def test_callback_in_another_process(place, new_client):
    """State and verifier may be kept outside: the callback is answered by another session than the one that asked."""
    verifier = generate_code_verifier()
    url, state = new_client(**place.options()).authorization_url(state="kept-by-me", code_verifier=verifier)
    callback = place.authorize(url)
    other = new_client(**place.options())
    token = other.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)
    assert token["access_token"]


def test_request_through_json(place, new_client):
    """An authorization request survives a session store as JSON."""
    kept = new_client(**place.options()).authorization_request().to_json()
    request = AuthorizationRequest.from_json(kept)
    response = request.validate_callback(place.authorize(request.uri))
    assert new_client(**place.options()).authorization_code(response)["access_token"]


def test_code_alone(place, client):
    """A code without its callback is exchanged with the redirect URI and the verifier of this session."""
    url, _ = client.create_authorization_url(code_verifier=generate_code_verifier())
    code = query(place.authorize(url))["code"][0]
    assert client.fetch_token(code=code)["access_token"]


def test_person_refuses(place, client):
    """A refusal in the callback is raised with the server's code, and no other grant is tried in its place."""
    url, _ = client.create_authorization_url(code_verifier=generate_code_verifier(), login_hint="deny")
    with pytest.raises(AuthorizationRefused) as caught:
        client.fetch_token(authorization_response=place.authorize(url))
    assert caught.value.error == "access_denied"
    assert client.token is None


def test_foreign_state(place, client):
    """A callback with the state of another attempt is refused before any token request."""
    first, _ = client.create_authorization_url(code_verifier=generate_code_verifier())
    callback = place.authorize(first)
    client.create_authorization_url(code_verifier=generate_code_verifier())
    with pytest.raises(MismatchingStateError, match="state"):
        client.fetch_token(authorization_response=callback)
    assert client.token is None


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"state": None}, MismatchingStateError),
        ({"state": "forged"}, MismatchingStateError),
        ({"state": ["a", "b"]}, ProtocolViolation),
        ({"code": ["one", "two"]}, ProtocolViolation),
        ({"code": None}, ProtocolViolation),
        ({"iss": "https://attacker.test"}, MismatchingIssuerError),
    ],
    ids=["no state", "other state", "two states", "two codes", "no code", "other iss"],
)
def test_bad_callback(fake_place, fake, new_client, parameters, error):
    """A callback that is not exactly the answer to this request is refused, and nothing is sent to the server."""
    client = new_client(**fake_place.options())
    request = client.authorization_request()
    fake.inject(faults.callback(**parameters), "authorize")
    callback = fake.authorize(request.uri)
    with pytest.raises(error):
        request.validate_callback(callback)
    assert fake.count("token") == 0


def test_promised_iss(fake_place, fake, new_client):
    """Where the metadata promises `iss`, a callback without it is refused."""
    options = {name: value for name, value in fake_place.options().items() if not name.endswith("_endpoint")}
    client = new_client(**options)
    request = client.authorization_request()
    fake.inject(faults.callback(iss=None), "authorize")
    with pytest.raises(MismatchingIssuerError, match="promises"):
        request.validate_callback(fake.authorize(request.uri))


def test_implicit(fake_place, fake, new_client):
    """A token in the fragment is taken over once state and issuer are checked."""
    client = new_client(**fake_place.options("none"))
    url, _ = client.create_authorization_url(response_type="token")
    callback = fake.authorize(url)
    token = client.token_from_fragment(callback)
    assert client.token == token
    assert client.get(fake_place.api_url).status_code == 200
    assert client.fetch_token(authorization_response=callback)["access_token"] == token["access_token"]
    with pytest.raises(MismatchingStateError):
        client.token_from_fragment(callback.replace("state=", "state=x"))


def test_wrong_verifier(place, client):
    """A code goes to nobody but the one who holds the verifier."""
    url, _ = client.create_authorization_url(code_verifier=generate_code_verifier())
    callback = place.authorize(url)
    with pytest.raises(Exception, match="invalid_grant") as caught:
        client.fetch_token(authorization_response=callback, code_verifier=generate_code_verifier())
    assert caught.value.error == "invalid_grant"


def test_pkce_by_the_session(fake_place, fake, new_client):
    """`pkce="S256"`, as in requests-oauthlib, makes a verifier for each login and sends it with the code."""
    client = new_client(**fake_place.options(), pkce="S256")
    first, second = (client.create_authorization_url()[0] for _ in range(2))
    assert query(first)["code_challenge_method"] == ["S256"]
    assert query(first)["code_challenge"] != query(second)["code_challenge"]
    client.fetch_token(authorization_response=fake_place.authorize(second))
    challenge = query(client.create_authorization_url(code_challenge="mine", code_challenge_method="plain")[0])
    assert challenge["code_challenge"] == ["mine"]
    assert parse_qs(fake.seen("token")[0].body.decode())["code_verifier"]


def test_a_callback_is_no_code(fake_place, fake, new_client):
    """A whole callback that is passed without its request is refused: nothing could be compared with it."""
    client = new_client(**fake_place.options())
    callback = fake_place.authorize(client.authorization_request().uri)
    with pytest.raises(UsageError, match="request="):
        client.authorization_code(callback)
    assert fake.count("token") == 0
