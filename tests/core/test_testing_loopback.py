"""The fake server on a socket: HTTP/1.1 as clients speak it, streams, faults, and a clean end."""

import http.client
import json
import socket
import ssl
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient, faults
from tests.core.testing_support import basic, bearer

MEGABYTE = 1024 * 1024


@pytest.fixture
def loopback():
    server = FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret")])
    with LoopbackServer(server) as running:
        yield running


def connect(loopback):
    parts = urlsplit(loopback.url)
    return closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=20))


def ask(connection, method, path, body=None, *headers):
    connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    return response, response.read()


def good(loopback):
    return bearer(loopback.server.issue_token("app", scope="read"))


def raw(loopback, data):
    """Send bytes as they are, and return all that comes back until the server closes."""
    parts = urlsplit(loopback.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as plain:
        plain.sendall(data)
        return b"".join(iter(lambda: plain.recv(65536), b""))


def test_the_issuer_is_the_url_it_listens_on():
    """Starting moves the issuer to the loopback URL, with the issuer's path, and both metadata places answer."""
    with LoopbackServer(FakeAuthorizationServer("https://as.test/one")) as loopback, connect(loopback) as connection:
        assert loopback.server.issuer == f"{loopback.url}/one"
        assert urlsplit(loopback.url).hostname == "127.0.0.1"
        for path in ("/.well-known/oauth-authorization-server/one", "/one/.well-known/openid-configuration"):
            _, body = ask(connection, "GET", path)
            assert json.loads(body)["token_endpoint"] == f"{loopback.url}/one/token"


def test_every_method_is_answered_on_one_connection(loopback):
    """GET, POST, PUT, PATCH, DELETE, OPTIONS and HEAD reach the server over one kept connection."""
    with connect(loopback) as connection:
        ask(connection, "GET", "/public/x")
        kept = connection.sock
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"):
            response, body = ask(connection, method, "/public/x?a=1", b"hello")
            assert (response.status, response.version) == (200, 11)
            if method == "HEAD":
                assert body == b""
                assert int(response.headers["Content-Length"]) > 100
            else:
                echo = json.loads(body)
                assert (echo["method"], echo["body"], echo["query"]) == (method, "hello", [["a", "1"]])
        assert connection.sock is kept
    assert loopback.server.requests[1].url == f"{loopback.url}/public/x?a=1"


def test_a_token_is_fetched_and_used_over_the_socket(loopback):
    """The token endpoint and the protected resource work as they do in memory."""
    form = ("Content-Type", "application/x-www-form-urlencoded")
    with connect(loopback) as connection:
        response, body = ask(connection, "POST", "/token", "grant_type=client_credentials", form, basic())
        assert response.headers["Cache-Control"] == "no-store"
        response, _ = ask(connection, "GET", "/api/x", None, bearer(json.loads(body)))
        assert response.status == 200
        response, _ = ask(connection, "GET", "/api/x")
        assert (response.status, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
        response, body = ask(connection, "GET", "/api/status/204", None, good(loopback))
        assert (response.status, body, response.headers["Content-Length"]) == (204, b"", None)
    assert [loopback.server.count(name) for name in ("token", "api")] == [1, 3]


def test_a_second_server_is_a_second_origin(loopback):
    """Two servers at once listen on two ports and see only their own requests."""
    with LoopbackServer() as other:
        assert other.url != loopback.url
        with connect(loopback) as connection:
            target = f"{other.url}/public/x"
            response, _ = ask(connection, "GET", f"/public/redirect?status=307&to={target}")
            assert (response.status, response.headers["Location"]) == (307, target)
        with connect(other) as connection:
            assert ask(connection, "GET", "/public/x")[0].status == 200
        assert [seen.path for seen in other.server.requests] == ["/public/x"]


def test_streams_are_not_held_in_memory(loopback):
    """64 MB up (chunked) and down are counted right while server and client together hold less than 2 MB."""
    size = 64 * MEGABYTE
    header = good(loopback)
    block = bytes(65536)
    with connect(loopback) as connection:
        tracemalloc.start()
        try:
            body = (block for _ in range(size // len(block)))
            _, answer = ask(connection, "POST", "/api/upload", body, header)
            connection.request("GET", f"/api/stream?size={size}", headers=dict([header]))
            response = connection.getresponse()
            received = sum(len(chunk) for chunk in iter(lambda: response.read(65536), b""))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert json.loads(answer)["bytes"] == size
    assert (received, response.headers["Content-Length"]) == (size, str(size))
    assert peak < 2 * MEGABYTE


def test_a_refused_upload_is_read_to_its_end(loopback):
    """An upload without a token is answered 401 after its body, and the connection can be used again."""
    with connect(loopback) as connection:
        response, _ = ask(connection, "POST", "/api/upload", b"x" * MEGABYTE)
        assert response.status == 401
        assert ask(connection, "GET", "/public/x")[0].status == 200


def test_expect_continue_is_answered(loopback):
    """A client that waits for 100 Continue is told to go on at once."""
    parts = urlsplit(loopback.url)
    head = (
        b"POST /public/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as plain:
        plain.sendall(head)
        assert plain.recv(100).startswith(b"HTTP/1.1 100 ")
        plain.sendall(b"hello")
        answer = b"".join(iter(lambda: plain.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"body": "hello"' in answer


def test_an_old_client_gets_an_unframed_body(loopback):
    """An HTTP/1.0 client gets a body of unknown size without chunks, ended by the connection."""
    loopback.server.inject(faults.huge(100_000, announced=False), "public")
    answer = raw(loopback, b"GET /public/x HTTP/1.0\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body == b" " * 100_000


def test_a_body_of_unknown_size_is_chunked(loopback):
    """An answer without an announced size is sent in chunks, and the connection stays usable."""
    loopback.server.inject(faults.huge(100_000, announced=False), "public")
    with connect(loopback) as connection:
        response, body = ask(connection, "GET", "/public/x")
        assert (response.headers["Transfer-Encoding"], body) == ("chunked", b" " * 100_000)
        assert ask(connection, "GET", "/public/x")[0].status == 200


def test_trailers_and_chunk_extensions_are_read_over(loopback):
    """A chunked body may have extensions and trailers; what follows is the next request."""
    first = (
        b"POST /public/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
    )
    answer = raw(loopback, first + b"GET /public/y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert b'"body": "abcde"' in answer


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"X-Odd: gr\xfcn\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(loopback, head):
    """A body size that is no number, and a header outside ASCII, is answered 400 and the connection closed."""
    answer = raw(loopback, b"POST /token HTTP/1.1\r\nHost: x\r\n" + head)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert loopback.server.requests == ()


def test_an_absolute_target_is_taken_as_it_is(loopback):
    """A request line with a whole URL, as proxies get it, is logged as that URL; without Host the own one is used."""
    raw(loopback, b"GET http://api.test/public/x HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n")
    raw(loopback, b"GET /public/x HTTP/1.0\r\n\r\n")
    assert [seen.url for seen in loopback.server.requests] == ["http://api.test/public/x", f"{loopback.url}/public/x"]


@pytest.mark.parametrize("data", [b"GET /public/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", b"GET /pub"])
def test_a_client_that_leaves_is_forgotten(loopback, data):
    """A client that leaves in the middle of its request ends its thread and nothing else."""
    parts = urlsplit(loopback.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as plain:
        plain.sendall(data)
    wait_for(lambda: not connection_threads())
    with connect(loopback) as connection:
        assert ask(connection, "GET", "/public/x")[0].status == 200


def test_a_client_that_stops_reading_is_forgotten(loopback):
    """A client that leaves in the middle of an endless answer ends its thread."""
    loopback.server.inject(faults.endless(), "public")
    parts = urlsplit(loopback.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as plain:
        plain.sendall(b"GET /public/x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert len(plain.recv(65536)) > 0
    wait_for(lambda: not connection_threads())


# Faults that only a socket shows.


def test_a_slow_answer_is_slow(loopback):
    """slow() keeps the client waiting for that long."""
    loopback.server.inject(faults.slow(0.2), "public")
    with connect(loopback) as connection:
        begin = time.perf_counter()
        assert ask(connection, "GET", "/public/x")[0].status == 200
        assert 0.2 <= time.perf_counter() - begin < 5


def test_a_dripping_answer_drips(loopback):
    """dripping() sends byte after byte: the first is there long before the last."""
    loopback.server.inject(faults.dripping(0.01), "public")
    with connect(loopback) as connection:
        begin = time.perf_counter()
        connection.request("GET", "/public/status/200")
        response = connection.getresponse()
        first = response.read(1)
        early = time.perf_counter() - begin
        rest = response.read()
        assert json.loads(first + rest) == {"status": 200}
        assert time.perf_counter() - begin >= 0.01 * len(rest)
        assert early < 0.01 * len(rest)


def test_a_dropped_connection_is_closed_without_an_answer(loopback):
    """dropped() ends the connection before a status line; the next request gets its answer."""
    loopback.server.inject(faults.dropped(), "public")
    with connect(loopback) as connection:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            ask(connection, "GET", "/public/x")
        connection.close()
        assert ask(connection, "GET", "/public/x")[0].status == 200


# Start and end.


def connection_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("loopback-connection")]


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within ten seconds"
        time.sleep(0.005)


def test_start_and_end_are_quick_and_leave_nothing():
    """A server starts and ends within 50 ms each, and leaves no thread and nobody listening."""
    before = threading.enumerate()
    starts, ends = [], []
    for _ in range(5):
        loopback = LoopbackServer()
        begin = time.perf_counter()
        loopback.start()
        starts.append(time.perf_counter() - begin)
        with connect(loopback) as connection:
            assert ask(connection, "GET", "/public/x")[0].status == 200
            begin = time.perf_counter()
            loopback.close()
            ends.append(time.perf_counter() - begin)
        assert threading.enumerate() == before
        with pytest.raises(ConnectionRefusedError), connect(loopback) as connection:
            connection.connect()
    # The best of five: the machine may be busy with something else.
    assert min(starts) < 0.05
    assert min(ends) < 0.05


@pytest.mark.parametrize("fault", [faults.slow(60), faults.dripping(60), faults.endless()])
def test_the_end_wakes_what_waits(fault):
    """close() returns at once though a client is waiting for a slow, dripping or endless answer."""
    with LoopbackServer() as loopback:
        loopback.server.inject(fault, "public")
        parts = urlsplit(loopback.url)
        plain = socket.create_connection((parts.hostname, parts.port), timeout=20)
        plain.sendall(b"GET /public/x HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(lambda: loopback.server.requests)
        begin = time.perf_counter()
    assert time.perf_counter() - begin < 5
    assert connection_threads() == []
    plain.close()


def test_64_connections_are_served_at_once(loopback):
    """64 clients that all hold a connection are answered side by side."""
    loopback.server.inject(faults.slow(0.3), "public", times=None)
    barrier = threading.Barrier(64)

    def client():
        with connect(loopback) as connection:
            connection.connect()
            barrier.wait(20)
            return ask(connection, "GET", "/public/x")[0].status

    begin = time.perf_counter()
    with ThreadPoolExecutor(64) as pool:
        statuses = [future.result() for future in [pool.submit(client) for _ in range(64)]]
    assert statuses == [200] * 64
    # One after the other they would take 19 seconds.
    assert time.perf_counter() - begin < 10


def test_start_and_close_know_their_state():
    """The URL exists once started, a second start is refused, a second close does nothing, a restart works."""
    loopback = LoopbackServer()
    with pytest.raises(RuntimeError, match="not started"):
        _ = loopback.url
    assert repr(loopback) == "<LoopbackServer not started>"
    loopback.close()
    with loopback:
        assert repr(loopback) == f"<LoopbackServer {loopback.url}>"
        with pytest.raises(RuntimeError, match="started already"):
            loopback.start()
    loopback.close()
    with loopback, connect(loopback) as connection:
        assert ask(connection, "GET", "/public/x")[0].status == 200


def test_it_listens_on_ipv6_too():
    """host="::1" listens on the IPv6 loopback address."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    with LoopbackServer(host="::1") as loopback, connect(loopback) as connection:
        assert loopback.url.startswith("http://[::1]:")
        assert ask(connection, "GET", "/public/x")[0].status == 200


# HTTPS.


@pytest.fixture
def contexts():
    """The server's and the client's TLS contexts under one throw-away authority."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


def test_it_speaks_https(contexts):
    """With a TLS context the URL is https and requests are logged as such."""
    server, client = contexts
    with LoopbackServer(ssl_context=server) as loopback:
        parts = urlsplit(loopback.url)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=20, context=client)
        with closing(connection):
            assert ask(connection, "GET", "/public/x")[0].status == 200
        assert loopback.server.requests[0].url == f"{loopback.url}/public/x"
        assert parts.scheme == "https"


def test_no_handshake_begins_after_the_end(contexts):
    """A connection that comes while the server is being closed is not kept for its handshake."""
    loopback = LoopbackServer(ssl_context=contexts[0])
    loopback.stopping.set()
    ours, theirs = socket.socketpair()
    loopback._serve(ours, None)
    theirs.settimeout(20)
    assert theirs.recv(1) == b""
    theirs.close()


def test_a_failed_handshake_ends_with_the_server(contexts):
    """A client that speaks no TLS, or nothing at all, keeps nothing from ending."""
    server, _ = contexts
    with LoopbackServer(ssl_context=server) as loopback:
        assert b"HTTP" not in raw(loopback, b"GET / HTTP/1.1\r\n\r\n")
        parts = urlsplit(loopback.url)
        silent = socket.create_connection((parts.hostname, parts.port), timeout=20)
        wait_for(connection_threads)
        begin = time.perf_counter()
    assert time.perf_counter() - begin < 5
    assert connection_threads() == []
    silent.close()
