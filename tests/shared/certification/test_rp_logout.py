"""OIDCCClientTest RPInitLogout, RPInitLogoutInvalidState, RPInitLogoutNoState: ending the session at the provider."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_core import AuthorizationRefused, LogoutRequest, MismatchingStateError, UsageError
from oauth_core.testing import NotRedirected
from tests.shared.certification.provider import asked
from tests.shared.places import LOGOUT_URI


@pytest.fixture
def options(fake_place, validator):
    """The keywords of a session that finds the endpoint by the issuer."""
    return {**fake_place.discovered(), "id_token_validator": validator}


@pytest.fixture
def goodbye(client, log_in):
    """The logout of a session that somebody logged in to."""
    log_in()
    return client.logout_request(client.token, post_logout_redirect_uri=LOGOUT_URI)


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_the_request(fake, client, goodbye):
    """The ID token goes along as hint, with client, address and a state that nobody can guess."""
    sent = query(goodbye.uri)
    assert goodbye.uri.startswith(f"{fake.endpoint('logout')}?")
    assert sent["id_token_hint"] == client.token.id_token
    assert (sent["client_id"], sent["post_logout_redirect_uri"]) == ("basic", LOGOUT_URI)
    assert len(sent["state"]) >= 22
    assert client.logout_request(client.token, post_logout_redirect_uri=LOGOUT_URI).state != goodbye.state


def test_the_good_end(fake, goodbye):
    """RPInitLogout: the person comes back with the state that was sent, as URL, query or parameters."""
    callback = fake.authorize(goodbye.uri)
    assert query(callback) == {"state": goodbye.state}
    for form in (callback, urlsplit(callback).query, query(callback)):
        assert goodbye.validate_callback(form) == (("state", goodbye.state),)


@pytest.mark.parametrize("state", ["other", "", None])
def test_a_bad_state(goodbye, state):
    """RPInitLogoutInvalidState, …NoState: an answer with another state, or none, belongs to no logout."""
    callback = LOGOUT_URI if state is None else f"{LOGOUT_URI}?state={state}"
    with pytest.raises(MismatchingStateError, match="state"):
        goodbye.validate_callback(callback)


def test_an_error(goodbye):
    """An error that comes back with the right state is raised, by its code."""
    with pytest.raises(AuthorizationRefused) as caught:
        goodbye.validate_callback(f"{LOGOUT_URI}?state={goodbye.state}&error=access_denied")
    assert caught.value.error == "access_denied"


def test_across_processes(fake, goodbye):
    """The request is kept with the user's session, and the answer is checked by another process."""
    callback = fake.authorize(goodbye.uri)
    kept = LogoutRequest.from_json(goodbye.to_json())
    assert kept == goodbye
    assert kept.validate_callback(callback)


def test_no_way_back(fake, client):
    """Without an address to return to no state is sent, and the person stays at the provider."""
    goodbye = client.logout_request()
    assert "state" not in query(goodbye.uri)
    with pytest.raises(NotRedirected, match="You are logged out"):
        fake.authorize(goodbye.uri)


def test_an_address_that_is_not_registered(fake, client):
    """The provider sends nobody to an address that is not registered."""
    with pytest.raises(NotRedirected, match="not registered"):
        fake.authorize(client.logout_request(post_logout_redirect_uri="https://attacker.test/").uri)


def test_a_provider_without_logout(fake, new_client, fake_place):
    """Where the metadata name no logout endpoint, the error says which member is missing, and nothing is opened."""
    fake.authority.metadata["end_session_endpoint"] = None
    client = new_client(**fake_place.discovered())
    with pytest.raises(UsageError, match="end_session_endpoint"):
        client.logout_request()
    assert asked(fake) == ["metadata"]
