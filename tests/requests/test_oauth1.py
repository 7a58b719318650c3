"""OAuth 1.0 on Requests, against oauthlib's provider and an independent verifier on Node."""

from __future__ import annotations

import io
import pickle

import pytest
import requests

from oauth_core import OAuth1Signer, UsageError
from oauth_core.testing import (
    FakeAuthorizationServer,
    LoopbackServer,
    ManualClock,
    OAuth1Provider,
    RegisteredOAuth1Client,
)
from oauth_requests import OAuth1Auth, OAuth1Session, OAuthError
from tests.servers.oauth1_credentials import SIGNATURE_METHODS
from tests.servers.protocol import REDIRECT_URI

real = pytest.mark.real_server

PLACEMENTS = ["HEADER", "QUERY", "BODY"]


@pytest.fixture(params=["oauth1_server", "oauth1_verifier"])
def server(request):
    return request.getfixturevalue(request.param)


def token_of(server):
    return server.issue_token() if hasattr(server, "issue_token") else server.token


def session_of(server, **options):
    client, token = server.client, token_of(server)
    keys = {"resource_owner_key": token.token, "resource_owner_secret": token.secret, "rsa_key": client.private_pem}
    return OAuth1Session(client.client_key, client.client_secret, **(keys | options))


@real
@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("method", SIGNATURE_METHODS)
def test_every_method_and_placement_is_verified_by_both_servers(server, method, placement):
    """A form with repeated, empty and non-ASCII parameters is accepted by two independent servers."""
    with session_of(server, signature_method=method, signature_type=placement) as session:
        response = session.post(
            f"{server.api_url}/photos?size=original&tag=a&tag=b+c&empty=", data=[("name", "é x"), ("tag", "a")]
        )
        assert response.status_code == 200, response.text
        assert response.json()["signature_method"] == method


@real
def test_bodies_that_are_no_form_are_sent_whole(server):
    """JSON, multipart, a file and a generator arrive as they were sent."""
    with session_of(server) as session:
        assert session.put(server.api_url, json={"a": "%41"}).json()["body"] == '{"a": "%41"}'
        multipart = session.post(server.api_url, files={"f": ("name.txt", b"content")})
        assert multipart.status_code == 200
        assert "content" in multipart.json()["body"]
        streamed = session.post(server.api_url, data=iter([b"one", b"two"]), headers={"Content-Type": "text/plain"})
        assert streamed.json()["body"] == "onetwo"
        filed = session.post(server.api_url, data=io.BytesIO(b"file"), headers={"Content-Type": "text/plain"})
        assert filed.json()["body"] == "file"


@real
def test_the_three_steps_end_in_a_token_that_works(oauth1_server):
    """Temporary credentials, the user's approval and the exchange give a session that can call the API."""
    client = oauth1_server.client
    with OAuth1Session(client.client_key, client.client_secret, callback_uri=REDIRECT_URI) as session:
        request_token = session.fetch_request_token(oauth1_server.request_token_url)
        callback = oauth1_server.authorize(session.create_authorization_url(oauth1_server.authorization_url))
        found = session.parse_authorization_response(callback)
        assert found["oauth_token"] == request_token["oauth_token"]
        token = session.fetch_access_token(oauth1_server.access_token_url)
        assert session.get(oauth1_server.api_url).status_code == 200
        assert session.verifier is None
    with OAuth1Session(client.client_key, client.client_secret) as later:
        later.token = token
        assert later.get(oauth1_server.api_url).status_code == 200


@real
def test_a_handler_signs_for_any_session(server):
    """OAuth1Auth works with requests.get, in both spellings, and survives pickling."""
    client, token = server.client, token_of(server)
    for auth in (
        OAuth1Auth(client.client_key, client.client_secret, token.token, token.secret),
        OAuth1Auth(
            client_key=client.client_key,
            client_secret=client.client_secret,
            token=token.token,
            token_secret=token.secret,
        ),
    ):
        assert requests.get(server.api_url, auth=auth, timeout=10).status_code == 200
        again = pickle.loads(pickle.dumps(auth))
        assert requests.get(server.api_url, auth=again, timeout=10).status_code == 200


@real
def test_a_wrong_clock_is_set_once(oauth1_server):
    """A refusal of the timestamp sets the clock by the server's answer and is sent once more."""
    with session_of(oauth1_server) as session:
        oauth1_server.set_clock_offset(86400)
        try:
            response = session.get(oauth1_server.api_url)
            assert response.status_code == 200, response.text
            assert [one.status_code for one in response.history] == [401]
            assert session.get(oauth1_server.api_url).history == []
        finally:
            oauth1_server.set_clock_offset(0)


