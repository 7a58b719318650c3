"""The authorization request, and the callback that is checked fail-closed."""

import copy
import dataclasses
import json
import pickle
from base64 import urlsafe_b64encode
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from oauth_core import (
    AuthorizationRefused,
    AuthorizationRequest,
    AuthorizationResponse,
    InsecureTransportError,
    MismatchingIssuerError,
    MismatchingStateError,
    ProtocolViolation,
    UsageError,
    callback_parameters,
    code_challenge,
    generate_code_verifier,
    generate_token,
)

ENDPOINT = "https://as.test/authorize"
CALLBACK = "https://app.test/cb"
VERIFIER = "v" * 43


def request(**changes):
    changes.setdefault("redirect_uri", CALLBACK)
    return AuthorizationRequest(ENDPOINT, "app", **changes)


def sent(made):
    return parse_qsl(urlsplit(made.uri).query, keep_blank_values=True)


def url(**params):
    return f"{CALLBACK}?{urlencode(params, doseq=True)}"


# The request.


def test_request_has_state_and_pkce_by_itself():
    """A request has a fresh state and an S256 challenge of a fresh verifier, which itself is not sent."""
    one, two = request(scope=["read", "write"]), request()
    params = dict(sent(one))
    assert params == {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": CALLBACK,
        "scope": "read write",
        "state": one.state,
        "code_challenge": code_challenge(one.code_verifier),
        "code_challenge_method": "S256",
    }
    assert one.state != two.state
    assert one.code_verifier != two.code_verifier
    assert one.code_verifier not in one.uri
    assert str(one) == one.uri


@pytest.mark.parametrize(
    ("scope", "response_type", "wanted"),
    [("openid", "code", True), ("read", "code", False), (None, "code", False), (None, "code id_token", True)],
)
def test_nonce_where_an_id_token_comes(scope, response_type, wanted):
    """A nonce is sent where the scope has openid or an ID token is asked for."""
    assert ("nonce" in dict(sent(request(scope=scope, response_type=response_type)))) is wanted


def test_checks_are_given_up_only_by_name():
    """None gives up state, nonce or PKCE; nothing else does."""
    made = request(state=None, nonce=None, code_challenge_method=None, scope="openid")
    assert {"state", "nonce", "code_challenge", "code_challenge_method"}.isdisjoint(dict(sent(made)))
    assert (made.code_challenge, made.code_verifier) == (None, None)
    assert request(response_type="token").code_verifier is None
    assert dict(sent(request(code_verifier=VERIFIER, code_challenge_method="plain")))["code_challenge"] == VERIFIER


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code_verifier": "short"}, "43 to 128"),
        ({"code_verifier": "v" * 129}, "43 to 128"),
        ({"code_verifier": "ü" * 43}, "43 to 128"),
        ({"code_verifier": VERIFIER + "\n"}, "43 to 128"),
        ({"code_challenge_method": "S512"}, "unknown code_challenge_method"),
        ({"code_challenge_method": None, "code_verifier": VERIFIER}, "means no PKCE"),
        ({"code_challenge": "abc"}, "code_challenge would be sent twice"),
        ({"extra": [("client_id", "x"), ("state", "y")]}, "client_id, state would be sent twice"),
    ],
)
def test_request_that_cannot_work_is_refused_when_it_is_made(changes, message):
    """A bad verifier, an unknown method and a parameter that would be sent twice are refused at once."""
    with pytest.raises(UsageError, match=message):
        request(**changes)


def test_request_needs_a_client_and_a_secure_endpoint():
    """Without client id, or with an endpoint on plain HTTP, no request is made."""
    with pytest.raises(UsageError, match="client_id"):
        AuthorizationRequest(ENDPOINT, "")
    for bad in ("http://as.test/authorize", "http://localhost:80@attacker.test/"):
        with pytest.raises(UsageError):
            AuthorizationRequest(bad, "app")
    with pytest.raises(InsecureTransportError):
        AuthorizationRequest("http://as.test/authorize", "app")
    assert AuthorizationRequest("http://as.test/a", "app", allow_insecure_http=True).uri.startswith("http://as.test/a?")


