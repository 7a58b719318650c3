"""Law 1: a token request is built from configuration alone; nothing of the user's API request can reach it."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from oauth_core import Response
from oauth_core.testing import faults

OUR_HEADERS = {"accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host"}


def marked(client, flavour) -> None:
    """Put a mark into everything that a session adds to requests."""
    native = client.native
    native.headers["X-Session"] = "marked"
    native.params = {"session": "marked"}
    native.cookies.set("session", "marked")
    if flavour.library == "requests":
        native.hooks["response"].append(only_at_the_api)
    elif flavour.asynchronous:
        native.event_hooks = {"request": [mark_later]}
    else:
        native.event_hooks = {"request": [mark]}


def only_at_the_api(response, **_) -> None:
    assert "/api/" in response.url, f"a hook of the session saw the answer of {response.url}"


def mark(request) -> None:
    request.headers["X-Hook"] = "marked"


async def mark_later(request) -> None:
    mark(request)


@pytest.mark.parametrize("renewed", ["fetched", "expired", "rejected"])
def test_an_api_call_leaves_no_mark(fake_place, fake, new_client, flavour, renewed):
    """Whenever an API call fetches or renews a token, the request for it holds the grant and nothing else."""
    token = None if renewed == "fetched" else fake.issue_token("basic", user="alice")
    grant = {"grant_type": "client_credentials"} if renewed == "fetched" else {}
    client = new_client(**fake_place.options(), token=token, **grant)
    marked(client, flavour)
    if renewed == "expired":
        fake_place.let_expire()
    if renewed == "rejected":
        fake.revoke(token)
    answer = client.post(
        fake_place.api_url,
        params={"call": "marked"},
        json={"call": "marked"},
        headers={"X-Call": "marked", "Accept-Language": "marked", "Referer": "https://marked.test"},
        timeout=9,
    )
    assert answer.status_code == 200
    assert ["call", "marked"] in answer.json()["query"]
    if flavour.library != "requests":
        assert fake.seen("api")[-1].header("x-hook") == "marked"
    (seen,) = fake.seen("token")
    assert "marked" not in repr((seen.url, seen.headers, seen.body))
    assert {name.lower() for name, _ in seen.headers} - {"user-agent"} <= OUR_HEADERS
    sent = {name for name, _ in parse_qsl(seen.body.decode())}
    assert sent <= {"grant_type", "scope", "refresh_token"}


def test_endpoints_get_no_mark(fake_place, fake, holder, flavour):
    """Introspection, revocation, userinfo and metadata are not touched by the session's defaults either."""
    marked(holder, flavour)
    holder.introspect_token()
    holder.userinfo()
    holder.revoke_token()
    assert len(fake.requests) == 3
    for seen in fake.requests:
        assert "marked" not in repr((seen.url, seen.headers, seen.body))


def test_the_servers_cookies_are_its_own(fake_place, fake, holder):
    """A cookie that the token endpoint sets is not sent to the API, nor back to the token endpoint."""
    headers = (("Content-Type", "application/json"), ("Set-Cookie", "sid=from-the-token-endpoint; Path=/"))
    body = b'{"access_token": "t", "token_type": "Bearer"}'
    fake.inject(faults.respond(Response(200, headers, body)), "token")
    holder.fetch_token()
    holder.fetch_token()
    holder.get(fake_place.api_url)
    assert not any("from-the-token-endpoint" in repr(seen.headers) for seen in fake.requests)


def test_default_headers_of_a_session_do_not_authenticate(fake_place, fake, new_client):
    """An `Authorization` default of the session does not take the place of the client's own proof."""
    client = new_client(**fake_place.options())
    client.native.headers["Authorization"] = "Basic bWFya2VkOm1hcmtlZA=="
    assert client.fetch_token()["access_token"]


def test_the_timeout_of_a_call_is_its_own(fake_place, fake, holder):
    """A short `timeout` of an API call does not cut the renewal before it short."""
    fake_place.let_expire()
    fake.inject(faults.slow(1.2), "token")
    assert holder.get(fake_place.api_url, timeout=0.6).status_code == 200
    assert fake.count("token") == 1
