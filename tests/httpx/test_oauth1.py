"""OAuth 1.0 on HTTPX and httpx2: what is signed, what is sent, redirects, the clock, and what is refused."""

import gzip
import inspect
import io
import json
import pickle
from urllib.parse import parse_qsl

import httpx
import pytest

import oauth_httpx
from oauth_core import (
    InsecureTransportError,
    MismatchingStateError,
    OAuth1Credentials,
    OAuth1Signer,
    OAuth1Verifier,
    ProtocolViolation,
    Response,
    ServerRefusal,
    TransportError,
    UsageError,
)
from oauth_core.testing import (
    FakeAuthorizationServer,
    LoopbackServer,
    ManualClock,
    OAuth1Provider,
    RegisteredOAuth1Client,
    faults,
)
from tests.httpx.flavours import CALLBACK, FLAVOURS

SECRETS = ("s3cr%t", "t0ken-s3cret")
READY = "https://client.example/ready?x=1"  # what the real server knows
SYNC = [f for f in FLAVOURS if f.loop == "sync"]


class Place:
    """A fake server with OAuth 1.0 on loopback, and the keywords of its client."""

    def __init__(self, **options):
        self.provider = OAuth1Provider([RegisteredOAuth1Client("key", SECRETS[0], xauth=True)], **options)
        self.server = FakeAuthorizationServer()
        self.server.install(self.provider)

    @property
    def keys(self):
        token = self.provider.issue_token("key", user="alice")
        return {
            "client_key": "key",
            "client_secret": SECRETS[0],
            "token": token["oauth_token"],
            "token_secret": token["oauth_token_secret"],
        }

    def url(self, path):
        return self.server.url(f"/signed/{path}")


@pytest.fixture
def place():
    """The fake server."""
    place = Place()
    with LoopbackServer(place.server):
        yield place


PLACEMENTS = ["HEADER", "QUERY", "BODY"]


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_three_legs(flavour, place, placement):
    """Request token, authorization and access token lead to the API, in every placement."""

    async def scenario(flavour):
        async with flavour.oauth1("key", SECRETS[0], redirect_uri=CALLBACK, signature_type=placement) as client:
            temporary = await client.fetch_request_token(place.provider.request_token_url)
            assert temporary["oauth_callback_confirmed"] == "true"
            assert not client.authorized or client.token["oauth_token"] == temporary["oauth_token"]
            url = client.create_authorization_url(place.provider.authorization_url)
            client.parse_authorization_response(place.server.authorize(url))
            token = await client.fetch_access_token(place.provider.access_token_url)
            assert client.token == {k: token[k] for k in ("oauth_token", "oauth_token_secret")}
            answer = (await client.post(place.url("things?a=%20b&a=c"), data={"d": "é +&"})).json()
            assert answer["oauth"] == {
                "client_key": "key",
                "user": "alice",
                "signature_method": "HMAC-SHA1",
                "signature_type": placement,
                "realm": None,
            }
            assert client.client_key == "key"
            for text in (repr(client), repr(flavour.raw(client).auth), repr(client.token)):
                assert not any(secret in text for secret in (*SECRETS, token["oauth_token_secret"]))

    flavour.run(scenario)


def test_the_steps_with_attributes(flavour, place):
    """``redirect_uri``, ``verifier`` and ``token`` can be assigned; two web workers share nothing but the token."""

    async def scenario(flavour):
        async with flavour.oauth1(client_id="key", client_secret=SECRETS[0]) as client:
            client.redirect_uri = "oob"
            temporary = await client.fetch_request_token(place.provider.request_token_url, timeout=5)
            place.server.handle(_get(client.authorization_url(place.provider.authorization_url)))
        async with flavour.oauth1("key", SECRETS[0]) as client:
            client.token = temporary
            client.verifier = place.provider.verifier_of(temporary["oauth_token"])
            await client.fetch_access_token(place.provider.access_token_url)
            assert (await client.get(place.provider.resource_url)).json()["oauth"]["user"] == "alice"
            assert client.verifier is None

    flavour.run(scenario)


def _get(url):
    from oauth_core import Request

    return Request("GET", url)


