"""Grants, endpoints and kinds of requests at oidc-provider that later suites rely on, each tried once."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
import urllib.parse
import urllib.request

import pytest

from tests.servers.keys_at_work import (
    authorization_grant,
    authorization_url,
    callback_parameters,
    client_assertion,
    exchange,
)
from tests.servers.oidc_clients import (
    CIBA,
    DEVICE_CODE,
    JWT_BEARER,
    LOGOUT_URI,
    TOKEN_EXCHANGE,
    make_ec_key,
    public_jwk,
)
from tests.servers.protocol import RegisteredClient
from tests.servers.wire import bearer, fetch, log_in, post_as, post_json

pytestmark = pytest.mark.real_server


def test_form_post(oidc_provider):
    """Authorization responses come by form_post."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    url, fields = server.authorize_form(authorization_url(server, client, response_mode="form_post"))
    assert url == client.redirect_uri
    assert dict(fields).keys() == {"code", "state", "iss"}


@pytest.mark.parametrize("response_type", ["id_token token", "code id_token", "code token", "code id_token token"])
def test_implicit_and_hybrid(oidc_provider, response_type):
    """Implicit and hybrid responses come in the fragment."""
    client = oidc_provider.clients["client_secret_basic"]
    url = oidc_provider.authorize(authorization_url(oidc_provider, client, response_type=response_type))
    found = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).fragment))
    wanted = {"code": "code", "id_token": "id_token", "token": "access_token"}
    assert {wanted[each] for each in response_type.split()} <= found.keys()


def test_device_flow(oidc_provider):
    """A device code is pending until it is decided about; `slow_down` comes on demand."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    answer = post_as(client, server.endpoint("device_authorization_endpoint"), [("scope", "openid api")])
    assert answer.json["interval"] == 1
    poll = [("grant_type", DEVICE_CODE), ("device_code", answer.text("device_code"))]
    assert post_as(client, server.token_endpoint, poll).json["error"] == "authorization_pending"
    server.slow_down(1)
    assert post_as(client, server.token_endpoint, poll).json["error"] == "slow_down"
    server.decide_device(answer.text("user_code"), approve=True)
    token = post_as(client, server.token_endpoint, poll)
    assert token.text("scope") == "openid api"
    assert fetch(server.userinfo_endpoint, headers=bearer(token.text("access_token"))).json["sub"] == "alice"


def test_standing_decisions(oidc_provider):
    """Device and CIBA requests are decided about beforehand: at once, or after some polls."""
    server, client = oidc_provider, oidc_provider.clients["none"]
    endpoint = server.endpoint("device_authorization_endpoint")
    with server.standing_decision("device", approve=False):
        code = post_as(client, endpoint, [("scope", "openid")]).text("device_code")
    poll = [("grant_type", DEVICE_CODE), ("device_code", code)]
    assert post_as(client, server.token_endpoint, poll).json["error"] == "access_denied"
    with server.standing_decision("device", approve=True, after_polls=2):
        code = post_as(client, endpoint, [("scope", "openid")]).text("device_code")
        poll = [("grant_type", DEVICE_CODE), ("device_code", code)]
        statuses = [post_as(client, server.token_endpoint, poll).status for _ in range(3)]
    assert statuses == [400, 400, 200]


def test_ciba(oidc_provider):
    """A CIBA request is pending until it is decided about."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    form = [("scope", "openid api"), ("login_hint", "alice"), ("binding_message", "W4SCT")]
    for approve, error in ((True, None), (False, "access_denied")):
        answer = post_as(client, server.endpoint("backchannel_authentication_endpoint"), form)
        poll = [("grant_type", CIBA), ("auth_req_id", answer.text("auth_req_id"))]
        assert post_as(client, server.token_endpoint, poll).json["error"] == "authorization_pending"
        server.decide_ciba(answer.text("auth_req_id"), approve=approve)
        assert post_as(client, server.token_endpoint, poll).json.get("error") == error


