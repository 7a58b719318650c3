"""FAPICIBAClientTest…: a person is asked on a device of theirs, by poll and by ping."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from oauth_core import (
    InvalidTokenResponse,
    ProtocolViolation,
    ReauthorizationRequired,
    ServerRefusal,
    UsageError,
    generate_token,
    validate_ciba_ping,
)
from oauth_core.testing import faults
from oauth_jwt import InvalidJWTError, RequestObject
from tests.shared.certification.provider import Now, altering, asked

PACE = 0.05  # seconds between two questions, at the fake server


@pytest.fixture
def client(open_client, operations):
    """A client with a key, whose tokens are bound to it."""
    return open_client()


@pytest.fixture
def begin(fake):
    """Ask for alice, who has approved at once: `begin(client)`."""

    def perform(client, *, approve=True, **parameters):
        login = client.backchannel_authentication_request("openid accounts", login_hint="alice", **parameters)
        if approve is not None:
            fake.decide(login.auth_req_id, user="alice", approve=approve)
        return login

    return perform


@pytest.mark.parametrize(
    ("auth", "binding"), [("private_key_jwt", "mtls"), ("tls_client_auth", "mtls"), ("private_key_jwt", "dpop")]
)
def test_poll(request, fake_place, fake, open_client, begin, auth, binding):
    """Plain, poll: the person approves between two questions, and the token works at the API."""
    client = open_client(auth, binding)
    login = begin(client, approve=None)
    seen = []

    def progress(step):
        seen.append(step.error)
        fake.decide(login.auth_req_id, user="alice")

    token = client.poll_ciba(login, on_poll=progress)
    assert (seen, bool(token.id_token)) == (["authorization_pending"], True)
    api = f"{request.getfixturevalue('certified_url')}/api/x" if binding == "mtls" else fake_place.api_url
    assert client.get(api).status_code == 200


def test_a_signed_request(fake, open_client, begin, client_key):
    """The request is signed where the provider reads signed requests, and nothing stands beside the object."""
    fake.authority.metadata["backchannel_authentication_request_signing_alg_values_supported"] = ["ES256"]
    client = open_client(request_object=RequestObject("fapi", fake.issuer, client_key))
    client.poll_ciba(begin(client, binding_message="B17"))
    (call,) = fake.seen("backchannel")
    assert {name for name, _ in call.form} == {"client_id", "client_assertion", "client_assertion_type", "request"}


def test_the_interval(fake, client, begin):
    """The client never asks before the interval is over, the first time included."""
    login = begin(client, approve=None)
    fake.inject(faults.error("authorization_pending"), "token", times=2)
    fake.decide(login.auth_req_id, user="alice")
    client.poll_ciba(login)
    times = [one.at for one in (*fake.seen("backchannel"), *fake.seen("token"))]
    assert len(times) == 4
    assert all(later - earlier >= PACE * 0.95 for earlier, later in pairwise(times))


def test_slow_down(fake, client, begin):
    """`slow_down` lengthens the interval by five seconds, for every later question too."""
    login = begin(client, approve=None)
    fake.inject(faults.error("slow_down"), "token")
    seen = []

    def progress(step):
        seen.append((step.error, round(step.interval, 2)))
        raise RuntimeError("seen enough")

    with pytest.raises(RuntimeError, match="seen enough"):
        client.poll_ciba(login, on_poll=progress)
    assert seen == [("slow_down", 5 + PACE)]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("expired_token", ReauthorizationRequired),
        ("access_denied", ServerRefusal),
        ("invalid_request", ServerRefusal),
        ("invalid_grant", ServerRefusal),
        ("transaction_failed", ServerRefusal),
    ],
)
def test_what_ends_it(fake, client, begin, code, error):
    """`expired_token`, `access_denied`, `invalid_request` and any other error end it; nothing more is asked."""
    login = begin(client, approve=None)
    fake.inject(faults.error(code), "token")
    with pytest.raises(error) as caught:
        client.poll_ciba(login)
    assert (caught.value.error, fake.count("token"), client.token) == (code, 1, None)


def test_a_person_who_declines(fake, client, begin):
    """A person who declines ends it: `access_denied`, and no token."""
    with pytest.raises(ServerRefusal, match="access_denied"):
        client.poll_ciba(begin(client, approve=False))
    assert (client.token, fake.count("token")) == (None, 1)


@pytest.mark.parametrize("name", ["auth_req_id", "expires_in"])
def test_an_answer_that_lacks_something(fake, client, begin, name):
    """An answer without `auth_req_id` or `expires_in` is refused, and no token is asked for."""
    fake.inject(faults.without(name), "backchannel")
    with pytest.raises(ProtocolViolation, match=f"no {name}"):
        begin(client, approve=None)
    assert fake.count("token") == 0


@pytest.mark.parametrize(
    "members",
    [{"auth_req_id": ""}, {"auth_req_id": 7}, {"expires_in": -1}, {"expires_in": 0}, {"expires_in": "soon"}],
    ids=str,
)
def test_an_answer_of_the_wrong_kind(fake, client, begin, members):
    """A request id that is no text and a life that is no positive number are refused, by their names."""
    fake.inject(faults.with_members(members), "backchannel")
    with pytest.raises(ProtocolViolation, match=next(iter(members))):
        begin(client, approve=None)
    assert fake.count("token") == 0


def test_no_interval(fake, client, begin):
    """An answer without an interval means five seconds."""
    fake.inject(faults.without("interval"), "backchannel")
    assert begin(client, approve=None).interval == 5


def test_no_scope(fake, client, begin):
    """A token answer may leave out the scope."""
    fake.inject(faults.without("scope"), "token")
    assert client.poll_ciba(begin(client)).access_token


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": ["fapi", "other"]},
        {"exp": None},
        {"exp": Now(-300)},
        {"iat": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_bad_id_token(fake, operations, client, begin, changes):
    """A token whose ID token has a wrong or missing claim is refused by the claim's name; nothing more is asked."""
    operations.alter = altering(**changes)
    login = begin(client)
    with pytest.raises(InvalidJWTError) as caught:
        client.poll_ciba(login)
    assert (caught.value.claim, client.token) == (next(iter(changes)), None)
    assert asked(fake)[-2:] == ["token", "jwks"]
    assert fake.count("token") == 1


