"""What the server says about itself: believed only from its own issuer, kept for a stated time."""

import pickle

import pytest

from oauth_core import (
    ClientConfig,
    Discovery,
    ErrorStatusReceived,
    InsecureTransportError,
    InvalidMetadataError,
    Response,
    ServerMetadata,
    ServerRefusal,
    TransportError,
    UsageError,
    build_metadata_request,
    discover,
    endpoint_of,
    metadata_urls,
    parse_metadata_response,
    run,
    server_of,
)
from oauth_core._metadata import check_metadata
from oauth_core.testing import FakeAuthorizationServer, ManualClock, faults
from tests.core.core_support import JSON, answer, drive

ISSUER = "https://as.test"
OPENID = f"{ISSUER}/.well-known/openid-configuration"
RFC8414 = f"{ISSUER}/.well-known/oauth-authorization-server"
DOCUMENT = {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "authorization_endpoint": f"{ISSUER}/authorize"}


def parse(members=None, *, headers=(), clock=None, **options):
    options.setdefault("issuer", ISSUER)
    members = DOCUMENT if members is None else members
    return parse_metadata_response(answer(members, headers=headers), clock=clock or ManualClock(), **options)


def test_members_are_items_and_endpoints_are_attributes():
    """Members are read by name and kind; what is of another kind counts as absent."""
    metadata = ServerMetadata(
        {**DOCUMENT, "scopes_supported": ["a", 1], "no": None, "odd": 5, "empty": ""},
        revocation_endpoint="https://as.test/r",
        introspection_endpoint="https://as.test/i",
        userinfo_endpoint="https://as.test/u",
        jwks_uri="https://as.test/j",
        authorization_response_iss_parameter_supported=True,
    )
    assert metadata["token_endpoint"] == metadata.token_endpoint
    assert metadata.authorization_endpoint == "https://as.test/authorize"
    assert [
        metadata.revocation_endpoint,
        metadata.introspection_endpoint,
        metadata.userinfo_endpoint,
        metadata.jwks_uri,
    ] == ["https://as.test/r", "https://as.test/i", "https://as.test/u", "https://as.test/j"]
    assert metadata.texts("scopes_supported") == ("a", "1")
    assert metadata.texts("odd") is metadata.text("odd") is metadata.text("empty") is None
    assert metadata.promises_iss
    assert not ServerMetadata(authorization_response_iss_parameter_supported="yes").promises_iss
    assert "no" not in metadata
    assert len(metadata) == 11
    assert "as.test" in repr(metadata)
    assert "no stated issuer" in repr(ServerMetadata())


def test_metadata_is_a_value():
    """Metadata compares, hashes and pickles by its members."""
    metadata = ServerMetadata(DOCUMENT, expires_at=5.0)
    twin = pickle.loads(pickle.dumps(metadata))
    assert twin == metadata == DOCUMENT
    assert twin.expires_at == 5.0
    assert hash(twin) == hash(metadata)


def test_configured_members_win_over_discovered_ones():
    """over() lets its own members win and fills the gaps, with the other's time to live."""
    own = ServerMetadata(token_endpoint="https://own.test/token")
    both = own.over(ServerMetadata(DOCUMENT, expires_at=7.0))
    assert (both.token_endpoint, both.issuer, both.expires_at) == ("https://own.test/token", ISSUER, 7.0)
    assert own.over({"issuer": "x"}).issuer == "x"


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        (ISSUER, (OPENID, RFC8414)),
        (f"{ISSUER}/", (OPENID, RFC8414)),
        (
            f"{ISSUER}/tenant/1/",
            (
                f"{ISSUER}/tenant/1/.well-known/openid-configuration",
                f"{ISSUER}/.well-known/oauth-authorization-server/tenant/1",
            ),
        ),
    ],
)
def test_both_well_known_places(issuer, expected):
    """OpenID Connect appends its place to the issuer's path, RFC 8414 puts it before."""
    assert metadata_urls(issuer) == expected


@pytest.mark.parametrize("issuer", ["http://as.test", "https://u:p@as.test", "as.test", "https://as.test#x"])
def test_issuer_must_be_a_secure_url(issuer):
    """An issuer that is no plain https URL is refused before anything is sent."""
    with pytest.raises(UsageError):
        metadata_urls(issuer)
    with pytest.raises(UsageError):
        build_metadata_request(issuer)


