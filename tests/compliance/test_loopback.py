"""The whole conversation with each deviating provider, played by the fake server over a port of this machine."""

import httpx
import pytest
import requests

import oauth_httpx
import oauth_httpx.httpx2
import oauth_requests
from oauth_compliance import profile
from oauth_core import OAuthError, ReauthorizationRequired
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from tests.compliance.deviant import DEVIATIONS, deviation
from tests.compliance.wires import TLS, making

CALLBACK = "https://client.test/callback"
PARAMETERS = {
    "entra": {"tenant": "common", "resource": "https://api.example"},
    "linkedin": {"token_parameter": "oauth2_access_token"},
    "plentymarkets": {"host": "shop.example"},
    "shopify": {"shop": "example"},
    "twitch": {"client_id": "app"},
    "xero": {"tenant_id": "T-1"},
}
CLIENTS = {
    "requests": (oauth_requests.OAuth2Session, {}),
    "httpx": (oauth_httpx.OAuth2Client, {"verify": TLS}),
    "httpx-async": (oauth_httpx.AsyncOAuth2Client, {"verify": TLS}),
    "httpx2": (oauth_httpx.httpx2.OAuth2Client, {"verify": TLS}),
}


@pytest.fixture
def server():
    """A fake server on loopback with one client, its secret full of characters that need encoding."""
    fake = FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret/+", redirect_uris=(CALLBACK,))])
    with LoopbackServer(fake):
        yield fake


def options(name, server):
    """A provider's options, its endpoints replaced by those of the fake server."""
    own = profile(name, **PARAMETERS.get(name, {})).session_options()
    own.pop("issuer", None)
    own |= {
        "authorization_endpoint": server.authorization_endpoint,
        "token_endpoint": server.token_endpoint,
        "revocation_endpoint": server.token_endpoint if name == "naver" else server.endpoint("revoke"),
        "userinfo_endpoint": server.url("/api/me"),
    }
    return own


@pytest.fixture
def make(kind):
    """Makes clients of one kind, and closes them in the end."""
    cls, native = CLIENTS[kind]
    with making(cls, **native, client_id="app", client_secret="s3cret/+") as maker:
        yield maker


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("name", DEVIATIONS)
def test_whole_conversation(server, make, name, kind):
    """Authorization, token, API call, renewal and its refusal work with a server that deviates as the provider does."""
    server.install(deviation(name))
    client = make(**options(name, server), redirect_uri=CALLBACK, scope="read write")
    api = server.url("/api/things")
    url, _ = client.raw.create_authorization_url()
    token = client.call("fetch_token", authorization_response=server.authorize(url))
    assert token["token_type"].lower() == "bearer"
    if name != "mailchimp":
        assert token.scope == "read write"
        assert int(token["expires_in"]) == 3600
    assert client.call("get", api).json()["token"]["client_id"] == "app"
    assert client.call("userinfo")["path"] == "/api/me"

    server.expire(token["access_token"])
    client.raw.token = {**token, "expires_at": 1}
    assert client.call("get", api).status_code == 200
    assert client.raw.token["access_token"] != token["access_token"]

    second = client.raw.token["access_token"]
    server.revoke(second)  # the API's 401 renews, wherever the token was
    assert client.call("get", api).status_code == 200
    assert client.raw.token["access_token"] != second

    client.raw.token = {**client.raw.token, "refresh_token": "spent", "expires_at": 1}
    with pytest.raises(ReauthorizationRequired):
        client.call("get", api)


@pytest.mark.parametrize("name", [name for name in DEVIATIONS if name not in {"naver", "strava", "kakao"}])
def test_without_its_fix_the_deviation_is_felt(server, name):
    """The switch really deviates: without the fix the same conversation fails or says less."""
    server.install(deviation(name))
    proper = options(name, server)
    plain = {key: value for key, value in proper.items() if key not in {"hooks", "token_placement"}}
    with oauth_requests.OAuth2Session(
        **plain, client_id="app", client_secret="s3cret/+", redirect_uri=CALLBACK, scope="read write"
    ) as session:
        url, _ = session.create_authorization_url()
        felt = []
        try:
            token = session.fetch_token(authorization_response=server.authorize(url))
            felt.append(token.scope != "read write" or token["token_type"].lower() != "bearer")
            felt.append(session.get(server.url("/api/things")).status_code != 200)
            session.refresh_token(refresh_token="spent")
        except ReauthorizationRequired:
            felt.append(False)
        except OAuthError:
            felt.append(True)
    assert any(felt)


