"""OIDCCClientTest DiscoveryWebfingerAcct, …URL: from what a person types to a client of the server that knows them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from oauth_core import InvalidMetadataError, ProtocolViolation, ServerRefusal, UsageError
from oauth_core.testing import faults
from tests.shared.flavours import native_options


@pytest.fixture
def host(fake) -> str:
    return urlsplit(fake.issuer).netloc


@pytest.fixture
def finder(new_client):
    """A session that knows no server, and may ask this machine without TLS."""
    return new_client(client_id="basic", client_secret="a-secret", allow_insecure_http=True)


def test_issuer_of_a_person(fake, finder, host):
    """An account, a host and URLs lead to the issuer, by one request each, which carries no credential."""
    identifiers = (
        f"acct:alice@{host}",
        f"ACCT:alice@{host.upper()}",
        host,
        f"http://{host}/alice#me",
        f"http://{host}",
    )
    assert {finder.find_issuer(identifier) for identifier in identifiers} == {fake.issuer}
    assert fake.count("webfinger") == len(fake.requests) == len(identifiers)
    asked = fake.seen("webfinger")[0]
    assert (asked.header("accept") or "").startswith("application/jrd+json")
    assert asked.header("authorization") is None


def test_a_client_by_its_user(fake_place, fake, flavour, plain, host):
    """A client made from an account knows its server, and a person can log in there."""
    kind = flavour.type(flavour.session)
    options = {
        key: value
        for key, value in fake_place.options().items()
        if not key.endswith("_endpoint") and key not in {"issuer", "clock"}
    }
    made = plain.run(
        lambda: kind.from_webfinger(
            f"acct:alice@{host}", allow_insecure_http=True, **native_options(flavour), **options
        )
    )
    try:
        assert made.metadata["token_endpoint"] == fake.token_endpoint
        request = plain.run(lambda: made.authorization_request())
        assert request.issuer == fake.issuer
        response = request.validate_callback(fake.authorize(request.uri))
        assert plain.run(lambda: made.authorization_code(response)).access_token
        assert [one.endpoint for one in fake.requests] == ["webfinger", "metadata", "authorize", "token"]
    finally:
        plain.run(made.close)


def test_a_client_that_finds_its_server_later(fake_place, fake, new_client, host):
    """`webfinger=` asks when the server is first needed, and once."""
    client = new_client(
        client_id="basic",
        client_secret="a-secret",
        webfinger=f"acct:alice@{host}",
        allow_insecure_http=True,
        clock=fake_place.clock,
    )
    assert fake.requests == ()
    assert client.client_credentials().access_token
    fake_place.let_expire()
    assert client.client_credentials().access_token
    assert (fake.count("webfinger"), fake.count("metadata")) == (1, 2)


def test_issuer_that_does_not_say_so(fake, new_client, host):
    """The issuer that was found must be the issuer of its own metadata; nothing else is sent."""
    client = new_client(client_id="basic", webfinger=f"acct:alice@{host}", allow_insecure_http=True)
    fake.inject(faults.wrong_issuer(), "metadata", times=None)
    with pytest.raises(InvalidMetadataError):
        client.load_server_metadata()
    assert {one.endpoint for one in fake.requests} == {"webfinger", "metadata"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.with_members({"subject": "acct:mallory@as.example"}), "invalid_subject"),
        (faults.without("subject"), "invalid_subject"),
        (faults.without("links"), "missing_issuer"),
        (faults.with_members({"links": []}), "missing_issuer"),
        (faults.with_members({"links": [{"rel": "other", "href": "https://as.example"}]}), "missing_issuer"),
        (faults.redirect("https://other.example/.well-known/webfinger"), "invalid_response"),
        (faults.html_ok(), "invalid_response"),
    ],
    ids=repr,
)
def test_bad_answers(fake, finder, host, fault, error):
    """An answer about another subject, without an issuer, or from elsewhere is refused, and nothing follows."""
    fake.inject(fault, "webfinger")
    with pytest.raises(ProtocolViolation) as caught:
        finder.find_issuer(f"acct:alice@{host}")
    assert caught.value.error == error
    assert len(fake.requests) == 1


def test_a_stranger(fake, finder, host):
    """A host that does not know the person says 404."""
    with pytest.raises(ServerRefusal) as caught:
        finder.find_issuer(f"acct:mallory@{host}")
    assert caught.value.status_code == 404


def test_one_way_to_find_a_server(new_client):
    """WebFinger and an issuer that is known already exclude each other."""
    with pytest.raises(TypeError, match="webfinger finds the issuer"):
        new_client(client_id="c", webfinger="alice@op.example", issuer="https://op.example")


def test_arguments(finder):
    """What is no identifier is refused before anything is sent, and so are unknown keywords."""
    with pytest.raises(UsageError, match="user@host"):
        finder.find_issuer("mailto:alice@op.example")
    with pytest.raises(TypeError, match="realm"):
        finder.find_issuer("alice@op.example", realm="x")
