"""Logins on another device: what begins them, the pace at which their token is asked for, and how they end."""

import asyncio
import inspect
import json
import pickle

import pytest

from oauth_core import (
    AsyncBackChannelAuthenticationPollingJob,
    AsyncDeviceAuthorizationPollingJob,
    AsyncEndpointMethods,
    BackChannelAuthentication,
    BackChannelAuthenticationPollingJob,
    CIBAGrant,
    DeviceAuthorization,
    DeviceAuthorizationPollingJob,
    DeviceCodeGrant,
    EndpointMethods,
    InvalidTokenResponse,
    OAuthError,
    Polling,
    ProtocolViolation,
    ReauthorizationRequired,
    Response,
    ServerRefusal,
    TransportError,
    UsageError,
    parse_backchannel_authentication_response,
    parse_device_authorization_response,
    validate_ciba_ping,
)
from oauth_core.testing import Decision, ManualClock, RegisteredClient, faults
from tests.core.core_support import answer, drive
from tests.core.further_support import AsyncClient, Client, new_server

DEVICE = {
    "device_code": "dc",
    "user_code": "BCDF-GHJK",
    "verification_uri": "https://as.test/device",
    "expires_in": 600,
    "interval": 7,
    "brand": "x",
}
CIBA = {"auth_req_id": "req", "expires_in": 120, "interval": 2, "custom": "y"}


@pytest.fixture
def server():
    return new_server()


@pytest.fixture
def client(server):
    return Client(server)


def test_device_answer_is_read_whole():
    """Every member reads as an attribute and by `get`; the end is reckoned by the clock; `repr` shows no code."""
    found = parse_device_authorization_response(answer(DEVICE), clock=ManualClock(1000))
    assert (found.device_code, found.user_code, found.expires_at, found.interval) == ("dc", "BCDF-GHJK", 1600, 7)
    assert (found.brand, found.get("brand"), found.get("nothing", 3)) == ("x", "x", 3)
    assert found.verification_uri_complete is None
    assert "dc" not in repr(found).replace("device", "")
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(AttributeError, match="nothing"):
        _ = found.nothing


def test_device_answer_without_interval_or_in_googles_words():
    """Without an interval it is 5 seconds, a zero is none; `verification_url` is read as the address."""
    members = {name: value for name, value in DEVICE.items() if name not in {"interval", "verification_uri"}}
    found = parse_device_authorization_response(answer({**members, "verification_url": "https://g.test/device"}))
    assert (found.interval, found.verification_uri) == (5.0, "https://g.test/device")
    assert parse_device_authorization_response(answer({**DEVICE, "interval": 0})).interval == 5.0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"device_code": None}, "no device_code"),
        ({"user_code": 5}, "no user_code"),
        ({"verification_uri": None}, "no verification_uri"),
        ({"verification_uri": "javascript:alert(1)"}, "no http or https URL"),
        ({"verification_uri": "https://as.test/ x"}, "no http or https URL"),
        ({"verification_uri_complete": "file:///etc/passwd"}, "no http or https URL"),
        ({"expires_in": None}, "no expires_in"),
        ({"expires_in": -5}, "over already"),
        ({"expires_in": "soon"}, "no expires_in"),
        ({"interval": -1}, "interval"),
        ({"interval": "often"}, "interval"),
    ],
)
def test_bad_device_answers_are_refused(changes, complaint):
    """An answer without a code, an address for people or a positive life is refused, and the error says which."""
    with pytest.raises(ProtocolViolation, match=complaint):
        parse_device_authorization_response(answer({**DEVICE, **changes}))


def test_device_answer_that_is_a_refusal():
    """An error of the device authorization endpoint is raised as the server's refusal."""
    with pytest.raises(ServerRefusal) as caught:
        parse_device_authorization_response(answer({"error": "invalid_client"}, status=401))
    assert caught.value.error == "invalid_client"
    with pytest.raises(ProtocolViolation):
        parse_device_authorization_response(Response(200, (("Content-Type", "text/html"),), b"<p>hello"))


def test_ciba_answer_is_read_whole():
    """Unknown members stay readable, and an answer without id or life is refused."""
    found = parse_backchannel_authentication_response(answer(CIBA), clock=ManualClock(1000))
    assert (found.auth_req_id, found.expires_at, found.interval, found.custom) == ("req", 1120, 2, "y")
    assert isinstance(found, BackChannelAuthentication)
    assert "req" not in repr(found)
    for name in ("auth_req_id", "expires_in"):
        with pytest.raises(ProtocolViolation, match=f"no {name}"):
            parse_backchannel_authentication_response(answer({**CIBA, name: None}))


