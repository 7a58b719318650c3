"""Law 5: a 401 that rejects the token renews exactly that token once and replays the request once, if it can."""

from __future__ import annotations

from hashlib import sha256

import pytest

from oauth_core.testing import faults, json_response
from tests.shared.laws.bodies import file, once


def challenged(*headers: str):
    return faults.respond(json_response({}, status=401, headers=tuple(("WWW-Authenticate", each) for each in headers)))


@pytest.mark.parametrize(
    "fault",
    [
        faults.unauthorized(),
        faults.unauthorized(challenge=False),
        faults.unauthorized(challenge=False, empty=True),
        challenged("Bearer"),
        challenged('bearer realm="a, b", error="invalid_token"'),
        challenged('Basic realm="x", Bearer error="invalid_token"'),
        challenged('Basic realm="x"', 'Bearer realm="y"'),
    ],
    ids=["challenge", "none", "empty", "bare", "lower case", "two in one", "two headers"],
)
def test_a_401_that_rejects_the_token(fake_place, fake, holder, fault):
    """With a Bearer challenge, or none, the token is renewed and the request replayed with the new one."""
    old = holder.token["access_token"]
    fake.inject(fault, "api")
    assert holder.get(fake_place.api_url).status_code == 200
    assert (fake.count("token"), fake.count("api")) == (1, 2)
    first, second = (seen.header("authorization") for seen in fake.seen("api"))
    assert (first, second) == (f"Bearer {old}", f"Bearer {holder.token['access_token']}")


@pytest.mark.parametrize(
    "header",
    ['Basic realm="x"', 'Bearer error="insufficient_scope"', 'Bearer error="invalid_request"', "Negotiate"],
)
def test_a_401_about_something_else(fake_place, fake, holder, header):
    """A 401 that asks for something else than another token is returned, and the token stays."""
    old = holder.token
    fake.inject(challenged(header), "api")
    assert holder.get(fake_place.api_url).status_code == 401
    assert holder.token is old
    assert fake.count("token") == 0


def test_twice_in_a_row(fake_place, fake, holder):
    """A replay that is rejected too ends the matter: the 401 is returned, call after call, without a loop."""
    fake.inject(faults.unauthorized(), "api", times=None)
    for calls in (1, 2):
        assert holder.get(fake_place.api_url).status_code == 401
        assert (fake.count("token"), fake.count("api")) == (calls, 2 * calls)


@pytest.mark.parametrize("kind", ["json", "data", "files", "file"])
def test_bodies_that_can_be_sent_again(fake, holder, flavour, kind):
    """Bytes, forms, JSON, multipart and seekable files are replayed whole."""
    body = file(flavour, b"0123456789" * 1000) if kind == "file" else None
    body = body or {kind: {"a": "b"} if kind != "files" else {"a": b"c" * 1000}}
    fake.inject(faults.unauthorized(), "api")
    answer = holder.post(fake.url("/api/echo"), **body)
    assert answer.status_code == 200
    first, second = fake.seen("api")
    assert first.body_size == second.body_size > 0
    assert first.body == second.body


def test_a_file_that_was_read_half(fake, holder, flavour):
    """A file is replayed from where it stood, not from its beginning."""
    if flavour.asynchronous:
        body = file(flavour, b"whole")  # a multipart body takes its files from their beginning
    else:
        body = file(flavour, b"head|tail")
        next(iter(body.values())).seek(5)
        if flavour.library == "httpx":
            body["headers"] = {"Content-Length": "4"}  # it would announce the whole file
    fake.inject(faults.unauthorized(), "api")
    assert holder.post(fake.url("/api/echo"), **body).status_code == 200
    first, second = fake.seen("api")
    assert first.body == second.body
    assert b"head" not in second.body


def test_a_body_that_cannot_be_sent_again(fake_place, fake, holder, flavour):
    """A one-shot body is not replayed: the 401 is returned, and the next call goes out with a new token."""
    old = holder.token["access_token"]
    fake.revoke(holder.token)
    answer = holder.post(fake.url("/api/upload"), **once(flavour, b"abc", b"def"))
    assert answer.status_code == 401
    assert fake.count("api") == 1
    again = holder.post(fake.url("/api/upload"), **once(flavour, b"abc", b"def"))
    assert again.json() == {"bytes": 6, "sha256": sha256(b"abcdef").hexdigest()}
    assert holder.token["access_token"] != old
    assert fake.count("token") == 1


def test_exactly_that_token(fake_place, fake, holder):
    """A late 401 for a token that was replaced meanwhile costs no renewal: the call is replayed with the new one."""

    def overtaken(authority, proceed):
        holder.native.token = renewed
        return faults.unauthorized().apply(authority, proceed)

    renewed = fake.issue_token("basic", user="alice")
    fake.inject(faults.Fault("overtaken", overtaken), "api")
    assert holder.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 0
    assert holder.token["access_token"] == renewed["access_token"]


def test_nothing_to_renew_with(fake_place, fake, new_client):
    """A 401 on a token that nothing can renew is returned as it is, and the token stays."""
    token = fake.issue_token("basic", user="alice", refresh=False)
    client = new_client(**fake_place.options(), token=token)
    fake.revoke(token)
    answer = client.get(fake_place.api_url)
    assert (answer.status_code, client.token["access_token"]) == (401, token["access_token"])
    assert fake.count("api") == 1


def test_a_hook_that_raises_for_status(fake_place, fake, holder, flavour):
    """A `raise_for_status` hook sees the answer after the replay, and raises for a 401 that stays one."""
    statuses = []

    def hook(response, **_):
        statuses.append(response.status_code)
        response.raise_for_status()

    async def async_hook(response):
        hook(response)

    if flavour.library == "requests":
        holder.native.hooks["response"].append(hook)
    else:
        holder.native.event_hooks["response"].append(async_hook if flavour.asynchronous else hook)
    fake.inject(faults.unauthorized(), "api")
    assert holder.get(fake_place.api_url).status_code == 200
    assert (statuses, fake.count("token")) == ([200], 1)
    fake.inject(faults.unauthorized(), "api", times=2)
    with pytest.raises(Exception, match="401"):
        holder.get(fake_place.api_url)
    assert statuses == [200, 401]


@pytest.mark.parametrize("spared", [True, False], ids=["but 401", "all"])
def test_such_a_hook_on_a_client_of_ones_own(fake_place, fake, flavour, plain, handler, spared):
    """On a plain client of HTTPX the hook sees a 401 before the handler does: one that lets it pass gets the replay."""

    def hook(response, **_):
        if not (spared and response.status_code == 401):
            response.raise_for_status()

    async def async_hook(response):
        hook(response)

    if flavour.library == "requests":
        plain.native.hooks["response"].append(hook)
    else:
        plain.native.event_hooks = {"response": [async_hook if flavour.asynchronous else hook]}
    auth = handler("OAuth2ClientCredentialsAuth")

    def call():
        return plain.run(lambda: plain.native.get(fake_place.api_url, auth=auth))

    fake.inject(faults.unauthorized(), "api")
    if flavour.library != "requests" and not spared:
        with pytest.raises(flavour.http.HTTPStatusError, match="401"):
            call()
        plain.run(auth.renew_token)
    assert call().status_code == 200
    assert [seen.status for seen in fake.seen("api")] == [401, 200]
    assert fake.count("token") == 2
