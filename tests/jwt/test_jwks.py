"""The server's keys: found, rotated, kept through failures, never fetched in a flood."""

import asyncio
import json
import threading
import time

import pytest

from oauth_core import (
    InsecureTransportError,
    InvalidMetadataError,
    ProtocolViolation,
    Response,
    ServerRefusal,
    TransportError,
    UsageError,
    Wait,
    arun,
    run,
)
from oauth_jwt import IDTokenValidator, InvalidJWKSetError, InvalidJWTError, JWKSCache, JWKSet, Key
from tests.jwt.support import CLIENT, ISSUER, NONCE, Clock, KeyServer, carry, copied, id_claims, key, no_request, sign

URI = "https://op.example/jwks"


def rules(cache, alg="RS256"):
    return IDTokenValidator(ISSUER, CLIENT, cache, algorithms=(alg,), clock=Clock())


def check(cache, signer, send=no_request, header=None, alg="RS256"):
    return carry(rules(cache, alg).validate(sign(id_claims(), signer, header), nonce=NONCE), send)


def twenty_threads(cache, signer, server):
    """Let so many threads judge a token at once, with a server that takes its time; whom each believes it is about."""
    began, found = threading.Barrier(20), []

    def slow(request):
        time.sleep(0.05)
        return server(request)

    def work():
        began.wait()
        found.append(run(rules(cache).validate(sign(id_claims(), signer), nonce=NONCE), slow).sub)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_keys_are_fetched_once_and_kept():
    """Keys are fetched for the first token and kept for the time to live, then fetched again."""
    clock, server = Clock(), KeyServer(key())
    cache = JWKSCache(URI, ttl=100, clock=clock)
    for _ in range(3):
        check(cache, key(), server)
    assert [(one.method, one.url) for one in server.requests] == [("GET", URI)]
    assert server.requests[0].header("authorization") is None
    clock.now += 101
    check(cache, key(), server)
    assert len(server.requests) == 2


def test_rotated_key_is_fetched_once():
    """SigningKeyRotation: an unknown kid fetches the keys again, and the token is believed."""
    server = KeyServer(key())
    clock = Clock()
    cache = JWKSCache(URI, clock=clock)
    check(cache, key(), server)
    server.keys = [key("RS256", 2)]
    assert check(cache, key("RS256", 2), server).sub == "jane"
    assert len(server.requests) == 2


def test_keys_fetched_for_a_token_are_not_fetched_again_for_it():
    """A token with an unknown kid that is the first of all causes one fetch, the next one another, and then none."""
    server = KeyServer(key())
    cache = JWKSCache(URI, cooldown=30, clock=Clock())
    for requests in (1, 2, 2):
        with pytest.raises(InvalidJWTError, match="no key with the kid"):
            check(cache, key(), server, {"kid": "x"})
        assert len(server.requests) == requests


def test_threads_share_the_fetch_after_a_rotation():
    """Twenty threads whose tokens are signed with a new key cause one further fetch, and all believe their token."""
    server, cache = KeyServer(key()), JWKSCache(URI)
    check(cache, key(), server)
    server.keys = [key("RS256", 2)]
    assert twenty_threads(cache, key("RS256", 2), server) == ["jane"] * 20
    assert len(server.requests) == 2


def test_operations_of_a_key():
    """A key whose `key_ops` name other work verifies nothing."""
    public = {name: value for name, value in key().public_jwk().items() if name != "use"}
    assert check(JWKSet([public | {"key_ops": ["verify"]}]), key()).sub == "jane"
    with pytest.raises(InvalidJWTError, match="no key with the kid"):
        check(JWKSet([public | {"key_ops": ["encrypt"]}]), key())


def test_keys_rotated_without_names_are_found():
    """Keys that changed and have no kid are fetched again when the old key's signature fails."""

    def nameless(number):
        return {name: value for name, value in key("RS256", number).public_jwk().items() if name != "kid"}

    clock, server = Clock(), KeyServer(nameless(1))
    cache = JWKSCache(URI, clock=clock)
    check(cache, key(), server, {"kid": "any"})
    server.keys = [nameless(2)]
    clock.now += 31
    assert check(cache, key("RS256", 2), server, {"kid": "any"}).sub == "jane"


