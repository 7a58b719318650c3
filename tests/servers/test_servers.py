"""What all real authorization servers of the tests have in common, tried with raw requests."""

from __future__ import annotations

import threading

import pytest

from tests.servers.authlib_server import AuthlibServer
from tests.servers.process import ServerError
from tests.servers.protocol import AuthorizationServer
from tests.servers.wire import bearer, fetch, log_in, post_as

pytestmark = pytest.mark.real_server


@pytest.fixture(params=["oidc_provider", "authlib_server"])
def server(request) -> AuthorizationServer:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", ["client_secret_basic", "client_secret_post", "none"])
def test_code_flow(server, name):
    """A client of each secret-based method logs a user in with PKCE and reads the API."""
    answer = log_in(server, server.clients[name])
    assert answer.status == 200, answer.body
    seen = fetch(f"{server.api_url}/echo", [("a", "1")], headers=bearer(answer.text("access_token")))
    assert (seen.json["body"], seen.json["sub"], seen.json["placement"]) == ("a=1", "alice", "header")


@pytest.mark.parametrize("name", ["client_secret_basic", "odd", "client_secret_post"])
def test_client_credentials(server, name):
    """Client credentials work for every secret-based method, reserved characters in id and secret included."""
    form = [("grant_type", "client_credentials"), ("scope", "api")]
    answer = post_as(server.clients[name], server.token_endpoint, form)
    assert (answer.text("scope"), answer.text("token_type")) == ("api", "Bearer")


def test_wrong_secret(server):
    """A wrong client secret is `invalid_client`."""
    client = server.clients["client_secret_post"]
    form = [("grant_type", "client_credentials"), ("client_id", client.client_id), ("client_secret", "guess")]
    assert fetch(server.token_endpoint, form).json["error"] == "invalid_client"


def test_metadata(server):
    """The metadata names the issuer and the endpoints that the harness names."""
    metadata = fetch(server.metadata_url).json
    assert metadata["issuer"] == server.issuer
    assert metadata["token_endpoint"] == server.token_endpoint
    assert metadata["authorization_endpoint"] == server.authorization_endpoint
    assert metadata["authorization_response_iss_parameter_supported"] is True


def test_refusal_by_the_user(server):
    """`login_hint=deny` plays a user who says no."""
    with pytest.raises(AssertionError, match="error=access_denied"):
        log_in(server, server.clients["none"], login_hint="deny")


def test_rotation_expiry_and_revocation(server):
    """Refresh tokens rotate and are used once, a token expires on demand, and a revoked one is refused."""
    client = server.clients["client_secret_basic"]
    first = log_in(server, client)
    refresh = [("grant_type", "refresh_token"), ("refresh_token", first.text("refresh_token"))]
    second = post_as(client, server.token_endpoint, refresh)
    assert second.text("refresh_token") != first.text("refresh_token")

    token = second.text("access_token")
    assert post_as(client, server.introspection_endpoint, [("token", token)]).json["active"] is True
    server.expire(token)
    refused = fetch(server.api_url, headers=bearer(token))
    assert refused.status == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert post_as(client, server.introspection_endpoint, [("token", token)]).json["active"] is False

    assert post_as(client, server.revocation_endpoint, [("token", second.text("refresh_token"))]).status == 200
    refresh = [("grant_type", "refresh_token"), ("refresh_token", second.text("refresh_token"))]
    assert post_as(client, server.token_endpoint, refresh).json["error"] == "invalid_grant"


def test_reuse_of_a_refresh_token(server):
    """A refresh token that was used before is refused."""
    client = server.clients["client_secret_basic"]
    refresh = [("grant_type", "refresh_token"), ("refresh_token", log_in(server, client).text("refresh_token"))]
    assert post_as(client, server.token_endpoint, refresh).status == 200
    assert post_as(client, server.token_endpoint, refresh).json["error"] == "invalid_grant"


def test_expired_refresh_token(server):
    """A refresh token can be made to expire too."""
    client = server.clients["none"]
    token = log_in(server, client).text("refresh_token")
    server.expire(token)
    refresh = [("grant_type", "refresh_token"), ("refresh_token", token)]
    assert post_as(client, server.token_endpoint, refresh).json["error"] == "invalid_grant"


def test_unknown_token_cannot_expire(server):
    """Asking for the expiry of a token that the server does not know is an error, not a silent no."""
    with pytest.raises(ServerError, match="does not know this token"):
        server.expire("nonsense")


def test_password(server):
    """The password grant works with the right password only."""
    client = server.clients["client_secret_post"]
    form = [("grant_type", "password"), ("username", server.user.username), ("scope", "api")]
    right = post_as(client, server.token_endpoint, [*form, ("password", server.user.password)])
    wrong = post_as(client, server.token_endpoint, [*form, ("password", "guess")])
    assert right.text("refresh_token")
    assert wrong.json["error"] in {"invalid_grant", "invalid_request"}


def test_authlib_server_stops():
    """Authlib's server closes its port and ends its thread."""
    with AuthlibServer(access_token_ttl=5) as server:
        client = server.clients["client_secret_basic"]
        form = [("grant_type", "client_credentials"), ("scope", "api")]
        assert post_as(client, server.token_endpoint, form).json["expires_in"] == 5
        url = server.api_url
        names = {each.name for each in threading.enumerate()}
        assert "authlib-server" in names
    with pytest.raises(OSError, match="refused"):
        fetch(url)
