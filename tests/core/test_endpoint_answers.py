"""Judging answers: by status, then content type, then body. Law 10 and everything that servers send instead."""

import copy
import json
import pickle
import zlib
from gzip import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_core import (
    BodyReader,
    ErrorStatusReceived,
    InvalidMetadataError,
    InvalidTokenResponse,
    OAuth2Token,
    OAuthError,
    ProtocolViolation,
    Response,
    ServerRefusal,
    TransportError,
    UnsupportedTokenTypeError,
    build_userinfo_request,
    json_object,
    merge_renewed,
    parse_introspection_response,
    parse_revocation_response,
    parse_token_response,
    parse_userinfo_response,
    raise_for_refusal,
    retry_after,
)
from oauth_core.testing import ManualClock
from tests.core.core_support import JSON, answer, token_answer

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def refusal(response, kind=OAuthError):
    with pytest.raises(kind) as caught:
        parse_token_response(response, clock=ManualClock())
    return caught.value


def test_proper_answer_is_a_token():
    """A proper answer gives a token whose end is counted from the clock that was passed in."""
    clock = ManualClock()
    token = parse_token_response(token_answer(1, scope="read"), clock=clock)
    assert (token.access_token, token.expires_at, token.scope) == ("access-1", clock() + 3600, "read")


@pytest.mark.parametrize("kind", ["bearer", "BEARER", "Bearer", "dpop", "DPoP"])
def test_token_type_in_any_letter_case(kind):
    """The token type is known in any letter case."""
    assert parse_token_response(token_answer(token_type=kind)).token_type == kind


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"{}", b'{"x": 1}', b"[1]", b"null", b"\xff"])
def test_error_status_without_oauth_error(status, body):
    """An error status without an OAuth error is one exception with its status, and never a token; no body is echoed."""
    error = refusal(Response(status, HTML, body), ErrorStatusReceived)
    assert error.status_code == status
    assert "Bad gateway" not in str(error)


def test_401_body_with_token_members_is_no_token():
    """An error status is an error even where its body looks like a token."""
    body = {"access_token": "a", "token_type": "Bearer"}
    error = refusal(answer(body, status=401), ErrorStatusReceived)
    assert error.status_code == 401


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "too_many_requests"), (503, "temporarily_unavailable"), (500, "server_error"), (404, "http_error")],
)
def test_code_of_a_bare_error_status(status, code):
    """An error status without an OAuth error has a code of the same style."""
    assert refusal(Response(status)).error == code


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_oauth_error_with_any_status(status):
    """An OAuth error is raised whatever its status, with code, description and uri; 200 with an error is an error."""
    body = {"error": "invalid_grant", "error_description": "expired", "error_uri": "https://as.test/e"}
    error = refusal(answer(body, status=status), ServerRefusal)
    assert (error.error, error.description, error.uri, error.status_code) == (
        "invalid_grant",
        "expired",
        "https://as.test/e",
        status,
    )
    assert not isinstance(error, ErrorStatusReceived)


def test_invalid_client_says_what_to_try():
    """A server that does not know the client may want another method: the error says so."""
    text = str(refusal(answer({"error": "invalid_client"}, status=401)))
    assert "client_secret_post" in text
    assert "client_secret_basic_raw" in text


DESCRIPTIONS = ['say "no"', "größer als €", "line\r\nInjected: yes\x00\x1b[31m", "\u202egnp.exe", "x" * 5000, "\\"]


@pytest.mark.parametrize("text", DESCRIPTIONS)
def test_any_description_is_accepted_and_printed_on_one_line(text):
    """Quotes, non-ASCII and control characters in a description never break the error; its text is one safe line."""
    error = refusal(answer({"error": "invalid_request", "error_description": text}, status=400), ServerRefusal)
    assert error.description == text
    for shown in (str(error), repr(error), str(pickle.loads(pickle.dumps(error))), str(copy.copy(error))):
        assert shown.isprintable()
        assert len(shown) < 1200


