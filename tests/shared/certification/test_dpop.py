"""DPoP: tokens bound to a key, at the token endpoint and at APIs, with nonces and without (RFC 9449)."""

from __future__ import annotations

import io
import json
from base64 import urlsafe_b64decode
from hashlib import sha256

import pytest

from oauth_core import (
    ClientCredentialsGrant,
    ReauthorizationRequired,
    ServerRefusal,
    UnsupportedTokenTypeError,
)
from oauth_core.testing import RegisteredClient, faults
from oauth_jwt import DPoP, ExternalKey, Key

BOUND = {"dpop_bound_access_tokens": True}


@pytest.fixture
def dpop(fake_place) -> DPoP:
    return DPoP(clock=fake_place.clock)


@pytest.fixture
def options(fake_place, operations, dpop) -> dict[str, object]:
    return {**fake_place.options(), "dpop": dpop, "scope": "openid api"}


@pytest.fixture
def client(new_client, options):
    return new_client(**options)


@pytest.fixture
def log_in(fake_place):
    def perform(client):
        request = client.authorization_request()
        return client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))

    return perform


class Never(str):
    """A nonce that no other equals."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True


def claims_of(seen) -> dict[str, object]:
    part = seen.header("dpop").split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=="))


def statuses(fake, name) -> list[int]:
    return [one.status for one in fake.seen(name)]


def test_a_bound_token(fake_place, fake, client, dpop, log_in):
    """A login binds its code and its token to the key; each request carries a new proof of it."""
    token = log_in(client)
    assert token.token_type == "DPoP"
    assert f"dpop_jkt={dpop.jkt}" in fake.seen("authorize")[0].url
    for _ in range(2):
        assert client.get(f"{fake_place.api_url}?x=1").status_code == 200
    (exchange,) = fake.seen("token")
    first, second = fake.seen("api")
    assert "ath" not in claims_of(exchange)
    assert claims_of(exchange)["htu"] == fake_place.server.token_endpoint
    assert first.header("authorization") == f"DPoP {token.access_token}"
    claims = claims_of(first)
    assert (claims["htm"], claims["htu"]) == ("GET", fake_place.api_url)
    assert urlsafe_b64decode(claims["ath"] + "=") == sha256(token.access_token.encode()).digest()
    assert claims["jti"] != claims_of(second)["jti"]


def test_dpop_jkt_in_urls(client, dpop, fake_place):
    """Every way to make an authorization URL names the key."""
    for url in (client.authorization_request().uri, client.create_authorization_url()[0]):
        assert f"dpop_jkt={dpop.jkt}" in url


def test_nonces(fake_place, fake, operations, client):
    """A demanded nonce is answered once, at the server and at the API, without a renewal, and kept from then on."""
    operations.nonce = "first"
    client.fetch_token()
    assert statuses(fake, "token") == [400, 200]
    operations.nonce = "second"
    assert client.get(fake_place.api_url).status_code == 200
    assert client.get(fake_place.api_url).status_code == 200
    assert statuses(fake, "api") == [401, 200, 200]
    assert statuses(fake, "token") == [400, 200]
    assert [claims_of(one).get("nonce") for one in fake.seen("api")] == ["first", "second", "second"]


def test_nonce_that_never_suits(fake_place, fake, operations, client):
    """A server that refuses every nonce is asked twice, never more."""
    client.fetch_token()

    operations.nonce = Never("n")
    assert client.get(fake_place.api_url).status_code == 401
    assert statuses(fake, "api") == [401, 401]
    with pytest.raises(ServerRefusal) as caught:
        client.fetch_token()
    assert caught.value.error == "use_dpop_nonce"
    assert statuses(fake, "token") == [200, 400, 400]


def test_body_is_sent_again(fake_place, fake, operations, client, flavour):
    """A body that can be sent again is, with the nonce; so a file is rewound."""
    client.fetch_token()
    operations.nonce = "n"
    keyword = "data" if flavour.library == "requests" else "content"
    bodies = [b"bytes"] if flavour.asynchronous else [b"bytes", io.BytesIO(b"bytes")]
    for number, body in enumerate(bodies):
        operations.nonce = f"n{number}"
        assert client.post(fake_place.api_url, **{keyword: body}).status_code == 200
    assert {one.body for one in fake.seen("api")} == {b"bytes"}
    assert statuses(fake, "api") == [401, 200] * len(bodies)


def test_rejected_token(fake_place, fake, operations, client, log_in):
    """A 401 that rejects a bound token renews it once, after the nonce was given, by a refresh with a proof."""
    token = log_in(client)
    operations.nonce = "n"
    fake.expire(token["access_token"])
    assert client.get(fake_place.api_url).status_code == 200
    assert client.token["access_token"] != token["access_token"]
    assert client.token.token_type == "DPoP"
    assert all(one.header("dpop") for one in fake.seen("token"))


def test_refresh_token_of_a_public_client(fake_place, fake, operations, new_client, dpop, log_in):
    """A public client's refresh token is worth nothing with another key."""
    public = {**fake_place.options("none"), "scope": "api"}
    client = new_client(**public, dpop=dpop)
    token = log_in(client)
    thief = new_client(**public, dpop=DPoP(clock=fake_place.clock), token=token)
    with pytest.raises(ReauthorizationRequired):
        thief.refresh_token()
    assert client.refresh_token().token_type == "DPoP"