def test_a_wrong_clock_is_set_behind_a_redirect_too():
    """A hop to the same origin whose timestamp is refused is signed once more by the server's clock."""
    clock = ManualClock(2_000_000_000)
    provider = OAuth1Provider([RegisteredOAuth1Client("key", "secret")])
    server = FakeAuthorizationServer(clock=clock)
    server.install(provider)
    with LoopbackServer(server) as here:
        token = provider.issue_token("key")
        names = ("key", "secret", token["oauth_token"], token["oauth_token_secret"])
        with OAuth1Session(*names, clock=lambda: clock() - 5000) as session:
            response = session.get(f"{here.url}/public/redirect?status=307&to=/signed/things")
    assert response.status_code == 200, response.text


@pytest.fixture
def two_origins():
    with LoopbackServer(FakeAuthorizationServer()) as here, LoopbackServer(FakeAuthorizationServer()) as there:
        yield here, there


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_hop_to_the_same_origin_is_signed_anew(two_origins, status, placement):
    """A redirect within the origin carries a fresh nonce and a signature of its own URL, on any session."""
    here, _ = two_origins
    auth = OAuth1Auth("key", "secret", "token", "token secret", signature_type=placement)
    url = f"{here.url}/public/redirect?status={status}&to=/public/end"
    for send in (
        lambda: requests.post(url, data={"a": "1"}, auth=auth, timeout=5),
        lambda: OAuth1Session("key", "secret", "token", "token secret", signature_type=placement).post(
            url, data={"a": "1"}
        ),
    ):
        response = send()
        assert response.url.startswith(f"{here.url}/public/end")
        sent = [one for one in here.server.requests if one.path.startswith("/public/")][-2:]
        nonces = [_nonce(one) for one in sent]
        assert None not in nonces
        assert nonces[0] != nonces[1]


@pytest.mark.parametrize("status", [302, 307])
def test_a_hop_to_another_origin_carries_no_credentials(two_origins, status):
    """A redirect to another origin is followed without the signature, also by netrc's doing."""
    here, there = two_origins
    with OAuth1Session("key", "secret", "token", "token secret") as session:
        session.get(f"{here.url}/public/redirect?status={status}&to={there.url}/public/end")
    (seen,) = [one for one in there.server.requests if one.path == "/public/end"]
    assert _nonce(seen) is None
    assert seen.header("authorization") is None


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("placement", ["QUERY", "BODY"])
def test_a_signature_in_body_or_query_follows_to_no_other_origin(two_origins, status, placement):
    """Where the signature sits in body or query, a redirect to another origin is returned instead of followed."""
    here, there = two_origins
    auth = OAuth1Auth("key", "secret", "token", "token secret", signature_type=placement, signature_method="PLAINTEXT")
    url = f"{here.url}/public/redirect?status={status}&to={there.url}/public/end"
    response = requests.post(url, data={"a": "1"}, auth=auth, timeout=5)
    assert response.status_code == status
    assert not there.server.requests


def _nonce(seen):
    for text in (seen.header("authorization") or "", seen.url, seen.body.decode()):
        _, mark, rest = text.partition("oauth_nonce=")
        if mark:
            return rest.strip('"').split('"')[0].split("&")[0]
    return None


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: OAuth1Session(), UsageError, "client"),
        (lambda: OAuth1Session("key", signatur_method="HMAC-SHA1"), TypeError, "signature_method"),
        (lambda: OAuth1Session("key", signature_method="HMAC-MD5"), UsageError, "HMAC-MD5"),
        (lambda: OAuth1Auth("key", "secret", token="a", resource_owner_key="b"), TypeError, "two values"),
    ],
)
def test_a_constructor_says_what_is_wrong(make, error, words):
    """A missing key, an unknown keyword or method and two spellings that disagree are errors with the remedy."""
    with pytest.raises(error, match=words):
        make()


def test_plaintext_stays_off_plain_http():
    """PLAINTEXT over plain HTTP to another machine is refused before anything is sent."""
    with OAuth1Session("key", "secret", signature_method="PLAINTEXT") as session, pytest.raises(OAuthError):
        session.get("http://api.test/")


def test_a_signer_of_the_users_own_is_used():
    """client_class names the signer."""

    class Signer(OAuth1Signer):
        pass

    assert isinstance(OAuth1Session("key", "secret", client_class=Signer)._core.signer, Signer)


def test_sessions_pickle():
    """A session survives pickling with its credentials and placements."""
    session = OAuth1Session("key", "secret", "token", "token secret", signature_type="QUERY")
    session.verifier = "v"
    again = pickle.loads(pickle.dumps(session))
    assert again.token == session.token
    assert again.verifier == "v"
    assert "secret" not in repr(again) + repr(again.auth)
