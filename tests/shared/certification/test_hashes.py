"""OIDCCClientTest MissingAtHash, InvalidAtHash, MissingCHash, InvalidCHash: what the ID token binds to itself."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from oauth_jwt import InvalidJWTError
from tests.shared.certification.provider import altering

HYBRID = ("code id_token", "code id_token token")


def half_hash(text):
    return urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.fixture
def answered(fake_place, client):
    """The authorization response of a person who logs in: `answered("code id_token")`."""

    def perform(kind, **parameters):
        request = client.authorization_request(response_type=kind, **parameters)
        return request.validate_callback(fake_place.authorize(request.uri))

    return perform


@pytest.mark.parametrize("kind", HYBRID)
def test_good_hashes(client, answered, kind):
    """A hybrid response whose hashes fit is believed, and its code exchanged."""
    assert client.authorization_code(answered(kind)).id_token


@pytest.mark.parametrize(
    "wrong", [None, "wrong", "", 7, half_hash("other")], ids=["missing", "wrong", "", "7", "other"]
)
@pytest.mark.parametrize(
    ("kind", "name"), [(HYBRID[0], "c_hash"), (HYBRID[1], "c_hash"), (HYBRID[1], "at_hash")], ids=str
)
def test_bad_hashes(operations, client, answered, refused, kind, name, wrong):
    """A hash that is absent or wrong in a hybrid response is refused, and the code is not shown to anybody."""
    operations.alter = altering(**{name: wrong})
    response = answered(kind)
    with refused(InvalidJWTError, "jwks", claim=name, match=name):
        client.authorization_code(response)
    assert client.token is None


@pytest.mark.parametrize("wrong", [None, "wrong"], ids=["missing", "wrong"])
def test_bad_hashes_of_an_implicit_response(fake_place, operations, client, refused, wrong):
    """An `at_hash` that is absent or wrong in an implicit response is refused, and the token is not taken."""
    operations.alter = altering(at_hash=wrong)
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    callback = fake_place.authorize(url)
    with refused(InvalidJWTError, "jwks", claim="at_hash"):
        client.fetch_token(authorization_response=callback)
    assert client.token is None


def test_a_swapped_token(fake_place, client, refused):
    """An access token of another login, put into an implicit response, is refused."""
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    callback = fake_place.authorize(url)
    stolen = fake_place.server.fake.issue_token("basic", user="alice")["access_token"]
    parts = ["access_token=" + stolen if one.startswith("access_token=") else one for one in callback.split("&")]
    forged = "&".join(parts).replace(callback.split("#")[1].split("&")[0], "access_token=" + stolen)
    assert forged != callback
    with refused(InvalidJWTError, "jwks", claim="at_hash"):
        client.fetch_token(authorization_response=forged)
    assert client.token is None


@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_the_hash_of_the_state(operations, client, answered, refused, right):
    """An `s_hash` need not be there; a wrong one is refused."""
    operations.alter = altering(s_hash=half_hash("the-state" if right else "another"))
    response = answered(HYBRID[0], state="the-state")
    if right:
        assert client.authorization_code(response).id_token
    else:
        with refused(InvalidJWTError, "jwks", claim="s_hash"):
            client.authorization_code(response)


def test_the_hash_in_a_token_of_the_token_endpoint(operations, sign_in, refused):
    """From the token endpoint `at_hash` may be absent; a wrong one is refused."""
    assert sign_in()["sub"] == "alice"
    operations.alter = altering(at_hash=half_hash("another"))
    with refused(InvalidJWTError, "authorize", "token", claim="at_hash"):
        sign_in()


def test_the_hash_in_the_second_token_of_a_hybrid_login(operations, client, answered, refused):
    """In a hybrid login a wrong `at_hash` from the token endpoint is refused too."""
    operations.alter = altering(first=2, at_hash=half_hash("another"))
    response = answered(HYBRID[0])
    with refused(InvalidJWTError, "jwks", "token", claim="at_hash"):
        client.authorization_code(response)
    assert client.token is None