def test_ping():
    """A ping is believed with the request's own notification token, and refused with another or without."""
    body = json.dumps({"auth_req_id": "req"})
    assert validate_ciba_ping("Bearer t0ken", body, client_notification_token="t0ken") == "req"
    assert validate_ciba_ping("bearer t0ken", body.encode(), client_notification_token="t0ken") == "req"
    for header in (None, "", "Bearer other", "Basic t0ken", "t0ken"):
        with pytest.raises(ProtocolViolation, match="notification token"):
            validate_ciba_ping(header, body, client_notification_token="t0ken")
    for bad in ("[]", "no json", b"\xff", "{}"):
        with pytest.raises(ProtocolViolation):
            validate_ciba_ping("Bearer t0ken", bad, client_notification_token="t0ken")
    with pytest.raises(UsageError):
        validate_ciba_ping("Bearer ", body, client_notification_token="")


def test_grants_need_a_code():
    """A grant without its code is refused before anything is sent, and none shows it."""
    for kind in (DeviceCodeGrant, CIBAGrant):
        assert "s3" not in repr(kind("s3"))
        for bad in ("", None, 5):
            with pytest.raises(UsageError):
                kind(bad)


def test_device_login(server, client):
    """A device asks for a code, waits for its person at the server's pace, and gets a token."""
    login = client.authorize_device(scope="read", brand="x")
    assert isinstance(login, DeviceAuthorization)
    assert server.seen("device")[0].param("brand") == "x"
    seen = []

    def progress(step):
        seen.append((step.polls, step.error, step.interval))
        if step.polls == 2:
            server.decide(login.user_code, user="alice")

    token = client.poll_device_code(login, on_poll=progress, tenant="t")
    assert (token.scope, client.waits) == ("read", [5, 5, 5])
    assert seen == [(1, "authorization_pending", 5), (2, "authorization_pending", 5)]
    assert server.seen("token")[-1].param("tenant") == "t"
    assert server.find(token).subject == "alice"


def test_device_code_asks_once(server, client):
    """`device_code` is a single question: pending is raised, as is the second use of a code."""
    login = client.authorize_device()
    server.authority.clock.advance(6)
    with pytest.raises(ServerRefusal) as caught:
        client.device_code(login)
    assert caught.value.error == "authorization_pending"
    server.decide(login.user_code)
    assert client.device_code(login.device_code).access_token
    with pytest.raises(ServerRefusal, match="invalid_grant"):
        client.device_code(login)


def test_a_declined_login_ends(server, client):
    """`access_denied` ends the polling at once, without a token."""
    login = client.authorize_device()
    server.decide(login.user_code, approve=False)
    with pytest.raises(ServerRefusal) as caught:
        client.poll_device_code(login)
    assert caught.value.error == "access_denied"
    assert client.waits == [5]


def test_a_poll_never_goes_past_the_end(server, client):
    """Where nobody decides, the polling ends when the code does: `expired_token`, and a person must start again."""
    login = client.authorize_device()
    with pytest.raises(ReauthorizationRequired) as caught:
        client.poll_device_code(login)
    assert caught.value.error == "expired_token"
    assert sum(client.waits) < 300
    assert server.count("token") == 59


def test_the_servers_expired_token_is_the_same_error(server, client):
    """A server that says `expired_token` first is answered with the same kind of error."""
    server.inject(faults.error("expired_token"), "token")
    with pytest.raises(ReauthorizationRequired) as caught:
        client.poll_device_code(client.authorize_device())
    assert (caught.value.error, caught.value.status_code) == ("expired_token", 400)


def test_a_short_lived_login_is_asked_about_once(server):
    """A code that lives shorter than the interval is asked about before its end."""
    server.settings.pending_lifetime = 4
    server.settings.decide_at_once = True
    client = Client(server)
    assert client.poll_device_code(client.authorize_device()).access_token
    assert client.waits == [2]


