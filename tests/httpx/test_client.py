"""The OAuth 2.0 flows through the clients, end to end over sockets."""

from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_core import (
    MismatchingStateError,
    MissingTokenError,
    OAuth2Token,
    ReauthorizationRequired,
    ServerRefusal,
    generate_code_verifier,
)
from oauth_core.testing import faults
from tests.httpx.flavours import CALLBACK, endpoints


def test_authorization_code_with_pkce_gives_a_token_for_api_calls(flavour, server):
    """A code obtained with PKCE is exchanged for a token, and the next call carries it."""

    async def scenario(flavour):
        async with flavour.client("spa", redirect_uri=CALLBACK, scope="read", **endpoints(server)) as client:
            verifier = generate_code_verifier()
            url, state = client.create_authorization_url(code_verifier=verifier)
            assert parse_qs(urlsplit(url).query)["code_challenge_method"] == ["S256"]
            callback = server.authorize(url)
            token = await client.fetch_token(authorization_response=callback, code_verifier=verifier, state=state)
            assert isinstance(token, OAuth2Token)
            response = await client.get(server.url("/api/things"))
            assert response.json()["token"] == {"client_id": "spa", "sub": "alice", "scope": "read"}

    flavour.run(scenario)


def test_a_foreign_state_is_refused(flavour, server):
    """A callback with another state than the one issued raises, and its code is not sent."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", redirect_uri=CALLBACK, **endpoints(server)) as client:
            url, _ = client.create_authorization_url()
            server.inject(faults.wrong_state(), "authorize")
            callback = server.authorize(url)
            with pytest.raises(MismatchingStateError):
                await client.fetch_token(authorization_response=callback)
        assert server.count("token") == 0

    flavour.run(scenario)


def test_the_seed_signature_of_fetch_token_works(flavour, server):
    """``fetch_token(url, username=, password=)`` and ``fetch_token(url, grant_type=, scope=)`` work as documented."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret") as client:
            token = await client.fetch_token(server.token_endpoint, username="alice", password="wonderland")
            assert token["access_token"]
            token = await client.fetch_token(server.token_endpoint, grant_type="client_credentials", scope="a b")
            assert token["scope"] == "a b"
            assert client.token is token

    flavour.run(scenario)


def test_refresh_introspect_revoke_and_userinfo(flavour, server):
    """The endpoint methods take the token they are given, or the client's own."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", scope="openid", **endpoints(server)) as client:
            first = await client.fetch_token(username="alice", password="wonderland")
            assert (await client.userinfo())["sub"] == "alice"
            second = await client.refresh_token()
            assert second["access_token"] != first["access_token"]
            assert (await client.introspect_token(token=second))["active"] is True
            answer = await client.revoke_token(token=second)
            assert answer.status == 200
            assert (await client.introspect_token(token=second))["active"] is False

    flavour.run(scenario)


def test_an_expired_token_is_renewed_before_the_call(flavour, server):
    """A call with an expired token renews it first, once, and tells ``update_token`` what it replaced."""
    calls = []

    def update_token(token, refresh_token=None, access_token=None):
        calls.append((token["access_token"], refresh_token, access_token))

    async def scenario(flavour):
        old = server.issue_token("app", user="alice", scope="read")
        token = {**old, "expires_at": 1}
        async with flavour.client(
            "app", "s3cret", token=token, update_token=update_token, **endpoints(server)
        ) as client:
            response = await client.get(server.url("/api/things"))
            assert response.status_code == 200
            assert calls == [(client.token["access_token"], old["refresh_token"], old["access_token"])]
            assert (await client.get(server.url("/api/things"))).status_code == 200
        assert server.count("token") == 1

    flavour.run(scenario)


def test_an_asynchronous_update_token_is_awaited_or_refused(flavour, server):
    """An asynchronous callback is awaited by an asynchronous client and refused by a synchronous one."""
    seen = []

    async def update_token(token):
        seen.append(token)

    async def scenario(flavour):
        old = server.issue_token("app", user="alice")
        async with flavour.client(
            "app", "s3cret", token={**old, "expires_at": 1}, update_token=update_token, **endpoints(server)
        ) as client:
            await client.get(server.url("/api/things"))
            assert seen == [client.token]

    if flavour.is_async:
        flavour.run(scenario)
    else:
        with pytest.raises(TypeError, match="synchronous"):
            flavour.run(scenario)


def test_the_first_use_fetches_with_client_credentials(flavour, server):
    """A configured grant obtains the first token without a call of the user's, and every later one likewise."""

    async def scenario(flavour):
        async with flavour.client(
            "app", "s3cret", grant_type="client_credentials", scope="read", **endpoints(server)
        ) as client:
            assert (await client.get(server.url("/api/things"))).json()["token"]["scope"] == "read"
            server.expire(client.token)
            assert (await client.get(server.url("/api/things"))).status_code == 200
        assert [dict(seen.form) for seen in server.seen("token")] == [
            {"grant_type": "client_credentials", "scope": "read"}
        ] * 2

    flavour.run(scenario)