def test_further_ways_to_a_token(flavour):
    """Two-legged, xAuth and renewal by a session handle."""
    place = Place(two_legged=True, session_handles=True)

    async def scenario(flavour):
        async with flavour.oauth1("key", SECRETS[0], redirect_uri=CALLBACK) as client:
            urls = place.provider.request_token_url, place.provider.access_token_url
            first = await client.fetch_two_legged_token(*urls)
            second = await client.renew_access_token(urls[1])
            assert second["oauth_token"] != first["oauth_token"]
            assert (await client.get(place.provider.resource_url)).status_code == 200
            await client.fetch_xauth_token(urls[1], "alice", "wonderland")
            assert (await client.get(place.provider.resource_url)).json()["oauth"]["user"] == "alice"
            with pytest.raises(ServerRefusal) as caught:
                await client.fetch_xauth_token(urls[1], "alice", "guess-zz")
            assert "guess-zz" not in str(caught.value)

    with LoopbackServer(place.server):
        flavour.run(scenario)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_bodies_are_sent_whole(flavour, place, placement):
    """JSON, text, multipart and streams arrive byte for byte; forms are signed, whoever encoded them."""

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, signature_type=placement) as client:

            async def post(**body):
                response = await client.post(place.url("things"), **body)
                assert response.status_code == 200, response.text
                return response.json()

            form = {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}
            for body in (
                {"data": {"a": ["1", "ü +"], "": "x"}},
                {"content": "a=%41&b=1+2", **form},
                {"content": b"a=%41&b=1+2"},
                {},
            ):
                await post(**body)
            if placement == "BODY":
                for body in ({"json": {"a": 1}}, {"content": b"\0\1"}, {"files": {"f": b"x"}}):
                    with pytest.raises(UsageError, match="BODY needs a form body"):
                        await client.post(place.url("things"), **body)
                return
            assert (await post(json={"a": "ü%41"}))["body"] == '{"a":"ü%41"}'
            assert (await post(content="täxt&b", headers={"Content-Type": "text/plain"}))["body"] == "täxt&b"
            assert "\r\n\r\nx=1\r\n" in (await post(files={"f": b"x=1"}, data={"n": "v"}))["body"]
            streamed = await client.post(place.url("upload"), content=flavour.upload([b"one", b"three"]))
            assert streamed.json()["bytes"] == 8
            seen = place.server.seen("/signed/upload")[0]
            assert (seen.header("transfer-encoding"), seen.header("content-length")) == ("chunked", None)

    flavour.run(scenario)


def test_content_headers_follow_the_body(flavour, place):
    """A signature in the body makes it a form of the right length; elsewhere the headers stay as they were."""

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, signature_type="BODY") as client:
            assert (await client.post(place.url("things"))).status_code == 200
        seen = place.server.requests[-1]
        assert seen.header("content-type") == "application/x-www-form-urlencoded"
        assert int(seen.header("content-length")) == len(seen.body)
        assert "oauth_signature" in dict(seen.form)
        async with flavour.oauth1(**place.keys) as client:
            assert (await client.get(place.url("things"))).status_code == 200
        assert place.server.requests[-1].header("content-type") is None

    flavour.run(scenario)


def test_body_hash_and_realm(flavour, place):
    """``force_include_body`` adds the hash of a body that is no form, ``realm`` stands unsigned in the header."""

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, force_include_body=True, realm="photos") as client:
            answer = await client.put(place.url("things"), json={"a": 1})
            assert answer.json()["oauth"]["realm"] == "photos"
            assert "oauth_body_hash" in place.server.requests[-1].header("authorization")
            with pytest.raises(UsageError, match="stream has no oauth_body_hash"):
                await client.put(place.url("upload"), content=flavour.upload([b"x"]))

    flavour.run(scenario)