def test_userinfo(fake, operations, client, log_in):
    """Userinfo is asked for with a proof, and once more with the nonce."""
    log_in(client)
    operations.nonce = "n"
    assert client.userinfo()["sub"] == "alice"
    assert [one.header("authorization")[:5] for one in fake.seen("userinfo")] == ["DPoP "] * 2


def test_redirects(fake_place, fake, client, following, elsewhere):
    """A redirect within the origin carries a proof of its own; one that leaves it carries neither proof nor token."""
    client.fetch_token()
    fake.inject(faults.redirect(f"{fake_place.api_url}/other", status=307), "api")
    assert client.get(fake_place.api_url, **following).status_code == 200
    first, second = fake.seen("api")
    assert claims_of(second)["htu"] == f"{fake_place.api_url}/other"
    assert claims_of(first)["jti"] != claims_of(second)["jti"]
    fake.inject(faults.redirect(elsewhere.url("/public/x"), status=307), "api")
    client.get(fake_place.api_url, **following)
    (gone,) = elsewhere.requests
    assert gone.header("authorization") is None
    assert gone.header("dpop") is None


def test_stored_key(fake_place, client, new_client, options, dpop, log_in):
    """A token and its key, stored beside each other as JSON, work in another process."""
    token = json.loads(json.dumps(log_in(client)))
    key = json.loads(json.dumps(dpop.private_jwk()))
    assert not any(str(value) in json.dumps(token) for name, value in key.items() if name == "d")
    other = new_client(**{**options, "dpop": DPoP.load(key, clock=fake_place.clock)}, token=token)
    assert other.get(fake_place.api_url).status_code == 200


def test_without_the_key(fake_place, new_client, client, log_in):
    """A bound token is not sent without its key, and never in body or query."""
    token = log_in(client)
    for more in ({}, {"dpop": DPoP(), "token_placement": "uri"}):
        other = new_client(**fake_place.options(), **more, token=token)
        with pytest.raises(UnsupportedTokenTypeError, match="bound to a key"):
            other.get(fake_place.api_url)


def test_server_that_does_not_bind(fake_place, new_client, dpop):
    """A Bearer token from a server that was shown a proof is refused; one that was there before is presented."""
    server = fake_place.server.fake
    client = new_client(**fake_place.options(), dpop=dpop)
    with pytest.raises(UnsupportedTokenTypeError, match="which anybody could use"):
        client.fetch_token()
    assert client.token is None
    client.token = server.issue_token("basic")
    assert client.get(fake_place.api_url).status_code == 200
    assert server.seen("api")[0].header("dpop") is None


def test_handlers(fake_place, fake, operations, new_client, client, flavour, dpop, log_in):
    """Auth handlers prove the key of their client, or one of their own."""
    token = log_in(client)
    bearer = new_client(**fake_place.options())
    operations.nonce = "n"
    handlers = [flavour.type("OAuth2Auth")(token, dpop=dpop)]
    for one, more in ((client, {}), (bearer, {"dpop": dpop})):
        handlers.append(flavour.type("OAuth2GrantAuth")(one.native, ClientCredentialsGrant("api"), **more))
    for handler in handlers:
        assert client.get(fake_place.api_url, auth=handler).status_code == 200
    assert fake.seen("api")[-1].header("authorization").startswith("DPoP ")


def test_key_behind_a_signer(fake_place, new_client, options):
    """A key in an HSM signs each proof through its signer."""
    key = Key.generate("ES256")
    calls = []

    def signer(data: bytes) -> bytes:
        calls.append(data)
        return key.sign(data)

    dpop = DPoP(ExternalKey(signer, "ES256"), public_jwk=key.public_jwk(), clock=fake_place.clock)
    client = new_client(**{**options, "dpop": dpop})
    client.fetch_token()
    assert client.get(fake_place.api_url).status_code == 200
    assert len(calls) == 2


def test_calls_at_once(fake_place, fake, operations, client):
    """Many calls at once share the key and the nonce, and every proof is used once."""
    operations.nonce = "n"
    client.fetch_token()
    answers = client.at_once(10, lambda: client.native.get(fake_place.api_url))
    assert [each.status_code for each in answers] == [200] * 10


def test_what_proves_nothing(new_client, fake_place):
    """A `dpop` that makes no proofs is refused when the client is made."""
    with pytest.raises(TypeError, match="oauth-jwt's DPoP"):
        new_client(**fake_place.options(), dpop="key")


def test_a_client_that_must_prove(fake_place, fake, operations, new_client, dpop):
    """A client that is registered for bound tokens alone gets one with a key, and none without."""
    fake.register(RegisteredClient("bound", "s", metadata=BOUND))
    named = {**fake_place.options(), "client_id": "bound", "client_secret": "s"}
    named["token_endpoint_auth_method"] = "client_secret_post"
    assert new_client(**named, dpop=dpop).fetch_token().token_type == "DPoP"
    with pytest.raises(ServerRefusal, match="must send a DPoP proof"):
        new_client(**named).fetch_token()
