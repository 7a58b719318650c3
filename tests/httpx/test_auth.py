"""``OAuth2Auth`` on any client of the library: placement, rejection and replay, and what is refused (laws 5, 7, 8)."""

import io
import pickle

import pytest

from oauth_core import InsecureTransportError, Response, TokenExpiredError, UsageError
from oauth_core.testing import faults
from tests.httpx.flavours import FLAVOURS, endpoints


def rejected_token(server):
    """A token that the API rejects but that looks good, and can be refreshed."""
    token = server.issue_token("app", user="alice")
    server.revoke(token["access_token"])
    return token


def test_a_static_token_serves_any_client(flavour, server):
    """A handler with a token alone serves clients of both colours, streams up untouched."""
    auth = flavour.auth(server.issue_token("app", user="alice"))

    async def scenario(flavour):
        async with flavour.plain() as client:
            response = await client.post(server.url("/api/upload"), content=flavour.upload([b"ab", b"cd"]), auth=auth)
            assert response.json()["bytes"] == 4
        assert server.seen("/api/upload")[0].header("transfer-encoding") == "chunked"

    flavour.run(scenario)


def test_a_static_expired_token_raises(flavour, server):
    """A token that is past its end and that nothing can renew raises ``TokenExpiredError``; nothing is sent."""
    auth = flavour.auth({"access_token": "a", "expires_at": 1})

    async def scenario(flavour):
        async with flavour.plain(auth=auth) as client:
            with pytest.raises(TokenExpiredError):
                await client.get(server.url("/api/things"))
        assert server.requests == ()

    flavour.run(scenario)


REPLAYABLE = ["none", "bytes", "form", "json", "multipart", "file"]


@pytest.mark.parametrize(
    ("flavour", "kind"),
    # The libraries' asynchronous clients take no file object as content.
    [(f, kind) for f in FLAVOURS for kind in REPLAYABLE if not (kind == "file" and f.is_async)],
    ids=repr,
)
def test_a_rejected_token_is_renewed_and_the_request_replayed(flavour, server, kind, tmp_path):
    """After a 401 the token is renewed once and the request sent once more, its body included."""
    path = tmp_path / "upload"
    path.write_bytes(b"0123456789" * 1000)
    token = rejected_token(server)

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", token=token, **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            auth = flavour.auth(client=flavour.raw(client))
            with path.open("rb") as file:
                file.seek(10 if flavour.native.__name__ == "httpx2" else 0)
                body = {
                    "none": {},
                    "bytes": {"content": b"abc"},
                    "form": {"data": {"a": "1"}},
                    "json": {"json": {"a": 1}},
                    "multipart": {"files": {"f": file}},
                    "file": {"content": file},
                }[kind]
                response = await plain.post(server.url("/api/things"), auth=auth, **body)
            assert response.status_code == 200
            assert [r.status_code for r in response.history] == [401]
            assert client.token["access_token"] != token["access_token"]
        first, second = server.seen("/api/things")
        assert (first.status, second.status) == (401, 200)
        assert first.body == second.body
        assert first.body_size == second.body_size
        assert first.header("authorization") != second.header("authorization")
        assert server.count("token") == 1

    flavour.run(scenario)


def test_a_body_that_can_be_sent_once_is_not_replayed(flavour, server):
    """With a generator for a body the 401 is returned; the next call brings a new token."""
    token = rejected_token(server)

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=token, **endpoints(server)) as client:
            response = await client.post(server.url("/api/upload"), content=flavour.upload([b"ab", b"cd"]))
            assert response.status_code == 401
            assert server.count("token") == 0
            assert (await client.get(server.url("/api/things"))).status_code == 200
        assert server.count("/api/upload") == 1
        assert server.count("token") == 1

    flavour.run(scenario)


