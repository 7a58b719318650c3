"""The fake server's authorization endpoint, and the browser and person that `authorize` plays."""

from urllib.parse import urlencode

import pytest

from oauth_core._messages import Request
from oauth_core.testing import Decision, FakeUser, NotRedirected, RegisteredClient, ServerSettings
from tests.core.testing_support import (
    CALLBACK,
    CHALLENGE,
    FORM,
    authorization_url,
    bearer,
    callback,
    callback_params,
    get,
    new_server,
    post,
)


def test_approval_returns_code_state_and_issuer():
    """The callback goes to the redirect URI with a code, the state as sent, and iss."""
    server = new_server()
    url = server.authorize(authorization_url(server, state="a b&c"))
    assert url.startswith(CALLBACK + "?")
    params = callback_params(url)
    assert sorted(params) == ["code", "iss", "state"]
    assert (params["state"], params["iss"]) == ("a b&c", "https://as.test")


def test_an_empty_state_counts_as_none():
    """A parameter without a value is as good as absent: no state comes back, and no scope is granted."""
    server = new_server()
    params = callback(server, state="", scope="")
    assert "state" not in params
    assert server.authority.tokens.find_code(params["code"]).scope == ""


def test_iss_can_be_switched_off():
    """Without send_iss neither callback nor metadata promise it, and no state comes back where none was sent."""
    server = new_server(settings=ServerSettings(send_iss=False))
    assert sorted(callback(server, state=None)) == ["code"]
    assert server.metadata["authorization_response_iss_parameter_supported"] is False


def test_a_person_may_decline():
    """A person who declines sends access_denied to the client, with state and iss."""
    server = new_server()
    params = callback_params(server.authorize(authorization_url(server), approve=False))
    assert (params["error"], params["state"], params["iss"]) == ("access_denied", "xyz", server.issuer)
    assert "code" not in params


def test_another_person_may_approve_less():
    """A named person approves part of the scope, and the token is theirs with that scope."""
    server = new_server(users=[FakeUser("alice"), FakeUser("bob")])
    url = server.authorize(authorization_url(server, scope="read write"), user="bob", scope="read")
    code = server.authority.tokens.find_code(callback_params(url)["code"])
    assert (code.subject, code.scope) == ("bob", "read")
    stranger = server.authorize(authorization_url(server), user="mallory")
    assert callback_params(stranger)["error"] == "access_denied"


def test_the_query_of_a_redirect_uri_is_kept():
    """A redirect URI with a query keeps it beside the answer's parameters."""
    server = new_server(RegisteredClient("spa", redirect_uris=("https://client.test/cb?tenant=1",)))
    url = server.authorize(authorization_url(server, redirect_uri="https://client.test/cb?tenant=1"))
    assert callback_params(url)["tenant"] == "1"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"redirect_uri": "https://attacker.test/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
    ],
)
def test_nothing_is_redirected_before_client_and_redirect_uri_are_proven(changes):
    """An unknown client or redirect URI is answered with a page, never with a redirect."""
    server = new_server()
    with pytest.raises(NotRedirected) as caught:
        server.authorize(authorization_url(server, **changes))
    assert caught.value.response.status == 400
    assert caught.value.response.content_type == "text/html"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_redirect_uri_is_answered_with_a_page(name):
    """A request that names two clients or two redirect URIs is not redirected."""
    server = new_server()
    with pytest.raises(NotRedirected, match=f"{name} is repeated"):
        server.authorize(f"{authorization_url(server)}&{name}=other")


def test_a_redirect_uri_must_be_named_where_there_are_several():
    """A client with two redirect URIs must say which; one that is registered works."""
    uris = (CALLBACK, "https://client.test/other")
    server = new_server(RegisteredClient("spa", redirect_uris=uris))
    with pytest.raises(NotRedirected, match="redirect_uri is missing"):
        server.authorize(authorization_url(server, redirect_uri=None))
    assert server.authorize(authorization_url(server, redirect_uri=uris[1])).startswith(uris[1])