def test_token_exchange(oidc_provider):
    """Access tokens and ID tokens are exchanged for an access token."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    login = log_in(server, client)
    for name in ("access_token", "id_token"):
        form = [
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", login.text(name)),
            ("subject_token_type", f"urn:ietf:params:oauth:token-type:{name}"),
            ("audience", "https://backend.example"),
            ("audience", "https://other.example"),
            ("scope", "api"),
        ]
        answer = post_as(client, server.token_endpoint, form)
        assert answer.text("issued_token_type") == "urn:ietf:params:oauth:token-type:access_token"
        seen = fetch(server.api_url, headers=bearer(answer.text("access_token"))).json
        assert (seen["sub"], seen["aud"]) == ("alice", "https://backend.example")


def test_jwt_bearer(oidc_provider):
    """A client exchanges an assertion that it signed for a user's access token."""
    server, client = oidc_provider, oidc_provider.clients["private_key_jwt_ec"]
    form = [
        ("grant_type", JWT_BEARER),
        ("assertion", authorization_grant(server, client.client_id, client.private_jwk, "ES256")),
        ("scope", "api"),
        *client_assertion(server, client, "ES256"),
    ]
    token = fetch(server.token_endpoint, form).text("access_token")
    assert fetch(server.api_url, headers=bearer(token)).json["sub"] == "alice"


def test_jwt_bearer_of_a_trusted_issuer(oidc_provider):
    """An assertion of somebody else is taken once the server was told to trust its issuer."""
    server, client, key = oidc_provider, oidc_provider.clients["none"], make_ec_key()
    issuer = "https://workload.example"

    def ask():
        grant = authorization_grant(server, issuer, key, "ES256")
        return post_as(client, server.token_endpoint, [("grant_type", JWT_BEARER), ("assertion", grant)])

    assert ask().json["error"] == "invalid_grant"
    server.trust_issuer(issuer, {"keys": [public_jwk(key)]})
    assert ask().text("access_token")