def test_a_handler_on_any_client(flavour, place):
    """``OAuth1Auth`` signs for clients of either colour, pickles, and sends callback or verifier where it has one."""
    auth = pickle.loads(pickle.dumps(flavour.module.OAuth1Auth(**place.keys)))
    step = flavour.module.OAuth1Auth("key", SECRETS[0], callback_uri="oob")

    async def scenario(flavour):
        async with flavour.plain() as client:
            assert (await client.get(place.provider.resource_url, auth=auth)).status_code == 200
            answer = await client.post(place.provider.request_token_url, auth=step)
            assert dict(parse_qsl(answer.text))["oauth_callback_confirmed"] == "true"
        assert auth.token["oauth_token"]
        assert not callable(auth)

    flavour.run(scenario)


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_hops_within_the_origin_are_signed_anew(flavour, place, placement, status):
    """Each hop has a nonce of its own and opens the resource; the body goes along where the status keeps it."""

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, signature_type=placement, follow_redirects=True) as client:
            place.server.inject(faults.redirect(place.url("landed?b=2"), status=status), "/signed/first")
            response = await client.post(place.url("first"), data={"a": "1"})
            assert (response.status_code, len(response.history)) == (200, 1)
        first, landed = place.server.requests
        assert nonce(first) != nonce(landed)
        assert dict(landed.form).get("a") == ("1" if status == 307 else None)
        assert [n for n, _ in (*landed.query, *landed.form)].count("oauth_nonce") == (
            0 if placement == "HEADER" or (placement, status) == ("BODY", 302) else 1
        )

    flavour.run(scenario)


def nonce(seen):
    """The nonce of a request, wherever it stands."""
    header = seen.header("authorization") or ""
    found = dict((*seen.query, *seen.form)).get("oauth_nonce")
    return found or header.partition('oauth_nonce="')[2].partition('"')[0]


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_another_origin_gets_no_credential(flavour, place, elsewhere, placement):
    """A hop to another origin is followed unsigned, and one that leads back stays unsigned."""

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, signature_type=placement, follow_redirects=True) as client:
            place.server.inject(faults.redirect(elsewhere.url("/public/x"), status=302), "/signed/first")
            elsewhere.inject(faults.redirect(place.server.url("/public/back"), status=302), "/public/x")
            response = await client.post(place.url("first"), data={"a": "1"})
            assert (response.status_code, len(response.history)) == (200, 2)
        for seen in (elsewhere.requests[0], place.server.requests[-1]):
            assert nonce(seen) == ""
            assert seen.header("authorization") is None

    flavour.run(scenario)


@pytest.mark.parametrize("placement", ["QUERY", "BODY"])
def test_a_hop_that_would_carry_the_signature_is_not_taken(flavour, place, elsewhere, placement):
    """Where the next origin would get the signature with the body or in a repeated query, the redirect is returned."""

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, signature_type=placement, follow_redirects=True) as client:

            def repeat(authority, proceed):
                query = place.server.authority and "oauth_signature=x" if placement == "QUERY" else ""
                return Response(307, (("Location", elsewhere.url(f"/public/x?{query}")), ("Content-Length", "0")))

            place.server.inject(faults.Fault("repeat", repeat), "/signed/first")
            response = await client.post(place.url("first"), data={"a": "1"})
            assert (response.status_code, response.history) == (307, [])
        assert elsewhere.requests == ()

    flavour.run(scenario)


def test_a_foreign_client_never_sends_a_body_signature_on(flavour, place, elsewhere):
    """A client of the library that follows a redirect with the signature in the body raises; nothing travels."""
    auth = flavour.module.OAuth1Auth(**place.keys, signature_type="BODY")

    async def scenario(flavour):
        async with flavour.plain(follow_redirects=True) as client:
            place.server.inject(faults.redirect(elsewhere.url("/public/x")), "/signed/first")
            with pytest.raises(UsageError, match="redirects a request whose body holds a credential"):
                await client.post(place.url("first"), data={"a": "1"}, auth=auth)
        assert all(not seen.body for seen in elsewhere.requests)

    flavour.run(scenario)


class AsyncFile:
    """A file for asynchronous clients."""

    def __init__(self, content):
        self.file = io.BytesIO(content)

    async def __aiter__(self):
        while piece := self.file.read(4):
            yield piece

    async def tell(self):
        return self.file.tell()

    async def seek(self, position):
        return self.file.seek(position)


