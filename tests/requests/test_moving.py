"""Habits that people bring along from requests-oauthlib and requests_oauth2client."""

from __future__ import annotations

from ssl import SSLCertVerificationError

import httpx
import pytest
from oauthlib.oauth2 import (
    BackendApplicationClient,
    LegacyApplicationClient,
    MobileApplicationClient,
    ServiceApplicationClient,
    WebApplicationClient,
)
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests.exceptions import SSLError

from oauth_core import TransportError
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from oauth_requests import BearerToken, OAuth2AccessTokenAuth, OAuth2Auth, OAuth2Client, OAuth2Session


@pytest.fixture
def fake():
    server = FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret")])
    with LoopbackServer(server):
        yield server


def test_backend_application(fake):
    """`OAuth2Session(client=BackendApplicationClient(...))` obtains a token for the client itself."""
    with OAuth2Session(client=BackendApplicationClient(client_id="app", scope="read")) as session:
        token = session.fetch_token(token_url=fake.token_endpoint, auth=HTTPBasicAuth("app", "s3cret"))
        assert token.scope == "read"
        assert session.client_id == "app"


def test_legacy_application(fake):
    """`OAuth2Session(client=LegacyApplicationClient(...))` sends name and password."""
    with OAuth2Session(client=LegacyApplicationClient(client_id="app")) as session:
        session.fetch_token(fake.token_endpoint, username="alice", password="wonderland", client_secret="s3cret")
        assert session.authorized


def test_web_application(fake):
    """A token that a client of oauthlib holds becomes the session's."""
    token = fake.issue_token("app", user="alice")
    with OAuth2Session(client=WebApplicationClient("app", token=token)) as session:
        assert session.get(f"{fake.issuer}/api/x").status_code == 200


@pytest.mark.parametrize("kind", [MobileApplicationClient, ServiceApplicationClient])
def test_other_applications(kind):
    """A client of oauthlib whose way is another here is refused, with the way."""
    with pytest.raises(TypeError, match="AssertionSession.*response_type"):
        OAuth2Session(client=kind("app"))


@pytest.mark.parametrize("auth", [BearerToken("a"), OAuth2Auth({"access_token": "a", "token_type": "Bearer"})])
def test_in_another_library(fake, auth):
    """HTTPX calls whatever is callable; a handler of ours for Requests then says where HTTPX's is."""
    with httpx.Client() as client, pytest.raises(TypeError, match="oauth_httpx"):
        client.get(f"{fake.issuer}/api/x", auth=auth)


def test_arguments_of_another_client():
    """Client id and secret in the place of the endpoint are refused where the client is made."""
    with pytest.raises(TypeError, match="auth="):
        OAuth2Client("app", "s3cret")


def test_handler_without_a_client():
    """A token without a client has a handler of its own, which the message names; so has the order of arguments."""
    with pytest.raises(TypeError, match="OAuth2Auth"):
        OAuth2AccessTokenAuth(None, "a")
    with pytest.raises(TypeError, match="the client comes first"):
        OAuth2AccessTokenAuth(BearerToken("a"), None)


def test_the_first_error_has_a_public_name():
    """An error that is raised before anybody has asked for its class reads as the package's in a traceback."""
    import subprocess
    import sys

    code = "from oauth_core import OAuth2Token; import oauth_core._errors as e; raise e.MismatchingStateError('x')"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "oauth_core.MismatchingStateError: mismatching_state: x" in done.stderr


def test_every_token_is_a_handler(fake):
    """Whatever way a token of the endpoint client came by, it is a `BearerToken`, as its type says."""
    client = OAuth2Client(
        fake.token_endpoint,
        ("app", "s3cret"),
        authorization_endpoint=fake.authorization_endpoint,
        device_authorization_endpoint=fake.endpoint("device"),
        redirect_uri="https://client.test/callback",
    )
    request = client.authorization_request()
    fake.settings.decide_at_once = True
    tokens = [
        client.client_credentials(),
        client.resource_owner_password("alice", "wonderland"),
        client.authorization_code(request.validate_callback(fake.authorize(request.uri))),
        client.device_code(client.authorize_device()),
    ]
    tokens += [client.token_exchange(tokens[0]), client.refresh_token(tokens[1])]
    assert {type(token) for token in tokens} == {BearerToken}


def test_why_there_was_no_answer():
    """A connection that is refused and a certificate that is missing are said; neither was a secret."""
    session = OAuth2Session("app", "s3cret", token_endpoint="http://127.0.0.1:1/token")
    with pytest.raises(TransportError, match="ConnectionRefusedError: "):
        session.fetch_token()
    session.cert = ("missing.pem", "missing.key")
    with pytest.raises(TransportError, match="missing.pem"):
        session.fetch_token("https://127.0.0.1:1/token")


def test_a_bundle_of_the_environment(monkeypatch):
    """A server that is not trusted because of a bundle of the environment: the message names the variable."""
    session = OAuth2Session("app", "s3cret", token_endpoint="https://as.example/token")
    session.verify = "bundle.pem"
    wrapped = SSLError(SSLCertVerificationError(1, "certificate verify failed"))
    monkeypatch.setattr(HTTPAdapter, "send", raising(wrapped))
    monkeypatch.setenv("CURL_CA_BUNDLE", "/etc/bundle.pem")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with pytest.raises(TransportError, match="CURL_CA_BUNDLE of the environment"):
        session.fetch_token()
    session.trust_env = False
    with pytest.raises(TransportError) as caught:
        session.fetch_token()
    assert "BUNDLE" not in str(caught.value)


def raising(error):
    def send(*args, **kwargs):
        raise error

    return send
