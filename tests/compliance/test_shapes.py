"""Each provider's recorded shapes through every client: first fetch, renewal, API call and refusal."""

import json

import pytest

from oauth_compliance import apply, profile
from oauth_core import ReauthorizationRequired, ServerRefusal
from tests.compliance.shapes import JSON, SHAPES
from tests.compliance.wires import WIRES

API = "https://api.example/v1/things"

pytestmark = pytest.mark.parametrize("wire", WIRES, ids=repr)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.id)


def options(shape):
    """A profile's options with the client's own; the client's secret is one of the answers' too."""
    return {**profile(shape.name, **shape.parameters).session_options(), "client_id": "i", "client_secret": "s"}


def answering(shape, *bodies):
    """Answers token requests one after the other, and API calls with an empty object."""
    left = list(bodies)

    def answer(seen):
        return (200, JSON, "{}") if seen.url.startswith(API) else left.pop(0)

    return answer


def tokens(shape, *values):
    return [(200, shape.kind, shape.answer(value)) for value in values]


def check_token_request(seen, shape, **expected):
    form = json.loads(seen.body) if seen.headers["content-type"] == JSON else seen.form
    assert form.items() >= {**expected, **shape.sent}.items()
    assert not set(shape.unsent) & set(form)
    assert ("client_secret" in form) is not shape.basic
    assert seen.headers.get("authorization", "").startswith("Basic ") is shape.basic


def check_api_call(seen, shape, token):
    if shape.query:
        assert seen.query[shape.query] == token
        assert "authorization" not in seen.headers
    elif shape.header == "authorization":
        assert seen.headers["authorization"] == f"Bearer {token}"
    else:
        assert seen.headers[shape.header] == token
        assert "authorization" not in seen.headers
    assert seen.headers.items() >= shape.extra_headers.items()
    assert seen.query.items() >= shape.extra_query.items()


@every_shape
def test_fetch_and_api_call(wire, shape):
    """The provider's token answer becomes a proper token, and an API call carries it where the provider reads it."""
    with wire.connected(answering(shape, *tokens(shape, "AT-1"))) as (make, log):
        client = make(**options(shape))
        token = client.call("fetch_token", code="C", redirect_uri="https://me.example/cb")
        assert token["access_token"] == "AT-1"
        assert dict(token).items() >= shape.token.items()
        client.call("get", API)
    assert log[0].url == profile(shape.name, **shape.parameters).token_endpoint
    check_token_request(log[0], shape, grant_type="authorization_code", code="C")
    check_api_call(log[1], shape, "AT-1")


@every_shape
def test_refresh(wire, shape):
    """An expired token is renewed within an API call, by the same corrections as the first one was obtained."""
    with wire.connected(answering(shape, *tokens(shape, "AT-2"))) as (make, log):
        client = make(
            **options(shape),
            token={"access_token": "AT-1", "refresh_token": "RT-1", "token_type": "Bearer", "expires_at": 1},
        )
        client.call("get", API)
    assert len(log) == 2
    check_token_request(log[0], shape, grant_type="refresh_token", refresh_token="RT-1")
    check_api_call(log[1], shape, "AT-2")


@every_shape
def test_refusal(wire, shape):
    """The provider's refusal is raised under the RFC's code, whatever its status and shape."""
    with wire.connected(answering(shape, shape.error)) as (make, _):
        client = make(**options(shape))
        with pytest.raises(ServerRefusal) as caught:
            client.call("fetch_token", code="C")
    assert caught.value.error == shape.code


@every_shape
def test_refused_renewal(wire, shape):
    """A refused refresh token says that a person must authorize again, wherever the refusal can be understood."""
    token = {"access_token": "AT-1", "refresh_token": "RT-1", "expires_at": 1}
    with wire.connected(answering(shape, shape.error)) as (make, _):
        client = make(**options(shape), token=token)
        expected = ReauthorizationRequired if shape.code == "invalid_grant" else ServerRefusal
        with pytest.raises(expected):
            client.call("refresh_token")


@every_shape
def test_apply_is_the_same_as_the_profile(wire, shape):
    """`apply` corrects a client that was made without the profile just as the profile's own options do."""
    own = profile(shape.name, **shape.parameters)
    with wire.connected(answering(shape, *tokens(shape, "AT-1"))) as (make, log):
        client = make(
            client_id="i",
            client_secret="s",
            token_endpoint=own.token_endpoint,
            token_endpoint_auth_method=own.auth_method or None,
        )
        apply(client.raw, shape.name, **shape.parameters)
        token = client.call("fetch_token", code="C")
        assert dict(token).items() >= shape.token.items()
        client.call("get", API)
    check_token_request(log[0], shape)
    check_api_call(log[1], shape, "AT-1")


def test_renewal_after_a_401_that_rejects_a_moved_token(wire):
    """A 401 rejects the token also where a fix has moved it to a header of another name."""
    asked = []

    def answer(seen):
        if not seen.url.startswith(API):
            return 200, JSON, '{"access_token": "AT-2"}'
        asked.append(seen.headers["x-shopify-access-token"])
        return (401 if len(asked) == 1 else 200), JSON, "{}"

    with wire.connected(answer) as (make, _):
        own = profile("shopify", shop="example").session_options()
        client = make(**own, client_id="i", client_secret="s", token={"access_token": "AT-1", "refresh_token": "RT"})
        assert client.call("get", API).status_code == 200
    assert asked == ["AT-1", "AT-2"]


