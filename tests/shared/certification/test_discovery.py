"""OIDCCClientTest DiscoveryOpenIDConfiguration, DiscoveryJwksUriKeys, DiscoveryIssuerMismatch."""

from __future__ import annotations

import pytest

from oauth_core import InsecureTransportError, InvalidMetadataError, OAuthError
from oauth_core.testing import faults
from oauth_jwt import IDTokenValidator, JWKSCache
from tests.shared.certification.provider import asked

HOUR = 3600


@pytest.fixture
def options(fake_place, fake, operations):
    """The keywords of a session that knows the issuer and nothing else of the server."""
    keys = JWKSCache(issuer=fake.issuer, clock=fake_place.clock)
    validator = IDTokenValidator(fake.issuer, "basic", keys, clock=fake_place.clock)
    return {**fake_place.discovered(), "id_token_validator": validator}


@pytest.fixture
def move(fake):
    """Move endpoints to other paths of the server, out of the reach of old metadata: `move("token", "jwks")`."""

    def perform(*names):
        endpoints = fake.authority.endpoints
        for path, endpoint in list(endpoints.items()):
            if endpoint.name in names:
                endpoints[f"/moved{path}"] = endpoints.pop(path)

    return perform


def test_everything_is_found(fake, sign_in):
    """DiscoveryOpenIDConfiguration: with the issuer alone a login finds all endpoints and the keys."""
    assert sign_in()["sub"] == "alice"
    assert asked(fake) == ["metadata", "authorize", "token", "metadata", "jwks", "userinfo"]


def test_moved_endpoints(fake_place, fake, sign_in, move):
    """DiscoveryOpenIDConfiguration: endpoints that moved are found at their new places once the metadata is old."""
    sign_in()
    move("authorize", "token", "userinfo")
    fake_place.clock.ahead += HOUR + 1
    fake.clear_log()
    assert sign_in()["sub"] == "alice"
    assert {seen.path for seen in fake.requests} >= {"/moved/authorize", "/moved/token", "/moved/userinfo"}
    assert {seen.status for seen in fake.requests} <= {200, 302}


def test_moved_keys(fake, operations, sign_in, move):
    """DiscoveryJwksUriKeys: new keys at a new `jwks_uri` are found when a token names one of them."""
    sign_in()
    move("jwks")
    operations.rotate()
    fake.clear_log()
    assert sign_in()["sub"] == "alice"
    assert asked(fake) == ["authorize", "token", "metadata", "jwks", "userinfo"]
    assert fake.seen("jwks")[0].path == "/moved/jwks"


@pytest.mark.parametrize("difference", ["https://attacker.test", "/", "?x=1", "#x", "upper", 7, None, ""], ids=str)
def test_metadata_of_another_issuer(fake, client, refused, difference):
    """DiscoveryIssuerMismatch: metadata of another issuer is refused before anything else, and nothing of it used."""
    issuer = fake.issuer + difference if difference in ("/", "?x=1", "#x") else difference
    issuer = fake.issuer.replace("http:", "HTTP:") if difference == "upper" else issuer
    fake.inject(faults.with_members({"issuer": issuer}), "metadata", times=None)
    with refused(InvalidMetadataError, "metadata", match="nothing of it was used"):
        client.authorization_request()
    with refused(InvalidMetadataError, "metadata"):
        client.client_credentials()
    assert client.token is None


def test_metadata_of_another_issuer_by_its_url(fake_place, fake, new_client, refused):
    """A client that was given the document's URL refuses one that names an issuer of another place."""
    known = {name: value for name, value in fake_place.discovered().items() if name != "issuer"}
    client = new_client(**known, server_metadata_url=fake_place.server.metadata_url)
    with fake.inject(faults.wrong_issuer(), "metadata"), refused(InvalidMetadataError, "metadata"):
        client.authorization_request()
    assert client.authorization_request().issuer == fake.issuer


def test_keys_of_another_issuer(fake, log_in, client, refused):
    """Keys are not looked for where the metadata is another issuer's; the login is refused."""
    client.authorization_request()
    fake.inject(faults.wrong_issuer(), "metadata")
    with refused(InvalidMetadataError, "authorize", "token", "metadata"):
        log_in()
    assert client.token is None


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    ("url", "match"), [("http://op.example/x", "https"), ("ftp://op.example/x", ""), ("/token", ""), (7, "not text")]
)
def test_endpoints_that_cannot_be_used(fake, client, refused, name, url, match):
    """Metadata with an endpoint that is not https, or no URL, is refused as a whole."""
    fake.inject(faults.with_members({name: url}), "metadata")
    with refused(InvalidMetadataError, "metadata", match=f"{name}.*{match}"):
        client.authorization_request()


@pytest.mark.parametrize("fault", [faults.html_ok(), faults.unavailable(), faults.redirect("/elsewhere")], ids=repr)
def test_what_is_no_metadata(fake, client, refused, fault):
    """A page, an error or a redirect where metadata should be ends the login before it began; the next asks again."""
    fake.inject(fault, "metadata")
    with refused(OAuthError, "metadata"):
        client.authorization_request()
    assert client.authorization_request().issuer == fake.issuer


def test_the_place_of_another_specification(fake, sign_in):
    """A server without OpenID Connect's document is looked for at the place of RFC 8414."""
    fake.inject(faults.error("not_found", status=404), "metadata")
    assert sign_in()["sub"] == "alice"
    assert [seen.path for seen in fake.seen("metadata")][:2] == [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ]


def test_metadata_without_keys(fake, log_in, refused, client):
    """Where the metadata names no `jwks_uri` the login is refused, and the error says what is missing."""
    client.authorization_request()
    fake.inject(faults.without("jwks_uri"), "metadata")
    with refused(InvalidMetadataError, "authorize", "token", "metadata", match="jwks_uri"):
        log_in()
    assert client.token is None


def test_an_issuer_that_cannot_be_asked(new_client, fake_place):
    """An issuer that is not https is refused before anything is sent."""
    client = new_client(**{**fake_place.discovered(), "issuer": "http://op.example"})
    with pytest.raises(InsecureTransportError):
        client.authorization_request()


@pytest.mark.real_server
def test_a_real_provider(real_provider, new_client):
    """DiscoveryOpenIDConfiguration: with the issuer of oidc-provider alone a login finds all endpoints and the keys."""
    issuer, options = real_provider.place.server.issuer, real_provider.place.discovered()
    validator = IDTokenValidator(issuer, options["client_id"], JWKSCache(issuer=issuer))
    client = new_client(**options, id_token_validator=validator)
    request = client.authorization_request(scope="openid")
    assert client.authorization_code(request.validate_callback(real_provider.answer(request.uri))).id_token
    assert client.userinfo()["sub"] == "alice"
