"""The face of the fake server: its log, its way to send, direct access to tokens, and plug-ins."""

import asyncio
from importlib.metadata import EntryPoint, EntryPoints
from threading import Thread
from urllib.parse import urlencode

import pytest

import oauth_core.testing
from oauth_core._drivers import arun, run
from oauth_core._errors import TransportError
from oauth_core._messages import Request
from oauth_core._messages import send as send_flow
from oauth_core.testing import (
    TESTING_PLUGIN_GROUP,
    Endpoint,
    FakeAuthorizationServer,
    FakeUser,
    ManualClock,
    RegisteredClient,
    authenticate,
    faults,
    json_response,
    read_form,
)
from tests.core.testing_support import FORM, basic, bearer, error, get, new_server, post, token


@pytest.fixture
def server():
    return new_server()


# The log.


def test_every_request_is_logged_as_it_was_seen(server):
    """The log holds endpoint, method, URL, headers, body, status and time of each request, oldest first."""
    token(server, grant_type="client_credentials", scope="read")
    server.authority.clock.advance(5)
    get(server, "/api/x?a=1&b=", ("X-Trace", "7"))
    first, second = server.requests
    assert (first.endpoint, first.method, first.path, first.status) == ("token", "POST", "/token", 200)
    assert first.form == (("grant_type", "client_credentials"), ("scope", "read"))
    assert (first.param("scope"), first.header("authorization")) == ("read", basic()[1])
    assert (second.endpoint, second.status, second.header("x-trace")) == ("api", 401, "7")
    assert (second.query, second.form, second.param("a")) == ((("a", "1"), ("b", "")), (), "1")
    assert second.at - first.at == 5


def test_requests_are_counted_by_endpoint_or_path(server):
    """count() and seen() take an endpoint's name or a path; clear_log() starts anew."""
    for path in ("/api/x", "/api/y", "/api/x"):
        get(server, path)
    assert [server.count(on) for on in ("api", "/api/x", "/api/y", "token")] == [3, 2, 1, 0]
    assert [seen.path for seen in server.seen("/api/x")] == ["/api/x", "/api/x"]
    server.clear_log()
    assert (server.requests, server.count("api")) == ((), 0)


def test_the_log_keeps_the_start_of_a_large_body(server):
    """A body is logged up to 64 KiB, with its whole size."""
    server.send(Request("POST", server.url("/public/x"), (), b"x" * 70_000))
    seen = server.requests[0]
    assert (len(seen.body), seen.body_size) == (65536, 70_000)


def test_no_repr_shows_a_secret(server):
    """Clients, people, tokens, codes, the log and the server itself show no secret when printed."""
    members = server.issue_token("app")
    query = urlencode({"client_id": "app", "response_type": "code", "redirect_uri": "https://client.test/callback"})
    callback = server.authorize(f"{server.authorization_endpoint}?{query}")
    code = callback.partition("code=")[2].partition("&")[0]
    token(server, basic(), grant_type="password", username="alice", password="wonderland")
    post(server, "/token", {"grant_type": "authorization_code", "code": code}, basic())
    shown = repr(
        [
            server,
            server.authority,
            server.authority.tokens,
            list(server.authority.tokens),
            server.authority.tokens.find_code(code),
            server.authority.clients,
            server.authority.users,
            server.requests,
            server.authority.clock,
        ]
    )
    for secret in ("s3cret", "wonderland", code, members["access_token"], members["refresh_token"], basic()[1]):
        assert str(secret) not in shown