@pytest.mark.parametrize(
    "error", [{"error": 5}, {"error": {"message": "x", "code": 190}}, {"error": ""}, {"error": []}]
)
def test_error_that_is_no_text(error):
    """An error member that is no text is an error nevertheless, with any status."""
    assert "no text" in str(refusal(answer(error), ServerRefusal))
    bare = refusal(answer(error, status=429, headers=(("Retry-After", "9"),)), ErrorStatusReceived)
    assert (bare.error, bare.retry_after) == ("too_many_requests", 9)


@pytest.mark.parametrize("member", [{"error_description": 5}, {"error_uri": []}, {"error_description": ""}])
def test_odd_description_is_left_out(member):
    """A description or uri that is no text is left out."""
    error = refusal(answer({"error": "invalid_request", **member}, status=400))
    assert (error.description, error.uri) == ("the token request was refused", None)


def test_error_in_form_encoding():
    """An error status with a form-encoded OAuth error is read."""
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    assert refusal(Response(400, form, b"error=invalid_grant&error_description=no")).error == "invalid_grant"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_redirect_is_never_followed(status):
    """A redirect is an error that names the target without its query."""
    error = refusal(Response(status, (("Location", "https://else.test/t?code=s3cret"),)), ProtocolViolation)
    assert "https://else.test/t," in str(error)
    assert "s3cret" not in str(error)
    assert "redirect, which" in str(refusal(Response(status), ProtocolViolation))


def test_provisional_status_is_no_answer():
    """A status below 200 is no answer."""
    assert "status 103" in str(refusal(Response(103, JSON, b"{}"), ProtocolViolation))


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (Response(200, HTML, b"<html>Welcome</html>"), "no JSON but 20 bytes of text/html"),
        (Response(200, HTML, json.dumps({"access_token": "a", "token_type": "b"}).encode()), "no JSON but"),
        (Response(200, JSON, b"not json"), "no JSON"),
        (Response(200, (), b""), "an empty body"),
        (Response(204), "an empty body"),
        (Response(200, JSON, b"[]"), "a JSON list, not an object"),
        (Response(200, JSON, b'"x"'), "a JSON str"),
        (Response(200, JSON, b'{"access_token": "\xff"}'), "no JSON"),
        (Response(200, (), b"access_token=a&token_type=bearer"), "form encoding"),
        (Response(200, (("Content-Type", "application/x-www-form-urlencoded"),), b"a=b"), "form encoding"),
        (answer({}), "no access_token; it has []"),
        (answer({"x": 1, "y": 2}), "it has ['x', 'y']"),
        (token_answer(access_token=None), "no access_token"),
        (token_answer(access_token=""), "no access_token"),
        (answer({"access_token": 5, "token_type": "Bearer"}), "no access_token"),
        (token_answer(token_type=None), "no token_type"),
        (token_answer(token_type=""), "no token_type"),
        (token_answer(token_type=["Bearer"]), "no token_type"),
    ],
)
def test_success_without_a_usable_token(response, message):
    """A success status without a usable token is an InvalidTokenResponse that says what came, without values."""
    error = refusal(response, InvalidTokenResponse)
    assert message in str(error)
    assert "access-1" not in str(error)


def test_json_of_any_other_content_type_is_read():
    """JSON under a wrong content type, or none, is read; only HTML is not."""
    body = token_answer().body
    for headers in ((), (("Content-Type", "text/plain"),), (("Content-Type", "application/json;charset=UTF-8"),)):
        assert parse_token_response(Response(200, headers, body)).access_token == "access-1"
    assert parse_token_response(Response(200, JSON, b"\xef\xbb\xbf" + body)).access_token == "access-1"


def test_unknown_token_type_is_refused():
    """A token of a type that nobody here can present is refused, and a caller may know more types."""
    response = token_answer(token_type="mac")
    assert "known are bearer, dpop" in str(refusal(response, UnsupportedTokenTypeError))
    assert parse_token_response(response, token_types=frozenset({"mac"})).token_type == "mac"


@pytest.mark.parametrize(
    ("value", "life"), [(None, None), (-5, None), (0, None), ("x", None), (59.9, 59), ("60", 60), ("59.9", 59)]
)
def test_odd_expires_in_is_no_error(value, life):
    """expires_in negative, fractional, a string or absent never breaks the token."""
    clock = ManualClock()
    token = parse_token_response(token_answer(expires_in=value), clock=clock)
    assert token.expires_at == (None if life is None else clock() + life)


