"""Redirects of API requests: the token goes to the origin first asked and nowhere else (law 7)."""

import pytest

from oauth_core.testing import faults
from tests.httpx.flavours import endpoints


def carried(seen):
    """Whatever token a request carried."""
    return seen.header("authorization") or dict(seen.query).get("access_token") or dict(seen.form).get("access_token")


@pytest.mark.parametrize(
    ("placement", "status"), [("header", 302), ("header", 307), ("uri", 302), ("uri", 307), ("body", 307)]
)
def test_within_the_origin_each_hop_carries_the_token(flavour, server, placement, status):
    """A redirect within the origin is followed with the token, placed once, and the body kept where it has to be."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(
            token=token, token_placement=placement, follow_redirects=True, **endpoints(server)
        ) as client:
            response = await client.post(server.url(f"/api/redirect?status={status}"), data={"a": "1"})
            assert response.status_code == 200
            assert [r.status_code for r in response.history] == [status]
        landed = server.seen("/api/landed")[0]
        assert carried(landed).endswith(token["access_token"])
        assert dict(landed.form).get("a") == ("1" if status == 307 else None)
        everything = [*landed.query, *landed.form]
        assert [n for n, _ in everything].count("access_token") == (0 if placement == "header" else 1)

    flavour.run(scenario)


@pytest.mark.parametrize("status", [302, 307])
def test_another_origin_gets_no_token(flavour, server, elsewhere, status):
    """A redirect to another origin is followed without the token, and one that leads back does not get it again."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(token=token, follow_redirects=True, **endpoints(server)) as client:
            elsewhere.inject(faults.redirect(server.url("/public/back"), status=status), "/public/away")
            server.inject(faults.redirect(elsewhere.url("/public/away"), status=status), "/api/things")
            response = await client.get(server.url("/api/things"))
            assert response.status_code == 200
            assert len(response.history) == 2
        assert carried(elsewhere.seen("/public/away")[0]) is None
        assert carried(server.seen("/public/back")[0]) is None

    flavour.run(scenario)


@pytest.mark.parametrize("placement", ["header", "uri"])
def test_a_401_from_elsewhere_does_not_cost_the_token(flavour, server, elsewhere, placement):
    """A 401 of the origin a redirect led to neither renews the token nor replays the request."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with (
            flavour.client(
                "app", "s3cret", token=token, token_placement=placement, follow_redirects=True, **endpoints(server)
            ) as client,
            flavour.plain(follow_redirects=True) as plain,
        ):
            auth = flavour.auth(client=flavour.raw(client), token_placement=placement)
            for call in (client.get, lambda url: plain.get(url, auth=auth)):
                server.inject(faults.redirect(elsewhere.url("/api/things")), "/api/things")
                assert (await call(server.url("/api/things"))).status_code == 401
            assert client.token["access_token"] == token["access_token"]
        assert server.count("token") == 0
        assert (server.count("/api/things"), elsewhere.count("/api/things")) == (2, 2)
        assert [carried(seen) for seen in elsewhere.requests] == [None, None]

    flavour.run(scenario)


def test_a_token_in_the_body_is_not_taken_to_another_origin(flavour, server, elsewhere):
    """A 307 to another origin with the token in the body is returned, not followed."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(token=token, token_placement="body", follow_redirects=True) as client:
            server.inject(faults.redirect(elsewhere.url("/public/x")), "/api/things")
            response = await client.post(server.url("/api/things"), data={"a": "1"})
            assert response.status_code == 307
        assert elsewhere.requests == ()

    flavour.run(scenario)


def test_a_token_quoted_in_a_location_is_not_taken_to_another_origin(flavour, server, elsewhere):
    """A redirect elsewhere whose URL repeats our token is returned, not followed."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(token=token, token_placement="uri", follow_redirects=True) as client:
            target = elsewhere.url(f"/public/x?access_token={token['access_token']}")
            server.inject(faults.redirect(target), "/api/things")
            assert (await client.get(server.url("/api/things"))).status_code == 307
        assert elsewhere.requests == ()

    flavour.run(scenario)


def test_redirects_end_where_the_library_ends_them(flavour, server):
    """``max_redirects`` counts, and ``follow_redirects`` of one call or of the client decides."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(token=token, max_redirects=2) as client:
            url = server.url("/api/redirect?status=302")
            assert (await client.get(url)).status_code == 302
            assert (await client.get(url, follow_redirects=True)).status_code == 200
            server.inject(faults.redirect(server.url("/api/loop"), status=302), "/api/loop", times=None)
            with pytest.raises(flavour.native.TooManyRedirects):
                await client.get(server.url("/api/loop"), follow_redirects=True)
            assert server.count("/api/loop") == 3

    flavour.run(scenario)


def test_a_streamed_answer_behind_a_redirect_stays_a_stream(flavour, server):
    """``stream`` with ``follow_redirects`` hands out the last answer unread."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(token=token, follow_redirects=True) as client:
            server.inject(faults.redirect(server.url("/api/stream?size=200000")), "/api/things")
            async with client.stream("GET", server.url("/api/things")) as response:
                assert not response.is_stream_consumed
                body = await response.aread() if flavour.is_async else response.read()
            assert len(body) == 200000

    flavour.run(scenario)


def test_a_body_that_stays_behind_stops_nothing(flavour, server, elsewhere):
    """After a 302 has left the origin and the body with the token behind, further hops are followed without it."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(
            token=token, token_placement="body", follow_redirects=True, **endpoints(server)
        ) as client:
            server.inject(faults.redirect(elsewhere.url("/public/x"), status=302), "/api/things")
            elsewhere.inject(faults.redirect(server.url("/public/back"), status=302), "/public/x")
            response = await client.post(server.url("/api/things"), data={"a": "1"})
            assert (response.status_code, len(response.history)) == (200, 2)
        assert carried(elsewhere.seen("/public/x")[0]) is None
        assert carried(server.seen("/public/back")[0]) is None

    flavour.run(scenario)