def test_insecure_issuer_where_that_is_allowed():
    """Plain HTTP is allowed by the flag that says so, and to this machine."""
    assert metadata_urls("http://as.test", allow_insecure_http=True)[0].startswith("http://")
    assert build_metadata_request("http://localhost/x").header("accept") == "application/json"


@pytest.mark.parametrize("named", ["https://attacker.test", f"{ISSUER}/", "HTTPS://AS.TEST", None, 5, ""])
def test_document_of_another_issuer_is_refused(named):
    """A document whose issuer is not exactly the one asked for is refused, and nothing of it is used."""
    with pytest.raises(InvalidMetadataError, match="nothing of it was used"):
        parse({**DOCUMENT, "issuer": named})


@pytest.mark.parametrize(
    ("url", "issuer", "good"),
    [
        (OPENID, ISSUER, True),
        (RFC8414, ISSUER, True),
        (OPENID, f"{ISSUER}/", True),
        (f"{ISSUER}/a/.well-known/openid-configuration", f"{ISSUER}/a", True),
        (f"{ISSUER}/a/.well-known/openid-configuration", f"{ISSUER}/b", False),
        (f"{ISSUER}/a/.well-known/openid-configuration", ISSUER, False),
        (OPENID, "https://attacker.test", False),
        (f"{ISSUER}/metadata.json", f"{ISSUER}/b", True),
        (f"{ISSUER}/metadata.json", "https://attacker.test", False),
        (OPENID, None, False),
        (OPENID, "", False),
        (OPENID, 5, False),
        (OPENID, "not a url", False),
        (OPENID, "http://as.test", False),
    ],
)
def test_document_fetched_by_its_url(url, issuer, good):
    """Without an expected issuer, a well-known URL says whose document it is; another place must share its origin."""
    members = {**DOCUMENT, "issuer": issuer}
    if good:
        assert parse(members, issuer=None, url=url).issuer == issuer
    else:
        with pytest.raises(InvalidMetadataError, match="issuer"):
            parse(members, issuer=None, url=url)


@pytest.mark.parametrize(
    "endpoint", ["http://as.test/token", "http://localhost:80@attacker.test/", "/token", 5, "https://as.test/\r\nX:y"]
)
@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "anything_endpoint"])
def test_endpoints_must_be_secure_urls(name, endpoint):
    """A document with an endpoint that is no https URL is refused and the endpoint named."""
    with pytest.raises(InvalidMetadataError, match=r"the metadata cannot be used: "):
        parse({**DOCUMENT, name: endpoint})
    if endpoint == "http://as.test/token":
        assert parse({**DOCUMENT, name: endpoint}, allow_insecure_http=True)[name] == endpoint


def test_absent_and_empty_endpoints_are_no_fault():
    """An endpoint that is null or empty counts as absent."""
    metadata = parse({**DOCUMENT, "revocation_endpoint": None, "userinfo_endpoint": ""})
    assert metadata.revocation_endpoint is metadata.userinfo_endpoint is None
    assert check_metadata({}).issuer is None


@pytest.mark.parametrize(
    ("control", "life"),
    [
        (None, 3600),
        ("max-age=600", 600),
        ("public, Max-Age=600, must-revalidate", 600),
        ('max-age="600"', 600),
        ("max-age=5", 60),
        ("max-age=999999999", 86400),
        ("s-maxage=600", 3600),
        ("no-cache", 3600),
    ],
)
def test_time_to_live(control, life):
    """Cache-Control says how long a document is kept: at least a minute, at most a day, one hour unless told."""
    clock = ManualClock()
    headers = () if control is None else (("Cache-Control", control),)
    assert parse(headers=headers, clock=clock).expires_at == clock() + life


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (Response(404), ErrorStatusReceived),
        (Response(200, (("Content-Type", "text/html"),), b"<html>"), InvalidMetadataError),
        (Response(200, JSON, b"[]"), InvalidMetadataError),
        (answer({"error": "server_error"}), ServerRefusal),
    ],
)
def test_answers_that_are_no_document(response, kind):
    """An error, HTML and other JSON are no metadata."""
    with pytest.raises(kind):
        parse_metadata_response(response, issuer=ISSUER)