def test_expires_at_of_the_server_yields_to_expires_in():
    """Where a server sends both, expires_in counts: its expires_at may be in its own units or zone."""
    clock = ManualClock()
    assert parse_token_response(token_answer(expires_at=5), clock=clock).expires_at == clock() + 3600
    assert parse_token_response(token_answer(expires_at=5, expires_in=None), clock=clock).expires_at == 5


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("999999999999999", 999999999),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30),
        ("Fri, 15 Jan 2027 08:00:30 -0000", 30),
        ("Fri, 15 Jan 2027 07:59:00 GMT", 0),
        ("Friday, 15-Jan-27 08:00:30 GMT", 30),
        ("Fri, 99 Jan 2027 08:00:30 GMT", None),
    ],
)
def test_retry_after_as_number_and_date(value, seconds):
    """Retry-After is read as a number of seconds or a date, never negative; anything else is none."""
    clock = ManualClock(1_800_000_000)  # Fri, 15 Jan 2027 08:00:00 GMT
    assert retry_after(Response(503, (("Retry-After", value),)), clock=clock) == seconds
    assert retry_after(Response(503)) is None


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_retry_after_never_raises(value):
    """Whatever stands in Retry-After, reading it gives a number or None."""
    found = retry_after(Response(503, (("Retry-After", value),)))
    assert found is None or found >= 0


@given(st.integers(200, 599), st.binary(), st.sampled_from(["text/html", "application/json", "", "application/jwt"]))
def test_any_answer_is_a_token_or_one_of_our_errors(status, body, kind):
    """Whatever a server answers, it is a token or an OAuthError."""
    response = Response(status, (("Content-Type", kind),), body)
    for parse in (parse_token_response, parse_introspection_response, parse_userinfo_response):
        try:
            shown = repr(parse(response))
        except OAuthError as exc:
            shown = str(exc)
        assert shown.isprintable()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = ("access_token", "token_type", "expires_in", "expires_at", "scope", "refresh_token", "error", "id_token")


@given(st.dictionaries(st.sampled_from(NAMES), json_values))
def test_any_members_are_a_token_or_one_of_our_errors(members):
    """Whatever JSON stands in the members, the answer is a usable token or an OAuthError."""
    try:
        token = parse_token_response(answer(members))
    except OAuthError:
        return
    merge_renewed(OAuth2Token(access_token="old", refresh_token="r", scope="s"), token)
    assert isinstance(token.access_token, str)
    token.needs_renewal(60, 0)


# The neighbours of the token endpoint.


def test_revocation():
    """Any success of the revocation endpoint is one; an error is raised."""
    assert parse_revocation_response(Response(200)) is None
    assert parse_revocation_response(Response(200, HTML, b"ok")) is None
    with pytest.raises(ServerRefusal) as caught:
        parse_revocation_response(answer({"error": "unsupported_token_type"}, status=400))
    assert caught.value.error == "unsupported_token_type"


@pytest.mark.parametrize("members", [{}, {"active": "true"}, {"active": 1}, {"active": None}])
def test_introspection_without_boolean_active(members):
    """An introspection answer whose 'active' is no boolean is refused: the token's state is unknown."""
    with pytest.raises(ProtocolViolation, match="boolean 'active'"):
        parse_introspection_response(answer(members))
    assert parse_introspection_response(answer({"active": False})) == {"active": False}


def test_userinfo():
    """Userinfo is a JSON object, or a JWT as text; claims about another subject are refused."""
    request = build_userinfo_request("https://as.test/me", "tok", headers=(("X", "y"),))
    assert (request.method, request.header("authorization"), request.header("x")) == ("GET", "Bearer tok", "y")
    assert parse_userinfo_response(answer({"sub": "a"}), subject="a") == {"sub": "a"}
    jwt = Response(200, (("Content-Type", "application/jwt"),), b" e.y.J \n")
    assert parse_userinfo_response(jwt) == "e.y.J"
    for wrong in ({"sub": "b"}, {}):
        with pytest.raises(ProtocolViolation) as caught:
            parse_userinfo_response(answer(wrong), subject="a")
        assert caught.value.error == "invalid_sub"