def test_slow_down_retry_after_and_time_outs(server):
    """`slow_down` adds five seconds, `Retry-After` lengthens one pause, time-outs and 503 double the interval."""
    clock = ManualClock()
    polling = Polling(DeviceCodeGrant("dc"), expires_at=clock() + 600, interval=5, clock=clock)
    steps = [
        (ServerRefusal("", error="slow_down", status_code=400), 10),
        (ServerRefusal("", error="authorization_pending", status_code=400), 10),
        (ServerRefusal("", error="authorization_pending", status_code=400, retry_after=30), 30),
        (ServerRefusal("", error="authorization_pending", status_code=400, retry_after=1), 10),
        (TransportError("late", timeout=True), 20),
        (ServerRefusal("", error="temporarily_unavailable", status_code=503), 40),
        (ServerRefusal("", error="too_many_requests", status_code=429, retry_after=50), 80),
    ]
    for problem, pause in steps:
        drive(polling.judging(problem))
        command = next(polling.pausing())
        assert command.seconds == pause
        clock.advance(pause)


def test_connections_that_break(server, client):
    """A connection that breaks is a delay, three times in a row; a server that is gone ends the polling."""
    server.settings.pending_lifetime = 1e6
    login = client.authorize_device()
    pending = faults.error("authorization_pending")
    for fault in (*[faults.dropped()] * 3, pending, *[faults.dropped()] * 3, pending):
        server.inject(fault, "token")
    server.decide(login.device_code, user="alice")
    clock = server.authority.clock
    polling = Polling(DeviceCodeGrant(login.device_code), expires_at=clock() + 1e6, clock=clock)
    while (token := client.poll_once(polling)) is None:
        continue
    assert (token.access_token != "", server.count("token")) == (True, 9)
    assert client.waits == [5, 10, 20, 40, 40, 80, 160, 320, 320]
    server.inject(faults.dropped(), "token", times=None)
    with pytest.raises(TransportError):
        client.poll_device_code(client.authorize_device())
    assert server.count("token") == 9 + 4


def test_time_spent_elsewhere_counts(server, client):
    """A job that is called late does not wait again: the pause is reckoned from the last question."""
    login = client.authorize_device()
    job = DeviceAuthorizationPollingJob(client, login)
    assert job() is None
    server.authority.clock.advance(3)
    assert job() is None
    server.authority.clock.advance(60)
    assert job() is None
    assert client.waits == [5, 2, 0]


@pytest.mark.parametrize(
    "fault",
    [
        faults.html_ok(),
        faults.html_error(500),
        faults.error("invalid_grant"),
        faults.redirect("https://other.test/"),
        faults.without("access_token"),
    ],
    ids=["html", "500", "invalid_grant", "redirect", "no token"],
)
def test_whatever_else_is_answered_ends_the_polling(server, client, fault):
    """HTML, another error, a redirect or an answer without a token ends the polling in its own error, at once."""
    server.settings.decide_at_once = True
    login = client.authorize_device()
    server.inject(fault, "token")
    with pytest.raises(OAuthError) as caught:
        client.poll_device_code(login)
    assert isinstance(caught.value, (ServerRefusal, ProtocolViolation, TransportError, InvalidTokenResponse))
    assert server.count("token") == 1


def test_what_the_callback_raises_ends_the_polling(server, client):
    """A person at this end can give up: what `on_poll` raises comes out."""

    class GivenUp(Exception):
        pass

    def give_up(_):
        raise GivenUp

    with pytest.raises(GivenUp):
        client.poll_device_code(client.authorize_device(), on_poll=give_up)
    assert server.count("token") == 1


def test_jobs(server, client):
    """A job is called until it returns a token; a `slow_down` shows in its interval; the code may be bare text."""
    login = client.authorize_device()
    job = DeviceAuthorizationPollingJob(client, login, slow_down_interval=3)
    server.inject(faults.error("slow_down"), "token")
    assert job() is None
    assert job.interval == 8
    server.decide(login.user_code)
    assert job().access_token
    login = client.authorize_device()
    server.decide(login.user_code)
    bare = DeviceAuthorizationPollingJob(client, login.device_code, interval=1)
    assert bare().access_token
    assert client.waits[-1] == 1
    assert "asked 1 times" in repr(bare)


def test_ciba_login(server, client):
    """A person is asked on their own device, by a hint, and the token is theirs."""
    login = client.backchannel_authentication_request(
        "openid read", login_hint="alice", binding_message="B-17", requested_expiry=60
    )
    sent = dict(server.seen("backchannel")[0].form)
    assert (sent["login_hint"], sent["binding_message"], login.expires_in) == ("alice", "B-17", 60)
    assert "request" not in sent
    job = BackChannelAuthenticationPollingJob(client, login)
    assert job() is None
    server.decide(login.auth_req_id)
    assert job().scope == "openid read"
    login = client.backchannel_authentication_request(login_hint="alice")
    assert dict(server.seen("backchannel")[1].form)["scope"] == "openid"
    server.decide(login.auth_req_id)
    assert client.poll_ciba(login).access_token
    with pytest.raises(ServerRefusal, match="invalid_grant"):
        client.ciba(login)


