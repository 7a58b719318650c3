"""The flows of OAuth 1.0, driven by hand: what is asked, what is believed, what is refused."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import pytest

from oauth_core._drivers import run
from oauth_core._errors import (
    AuthorizationRefused,
    InsecureTransportError,
    InvalidTokenResponse,
    MismatchingStateError,
    OAuthError,
    ProtocolViolation,
    ServerRefusal,
    UsageError,
)
from oauth_core._messages import Response
from oauth_core._oauth1_core import OAUTH1_SPELLINGS, OAuth1Core
from oauth_core._oauth1_signer import OAuth1Signer

FORM = "application/x-www-form-urlencoded"
NOW = 1_700_000_000
REQUEST_URL = "https://p.example/request_token"
ACCESS_URL = "https://p.example/access_token"
TEMPORARY = b"oauth_token=req&oauth_token_secret=reqsec&oauth_callback_confirmed=true"
TOKEN = b"oauth_token=acc&oauth_token_secret=accsec&user_id=7"


def core(*args, **options):
    return OAuth1Core(*(args or ("key", "client-zz")), **({"timestamp": NOW} | options))


def answer(body=b"", status=200, headers=(("Content-Type", FORM),)):
    return Response(status, tuple(headers), body)


class Server:
    """Answers in order and keeps the requests."""

    def __init__(self, *answers):
        self.answers = [one if isinstance(one, Response) else answer(one) for one in answers]
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        return self.answers.pop(0)


def header(request):
    return {n: unquote(v) for n, v in re.findall(r'(\w+)="([^"]*)"', request.header("authorization"))}


def test_the_three_legs():
    """Request token, authorization URL, callback and access token follow each other, each signed with what is known."""
    client = core(redirect_uri="https://app.example/cb")
    server = Server(TEMPORARY, TOKEN)
    token = run(client.fetch_request_token(REQUEST_URL, realm=["a", "b"]), server)
    assert token == {"oauth_token": "req", "oauth_token_secret": "reqsec", "oauth_callback_confirmed": "true"}
    first = header(server.requests[0])
    assert first["oauth_callback"] == "https://app.example/cb"
    assert first["realm"] == "a b"
    assert "oauth_token" not in first
    url = client.create_authorization_url("https://p.example/authorize?x=1", scope="read")
    assert url == "https://p.example/authorize?x=1&scope=read&oauth_token=req"
    assert client.create_authorization_url("https://p.example/a", "other") == "https://p.example/a?oauth_token=other"
    found = client.parse_authorization_response("https://app.example/cb?oauth_token=req&oauth_verifier=v1&x=y")
    assert (found["oauth_verifier"], found["x"], client.verifier) == ("v1", "y", "v1")
    access = run(client.fetch_access_token(ACCESS_URL), server)
    assert access["user_id"] == "7"
    second = header(server.requests[1])
    assert (second["oauth_token"], second["oauth_verifier"]) == ("req", "v1")
    assert "oauth_callback" not in second
    assert client.token == {"oauth_token": "acc", "oauth_token_secret": "accsec"}
    assert client.verifier is None
    assert client.authorized
    authorization = client.sign_parts("GET", "https://p.example/me")[1]
    assert 'oauth_token="acc"' in authorization
    assert "oauth_callback" not in authorization


def test_a_request_token_is_asked_for_without_the_old_token():
    """A client that already holds a token leaves it out of a new request for temporary credentials."""
    client = core("key", "s", "old", "oldsec")
    server = Server(b"oauth_token=req&oauth_token_secret=s")
    run(client.fetch_request_token(REQUEST_URL), server)
    assert "oauth_token" not in header(server.requests[0])
    assert client.credentials.token == "req"


def test_answers_in_json_and_with_a_wrong_type_are_read():
    """JSON and form answers are told apart by the body; labels such as text/html do not matter."""
    document = json.dumps({"oauth_token": "t", "oauth_token_secret": "s", "oauth_callback_confirmed": True, "n": 3})
    token = run(core(redirect_uri="oob").fetch_request_token(REQUEST_URL), Server(document.encode()))
    assert token == {"oauth_token": "t", "oauth_token_secret": "s", "oauth_callback_confirmed": "true", "n": "3"}
    labelled = answer(b" " + TEMPORARY + b"\n", headers=[("content-type", "text/html")])
    assert run(core(redirect_uri="oob").fetch_request_token(REQUEST_URL), Server(labelled))["oauth_token"] == "req"


def test_parameters_and_method_can_be_chosen():
    """Parameters travel in the signed form of a POST and in the signed query of a GET."""
    server = Server(b"oauth_token=t&oauth_token_secret=s", b"oauth_token=t&oauth_token_secret=s")
    client = core()
    run(client.fetch_request_token(REQUEST_URL, params={"scope": ["a", "b"]}), server)
    run(client.fetch_request_token(REQUEST_URL, params={"scope": "a"}, method="GET"), server)
    post, get = server.requests
    assert (post.method, post.body, post.header("content-type")) == ("POST", b"scope=a&scope=b", FORM)
    assert (get.method, get.url, get.body) == ("GET", REQUEST_URL + "?scope=a", b"")


@pytest.mark.parametrize("placement", ["QUERY", "BODY"])
def test_the_steps_travel_in_other_placements(placement):
    """The callback and the verifier are sent where the client puts its signature."""
    server = Server(TEMPORARY, TOKEN)
    client = core(redirect_uri="oob", signature_type=placement)
    run(client.fetch_request_token(REQUEST_URL, params={"p": "1"}), server)
    run(client.fetch_access_token(ACCESS_URL, "v"), server)
    texts = [r.url.partition("?")[2] if placement == "QUERY" else r.body.decode() for r in server.requests]
    assert dict(parse_qsl(texts[0]))["oauth_callback"] == "oob"
    assert dict(parse_qsl(texts[1]))["oauth_verifier"] == "v"
    assert all(request.header("authorization") is None for request in server.requests)


@pytest.mark.parametrize("body", [b"oauth_token=t&oauth_token_secret=s", TEMPORARY.replace(b"true", b"false")])
def test_an_unconfirmed_callback_is_refused(body):
    """Where a callback was sent, an answer that does not confirm it is refused, and the token is not used."""
    client = core(redirect_uri="https://app.example/cb")
    with pytest.raises(ProtocolViolation, match="oauth_callback_confirmed"):
        run(client.fetch_request_token(REQUEST_URL), Server(body))
    assert client.credentials.token is None
    lenient = core(redirect_uri="https://app.example/cb", require_callback_confirmed=False)
    assert run(lenient.fetch_request_token(REQUEST_URL), Server(body))["oauth_token"]


@pytest.mark.parametrize(
    ("url", "error", "code"),
    [
        ("https://a/cb?oauth_token=other&oauth_verifier=v", MismatchingStateError, "mismatching_state"),
        ("https://a/cb?oauth_verifier=v", MismatchingStateError, "mismatching_state"),
        ("https://a/cb?denied=req", AuthorizationRefused, "access_denied"),
        ("https://a/cb?oauth_problem=user_refused&oauth_token=req", AuthorizationRefused, "user_refused"),
        ("https://a/cb?error=access_denied&error_description=No", AuthorizationRefused, "access_denied"),
        ("https://a/cb?oauth_token=req&oauth_token=req&oauth_verifier=v", ProtocolViolation, "invalid_response"),
        ("https://a/cb?oauth_token=req&oauth_verifier=v&oauth_verifier=w", ProtocolViolation, "invalid_response"),
    ],
)
def test_a_callback_that_is_not_ours_is_refused(url, error, code):
    """Another request token, none, a refusal or a doubled parameter: the callback is refused and nothing changes."""
    client = core("key", "s", "req", "reqsec")
    with pytest.raises(error) as caught:
        client.parse_authorization_response(url)
    assert caught.value.error == code
    assert client.token == {"oauth_token": "req", "oauth_token_secret": "reqsec"}


def test_what_is_no_callback_is_refused():
    """Text that is no URL is a usage error."""
    with pytest.raises(UsageError, match="callback"):
        core().parse_authorization_response("https://[::1")


def test_a_second_process_reads_the_callback():
    """A client that never saw the request token takes it from the callback."""
    client = core()
    client.parse_authorization_response("https://a/cb?oauth_token=req&oauth_verifier=v")
    assert client.token == {"oauth_token": "req", "oauth_verifier": "v"}


@pytest.mark.parametrize(
    ("response", "code", "text"),
    [
        (answer(b"oauth_problem=consumer_key_unknown", 401), "consumer_key_unknown", "was refused"),
        (answer(b"oauth_problem=token_rejected"), "token_rejected", "was refused"),
        (
            answer(b"", 401, [("WWW-Authenticate", 'OAuth realm="x", oauth_problem="nonce_used"')]),
            "nonce_used",
            "was refused",
        ),
        (
            answer(
                b"oauth_problem=parameter_absent&oauth_parameters_absent=oauth_nonce%26x&oauth_problem_advice=Add+it",
                400,
            ),
            "parameter_absent",
            "Add it [parameters_absent: oauth_nonce&x]",
        ),
        (
            answer(b'{"errors":[{"code":32,"message":"Could not authenticate you."}]}', 401),
            "32",
            "Could not authenticate you.",
        ),
        (
            answer(b'{"error": {"code": "USER_ERROR", "message": "Invalid login attempt."}}', 401),
            "USER_ERROR",
            "Invalid login",
        ),
        (answer(b'{"error": {"code": [1], "message": "Odd."}}', 401), "server_error", "Odd."),
        (
            answer(b"", 401, [("WWW-Authenticate", 'Basic realm="x"'), ("WWW-Authenticate", "OAuth oauth_problem=p")]),
            "p",
            "was refused",
        ),
        (answer(b"<html>Oops</html>", 500, [("content-type", "text/html")]), "server_error", "was refused"),
        (answer(b"oauth_problem=a+b%0Ac", 400), "oauth_problem", "was refused"),
    ],
)
def test_a_refusal_is_one_exception(response, code, text):
    """Error reports in body, header, form or JSON become a ServerRefusal with code, text and status."""
    with pytest.raises(ServerRefusal) as caught:
        run(core("key").fetch_request_token(REQUEST_URL), Server(response))
    assert caught.value.error == code
    assert text in caught.value.description
    assert caught.value.status_code == response.status


def test_a_refusal_holds_no_secret():
    """A server that echoes key material in its advice does not get it into the exception."""
    advice = b"oauth_problem=signature_invalid&oauth_problem_advice=key+was+client-zz%26tok-zz"
    client = core("key", "client-zz", "t", "tok-zz")
    with pytest.raises(ServerRefusal) as caught:
        run(client.fetch_access_token(ACCESS_URL, "v"), Server(answer(advice, 401)))
    assert "zz" not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(b"<html></html>", 200, [("content-type", "text/html")]), "neither a form nor a JSON"),
        (answer(b"{broken"), "neither a form nor a JSON"),
        (answer(b"\xff\xfe"), "neither a form nor a JSON"),
        (answer(b""), "neither a form nor a JSON"),
        (answer(b"oauth_token=t"), "holds no oauth_token_secret"),
        (answer(b"oauth_token_secret=zz"), "holds no oauth_token"),
        (answer(b"oauth_token=&oauth_token_secret=zz"), "holds no oauth_token"),
        (answer(b'{"oauth_token": ["t"], "oauth_token_secret": "zz"}'), "holds no oauth_token"),
    ],
)
def test_an_unusable_answer_is_refused(response, error):
    """An answer that cannot be decoded or lacks the token or its secret is an error without its content."""
    with pytest.raises(InvalidTokenResponse, match=error) as caught:
        run(core().fetch_request_token(REQUEST_URL), Server(response))
    assert "zz" not in str(caught.value)


def test_a_redirect_is_never_followed():
    """A redirecting endpoint is an error that names the target without its query."""
    moved = answer(b"", 302, [("Location", "https://elsewhere.example/x?secret=zz")])
    with pytest.raises(ProtocolViolation, match=r"to https://elsewhere.example/x,") as caught:
        run(core().fetch_request_token(REQUEST_URL), Server(moved))
    assert "zz" not in str(caught.value)


def test_steps_out_of_order_are_refused():
    """Without verifier, request token, URL or session handle, the error says what is missing."""
    with pytest.raises(UsageError, match="verifier is missing"):
        core().fetch_access_token(ACCESS_URL)
    with pytest.raises(UsageError, match="no request token"):
        core().fetch_access_token(ACCESS_URL, "v")
    with pytest.raises(UsageError, match="request token"):
        core().create_authorization_url("https://p.example/authorize")
    with pytest.raises(UsageError, match="authorize again"):
        core().renew_access_token(ACCESS_URL)
    with pytest.raises(UsageError, match="no request_token_url is known"):
        run(core().fetch_request_token(""), Server())
    with pytest.raises(InsecureTransportError):
        run(core().fetch_request_token("http://p.example/request_token"), Server())


@pytest.mark.parametrize(("options", "sent"), [({}, "oob"), ({"omit_callback": True}, None)])
def test_without_a_redirect_uri_the_callback_is_out_of_band(options, sent):
    """A client that names no place to return to says so, unless its server is older than that parameter."""
    server = Server(b"oauth_token=req&oauth_token_secret=s")
    run(core(**options).fetch_request_token(REQUEST_URL), server)
    assert header(server.requests[0]).get("oauth_callback") == sent


def test_two_legs():
    """A client without a user exchanges its request token without a verifier, or signs with no token at all."""
    server = Server(b"oauth_token=req&oauth_token_secret=s", TOKEN)
    client = core()
    run(client.fetch_two_legged_token(REQUEST_URL, ACCESS_URL), server)
    assert "oauth_verifier" not in header(server.requests[1])
    assert client.token["oauth_token"] == "acc"
    assert "oauth_token" not in core().sign_parts("GET", "https://p.example/x")[1]


def test_xauth():
    """XAuth sends name and password in the signed form, and an error never holds the password."""
    client = core("key", "s", "old", "oldsec")
    server = Server(TOKEN)
    run(client.fetch_xauth_token(ACCESS_URL, "me@x", "pass-zz", params={"perms": "r"}), server)
    request = server.requests[0]
    assert dict(parse_qsl(request.body.decode())) == {
        "perms": "r",
        "x_auth_mode": "client_auth",
        "x_auth_username": "me@x",
        "x_auth_password": "pass-zz",
    }
    assert "oauth_token" not in header(request)
    assert client.token["oauth_token"] == "acc"
    refused = answer(b"oauth_problem=x&oauth_problem_advice=pass-zz+is+wrong", 401)
    with pytest.raises(ServerRefusal) as caught:
        run(client.fetch_xauth_token(ACCESS_URL, "me@x", "pass-zz"), Server(refused))
    assert "zz" not in str(caught.value)


def test_a_session_handle_renews():
    """A token with a session handle is renewed with it; an answer without a handle keeps the old one."""
    client = core("key", "s", "req", "x")
    server = Server(
        TOKEN + b"&oauth_session_handle=h1&oauth_expires_in=3600",
        b"oauth_token=acc2&oauth_token_secret=s2",
        b"oauth_token=acc3&oauth_token_secret=s3&oauth_session_handle=h2",
    )
    run(client.fetch_access_token(ACCESS_URL, "v"), server)
    renewed = run(client.renew_access_token(ACCESS_URL), server)
    assert renewed.session_handle == "h1"
    sent = header(server.requests[1])
    assert (sent["oauth_session_handle"], sent["oauth_token"]) == ("h1", "acc")
    assert client.token == {"oauth_token": "acc2", "oauth_token_secret": "s2", "oauth_session_handle": "h1"}
    restored = core()
    restored.token = client.token
    assert run(restored.renew_access_token(ACCESS_URL), server)["oauth_token"] == "acc3"
    assert restored.token["oauth_session_handle"] == "h2"


def refusal(report, date=None):
    headers = [("WWW-Authenticate", f"OAuth {report}")] if report else []
    return answer(b"", 401, headers + ([("Date", date)] if date else []))


@pytest.mark.parametrize(
    ("response", "timestamp"),
    [
        (
            refusal(f'oauth_problem="timestamp_refused", oauth_acceptable_timestamps="{NOW + 900}-{NOW + 1100}"'),
            NOW + 1000,
        ),
        (
            answer(f"oauth_problem=timestamp_refused&oauth_acceptable_timestamps={NOW - 30}-{NOW - 10}".encode(), 400),
            NOW - 20,
        ),
        (refusal('oauth_problem="timestamp_refused"', "Tue, 14 Nov 2023 22:13:50 GMT"), NOW + 30),
        (refusal(None, "Tue, 14 Nov 2023 23:13:20 GMT"), NOW + 3600),
    ],
)
def test_a_refused_timestamp_adjusts_the_clock_once(response, timestamp):
    """A refusal about the timestamp shifts the clock to the server's and the request is signed anew, once."""
    server = Server(response, b"oauth_token=t&oauth_token_secret=s")
    client = core()
    run(client.fetch_request_token(REQUEST_URL), server)
    one, two = map(header, server.requests)
    assert (one["oauth_timestamp"], two["oauth_timestamp"]) == (str(NOW), str(timestamp))
    assert one["oauth_nonce"] != two["oauth_nonce"]
    assert f'oauth_timestamp="{timestamp}"' in client.sign_parts("GET", "https://p.example/")[1]


