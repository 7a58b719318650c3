"""The vocabulary of fixes: what each change leaves alone, and what no provider's answer can make it do."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oauth_compliance
from oauth_compliance import (
    AddQuery,
    Answer,
    Drop,
    ErrorAt,
    Fix,
    JSONBody,
    Lift,
    MoveToken,
    RequestParts,
    UserClaims,
    profile,
    profiles,
)
from oauth_core import HookResponse, ProtocolViolation, Response
from tests.compliance.test_profiles import filled

FIXES = {one.name: filled(one).fix for one in profiles() if one.version == "2.0"}
FORM = "application/x-www-form-urlencoded"
NAMES = ["access_token", "token_type", "scope", "expires", "expires_in", "error", "errors", "data", "body", "status"]
NAMES += ["authed_user", "accessToken", "error_type", "error_message", "message", "id", "sub", "email_verified"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["", "0", "a,b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), values, max_size=8)


def answered(body):
    return Response(200, (("Content-Type", "application/json"),), body.encode())


@settings(max_examples=60, deadline=None)
@given(documents)
def test_no_answer_makes_a_fix_fail(document):
    """Whatever JSON a server sends, every fix takes it, and running it again changes nothing more."""
    for one in FIXES.values():
        hooks = one.new_hooks()
        once = hooks.on_response("access_token_response", answered(json.dumps(document)))
        twice = hooks.on_response("access_token_response", once)
        assert twice.body == once.body


@settings(max_examples=60, deadline=None)
@given(documents)
def test_no_userinfo_answer_makes_a_profile_fail(document):
    """Whatever JSON a userinfo endpoint sends is read, or refused as an answer without identifier."""
    for claims in (UserClaims(), UserClaims("id"), profile("stackexchange").user):
        try:
            user = claims.read(document)
        except ProtocolViolation:
            continue
        assert user.subject
        assert user.email_verified in (None, True, False)


@pytest.mark.parametrize("name", FIXES)
@pytest.mark.parametrize(
    ("point", "url", "headers", "body"),
    [
        ("authorization_request", "https://as.example/a?client_id=i&scope=a+b&state=s", {}, None),
        ("access_token_request", "https://as.example/t", {"Content-Type": FORM}, "grant_type=x&client_id=i&scope=a+b"),
        ("refresh_token_request", "https://as.example/t", {"Content-Type": FORM}, "grant_type=x&client_id=i"),
        ("revoke_token_request", "https://as.example/r", {"Content-Type": FORM}, "token=t&client_id=i"),
        ("protected_request", "https://api.example/?q=%20&flag", {"Authorization": "Bearer t"}, None),
    ],
)
def test_a_request_is_corrected_once(name, point, url, headers, body):
    """Correcting a corrected request changes nothing more: a renewal or a second fix does no harm."""
    hooks = FIXES[name].new_hooks()
    once = hooks.on_parts(point, url, dict(headers), body)
    twice = hooks.on_parts(point, once[0], dict(once[1]), once[2])
    assert twice == once


def test_the_rest_of_a_query_stays_as_it_is_spelt():
    """Adding to the query of an API call leaves what the caller wrote as it was, the fragment last."""
    request = RequestParts("https://api.example/x?a=%20b&flag&c=1+2#part", {"authorization": "Bearer t&t"}, None)
    AddQuery({"site": "a b", "empty": ""}).change(request)
    assert MoveToken(query="access_token").change(request)
    assert request.url == "https://api.example/x?a=%20b&flag&c=1+2&site=a+b&access_token=t%26t#part"
    assert request.headers == {}
    assert AddQuery({"site": "other"}).change(request) is None


def test_an_old_token_in_the_query_is_replaced():
    """A replayed request carries the new token alone."""
    request = RequestParts("https://api.example/x?access_token=old&a=1", {"Authorization": "bearer new"}, None)
    MoveToken(query="access_token").change(request)
    assert request.query == [("a", "1"), ("access_token", "new")]


@pytest.mark.parametrize("value", [None, "Basic eA==", "Bearer", "Bearer ", ""])
def test_only_a_bearer_token_is_moved(value):
    """Another credential in the header stays where it is."""
    headers = {} if value is None else {"Authorization": value}
    request = RequestParts("https://api.example/x", dict(headers), None)
    assert MoveToken(header="X-Token").change(request) is None
    assert request.headers == headers


def test_a_wrapped_answer_without_a_token_stays():
    """What is wrapped is lifted only where it is a token."""
    for body in (
        '{"data": {"error_code": 1}}',
        '{"data": [1]}',
        '{"access_token": "a", "data": {"access_token": "b"}}',
    ):
        assert Fix("acme", (Lift("data"),)).new_hooks().on_response("access_token_response", answered(body)).json() == (
            json.loads(body)
        )


def test_a_drop_takes_what_says_nothing():
    """A scope that is a list, or a life time that is a number, says something and stays."""
    body = '{"access_token": "a", "scope": ["x"], "expires_in": 0, "other": null}'
    hooks = Fix("acme", (Drop(("scope", "expires_in")),)).new_hooks()
    assert hooks.on_response("access_token_response", answered(body)).json() == {
        "access_token": "a",
        "scope": ["x"],
        "other": None,
    }


def test_an_error_without_a_description():
    """A code alone is enough to be found."""
    hooks = Fix("acme", (ErrorAt("fault.code"),)).new_hooks()
    found = hooks.on_response("access_token_response", answered('{"fault": {"code": "spent"}}')).json()
    assert found == {"fault": {"code": "spent"}, "error": "spent"}


def test_json_is_sent_once():
    """A body that is JSON already, or none at all, is left alone."""
    for headers, body in (({"Content-Type": "application/json"}, "{}"), ({"Content-Type": FORM}, "")):
        request = RequestParts("https://as.example/t", dict(headers), body)
        assert JSONBody().change(request) is None
        assert request.body == body


def test_what_a_change_sees_is_not_printed():
    """Neither parts nor answers show their content."""
    assert repr(RequestParts("https://x.example/?code=c", {"Authorization": "Bearer t"}, "s=1")) == "<RequestParts>"
    answer = Answer(HookResponse(answered('{"access_token": "t"}')))
    assert repr(answer) == "<Answer 200>"
    assert answer.status == 200


def test_the_packages_names():
    """`dir()` lists the public names, and an unknown one is an `AttributeError`."""
    assert set(oauth_compliance.__all__) <= set(dir(oauth_compliance))
    with pytest.raises(AttributeError, match="no attribute 'slack_compliance_fix'"):
        _ = oauth_compliance.slack_compliance_fix