def test_without_token_and_grant_nothing_is_sent(flavour, server):
    """A call without a token raises ``MissingTokenError``; ``auth=None`` and ``withhold_token`` send it bare."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret") as client:
            with pytest.raises(MissingTokenError):
                await client.get(server.url("/public/things"))
            for bare in ({"auth": None}, {"withhold_token": True}):
                response = await client.get(server.url("/public/things"), **bare)
                assert "Authorization" not in dict(response.json()["headers"])
            with pytest.raises(TypeError, match="not both"):
                await client.get(server.url("/public/things"), withhold_token=True, auth=("a", "b"))
        assert server.count("/public/things") == 2

    flavour.run(scenario)


@pytest.mark.parametrize("verb", ["get", "options", "head", "delete", "post", "put", "patch"])
def test_each_verb_carries_the_token_and_can_withhold_it(flavour, server, verb):
    """Every request method of the library sends the token, and none with ``withhold_token``."""

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with flavour.client(token=token) as client:
            assert (await getattr(client, verb)(server.url("/api/things"))).status_code == 200
            bare = await getattr(client, verb)(server.url("/api/things"), withhold_token=True)
            assert bare.status_code == 401
        assert {seen.method for seen in server.requests} == {verb.upper()}

    flavour.run(scenario)


def test_stream_carries_the_token(flavour, server):
    """``stream`` sends the token and hands the answer out piece by piece."""

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with (
            flavour.client(token=token) as client,
            client.stream("GET", server.url("/api/stream?size=300000")) as response,
        ):
            assert response.status_code == 200
            if flavour.is_async:
                sizes = [len(piece) async for piece in response.aiter_bytes()]
            else:
                sizes = [len(piece) for piece in response.iter_bytes()]
            assert sum(sizes) == 300000
            assert len(sizes) > 1

    flavour.run(scenario)


def test_a_refused_refresh_token_asks_for_a_person(flavour, server):
    """``invalid_grant`` at a renewal drops the token and says that a person must authorize again."""

    async def scenario(flavour):
        old = server.issue_token("app", user="alice")
        server.revoke(old["refresh_token"])
        async with flavour.client("app", "s3cret", token={**old, "expires_at": 1}, **endpoints(server)) as client:
            with pytest.raises(ReauthorizationRequired, match="authorize again"):
                await client.get(server.url("/api/things"))
            assert client.token is None
        assert server.count("/api/things") == 0

    flavour.run(scenario)


def test_a_refused_client_raises_the_code_of_the_server(flavour, server):
    """A wrong secret raises ``ServerRefusal`` with the server's code and status, and without the secret."""

    async def scenario(flavour):
        async with flavour.client("app", "wr0ng", **endpoints(server)) as client:
            with pytest.raises(ServerRefusal) as caught:
                await client.fetch_token()
        assert (caught.value.error, caught.value.status_code) == ("invalid_client", 401)
        assert "wr0ng" not in repr(caught.value)

    flavour.run(scenario)


def test_the_server_is_found_through_its_metadata(flavour, server):
    """``issuer`` alone configures all endpoints, by the server's metadata document."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", issuer=server.issuer, scope="read") as client:
            await client.fetch_token()
            assert (await client.introspect_token())["scope"] == "read"

    flavour.run(scenario)


def test_close_closes(flavour, server):
    """After ``close()``, on asynchronous clients as well as ``aclose()``, nothing more is sent."""

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", **endpoints(server)) as client:
            await client.fetch_token()
            await client.close()
            assert client.is_closed
            with pytest.raises(RuntimeError, match="closed"):
                await client.fetch_token()
        assert server.count("token") == 1

    flavour.run(scenario)


@pytest.mark.parametrize("placement", ["header", "body", "uri"])
def test_token_placement(flavour, server, placement):
    """The token travels where ``token_placement`` says, and nowhere else."""

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with flavour.client(token=token, token_placement=placement) as client:
            response = await client.post(server.url("/api/things?a=1"), data={"b": "2"})
            assert response.status_code == 200
        seen = server.seen("/api/things")[0]
        text = token["access_token"]
        assert seen.header("authorization") == (f"Bearer {text}" if placement == "header" else None)
        assert dict(seen.query) == {"a": "1"} | ({"access_token": text} if placement == "uri" else {})
        assert dict(seen.form) == {"b": "2"} | ({"access_token": text} if placement == "body" else {})

    flavour.run(scenario)