def test_naver_revokes_by_a_token_request(wire):
    """Naver's revocation goes to the token endpoint as `grant_type=delete`."""
    with wire.connected(lambda seen: (200, JSON, '{"access_token": "AT", "result": "success"}')) as (make, log):
        client = make(
            **profile("naver").session_options(), client_id="i", client_secret="s", token={"access_token": "AT"}
        )
        client.call("revoke_token", token="AT")
    assert log[0].url == "https://nid.naver.com/oauth2.0/token"
    assert log[0].form == {
        "grant_type": "delete",
        "access_token": "AT",
        "service_provider": "NAVER",
        "client_id": "i",
        "client_secret": "s",
    }


def test_slack_refuses_a_revocation_with_status_200(wire):
    """Slack's `{"ok": false}` is a refusal, not a success."""
    with wire.connected(lambda seen: (200, JSON, '{"ok": false, "error": "invalid_auth"}')) as (make, _):
        client = make(
            **profile("slack").session_options(), client_id="i", client_secret="s", token={"access_token": "AT"}
        )
        with pytest.raises(ServerRefusal, match="invalid_auth"):
            client.call("revoke_token", token="AT")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("zoom", {"grant_type": "account_credentials", "account_id": "A-1"}),
        ("facebook", {"grant_type": "fb_exchange_token", "fb_exchange_token": "short"}),
    ],
)
def test_a_grant_of_the_providers_own(wire, name, parameters):
    """A grant that only one provider knows is named by the call, its parameters are keywords, and the fix applies."""
    with wire.connected(lambda seen: (200, JSON, '{"access_token": "AT", "token_type": "bearer"}')) as (make, log):
        client = make(**profile(name).session_options(), client_id="i", client_secret="s")
        assert client.call("fetch_token", **parameters)["access_token"] == "AT"
    assert log[0].form.items() >= parameters.items()


def test_notion_sends_json(wire):
    """Notion's token request is a JSON object with Basic, and API calls name the version of the API."""
    body = '{"access_token": "AT", "token_type": "bearer", "bot_id": "b"}'
    with wire.connected(lambda seen: (200, JSON, body)) as (make, log):
        client = make(**profile("notion").session_options(), client_id="i", client_secret="s")
        client.call("fetch_token", code="C", redirect_uri="https://me.example/cb")
        client.call("get", API)
    expected = {"grant_type": "authorization_code", "code": "C", "redirect_uri": "https://me.example/cb"}
    assert json.loads(log[0].body) == expected
    assert log[0].headers["content-type"] == JSON
    assert log[1].headers["notion-version"] == "2025-09-03"


def test_userinfo_carries_the_token_where_the_provider_reads_it(wire):
    """`userinfo` is corrected as any API call, and the answer becomes a profile of the user."""
    own = profile("stackexchange", site="serverfault")
    body = '{"items": [{"account_id": 7, "display_name": "Ada", "profile_image": "https://i.example/7"}]}'
    with wire.connected(lambda seen: (200, JSON, body)) as (make, log):
        client = make(**own.session_options(), client_id="i", client_secret="s", token={"access_token": "AT"})
        user = own.user_profile(client.call("userinfo"))
    assert log[0].query == {"access_token": "AT", "site": "serverfault"}
    assert "authorization" not in log[0].headers
    assert (user.subject, user.name, user.picture) == ("7", "Ada", "https://i.example/7")


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("google", {}, {"access_type": "offline", "prompt": "consent", "scope": "a b"}),
        ("google", {"prompt": ""}, {"access_type": "offline", "scope": "a b"}),
        ("dropbox", {}, {"token_access_type": "offline"}),
        ("reddit", {}, {"duration": "permanent"}),
        ("atlassian", {}, {"audience": "api.atlassian.com", "prompt": "consent"}),
        ("auth0", {"domain": "t.auth0.com", "audience": "https://api.example"}, {"audience": "https://api.example"}),
        ("apple", {}, {"response_mode": "form_post"}),
        ("strava", {}, {"scope": "a,b"}),
        ("tiktok", {}, {"scope": "a,b", "client_key": "i", "client_id": "i"}),
        ("notion", {}, {"owner": "user"}),
    ],
)
def test_authorization_request(wire, name, parameters, expected):
    """The authorization URL has the provider's own parameters, from the session's method and as a value."""
    own = profile(name, **parameters)
    with wire.connected(lambda seen: (500, JSON, "{}")) as (make, log):
        client = make(**own.session_options(), client_id="i", scope=["a", "b"], redirect_uri="https://me.example/cb")
        url, state = client.raw.create_authorization_url()
        request = client.call("authorization_request", state=state)
    assert not log
    for one in (url, request.uri):
        sent = _query(one)
        assert one.startswith(own.authorization_endpoint)
        assert sent.items() >= {**expected, "state": state, "client_id": "i"}.items()


def test_the_callers_own_parameter_wins(wire):
    """A parameter that the caller passes is not overridden by the profile's."""
    with wire.connected(lambda seen: (500, JSON, "{}")) as (make, _):
        client = make(**profile("google").session_options(), client_id="i")
        url, _ = client.raw.create_authorization_url(access_type="online", prompt="select_account")
    assert _query(url).items() >= {"access_type": "online", "prompt": "select_account"}.items()


def _query(url):
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(url).query))