def test_further_parameters_are_sent_and_repeated():
    """Free keywords and extra pairs are sent; a list repeats its name; they read as attributes."""
    made = request(resource=["a", "b"], prompt="login", max_age=60, extra=[("x", "1")])
    added = [("x", "1"), ("resource", "a"), ("resource", "b"), ("prompt", "login"), ("max_age", "60")]
    assert [pair for pair in sent(made) if pair in added and pair[0] == "resource"] == added[1:3]
    assert set(added) <= set(sent(made))
    assert len(sent(made)) == len(sent(request())) + 5
    assert made.prompt == "login"
    with pytest.raises(AttributeError, match="no parameter 'nothing'"):
        _ = made.nothing


def test_parameters_cannot_break_out():
    """Separators and line ends in a parameter stay inside it, and the endpoint's own query stays."""
    made = AuthorizationRequest(f"{ENDPOINT}?tenant=1", "app", login_hint="a&state=x#\r\nX: y", redirect_uri=CALLBACK)
    assert dict(sent(made))["login_hint"] == "a&state=x#\r\nX: y"
    assert dict(sent(made))["tenant"] == "1"
    assert "\n" not in made.uri


def test_request_is_a_frozen_value():
    """A request is frozen, pickles and copies to an equal one, and shows no secret."""
    made = request(scope="openid", prompt="login")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.state = "x"
    for twin in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made), copy.copy(made)):
        assert twin == made
    assert made.state not in repr(made)
    assert made.code_verifier not in repr(made)


def test_request_round_trips_through_json():
    """A request that went through a session store as JSON validates the callback in another process."""
    made = request(scope="openid", issuer="https://as.test", iss_required=True, resource=["a", "b"])
    twin = AuthorizationRequest.from_json(made.to_json().encode())
    assert twin == made
    assert twin.uri == made.uri
    answer = twin.validate_callback(url(code="c", state=made.state, iss="https://as.test"))
    assert (answer.code_verifier, answer.nonce, answer.redirect_uri) == (made.code_verifier, made.nonce, CALLBACK)
    plain = request(state=None, code_challenge_method=None)
    assert AuthorizationRequest.from_json(plain.to_json()) == plain
    implicit = request(response_type="token")
    assert AuthorizationRequest.from_json(implicit.to_json()) == implicit


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "no json", '{"what": 1}', '{"extra": 5}', b"\xff", '{"parameters": [["a"]]}']
)
def test_json_that_is_none_of_ours(text):
    """JSON that is no request, or no response, is refused."""
    with pytest.raises(UsageError, match="not the JSON of an AuthorizationRe"):
        AuthorizationRequest.from_json(text)
    with pytest.raises(UsageError, match="not the JSON of an AuthorizationRe"):
        AuthorizationResponse.from_json(text)


def test_corrected_request_is_sent_as_corrected():
    """A corrected URL is sent exactly; what is checked later follows the correction, and survives JSON."""
    made = request(scope="read", prompt="login")
    corrected = made.with_uri(
        f"https://else.test/go?client_key=app&state=other&redirect_uri={CALLBACK}/2&response_type=code&nonce=n"
    )
    twin = AuthorizationRequest.from_json(corrected.to_json())
    assert twin.uri == corrected.uri
    assert "client_id" not in dict(sent(twin))
    assert (twin.state, twin.redirect_uri, twin.scope, twin.nonce) == ("other", f"{CALLBACK}/2", None, "n")
    assert twin.validate_callback({"code": "c", "state": "other"}).code_verifier == made.code_verifier
    dropped = made.with_uri(f"{ENDPOINT}?client_id=app")
    with pytest.raises(MismatchingStateError):
        dropped.validate_callback({"code": "c"})


# The callback.