def test_two_rejections_in_a_row_end_the_matter(flavour, server):
    """A 401 to the replay is returned: one renewal, one replay, never a loop."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=token, **endpoints(server)) as client:
            with server.inject(faults.unauthorized(), "/api/things", times=None):
                assert (await client.get(server.url("/api/things"))).status_code == 401
        assert (server.count("/api/things"), server.count("token")) == (2, 1)

    flavour.run(scenario)


@pytest.mark.parametrize(
    ("challenges", "replayed"),
    [
        ((), True),
        (("Bearer",), True),
        (('Basic realm="x", Bearer error="invalid_token"',), True),
        (("Basic realm=x", 'Bearer realm="x", error="invalid_token"'), True),
        (('Bearer error="insufficient_scope"',), False),
        (('Basic realm="x"',), False),
    ],
)
def test_only_a_401_that_rejects_the_token_counts(flavour, server, challenges, replayed):
    """Without a challenge, or by a Bearer challenge of no error or ``invalid_token``; any other is returned."""
    token = server.issue_token("app", user="alice")
    headers = tuple(("WWW-Authenticate", one) for one in challenges)

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=token, **endpoints(server)) as client:
            server.inject(faults.respond(Response(401, (*headers, ("Content-Length", "0")))), "/api/things")
            response = await client.get(server.url("/api/things"))
            assert response.status_code == (200 if replayed else 401)
        assert server.count("token") == int(replayed)

    flavour.run(scenario)


def test_the_body_of_a_rejection_is_not_read_without_end(flavour, server):
    """A 401 with an endless body does not hold the replay up."""
    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=token, **endpoints(server)) as client:
            endless = faults.endless().apply(server.authority, None)
            server.inject(faults.respond(endless.replace(status=401)), "/api/things")
            response = await client.get(server.url("/api/things"))
            assert response.status_code == 200
            assert 0 < len(response.history[0].content) < 1024 * 1024

    flavour.run(scenario)


def test_without_a_way_to_renew_the_401_is_returned(flavour, server):
    """A static token that is rejected is neither dropped nor replayed."""
    auth = flavour.auth(rejected_token(server))

    async def scenario(flavour):
        async with flavour.plain() as client:
            response = await client.get(server.url("/api/things"), auth=auth)
            assert response.status_code == 401
            assert response.json()["error"] == "invalid_token"
        assert server.count("/api/things") == 1
        assert auth.token is not None

    flavour.run(scenario)


def test_a_token_does_not_travel_in_the_clear(flavour):
    """Plain HTTP to another machine raises before anything is sent, judged by the parsed host."""
    auth = flavour.auth({"access_token": "hush"})

    async def scenario(flavour):
        async with flavour.plain() as client:
            for url in ("http://api.test/", "http://localhost:80@attacker.test/", "http://localhost.attacker.test/"):
                with pytest.raises(InsecureTransportError, match="unencrypted") as caught:
                    await client.get(url, auth=auth)
                assert "hush" not in str(caught.value)

    flavour.run(scenario)


def test_plain_http_by_permission(flavour):
    """``allow_insecure_http=True``, of the handler or of the client, lets a token travel over plain HTTP."""
    transport = flavour.native.MockTransport(lambda request: flavour.native.Response(200, json=dict(request.headers)))

    async def scenario(flavour):
        auth = flavour.auth({"access_token": "a"}, allow_insecure_http=True)
        async with flavour.plain(transport=transport) as client:
            assert (await client.get("http://api.test/", auth=auth)).json()["authorization"] == "Bearer a"
        async with flavour.client(token={"access_token": "b"}, allow_insecure_http=True, transport=transport) as client:
            assert (await client.get("http://api.test/")).json()["authorization"] == "Bearer b"

    flavour.run(scenario)


def test_a_protected_request_hook_sees_the_request_as_it_goes_out(flavour, server):
    """The hook gets URL, headers and body, ``None`` for a stream, and what it returns is sent."""
    bodies = []

    def hook(url, headers, body):
        bodies.append(body)
        headers["X-Seen"] = headers.pop("authorization")
        headers["Authorization"] = headers["X-Seen"]
        return f"{url}?hooked=1", headers, b"changed" if body else body

    token = server.issue_token("app", user="alice")

    async def scenario(flavour):
        async with flavour.client(token=token) as client:
            flavour.raw(client).register_compliance_hook("protected_request", hook)
            response = await client.post(server.url("/api/things"), content=b"body")
            assert response.status_code == 200
            assert (await client.post(server.url("/api/upload"), content=flavour.upload([b"ab"]))).json()["bytes"] == 2
        assert bodies == [b"body", None]
        seen = server.seen("/api/things")[0]
        assert (seen.body, dict(seen.query)) == (b"changed", {"hooked": "1"})
        assert seen.header("x-seen") == f"Bearer {token['access_token']}"

    flavour.run(scenario)


@pytest.mark.parametrize("placement", ["header", "body", "uri"])
def test_a_hook_runs_once_for_each_sending(flavour, server, placement):
    """The replay after a 401 starts from the user's request again: what a hook adds is there once."""

    def hook(url, headers, body):
        headers["X-Count"] = headers.get("X-Count", "") + "1"
        return url + ("&" if "?" in url else "?") + "h=1", headers, body

    token = rejected_token(server)

    async def scenario(flavour):
        async with flavour.client(
            "app", "s3cret", token=token, token_placement=placement, **endpoints(server)
        ) as client:
            flavour.raw(client).register_compliance_hook("protected_request", hook)
            assert (await client.post(server.url("/api/things"), data={"a": "1"})).status_code == 200
        for seen in server.seen("/api/things"):
            assert seen.header("x-count") == "1"
            assert [n for n, _ in seen.query].count("h") == 1
            assert dict(seen.form)["a"] == "1"

    flavour.run(scenario)