def test_a_server_that_keeps_refusing_is_asked_twice():
    """The same refusal again after an adjustment is an error, never a loop."""
    report = f'oauth_problem="timestamp_refused", oauth_acceptable_timestamps="{NOW + 900}-{NOW + 1100}"'
    server = Server(refusal(report), refusal(report))
    client = core()
    with pytest.raises(ServerRefusal) as caught:
        run(client.fetch_request_token(REQUEST_URL), server)
    assert caught.value.error == "timestamp_refused"
    assert len(server.requests) == 2
    assert not client.adjust_clock(refusal(report))


@pytest.mark.parametrize(
    "response",
    [
        refusal('oauth_problem="signature_invalid"', "Tue, 14 Nov 2023 23:13:20 GMT"),
        refusal(None, "Tue, 14 Nov 2023 22:14:20 GMT"),
        refusal(None, "yesterday"),
        refusal('oauth_problem="timestamp_refused"'),
        refusal(f'oauth_problem="timestamp_refused", oauth_acceptable_timestamps="{NOW - 5}-{NOW + 5}"'),
        answer(b"", 200, [("Date", "Tue, 14 Nov 2023 23:13:20 GMT")]),
        answer(b"", 404, [("Date", "Tue, 14 Nov 2023 23:13:20 GMT")]),
    ],
)
def test_other_refusals_leave_the_clock_alone(response):
    """A refusal for another reason, a small difference or an unreadable date changes nothing."""
    assert not core().adjust_clock(response)


