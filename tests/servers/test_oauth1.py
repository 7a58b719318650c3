"""The two OAuth 1.0 servers, tried with requests that oauthlib's client signs."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request

import pytest
from oauthlib.oauth1 import Client

from tests.servers.oauth1_credentials import SIGNATURE_METHODS
from tests.servers.wire import Answer, fetch

pytestmark = pytest.mark.real_server

PLACEMENTS = ["AUTH_HEADER", "QUERY", "BODY"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signer(client, token=None, **options) -> Client:
    keys = {} if token is None else {"resource_owner_key": token.token, "resource_owner_secret": token.secret}
    return Client(client.client_key, client.client_secret, rsa_key=client.private_pem, **(keys | options))


def send(signing, url, method="GET", body=None, headers=None) -> Answer:
    url, headers, body = signing.sign(url, method, body, headers)
    request = urllib.request.Request(url, body.encode() if body else None, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return Answer(response.status, {}, response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            headers = {name.lower(): value for name, value in error.headers.items()}
            return Answer(error.code, headers, error.read().decode())


@pytest.fixture(params=["oauth1_server", "oauth1_verifier"])
def server(request):
    return request.getfixturevalue(request.param)


def token_of(server):
    return server.issue_token() if hasattr(server, "issue_token") else server.token


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("method", SIGNATURE_METHODS)
def test_protected_calls(server, method, placement):
    """Both servers verify every signature method in every placement, with parameters that repeat and need escapes."""
    signing = signer(server.client, token_of(server), signature_method=method, signature_type=placement)
    url = f"{server.api_url}/photos?size=original&tag=a&tag=b+c&empty="
    answer = send(signing, url, "POST", "name=%C3%A9%20x&tag=a", FORM)
    assert answer.status == 200, answer.body
    assert answer.json["signature_method"] == method


def test_two_legged_calls(server):
    """A request without a token is verified with the client's secret alone."""
    answer = send(signer(server.client), f"{server.api_url}/public")
    assert answer.status == 200, answer.body
    assert answer.json.get("token") is None


def test_json_body(server):
    """A body that is no form is not signed and arrives as it was sent."""
    signing = signer(server.client, token_of(server))
    answer = send(signing, server.api_url, "PUT", '{"a": "%41"}', {"Content-Type": "application/json"})
    assert answer.json["body"] == '{"a": "%41"}'


def test_wrong_signature(server):
    """Another secret is refused, and the request is not served."""
    token = token_of(server)
    signing = signer(server.client, type(token)(token.token, "another secret"))
    assert send(signing, server.api_url).status == 401


def test_replay(server):
    """The same nonce works once."""
    url, headers, _ = signer(server.client, token_of(server)).sign(server.api_url)
    assert fetch(url, headers=headers).status == 200
    assert fetch(url, headers=headers).status == 401


def test_old_timestamp(server):
    """A timestamp of yesterday is refused."""
    signing = signer(server.client, token_of(server), timestamp="1600000000")
    assert send(signing, server.api_url).status == 401


def test_three_legs(oauth1_server):
    """Temporary credentials, the user's approval and token credentials lead to the API."""
    server = oauth1_server
    signing = signer(server.client, callback_uri="https://client.example/ready?x=1")
    temporary = dict(urllib.parse.parse_qsl(send(signing, server.request_token_url, "POST").body))
    assert temporary["oauth_callback_confirmed"] == "true"
    query = urllib.parse.urlencode({"oauth_token": temporary["oauth_token"]})
    callback = server.authorize(f"{server.authorization_url}?{query}")
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(callback).query))
    assert (answer["oauth_token"], answer["x"]) == (temporary["oauth_token"], "1")

    keys = {
        "resource_owner_key": temporary["oauth_token"],
        "resource_owner_secret": temporary["oauth_token_secret"],
    }
    wrong = send(signer(server.client, verifier="guess", **keys), server.access_token_url, "POST")
    assert (wrong.status, wrong.body) == (401, "oauth_problem=permission_denied")
    right = signer(server.client, verifier=answer["oauth_verifier"], **keys)
    token = dict(urllib.parse.parse_qsl(send(right, server.access_token_url, "POST").body))
    keys = {"resource_owner_key": token["oauth_token"], "resource_owner_secret": token["oauth_token_secret"]}
    assert send(signer(server.client, **keys), server.api_url).json["token"] == token["oauth_token"]

    body = urllib.parse.urlencode({"oauth_session_handle": token["oauth_session_handle"]})
    renewing = signer(server.client, signature_type="BODY", **keys)
    renewed = dict(urllib.parse.parse_qsl(send(renewing, server.access_token_url, "POST", body, FORM).body))
    assert renewed["oauth_token"] != token["oauth_token"]
    assert send(signer(server.client, **keys), server.api_url).body == "oauth_problem=token_rejected"


def test_out_of_band(oauth1_server):
    """Without a callback the verifier is shown to the user."""
    signing = signer(oauth1_server.client, callback_uri="oob")
    temporary = dict(urllib.parse.parse_qsl(send(signing, oauth1_server.request_token_url, "POST").body))
    shown = fetch(f"{oauth1_server.authorization_url}?oauth_token={temporary['oauth_token']}")
    assert "oauth_verifier" in dict(urllib.parse.parse_qsl(shown.body))


@pytest.mark.parametrize(("password", "status"), [("wonderland", 200), ("guess", 401)])
def test_xauth(oauth1_server, password, status):
    """XAuth exchanges the right password for a token."""
    body = urllib.parse.urlencode(
        {"x_auth_mode": "client_auth", "x_auth_username": "alice", "x_auth_password": password}
    )
    answer = send(signer(oauth1_server.client), oauth1_server.access_token_url, "POST", body, FORM)
    assert answer.status == status, answer.body


def test_wrong_clock(oauth1_server):
    """A server whose clock is wrong says which timestamps it would take."""
    oauth1_server.set_clock_offset(3600)
    try:
        refused = send(signer(oauth1_server.client), oauth1_server.api_url)
    finally:
        oauth1_server.set_clock_offset(0)
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith("OAuth realm=")
    assert refused.body.startswith("oauth_problem=timestamp_refused&oauth_acceptable_timestamps=")