class TestClock:
    """A server whose clock is another than ours."""

    @pytest.fixture
    def place(self):
        place = Place()
        place.server = FakeAuthorizationServer(clock=ManualClock(1_000_000.0))
        place.server.install(place.provider)
        with LoopbackServer(place.server):
            yield place

    def test_a_refused_timestamp_adjusts_once(self, flavour, place):
        """The refused request is signed anew with the server's time, body included; later ones need one attempt."""

        async def scenario(flavour):
            async with flavour.oauth1(**place.keys) as client:
                response = await client.post(place.url("things"), json={"a": 1})
                assert (response.status_code, response.json()["body"]) == (200, '{"a":1}')
                assert (await client.get(place.url("things"))).status_code == 200
            assert place.server.count("signed") == 3
            assert len({nonce(seen) for seen in place.server.requests}) == 3

        flavour.run(scenario)

    def test_a_file_is_rewound(self, flavour, place):
        """A file is signed around and sent again from where it stood."""

        async def scenario(flavour):
            async with flavour.oauth1(**place.keys) as client:
                file = AsyncFile(b"0123456789") if flavour.is_async else io.BytesIO(b"0123456789")
                position = file.seek(4)
                assert await position if flavour.is_async else position == 4
                headers = {"Content-Type": "application/octet-stream", "Content-Length": "6"}
                sent = await client.post(place.url("things"), content=file, headers=headers)
                assert (sent.json()["body"], sent.json()["body_size"]) == ("456789", 6)
            assert place.server.count("signed") == 2

        flavour.run(scenario)

    def test_the_steps_adjust_too(self, flavour, place):
        """Fetching a request token under a wrong clock takes two calls, and the API call after it one."""

        async def scenario(flavour):
            async with flavour.oauth1("key", SECRETS[0], redirect_uri="oob") as client:
                await client.fetch_request_token(place.provider.request_token_url)
            assert place.server.count("oauth1_initiate") == 2

        flavour.run(scenario)

    def test_a_body_that_is_gone_is_not_sent_again(self, flavour, place):
        """A one-shot stream is not replayed: its refusal is the answer, and can be read."""

        async def scenario(flavour):
            async with flavour.oauth1(**place.keys) as client:
                response = await client.post(place.url("upload"), content=flavour.upload([b"x"]))
                assert (response.status_code, "timestamp_refused" in response.text) == (401, True)
            assert place.server.count("signed") == 1

        flavour.run(scenario)