# Discovery.


def test_discovery_at_the_first_place():
    """Discovery by issuer asks OpenID Connect's place first."""
    metadata, sent = drive(discover(issuer=ISSUER), answer(DOCUMENT))
    assert metadata.token_endpoint == f"{ISSUER}/token"
    assert [request.url for request in sent] == [OPENID]


def test_discovery_at_the_second_place():
    """Where the first place is answered with 4xx the second is asked."""
    _, sent = drive(discover(issuer=ISSUER), Response(404), answer(DOCUMENT))
    assert [request.url for request in sent] == [OPENID, RFC8414]


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([Response(503)], ErrorStatusReceived),
        ([Response(404), Response(404)], ErrorStatusReceived),
        ([TransportError("down")], TransportError),
        ([answer({**DOCUMENT, "issuer": "https://attacker.test"})], InvalidMetadataError),
    ],
)
def test_discovery_that_fails(answers, kind):
    """An outage, two missing documents and a foreign one are raised; nothing further is asked."""
    with pytest.raises(kind):
        drive(discover(issuer=ISSUER), *answers)


def test_discovery_needs_a_place():
    """Discovery without issuer and URL says so."""
    with pytest.raises(UsageError, match="needs the issuer or the URL"):
        drive(discover())
    with pytest.raises(UsageError, match="needs the issuer or the URL"):
        Discovery()
    assert repr(Discovery(url=OPENID)) == f"<Discovery of {OPENID}>"


def test_discovery_against_the_fake_server():
    """The fake server is discovered; one that names another issuer is refused."""
    server = FakeAuthorizationServer()
    assert run(discover(issuer=server.issuer), server.send).token_endpoint == server.token_endpoint
    server.inject(faults.wrong_issuer(), "metadata")
    with pytest.raises(InvalidMetadataError):
        run(discover(issuer=server.issuer), server.send)


def test_metadata_is_kept_for_its_time_and_served_stale():
    """Metadata is read once within its time; when it cannot be read again the old copy stays in use for a minute."""
    clock = ManualClock()
    known = ClientConfig(
        discovery=Discovery(issuer=ISSUER), clock=clock, metadata=ServerMetadata(jwks_uri="https://x/")
    )
    first, sent = drive(server_of(known), answer(DOCUMENT))
    assert (first.issuer, first.jwks_uri, len(sent)) == (ISSUER, "https://x/", 1)
    clock.advance(3599)
    assert drive(server_of(known)) == (first, [])
    clock.advance(1)
    assert drive(server_of(known), TransportError("down"))[0] == first
    clock.advance(59)
    assert drive(server_of(known))[1] == []
    clock.advance(1)
    moved = answer({**DOCUMENT, "token_endpoint": f"{ISSUER}/moved"})
    assert drive(server_of(known), moved)[0].token_endpoint == f"{ISSUER}/moved"


def test_first_failure_is_raised():
    """Where nothing is known yet, the failure is raised and the next call asks again."""
    known = ClientConfig(discovery=Discovery(url=OPENID), clock=ManualClock())
    with pytest.raises(TransportError):
        drive(server_of(known), TransportError("down"))
    assert drive(server_of(known), answer(DOCUMENT))[0].issuer == ISSUER


def test_endpoint_of_a_call():
    """An endpoint is the call's own, else the configured one, else the discovered one; all must be secure."""
    config = ClientConfig(
        metadata=ServerMetadata(token_endpoint="https://own.test/t"), discovery=Discovery(issuer=ISSUER)
    )
    assert drive(endpoint_of(config, "token_endpoint", "https://call.test/t"))[0] == "https://call.test/t"
    assert drive(endpoint_of(config, "token_endpoint"))[0] == "https://own.test/t"
    assert drive(endpoint_of(config, "authorization_endpoint"), answer(DOCUMENT))[0] == f"{ISSUER}/authorize"
    with pytest.raises(UsageError, match="pass revocation_endpoint="):
        drive(endpoint_of(config, "revocation_endpoint"))
    with pytest.raises(InsecureTransportError):
        drive(endpoint_of(config, "token_endpoint", "http://call.test/t"))
    assert drive(endpoint_of(ClientConfig(allow_insecure_http=True), "x", "http://call.test/t"))[0]
