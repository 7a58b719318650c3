"""OAuth 1.0 at the fake server, asked by the flows and by hand."""

from __future__ import annotations

import json
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_core._drivers import run
from oauth_core._errors import AuthorizationRefused, ServerRefusal
from oauth_core._messages import Request
from oauth_core._oauth1_core import OAuth1Core
from oauth_core._oauth1_methods import SIGNATURE_METHODS
from oauth_core.testing import FakeAuthorizationServer, FakeUser, LoopbackServer, ManualClock, NotRedirected
from oauth_core.testing._oauth1 import OAuth1Provider, RegisteredOAuth1Client

WIKI = json.loads((Path(__file__).parent.parent / "vectors" / "oauth1_wiki.json").read_text("ascii"))
CALLBACK = "https://app.test/cb"


def fake(**options):
    client = RegisteredOAuth1Client("key", "sec-zz", WIKI["certificate"], (CALLBACK,), xauth=True)
    provider = OAuth1Provider([client], **options)
    server = FakeAuthorizationServer(clock=ManualClock())
    server.install(provider)
    return server, provider


def core(server, **options):
    values = {"redirect_uri": CALLBACK, "clock": server.authority.clock, "rsa_key": WIKI["private_key"]} | options
    return OAuth1Core("key", "sec-zz", **values)


def three_legs(server, provider, client):
    run(client.fetch_request_token(provider.request_token_url), server.send)
    client.parse_authorization_response(server.authorize(client.create_authorization_url(provider.authorization_url)))
    return run(client.fetch_access_token(provider.access_token_url), server.send)


def ask(server, client, url, method="GET", headers=(), body=b""):
    url, signed, sent = client.signer.sign(method, url, dict(headers), body)
    return server.send(Request(method, url, tuple(signed.items()), sent or b""))


@pytest.mark.parametrize("placement", ["HEADER", "QUERY", "BODY"])
@pytest.mark.parametrize("method", SIGNATURE_METHODS)
def test_three_legs_and_a_call_in_every_way(method, placement):
    """Every method in every placement passes the three legs and opens the resource."""
    server, provider = fake()
    client = core(server, signature_method=method, signature_type=placement)
    three_legs(server, provider, client)
    answer = ask(
        server,
        client,
        provider.resource_url + "?a=%20b",
        "POST",
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"c=d+e",
    )
    assert answer.json()["oauth"] == {
        "client_key": "key",
        "user": "alice",
        "signature_method": method,
        "signature_type": placement,
        "realm": None,
    }
    assert server.count("signed") == 1


def test_a_nonce_is_accepted_once():
    """The same signed request again is refused as nonce_used, with a report in header and body."""
    server, provider = fake()
    client = core(server)
    client.token = provider.issue_token("key", user="alice")
    url, headers, _ = client.signer.sign("GET", provider.resource_url)
    request = Request("GET", url, tuple(headers.items()))
    assert server.send(request).status == 200
    refused = server.send(request)
    assert (refused.status, dict(parse_qsl(refused.text))["oauth_problem"]) == (401, "nonce_used")
    assert 'oauth_problem="nonce_used"' in refused.header("www-authenticate")


def test_a_timestamp_outside_the_window_is_refused_and_the_clock_set():
    """A client whose clock is an hour off is told the acceptable range, adjusts once and gets its token."""
    server, provider = fake()
    late = core(server, clock=lambda: server.authority.clock() - 3600)
    three_legs(server, provider, late)
    assert [seen.status for seen in server.seen("oauth1_initiate")] == [401, 200]
    assert [seen.status for seen in server.seen("oauth1_token")] == [200]


@pytest.mark.parametrize("json_answers", [False, True])
def test_answers_in_form_and_json(json_answers):
    """Both kinds of answers, of success and refusal, are understood by the flows."""
    server, provider = fake(json_answers=json_answers)
    assert three_legs(server, provider, core(server))["oauth_token"]
    stranger = OAuth1Core("who", "x", clock=server.authority.clock)
    with pytest.raises(ServerRefusal) as caught:
        run(stranger.fetch_request_token(provider.request_token_url), server.send)
    assert caught.value.error == "consumer_key_unknown"


