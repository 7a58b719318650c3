"""What certification asks of FAPI 2.0, CIBA, registration and logout clients, as far as grants and endpoints go."""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from oauth_core import (
    InvalidTokenResponse,
    MismatchingIssuerError,
    MismatchingStateError,
    ProtocolViolation,
)
from oauth_core.testing import faults


@pytest.fixture
def client(fake_place, new_client):
    """A session of the flavour that finds everything through the metadata document."""
    return new_client(**{**fake_place.discovered(), "scope": "openid read"})


def test_par_and_pkce_are_used_when_the_server_demands_them(fake_place, fake, client):
    """FAPI2SPFinalClientTest, happy path: everything but the client id and the reference was pushed, S256 included."""
    fake.settings.require_pushed = True
    request = client.authorization_request()
    assert set(parse_qs(urlsplit(request.uri).query)) == {"client_id", "request_uri"}
    assert dict(fake.seen("par")[0].form)["code_challenge_method"] == "S256"
    fake.inject(faults.without("expires_in", "scope"), "token")
    fake.inject(faults.with_members({"token_type": "bEaReR"}), "token")
    token = client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
    assert token.expires_at is None
    assert client.get(fake_place.api_url).status_code == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.wrong_state(), MismatchingStateError),
        (faults.callback(state=None), MismatchingStateError),
        (faults.wrong_iss(), MismatchingIssuerError),
        (faults.callback(iss=None), MismatchingIssuerError),
    ],
    ids=["state other", "state missing", "iss other", "iss missing"],
)
def test_a_forged_callback_of_a_pushed_request(fake_place, fake, client, fault, error):
    """FAPI2SPFinalClientTest, state and iss: refused, and no token request follows."""
    fake.settings.require_pushed = True
    request = client.authorization_request()
    fake.inject(fault, "authorize")
    callback = fake_place.authorize(request.uri)
    with pytest.raises(error):
        request.validate_callback(callback)
    assert fake.count("token") == 0


def test_a_reference_of_another_server(fake, client):
    """A pushed request that is answered with another server's reference ends there."""
    fake.inject(faults.with_members({"request_uri": "https://attacker.test/request"}), "par")
    with pytest.raises(ProtocolViolation, match="another server"):
        client.pushed_authorization_request()


def test_an_exchange_that_brings_something_else(fake, client):
    """An `issued_token_type` that was not asked for ends in an error, and the session keeps the token it had."""
    had = client.client_credentials()
    fake.inject(faults.with_members({"issued_token_type": "urn:ietf:params:oauth:token-type:jwt"}), "token")
    with pytest.raises(InvalidTokenResponse, match="asked for"):
        client.token_exchange(had, requested_token_type="access_token")
    assert client.token == had


def test_a_poll_answered_with_html(fake_place, fake, client):
    """A page where a token should be ends the polling, and there is no token."""
    login = client.authorize_device()
    fake_place.server.decide_device(login.user_code, approve=True)
    fake.inject(faults.html_ok(), "token")
    with pytest.raises(InvalidTokenResponse):
        client.poll_device_code(login)
    assert (client.token, fake.count("token")) == (None, 1)


def test_a_registration_without_an_id(fake, client):
    """OIDCCClientTestDynamicRegistration: an answer without `client_id` is no registration."""
    fake.inject(faults.without("client_id"), "register")
    with pytest.raises(ProtocolViolation, match="no client_id"):
        client.register_client(redirect_uris=["https://new.example/callback"])


def test_logout_states(fake_place, client):
    """OIDCCClientTestRPInitLogout, InvalidState, NoState: the returned state is compared."""
    from tests.shared.places import LOGOUT_URI

    goodbye = client.logout_request("an.id.token", post_logout_redirect_uri=LOGOUT_URI)
    callback = fake_place.authorize(goodbye.uri)
    assert dict(parse_qsl(urlsplit(callback).query)) == {"state": goodbye.state}
    goodbye.validate_callback(callback)
    for forged in (callback.replace(goodbye.state, "other"), LOGOUT_URI):
        with pytest.raises(MismatchingStateError):
            goodbye.validate_callback(forged)