@pytest.mark.parametrize(
    ("registered", "sent", "allowed"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:53124/cb", True),
        ("http://[::1]:1/cb", "http://[::1]:2/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:53124/other", False),
        ("http://127.0.0.1/cb", "http://user@127.0.0.1:1/cb", False),
        ("http://localhost/cb", "http://localhost:53124/cb", False),
        ("https://client.test/cb", "https://client.test:444/cb", False),
        ("http://127.0.0.1/cb", "http://[bad", False),
    ],
)
def test_only_the_port_of_a_loopback_address_may_differ(registered, sent, allowed):
    """A redirect URI matches to the character, except for the port of a loopback IP address."""
    assert RegisteredClient("cli", redirect_uris=(registered,)).allows_redirect(sent) is allowed


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "telepathy"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": 'a"b'}, "invalid_scope"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"response_mode": "telepathy"}, "invalid_request"),
        ({"response_type": "token", "response_mode": "query"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_reported_to_the_client(changes, error):
    """What is wrong after client and redirect URI is sent to the client as an error, with its state."""
    server = new_server(RegisteredClient("spa", scopes=("read",)))
    params = callback(server, **changes)
    assert (params["error"], params["state"]) == (error, "xyz")
    assert not params.keys() & {"code", "access_token"}


def test_a_repeated_parameter_is_reported_to_the_client():
    """A parameter sent twice is invalid_request at the redirect URI."""
    server = new_server()
    url = server.authorize(authorization_url(server, scope="a") + "&scope=b")
    assert callback_params(url)["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["code", "token"])
def test_a_client_gets_only_what_it_is_registered_for(kind):
    """A client without the grant behind the response type is told unauthorized_client."""
    server = new_server(RegisteredClient("spa", grant_types=("client_credentials",)))
    assert callback(server, response_type=kind)["error"] == "unauthorized_client"


@pytest.mark.parametrize(("require", "client_id"), [(True, "app"), (None, "spa"), (False, "spa"), (None, "app")])
def test_pkce_is_demanded_of_public_clients_or_as_registered(require, client_id):
    """Without PKCE a public client is refused, a confidential one is not; require_pkce settles it for either."""
    secret = "s3cret" if client_id == "app" else None
    server = new_server(RegisteredClient(client_id, secret, require_pkce=require))
    params = callback(server, client_id=client_id, code_challenge=None, code_challenge_method=None)
    needed = require if require is not None else client_id == "spa"
    assert ("error" in params) is needed


def test_plain_pkce_can_be_allowed():
    """Where the settings allow it, a plain challenge is redeemed by itself and by nothing else."""
    server = new_server(settings=ServerSettings(allow_plain_pkce=True))
    verifier = "p" * 64
    for method in ("plain", None):
        for sent, status in ((CHALLENGE, 400), (verifier, 200)):
            code = callback(server, code_challenge=verifier, code_challenge_method=method)["code"]
            params = {"grant_type": "authorization_code", "client_id": "spa", "code": code}
            response = post(server, "/token", {**params, "redirect_uri": CALLBACK, "code_verifier": sent})
            assert response.status == status
    assert server.metadata["code_challenge_methods_supported"] == ["S256", "plain"]


def test_the_implicit_grant_answers_in_the_fragment():
    """response_type=token returns a usable access token in the fragment, and no refresh token."""
    server = new_server()
    url = server.authorize(authorization_url(server, response_type="token", scope="read"))
    assert url.startswith(CALLBACK + "#")
    params = callback_params(url)
    assert (params["token_type"], params["expires_in"], params["scope"]) == ("Bearer", "3600", "read")
    assert "refresh_token" not in params
    assert get(server, "/api/x", bearer(params)).status == 200


def test_an_implicit_error_is_in_the_fragment_too():
    """A refusal of an implicit request is where its answer would be."""
    server = new_server()
    url = server.authorize(authorization_url(server, response_type="token"), approve=False)
    assert url.startswith(CALLBACK + "#error=access_denied")


def test_a_code_may_be_asked_for_in_the_fragment():
    """response_mode=fragment puts the code into the fragment."""
    server = new_server()
    assert server.authorize(authorization_url(server, response_mode="fragment")).startswith(CALLBACK + "#code=")


def test_the_request_may_be_posted():
    """An authorization request in the form of a POST is answered like one in the query; other methods are 405."""
    server = new_server()
    url, _, query = authorization_url(server).partition("?")
    response = server.send(Request("POST", url, (("Content-Type", FORM),), query.encode()))
    assert callback_params(response.header("location"))["state"] == "xyz"
    assert server.send(Request("PUT", url)).status == 405


def test_the_standing_decision_answers_a_real_browser():
    """Without a decision of its own, a request meets the decision that is set on the server."""
    server = new_server()
    assert "code" in callback_params(server.send(Request("GET", authorization_url(server))).header("location"))
    server.decision = Decision(approve=False)
    location = server.send(Request("GET", authorization_url(server))).header("location")
    assert callback_params(location)["error"] == "access_denied"


def test_an_extension_can_read_the_parameters_from_elsewhere():
    """A function in readers replaces the parameters, as pushed requests and request objects need."""
    server = new_server()
    query = authorization_url(server, state="pushed").partition("?")[2]
    pushed = tuple(pair.split("=") for pair in query.replace("%3A", ":").replace("%2F", "/").split("&"))
    server.authority.readers.append(lambda authority, params: pushed if dict(params).get("request_uri") else params)
    url = server.authorize(f"{server.authorization_endpoint}?{urlencode({'request_uri': 'urn:x'})}")
    assert callback_params(url)["state"] == "pushed"