REPORT = b"oauth_problem=timestamp_refused&oauth_acceptable_timestamps=100-200"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def test_a_report_in_the_body_alone_is_read(flavour, place):
    """A compressed report without a challenge is understood, and two refusals in a row end it."""
    body = gzip.compress(REPORT)
    refusal = Response(401, (FORM, ("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))), body)

    async def scenario(flavour):
        place.server.inject(faults.respond(refusal), "/signed/things", times=None)
        async with flavour.oauth1(**place.keys) as client:
            async with client.stream("GET", place.url("things")) as response:
                raw = [piece async for piece in response.aiter_raw()] if flavour.is_async else [*response.iter_raw()]
            assert (response.status_code, gzip.decompress(b"".join(raw))) == (401, REPORT)
        assert place.server.count("signed") == 2
        stamps = [seen.header("authorization").partition('timestamp="')[2][:3] for seen in place.server.requests]
        assert stamps[1] == "150"

    flavour.run(scenario)


def test_a_mocked_refusal_is_understood(flavour):
    """An answer that a mock transport made in memory is judged like one from the network."""
    stamps = []

    def answer(request):
        stamps.append(request.headers["Authorization"].partition('timestamp="')[2][:3])
        return flavour.native.Response(401 if len(stamps) == 1 else 200, headers=[FORM], content=REPORT)

    async def scenario(flavour):
        async with flavour.oauth1("key", "s", transport=flavour.native.MockTransport(answer)) as client:
            assert (await client.get("https://api.test/")).status_code == 200
        assert stamps[1] == "150"

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", SYNC, ids=repr)
@pytest.mark.parametrize("placement", ["HEADER", "QUERY"])
def test_the_request_that_opens_a_websocket(flavour, placement):
    """``wss`` is signed as the ``https`` request that it is, and stays ``wss``; PLAINTEXT over ``ws`` is refused."""
    auth = flavour.module.OAuth1Auth("key", "s", signature_type=placement)
    signed = next(auth.sync_auth_flow(flavour.native.Request("GET", "wss://api.test/live?a=1")))
    assert str(signed.url).startswith("wss://api.test/live?a=1")
    url = str(signed.url).replace("wss", "https", 1)
    verifier = OAuth1Verifier(lambda *_: OAuth1Credentials("key", "s"))
    assert verifier.verify("GET", url, dict(signed.headers)).client_key == "key"
    plain = flavour.module.OAuth1Auth("key", "s", signature_method="PLAINTEXT", signature_type=placement)
    with pytest.raises(InsecureTransportError):
        next(plain.sync_auth_flow(flavour.native.Request("GET", "ws://api.test/live")))
    with pytest.raises(TypeError):
        pickle.dumps(flavour.module.OAuth1Client("key", "s"))


def test_clients_close(flavour, place):
    """A closed client sends nothing more, neither a step nor an API request."""

    async def scenario(flavour):
        async with flavour.oauth1("key", "s", redirect_uri="oob") as client:
            with pytest.raises(ServerRefusal):
                await client.fetch_request_token(place.provider.request_token_url)
            await client.close()
            for call in (client.get, client.fetch_request_token):
                with pytest.raises(RuntimeError, match="closed"):
                    await call(place.provider.request_token_url)

    flavour.run(scenario)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_long_refusal_reaches_the_reader_whole(flavour, place, streamed):
    """A refusal that is too long to look into is neither cut short nor read twice, and may be left half read."""
    body = b"x" * 300_000

    async def scenario(flavour):
        place.server.inject(faults.respond(Response(403, (("Content-Type", "text/html"),), body)), "/signed/things")
        place.server.inject(faults.endless(), "/signed/endless")
        place.server.inject(faults.respond(Response(401, (("Content-Encoding", "br"),), b"xx")), "/signed/coded")
        async with flavour.oauth1(**place.keys) as client:
            if streamed:
                async with client.stream("GET", place.url("things")) as response:
                    assert response.status_code == 403
            else:
                assert (await client.get(place.url("things"))).content == body
            async with client.stream("GET", place.url("coded")) as response:
                assert response.status_code == 401

    flavour.run(scenario)


@pytest.mark.parametrize("flavour", SYNC, ids=repr)
def test_constructors(flavour):
    """The first five go by position, every spelling by keyword; what nobody knows is a ``TypeError``."""
    module = flavour.module
    for cls in (module.OAuth1Auth, module.OAuth1Client, module.AsyncOAuth1Client):
        one = cls("k", "s", "t", "ts", "oob", verifier="v")
        two = cls(
            client_id="k",
            client_secret="s",
            resource_owner_key="t",
            resource_owner_secret="ts",
            callback_uri="oob",
            verifier="v",
            signature_type="AUTH_HEADER",
        )
        cores = [getattr(each, "core", None) or each._core for each in (one, two)]
        assert cores[0].credentials == cores[1].credentials
        assert cores[0].redirect_uri == cores[1].redirect_uri == "oob"
        for wrong, near in {"client_secrett": "client_secret", "signature_metod": "signature_method"}.items():
            with pytest.raises(TypeError, match=f"did you mean '{near}'"):
                cls("k", **{wrong: "x"})
        with pytest.raises(TypeError):
            cls("k", token="a", resource_owner_key="b")
        with pytest.raises(UsageError, match="client key is missing"):
            cls()
        with pytest.raises(UsageError, match="NO-SUCH"):
            cls("k", "s", signature_method="NO-SUCH")
        with pytest.raises(UsageError, match=r"(?i)rsa"):
            cls("k", "s", signature_method="RSA-SHA1")
        with pytest.raises(UsageError, match="cannot be printed") as caught:
            cls("k", "s3cr\tet")
        assert "s3cr" not in str(caught.value)
        with pytest.raises(TypeError, match="OAuth1Signer"):
            cls("k", client_class=dict)
    with pytest.raises(TypeError, match="takes no auth"):
        module.OAuth1Client("k", auth=("a", "b"))
    with pytest.raises(TypeError, match="did you mean 'follow_redirects'"):
        module.OAuth1Client("k", follow_redirect=True)
    client = module.OAuth1Client("k", "s", base_url="https://api.test", timeout=3)
    assert isinstance(client, flavour.native.Client)
    assert client.timeout.read == 3


def test_client_class(flavour, place):
    """``client_class`` is the signer that the client uses."""

    class Shouting(OAuth1Signer):
        def sign_parts(self, method, url, content_type=None, body=None, *, host=None):
            calls.append(method)
            return super().sign_parts(method, url, content_type, body, host=host)

    calls = []

    async def scenario(flavour):
        async with flavour.oauth1(**place.keys, client_class=Shouting) as client:
            assert (await client.get(place.url("things"))).status_code == 200
        assert calls == ["GET"]

    flavour.run(scenario)


def test_what_cannot_be_signed_is_not_sent(flavour, place):
    """PLAINTEXT over plain HTTP to another machine, a GET with BODY, an undecodable form: errors without secrets."""

    async def scenario(flavour):
        async with flavour.oauth1("k", *["s3cr%t", "t", "t0ken-s3cret"], signature_method="PLAINTEXT") as client:
            with pytest.raises(InsecureTransportError) as caught:
                await client.get("http://api.test/")
            with pytest.raises(InsecureTransportError):
                await client.fetch_request_token("http://api.test/initiate")
            assert not any(secret in str(caught.value) for secret in SECRETS)
            assert (await client.get(place.server.url("/public/x"))).status_code == 200
        async with flavour.oauth1("k", "s", signature_type="BODY") as client:
            with pytest.raises(UsageError, match="GET request has no body"):
                await client.get(place.url("things"))
        async with flavour.oauth1("k", "s") as client:
            with pytest.raises(UsageError, match="cannot be a stream"):
                await client.post(place.url("things"), content=flavour.upload([b"a=1"]), headers=dict([FORM]))
            with pytest.raises(UsageError, match="no UTF-8"):
                await client.post(place.url("things"), content=b"\xff", headers=dict([FORM]))
            with pytest.raises(UsageError, match="verifier is missing"):
                await client.fetch_access_token(place.provider.access_token_url)
            with pytest.raises(TypeError, match="timeout"):
                await client.fetch_request_token(place.provider.request_token_url, tiemout=1)
            with pytest.raises(MismatchingStateError):
                client.parse_authorization_response("https://client.test/cb?a=1")
        assert place.server.count("signed") == 0

    flavour.run(scenario)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(200, (FORM,), b"oauth_token=t"), ProtocolViolation),
        (Response(200, (("Content-Type", "text/html"),), b"<p>hello"), ProtocolViolation),
        (Response(200, (FORM,), b"\xff\xfe"), ProtocolViolation),
        (Response(302, (("Location", "https://other.test/"),)), ProtocolViolation),
        (Response(401, (FORM,), b"oauth_problem=consumer_key_unknown"), ServerRefusal),
        (None, TransportError),
    ],
)
def test_bad_answers_to_the_steps(flavour, place, answer, error):
    """What is no token is an error with a reason; a redirect of the endpoint is never followed."""

    async def scenario(flavour):
        place.server.inject(faults.dropped() if answer is None else faults.respond(answer), "oauth1_initiate")
        async with flavour.oauth1("key", SECRETS[0], redirect_uri="oob", follow_redirects=True) as client:
            with pytest.raises(error) as caught:
                await client.fetch_request_token(place.provider.request_token_url)
            assert SECRETS[0] not in f"{caught.value} {caught.value!r}"
            assert client.token == {}

    flavour.run(scenario)