class Callee:
    """A loopback address of a client that the server may call."""

    def __init__(self):
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append((self.headers.get("Authorization"), body.decode()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        # Registered as https, called by http: see node/oidc/configuration.mjs.
        self.url = f"https://127.0.0.1:{self._server.server_port}/called"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def test_ciba_ping(oidc_provider):
    """The server calls a client back when the user of a CIBA request has decided."""
    server = oidc_provider
    with Callee() as callee:
        client = RegisteredClient(
            "ciba-ping",
            "client_secret_basic",
            "a secret of the client that is pinged",
            grant_types=frozenset({CIBA}),
            metadata={
                "response_types": [],
                "redirect_uris": [],
                "backchannel_token_delivery_mode": "ping",
                "backchannel_client_notification_endpoint": callee.url,
            },
        )
        server.add_client("ciba_ping", client)
        form = [("scope", "openid"), ("login_hint", "alice"), ("client_notification_token", "notify-me")]
        answer = post_as(client, server.endpoint("backchannel_authentication_endpoint"), form)
        server.decide_ciba(answer.text("auth_req_id"), approve=True)
        assert callee.seen == [
            ("Bearer notify-me", json.dumps({"auth_req_id": answer.text("auth_req_id")}, separators=(",", ":")))
        ]
    poll = [("grant_type", CIBA), ("auth_req_id", answer.text("auth_req_id"))]
    assert post_as(client, server.token_endpoint, poll).text("id_token")


def test_native_client(oidc_provider):
    """A native application is called back at any port of loopback."""
    client = oidc_provider.clients["native"]
    url = authorization_url(oidc_provider, client, redirect_uri="http://127.0.0.1:34567/callback")
    assert oidc_provider.authorize(url).startswith("http://127.0.0.1:34567/callback?code=")


def test_pushed_authorization_requests(oidc_provider):
    """The client "par" has to push its request."""
    server, client = oidc_provider, oidc_provider.clients["par"]
    url = authorization_url(server, client)
    assert "error=invalid_request" in server.authorize(url)
    form = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)
    pushed = post_as(client, server.endpoint("pushed_authorization_request_endpoint"), form)
    assert pushed.status == 201, pushed.body
    short = urllib.parse.urlencode({"client_id": client.client_id, "request_uri": pushed.text("request_uri")})
    code = callback_parameters(server.authorize(f"{server.authorization_endpoint}?{short}"))["code"]
    assert exchange(server, client, code).text("scope") == "openid api"


def test_authorization_details(oidc_provider):
    """Rich authorization requests come back with the token, and reach the API."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    details = [{"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "1.50"}}]
    url = authorization_url(server, client, authorization_details=json.dumps(details))
    callback = server.authorize(url)
    assert "code=" in callback, callback
    token = exchange(server, client, callback_parameters(callback)["code"])
    assert token.json["authorization_details"] == details
    assert fetch(server.api_url, headers=bearer(token.text("access_token"))).json["authorization_details"] == details
    url = authorization_url(server, client, authorization_details='[{"type": "unheard-of"}]')
    assert callback_parameters(server.authorize(url))["error"] == "invalid_authorization_details"


def test_resource_indicators(oidc_provider):
    """A token is made for the resource that was asked for; a resource that ends in "jwt" gets a JWT."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    for resource, dots in ((f"{server.issuer}/api", 0), (f"{server.issuer}/resource/jwt", 2)):
        form = [("grant_type", "client_credentials"), ("scope", "api"), ("resource", resource)]
        token = post_as(client, server.token_endpoint, form).text("access_token")
        assert token.count(".") == dots
        assert fetch(server.api_url, headers=bearer(token)).json["aud"] == resource
    form = [("grant_type", "client_credentials"), ("resource", "https://elsewhere.example")]
    assert post_as(client, server.token_endpoint, form).json["error"] == "invalid_target"


def test_registration_and_management(oidc_provider):
    """A client registers itself, reads, changes and removes its registration."""
    wanted = {"redirect_uris": ["https://new.example/callback"], "client_name": "New"}
    answer = post_json(oidc_provider.endpoint("registration_endpoint"), wanted)
    made = answer.json
    assert (answer.status, made["client_name"]) == (201, "New")
    uri, token = made["registration_client_uri"], made["registration_access_token"]
    assert fetch(uri, headers=bearer(token)).json["client_id"] == made["client_id"]
    change = {name: made[name] for name in ("client_id", "client_secret", "redirect_uris")} | {"client_name": "Newer"}
    changed = post_json(uri, change, token=token, method="PUT")
    assert (changed.status, changed.json["client_name"]) == (200, "Newer")
    removed = fetch(uri, headers=bearer(changed.text("registration_access_token")), method="DELETE")
    assert removed.status == 204


@pytest.mark.parametrize("name", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_mutual_tls(oidc_provider, name):
    """Clients authenticate with certificates, and their tokens work with the same certificate only."""
    server, client = oidc_provider, oidc_provider.clients[name]
    aliases = server.metadata["mtls_endpoint_aliases"]

    def get(url, form, *, certificate, token=None):
        context = ssl.create_default_context(cafile=server.ca_file)
        context.load_cert_chain(*certificate)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(url, data, bearer(token) if token else {})
        with opener.open(request, timeout=10) as response:
            return json.load(response)

    form = [("grant_type", "client_credentials"), ("scope", "api"), ("client_id", client.client_id)]
    token = get(aliases["token_endpoint"], form, certificate=client.certificate)["access_token"]
    seen = get(f"{server.mtls_api_url}/x", None, certificate=client.certificate, token=token)
    assert seen["client_id"] == client.client_id
    assert fetch(server.api_url, headers=bearer(token)).status == 401
    assert fetch(server.token_endpoint, form).json["error"] == "invalid_client"


def test_end_session(oidc_provider):
    """A logout ends at the registered address and carries the state back."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    id_token = log_in(server, client).text("id_token")
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": LOGOUT_URI, "state": "bye"}
    url = f"{server.endpoint('end_session_endpoint')}?{urllib.parse.urlencode(query)}"
    assert server.browser().visit(url)[0] == f"{LOGOUT_URI}?state=bye"


def test_counts(oidc_provider):
    """The server tells how many requests and grants there were."""
    client = oidc_provider.clients["client_secret_basic"]
    oidc_provider.reset_counts()
    post_as(client, oidc_provider.token_endpoint, [("grant_type", "client_credentials")])
    post_as(client, oidc_provider.token_endpoint, [("grant_type", "nonsense")])
    assert oidc_provider.counts() == {"POST /token": 2, "grant client_credentials": 1}


@pytest.mark.parametrize(("method", "placement"), [("POST", "body"), ("GET", "query")])
def test_token_placements(oidc_provider, method, placement):
    """The API takes a token in a form or in the query too."""
    token = log_in(oidc_provider, oidc_provider.clients["none"]).text("access_token")
    pair = [("access_token", token)]
    url = oidc_provider.api_url
    answer = fetch(url, pair) if method == "POST" else fetch(f"{url}?{urllib.parse.urlencode(pair)}")
    assert answer.json["placement"] == placement


def test_insufficient_scope(oidc_provider):
    """The API refuses a token without a scope that it needs by 403."""
    client = oidc_provider.clients["client_secret_basic"]
    form = [("grant_type", "client_credentials"), ("scope", "read")]
    token = post_as(client, oidc_provider.token_endpoint, form).text("access_token")
    answer = fetch(f"{oidc_provider.api_url}?need_scope=write", headers=bearer(token))
    assert answer.status == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