def test_a_person_who_declines():
    """A declined authorization comes back as a refusal, and its request token is dead."""
    server, provider = fake()
    client = core(server)
    run(client.fetch_request_token(provider.request_token_url), server.send)
    url = client.create_authorization_url(provider.authorization_url)
    callback = server.authorize(url, approve=False)
    with pytest.raises(AuthorizationRefused) as caught:
        client.parse_authorization_response(callback)
    assert caught.value.error == "permission_denied"
    with pytest.raises(NotRedirected, match="unknown, used or expired"):
        server.authorize(url)


def test_out_of_band():
    """With oob the person reads a code; approving and declining show a page."""
    server, provider = fake()
    client = core(server, redirect_uri="oob")
    token = run(client.fetch_request_token(provider.request_token_url), server.send)
    with pytest.raises(KeyError):
        provider.verifier_of(token["oauth_token"])
    with pytest.raises(NotRedirected) as page:
        server.authorize(client.create_authorization_url(provider.authorization_url))
    verifier = provider.verifier_of(token["oauth_token"])
    assert verifier in str(page.value)
    assert run(client.fetch_access_token(provider.access_token_url, verifier), server.send)["oauth_token"]
    again = core(server, redirect_uri="oob")
    run(again.fetch_request_token(provider.request_token_url), server.send)
    with pytest.raises(NotRedirected, match="Declined"):
        server.authorize(again.create_authorization_url(provider.authorization_url), approve=False)


def problem(flow, server):
    with pytest.raises(ServerRefusal) as caught:
        run(flow, server.send)
    assert "zz" not in str(caught.value)
    return caught.value.error


def test_what_the_endpoints_refuse():
    """Wrong or spent verifiers, foreign callbacks, missing parameters, misused and expired tokens are refused."""
    server, provider = fake(temporary_lifetime=60)
    initiate, exchange = provider.request_token_url, provider.access_token_url
    assert (
        problem(core(server, redirect_uri="https://evil.test/").fetch_request_token(initiate), server)
        == "parameter_rejected"
    )
    bare = core(server, redirect_uri=None, omit_callback=True)
    assert problem(bare.fetch_request_token(initiate), server) == "parameter_absent"
    client = core(server)
    run(client.fetch_request_token(initiate), server.send)
    assert problem(client.fetch_access_token(exchange, "wrong"), server) == "permission_unknown"
    assert ask(server, client, provider.resource_url).status == 401
    token = client.token
    client.parse_authorization_response(server.authorize(client.create_authorization_url(provider.authorization_url)))
    verifier = client.verifier
    run(client.fetch_access_token(exchange), server.send)
    access = client.token
    client.token = token
    assert problem(client.fetch_access_token(exchange, verifier), server) == "consumer_key_unknown"
    client.token = access
    assert problem(client.fetch_access_token(exchange, verifier), server) == "token_rejected"
    signed = client.signer.sign("POST", initiate)[1]
    refused = server.send(Request("POST", initiate, tuple(signed.items())))
    assert dict(parse_qsl(refused.text))["oauth_problem"] == "parameter_rejected"
    run(client.fetch_request_token(initiate), server.send)
    server.authority.clock.advance(61)
    assert problem(client.fetch_access_token(exchange, verifier), server) == "token_expired"


def test_a_two_legged_exchange_is_allowed_by_name():
    """Request tokens that nobody approved are exchanged only where the provider allows it."""
    strict, strict_provider = fake()
    flow = core(strict).fetch_two_legged_token(strict_provider.request_token_url, strict_provider.access_token_url)
    assert problem(flow, strict) == "permission_unknown"
    server, provider = fake(two_legged=True)
    client = core(server)
    run(client.fetch_two_legged_token(provider.request_token_url, provider.access_token_url), server.send)
    assert ask(server, client, provider.resource_url).json()["oauth"]["user"] is None
    client.token = None
    assert ask(server, client, provider.resource_url).json()["oauth"]["client_key"] == "key"