def test_the_steps_use_nothing_of_the_session(flavour, place):
    """Default headers, parameters, cookies, hooks and redirects of the client do not reach the token endpoint."""
    seen = []

    async def hook(request):
        seen.append(request.url)

    hooks = {"request": [hook if flavour.is_async else seen.append]}
    options = {"params": {"p": "1"}, "headers": {"X-Own": "1"}, "cookies": {"c": "1"}, "event_hooks": hooks}

    async def scenario(flavour):
        async with flavour.oauth1("key", SECRETS[0], redirect_uri="oob", **options) as client:
            await client.fetch_request_token(place.provider.request_token_url)
            request = place.server.requests[0]
            assert (request.query, request.header("x-own"), request.header("cookie")) == ((), None, None)
            assert seen == []
            await client.get(place.server.url("/public/x"), auth=None)
            request = place.server.requests[1]
            assert (request.query, request.header("x-own")) == ((("p", "1"),), "1")
            assert request.header("authorization") is None
            assert len(seen) == 1

    flavour.run(scenario)


def test_the_clients_are_twins():
    """The two clients have the same methods with the same parameters and the same documentation."""
    one, two = oauth_httpx.OAuth1Client, oauth_httpx.AsyncOAuth1Client
    native = set(dir(httpx.Client)) | set(dir(httpx.AsyncClient))
    names = {name for name in dir(one) if not name.startswith("_")} - native
    assert names == {name for name in dir(two) if not name.startswith("_")} - native
    for name in [*names, "__init__", "send", "close"]:
        first, second = getattr(one, name), getattr(two, name)
        if inspect.isfunction(first):
            assert list(inspect.signature(first).parameters) == list(inspect.signature(second).parameters), name
        assert name in {"__init__", "close"} or inspect.getdoc(first) == inspect.getdoc(second), name


