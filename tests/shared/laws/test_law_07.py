"""Law 7: credentials never cross to another origin; netrc puts nothing in their place."""

from __future__ import annotations

import contextlib
from urllib.parse import quote, urlencode

import pytest

from oauth_core import UsageError
from oauth_core.testing import faults

PLACEMENTS = ("header", "body", "uri")


@pytest.fixture(params=PLACEMENTS)
def session(request, fake_place, fake, new_client):
    """A session with a token, for each placement."""
    token = fake.issue_token("basic", user="alice")
    return new_client(**fake_place.options(), token=token, token_placement=request.param)


def redirect(fake, status: int, to: str | None = None) -> str:
    target = "" if to is None else f"&to={quote(to, safe='')}"
    return fake.url(f"/api/redirect?status={status}{target}")


@pytest.mark.parametrize("status", [302, 303, 307, 308])
def test_another_origin(fake, elsewhere, session, following, status):
    """A redirect to another origin, its method and body kept or not, takes the token nowhere."""
    session.post(redirect(fake, status, elsewhere.url("/public/x")), data={"a": "b"}, **following)
    for seen in elsewhere.requests:
        assert session.token["access_token"] not in repr((seen.url, seen.headers, seen.body))
        assert seen.header("authorization") is None


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_another_origin_on_a_client_of_ones_own(fake, elsewhere, flavour, plain, following, placement, status):
    """Nor does it where the library follows: a body that holds the token is not sent on, where need be by an error."""
    token = fake.issue_token("basic", user="alice")
    auth = flavour.type("OAuth2Auth")(token, placement)
    url = redirect(fake, status, elsewhere.url("/public/x"))
    stopped = (placement, status) == ("body", 307)
    refused = pytest.raises(UsageError, match="follow_redirects=False")
    with refused if stopped and flavour.library != "requests" else contextlib.nullcontext():
        plain.run(lambda: plain.native.post(url, data={"a": "b"}, auth=auth, **following))
    followed = placement == "header" or (flavour.library != "requests" and not stopped)
    assert elsewhere.count("public") == followed
    for seen in elsewhere.requests:
        assert token["access_token"] not in repr((seen.url, seen.headers, seen.body))


def test_header_placement_follows_without_it(fake, elsewhere, holder, following):
    """With the token in the header the redirect is followed, and the other origin sees a request without it."""
    answer = holder.post(redirect(fake, 307, elsewhere.url("/public/x")), data={"a": "b"}, **following)
    assert (answer.status_code, answer.json()["body"]) == (200, "a=b")
    assert elsewhere.count("public") == 1


@pytest.mark.parametrize("status", [302, 307])
def test_the_same_origin(fake, session, following, status):
    """A redirect within the origin is followed with the token, and with the body where the status keeps it.

    Where the token stands in the body and the status does not keep it, the hop goes without.
    """
    answer = session.post(redirect(fake, status), data={"a": "b"}, **following)
    token, placement = session.token["access_token"], session.native.auth.token_placement
    if (placement, status) == ("body", 302):
        assert answer.status_code == 401
        assert token not in repr(fake.seen("api")[1])
    else:
        assert answer.status_code == 200
        assert answer.json()["token"]["sub"] == "alice"
        sent = {"a": "b", "access_token": token} if placement == "body" else {"a": "b"}
        assert answer.json()["body"] == ("" if status == 302 else urlencode(sent))
    assert (fake.count("token"), fake.count("api")) == (0, 2)


def test_there_and_back(fake, elsewhere, holder, following):
    """A detour over another origin does not bring the token back into the request."""
    detour = f"{elsewhere.url('/public/redirect')}?status=307&to={quote(fake.url('/api/landed'), safe='')}"
    answer = holder.get(redirect(fake, 307, detour), **following)
    assert elsewhere.count("public") == 1
    assert elsewhere.requests[0].header("authorization") is None
    assert answer.status_code == 401
    assert [seen.header("authorization") for seen in fake.seen("api") if seen.path == "/api/landed"] == [None]


def test_a_location_that_holds_the_token(fake, elsewhere, holder, following):
    """A redirect to another origin whose Location repeats the token is returned, not followed."""
    leak = elsewhere.url(f"/public/x?access_token={holder.token['access_token']}")
    answer = holder.get(redirect(fake, 307, leak), **following)
    assert answer.status_code == 307
    assert elsewhere.count("public") == 0


def test_a_401_from_another_origin(fake_place, fake, elsewhere, holder, following):
    """A 401 of another origin rejects no token of ours: nothing is renewed, nothing replayed to there."""
    old = holder.token
    answer = holder.get(redirect(fake, 307, elsewhere.url("/public/status/401")), **following)
    assert answer.status_code == 401
    assert holder.token is old
    assert (fake.count("token"), elsewhere.count("public")) == (0, 1)


@pytest.mark.parametrize("landed", ["elsewhere", "here"])
def test_a_401_after_a_redirect_on_a_client_of_ones_own(fake, elsewhere, flavour, plain, handler, following, landed):
    """Where the library follows, a 401 of another origin is the answer, and one of the same origin renews the token."""
    auth = handler("OAuth2ClientCredentialsAuth")
    if landed == "elsewhere":
        url = redirect(fake, 307, elsewhere.url("/public/status/401"))
    else:
        fake.inject(faults.unauthorized(), "/api/landed")
        url = redirect(fake, 307, fake.url("/api/landed"))
    answer = plain.run(lambda: plain.native.get(url, auth=auth, **following))
    assert answer.status_code == (401 if landed == "elsewhere" else 200)
    assert fake.count("token") == (1 if landed == "elsewhere" else 2)
    assert elsewhere.count("public") == (landed == "elsewhere")


def test_another_port_is_another_origin(fake, elsewhere, holder, following):
    """The same host at another port is another origin."""
    assert elsewhere.issuer.rpartition(":")[0] == fake.issuer.rpartition(":")[0]
    answer = holder.get(redirect(fake, 302, elsewhere.url("/api/landed")), **following)
    assert answer.status_code == 401
    assert all(seen.header("authorization") is None for seen in elsewhere.requests)


def test_netrc(fake_place, fake, new_client, following, tmp_path, monkeypatch):
    """What netrc says about the host goes neither over the token, nor to the server's endpoints, nor in its absence."""
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login from-netrc password from-netrc\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    client = new_client(**fake_place.options("none"), token=fake.issue_token("public", user="alice"))
    client.get(fake_place.api_url)
    client.get(redirect(fake, 307), **following)
    client.get(fake.url("/public/x"), withhold_token=True)
    client.refresh_token()
    client.userinfo()
    sent = [seen.header("authorization") or "nothing" for seen in fake.requests]
    assert {each.partition(" ")[0] for each in sent} == {"Bearer", "nothing"}
