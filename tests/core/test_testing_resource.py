"""The fake server's protected resource: where a token may stand, how it is judged, and what the paths answer."""

from hashlib import sha256
from urllib.parse import quote

import pytest

from oauth_core._messages import Request
from oauth_core.testing import PacedResponse
from tests.core.testing_support import FORM, bearer, error, get, new_server, post


@pytest.fixture
def server():
    return new_server()


@pytest.fixture
def members(server):
    return server.issue_token("app", scope="read", user="alice")


def test_the_resource_echoes_the_request(server, members):
    """A good token lets the request through, and the answer repeats all of it with the token's facts."""
    headers = (bearer(members), ("X-Trace", "7"), ("Content-Type", "text/plain"))
    response = server.send(Request("PATCH", server.url("/api/a/b?x=1&x=2&y="), headers, "gr\u00fcn".encode()))
    echo = response.json()
    assert (echo["method"], echo["path"]) == ("PATCH", "/api/a/b")
    assert echo["query"] == [["x", "1"], ["x", "2"], ["y", ""]]
    assert ["X-Trace", "7"] in echo["headers"]
    assert (echo["body"], echo["body_size"]) == ("gr\u00fcn", 5)
    assert echo["token"] == {"client_id": "app", "sub": "alice", "scope": "read"}


def test_the_echo_of_a_body_is_capped(server, members):
    """A large body is echoed up to 64 KiB, with its whole size."""
    echo = server.send(Request("PUT", server.url("/api/x"), (bearer(members),), b"x" * 100_000)).json()
    assert (len(echo["body"]), echo["body_size"]) == (65536, 100_000)


def test_no_token_meets_a_bare_challenge(server):
    """A request without a token is answered 401 with a challenge that names no error."""
    response = get(server, "/api/x")
    assert response.status == 401
    assert response.header("www-authenticate") == 'Bearer realm="api"'
    assert get(server, "/api/x", ("Authorization", "Basic YTpi")).header("www-authenticate") == 'Bearer realm="api"'


@pytest.mark.parametrize("spoil", ["unknown", "expired", "revoked", "refresh"])
def test_a_bad_token_is_named_invalid(server, members, spoil):
    """An unknown, expired or revoked token, or a refresh token, is answered 401 invalid_token."""
    value = members["refresh_token"] if spoil == "refresh" else members["access_token"]
    if spoil == "unknown":
        value = "guess"
    elif spoil == "expired":
        server.authority.clock.advance(3600)
    elif spoil == "revoked":
        server.revoke(members)
    response = get(server, "/api/x", bearer(value))
    assert error(response) == (401, "invalid_token")
    assert response.header("www-authenticate").startswith('Bearer realm="api", error="invalid_token"')


def test_a_scope_can_be_demanded(server, members):
    """A path that demands more than the token has answers 403 insufficient_scope and names the scope."""
    server.settings.required_scopes["/api/admin"] = "read admin"
    response = get(server, "/api/admin", bearer(members))
    assert error(response) == (403, "insufficient_scope")
    assert 'scope="read admin"' in response.header("www-authenticate")
    assert get(server, "/api/admin", bearer(server.issue_token("app", scope="admin read x"))).status == 200
    assert get(server, "/api/other", bearer(members)).status == 200


def test_the_token_may_stand_in_query_or_form(server, members):
    """A token in the query, or in the form of a POST, is accepted."""
    value = members["access_token"]
    assert get(server, f"/api/x?access_token={quote(value)}").status == 200
    assert post(server, "/api/x", {"access_token": value}).status == 200


def test_a_body_that_cannot_carry_a_token_does_not(server, members):
    """A token in the form of a GET, or in a body of another type, is not looked at."""
    body = f"access_token={members['access_token']}".encode()
    for method, kind in (("GET", FORM), ("POST", "text/plain")):
        request = Request(method, server.url("/api/x"), (("Content-Type", kind),), body)
        assert error(server.send(request)) == (401, "unauthorized")


@pytest.mark.parametrize("second", ["query", "form", "header"])
def test_two_tokens_are_refused(server, members, second):
    """A token in two places, or twice in one, is 400 invalid_request even if it is good."""
    value = members["access_token"]
    url = server.url("/api/x") + (f"?access_token={value}" if second == "query" else "")
    headers = [bearer(members), ("Content-Type", FORM)] + ([bearer(members)] if second == "header" else [])
    body = f"access_token={value}".encode() if second == "form" else b""
    assert error(server.send(Request("POST", url, tuple(headers), body))) == (400, "invalid_request")


