"""Requests, answers, pairs, and what cannot get into them."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_core import (
    Call,
    ClientSecretBasic,
    ClientSecretPost,
    Request,
    Response,
    UsageError,
    bare_url,
    build_form_request,
    call,
    encode_form,
    pairs,
    send,
)
from oauth_core._messages import add_query
from tests.core.core_support import drive, form

URL = "https://as.test/token"


def test_pairs_of_all_kinds_of_values():
    """None is left out, lists repeat their name, booleans and numbers have their text, and the order stays."""
    given_values = {"a": "x", "none": None, "l": ["1", None, 2], "t": ("3",), "yes": True, "no": False, "n": 1.5}
    assert pairs(given_values) == (
        ("a", "x"),
        ("l", "1"),
        ("l", "2"),
        ("t", "3"),
        ("yes", "true"),
        ("no", "false"),
        ("n", "1.5"),
    )
    assert pairs(None) == pairs({}) == pairs(()) == ()
    assert pairs([("resource", "a"), ("resource", "b")]) == (("resource", "a"), ("resource", "b"))


def test_pairs_refuse_what_has_no_text():
    """A value without an obvious text is named in the error; its content is not shown."""
    with pytest.raises(TypeError, match="'scope' is a object"):
        pairs({"scope": object()})
    with pytest.raises(TypeError, match="'claims' is a bytes"):
        pairs({"claims": [b"x"]})


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1))
def test_form_encoding_round_trips(params):
    """Whatever text the pairs hold, their form encoding reads back as the same pairs and is one line of ASCII."""
    try:
        encoded = encode_form(params)
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8
        return
    from urllib.parse import parse_qsl

    assert encoded.isascii()
    assert "\n" not in encoded
    assert "\r" not in encoded
    assert parse_qsl(encoded, keep_blank_values=True) == params


@pytest.mark.parametrize("bad", ["a\r\nSet-Cookie: x=1", "a\nb", "a\x00b", "a\x7fb", "naïve", "a\rb"])
def test_header_value_that_would_break_out_is_refused(bad):
    """A header value with a line end, a control or a non-ASCII character is refused, and is not shown."""
    for make in (lambda: Request("GET", URL, (("X", bad),)), lambda: Request("GET", URL).with_header("X", bad)):
        with pytest.raises(UsageError) as caught:
            make()
        assert bad not in str(caught.value)
        assert "would break the request" in str(caught.value)


@pytest.mark.parametrize("bad", ["", "A B", "A:", "A\r\n", "é"])
def test_header_name_that_is_none_is_refused(bad):
    """A header name must be a token."""
    with pytest.raises(UsageError, match="not the name"):
        Request("GET", URL, ((bad, "x"),))


@pytest.mark.parametrize("bad", ["https://as.test/a b", "https://as.test/\r\nX: y", "https://as.test/\x00"])
def test_url_that_would_break_the_request_line_is_refused(bad):
    """A URL with white space or a control character is refused."""
    with pytest.raises(UsageError, match="percent-encode"):
        Request("GET", bad)


@pytest.mark.parametrize("bad", ["", "GET /x HTTP/1.1\r\n", "PO ST", "GÉT"])
def test_method_that_is_none_is_refused(bad):
    """A method must be a token."""
    with pytest.raises(UsageError, match="not an HTTP method"):
        Request(bad, URL)


NASTY = "x\r\nInjected: 1&admin=true;\x00 é\u2028\U0001f600"


@pytest.mark.parametrize("name", ["scope", "audience", "code", NASTY])
def test_no_parameter_injects_a_header_or_another_parameter(name):
    """Line ends, separators and non-ASCII text in any parameter stay inside that parameter."""
    for method in ("POST", "GET"):
        request = build_form_request(URL, [("a", "1"), (name, NASTY)], method=method)
        text = request.body.decode() if method == "POST" else request.url.partition("?")[2]
        from urllib.parse import parse_qsl

        assert parse_qsl(text, keep_blank_values=True) == [("a", "1"), (name, NASTY)]
        assert [key for key, _ in request.headers if key == "Injected"] == []
        assert "\n" not in request.url


@pytest.mark.parametrize("kind", [ClientSecretBasic, ClientSecretPost])
def test_no_credential_injects_a_header(kind):
    """Line ends in client id and secret end up encoded."""
    from oauth_core import AuthContext

    request, _ = drive(kind(NASTY, NASTY).authenticate(Request("POST", URL), AuthContext(URL)))
    assert all("\n" not in value for _, value in request.headers)
    assert b"\n" not in request.body


def test_headers_are_found_in_any_letter_case_and_replaced():
    """A header is found and replaced whatever the case of its name."""
    request = Request("POST", URL, (("Accept", "a"), ("ACCEPT", "b"), ("X", "y")))
    assert request.header("accept") == "a"
    assert request.header("missing") is None
    assert request.with_header("accept", "c").headers == (("X", "y"), ("accept", "c"))


def test_parameters_are_added_where_the_method_carries_them():
    """Parameters go to the form of a POST and to the query of a GET; none change nothing."""
    post = Request("POST", URL)
    assert post.with_params([]) is post
    assert post.with_params([("a", "1")]).with_params([("b", " ")]).body == b"a=1&b=+"
    assert Request("GET", URL).with_params([("a", "1")]).url == f"{URL}?a=1"
    assert Request("DELETE", f"{URL}?x=1").with_params([("a", "1")]).url == f"{URL}?x=1&a=1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test/", "https://a.test/?q=1"),
        ("https://a.test/?", "https://a.test/?q=1"),
        ("https://a.test/?x=2", "https://a.test/?x=2&q=1"),
        ("https://a.test/?x=2&", "https://a.test/?x=2&q=1"),
        ("https://a.test/#frag?x", "https://a.test/?q=1#frag?x"),
        ("https://a.test/#", "https://a.test/?q=1#"),
    ],
)
def test_query_is_added_before_the_fragment(url, expected):
    """A query is added to what is there, and the fragment stays last."""
    assert add_query(url, "q=1") == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:pass@as.test:8443/token?code=x#y", "https://as.test:8443/token"),
        ("https://[::1/", "(not a URL)"),
    ],
)
def test_printed_urls_hold_no_secret(url, expected):
    """What is printed of a URL has no userinfo, query or fragment."""
    assert bare_url(url) == expected


def test_repr_shows_no_secret():
    """Representations of requests, answers and calls hold no query, header, body or argument."""
    request = Request("POST", f"{URL}?code=s3cret", (("Authorization", "Basic s3cret"),), b"s3cret")
    response = Response(200, (("Content-Type", "application/json; charset=utf-8"),), b'{"access_token": "s3cret"}')

    class Secret:
        def __call__(self):
            return "s3cret"

    shown = [repr(request), repr(response), repr(Call(print, "s3cret")), repr(Call(Secret())), repr(Response(204))]
    assert shown == [
        "<Request POST https://as.test/token>",
        "<Response 200 application/json, 26 bytes>",
        "<Call print>",
        "<Call Secret>",
        "<Response 204 no type, 0 bytes>",
    ]


def test_values_pickle_and_copy():
    """Requests and answers pickle and copy to equal values."""
    for value in (Request("GET", URL, (("A", "b"),), b"c"), Response(200, (("A", "b"),), b"c")):
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value


def test_response_reads_as_http_libraries_have_it():
    """An answer has text, json() and status_code; text replaces what is no UTF-8, json() refuses it."""
    assert Response(200, (), b'{"a": 1}').json() == {"a": 1}
    assert Response(404).status_code == 404
    assert Response(200, (), b"\xff").text == "\ufffd"
    for body in (b"", b"<html>", b'{"a": "\xff"}', b"[" * 100_000, b"1" * 5000):
        with pytest.raises(ValueError):
            Response(200, (), body).json()
    assert Response(200, (("CONTENT-TYPE", "Text/HTML;x=y"),)).content_type == "text/html"


def test_flows_send_and_call():
    """send() yields the request and returns the answer; call() yields the function and returns its result."""
    response = Response(200)
    assert drive(send(Request("GET", URL)), response)[0] is response
    assert drive(call(int, "7"))[0] == 7
    with pytest.raises(TypeError, match="answered a Request with NoneType"):
        drive(send(Request("GET", URL)), None)


def test_form_request_of_the_token_endpoint():
    """A form request asks for JSON, and a caller's headers and form text are added to it."""
    request = build_form_request(URL, [("a", "1")], headers=(("X-Tenant", "t"), ("Accept", "x")), body="b=2")
    assert request.headers == (
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Tenant", "t"),
        ("Accept", "x"),
    )
    assert form(request) == [("a", "1"), ("b", "2")]
    assert build_form_request(URL, [], body="b=2").body == b"b=2"
    assert build_form_request(URL, [("a", "1")], method="GET", body="b=2").url == f"{URL}?a=1&b=2"
    assert build_form_request(URL, [], method="GET").url == URL
