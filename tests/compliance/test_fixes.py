"""Fixes on clients: put on once, in order, taken off, and said in the log."""

import logging

import pytest
import requests

import oauth_httpx
import oauth_requests
from oauth_compliance import (
    BearerType,
    ByFunction,
    ChangeAnswer,
    ErrorAt,
    Fix,
    FormAnswer,
    SetHeader,
    SplitScope,
    apply,
    fix,
    profile,
)
from oauth_core import (
    ClientConfig,
    HookResponse,
    Hooks,
    OAuth1Core,
    OAuth1Credentials,
    OAuth1Signer,
    Response,
    UsageError,
)
from tests.compliance.wires import TLS

SECRET = "xoxp-secret-token"


def answer(body, status=200, kind="application/json"):
    return HookResponse(Response(status, (("Content-Type", kind),), body.encode()))


def run(hooks, point, body, **more):
    """Run the answer hooks of a point and return the members."""
    return hooks.on_response(point, answer(body, **more).to_response()).json()


def new_session():
    return oauth_requests.OAuth2Session("i", "s", token_endpoint="https://as.example/token")


def test_apply_is_idempotent():
    """Putting a fix on twice leaves one hook at each point."""
    session = new_session()
    first = apply(session, "slack")
    apply(session, "slack")
    assert first == fix("slack")
    for point, _ in first.hooks:
        assert len(session.config.hooks.at(point)) == 1


def test_a_fix_runs_twice_without_harm():
    """A corrected answer stays as it is when it is corrected again."""
    hooks = fix("github").new_hooks()
    once = hooks.on_response(
        "access_token_response", answer("access_token=a&scope=x%2Cy&token_type=bearer").to_response()
    )
    twice = hooks.on_response("access_token_response", once)
    assert once.json() == twice.json() == {"access_token": "a", "scope": "x y", "token_type": "bearer"}


def test_remove():
    """An equal fix takes the hooks off again, and leaves those of the user alone."""
    session = new_session()

    def own(response):
        return response

    session.register_compliance_hook("access_token_response", own)
    apply(session, "slack")
    fix("slack").remove(session)
    fix("slack").remove(session)
    assert session.config.hooks.at("access_token_response") == (own,)
    assert "protected_request" not in session.config.hooks


def test_changes_run_in_their_order():
    """The changes of a provider run in the order in which its file lists them, after the hooks that were there."""
    seen = []

    def user_hook(response):
        seen.append(response.text)
        return response

    hooks = Hooks()
    hooks.register("access_token_response", user_hook)
    Fix("acme", (FormAnswer(), BearerType(), SplitScope())).apply(hooks)
    assert run(hooks, "access_token_response", "access_token=a&scope=x,y") == {
        "access_token": "a",
        "scope": "x y",
        "token_type": "Bearer",
    }
    assert seen == ["access_token=a&scope=x,y"]


def test_one_line_in_the_log_says_what_was_changed(caplog):
    """Each correction of an answer is one line with provider, point and change, and holds no token."""
    hooks = fix("slack").new_hooks()
    body = f'{{"ok": true, "authed_user": {{"access_token": "{SECRET}", "token_type": "user"}}}}'
    with caplog.at_level(logging.INFO, "oauth_compliance"):
        run(hooks, "access_token_response", body)
    assert caplog.messages == [
        "slack, access_token_response: lifted the token out of authed_user; called the token_type Bearer"
    ]
    assert SECRET not in caplog.text


def test_a_moved_token_is_not_in_the_log(caplog):
    """The line about an API call names where the token went, never the token."""
    hooks = fix("shopify", shop="example").new_hooks()
    with caplog.at_level(logging.DEBUG):
        url, headers, _ = hooks.on_parts(
            "protected_request", "https://x.example/", {"Authorization": f"Bearer {SECRET}"}, None
        )
    assert headers == {"X-Shopify-Access-Token": SECRET}
    assert url == "https://x.example/"
    assert caplog.messages == ["shopify, protected_request: moved the token to the header X-Shopify-Access-Token"]


def test_a_provider_that_has_become_standard(caplog):
    """A fix that finds nothing to correct changes nothing and says so."""
    hooks = fix("ebay").new_hooks()
    body = '{"access_token": "a", "token_type": "Bearer", "expires_in": 7200}'
    with caplog.at_level(logging.DEBUG, "oauth_compliance"):
        before = answer(body).to_response()
        assert hooks.on_response("access_token_response", before).body == before.body
    assert caplog.messages == ["ebay, access_token_response: nothing to correct"]


def test_a_standard_provider_has_nothing_to_fix(caplog):
    """Applying a provider that follows the standard puts nothing on the client and says so."""
    session = new_session()
    with caplog.at_level(logging.INFO, "oauth_compliance"):
        assert not apply(session, "gitlab")
    assert caplog.messages == ["gitlab follows the standard: there is nothing to fix"]
    assert repr(session.config.hooks) == "<Hooks none>"
    assert "hooks" not in profile("gitlab").session_options()


def test_two_fixes_on_one_client(caplog):
    """Two providers' fixes run one after the other, and the second one is announced as that."""
    session = new_session()
    apply(session, "github")
    with caplog.at_level(logging.WARNING, "oauth_compliance"):
        apply(session, "slack")
    assert caplog.messages == ["the client has the fix of github; that of slack runs after it"]
    providers = [hook.provider for hook in session.config.hooks.at("access_token_response")]
    assert providers == ["github", "slack"]
    body = "access_token=a&scope=x%2Cy"
    assert run(session.config.hooks, "access_token_response", body)["token_type"] == "Bearer"