def test_a_websocket_carries_the_token_by_wss_alone(flavour):
    """A WebSocket's request gets the token over ``wss``; over ``ws`` to another machine it is refused."""
    transport = flavour.native.MockTransport(lambda request: flavour.native.Response(200, json=dict(request.headers)))

    async def scenario(flavour):
        auth = flavour.auth({"access_token": "a"})
        async with flavour.plain(transport=transport) as client:
            assert (await client.get("wss://api.test/", auth=auth)).json()["authorization"] == "Bearer a"
            assert (await client.get("ws://localhost/", auth=auth)).status_code == 200
            with pytest.raises(InsecureTransportError):
                await client.get("ws://api.test/", auth=auth)

    flavour.run(scenario)


@pytest.mark.parametrize("placement", ["body", "uri"])
def test_a_replay_places_the_new_token_alone(flavour, server, placement):
    """With the token in body or query, the replay carries the new one and not the old one too."""
    token = rejected_token(server)

    async def scenario(flavour):
        async with flavour.client(
            "app", "s3cret", token=token, token_placement=placement, **endpoints(server)
        ) as client:
            response = await client.post(server.url("/api/things"), data={"a": "1"})
            assert response.status_code == 200
            second = server.seen("/api/things")[1]
            parameters = second.form if placement == "body" else second.query
            assert [v for n, v in parameters if n == "access_token"] == [client.token["access_token"]]

    flavour.run(scenario)


def test_body_placement_takes_forms_only(flavour, server):
    """A JSON body, an upload or a stream with ``token_placement="body"`` is refused before anything is sent."""

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with flavour.client(token=token, token_placement="body") as client:
            for body in (
                {"json": {"a": 1}},
                {"files": {"f": io.BytesIO(b"x")}},
                {"content": flavour.upload([b"a"])},
            ):
                with pytest.raises(UsageError, match="form body"):
                    await client.post(server.url("/api/things"), **body)
        assert server.requests == ()

    flavour.run(scenario)