def test_callback_in_every_form():
    """A callback may be a URL (of an app's own scheme too), a path, a query string, a mapping or pairs."""
    made = request(state="s")
    for response in (
        url(code="c", state="s"),
        f"  {url(code='c', state='s')}\n",
        "/cb?code=c&state=s",
        "com.example.app:/cb?code=c&state=s",
        "myapp://cb?code=c&state=s",
        f"{CALLBACK}#code=c&state=s",
        "?code=c&state=s",
        "#code=c&state=s",
        "code=c&state=s&next=https://app.test/",
        {"code": "c", "state": "s"},
        [("code", "c"), ("state", "s")],
    ):
        answer = made.validate_callback(response)
        assert (answer.code, answer.state, answer.redirect_uri) == ("c", "s", CALLBACK)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"code": "c"}, "no state"),
        ({"code": "c", "state": ""}, "no state"),
        ({"code": "c", "state": "other"}, "another"),
        ({"code": "c", "state": "S"}, "another"),
        ({"code": "c", "state": "ß"}, "another"),
        ({"error": "access_denied", "state": "other"}, "another"),
        ({"error": "access_denied"}, "no state"),
    ],
)
def test_missing_and_foreign_state(params, message):
    """A callback without the state that was sent, or with another, is refused, error or not; no state is shown."""
    made = request(state="s-3-cret")
    with pytest.raises(MismatchingStateError, match=message) as caught:
        made.validate_callback(url(**params))
    assert "s-3-cret" not in str(caught.value)


def test_state_that_was_given_up_is_not_compared():
    """A request without state takes a callback with or without one."""
    assert request(state=None).validate_callback(url(code="c")).code == "c"
    assert request(state=None).validate_callback(url(code="c", state="any")).state == "any"


@pytest.mark.parametrize(
    ("issuer", "required", "iss", "kind"),
    [
        ("https://as.test", True, "https://as.test", None),
        ("https://as.test", False, "https://as.test", None),
        ("https://as.test", False, None, None),
        (None, False, "https://any.test", None),
        ("https://as.test", True, None, MismatchingIssuerError),
        ("https://as.test", True, "", MismatchingIssuerError),
        ("https://as.test", False, "https://as.test/", MismatchingIssuerError),
        ("https://as.test", False, "https://attacker.test", MismatchingIssuerError),
        (None, True, "https://as.test", UsageError),
    ],
)
def test_issuer_of_the_callback(issuer, required, iss, kind):
    """A callback's iss must be exactly the issuer that was asked, and be there where metadata promises it."""
    made = request(state="s", issuer=issuer, iss_required=required)
    params = {"code": "c", "state": "s", **({} if iss is None else {"iss": iss})}
    if kind is None:
        assert made.validate_callback(params).iss == iss
    else:
        with pytest.raises(kind, match="iss"):
            made.validate_callback(params)


def test_error_of_another_server_is_refused_as_such():
    """The issuer is checked before an error is believed."""
    made = request(state="s", issuer="https://as.test")
    with pytest.raises(MismatchingIssuerError):
        made.validate_callback({"error": "access_denied", "state": "s", "iss": "https://attacker.test"})


@pytest.mark.parametrize("name", ["code", "state", "iss", "error", "access_token", "id_token"])
def test_repeated_parameter_is_refused(name):
    """A parameter that decides and comes twice is refused, in query, fragment and both; nothing of it is used."""
    query = urlencode({"code": "c", "state": "s"})
    for response in (
        f"{CALLBACK}?{query}&{name}=1&{name}=2",
        f"{CALLBACK}?{query}&{name}=1#{name}=2",
        [("code", "c"), (name, "1"), (name, "1")],
    ):
        with pytest.raises(ProtocolViolation, match="more than once") as caught:
            request(state="s").validate_callback(response)
        assert caught.value.error == "repeated_parameter"


def test_other_parameters_may_repeat():
    """A parameter that decides nothing may come twice."""
    assert request(state="s").validate_callback(f"{url(code='c', state='s')}&x=1&x=2").get("x") == "1"


