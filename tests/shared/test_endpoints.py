"""Introspection, revocation, userinfo and metadata."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from oauth_core import InvalidMetadataError, OAuthError, ServerRefusal, UsageError
from oauth_core.testing import faults
from tests.shared.flavours import native_options
from tests.shared.needs import needs

ENDPOINTS = ("authorization", "token", "revocation", "introspection", "userinfo")


def test_introspection(place, logged_in):
    """The server tells what the session's token, or one that is passed, stands for."""
    claims = logged_in.introspect_token()
    assert (claims["active"], claims["client_id"]) == (True, "basic")
    assert logged_in.introspect_token(token=logged_in.token)["active"] is True
    assert logged_in.introspect_token(token=logged_in.token["access_token"], token_type_hint="access_token")["active"]
    assert logged_in.introspect_token(token="nobody issued this")["active"] is False


def test_introspection_by_url(place, logged_in):
    """`url=` names another introspection endpoint for this call."""
    assert logged_in.introspect_token(url=place.server.introspection_endpoint, token=logged_in.token)["active"] is True


def test_revocation(place, logged_in):
    """A revoked token is no longer active; without `token=` it is the session's own that is revoked."""
    token = logged_in.token
    answer = logged_in.revoke_token(token=token["access_token"], token_type_hint="access_token")
    assert answer.status == 200
    assert logged_in.introspect_token(token=token["access_token"])["active"] is False
    logged_in.revoke_token(token=token["refresh_token"], token_type_hint="refresh_token")
    with pytest.raises(OAuthError) as caught:
        logged_in.refresh_token(refresh_token=token["refresh_token"])
    assert caught.value.error == "invalid_grant"


def test_revocation_of_the_sessions_own_token(place, logged_in):
    """`revoke_token()` spends no guess: it revokes the refresh token, and with it what came from it."""
    token = logged_in.token
    assert logged_in.revoke_token(url=place.server.revocation_endpoint).status == 200
    with pytest.raises(OAuthError) as caught:
        logged_in.refresh_token(refresh_token=token["refresh_token"])
    assert caught.value.error == "invalid_grant"


@needs("userinfo")
def test_userinfo(place, logged_in):
    """Userinfo returns the person's claims, of the session's token or of one that is passed."""
    assert logged_in.userinfo()["sub"] == "alice"
    assert logged_in.userinfo(token=logged_in.token["access_token"], subject="alice")["sub"] == "alice"
    with pytest.raises(OAuthError, match="sub"):
        logged_in.userinfo(subject="somebody else")


@needs("userinfo")
def test_userinfo_renews(place, logged_in):
    """Userinfo renews the session's token first where it has expired."""
    old = logged_in.token
    place.let_expire()
    assert logged_in.userinfo()["sub"] == "alice"
    assert logged_in.token["access_token"] != old["access_token"]


@needs("discovery")
def test_discovery_by_issuer(place, new_client):
    """With `issuer=` alone everything else is found in the metadata."""
    options = {n: value for n, value in place.options().items() if not n.endswith("_endpoint")}
    client = new_client(**options)
    assert client.load_server_metadata()["token_endpoint"] == place.server.token_endpoint
    request = client.authorization_request()
    token = client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    assert client.introspect_token(token=token)["active"] is True
    assert client.revoke_token(token=token["access_token"]).status == 200


@needs("discovery")
def test_discovery_by_url(place, new_client):
    """With `server_metadata_url=` the document is read from there when it is first needed."""
    options = {n: v for n, v in place.options().items() if not n.endswith("_endpoint") and n != "issuer"}
    client = new_client(**{**options, "scope": "api"}, server_metadata_url=place.server.metadata_url)
    assert client.fetch_token()["access_token"]


@needs("discovery")
def test_from_discovery_endpoint(place, flavour, new_client):
    """`from_discovery_endpoint` returns a client that knows the server already."""
    given = place.options()
    names = ("client_id", "client_secret", "token_endpoint_auth_method", "redirect_uri", "clock")
    options = {name: given[name] for name in names}
    helper = new_client()

    async def closing(client):
        client = await client
        await client.aclose()
        return client

    def build():
        made = flavour.type(flavour.session).from_discovery_endpoint(issuer=place.server.issuer, **options)
        if flavour.asynchronous:
            return closing(made)
        made.close()
        return made

    client = helper.run(build)
    assert client.metadata["token_endpoint"] == place.server.token_endpoint


def test_from_discovery_document(fake_place, fake, flavour):
    """`from_discovery_document` makes a client of a document that is at hand; one of another issuer is refused."""
    cls = flavour.type(flavour.session)
    given = fake_place.discovered()
    own = {**{name: given[name] for name in ("client_id", "client_secret", "clock")}, **native_options(flavour)}
    with flavour.running(lambda: cls.from_discovery_document(dict(fake.metadata), issuer=fake.issuer, **own)) as client:
        assert client.fetch_token(grant_type="client_credentials")["access_token"]
    assert [urlsplit(seen.url).path for seen in fake.requests] == ["/token"]
    with pytest.raises(InvalidMetadataError):
        cls.from_discovery_document(dict(fake.metadata), issuer="https://else.test", **own)


def test_wrong_issuer_in_metadata(fake_place, fake, new_client):
    """Metadata of another issuer is refused, and nothing is sent to the endpoints that it names."""
    fake.inject(faults.wrong_issuer(), "metadata", times=None)
    options = {n: value for n, value in fake_place.options().items() if not n.endswith("_endpoint")}
    with pytest.raises(InvalidMetadataError, match="issuer"):
        new_client(**options).fetch_token()
    assert fake.count("token") == 0


def test_metadata_with_endpoints_in_the_clear(fake_place, fake, new_client):
    """Metadata that sends credentials over plain HTTP is refused."""
    fake.inject(faults.with_members({"token_endpoint": "http://as.example/token"}), "metadata", times=None)
    options = {n: value for n, value in fake_place.options().items() if not n.endswith("_endpoint")}
    with pytest.raises(OAuthError) as caught:
        new_client(**options).fetch_token()
    assert "token_endpoint" in str(caught.value)


def test_metadata_is_read_once(fake_place, fake, new_client):
    """The metadata is kept for its time, however many calls need it."""
    options = {n: value for n, value in fake_place.options().items() if not n.endswith("_endpoint")}
    client = new_client(**options)
    for _ in range(3):
        client.fetch_token()
    assert fake.count("metadata") == 1


def test_unknown_endpoint(fake_place, new_client):
    """An endpoint that is neither configured nor discovered is named by the error."""
    options = fake_place.options()
    del options["introspection_endpoint"]
    with pytest.raises(UsageError, match="introspection_endpoint"):
        new_client(**options).introspect_token(token="x")


def test_revocation_that_fails(fake_place, fake, new_client):
    """A failing revocation endpoint is an error with its status, never a silent success."""
    client = new_client(**fake_place.options(), token=fake.issue_token("basic"))
    fake.inject(faults.unavailable(retry_after=7), "revoke")
    with pytest.raises(ServerRefusal) as caught:
        client.revoke_token()
    assert (caught.value.status_code, caught.value.retry_after) == (503, 7)