def test_a_token_of_another_type_is_no_bearer_token(server, members):
    """A token bound to another scheme is refused as a bearer token."""
    server.find(members).token_type = "DPoP"
    assert error(get(server, "/api/x", bearer(members))) == (401, "invalid_token")


def test_a_scheme_can_be_added(server, members):
    """A new row in token_schemes is accepted, checks its binding, and adds a challenge."""
    checked = []
    server.authority.token_schemes["dpop"] = lambda authority, request, token: checked.append(token.scope)
    server.find(members).token_type = "DPoP"
    assert get(server, "/api/x", ("Authorization", f"DPoP {members['access_token']}")).status == 200
    assert checked == ["read"]
    challenges = [value for name, value in get(server, "/api/x").headers if name == "WWW-Authenticate"]
    assert challenges == ['Bearer realm="api"', 'DPoP realm="api"']


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_redirect_route_goes_where_it_is_told(server, members, status):
    """/api/redirect redirects on this origin, or to the URL it is given, with the status it is given."""
    here = get(server, f"/api/redirect?status={status}", bearer(members))
    there = get(server, f"/api/redirect?status={status}&to=https://other.test/x", bearer(members))
    assert (here.status, here.header("location")) == (status, "https://as.test/api/landed")
    assert (there.status, there.header("location")) == (status, "https://other.test/x")


@pytest.mark.parametrize(
    "path", ["/api/redirect?status=200", "/api/stream?size=big", "/api/status/abc", "/api/status/700", "/api/x?a=%FF"]
)
def test_a_wrong_instruction_is_refused(server, members, path):
    """A status, size or query that makes no sense is answered 400."""
    assert error(get(server, path, bearer(members))) == (400, "invalid_request")


@pytest.mark.parametrize("status", [200, 204, 304, 418, 503])
def test_the_status_route_answers_with_that_status(server, members, status):
    """/api/status/N answers with status N, without a body where the status has none."""
    response = get(server, f"/api/status/{status}", bearer(members))
    assert response.status == status
    assert bool(response.body) is (status not in {204, 304})


def test_a_download_is_made_while_it_is_sent(server, members):
    """/api/stream announces its size and yields chunks on demand: ten gigabytes cost one chunk."""
    request = Request("GET", server.url(f"/api/stream?size={10 * 1024**3}"), (bearer(members),))
    response = server.handle(request)
    assert isinstance(response, PacedResponse)
    assert (response.length, response.body) == (10 * 1024**3, b"")
    chunks = response.iter_body()
    assert next(chunks) is next(chunks)
    small = get(server, "/api/stream?size=70000", bearer(members))
    assert small.body == bytes(70_000)
    assert len(get(server, "/api/stream", bearer(members)).body) == 65536


def test_an_upload_is_counted_chunk_by_chunk(server, members):
    """/api/upload takes its body as a stream and answers with size and digest; the log keeps the size alone."""
    request = Request("POST", server.url("/api/upload"), (bearer(members),))
    response = server.handle(request, body=(b"x" * 1000 for _ in range(50)))
    assert response.json() == {"bytes": 50_000, "sha256": sha256(b"x" * 50_000).hexdigest()}
    seen = server.requests[-1]
    assert (seen.body, seen.body_size) == (b"", 50_000)
    whole = server.send(Request("POST", server.url("/api/upload"), (bearer(members),), b"abc"))
    assert whole.json()["bytes"] == 3


def test_an_upload_without_a_token_is_not_read(server):
    """A refused upload is answered before its body is touched."""

    def body():
        raise AssertionError("the body was read")
        yield b""

    assert server.handle(Request("POST", server.url("/api/upload")), body=body()).status == 401


def test_the_public_twin_asks_for_nothing(server):
    """Below /public/ a request is echoed without a token, so that a test can see what came along."""
    echo = get(server, "/public/x", ("Authorization", "Bearer anything")).json()
    assert (echo["path"], echo["token"]) == ("/public/x", None)
    assert ["Authorization", "Bearer anything"] in echo["headers"]
    assert get(server, "/public/redirect?status=307").status == 307


def test_what_is_not_there_is_not_found(server):
    """A path of no endpoint is answered 404 and logged as unknown."""
    assert error(get(server, "/nothing")) == (404, "not_found")
    assert server.count("unknown") == 1
