"""Compliance hooks: ordered, removable, loud where they are wrong."""

import pickle

import pytest

from oauth_core import (
    HOOK_POINTS,
    ClientCredentialsGrant,
    HookResponse,
    Hooks,
    Request,
    Response,
    ServerRefusal,
    UsageError,
    fetch_token,
    introspect,
    refresh,
    revoke,
    userinfo,
)
from oauth_core._hooks import HookHeaders
from tests.core.core_support import JSON, answer, config, drive, form, token_answer
from tests.core.test_flows import FULL

REQUEST = Request("POST", "https://as.test/t", (("Accept", "a"),), b"x=1")


def test_request_hooks_run_in_order_over_url_headers_and_body():
    """Request hooks change URL, headers (in any letter case) and body, in the order of their registration."""
    hooks = Hooks()

    def one(url, headers, body):
        headers["ACCEPT"] = "b"
        headers["X-One"] = "1"
        return url + "?one", headers, body + "&one=ä"

    def two(url, headers, body):
        assert url.endswith("?one")
        return url, {**headers, "X-Two": headers["X-One"]}, body

    hooks.register("access_token_request", one)
    hooks.register("access_token_request", two)
    hooks.register("access_token_request", one)
    changed = hooks.on_request("access_token_request", REQUEST)
    assert changed.url == "https://as.test/t?one"
    assert dict(changed.headers) == {"ACCEPT": "b", "X-One": "1", "X-Two": "1"}
    assert form(changed) == [("x", "1"), ("one", "ä")]
    assert hooks.on_request("refresh_token_request", REQUEST) is REQUEST
    assert hooks.at("access_token_request") == (one, two)


@pytest.mark.parametrize(("body", "sent"), [(None, b""), (b"raw", b"raw"), ("text", b"text")])
def test_request_hook_may_return_bytes_or_nothing(body, sent):
    """The body that a hook returns may be text, bytes or None."""
    hooks = Hooks()
    hooks.register("access_token_request", lambda url, headers, _: (url, headers, body))
    assert hooks.on_request("access_token_request", REQUEST).body == sent


@pytest.mark.parametrize("result", [None, "url", ("url", {}), ["url", {}, ""]])
def test_request_hook_that_returns_something_else(result):
    """A request hook that returns nothing or too little is an error that names it."""

    def forgetful(url, headers, body):
        return result

    hooks = Hooks()
    hooks.register("access_token_request", forgetful)
    with pytest.raises(TypeError, match=r"forgetful must return \(url, headers, body\)"):
        hooks.on_request("access_token_request", REQUEST)


def test_response_hooks_change_what_is_judged():
    """Response hooks may assign status, text, headers and json."""
    hooks = Hooks()
    response = Response(404, (*JSON, ("X", "1"), ("x", "2")), b'{"token": "t"}')

    def status(resp):
        assert (resp.ok, resp.headers["x"], resp.headers["Content-type"]) == (False, "1, 2", "application/json")
        with pytest.raises(ServerRefusal):
            resp.raise_for_status()
        resp.status_code = 200
        resp.raise_for_status()
        return resp

    def members(resp):
        found = resp.json()
        resp.json = lambda: {"access_token": found["token"]}
        return resp

    hooks.register("access_token_response", status)
    hooks.register("access_token_response", members)
    changed = hooks.on_response("access_token_response", response)
    assert (changed.status, changed.json()) == (200, {"access_token": "t"})
    assert changed.content_type == "application/json"
    assert hooks.on_response("revoke_token_response", response) is response


def test_response_hook_may_assign_text():
    """Assigned text is the new body; untouched, the bytes stay as they came."""
    seen = HookResponse(Response(200, (), b"\xff"))
    assert seen.content == b"\xff"
    assert seen.to_response().body == b"\xff"
    seen.text = "ä"
    assert seen.content == "ä".encode()
    assert seen.to_response().body == "ä".encode()
    assert repr(seen) == "<HookResponse 200>"


@pytest.mark.parametrize("result", [None, {}, Response(200)])
def test_response_hook_that_returns_something_else(result):
    """A response hook that returns something else is an error that names it."""

    class Odd:
        def __call__(self, resp):
            return result

    hooks = Hooks()
    hooks.register("userinfo_response", Odd())
    with pytest.raises(TypeError, match="the userinfo_response hook Odd must return the response"):
        hooks.on_response("userinfo_response", Response(200))


def test_unknown_point_names_the_nearest():
    """An unknown hook point is refused with the nearest one and the list of all."""
    with pytest.raises(UsageError, match="did you mean 'access_token_response'.*protected_request") as caught:
        Hooks().register("acces_token_response", print)
    assert all(point in str(caught.value) for point in HOOK_POINTS)
    with pytest.raises(UsageError, match="no hook point 7; The points are"):
        Hooks().register(7, print)
    with pytest.raises(TypeError, match="a hook is a function"):
        Hooks().register("protected_request", "text")


def test_hooks_are_removable_and_copied():
    """A hook can be removed; a copy starts alike and goes its own way; hooks pickle."""
    hooks = Hooks()
    assert repr(hooks) == "<Hooks none>"
    hooks.register("protected_request", len)
    hooks.register("protected_request", repr)
    twin, other = hooks.copy(), pickle.loads(pickle.dumps(hooks))
    hooks.remove("protected_request", len)
    assert hooks.at("protected_request") == (repr,)
    hooks.remove("protected_request", repr)
    hooks.remove("protected_request", repr)
    assert "protected_request" not in hooks
    assert twin.at("protected_request") == other.at("protected_request") == (len, repr)
    assert repr(twin) == "<Hooks protected_request>"


def test_headers_of_hooks():
    """Headers read and change in any letter case, keep the case they were set with, and show no value."""
    headers = HookHeaders([("A", "1"), ("a", "2"), ("B", "s3cret")])
    assert dict(headers) == {"a": "1, 2", "B": "s3cret"}
    assert headers["b"] == "s3cret"
    del headers["b"]
    assert (len(headers), "B" in headers, repr(headers)) == (1, False, "<headers a>")


@pytest.mark.parametrize(
    ("point", "make", "response"),
    [
        ("access_token", lambda c: fetch_token(c, ClientCredentialsGrant()), token_answer()),
        ("refresh_token", lambda c: refresh(c, "r"), token_answer()),
        ("revoke_token", lambda c: revoke(c, "t"), answer({})),
        ("introspect_token", lambda c: introspect(c, "t"), answer({"active": True})),
        ("userinfo", lambda c: userinfo(c, "t"), answer({"sub": "a"})),
    ],
)
def test_each_flow_runs_the_hooks_of_its_points(point, make, response):
    """Each exchange runs the hooks of its own points, after authentication and before the answer is judged."""
    known, seen = config(metadata=FULL), []

    def on_request(url, headers, body):
        seen.append(headers.get("authorization", "").partition(" ")[0])
        return url, headers, body

    def on_response(resp):
        seen.append(resp.status_code)
        return resp

    if point != "userinfo":
        known.hooks.register(f"{point}_request", on_request)
    known.hooks.register(f"{point}_response", on_response)
    drive(make(known), response)
    assert seen == ([200] if point == "userinfo" else ["Basic", 200])