def test_xauth_exchanges_a_password():
    """XAuth gives a token for the right password, and none for a wrong one or where it is not allowed."""
    server, provider = fake()
    client = core(server)
    url = provider.access_token_url
    run(client.fetch_xauth_token(url, "alice", "wonderland"), server.send)
    assert ask(server, client, provider.resource_url).json()["oauth"]["user"] == "alice"
    assert problem(client.fetch_xauth_token(url, "alice", "looking-glass"), server) == "permission_denied"
    assert problem(client.fetch_xauth_token(url, "bob", "x"), server) == "permission_denied"
    provider.clients["key"] = RegisteredOAuth1Client("key", "sec-zz")
    assert problem(client.fetch_xauth_token(url, "alice", "wonderland"), server) == "parameter_absent"


def test_an_expired_token_is_renewed_with_its_session_handle():
    """A token past its life is refused at the resource and renewed by its handle, which is checked."""
    server, provider = fake(session_handles=True, token_lifetime=60)
    client = core(server)
    token = three_legs(server, provider, client)
    assert token["oauth_expires_in"] == "60"
    server.authority.clock.advance(61)
    refused = ask(server, client, provider.resource_url)
    assert dict(parse_qsl(refused.text))["oauth_problem"] == "token_expired"
    assert problem(client.renew_access_token(provider.access_token_url, "wrong"), server) == "parameter_rejected"
    run(client.renew_access_token(provider.access_token_url), server.send)
    assert ask(server, client, provider.resource_url).json()["oauth"]["user"] == "alice"


def test_the_signed_resource_redirects_and_fails_like_the_other_one():
    """Below /signed/ there are the redirects and statuses of the protected resource, behind a signature."""
    server, provider = fake()
    client = core(server)
    client.token = provider.issue_token("key")
    moved = ask(server, client, server.url("/signed/redirect?status=307&to=/signed/x"))
    assert (moved.status, moved.header("location")) == (307, "/signed/x")
    assert ask(server, client, server.url("/signed/status/503")).status == 503
    assert server.send(Request("GET", provider.resource_url)).status == 400


def test_an_unconfirmed_callback_can_be_played():
    """A provider that leaves the confirmation out is refused by a client that sent a callback."""
    from oauth_core._errors import ProtocolViolation

    server, provider = fake(confirm_callback=False)
    with pytest.raises(ProtocolViolation, match="oauth_callback_confirmed"):
        run(core(server).fetch_request_token(provider.request_token_url), server.send)


def test_a_signed_upload_streams_over_a_socket():
    """A streamed body is verified by its header and counted while it arrives."""
    server, provider = fake()
    client = core(server)
    client.token = provider.issue_token("key")
    data = b"x" * 300_000
    with LoopbackServer(server) as loopback:
        url, headers, _ = client.signer.sign("POST", f"{loopback.url}/signed/upload", {}, iter([data]))
        connection = HTTPConnection(urlsplit(url).netloc)
        connection.request("POST", "/signed/upload", iter([data[:1000], data[1000:]]), headers, encode_chunked=True)
        answer = json.loads(connection.getresponse().read())
        connection.close()
    assert answer == {"bytes": 300_000, "sha256": sha256(data).hexdigest()}


def test_who_decides_can_be_named():
    """The person who approves is the one named, or the first."""
    client = RegisteredOAuth1Client("key", "sec-zz")
    provider = OAuth1Provider([client])
    server = FakeAuthorizationServer(users=[FakeUser("ann"), FakeUser("bob")], clock=ManualClock())
    server.install(provider)
    app = core(server)
    run(app.fetch_request_token(provider.request_token_url), server.send)
    app.parse_authorization_response(
        server.authorize(app.create_authorization_url(provider.authorization_url), user="bob")
    )
    run(app.fetch_access_token(provider.access_token_url), server.send)
    assert ask(server, app, provider.resource_url).json()["oauth"]["user"] == "bob"


def test_a_provider_is_installed_before_it_is_asked():
    """Its URLs exist only at a server; its repr shows no secret."""
    provider = OAuth1Provider([RegisteredOAuth1Client("key", "sec-zz")])
    with pytest.raises(RuntimeError, match="install"):
        _ = provider.request_token_url
    assert "zz" not in repr(provider) + repr(provider.clients)