def test_the_settable_attributes_take_effect():
    """Token, verifier, callback, realm and credentials can be assigned, and the next signature has them."""
    client = core()
    client.realm = "R"
    client.token = {"oauth_token": "t", "oauth_token_secret": "s", "oauth_verifier": "v"}
    client.redirect_uri = "oob"
    made = client.step_signer.sign("GET", "https://h.example/")[1]["Authorization"]
    assert client.step_signer is client.step_signer
    for text in ('realm="R"', 'oauth_token="t"', 'oauth_verifier="v"', 'oauth_callback="oob"'):
        assert text in made
    plain = client.signer.sign("GET", "https://h.example/")[1]["Authorization"]
    assert "oauth_verifier" not in plain
    client.verifier = client.redirect_uri = None
    assert "oauth_verifier" not in client.step_signer.sign("GET", "https://h.example/")[1]["Authorization"]
    assert (client.realm, client.redirect_uri) == ("R", None)
    client.token = None
    assert client.token == {}
    assert not client.authorized
    with pytest.raises(UsageError, match=r"no oauth_token; it has \['oauth_token_secret'\]"):
        client.token = {"oauth_token_secret": "zz"}
    with pytest.raises(TypeError, match="assign the dict"):
        client.token = "abc"


def test_nonce_and_timestamp_can_be_fixed():
    """Fixed values, as oauthlib takes them, and functions both set nonce and timestamp."""
    fixed = OAuth1Core("k", nonce="n1", timestamp="123")
    assert 'oauth_nonce="n1"' in fixed.sign_parts("GET", "https://h.example/")[1]
    assert 'oauth_timestamp="123"' in fixed.sign_parts("GET", "https://h.example/")[1]
    called = OAuth1Core("k", nonce=lambda: "n2", timestamp=lambda: 5.5)
    assert 'oauth_timestamp="5"' in called.sign_parts("GET", "https://h.example/")[1]