@pytest.mark.parametrize("alg", ["none", "RS256"])
def test_an_id_token_by_another_algorithm(operations, open_client, begin, alg):
    """An ID token that is not signed, or by another algorithm than the registered one, is refused."""
    client = open_client(registered={"id_token_signed_response_alg": alg})
    with pytest.raises(InvalidJWTError, match="expected ES256"):
        client.poll_ciba(begin(client))
    assert client.token is None


def test_no_id_token(fake, client, begin):
    """A token without an ID token is refused: this login always asks for one. CIBA Core §10.1.1."""
    login = begin(client)
    fake.inject(faults.without("id_token"), "token")
    with pytest.raises(InvalidTokenResponse, match="no id_token"):
        client.poll_ciba(login)
    assert client.token is None


# Ping.


@contextmanager
def notification_endpoint(expected):
    """Serve a client's notification endpoint on loopback: its URL, and the request ids that came by good pings."""
    received: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                received.append(
                    validate_ciba_ping(self.headers["Authorization"], body, client_notification_token=expected)
                )
                self.send_response(204)
            except ProtocolViolation:
                self.send_response(401)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/ciba", received
        finally:
            server.shutdown()
            thread.join()


def deliver(ping) -> int:
    """Post a ping, and return the status of its answer."""
    parts = urlsplit(ping.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request(ping.method, parts.path, ping.body, dict(ping.headers))
    status = connection.getresponse().status
    connection.close()
    return status


def pinged(endpoint) -> dict[str, object]:
    return {"backchannel_token_delivery_mode": "ping", "backchannel_client_notification_endpoint": endpoint}


def test_ping(fake, open_client, begin):
    """Ping: a ping with another bearer token, or none, is refused; after the right one the token is fetched, once."""
    mine = generate_token(43)
    with notification_endpoint(mine) as (endpoint, received):
        client = open_client(registered=pinged(endpoint))
        login = begin(client, client_notification_token=mine)
        ping = fake.ping(login.auth_req_id)
        for header in ((("Authorization", "Bearer other"),), (("Authorization", f"Basic {mine}"),), ()):
            kept = tuple(pair for pair in ping.headers if pair[0] != "Authorization")
            assert deliver(ping.replace(headers=(*header, *kept))) == 401
        assert (received, fake.count("token")) == ([], 0)
        assert deliver(ping.replace(body=json.dumps({"auth_req_id": ""}).encode())) == 401
        assert deliver(ping) == 204
    assert received == [login.auth_req_id]
    assert client.ciba(received[0]).access_token == client.token.access_token
    assert fake.count("token") == 1


def test_a_ping_for_who_declined(fake, open_client, begin):
    """A ping says that the person has decided, not how: the token request tells."""
    client = open_client(registered=pinged("https://client.example/ciba"))
    login = begin(client, approve=False, client_notification_token="mine")
    named = validate_ciba_ping(
        fake.ping(login.auth_req_id).header("Authorization"),
        fake.ping(login.auth_req_id).body,
        client_notification_token="mine",
    )
    with pytest.raises(ServerRefusal, match="access_denied"):
        client.ciba(named)


def test_a_client_that_is_pinged_sends_a_token(fake, open_client, begin):
    """The provider refuses a request for a ping without a token that the ping can carry."""
    client = open_client(registered=pinged("https://client.example/ciba"))
    for bad in (None, "with space", "x" * 1025):
        with pytest.raises(ServerRefusal, match="client_notification_token"):
            begin(client, approve=None, client_notification_token=bad)
    assert fake.authority.pending == {}


def test_a_ping_that_does_not_come(open_client, begin):
    """A client that is pinged may still ask at the server's pace."""
    client = open_client(registered=pinged("https://client.example/ciba"))
    assert client.poll_ciba(begin(client, client_notification_token="mine")).access_token


def test_nobody_waits_for_a_ping(fake, client, begin):
    """A login that is polled for has no ping."""
    login = begin(client, approve=None)
    with pytest.raises(ValueError, match="not registered for pings"):
        fake.ping(login.auth_req_id)
    with pytest.raises(KeyError):
        fake.ping("unknown")
    with pytest.raises(UsageError, match="client_notification_token"):
        validate_ciba_ping("Bearer x", "{}", client_notification_token="")
