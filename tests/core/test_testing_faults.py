"""The fake server's faults: what each does to an answer, and how they are switched."""

from email.utils import parsedate_to_datetime

import pytest

from oauth_core._errors import TransportError
from oauth_core._messages import Request, Response
from oauth_core.testing import ConnectionDropped, Endpoint, ManualClock, NotRedirected, PacedResponse, faults
from tests.core.testing_support import (
    authorization_url,
    bearer,
    callback,
    callback_params,
    get,
    new_server,
    token,
)

LIST = Response(200, (("Content-Type", "application/json"),), b'["a"]')


@pytest.fixture
def server():
    return new_server()


def fetch(server):
    return token(server, grant_type="client_credentials", scope="read")


def refresh(server, members):
    return token(server, grant_type="refresh_token", refresh_token=members["refresh_token"])


# Switches.


def test_a_fault_lasts_for_its_number_of_requests(server):
    """A fault takes the next request, or as many as it is told, and then the server is well again."""
    server.inject(faults.unavailable(), "token")
    assert [fetch(server).status for _ in range(2)] == [503, 200]
    switch = server.inject(faults.unavailable(), "token", times=2)
    assert repr(switch.fault) == "<Fault unavailable>"
    assert [fetch(server).status for _ in range(3)] == [503, 503, 200]
    assert (switch.hits, switch.remaining) == (2, 0)


def test_a_fault_can_last_until_it_is_removed(server):
    """With times=None a fault stays until its switch, its with statement or clear_faults ends it."""
    switch = server.inject(faults.unavailable(), "token", times=None)
    assert [fetch(server).status for _ in range(3)] == [503] * 3
    switch.remove()
    assert fetch(server).status == 200
    with server.inject(faults.unavailable(), "token", times=None) as switch:
        assert fetch(server).status == 503
        assert repr(switch) == "<FaultSwitch unavailable on token, until removed>"
    assert fetch(server).status == 200
    server.inject(faults.unavailable(), "token", times=9)
    server.clear_faults()
    assert fetch(server).status == 200


def test_faults_queue_up_and_keep_to_their_endpoint(server):
    """Faults on one endpoint take their requests in order; another endpoint or path does not notice."""
    server.inject(faults.unavailable(), "token")
    server.inject(faults.html_error(), "token")
    server.inject(faults.respond(Response(418)), "/api/tea")
    good = bearer(server.issue_token("app"))
    assert get(server, "/api/coffee", good).status == 200
    assert get(server, "/api/tea", good).status == 418
    assert [fetch(server).status for _ in range(3)] == [503, 502, 200]


# Answers in place of the proper one.


def test_unavailable_answers_503(server):
    """unavailable() is a 503 with a JSON error, and Retry-After only where it is given."""
    server.inject(faults.unavailable(), "token")
    server.inject(faults.unavailable(retry_after=2.5), "token")
    first, second = fetch(server), fetch(server)
    assert (first.status, first.json()["error"]) == (503, "temporarily_unavailable")
    assert (first.header("retry-after"), second.header("retry-after")) == (None, "2.5")


def test_too_many_requests_says_when_to_come_back(server):
    """too_many_requests() is a 429 with Retry-After in seconds, or as an HTTP date by the server's clock."""
    server.inject(faults.too_many_requests(7), "token")
    server.inject(faults.too_many_requests(7, as_date=True), "token")
    first, second = fetch(server), fetch(server)
    assert (first.status, first.header("retry-after"), second.status) == (429, "7", 429)
    date = parsedate_to_datetime(second.header("retry-after"))
    assert date.timestamp() == server.authority.clock() + 7


def test_html_stands_where_json_should(server):
    """html_error() is a page with an error status, html_ok() one with status 200."""
    server.inject(faults.html_error(500), "token")
    server.inject(faults.html_ok(), "token")
    answers = fetch(server), fetch(server)
    assert [answer.status for answer in answers] == [500, 200]
    assert {answer.content_type for answer in answers} == {"text/html"}
    for answer in answers:
        with pytest.raises(ValueError, match="not JSON"):
            answer.json()