def test_a_handler_shares_the_clients_token_or_renews_its_own(flavour, server):
    """``OAuth2Auth(client=c)`` uses the token of ``c``; with a token of its own it renews that one through ``c``."""

    async def scenario(flavour):
        own = rejected_token(server)
        async with (
            flavour.client("app", "s3cret", grant_type="client_credentials", **endpoints(server)) as client,
            flavour.plain() as plain,
        ):
            shared = flavour.auth(client=flavour.raw(client))
            response = await plain.get(server.url("/api/things"), auth=shared)
            assert response.json()["token"]["sub"] is None
            assert shared.token is client.token
            separate = flavour.auth(own, client=flavour.raw(client))
            response = await plain.get(server.url("/api/things"), auth=separate)
            assert response.json()["token"]["sub"] == "alice"
            assert separate.token is not client.token

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.loop != "trio"], ids=repr)
def test_a_handler_of_the_other_colour_is_refused(flavour, server):
    """A handler that renews through a client of the other colour is a ``TypeError`` that says so."""
    other = flavour.module.OAuth2Client if flavour.is_async else flavour.module.AsyncOAuth2Client

    async def scenario(flavour):
        auth = flavour.auth(client=other("app", token={"access_token": "a"}))
        async with flavour.plain() as client:
            with pytest.raises(TypeError, match="synchronous client"):
                await client.get(server.url("/api/things"), auth=auth)
        assert server.requests == ()

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.loop == "sync"], ids=repr)
def test_misuse_is_named(flavour):
    """A string for a token, an unknown placement or a native client for ``client`` is refused with what to do."""
    with pytest.raises(TypeError, match="pass client_id="):
        flavour.auth("client-id")
    with pytest.raises(UsageError, match="header, body, uri"):
        flavour.auth({"access_token": "a"}, "query")
    with flavour.native.Client() as native, pytest.raises(TypeError, match="OAuth2Client"):
        flavour.auth({"access_token": "a"}, client=native)
    assert not callable(flavour.auth({"access_token": "a"}))
    assert isinstance(flavour.auth({"access_token": "a"}), flavour.native.Auth)


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.loop == "sync"], ids=repr)
def test_a_handler_pickles_and_shows_no_secret(flavour, server):
    """A handler with a static token survives pickling, and its ``repr`` holds no token."""
    token = server.issue_token("app", user="alice")
    auth = pickle.loads(pickle.dumps(flavour.auth(token)))
    assert flavour.native.get(server.url("/api/things"), auth=auth).status_code == 200
    assert token["access_token"] not in repr(auth)


@pytest.mark.parametrize(
    ("method", "placed"),
    [("client_secret_basic", "header"), ("client_secret_post", "form"), ("none", "id"), (("mine", None), "custom")],
)
def test_client_auth_authenticates_a_request_of_the_users(flavour, server, method, placed):
    """``OAuth2ClientAuth`` adds the client's proof by any method to a form of the user's own."""

    def custom(client, verb, uri, headers, body):
        return uri, {**headers, "X-Client": f"{client.client_id}:{client.client_secret}"}, body

    if placed == "custom":
        method = (method[0], custom)

    async def scenario(flavour):
        auth = flavour.module.OAuth2ClientAuth("app", "s3cret", method)
        assert not callable(auth)
        assert "s3cret" not in repr(auth)
        async with flavour.plain() as client:
            await client.post(
                server.token_endpoint, data={"grant_type": "client_credentials"}, auth=auth, headers={"X-Own": "1"}
            )
        seen = server.seen("token")[0]
        form = {"grant_type": "client_credentials"}
        expected = {
            "header": form,
            "form": {**form, "client_id": "app", "client_secret": "s3cret"},
            "id": {**form, "client_id": "app"},
            "custom": form,
        }
        assert dict(seen.form) == expected[placed]
        assert seen.header("x-own") == "1"
        assert (seen.status == 200) == (placed in {"header", "form"})
        assert seen.header("x-client") == ("app:s3cret" if placed == "custom" else None)

    flavour.run(scenario)


def test_client_auth_refuses_what_it_cannot_do(flavour, server):
    """Plain HTTP to another machine, or a body that is no form, is refused before anything is sent."""

    async def scenario(flavour):
        async with flavour.plain() as client:
            with pytest.raises(InsecureTransportError, match="client's secret"):
                await client.post("http://as.test/", auth=flavour.module.OAuth2ClientAuth("app", "s3cret"))
            auth = flavour.module.OAuth2ClientAuth("app", "s3cret", "client_secret_post")
            with pytest.raises(UsageError, match="form body"):
                await client.post(server.token_endpoint, json={}, auth=auth)
        assert server.requests == ()

    flavour.run(scenario)