def test_unknown_kid_does_not_flood():
    """A hundred tokens with unknown kids cause one fetch in the cool-down, each is refused."""
    clock, server = Clock(), KeyServer(key())
    cache = JWKSCache(URI, cooldown=30, clock=clock)
    check(cache, key(), server)
    clock.now += 31
    for number in range(100):
        with pytest.raises(InvalidJWTError, match=r"no key with the kid 'x\d+' for RS256"):
            check(cache, key(), server, {"kid": f"x{number}"})
    assert len(server.requests) == 2
    clock.now += 31
    with pytest.raises(InvalidJWTError):
        check(cache, key(), server, {"kid": "x"})
    assert len(server.requests) == 3


@pytest.mark.parametrize("failure", ["status", "transport", "html", "shape"])
def test_old_keys_serve_while_the_server_fails(failure, caplog):
    """Where a fetch fails the old keys stay in use, and the server is left alone for the cool-down."""
    clock, server = Clock(), KeyServer(key())
    cache = JWKSCache(URI, ttl=100, cooldown=30, clock=clock)
    check(cache, key(), server)
    asked = []

    def broken(request):
        asked.append(request)
        if failure == "transport":
            raise TransportError("no route")
        body = {"status": b"", "html": b"<html>", "shape": b'{"keys": {}}'}[failure]
        kind = "text/html" if failure == "html" else "application/json"
        return Response(503 if failure == "status" else 200, (("content-type", kind),), body)

    clock.now += 101
    for _ in range(5):
        assert check(cache, key(), broken).sub == "jane"
    assert len(asked) == 1
    assert "stay in use" in caplog.text
    clock.now += 31
    check(cache, key(), server)
    assert len(server.requests) == 2


def test_first_fetch_that_fails_is_an_error_and_is_tried_again():
    """Without keys a failure is raised as what it is; the next token asks again."""
    cache = JWKSCache(URI, clock=Clock())
    with pytest.raises(ServerRefusal):
        check(cache, key(), KeyServer(status=500))
    with pytest.raises(InvalidJWKSetError, match="list 'keys'"):
        check(cache, key(), lambda request: Response(200, (("content-type", "application/json"),), b"{}"))
    assert check(cache, key(), KeyServer(key())).sub == "jane"


def test_without_kid_one_key_is_used_and_several_are_refused():
    """KidAbsentSingleJwks, KidAbsentMultipleMatchingKeys: one fitting key is used, several are refused."""
    absent = b'{"alg":"RS256"}'
    mixed = {"keys": [key("ES256").public_jwk(), key().public_jwk(), key("RS256", 3).public_jwk() | {"use": "enc"}]}
    assert check(JWKSet(mixed), key(), header=absent).sub == "jane"
    several = JWKSet({"keys": [key().public_jwk(), key("RS256", 2).public_jwk()]})
    with pytest.raises(InvalidJWTError, match="names no kid, and several keys of the server fit RS256"):
        check(several, key(), header=absent)
    same_name = [key().public_jwk() | {"kid": "k"}, key("RS256", 2).public_jwk() | {"kid": "k"}]
    with pytest.raises(InvalidJWTError, match="names the kid 'k', and several"):
        check(JWKSet({"keys": same_name}), key(), header={"kid": "k"})
    twice = JWKSet({"keys": [key().public_jwk(), key().public_jwk()]})
    assert check(twice, key()).sub == "jane"