@pytest.mark.parametrize("description", ['say "no" \\', "gr\u00fcn \u20ac", "two\r\nlines\x1b[31m", None])
def test_an_error_may_describe_itself_with_any_text(server, description):
    """error() sends any code, description and status; error_with_ok() sends it with status 200."""
    server.inject(faults.error("invalid_grant", description, status=403), "token")
    server.inject(faults.error_with_ok("invalid_grant", description), "token")
    for status in (403, 200):
        answer = fetch(server)
        assert (answer.status, answer.json()["error"]) == (status, "invalid_grant")
        assert answer.json().get("error_description") == description


def test_an_error_may_be_no_utf8(server):
    """not_utf8() is an error object in Latin-1, which is not JSON."""
    server.inject(faults.not_utf8(), "token")
    answer = fetch(server)
    assert (answer.status, b"ung\xfcltig" in answer.body) == (400, True)


@pytest.mark.parametrize("challenge", [True, False])
@pytest.mark.parametrize("empty", [True, False])
def test_a_good_token_may_be_refused(server, challenge, empty):
    """unauthorized() is a 401 on a valid token, with or without challenge and body."""
    members = server.issue_token("app")
    server.inject(faults.unauthorized(challenge=challenge, empty=empty), "api")
    answer = get(server, "/api/x", bearer(members))
    assert (answer.status, answer.header("www-authenticate") is not None) == (401, challenge)
    assert (answer.body == b"") is empty
    assert get(server, "/api/x", bearer(members)).status == 200


def test_the_token_endpoint_may_redirect(server):
    """redirect() sends the request elsewhere and processes nothing."""
    server.inject(faults.redirect("https://attacker.test/token"), "token")
    answer = fetch(server)
    assert (answer.status, answer.header("location")) == (307, "https://attacker.test/token")
    assert list(server.authority.tokens) == []


# The proper answer, changed.


@pytest.mark.parametrize("name", ["access_token", "token_type", "expires_in", "refresh_token"])
def test_a_member_may_be_missing(server, name):
    """without() leaves the member out of the proper answer, and only that one."""
    server.inject(faults.without(name), "token")
    answer = refresh(server, server.issue_token("app")).json()
    assert sorted(answer) == sorted({"access_token", "token_type", "expires_in", "refresh_token"} - {name})


@pytest.mark.parametrize("value", ["3600", "3600.5", 3600.5, -1, None, "soon", [], 10**30])
def test_a_member_may_be_odd(server, value):
    """with_members() puts any value into the proper answer."""
    server.inject(faults.with_members({"expires_in": value}), "token")
    answer = fetch(server).json()
    assert answer["expires_in"] == value
    assert server.find(answer).scope == "read"


def test_an_error_is_not_edited(server):
    """without() and with_members() leave an error and an answer that is no JSON object as they are."""
    server.inject(faults.with_members({"x": 1}), "token")
    assert "x" not in token(server, grant_type="telepathy").json()
    server.inject(faults.without("error"), "/public/status/500")
    assert get(server, "/public/status/500").status == 500
    server.add_endpoint("/list", Endpoint("list", lambda authority, exchange: LIST))
    server.inject(faults.without("a"), "list")
    assert get(server, "/list").json() == ["a"]


def test_the_metadata_may_name_another_issuer(server):
    """wrong_issuer() changes the issuer of the metadata and nothing else."""
    server.inject(faults.wrong_issuer(), "metadata")
    document = get(server, "/.well-known/openid-configuration").json()
    assert document == {**server.metadata, "issuer": "https://attacker.test"}