def test_a_secret_in_a_body_is_not_sent_on_by_a_redirect(flavour, server, elsewhere):
    """Where the library follows a 307 with a secret or token in the body, the second request is not sent."""

    async def scenario(flavour):
        secret = flavour.module.OAuth2ClientAuth("app", "s3cret", "client_secret_post")
        token = flavour.auth(server.issue_token("app", user="alice"), "body")
        async with flavour.plain(follow_redirects=True) as client:
            for auth, path in ((secret, "/token"), (token, "/api/things")):
                server.inject(faults.redirect(elsewhere.url(path)), path)
                with pytest.raises(UsageError, match="redirects a request"):
                    await client.post(server.url(path), data={"a": "1"}, auth=auth)
        for seen in elsewhere.requests:
            assert b"s3cret" not in seen.body and b"access_token" not in seen.body

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.is_async], ids=repr)
def test_an_asynchronous_file_is_rewound_for_the_replay(flavour, server):
    """A body with asynchronous ``tell`` and ``seek`` is sent again from where it stood."""

    class File:
        def __init__(self, content):
            self.file = io.BytesIO(content)

        async def __aiter__(self):
            while piece := self.file.read(4):
                yield piece

        async def tell(self):
            return self.file.tell()

        async def seek(self, position):
            return self.file.seek(position)

    token = rejected_token(server)

    async def scenario(flavour):
        async with flavour.client("app", "s3cret", token=token, **endpoints(server)) as client:
            file = File(b"0123456789")
            await file.seek(2)
            response = await client.post(server.url("/api/upload"), content=file)
            assert response.json()["bytes"] == 8
        assert [seen.status for seen in server.seen("/api/upload")] == [401, 200]

    flavour.run(scenario)


def test_a_401_behind_a_redirect_of_the_library(flavour):
    """On a plain client: the same origin's 401 renews and replays, another origin's does neither."""
    asked = []

    def answer(request):
        asked.append((str(request.url), request.headers.get("Authorization")))
        if request.url.path == "/token":
            return flavour.native.Response(200, json={"access_token": "new", "token_type": "Bearer"})
        if request.url.path in {"/same", "/upgrade"}:
            to = "/landed" if request.url.path == "/same" else "https://localhost/landed"
            return flavour.native.Response(302, headers={"Location": to})
        return flavour.native.Response(200 if request.headers["Authorization"] == "Bearer new" else 401)

    transport = flavour.native.MockTransport(answer)

    async def scenario(flavour):
        async with (
            flavour.client(
                "app",
                "s3cret",
                token={"access_token": "old", "refresh_token": "r"},
                token_endpoint="https://as.test/token",
                transport=transport,
            ) as client,
            flavour.plain(transport=transport, follow_redirects=True) as plain,
        ):
            auth = flavour.auth(client=flavour.raw(client))
            assert (await plain.get("http://localhost/upgrade", auth=auth)).status_code == 401
            assert not [url for url, _ in asked if url.endswith("/token")]
            assert (await plain.get("http://localhost/same", auth=auth)).status_code == 200
        assert asked[-1] == ("http://localhost/landed", "Bearer new")

    flavour.run(scenario)


def test_a_hook_may_send_a_request_elsewhere(flavour, server, elsewhere):
    """The URL that a hook returns is taken with its host, judged for its security like any other."""
    targets = [elsewhere.url("/public/x"), "http://api.test/x"]

    async def scenario(flavour):
        async with flavour.client(token={"access_token": "a"}) as client:
            raw = flavour.raw(client)
            raw.register_compliance_hook("protected_request", lambda _, headers, body: (targets.pop(0), headers, body))
            assert (await client.get(server.url("/public/x"))).status_code == 200
            with pytest.raises(InsecureTransportError):
                await client.get(server.url("/public/x"))
        assert server.requests == ()
        assert elsewhere.seen("/public/x")[0].header("host") in elsewhere.url("/public/x")

    flavour.run(scenario)


def test_a_client_auth_method_of_the_users_may_change_the_url_and_send_nothing(flavour, server):
    """A custom method's URL is used; a method that wants to send requests of its own is refused."""
    from dataclasses import dataclass

    from oauth_core import Request, send

    def to_query(client, verb, uri, headers, body):
        return f"{uri}?client={client.client_id}", headers, body

    @dataclass
    class Chatty:
        client_id: str = "app"
        method: str = "chatty"

        def authenticate(self, request, context):
            yield from send(Request("GET", "https://as.test/"))
            return request

    async def scenario(flavour):
        async with flavour.plain() as client:
            auth = flavour.module.OAuth2ClientAuth("app", "s3cret", to_query)
            await client.post(server.token_endpoint, data={"a": "1"}, auth=auth)
            with pytest.raises(UsageError, match="requests of its own"):
                await client.post(
                    server.token_endpoint, auth=flavour.module.OAuth2ClientAuth("app", "s3cret", Chatty())
                )
        assert [dict(seen.query) for seen in server.seen("token")] == [{"client": "app"}]

    flavour.run(scenario)
