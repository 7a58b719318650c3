"""FAPI2SPFinalClientTest, what a client refuses: each by an error that names it, with no request after it."""

from __future__ import annotations

import pytest

from oauth_core import (
    AuthorizationRefused,
    InvalidMetadataError,
    InvalidTokenResponse,
    MismatchingIssuerError,
    MismatchingStateError,
    ProtocolViolation,
    ServerRefusal,
    UnsupportedTokenTypeError,
)
from oauth_core.testing import faults
from oauth_jwt import InvalidJWTError, Key
from tests.shared.certification.provider import Now, altering, asked, broken, resigned

UP_TO_THE_BROWSER = ["metadata", "par", "authorize"]


@pytest.fixture
def client(demanding, open_client):
    return open_client()


@pytest.fixture
def sign_in(log_in, client):
    """Log in and, as an application does, ask who it was."""

    def perform():
        log_in(client)
        return client.userinfo()

    return perform


@pytest.mark.parametrize(
    ("fault", "error", "named"),
    [
        (faults.wrong_state(), MismatchingStateError, "state"),
        (faults.callback(state=None), MismatchingStateError, "state"),
        (faults.callback(state=""), MismatchingStateError, "state"),
        (faults.wrong_iss(), MismatchingIssuerError, "iss"),
        (faults.callback(iss=None), MismatchingIssuerError, "iss"),
        (faults.callback(iss=""), MismatchingIssuerError, "iss"),
        (faults.callback(code=None), ProtocolViolation, "code"),
    ],
    ids=["state other", "state missing", "state empty", "iss other", "iss missing", "iss empty", "code missing"],
)
def test_the_authorization_response(demanding, client, sign_in, fault, error, named):
    """A callback whose state or issuer is missing or another, or without a code, is refused; no token is asked for."""
    demanding.inject(fault, "authorize")
    with pytest.raises(error, match=named):
        sign_in()
    assert (asked(demanding), client.token) == (UP_TO_THE_BROWSER, None)


def test_an_error_response(demanding, client, fake_place):
    """A person who declines: `access_denied`, and no token is asked for."""
    request = client.authorization_request()
    callback = demanding.authorize(request.uri, approve=False)
    with pytest.raises(AuthorizationRefused) as caught:
        request.validate_callback(callback)
    assert (caught.value.error, asked(demanding)) == ("access_denied", UP_TO_THE_BROWSER)


@pytest.mark.parametrize(
    "fault", [faults.wrong_state(), faults.wrong_iss(), faults.callback(iss=None)], ids=["state", "iss", "no iss"]
)
def test_an_error_response_of_somebody_else(demanding, client, fault):
    """An error is believed only where state and issuer are right. RFC 9207 §2.4."""
    request = client.authorization_request()
    demanding.inject(fault, "authorize")
    callback = demanding.authorize(request.uri, approve=False)
    with pytest.raises((MismatchingStateError, MismatchingIssuerError)):
        request.validate_callback(callback)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": None},
        {"aud": ["fapi", "other"]},
        {"iss": "https://other.example"},
        {"iss": None},
        {"exp": None},
        {"exp": Now(-300)},
        {"nonce": None},
        {"nonce": "another"},
    ],
    ids=lambda changes: " ".join(f"{name} {value}" for name, value in changes.items()),
)
def test_the_id_token(demanding, operations, client, sign_in, changes):
    """An ID token with a wrong or missing claim is refused by its name; no userinfo and no API is asked."""
    operations.alter = altering(**changes)
    with pytest.raises(InvalidJWTError) as caught:
        sign_in()
    assert caught.value.claim == next(iter(changes))
    assert (asked(demanding), client.token) == ([*UP_TO_THE_BROWSER, "token", "jwks"], None)


@pytest.mark.parametrize("alg", ["RS256", "none"])
def test_the_algorithm_of_the_id_token(demanding, open_client, log_in, alg):
    """An ID token by another algorithm than the registered one, or not signed at all, is refused before any key."""
    client = open_client(registered={"id_token_signed_response_alg": alg})
    with pytest.raises(InvalidJWTError, match="expected ES256"):
        log_in(client)
    assert (asked(demanding), client.token) == ([*UP_TO_THE_BROWSER, "token"], None)


@pytest.mark.parametrize("forge", [broken(), resigned(Key.generate("ES256"))], ids=["broken", "by another key"])
def test_the_signature_of_the_id_token(demanding, operations, client, sign_in, forge):
    """An ID token with a broken signature, or one by a key that is not the server's, is refused."""
    operations.forge = forge
    with pytest.raises(InvalidJWTError, match="signature"):
        sign_in()
    assert client.token is None
    assert "userinfo" not in asked(demanding)


def test_no_id_token(demanding, client, sign_in):
    """A token answer without the ID token that was asked for is refused."""
    demanding.inject(faults.without("id_token"), "token")
    with pytest.raises(InvalidTokenResponse, match="no id_token"):
        sign_in()
    assert (client.token, demanding.count("userinfo")) == (None, 0)


def test_metadata_of_another_issuer(demanding, client):
    """Metadata that name another issuer are refused before anything else is asked."""
    demanding.inject(faults.wrong_issuer(), "metadata", times=None)
    with pytest.raises(InvalidMetadataError, match=r"attacker\.test"):
        client.authorization_request()
    assert set(asked(demanding)) == {"metadata"}


def test_a_reference_of_another_server(demanding, client):
    """A pushed request that is answered with another server's reference ends there."""
    demanding.inject(faults.with_members({"request_uri": "https://attacker.test/request"}), "par")
    with pytest.raises(ProtocolViolation, match="another server"):
        client.authorization_request()
    assert asked(demanding) == ["metadata", "par"]


@pytest.mark.parametrize("name", ["request_uri", "expires_in"])
def test_a_pushed_answer_that_lacks_something(demanding, client, name):
    """An answer to a pushed request without reference or life is refused by what is missing."""
    demanding.inject(faults.without(name), "par")
    with pytest.raises(ProtocolViolation, match=name):
        client.authorization_request()


def test_a_pushed_request_that_is_refused(demanding, client):
    """A refused push ends the login; nothing falls back to an unprotected request."""
    demanding.inject(faults.error("invalid_request", "no"), "par")
    with pytest.raises(ServerRefusal, match="invalid_request"):
        client.authorization_request()
    assert asked(demanding) == ["metadata", "par"]


def test_a_token_that_is_not_bound(demanding, client, sign_in):
    """A Bearer token for a client that proved a key is refused: anybody could use it."""
    demanding.inject(faults.with_members({"token_type": "Bearer"}), "token")
    with pytest.raises(UnsupportedTokenTypeError, match="which anybody could use"):
        sign_in()
    assert client.token is None