def test_apply_takes_the_client_id_from_the_client():
    """Where a provider's API calls name the client, `apply` reads it from the client that it is put on."""
    session = new_session()
    apply(session, "twitch")
    _, headers, _ = session.config.hooks.on_parts("protected_request", "https://x.example/", {}, None)
    assert headers == {"Client-Id": "i"}
    with pytest.raises(UsageError, match="'twitch' needs client_id="):
        apply(Hooks(), "twitch")


def test_what_a_fix_can_be_put_on():
    """Sessions, endpoint clients, configurations and hooks take a fix."""
    client = oauth_requests.OAuth2Client("https://as.example/token", ("i", "s"))
    asynchronous = oauth_httpx.AsyncOAuth2Client("i", "s", verify=TLS)
    for target in (new_session(), client, asynchronous, ClientConfig(), Hooks()):
        apply(target, "slack")
        hooks = target if isinstance(target, Hooks) else getattr(target, "config", target).hooks
        assert "access_token_response" in hooks


def test_a_fix_on_the_wrong_kind_of_client():
    """OAuth 1 clients, foreign clients and handlers are refused with a hint; nothing is put on them."""
    core = OAuth1Core("key", "secret")
    with pytest.raises(UsageError, match="OAuth1Core speaks OAuth 1"):
        apply(core, "slack")
    with pytest.raises(UsageError, match="OAuth1Signer speaks OAuth 1"):
        apply(OAuth1Signer(OAuth1Credentials("key", "secret")), "slack")
    with pytest.raises(UsageError, match="trello speaks OAuth 1 and OAuth2Session OAuth 2.0"):
        apply(new_session(), "trello")
    with pytest.raises(UsageError, match=r"profile\('trello'\).session_options\(\)"):
        apply(core, "trello")
    for wrong in (requests.Session(), new_session().auth, "slack", None):
        with pytest.raises(TypeError, match="session or client"):
            apply(wrong, "slack")
        with pytest.raises(TypeError, match="session or client"):
            apply(wrong, "trello")


def test_a_client_without_fixes_pays_nothing():
    """A client that was made without a profile has no hook at any point."""
    assert repr(new_session().config.hooks) == "<Hooks none>"


def test_hooks_option_of_another_kind_is_refused():
    """`hooks=` takes what profiles give; anything else is a `TypeError`."""
    with pytest.raises(TypeError, match="hooks is a Hooks"):
        oauth_requests.OAuth2Session("i", hooks={"response": print})


def test_a_session_with_fixes_pickles():
    """A pickled session keeps its fixes."""
    import pickle

    session = oauth_requests.OAuth2Session(**profile("withings").session_options(), client_id="i", client_secret="s")
    again = pickle.loads(pickle.dumps(session))
    for point, hook in profile("withings").fix.hooks:
        assert again.config.hooks.at(point) == (hook,)


def test_html_and_lists_are_left_alone():
    """What is no JSON object is not touched: it is the protocol's to refuse."""
    for body in ("<html>busy</html>", "[1]", '"text"', "", "null", "[" * 100_000):
        for name in ("slack", "facebook", "withings", "plentymarkets", "fitbit"):
            parameters = {"host": "x.example"} if name == "plentymarkets" else {}
            hooks = fix(name, **parameters).new_hooks()
            before = Response(502, (("Content-Type", "text/html"),), body.encode())
            assert hooks.on_response("access_token_response", before).body == before.body


def test_an_error_is_never_taken_for_a_token():
    """A refusal gets no token type, and an error that is there already is not replaced."""
    hooks = Fix("acme", (BearerType(), ErrorAt("code"))).new_hooks()
    body = '{"error": "invalid_grant", "access_token": "a", "code": "other"}'
    assert run(hooks, "access_token_response", body, status=400)["error"] == "invalid_grant"
    assert "token_type" not in run(hooks, "access_token_response", body, status=400)


def test_a_type_that_nobody_named_stays():
    """A fix calls only the provider's own names Bearer: another type is still refused further on."""
    hooks = fix("ebay").new_hooks()
    assert run(hooks, "access_token_response", '{"access_token": "a", "token_type": "mac"}')["token_type"] == "mac"


def test_a_change_of_ones_own():
    """A function is a change too, and a subclass with a point of its own is a hook there."""

    class Loud(ChangeAnswer):
        points = ("userinfo_response",)

        def change(self, answer):
            answer.members = {**answer.members, "name": "ADA"}
            return "shouted"

    own = Fix("acme", (Loud(), ByFunction(lambda answer: None)))
    assert run(own.new_hooks(), "userinfo_response", '{"name": "Ada"}') == {"name": "ADA"}


def test_a_header_of_the_caller_stays():
    """A header that the caller has set is not replaced, unless the provider insists."""
    gentle = Fix("acme", (SetHeader("X-Version", "2"),)).new_hooks()
    firm = Fix("acme", (SetHeader("User-Agent", "app", replace=True),)).new_hooks()
    assert gentle.on_parts("protected_request", "https://x.example/", {"x-version": "1"}, None)[1] == {"x-version": "1"}
    assert firm.on_parts("protected_request", "https://x.example/", {"user-agent": "lib"}, None)[1] == {
        "User-Agent": "app"
    }