def test_ciba_needs_exactly_one_hint(server, client):
    """Without a hint, or with two, nothing is sent; an ID token hint may be the token that holds it."""
    for hints in ({}, {"login_hint": "a", "login_hint_token": "b"}):
        with pytest.raises(UsageError, match="exactly one"):
            client.backchannel_authentication_request(**hints)
    assert server.count("backchannel") == 0
    client.backchannel_authentication_request(id_token_hint={"id_token": "an.id.token"}, acr_values=["1", "2"])
    sent = dict(server.seen("backchannel")[0].form)
    assert (sent["id_token_hint"], sent["acr_values"]) == ("an.id.token", "1 2")


def test_jobs_take_a_client_of_their_colour(server):
    """A job of the other colour is a TypeError at construction."""
    pairs = [(DeviceAuthorizationPollingJob, AsyncClient), (AsyncBackChannelAuthenticationPollingJob, Client)]
    for job, client in pairs:
        with pytest.raises(TypeError, match=f"takes no {client.__name__}; .* does"):
            job(client(server), "code")


def test_asynchronous_logins(server):
    """The asynchronous methods and jobs do the same; a cancelled one leaves while it waits."""

    async def main():
        client = AsyncClient(server)
        login = await client.authorize_device()
        job = AsyncDeviceAuthorizationPollingJob(client, login)
        assert await job() is None
        server.decide(login.user_code)
        token = await job()
        login = await client.backchannel_authentication_request(login_hint="alice")
        server.decide(login.auth_req_id)
        seen = []

        async def progress(step):
            seen.append(step.error)

        await AsyncBackChannelAuthenticationPollingJob(client, login, on_poll=progress)()
        login = await client.authorize_device()
        client._pass = lambda seconds: asyncio.sleep(30)
        task = asyncio.ensure_future(client.poll_device_code(login))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return token

    assert asyncio.run(main()).access_token


def test_the_two_colours_are_equal():
    """Sync and async methods have the same names, parameters and docstrings."""

    def public(cls):
        return {name: value for name, value in inspect.getmembers(cls, inspect.isfunction) if name[0] != "_"}

    one, other = public(EndpointMethods), public(AsyncEndpointMethods)
    assert set(one) == set(other)
    for name, method in one.items():
        assert list(inspect.signature(method).parameters) == list(inspect.signature(other[name]).parameters), name
        assert method.__doc__ == other[name].__doc__, name


def test_the_fake_server_is_strict(server):
    """It refuses who may not ask: an unregistered client, a public one for CIBA, another's code, too fast a poll."""
    server.register(RegisteredClient("kiosk"))
    server.register(RegisteredClient("web", "x", grant_types=("authorization_code",)))
    login = Client(server).authorize_device()
    kiosk = Client(server, client_id="kiosk", client_secret=None, token_endpoint_auth_method="none")
    with pytest.raises(ServerRefusal, match="invalid_grant"):
        kiosk.device_code(login)
    with pytest.raises(ServerRefusal, match="invalid_client"):
        kiosk.backchannel_authentication_request(login_hint="alice")
    web = Client(server, client_id="web", client_secret="x")
    for begin in (web.authorize_device, lambda: web.backchannel_authentication_request(login_hint="alice")):
        with pytest.raises(ServerRefusal, match="unauthorized_client"):
            begin()
    with pytest.raises(ServerRefusal, match="unknown_user_id"):
        Client(server).backchannel_authentication_request(login_hint="nobody")
    with pytest.raises(ServerRefusal, match="slow_down"):
        Client(server).device_code(login)
    with pytest.raises(KeyError):
        server.decide("no such code")
    server.settings.decide_at_once = True
    server.decision = Decision(approve=False)
    with pytest.raises(ServerRefusal, match="access_denied"):
        kiosk.poll_device_code(kiosk.authorize_device())


def test_a_polled_code_is_sent_as_configured(server, client):
    """What is posted is the grant and what was asked to go with it, nothing of an earlier call."""
    login = client.authorize_device()
    server.decide(login.user_code)
    client.poll_device_code(login, resource=["https://a/", "https://b/"])
    sent = server.seen("token")[0].form
    assert [value for name, value in sent if name == "resource"] == ["https://a/", "https://b/"]
    assert ("grant_type", DeviceCodeGrant.grant_type) in sent