@pytest.mark.real_server
@pytest.mark.parametrize(
    "method", ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512", "PLAINTEXT"]
)
@pytest.mark.parametrize("name", ["oauth1_server", "oauth1_verifier"])
def test_real_servers_verify_every_way(flavour, request, name, method):
    """Servers by other hands accept every signature method in every placement, and JSON bodies arrive whole."""
    real = request.getfixturevalue(name)
    token = real.issue_token() if hasattr(real, "issue_token") else real.token
    keys = (real.client.client_key, real.client.client_secret, token.token, token.secret)
    options = {"signature_method": method, "rsa_key": real.client.private_pem}

    async def scenario(flavour):
        for placement in PLACEMENTS:
            async with flavour.oauth1(*keys, signature_type=placement, **options) as client:
                url = f"{real.api_url}/photos?size=original&tag=a&tag=b+c&empty="
                answer = await client.post(url, data={"name": "é x", "tag": "a"})
                assert answer.status_code == 200, answer.text
                assert (answer.json()["signature_method"], answer.json()["token"]) == (method, token.token)
                if placement != "BODY":
                    answer = await client.put(real.api_url, json={"a": "%41"})
                    assert json.loads(answer.json()["body"]) == {"a": "%41"}
                    assert (await client.get(real.api_url, params={"q": "ü & co"})).status_code == 200

    flavour.run(scenario)


@pytest.mark.real_server
def test_three_legs_at_a_real_server(flavour, oauth1_server):
    """The three legs, xAuth and renewal at oauthlib's endpoints, and a clock that is an hour off."""
    real = oauth1_server

    async def scenario(flavour):
        async with flavour.oauth1(real.client.client_key, real.client.client_secret, redirect_uri=READY) as client:
            await client.fetch_request_token(real.request_token_url)
            client.parse_authorization_response(real.authorize(client.create_authorization_url(real.authorization_url)))
            first = await client.fetch_access_token(real.access_token_url)
            assert (await client.get(real.api_url)).json()["token"] == first["oauth_token"]
            second = await client.renew_access_token(real.access_token_url)
            assert (await client.get(real.api_url)).json()["token"] == second["oauth_token"] != first["oauth_token"]
            real.set_clock_offset(3600)
            try:
                assert (await client.get(real.api_url)).status_code == 200
            finally:
                real.set_clock_offset(0)
            xauth = await client.fetch_xauth_token(real.access_token_url, "alice", "wonderland")
            assert xauth["screen_name"] == "alice"

    flavour.run(scenario)
