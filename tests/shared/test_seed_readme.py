"""The examples of the endpoint client's readme: whatever of it needs neither a private key nor a later grant."""

from __future__ import annotations

import webbrowser
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from oauth_core import AuthorizationRequest, AuthorizationResponse, TokenExpiredError
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient
from oauth_requests import BearerToken, OAuth2Client
from tests.shared.seed_harness import Router, know_code, know_token, run_example, with_secret_jwt

ROUTES = {
    "https://url.to.the/token_endpoint": "/token",
    "https://url.to.the/token_endoint": "/token",  # as it stands there
    "https://url.to.the/authorization_endpoint": "/authorize",
    "https://url.to.the/revocation_endpoint": "/revoke",
    "https://url.to.the/introspection_endpoint": "/introspect",
    "https://url.to.the/userinfo_endpoint": "/userinfo",
    "https://url.to.the.as": "",
    "https://my.protected.api": "/api",
    "https://your.protected.api": "/api",
    "https://myapi.local": "/api",
    "http://httpstat.us": "/public/status",
}
CALLBACK = "https://url.to.my.application/redirect_uri"


@pytest.fixture
def fake() -> FakeAuthorizationServer:
    server = FakeAuthorizationServer(issuer="https://url.to.the.as")
    with_secret_jwt(server)
    methods = ("client_secret_basic", "client_secret_post", "client_secret_jwt")
    server.register(RegisteredClient("client_id", "client_secret", auth_methods=methods, redirect_uris=(CALLBACK,)))
    server.register(RegisteredClient("my_client_id", "my_client_secret"))
    server.register(RegisteredClient("app_client_id"))
    return server


@pytest.fixture
def router(fake, monkeypatch) -> Router:
    router = Router(fake, ROUTES)
    router.patch(monkeypatch)
    return router


# The examples sign with a secret of thirteen characters, which oauth-jwt warns about.
short_secret = pytest.mark.filterwarnings("ignore:HS256 asks for a secret")


def run(name: str, **names: object) -> dict[str, object]:
    return run_example(f"readme/{name}", **names)


def form(seen) -> dict[str, str]:
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True))


@pytest.fixture
def oauth2client(router) -> OAuth2Client:
    """The client that the shorter examples go on with."""
    return run("client_credentials_auth")["oauth2client"]


def test_calling_an_api(router, fake):
    """A `BearerToken` is an auth handler of Requests."""
    know_token(fake, "my_access_token", "client_id")
    assert run("bearer_token_auth")["resp"].status_code == 200
    assert fake.seen("api")[0].header("authorization") == "Bearer my_access_token"


def test_oauth2_client(router, fake):
    """A token endpoint and credentials make a client; credentials go into the form by default."""
    client = run("oauth2_client")["oauth2client"]
    assert isinstance(client.client_credentials(), BearerToken)
    assert form(fake.seen("token")[0])["client_secret"] == "my_client_secret"


def test_bearer_token(capsys):
    """A `BearerToken` can be made by hand; its `expires_in` counts down and it shows no secret."""
    token = run("bearer_token")["bearer_token"]
    shown, expires_at, expires_in = capsys.readouterr().out.splitlines()
    assert "an_access_token" not in shown
    assert int(expires_at) == token.expires_at
    assert 55 <= int(expires_in) <= 60


def test_client_credentials(router, fake):
    """Parameters of the grant are sent as they are given."""
    run("client_credentials")
    kept = [{n: v for n, v in form(seen).items() if not n.startswith("client_")} for seen in fake.seen("token")]
    grant = {"grant_type": "client_credentials"}
    assert kept == [
        {**grant, "scope": "myscope"},
        {**grant, "scope": "myscope", "resource": "https://myapi.local"},
        {**grant, "audience": "https://myapi.local"},
        {**grant, "scope": "myscope", "custom_param": "custom_value"},
    ]


def test_client_credentials_auth(router, fake):
    """The handler fetches one token with its parameters and uses it for the next requests too."""
    found = run("client_credentials_auth")
    assert found["resp"].status_code == 200
    assert [seen.status for seen in fake.seen("api")] == [200, 200]
    (seen,) = fake.seen("token")
    assert (form(seen)["scope"], form(seen)["resource"]) == ("myscope", "https://myapi.local")


def test_leeway(oauth2client, fake):
    """A token is renewed `leeway` seconds before its end."""
    auth = run("leeway", oauth2client=oauth2client)["auth"]
    fake.clear_log()
    for left, calls in ((60, 1), (31, 1), (29, 2)):
        requests.get("https://myapi.local/resource", auth=auth)
        auth.token["expires_at"] = fake.authority.clock() + left
        requests.get("https://myapi.local/resource", auth=auth)
        assert fake.count("token") == calls


def test_authorization_code(router, fake, monkeypatch, capsys):
    """Request, callback and exchange, each as its section shows it."""
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    found = run("authorization_request")
    request = found["az_request"]
    assert capsys.readouterr().out.strip() == request.uri == opened[0]
    sent = parse_qs(urlsplit(request.uri).query)
    assert {"state", "nonce", "code_challenge"} <= sent.keys()

    def person(prompt: str) -> str:
        return fake.authorize(router.rewritten(opened[0]))

    response = run("validate_callback", az_request=request, input=person)["az_response"]
    assert isinstance(response, AuthorizationResponse)
    token = run("authorization_code", oauth2client=found["client"], az_response=response)["token"]
    assert token.scope == "openid email profile"
    assert form(fake.seen("token")[0])["code_verifier"] == request.code_verifier