def test_unusable_keys_are_passed_over_or_named():
    """Unknown kinds, secrets and encryption keys are passed over; a weak or broken key that is named is refused."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = Key(rsa.generate_private_key(65537, 1024), kid="weak")  # noqa: S505 - the weak key that is refused
    entries = [{"kty": "new"}, 7, {"kty": "oct", "k": "c2VjcmV0"}, weak.public_jwk(), key().public_jwk()]
    keys = JWKSet({"keys": entries})
    assert check(keys, key()).sub == "jane"
    with pytest.raises(InvalidJWTError, match="server's key cannot be used: RS256 needs an RSA key of at least 2048"):
        check(keys, weak)
    with pytest.raises(InvalidJWTError, match="server's key 'b' cannot be used"):
        check(JWKSet([{"kty": "RSA", "kid": "b", "n": "AQAB"}]), key(), header={"kid": "b"})
    with pytest.raises(InvalidJWKSetError):
        JWKSet("text")
    assert repr(keys) == "<JWKSet of 4 keys>"
    assert len(copied(keys)) == len(keys) == 4
    assert len(JWKSet(keys)) == 4


def test_public_key_never_serves_as_a_secret():
    """Key confusion: a public key in the set does not verify an HS256 signature made with its text."""
    public = json.dumps(key().public_jwk())
    forged = sign(id_claims(), Key.from_secret(public), {"kid": key().kid})
    keys = JWKSet({"keys": [key().public_jwk(), {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]})
    with pytest.raises(InvalidJWTError, match="its alg is 'HS256', expected RS256"):
        check(keys, Key.from_secret(public))
    with pytest.raises(UsageError, match="needs the client's secret"):
        carry(rules(keys, "HS256").validate(forged, nonce=NONCE))


@pytest.mark.parametrize("uri", ["http://op.example/jwks", "file:///etc/passwd", "ftp://op.example/jwks", "jwks.json"])
def test_keys_come_over_https_alone(uri):
    """Addresses that are not https, this machine excepted, are refused when the cache is made."""
    with pytest.raises(UsageError):
        JWKSCache(uri)
    assert JWKSCache("http://127.0.0.1:8080/jwks").uri
    with pytest.raises(InsecureTransportError):
        JWKSCache("http://op.example/jwks")
    assert JWKSCache("http://op.example/jwks", allow_insecure_http=True).uri


def test_keys_come_from_one_place():
    """Keys come from an address or through an issuer's metadata; neither, or both, is refused."""
    assert JWKSCache(issuer="https://op.example").uri is None
    assert repr(JWKSCache(issuer="https://op.example")) == "<JWKSCache of 'https://op.example', empty>"
    assert copied(JWKSCache(issuer="https://op.example", ttl=5)).issuer == "https://op.example"
    for places in ({}, {"uri": URI, "issuer": "https://op.example"}):
        with pytest.raises(UsageError, match="pass one of them"):
            JWKSCache(**places)


def test_threads_share_one_fetch():
    """Twenty threads that need keys at once cause one fetch, and all believe their token."""
    server, cache = KeyServer(key()), JWKSCache(URI)
    assert twenty_threads(cache, key(), server) == ["jane"] * 20
    assert len(server.requests) == 1


def test_tasks_share_one_fetch_and_survive_a_cancelled_one():
    """Tasks share a fetch; where the one who fetches is cancelled, another does it."""
    server = KeyServer(key())
    gate = {}

    async def slow(request):
        gate.setdefault("first", asyncio.current_task())
        await asyncio.sleep(0.05)
        return server(request)

    async def main():
        cache = JWKSCache(URI)
        token = sign(id_claims(), key())
        flows = [arun(rules(cache).validate(token, nonce=NONCE), slow, sleep=asyncio.sleep) for _ in range(10)]
        tasks = [asyncio.ensure_future(flow) for flow in flows]
        await asyncio.sleep(0.01)
        gate["first"].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert sum(isinstance(result, asyncio.CancelledError) for result in results) == 1
    assert sum(getattr(result, "sub", None) == "jane" for result in results) == 9
    assert len(server.requests) == 1


def test_abandoned_fetch_is_taken_over():
    """A fetch that was never finished does not block others for ever."""
    clock = Clock()
    cache = JWKSCache(URI, clock=clock)
    abandoned = cache.keys()
    abandoned.send(None)
    waiting = cache.keys()
    assert isinstance(waiting.send(None), Wait)
    clock.now += 61
    request = waiting.send(None)
    assert request.url == URI


