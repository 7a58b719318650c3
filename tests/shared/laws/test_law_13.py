"""Law 13: clocks and randomness are injectable, and configuration pickles."""

from __future__ import annotations

import pickle

import pytest

from oauth_core import MismatchingStateError, MissingTokenError, OAuth2Token
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, ManualClock, RegisteredClient


def test_clock(new_client):
    """Under a clock of the caller's, tokens begin and end by it and by nothing else."""
    clock = ManualClock(1_000.0)
    server = FakeAuthorizationServer(clients=[RegisteredClient("c", "s")], clock=clock)
    with LoopbackServer(server):
        client = new_client(
            client_id="c",
            client_secret="s",
            token_endpoint=server.token_endpoint,
            grant_type="client_credentials",
            clock=clock,
        )
        client.get(server.url("/api/x"))
        assert client.token.expires_at == 1_000 + 3600
        clock.advance(3500)
        client.get(server.url("/api/x"))
        assert server.count("token") == 1
        clock.advance(50)
        client.get(server.url("/api/x"))
        assert server.count("token") == 2


def test_randomness(fake_place, fake, new_client):
    """State, nonce and verifier of the caller's are taken as they are."""
    client = new_client(**fake_place.options())
    given = {"state": "my-state", "nonce": "my-nonce", "code_verifier": "my-verifier" * 5}
    one, other = client.authorization_request(**given), client.authorization_request(**given)
    assert one == other
    assert one.uri == other.uri
    assert (
        client.create_authorization_url(state="s", code_verifier="v" * 50)[0]
        == (client.create_authorization_url(state="s", code_verifier="v" * 50)[0])
    )


def test_values_pickle(fake_place, fake, new_client):
    """Token, configuration, request and response survive a pickle."""
    client = new_client(**fake_place.options(), token=fake.issue_token("basic", user="alice"))
    request = client.authorization_request()
    response = request.validate_callback(fake.authorize(request.uri))
    for value in (client.token, request, response):
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert type(again) is type(value)
    config = pickle.loads(pickle.dumps(client.config))
    assert (config.client_id, config.metadata) == (client.client_id, client.config.metadata)
    assert isinstance(client.token, OAuth2Token)


def test_sessions_pickle(fake_place, fake, new_client, flavour):
    """A session of Requests pickles with its token and goes on; a client of HTTPX says that it does not."""
    client = new_client(**fake_place.options(), token=fake.issue_token("basic", user="alice"))
    if flavour.library != "requests":
        with pytest.raises(TypeError, match="make one in each process"):
            pickle.dumps(client.native)
        return
    with pickle.loads(pickle.dumps(client.native)) as again:
        assert again.get(fake_place.api_url).status_code == 200
        fake_place.let_expire()
        again.token = {**again.token, "expires_at": 1}
        assert again.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1


def test_a_login_over_a_pickle(fake_place, fake, new_client, flavour):
    """A login begun on a session of Requests is finished on its pickle, with the same checks; elsewhere from values."""
    client = new_client(**fake_place.options())
    if flavour.library != "requests":
        request = pickle.loads(pickle.dumps(client.authorization_request()))
        callback = fake.authorize(request.uri)
        other = new_client(**fake_place.options())
        assert other.authorization_code(callback, request=request)["access_token"] == other.token["access_token"]
        return
    url, state = client.create_authorization_url(code_verifier="v" * 50)
    callback = fake.authorize(url)
    with pickle.loads(pickle.dumps(client.native)) as again:
        assert (again.state, again.client_id, again.redirect_uri) == (state, client.client_id, client.redirect_uri)
        with pytest.raises(MismatchingStateError):
            again.fetch_token(authorization_response=callback.replace(state, "another"))
        token = again.fetch_token(authorization_response=callback)
        assert again.introspect_token()["active"] is True
        assert again.refresh_token()["access_token"] != token["access_token"]
        again.client_secret = "another"
        again.token = None
        with pytest.raises(MissingTokenError):
            again.get(fake_place.api_url)