def test_userinfo_that_refuses_the_token():
    """A 401 of userinfo has its error in the challenge; without one it is a bare error status."""
    challenge = (("WWW-Authenticate", 'Basic, Bearer error="invalid_token", error_description="old"'),)
    with pytest.raises(ServerRefusal) as caught:
        parse_userinfo_response(Response(401, challenge))
    assert (caught.value.error, caught.value.description) == ("invalid_token", "old")
    with pytest.raises(ServerRefusal) as caught:
        parse_userinfo_response(Response(401, (("WWW-Authenticate", 'Bearer error="invalid_token"'),)))
    assert "refused the access token" in str(caught.value)
    with pytest.raises(ErrorStatusReceived):
        parse_userinfo_response(Response(401, (("WWW-Authenticate", "Bearer"),)))


def test_json_object_and_raise_for_refusal_name_the_exchange():
    """The message names what was asked, and the error is of the kind that was asked for."""
    with pytest.raises(InvalidMetadataError, match="the metadata is no JSON"):
        json_object(Response(200), "the metadata", InvalidMetadataError)
    with pytest.raises(ErrorStatusReceived, match="the question was answered"):
        raise_for_refusal(Response(500), "the question")


def test_merge_of_a_renewed_token():
    """What a refresh answer may leave out is taken from the old token; what it names is the new one's."""
    old = {"refresh_token": "r0", "scope": "s0", "id_token": "i0", "other": 1}
    assert merge_renewed(old, OAuth2Token(access_token="a")) == {
        "access_token": "a",
        "refresh_token": "r0",
        "scope": "s0",
        "id_token": "i0",
    }
    kept = OAuth2Token(access_token="a", refresh_token="r1", scope=["x"], id_token="")
    assert merge_renewed(old, kept)["refresh_token"] == "r1"
    assert kept["scope"] == ["x"]
    assert merge_renewed(None, OAuth2Token(access_token="a")) == {"access_token": "a"}


# Bodies under a limit.


def read(pieces, coding=None, **options):
    reader = BodyReader(coding, **options)
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(b"hello" * 50) + RAW.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (None, b"hello" * 50),
        ("identity", b"hello" * 50),
        ("gzip", compress(b"hello" * 50, mtime=0)),
        ("X-GZIP", compress(b"hello" * 50, mtime=0)),
        ("deflate", zlib.compress(b"hello" * 50)),
        ("deflate", RAW_DEFLATE),
    ],
)
def test_body_is_decoded_however_it_is_cut(coding, body):
    """A body is decoded whole, piece by piece and byte by byte, deflate with and without its zlib header."""
    assert read([body], coding) == b"hello" * 50
    assert read([bytes([byte]) for byte in body], coding) == b"hello" * 50
    assert read([b"", body, b""], coding) == b"hello" * 50
    assert read([], coding) == b""


def test_body_limit_counts_decoded_bytes():
    """A body past the limit is refused, before a compressed one is blown up in memory."""
    assert len(read([b"x" * 10], limit=10)) == 10
    with pytest.raises(TransportError, match="longer than 10 bytes"):
        read([b"x" * 11], limit=10)
    bomb = compress(b"\0" * 50_000_000)
    with pytest.raises(TransportError, match="longer than 1000 bytes"):
        read([bomb], "gzip", limit=1000)


def test_body_deadline():
    """A server that drips is given up at the deadline."""
    clock = ManualClock()
    reader = BodyReader(deadline=30, clock=clock)
    reader.feed(b"a")
    clock.advance(31)
    with pytest.raises(TransportError, match="after 30 seconds") as caught:
        reader.feed(b"b")
    assert caught.value.timeout


@pytest.mark.parametrize(
    ("coding", "body", "message"),
    [
        ("br", b"", "'br' was not asked for"),
        ("gzip", b"no gzip", "coding is broken"),
        ("deflate", b"\xff\xff\xff\xff", "coding is broken"),
        ("gzip", compress(b"hello", mtime=0)[:-4], "ends before"),
        ("deflate", zlib.compress(b"hello" * 100)[:8], "ends before"),
    ],
)
def test_broken_coding(coding, body, message):
    """An unknown, broken or truncated content coding is a TransportError."""
    with pytest.raises(TransportError, match=message):
        read([body], coding)