def test_a_client_class_of_the_users_own_signs():
    """client_class replaces the signer, stays in place when the token changes, and must be a signer."""

    class Loud(OAuth1Signer):
        def sign_parts(self, *args, **options):
            url, authorization, body, kind = super().sign_parts(*args, **options)
            return url, authorization + ', x="1"', body, kind

    client = core(client_class=Loud)
    client.token = {"oauth_token": "t", "oauth_token_secret": "s"}
    assert client.sign_parts("GET", "https://h.example/")[1].endswith(', x="1"')
    with pytest.raises(TypeError, match="client_class"):
        core(client_class=dict)


def test_a_core_pickles_without_its_repr_showing_secrets():
    """A client's whole state survives pickling; its repr holds no secret."""
    client = core("key", "client-zz", "t", "tok-zz", redirect_uri="oob", verifier="v")
    client.adjust_clock(refusal('oauth_problem="timestamp_refused"', "Tue, 14 Nov 2023 22:13:50 GMT"))
    again = pickle.loads(pickle.dumps(client))
    assert (again.token, again.redirect_uri) == (client.token, "oob")
    assert f'oauth_timestamp="{NOW + 30}"' in again.sign_parts("GET", "https://h.example/")[1]
    assert "zz" not in repr(client)


def test_authorized_knows_what_each_method_needs():
    """HMAC needs both secrets and the token, RSA the token alone."""
    wiki = json.loads((Path(__file__).parent.parent / "vectors" / "oauth1_wiki.json").read_text("ascii"))
    assert core("k", None, "t", rsa_key=wiki["private_key"], signature_method="RSA-SHA1").authorized
    assert core("k", "s", "t", "ts").authorized
    assert not core("k", "s", "t").authorized
    assert not core("k", "s").authorized


def test_every_spelling_leads_to_a_parameter():
    """The table of alternate spellings only names parameters that exist."""
    import inspect

    assert set(OAUTH1_SPELLINGS.values()) <= set(inspect.signature(OAuth1Core.__init__).parameters)


def test_errors_share_the_root():
    """Everything the flows raise is an OAuthError."""
    for kind in (UsageError, ServerRefusal, ProtocolViolation, InvalidTokenResponse):
        assert issubclass(kind, OAuthError)