def test_the_callback_may_be_forged(server):
    """wrong_state(), wrong_iss() and callback() change, remove, add or repeat parameters of the callback."""
    server.inject(faults.wrong_state(), "authorize")
    server.inject(faults.wrong_iss(), "authorize")
    server.inject(faults.callback(state=None, iss=None), "authorize")
    assert callback(server)["state"] == "forged"
    assert callback(server)["iss"] == "https://attacker.test"
    assert sorted(callback(server)) == ["code"]
    server.inject(faults.callback(code=["one", "two"]), "authorize")
    assert server.authorize(authorization_url(server)).endswith("&code=one&code=two")
    server.inject(faults.wrong_iss(), "authorize")
    fragment = server.authorize(authorization_url(server, response_type="token"))
    assert callback_params(fragment)["iss"] == "https://attacker.test"
    assert "#" in fragment


def test_a_page_has_no_callback_to_forge(server):
    """callback() leaves an answer without a redirect as it is."""
    server.inject(faults.wrong_state(), "authorize")
    with pytest.raises(NotRedirected):
        server.authorize(authorization_url(server, client_id="nobody"))


# Time, size and the connection.


def test_a_slow_answer_takes_its_time(server):
    """slow() processes the request at once and asks its sender to wait before the answer."""
    clock = server.authority.clock
    server.inject(faults.slow(30), "token")
    answer = fetch(server)
    assert (answer.status, clock.slept) == (200, [30])
    assert type(answer) is Response
    assert server.requests[-1].at == ManualClock().now


def test_a_dripping_answer_comes_byte_by_byte(server):
    """dripping() pauses between every two bytes of the proper body."""
    server.inject(faults.dripping(1), "token")
    answer = fetch(server)
    assert answer.json()["token_type"] == "Bearer"
    assert server.authority.clock.slept == [1] * (len(answer.body) - 1)


def test_a_slow_download_keeps_its_chunks(server):
    """slow() and dripping() add to an answer that is paced already."""
    good = bearer(server.issue_token("app"))
    server.inject(faults.slow(3), "/api/stream")
    server.inject(faults.dripping(2), "/api/stream")
    assert len(get(server, "/api/stream?size=200000", good).body) == 200_000
    assert len(get(server, "/api/stream?size=200000", good).body) == 200_000
    assert server.authority.clock.slept == [3, 2, 2, 2]


@pytest.mark.parametrize("fault", [faults.huge(), faults.huge(announced=False), faults.endless()])
def test_a_body_without_end_is_cut_off(server, fault):
    """huge() and endless() are never held in memory: reading stops past one megabyte with a TransportError."""
    server.inject(fault, "token")
    with pytest.raises(TransportError, match="larger than 1048576 bytes"):
        fetch(server)
    assert server.requests[-1].status == 200


def test_an_empty_answer_may_be_slow(server):
    """An answer without a body can be late like any other."""
    server.inject(faults.slow(3), "public")
    assert get(server, "/public/status/204").body == b""
    assert server.authority.clock.slept == [3]


def test_an_empty_chunk_does_not_end_a_body():
    """A body made in chunks leaves empty ones out: in chunked framing they would be its end."""
    assert list(PacedResponse(200, chunks=lambda: [b"a", b"", b"b"]).iter_body()) == [b"a", b"b"]


def test_a_huge_body_has_its_size():
    """huge() yields exactly the bytes it announces."""
    answer = faults.huge(150_000).apply(new_server().authority, lambda: Response(500))
    assert isinstance(answer, PacedResponse)
    assert (answer.length, sum(map(len, answer.iter_body()))) == (150_000, 150_000)


@pytest.mark.parametrize("processed", [True, False])
def test_a_dropped_connection_leaves_no_answer(server, processed):
    """dropped() gives no answer; with processed the request took effect, and a rotated token is lost."""
    members = server.issue_token("app")
    server.inject(faults.dropped(processed=processed), "token")
    with pytest.raises(TransportError, match="closed the connection"):
        refresh(server, members)
    assert server.requests[-1].status is None
    assert refresh(server, members).status == (400 if processed else 200)


def test_handle_raises_where_the_connection_drops(server):
    """Those who answer by handle() are told of a dropped connection by ConnectionDropped."""
    server.inject(faults.dropped(), "unknown")
    with pytest.raises(ConnectionDropped):
        server.handle(Request("GET", server.url("/nothing")))