@pytest.mark.parametrize(
    ("params", "code", "description"),
    [
        ({"error": "access_denied"}, "access_denied", "was refused"),
        ({"error": "login_required", "error_description": 'say "no"\r\nü'}, "login_required", 'say "no"\r\nü'),
        ({"error": ""}, "server_error", "was refused"),
        ({"error": "access_denied", "code": "c"}, "access_denied", "was refused"),
    ],
)
def test_error_callback_is_raised(params, code, description):
    """An error callback is raised with its code, description and uri, and no code beside it is used."""
    with pytest.raises(AuthorizationRefused) as caught:
        request(state="s").validate_callback(url(state="s", error_uri="https://as.test/e", **params))
    assert caught.value.error == code
    assert description in caught.value.description
    assert caught.value.uri == "https://as.test/e"
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("params", [{}, {"code": ""}, {"access_token": "a"}])
def test_callback_without_code(params):
    """A callback without code and error is refused where a code was asked for."""
    with pytest.raises(ProtocolViolation, match="neither a code nor an error"):
        request(state="s").validate_callback({"state": "s", **params})
    assert request(state="s", response_type="none").validate_callback({"state": "s"}).code is None


@pytest.mark.parametrize("kind", ["token", "id_token", "id_token token", "code id_token"])
def test_callback_without_what_was_asked_for(kind):
    """A callback that lacks the token or the ID token of its response type is refused, whatever else it holds."""
    whole = {"state": "s", "code": "c", "access_token": "a", "id_token": "i"}
    assert request(state="s", response_type=kind).validate_callback(whole).get("id_token") == "i"
    for word in kind.split():
        name = "access_token" if word == "token" else word
        with pytest.raises(ProtocolViolation, match="nor an error") as caught:
            request(state="s", response_type=kind).validate_callback({**whole, name: ""})
        assert caught.value.error == f"missing_{name}"


def id_token(payload):
    return f"e30.{urlsafe_b64encode(payload).rstrip(b'=').decode()}.x"


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "a.!.c", id_token(b"7"), id_token(b'{"iss": 7}'), id_token(b"{}"), id_token(b"[" * 9999)],
)
def test_issuer_that_cannot_be_read(token):
    """Where iss is promised and left out, an ID token that names no issuer does not stand in for it."""
    made = request(state="s", response_type="code id_token", issuer="https://as.test", iss_required=True)
    known = {"state": "s", "code": "c"}
    with pytest.raises(MismatchingIssuerError, match="has no iss"):
        made.validate_callback({**known, "id_token": token})
    good = id_token(b'{"iss": "https://as.test"}')
    assert made.validate_callback({**known, "id_token": good}).iss is None
    with pytest.raises(MismatchingIssuerError, match="another"):
        made.validate_callback({**known, "id_token": id_token(b'{"iss": "https://attacker.test"}')})


def test_callback_that_is_no_url():
    """A callback that cannot be read as a URL says so."""
    with pytest.raises(UsageError, match="not a URL"):
        callback_parameters("https://[::1/cb?code=c")


def test_response_carries_what_the_token_request_needs():
    """The response has code, verifier, nonce and the checks that were asked for; it round-trips and shows no secret."""
    made = request(state="s", scope="openid", max_age=60, acr_values="a b")
    answer = made.validate_callback(url(code="s3cret-code", state="s", session_state="x"))
    assert (answer.max_age, answer.acr_values, answer.session_state) == (60, "a b", "x")
    with pytest.raises(AttributeError, match="no parameter 'nothing'"):
        _ = answer.nothing
    with pytest.raises(AttributeError):
        _ = answer._private
    assert AuthorizationResponse.from_json(answer.to_json()) == answer
    assert pickle.loads(pickle.dumps(answer)) == copy.deepcopy(answer) == answer
    assert "s3cret-code" not in repr(answer)
    assert VERIFIER not in repr(answer)
    assert json.loads(answer.to_json())["code"] == "s3cret-code"
    odd = request(state="s", extra=[("max_age", "²")]).validate_callback({"code": "c", "state": "s"})
    assert odd.max_age is None
    with pytest.raises(AttributeError):
        _ = made._private


# Random values and PKCE.


def test_challenge_of_the_rfc():
    """The S256 challenge is that of the RFC's own example. RFC 7636 Appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert code_challenge(verifier, "plain") == verifier


def test_random_values():
    """Random values have the length and alphabet that was asked for, and differ."""
    assert len(generate_token()) == 30
    assert set(generate_token(50, "ab")) <= {"a", "b"}
    assert len({generate_token() for _ in range(50)}) == 50
    assert code_challenge(generate_code_verifier())
