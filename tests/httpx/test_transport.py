"""What reaches the authorization server, and what becomes of its answers: laws 1, 2 and 9 on HTTPX and httpx2."""

import logging
import socket
import ssl
import time

import pytest

from oauth_core import InsecureTransportError, ProtocolViolation, ServerRefusal, TransportError, UsageError
from oauth_core.testing import faults
from oauth_httpx import _transport
from tests.httpx.flavours import FLAVOURS, endpoints


def test_nothing_of_the_users_client_reaches_the_token_endpoint(flavour, server):
    """Default headers, parameters, cookies, auth and base URL of the client stay out of a token request."""

    async def scenario(flavour):
        async with flavour.client(
            "app",
            "s3cret",
            headers={"X-Api-Key": "k", "User-Agent": "mine"},
            params={"page": "1"},
            cookies={"session": "c"},
            base_url=server.url("/api/"),
            **endpoints(server),
        ) as client:
            await client.fetch_token(timeout=5)
            assert (await client.get("things")).status_code == 200
        seen = server.seen("token")[0]
        names = {name.lower() for name, _ in seen.headers}
        assert names == {
            "accept",
            "accept-encoding",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
        }
        assert seen.header("user-agent") == f"oauth-httpx {flavour.native.__name__}/{flavour.native.__version__}"
        assert seen.header("accept-encoding") == "gzip, deflate"
        assert seen.query == ()
        api = server.seen("/api/things")[0]
        assert (api.header("x-api-key"), api.header("cookie"), api.query) == ("k", "session=c", (("page", "1"),))

    flavour.run(scenario)


def test_event_hooks_see_api_calls_only(flavour, server):
    """A ``raise_for_status`` hook does not touch the server's answer, and goes on working for API calls."""
    urls = []

    def on_request(request):
        urls.append(request.url.path)

    async def on_request_async(request):
        urls.append(request.url.path)

    def on_response(response):
        response.raise_for_status()

    async def on_response_async(response):
        response.raise_for_status()

    hooks = {"request": [on_request], "response": [on_response]}
    hooks_async = {"request": [on_request_async], "response": [on_response_async]}

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with flavour.client(
            "app", "wrong", event_hooks=hooks_async if flavour.is_async else hooks, token=token, **endpoints(server)
        ) as client:
            with pytest.raises(ServerRefusal, match="invalid_client"):
                await client.fetch_token()
            with pytest.raises(flavour.native.HTTPStatusError):
                await client.get(server.url("/api/status/500"))
        assert urls == ["/api/status/500"]

    flavour.run(scenario)


def test_cookies_of_the_server_are_neither_kept_nor_sent(flavour, server):
    """``Set-Cookie`` of the token endpoint is not kept in the client's jar and not sent back."""
    from oauth_core import Response

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            body = b'{"access_token": "a", "token_type": "Bearer"}'
            headers = (("Set-Cookie", "sid=1; Path=/"), ("Content-Type", "application/json"))
            server.inject(faults.respond(Response(200, headers, body)), "token")
            await client.fetch_token()
            assert not list(flavour.raw(client).cookies.jar)
            await client.fetch_token()
        assert server.seen("token")[1].header("cookie") is None

    flavour.run(scenario)


def test_a_redirecting_token_endpoint_is_not_followed(flavour, server, elsewhere):
    """A 307 of the token endpoint is an error; the client secret is not posted to where it points."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", follow_redirects=True, **endpoints(server)) as client:
            server.inject(faults.redirect(elsewhere.token_endpoint), "token")
            with pytest.raises(ProtocolViolation, match="never followed"):
                await client.fetch_token()
        assert elsewhere.requests == ()

    flavour.run(scenario)


def test_a_huge_answer_is_not_read_to_its_end(flavour, server):
    """An answer past 1 MiB raises ``TransportError``, announced or not."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            for announced in (True, False):
                server.inject(faults.huge(announced=announced), "token")
                with pytest.raises(TransportError, match="1048576 bytes"):
                    await client.fetch_token()

    flavour.run(scenario)


def test_a_dripping_answer_ends_at_the_deadline(flavour, server, monkeypatch):
    """An answer that drips is given up when its time is over, however promptly each byte comes."""
    from oauth_core import BodyReader

    def short(*args, **kwargs):
        return BodyReader(*args, deadline=0.4, **kwargs)

    monkeypatch.setattr(_transport, "BodyReader", short)

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            server.inject(faults.dripping(0.1), "token")
            start = time.monotonic()
            with pytest.raises(TransportError, match="complete") as caught:
                await client.fetch_token()
            assert time.monotonic() - start < 2
            assert caught.value.timeout

    flavour.run(scenario)