def test_cache_pickles_without_its_keys():
    """A pickled cache keeps its configuration and fetches for itself."""
    cache = JWKSCache(URI, ttl=5, cooldown=6)
    check(cache, key(), KeyServer(key()))
    again = copied(cache)
    assert (again.uri, again.ttl, again.cooldown) == (URI, 5, 6)
    assert repr(cache) == f"<JWKSCache of {URI!r}, 1>"
    assert repr(again) == f"<JWKSCache of {URI!r}, empty>"


def test_those_who_wait_for_a_failed_first_fetch_fail_with_it():
    """Where the first fetch fails, all who waited for it raise their own copy, and the server was asked once."""
    clock = Clock()
    cache = JWKSCache(URI, clock=clock)
    first, second = cache.keys(), cache.keys()
    first.send(None)
    assert isinstance(second.send(None), Wait)
    with pytest.raises(TransportError) as own:
        first.throw(TransportError("no route"))
    with pytest.raises(TransportError) as copied_one:
        second.send(None)
    assert copied_one.value is not own.value
    assert str(copied_one.value) == str(own.value)


def test_those_who_wait_for_a_renewal_use_what_there_is():
    """Where a renewal fails, those who waited use the old keys; where another fetched meanwhile, its keys are taken."""
    clock = Clock()
    cache = JWKSCache(URI, ttl=10, clock=clock)
    old = carry(cache.keys(), KeyServer(key()))
    clock.now += 11
    first, second = cache.keys(), cache.keys()
    first.send(None)
    assert isinstance(second.send(None), Wait)
    with pytest.raises(StopIteration) as done:
        first.throw(TransportError("no route"))
    assert done.value.value is old
    with pytest.raises(StopIteration) as done:
        second.send(None)
    assert done.value.value is old
    clock.now += 31
    new = carry(cache.keys(), KeyServer(key("RS256", 2)))
    assert new is not old
    assert carry(cache.newer(old)) is new


def test_key_to_encrypt_with_is_found():
    """Broken keys and keys for signatures are passed over when the server is encrypted to."""
    usable = key("RS256", 7).public_jwk() | {"use": "enc"}
    keys = JWKSet([{"kty": "RSA"}, key().public_jwk() | {"use": "sig"}, key("EdDSA").public_jwk(), usable])
    assert keys.encryption_key("RSA-OAEP").thumbprint() == key("RS256", 7).thumbprint()
    with pytest.raises(InvalidJWKSetError, match="no key to encrypt to with ECDH-ES"):
        keys.encryption_key("ECDH-ES")
    bare = {name: value for name, value in usable.items() if name != "use"}
    assert JWKSet([bare | {"alg": "RSA-OAEP"}]).encryption_key("RSA-OAEP").kty == "RSA"
    with pytest.raises(InvalidJWKSetError, match="no key to encrypt to"):
        JWKSet([bare]).encryption_key("RSA-OAEP")  # it says that it signs


