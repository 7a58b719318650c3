"""The auth handlers of each grant on any client of the library, and the API client on top of them."""

import pytest

from oauth_core import AuthorizationResponse, MemoryTokenStore, ReauthorizationRequired, UsageError
from oauth_core.testing import faults
from tests.httpx.flavours import CALLBACK, FLAVOURS, endpoints


def make(flavour, client, kind, server, **options):
    """The handler of a grant, ready for its first token."""
    raw, module = flavour.raw(client), flavour.module
    if kind == "access_token":
        return module.OAuth2AccessTokenAuth(raw, server.issue_token("app", user="alice"), **options)
    if kind == "refresh_token":
        return module.OAuth2RefreshTokenAuth(raw, server.issue_token("app", user="alice")["refresh_token"], **options)
    if kind == "client_credentials":
        return module.OAuth2ClientCredentialsAuth(raw, scope="read", **options)
    if kind == "password":
        return module.OAuth2ResourceOwnerPasswordAuth(raw, "alice", "wonderland", **options)
    request = flavour.raw(client).config
    assert request.redirect_uri == CALLBACK
    query = f"?response_type=code&client_id=app&redirect_uri={CALLBACK}&state=s"
    callback = server.authorize(server.endpoint("authorize") + query)
    code = callback.partition("code=")[2].partition("&")[0]
    return module.OAuth2AuthorizationCodeAuth(raw, code, **options)


KINDS = ["access_token", "refresh_token", "client_credentials", "password", "authorization_code"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_grant_serves_any_client(flavour, server, kind):
    """Each handler obtains its token at the first request of a plain client, once, and renews it after a 401."""

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", redirect_uri=CALLBACK, **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            auth = make(flavour, client, kind, server)
            for _ in range(2):
                assert (await plain.get(server.url("/api/things"), auth=auth)).status_code == 200
            assert server.count("token") == (0 if kind == "access_token" else 1)
            first = auth.token["access_token"]
            server.revoke(first)
            assert (await plain.post(server.url("/api/things"), auth=auth, json={"a": 1})).status_code == 200
            assert auth.token["access_token"] != first
            assert first not in repr(auth)
        assert server.count("token") == (1 if kind == "access_token" else 2)

    flavour.run(scenario)


def awaited(flavour, value):
    """What a method of a handler returned, as something to await in either colour."""

    async def wait():
        return await value if flavour.is_async else value

    return wait()


def test_a_token_is_renewed_and_forgotten_on_demand(flavour, server):
    """``renew_token`` renews, ``forget_token`` drops the token here and in the store; both are awaited where async."""
    store, seen = MemoryTokenStore(), []

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            options = {"store": store, "store_key": "mine", "update_token": lambda token: seen.append(token)}
            auth = make(flavour, client, "client_credentials", server, **options)
            first = await awaited(flavour, auth.renew_token())
            second = await awaited(flavour, auth.renew_token())
            assert first["access_token"] != second["access_token"] == auth.token["access_token"]
            assert store.load("mine")["access_token"] == second["access_token"]
            await awaited(flavour, auth.forget_token())
            assert (auth.token, store.load("mine")) == (None, None)
        assert seen[-1]["access_token"] == second["access_token"]

    flavour.run(scenario)


def test_options_and_parameters_of_a_handler(flavour, server):
    """``leeway`` and ``token_placement`` steer the handler; other keywords go with each token request."""

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            auth = make(
                flavour, client, "client_credentials", server, token_placement="uri", audience="https://api.test"
            )
            assert (await plain.get(server.url("/api/things"), auth=auth)).status_code == 200
            await awaited(flavour, auth.renew_token())
        assert dict(server.seen("/api/things")[0].query)["access_token"]
        assert [dict(seen.form)["audience"] for seen in server.seen("token")] == ["https://api.test"] * 2

    flavour.run(scenario)


def test_a_code_comes_as_a_validated_response(flavour, server):
    """The authorization response of ``validate_callback`` brings its redirect URI and its PKCE verifier along."""

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", redirect_uri=CALLBACK, **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            request = await client.authorization_request()
            answer = request.validate_callback(server.authorize(request.uri))
            assert isinstance(answer, AuthorizationResponse)
            auth = flavour.module.OAuth2AuthorizationCodeAuth(flavour.raw(client), answer)
            assert (await plain.get(server.url("/api/things"), auth=auth)).status_code == 200
        assert "code_verifier" in dict(server.seen("token")[0].form)

    flavour.run(scenario)


def test_a_dead_refresh_token_asks_for_the_person(flavour, server):
    """A refused refresh token raises ``ReauthorizationRequired`` out of the request that needed it."""

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            auth = flavour.module.OAuth2RefreshTokenAuth(flavour.raw(client), "nonsense")
            with pytest.raises(ReauthorizationRequired):
                await plain.get(server.url("/api/things"), auth=auth)
        assert server.count("/api/things") == 0

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.loop == "sync"], ids=repr)
def test_the_wrong_colour_is_a_type_error(flavour, server):
    """A handler of one colour in a client of the other, or one made of no client at all, is a ``TypeError``."""
    module, url = flavour.module, server.url("/api/things")
    asynchronous = module.OAuth2ClientCredentialsAuth(module.AsyncOAuth2Client("app", "s3cret", **endpoints(server)))
    with pytest.raises(TypeError, match="asynchronous client; give a synchronous client a handler of its own"):
        flavour.native.get(url, auth=asynchronous)
    synchronous = module.OAuth2ClientCredentialsAuth(module.OAuth2Client("app", "s3cret", **endpoints(server)))
    other = next(f for f in FLAVOURS if f.native is flavour.native and f.loop == "asyncio")

    async def scenario(other):
        async with other.plain() as plain:
            with pytest.raises(TypeError, match="would block the event loop"):
                await plain.get(url, auth=synchronous)

    other.run(scenario)
    with pytest.raises(TypeError, match="an OAuth2Client or an AsyncOAuth2Client, not a Client"):
        module.OAuth2ClientCredentialsAuth(flavour.native.Client())
    with pytest.raises(TypeError, match="json"):
        module.OAuth2ClientCredentialsAuth(module.OAuth2Client("app"), json={})
    with pytest.raises(TypeError, match="synchronous"):
        module.OAuth2ClientCredentialsAuth(module.OAuth2Client("app"), update_token=scenario)
    with pytest.raises(UsageError, match="refresh token"):
        module.OAuth2RefreshTokenAuth(module.OAuth2Client("app"), "")
    assert server.requests == ()


def test_handlers_share_the_token_of_a_client(flavour, server):
    """``OAuth2Auth(client=...)`` presents the client's own token, and a renewal by either is seen by both."""

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with (
            flavour.client("app", "s3cret", token=token, **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            auth = flavour.auth(client=flavour.raw(client))
            await awaited(flavour, auth.renew_token())
            assert client.token == auth.token != token
            server.inject(faults.unauthorized(), "/api/things")
            assert (await plain.get(server.url("/api/things"), auth=auth)).status_code == 200
            assert client.token == auth.token

    flavour.run(scenario)
