"""Signed answers in the core: what a judge is asked, and what is refused with and without one."""

import pytest

from oauth_core import (
    AuthorizationRequest,
    ClientConfig,
    IntrospectionJudge,
    JARMJudge,
    OAuth2Token,
    ProtocolViolation,
    Request,
    Response,
    ServerMetadata,
    ServerRefusal,
    UsageError,
    UserInfoJudge,
    VerifiedParameters,
    build_userinfo_request,
    introspect,
    run,
    userinfo,
    validate_callback,
)

JWT = "e30.e30.c2ln"
SERVER = ServerMetadata(
    {"userinfo_endpoint": "https://as.example/me", "introspection_endpoint": "https://as.example/i"}
)


class Judge:
    """Believes one text, and says what it holds."""

    def __init__(self, **said):
        self.said = said
        self.asked = []

    def validate(self, answer, /, **named):
        yield from ()
        self.asked.append((answer, named))
        return self.said


def new_request(**parameters):
    return AuthorizationRequest("https://as.example/authorize", "client", state="s", **parameters)


def no_request(request):
    raise AssertionError(f"{request!r} was not expected")


def answering(media, body, status=200):
    seen = []

    def send(request: Request) -> Response:
        seen.append(request)
        return Response(status, (("Content-Type", media),), body.encode())

    send.seen = seen
    return send


def test_a_judge_of_your_own():
    """A judge is asked about the JWT alone, and what it says is checked as a plain callback would be."""
    judge = Judge(code="c", state="s", expires_in=5)
    assert isinstance(judge, JARMJudge)
    request = new_request(response_mode="jwt")
    response = run(validate_callback(judge, request, f"https://app.example/?response={JWT}&code=other"), no_request)
    assert (response.code, response.get("expires_in")) == ("c", "5")
    assert judge.asked == [(JWT, {})]


def test_a_plain_callback_may_have_a_parameter_of_that_name():
    """A callback that was not to be signed may hold a `response` of its own beside the code."""
    response = run(validate_callback(None, new_request(), "?code=c&state=s&response=x"), no_request)
    assert (response.code, response.get("response")) == ("c", "x")
    assert new_request().validate_callback("?code=c&state=s&response=x").code == "c"


def test_an_unasked_signature():
    """A signed callback is unwrapped, or refused for want of a judge, also where nobody asked for it."""
    judge = Judge(code="c", state="s")
    assert run(validate_callback(judge, new_request(), f"?response={JWT}"), no_request).code == "c"
    with pytest.raises(UsageError, match="jarm_validator="):
        run(validate_callback(None, new_request(), f"?response={JWT}"), no_request)
    with pytest.raises(UsageError, match="jarm_validator="):
        new_request().validate_callback(f"?response={JWT}")


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
def test_what_asks_for_a_signature(mode):
    """The response mode says whether the answer must be signed, in the request, in JSON, and in a corrected URL."""
    request = new_request(response_mode=mode)
    assert request.wants_signed_response
    assert AuthorizationRequest.from_json(request.to_json()).wants_signed_response
    plain = request.with_uri(request.uri.replace(mode, "query"))
    assert not plain.wants_signed_response
    assert plain.with_uri(request.uri).wants_signed_response
    assert not new_request(response_mode="form_post").wants_signed_response


def test_verified_parameters_are_taken():
    """What a validator returned is taken by the request, and by the flow, without asking again."""
    found = VerifiedParameters((("code", "c"), ("state", "s")))
    request = new_request(response_mode="jwt")
    assert request.validate_callback(found).code == "c"
    assert run(validate_callback(None, request, found), no_request).code == "c"
    with pytest.raises(ProtocolViolation, match="not signed"):
        request.validate_callback(tuple(found))


def test_userinfo_judge():
    """A judge of userinfo is told whom the claims must be about, and its own claims are compared once more."""
    judge = Judge(sub="alice", name="Alice")
    assert isinstance(judge, UserInfoJudge)
    config = ClientConfig("client", metadata=SERVER, userinfo_validator=judge)
    send = answering("application/jwt; charset=utf-8", f"{JWT}\n")
    assert run(userinfo(config, "token", subject="alice"), send) == {"sub": "alice", "name": "Alice"}
    assert judge.asked == [(JWT, {"subject": "alice"})]
    with pytest.raises(ProtocolViolation, match="another subject"):
        run(userinfo(config, "token", subject="bob"), send)
    with pytest.raises(ServerRefusal):
        run(userinfo(config, "token"), answering("application/json", '{"error": "invalid_token"}', 401))


def test_introspection_judge():
    """A judge of introspection must say whether the token is good; a refusal stays a refusal."""
    judge = Judge(active=True)
    assert isinstance(judge, IntrospectionJudge)
    config = ClientConfig("client", "secret", metadata=SERVER, introspection_validator=judge)
    media = "application/token-introspection+jwt"
    send = answering(media, JWT)
    assert run(introspect(config, "token"), send) == {"active": True}
    assert [one.header("accept") for one in send.seen] == [media]
    assert judge.asked == [(JWT, {})]
    judge.said = {"active": "yes"}
    with pytest.raises(ProtocolViolation, match="boolean 'active'"):
        run(introspect(config, "token"), send)
    with pytest.raises(ServerRefusal):
        run(introspect(config, "token"), answering("application/json", '{"error": "invalid_client"}', 401))


def test_where_the_token_goes():
    """Userinfo takes a Bearer token in a form; a bound one goes in the header alone, and none in the query."""
    request = build_userinfo_request("https://as.example/me", "a token", token_placement="body")
    assert (request.method, request.body) == ("POST", b"access_token=a+token")
    assert request.header("authorization") is None
    with pytest.raises(UsageError, match="sent in the header"):
        build_userinfo_request("https://as.example/me", "t", scheme="DPoP", token_placement="body")
    config = ClientConfig("client", metadata=SERVER)
    with pytest.raises(UsageError, match="'header' or 'body'"):
        run(userinfo(config, OAuth2Token(access_token="t"), token_placement="uri"), no_request)