def test_authorization_code_by_hand(router, fake, oauth2client):
    """Code, verifier and redirect URI may be passed one by one, with parameters of one's own."""
    fake.clear_log()
    request = AuthorizationRequest("https://url.to.the/authorization_endpoint", "client_id", redirect_uri=CALLBACK)
    code = dict(parse_qsl(urlsplit(fake.authorize(router.rewritten(request.uri))).query))["code"]
    found = run(
        "authorization_code_by_hand",
        oauth2client=oauth2client,
        code=code,
        code_verifier=request.code_verifier,
        redirect_uri=CALLBACK,
        custom_value="mine",
    )
    assert found["token"].access_token
    assert form(fake.seen("token")[0])["custom_param"] == "mine"


def test_authorization_code_auth(router, fake):
    """The handler exchanges its code at the first request, and renews by the refresh token."""
    know_code(fake, "my_authorization_code", "client_id")
    found = run("authorization_code_auth", elided={"{...}": "{'a': 'b'}"})
    assert found["resp"].json()["body"] == "a=b"
    fake.expire(found["api_client"].auth.token)
    assert found["api_client"].post(data={"a": "c"}).json()["body"] == "a=c"
    assert [form(seen)["grant_type"] for seen in fake.seen("token")] == ["authorization_code", "refresh_token"]


def test_authorization_request_alone(capsys):
    """An `AuthorizationRequest` can be made without a client; its parts are attributes."""
    request = run("authorization_request_alone")["az_request"]
    assert capsys.readouterr().out.splitlines() == [request.uri, request.code_verifier]
    assert request.resource == "https://my.resource.local/api"


def test_client_secret_basic(router, fake):
    """`ClientSecretBasic` authenticates by the header."""
    run("client_secret_basic")["client"].client_credentials()
    (seen,) = fake.seen("token")
    assert seen.header("authorization").startswith("Basic ")
    assert not {"client_id", "client_secret"} & form(seen).keys()


def test_client_secret_post(router, fake):
    """`ClientSecretPost`, a pair, and two keywords are three ways to say the same."""
    found = run("client_secret_post")
    found["client"].client_credentials()
    found["oauth2client"].client_credentials()
    first, second = fake.seen("token")
    assert (form(first)["client_id"], form(first)["client_secret"]) == ("client_id", "client_secret")
    assert (form(second)["client_id"], form(second)["client_secret"]) == ("my_client_id", "my_client_secret")


def test_public_app(router, fake):
    """`PublicApp` sends its id alone."""
    run("public_app")["client"].resource_owner_password("alice", "wonderland")
    (seen,) = fake.seen("token")
    assert form(seen)["client_id"] == "app_client_id"
    assert "client_secret" not in form(seen)


@short_secret
def test_revocation(router, fake):
    """A token is revoked by a method for any kind, or for one."""
    know_token(fake, "mytoken", "client_id")
    client = run("revocation")["oauth2client"]
    assert fake.find("mytoken").revoked
    assert [form(seen).get("token_type_hint") for seen in fake.seen("revoke")] == [
        "access_token",
        "access_token",
        "refresh_token",
    ]
    assert client.revoke_token("mytoken") is True


@short_secret
def test_introspection(router, fake):
    """Introspection returns what the server says."""
    know_token(fake, "mytoken", "client_id")
    assert run("introspection")["resp"]["active"] is True


@short_secret
def test_userinfo(router, fake):
    """Userinfo returns the claims of the token's person."""
    know_token(fake, "mytoken", "client_id")
    assert run("userinfo")["resp"]["sub"] == "alice"


@short_secret
def test_discovery(router, fake):
    """A client is made from the metadata at a URL, or of an issuer."""
    client = run("discovery")["oauth2client"]
    assert client.config.discovery is not None
    assert client.client_credentials().access_token
    assert fake.count("metadata") == 2


def test_api_client(router, fake):
    """The path of a request is given as text, as parts, or as attributes and items of the client."""
    assert run("api_client")["resp"].status_code == 200
    assert [urlsplit(seen.url).path for seen in fake.seen("api")] == [
        "/api/root/resource/foo",
        "/api/root/resource/foo",
        "/api/root/resource/foo",
        "/api/root/users/1234/details",
        "/api/root/resource",
        "/api/root/my-resource",
    ]
    assert {seen.status for seen in fake.seen("api")} == {200}
    assert fake.count("token") == 1


def test_api_client_parts(router, fake):
    """A part of an API is a client of its own, with a path below the root."""
    router.routes = {**ROUTES, "https://myapi.local": "/public"}
    found = run("api_client_parts")
    assert [found[name].json()["path"] for name in ("user", "other_user", "resources")] == [
        "/public/users/userid",
        "/public/users/other_userid",
        "/public/resources",
    ]


def test_api_client_errors(router):
    """`raise_for_status=False` returns error answers, unless a request asks otherwise."""
    with pytest.raises(requests.HTTPError, match="500"):
        run("api_client_errors")


def test_api_client_session():
    """A session of one's own is used as it is."""
    found = run("api_client_session")
    assert found["api"].session is found["session"]


def test_expired_bearer_token():
    """A `BearerToken` that has expired is not sent."""
    token = BearerToken(access_token="an_access_token", expires_in=60, expires_at=1)
    with pytest.raises(TokenExpiredError):
        requests.Request("GET", "https://my.protected.api/endpoint", auth=token).prepare()