def test_a_slow_answer_times_out(flavour, server):
    """``timeout`` of one call, in seconds, is kept; the error says that time ran out."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            server.inject(faults.slow(5), "token")
            with pytest.raises(TransportError, match="ReadTimeout") as caught:
                await client.fetch_token(timeout=0.3)
            assert caught.value.timeout

    flavour.run(scenario)


@pytest.mark.parametrize("given", [None, 0.3])
def test_the_timeout_is_ten_seconds_unless_set(flavour, server, given):
    """Each operation gets 10 s; a ``timeout`` of the constructor, or assigned later, is taken instead."""
    seen = []

    async def scenario(flavour):
        options = {} if given is None else {"timeout": given}
        async with flavour.client("app", "s3cret", **options, **endpoints(server)) as client:
            raw = flavour.raw(client)
            assert raw._server._native(_request(), {}).extensions["timeout"]["read"] == (given or 10)
            raw.timeout = 7
            assert raw._server._native(_request(), {}).extensions["timeout"]["read"] == 7
            seen.append(raw._server._native(_request(), {"timeout": (1, 2)}).extensions["timeout"])
        assert seen[0]["connect"] == 1 and seen[0]["read"] == 2

    flavour.run(scenario)


def _request():
    from oauth_core import Request

    return Request("POST", "https://as.test/token")


def test_a_dead_endpoint_is_a_transport_error_without_secrets(flavour):
    """A refused connection raises ``TransportError`` that names the place but no query, and holds no native object."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async def scenario(flavour):
        async with flavour.client("app", "s3cret") as client:
            with pytest.raises(TransportError) as caught:
                await client.fetch_token(f"http://127.0.0.1:{port}/token?key=hush", method="GET")
        exc = caught.value
        assert f"GET http://127.0.0.1:{port}/token got no answer: ConnectError" in str(exc)
        assert "hush" not in str(exc) and "s3cret" not in str(exc)
        assert not exc.timeout
        while exc is not None:
            assert not type(exc).__module__.startswith("httpx")
            exc = exc.__cause__ or exc.__context__

    flavour.run(scenario)


def test_a_dropped_connection_is_a_transport_error(flavour, server):
    """A connection that the server closes without an answer raises ``TransportError``."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            server.inject(faults.dropped(), "token")
            with pytest.raises(TransportError, match="RemoteProtocolError"):
                await client.fetch_token()

    flavour.run(scenario)


def test_a_compressed_answer_is_read(flavour, server):
    """A gzip answer is decoded; a coding that was not asked for is refused."""
    import gzip

    from oauth_core import Response

    body = gzip.compress(b'{"access_token": "a", "token_type": "Bearer"}')

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            kind = ("Content-Type", "application/json")
            server.inject(faults.respond(Response(200, (kind, ("Content-Encoding", "gzip")), body)), "token")
            assert (await client.fetch_token())["access_token"] == "a"
            server.inject(faults.respond(Response(200, (kind, ("Content-Encoding", "br")), body)), "token")
            with pytest.raises(TransportError, match="not asked for"):
                await client.fetch_token()

    flavour.run(scenario)


def test_a_transport_of_the_user_carries_both_and_is_closed_once(flavour, server):
    """A ``transport`` or mount given to the client carries the server's requests too, and is closed once."""
    closed = []

    def answer(request):
        if request.url.path == "/token":
            return flavour.native.Response(200, json={"access_token": "a", "token_type": "Bearer"})
        return flavour.native.Response(200, json={"seen": request.headers["Authorization"]})

    class Transport(flavour.native.MockTransport):
        def close(self):
            closed.append(self)

        async def aclose(self):
            closed.append(self)

    async def scenario(flavour):
        for options in ({"transport": Transport(answer)}, {"mounts": {"all://": Transport(answer)}}):
            async with flavour.client("app", "s3cret", token_endpoint="https://as.test/token", **options) as client:
                await client.fetch_token()
                assert (await client.get("https://api.test/")).json() == {"seen": "Bearer a"}
        assert len(closed) == 2

    flavour.run(scenario)


def test_a_url_that_cannot_be_requested_is_refused(flavour):
    """An endpoint that the library cannot read as a URL is a ``UsageError``."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret") as client:
            with pytest.raises(UsageError):
                await client.fetch_token("https://as.test:99999/token")
            with pytest.raises(UsageError):
                await client.fetch_token("https://[::/token")
            with pytest.raises(UsageError, match="can be requested"):
                await client.fetch_token("https://\u00ad\u2603.test/token")
            with pytest.raises(InsecureTransportError):
                await client.fetch_token("http://attacker.test/token")

    flavour.run(scenario)


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_one_tls_context_serves_both(library):
    """The TLS context is made once, by the library's own rules, for API requests and the server's."""
    flavour = next(f for f in FLAVOURS if f.name == f"{library}-sync")
    context = ssl.create_default_context()
    with flavour.module.OAuth2Client(verify=context) as client:
        assert client._server._options["verify"] is context
    with flavour.module.OAuth2Client() as client:
        assert isinstance(client._server._options["verify"], ssl.SSLContext)


def test_no_secret_reaches_a_log(flavour, server, caplog):
    """At DEBUG, with every logger on, no record holds a secret, a code or a token."""
    caplog.set_level(logging.DEBUG)

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            token = await client.fetch_token(username="alice", password="wonderland")
            await client.get(server.url("/api/things"))
            server.revoke(token["access_token"])
            await client.get(server.url("/api/things"))
            return [token["access_token"], token["refresh_token"], client.token["access_token"], repr(client)]

    *secrets, shown = flavour.run(scenario)
    assert caplog.records
    for record in [*(r.getMessage() for r in caplog.records), shown]:
        for secret in ("s3cret", "wonderland", *secrets):
            assert secret not in record
