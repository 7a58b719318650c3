"""What only Authlib's server does its own way, or beyond what the common scenarios ask."""

from __future__ import annotations

import pytest

from tests.servers.keys_at_work import authorization_grant, client_assertion
from tests.servers.oidc_clients import DEVICE_CODE, JWT_BEARER
from tests.servers.wire import bearer, fetch, post_as, post_json

pytestmark = pytest.mark.real_server


@pytest.mark.parametrize(
    ("name", "alg"),
    [("client_secret_jwt", "HS256"), ("private_key_jwt", "RS256"), ("private_key_jwt_ec", "ES256")],
)
def test_client_assertions(authlib_server, name, alg):
    """Clients authenticate with a JWT made with their secret or key, once for each JWT."""
    client = authlib_server.clients[name]
    form = [("grant_type", "client_credentials"), ("scope", "api"), *client_assertion(authlib_server, client, alg)]
    answer = fetch(authlib_server.token_endpoint, form)
    assert answer.status == 200, answer.body
    assert fetch(authlib_server.token_endpoint, form).json["error"] == "invalid_client"


def test_jwt_bearer(authlib_server):
    """The JWT bearer grant needs no client authentication: the issuer of the assertion is the client."""
    client = authlib_server.clients["private_key_jwt"]
    grant = authorization_grant(authlib_server, client.client_id, client.private_jwk, "RS256")
    form = [("grant_type", JWT_BEARER), ("assertion", grant), ("scope", "read")]
    token = fetch(authlib_server.token_endpoint, form).text("access_token")
    assert fetch(authlib_server.api_url, headers=bearer(token)).json["sub"] == "alice"


@pytest.mark.parametrize(("approve", "error"), [(True, None), (False, "access_denied")])
def test_device_flow(authlib_server, approve, error):
    """Polling too fast is told to slow down; the user's decision ends the polling."""
    client = authlib_server.clients["none"]
    answer = post_as(client, authlib_server.endpoint("device_authorization_endpoint"), [("scope", "api")])
    poll = [("grant_type", DEVICE_CODE), ("device_code", answer.text("device_code"))]
    errors = [post_as(client, authlib_server.token_endpoint, poll).json["error"] for _ in range(2)]
    assert errors == ["authorization_pending", "slow_down"]
    authlib_server.decide_device(answer.text("user_code"), approve=approve)
    assert post_as(client, authlib_server.token_endpoint, poll).json.get("error") == error


def test_registration_and_management(authlib_server):
    """A client registers itself, changes its registration and removes it."""
    wanted = {"redirect_uris": ["https://new.example/callback"], "client_name": "New", "scope": "api"}
    answer = post_json(authlib_server.endpoint("registration_endpoint"), wanted)
    made = answer.json
    assert (answer.status, made["client_name"]) == (201, "New")
    uri, token = answer.text("registration_client_uri"), answer.text("registration_access_token")
    change = wanted | {"client_id": made["client_id"], "client_name": "Newer"}
    assert post_json(uri, change, token=token, method="PUT").json["client_name"] == "Newer"
    assert fetch(uri, headers=bearer(token)).json["client_name"] == "Newer"
    assert fetch(uri, headers=bearer(token), method="DELETE").status == 204
    assert fetch(uri, headers=bearer(token)).status == 401


def test_no_token(authlib_server):
    """A request without a token is told so by an error code of Authlib's own."""
    refused = fetch(authlib_server.api_url)
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith('bearer realm="api", error="missing_authorization"')