def test_threads_may_share_a_server(server):
    """Many threads that spend one refresh token get one success, and every request is in the log."""
    members = server.issue_token("app")
    answers = []

    def spend():
        answers.append(token(server, grant_type="refresh_token", refresh_token=members["refresh_token"]).status)

    threads = [Thread(target=spend) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [400] * 15
    assert server.count("token") == 16


# Sending.


def test_send_drives_a_flow(server):
    """A flow runs over send() and asend() without a socket."""
    request = Request("GET", server.url("/public/x"))
    assert run(send_flow(request), server.send).status == 200
    assert asyncio.run(arun(send_flow(request), server.asend, sleep=asyncio.sleep)).status == 200


def test_asend_does_what_send_does():
    """asend() waits with a sleep of either colour, reads to the end, and reports what is dropped or too large."""

    async def scenario(server):
        request = Request("GET", server.url("/public/x"))
        server.inject(faults.slow(3), "public")
        answer = await server.asend(request)
        server.inject(faults.dropped(), "public")
        with pytest.raises(TransportError, match="closed"):
            await server.asend(request)
        server.inject(faults.endless(), "public")
        with pytest.raises(TransportError, match="larger"):
            await server.asend(request)
        return answer

    for colour in ("sleep", "asleep"):
        clock = ManualClock()
        answer = asyncio.run(scenario(new_server(clock=clock, sleep=getattr(clock, colour))))
        assert (answer.json()["path"], clock.slept) == ("/public/x", [3])


def test_send_refuses_an_asynchronous_sleep():
    """A server with an asynchronous sleep cannot wait in send(), and says to use asend()."""
    clock = ManualClock()
    server = new_server(clock=clock, sleep=clock.asleep)
    server.inject(faults.slow(3), "public")
    with pytest.raises(TypeError, match="asend"):
        get(server, "/public/x")


def test_a_body_may_come_as_a_stream(server):
    """handle() takes the body of any request in chunks, and the log has it whole."""
    request = Request("POST", server.token_endpoint, (basic(), ("Content-Type", FORM)))
    answer = server.handle(request, body=iter([b"grant_type=client", b"_credentials"]))
    assert answer.status == 200
    assert server.requests[0].body == b"grant_type=client_credentials"


# Tokens without requests.


def test_a_token_is_issued_directly():
    """issue_token() returns a token response with expires_at, good at once, and logs nothing."""
    server = new_server(users=[FakeUser("bob", claims={"sub": "u-1"})])
    members = server.issue_token("app", scope="read", user="bob", expires_in=60)
    assert members["expires_at"] == server.authority.clock() + 60
    assert (members["expires_in"], members["scope"]) == (60, "read")
    assert server.find(members).subject == "u-1"
    assert server.requests == ()
    assert get(server, "/api/x", bearer(members)).status == 200
    assert "refresh_token" not in server.issue_token("app", refresh=False)


def test_a_token_expires_and_is_revoked_by_hand(server):
    """expire() and revoke() end just the token that is named, by value or by its response."""
    one, two, three = (server.issue_token("app") for _ in range(3))
    server.expire(one)
    server.revoke(str(two["access_token"]))
    assert [get(server, "/api/x", bearer(members)).status for members in (one, two, three)] == [401, 401, 200]
    renewed = token(server, grant_type="refresh_token", refresh_token=one["refresh_token"])
    assert renewed.status == 200
    server.expire(str(two["refresh_token"]))
    response = token(server, grant_type="refresh_token", refresh_token=two["refresh_token"])
    assert error(response) == (400, "invalid_grant")


def test_what_was_never_issued_is_not_found(server):
    """A token of another server, an unknown client, person or endpoint is a KeyError."""
    with pytest.raises(KeyError, match="did not issue"):
        server.find("guess")
    with pytest.raises(KeyError):
        server.issue_token("nobody")
    with pytest.raises(KeyError):
        server.issue_token("app", user="nobody")
    with pytest.raises(KeyError):
        server.endpoint("nothing")


def test_randomness_is_the_callers():
    """Codes and tokens are what the given function returns."""
    values = iter(f"value-{number}" for number in range(9))
    server = FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret")], random=lambda: next(values))
    members = server.issue_token("app")
    assert [members["access_token"], members["refresh_token"]] == ["value-1", "value-2"]


# Extensions.


def test_an_endpoint_can_be_added(server):
    """A new endpoint authenticates with the server's own tools and appears in metadata, log and faults."""

    def kiosk(authority, exchange):
        form = read_form(exchange.request)
        client, method = authenticate(authority, exchange.request, form)
        return json_response({"client": client.client_id, "method": method})

    server.add_endpoint("/kiosk", Endpoint("kiosk", kiosk, "kiosk_endpoint"))
    assert post(server, "/kiosk", {"client_id": "spa"}).json() == {"client": "spa", "method": "none"}
    assert server.metadata["kiosk_endpoint"] == server.endpoint("kiosk")
    server.inject(faults.unavailable(), "kiosk")
    assert post(server, "/kiosk", {"client_id": "spa"}).status == 503
    assert server.count("kiosk") == 2


class ByHeader:
    """A way to authenticate that believes a header; it goes by two names."""

    def read(self, authority, request, form):
        return request.header("x-client")

    def verify(self, authority, client, request, form):
        return str(client.metadata["by"])


def test_a_plugin_is_loaded_by_the_name_that_a_client_needs(monkeypatch):
    """Registering a client with an unknown method or grant loads the installed plug-in of that name, once."""
    loaded = []

    def install(authority):
        loaded.append(authority)
        method = ByHeader()
        authority.auth_methods.update(by_header=method, by_other_header=method)

    monkeypatch.setattr(oauth_core.testing, "_plugin_for_test", install, raising=False)
    entry = EntryPoint("by_header", "oauth_core.testing:_plugin_for_test", TESTING_PLUGIN_GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **wanted: EntryPoints([entry]).select(**wanted))
    server = new_server()
    server.register(RegisteredClient("one", auth_methods=("by_header",), metadata={"by": "by_header"}))
    server.register(RegisteredClient("two", auth_methods=("by_header",), metadata={"by": "by_other_header"}))
    assert loaded == [server.authority]
    assert token(server, ("X-Client", "one"), grant_type="client_credentials").status == 200
    assert error(token(server, ("X-Client", "two"), grant_type="client_credentials")) == (401, "invalid_client")
    both = token(server, ("X-Client", "one"), basic(), grant_type="client_credentials")
    assert error(both) == (400, "invalid_request")
    assert "by_other_header" in server.metadata["token_endpoint_auth_methods_supported"]


def test_a_name_that_no_plugin_knows_is_refused(server):
    """A client that needs a method or a grant which nothing adds cannot be registered."""
    with pytest.raises(ValueError, match="'telepathy'"):
        server.register(RegisteredClient("x", auth_methods=("telepathy",)))
    with pytest.raises(ValueError, match="'urn:test:x'"):
        server.register(RegisteredClient("x", grant_types=("urn:test:x",)))


def test_a_plugin_can_be_installed_by_hand(server):
    """install() hands the authority to a function, after which its names can be registered."""
    server.install(lambda authority: authority.auth_methods.update(by_header=ByHeader()))
    client = RegisteredClient("one", auth_methods=("by_header",), metadata={"by": "by_header"})
    assert server.register(client) is client


def test_the_public_names_are_what_the_package_says():
    """__all__ holds every public name of the package once, and nothing that is not there."""
    names = oauth_core.testing.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(oauth_core.testing, name) for name in names)
    assert all(hasattr(faults, name) for name in faults.__all__)