def test_unreadable_key_does_not_hide_a_nameless_one():
    """A key that cannot be read, of a kind to come, leaves the key without a name to verify what it signed."""
    nameless = {name: value for name, value in key().public_jwk().items() if name != "kid"}
    assert check(JWKSet([{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, nameless]), key()).sub == "jane"


def published(document, token=None, alg="RS256"):
    """Validate under keys that a server publishes as this document."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    token = token or sign(id_claims(), key())
    return carry(
        rules(JWKSCache(URI, clock=Clock()), alg).validate(token, nonce=NONCE),
        lambda request: Response(200, (("content-type", "application/json"),), body),
    )


def test_published_private_key_verifies_nothing():
    """A private key that a server publishes is no key of it; the caller's own set may hold one."""
    own = key().private_jwk()
    with pytest.raises(
        InvalidJWTError, match="cannot be used: its private part is published, so that anybody"
    ) as caught:
        published({"keys": [own]})
    assert own["d"][:20] not in str(caught.value)
    with pytest.raises(InvalidJWTError, match="no key that fits"):
        published({"keys": [own]}, sign(id_claims(), key(), b'{"alg":"RS256"}'))
    assert published({"keys": [own, key().public_jwk()]}).sub == "jane"
    with pytest.raises(InvalidJWKSetError, match="no key to encrypt to"):
        copied(JWKSet([own | {"use": "enc"}], published=True)).encryption_key("RSA-OAEP")
    assert check(JWKSet([own]), key()).sub == "jane"


def test_published_secret_verifies_nothing():
    """A shared secret in the server's set verifies no HMAC, whatever name it has."""
    entry = {"kty": "oct", "kid": "s", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}
    with pytest.raises(UsageError, match="needs the client's secret"):
        published({"keys": [entry]}, sign(id_claims(), Key.load(entry)), "HS256")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b'{"keys":' + b"[" * 100_000, "is no JSON"),
        (b'{"keys":' + b"1" * 5000 + b"}", "is no JSON"),
        (b'{"keys":NaN}', "list 'keys'"),
        (b"[]", "a JSON list, not an object"),
        ({"keys": [{}] * 10_000}, "has 10000 keys; no more than 500 are taken"),
    ],
)
def test_hostile_sets_are_refused(document, message):
    """Sets that are nested deeply, enormous, or of other shape are refused at once."""
    began = time.perf_counter()
    with pytest.raises(InvalidJWKSetError, match=message):
        published(document)
    assert time.perf_counter() - began < 1


def test_hostile_members_are_passed_over():
    """Members of wrong types, points off the curve and absurd numbers neither fail nor hide the key that is right."""
    public, point = key().public_jwk(), key("ES256").public_jwk()
    bad = [
        {"kty": []},
        {"kty": {}},
        {"kty": "RSA", "n": 5, "e": []},
        {"kty": "EC", "crv": []},
        {"kty": "OKP", "crv": {}},
    ]
    bad += [
        public | {"n": "é"},
        public | {"e": "AQ"},
        public | {"e": public["n"]},
        point | {"y": point["x"]},
        {"kid": [1]},
    ]
    bad += [{"keys": [{}]}, public | {"key_ops": 5}, {"kty": "OKP", "crv": "X25519", "x": "A" * 43}]
    assert published({"keys": [*({**one, "kid": "other"} for one in bad), *bad[:5], public]}).sub == "jane"
    began = time.perf_counter()
    with pytest.raises(InvalidJWTError, match="signature of the ID token does not hold"):
        published({"keys": [public | {"n": "_" * 900_000}]})
    assert time.perf_counter() - began < 1


def test_redirected_keys_are_not_followed():
    """A redirect of the request for keys is an error; nothing is asked elsewhere."""
    asked = []

    def redirect(request):
        asked.append(request)
        return Response(302, (("location", "https://evil.example/jwks?token=1"),), b"")

    with pytest.raises(ProtocolViolation, match="redirect to https://evil.example/jwks, which is never followed"):
        check(JWKSCache(URI, clock=Clock()), key(), redirect)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "uri",
    ["http://op.example/j", "file:///etc/passwd", "https://u:p@op.example/j", "http://169.254.169.254/", 5, "", None],
)
def test_address_in_metadata_is_judged(uri):
    """An address of keys in the metadata that is not plain https, or is missing, is never asked."""
    asked = []

    def server(request):
        asked.append(request.url)
        body = json.dumps({"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "jwks_uri": uri}).encode()
        return Response(200, (("content-type", "application/json"),), body)

    with pytest.raises(InvalidMetadataError, match="jwks_uri"):
        check(JWKSCache(issuer=ISSUER, clock=Clock()), key(), server)
    assert all(url.startswith(f"{ISSUER}/.well-known/") for url in asked)


def test_unknown_key_while_the_server_fails():
    """Where the key of a token cannot be had the failure is told: the token may be good."""
    clock, server = Clock(), KeyServer(key())
    cache = JWKSCache(URI, clock=clock)
    check(cache, key(), server)
    with pytest.raises(ServerRefusal) as caught:
        check(cache, key("RS256", 2), KeyServer(status=503))
    assert caught.value.status_code == 503
    assert check(cache, key(), server).sub == "jane"