@pytest.mark.parametrize("kind", CLIENTS)
def test_naver_revocation(server, make, kind):
    """Naver's revocation deletes the token at the token endpoint, and the server knows it no longer."""
    server.install(deviation("naver"))
    issued = server.issue_token("app", user="alice")
    make(**options("naver", server), token=issued).call("revoke_access_token")
    assert server.find(issued["access_token"]).revoked


def test_a_moved_token_does_not_follow_a_redirect(server):
    """A token that a fix moved to a header of its own is not sent on to another origin."""
    server.install(deviation("shopify"))
    elsewhere = FakeAuthorizationServer()
    issued = server.issue_token("app", user="alice")
    with LoopbackServer(elsewhere):
        target = server.url("/api/redirect") + f"?to={elsewhere.url('/public/steal')}"
        with oauth_requests.OAuth2Session(**options("shopify", server), client_id="app", token=issued) as session:
            assert session.get(target).status_code == 302
        native = {"verify": TLS, "follow_redirects": True}
        with oauth_httpx.OAuth2Client(**options("shopify", server), **native, client_id="app", token=issued) as client:
            assert client.get(target).status_code == 302
        with oauth_httpx.httpx2.OAuth2Client(
            **options("shopify", server), **native, client_id="app", token=issued
        ) as client:
            assert client.get(target).status_code == 302
        assert elsewhere.requests == ()


def test_a_moved_token_goes_along_within_its_origin(server):
    """Our clients follow a redirect within the origin, and the moved token is on each hop."""
    server.install(deviation("shopify"))
    issued = server.issue_token("app", user="alice")
    target = server.url("/api/redirect?status=307&to=") + server.url("/api/landed")
    with oauth_requests.OAuth2Session(**options("shopify", server), client_id="app", token=issued) as session:
        assert session.post(target, data={"a": "1"}).json()["body"] == "a=1"
    native = {"verify": TLS, "follow_redirects": True}
    for module in (oauth_httpx, oauth_httpx.httpx2):
        with module.OAuth2Client(**options("shopify", server), **native, client_id="app", token=issued) as client:
            assert client.post(target, data={"a": "1"}).json()["body"] == "a=1"
            assert client.get(target).json()["path"] == "/api/landed"


def test_the_handlers_take_the_fix_from_their_client(server):
    """A handler on a Requests or HTTPX client of the user's own applies the fixes of the client it was made with."""
    server.install(deviation("stackexchange"))
    own = profile("stackexchange")
    issued = server.issue_token("app", user="alice")
    endpoints = {name: value for name, value in options("stackexchange", server).items() if name.endswith("_endpoint")}
    credentials = {"client_id": "app", "client_secret": "s3cret/+"}
    placed = own.handler_options()
    with oauth_requests.OAuth2Client(**{**own.client_options(), **endpoints}, **credentials) as client:
        for auth in (
            oauth_requests.OAuth2ClientCredentialsAuth(client, scope="read", **placed),
            oauth_requests.OAuth2Auth(issued, client=client, **placed),
        ):
            assert requests.get(server.url("/api/things"), auth=auth, timeout=5).status_code == 200
    with oauth_httpx.OAuth2Client(**{**own.session_options(), **endpoints}, **credentials, verify=TLS) as client:
        for auth in (
            oauth_httpx.OAuth2ClientCredentialsAuth(client, scope="read", **placed),
            oauth_httpx.OAuth2Auth(issued, client=client, **placed),
        ):
            assert httpx.get(server.url("/api/things"), auth=auth, verify=TLS).status_code == 200
