"""The fake server behind Requests, by an adapter and by ``responses``."""

from __future__ import annotations

import pytest
import requests

from oauth_core import OAuthError, TransportError
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient, faults
from oauth_requests import OAuth2Client, OAuth2ClientCredentialsAuth, OAuth2Session
from oauth_requests.testing import intercept, mount


@pytest.fixture
def server():
    return FakeAuthorizationServer("https://as.test", clients=[RegisteredClient("web", "secret")])


def test_a_mounted_server_answers_the_session_and_its_token_requests(server):
    """A session on which the fake server is mounted fetches a token and calls the API without a socket."""
    session = mount(OAuth2Session("web", "secret", token_endpoint=server.token_endpoint), server)
    session.fetch_token(grant_type="client_credentials")
    assert session.get(server.url("/api/things"), params={"a": "1"}).json()["query"] == [["a", "1"]]
    assert server.count("token") == 1


def test_interception_covers_sessions_that_nobody_prepared(server):
    """Within `intercept`, plain requests calls and clients of their own reach the fake server."""
    with intercept(server) as mock:
        client = OAuth2Client(server.token_endpoint, ("web", "secret"))
        auth = OAuth2ClientCredentialsAuth(client)
        assert requests.get(server.url("/api/things"), auth=auth, timeout=5).json()["token"]["client_id"] == "web"
        mock.add("GET", "https://elsewhere.test/", body="other")
        assert requests.get("https://elsewhere.test/", timeout=5).text == "other"
        with pytest.raises(requests.ConnectionError):
            requests.get("https://unknown.test/", timeout=5)


def test_a_body_reaches_the_server_whole_whatever_it_was(server):
    """Form, JSON, text and streamed bodies arrive as they were sent."""
    session = mount(requests.Session(), server)
    token = server.issue_token("web")
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    url = server.url("/api/echo")
    assert session.post(url, headers=headers, data={"a": "ü"}).json()["body"] == "a=%C3%BC"
    assert session.post(url, headers=headers, data="täxt".encode()).json()["body"] == "täxt"
    assert session.post(url, headers=headers, data=iter([b"one", b"two"])).json()["body"] == "onetwo"


def test_a_dropped_connection_is_the_libraries_own_error(server):
    """A dropped connection is a ConnectionError for API calls and a TransportError for token requests."""
    session = mount(OAuth2Session("web", "secret", token_endpoint=server.token_endpoint), server)
    server.inject(faults.dropped(), "token")
    with pytest.raises(TransportError) as caught:
        session.fetch_token(grant_type="client_credentials")
    assert isinstance(caught.value, OAuthError)
    assert caught.value.__context__ is None
    session.fetch_token(grant_type="client_credentials")
    server.inject(faults.dropped(), "/api/things")
    with pytest.raises(requests.ConnectionError):
        session.get(server.url("/api/things"))
