"""OIDCCClientTest AggregatedClaims, DistributedClaims: claims of others count when their issuer's judge says so."""

from __future__ import annotations

import pytest

from oauth_core import InsecureTransportError, ProtocolViolation, ServerRefusal
from oauth_core.testing import FakeUser, faults
from oauth_jwt import ClaimsValidator, InvalidJWTError, Key
from oauth_jwt.testing import KeyOperations
from tests.shared.certification.provider import asked

ADDRESS = {"locality": "Wonderland"}


@pytest.fixture
def provider(elsewhere, provider_keys) -> KeyOperations:
    """A claims provider at another origin, which vouches for alice's address and birthday."""
    operations = KeyOperations(keys={"RS256": provider_keys["RS256"]})
    elsewhere.install(operations)
    elsewhere.authority.users["alice"] = FakeUser("alice", claims={"address": ADDRESS, "birthdate": "1865-11-26"})
    return operations


@pytest.fixture
def judges(fake_place, elsewhere, provider):
    return {elsewhere.issuer: ClaimsValidator.from_metadata(elsewhere.metadata, "basic", clock=fake_place.clock)}


@pytest.fixture
def shown(elsewhere):
    """The access token that the provider gave for alice."""
    return elsewhere.issue_token("basic", user="alice")["access_token"]


@pytest.fixture
def client(fake, holder, elsewhere, provider, shown):
    """A session whose userinfo leads to the provider: the address is aggregated, the birthday distributed."""
    fake.authority.users["alice"] = FakeUser(
        "alice",
        claims={
            "name": "Alice",
            "_claim_names": {"address": "src1", "birthdate": "src2", "shoe_size": "src2"},
            "_claim_sources": {
                "src1": {"JWT": provider.claims_token("alice")},
                "src2": {"endpoint": elsewhere.endpoint("claims"), "access_token": shown},
            },
        },
    )
    return holder


def test_both_kinds(fake, elsewhere, client, judges, shown):
    """Claims come with who vouches for them; the source sees the token it was given, and never ours."""
    claims = client.userinfo()
    assert "address" not in claims
    found = client.resolve_claims(claims, judges)
    assert {name: (one.value, one.issuer, one.source) for name, one in found.items()} == {
        "address": (ADDRESS, elsewhere.issuer, "src1"),
        "birthdate": ("1865-11-26", elsewhere.issuer, "src2"),
    }
    (asked,) = elsewhere.seen("claims")
    assert asked.header("authorization") == f"Bearer {shown}"
    assert not any(client.token["access_token"] in str((one.url, one.headers, one.body)) for one in elsewhere.requests)


def test_some_claims_alone(elsewhere, client, judges):
    """Only the sources of the claims that were asked for are looked at."""
    assert list(client.resolve_claims(client.userinfo(), judges, names=["address"])) == ["address"]
    assert elsewhere.count("claims") == 0
    assert client.resolve_claims({"sub": "alice"}, judges) == {}


def test_a_source_without_a_token(elsewhere, client, judges):
    """A source for which no token was given is asked without any."""
    claims = {"_claim_names": {"birthdate": "s"}, "_claim_sources": {"s": {"endpoint": elsewhere.endpoint("claims")}}}
    with pytest.raises(ServerRefusal):
        client.resolve_claims(claims, judges)
    assert elsewhere.seen("claims")[0].header("authorization") is None


def test_unknown_issuer(elsewhere, client):
    """The JWT of an issuer without a judge is refused by its name; its keys are not asked for."""
    with pytest.raises(ProtocolViolation, match=elsewhere.issuer) as caught:
        client.resolve_claims(client.userinfo(), {"https://other.example": object()})
    assert caught.value.error == "unknown_claims_issuer"
    assert elsewhere.count("jwks") == 0


@pytest.mark.parametrize(("changes", "claim"), [({"exp": 1}, "exp"), ({"aud": "other"}, "aud")], ids=str)
def test_bad_claims(client, provider, judges, changes, claim):
    """A JWT that is over, or for somebody else, is refused by the claim."""
    claims = client.userinfo()
    provider.alter = lambda kind, header, found: found.update(changes)
    with pytest.raises(InvalidJWTError) as caught:
        client.resolve_claims(claims, judges, names="birthdate")
    assert caught.value.claim == claim


def test_forged(client, provider, judges):
    """A JWT whose signature does not hold is refused."""
    claims = client.userinfo()
    provider.keys["RS256"] = Key.generate("RS256")  # and does not publish it
    with pytest.raises(InvalidJWTError) as caught:
        client.resolve_claims(claims, judges, names="birthdate")
    assert caught.value.claim == "kid"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.redirect("https://other.example/"), ProtocolViolation),
        (faults.error("invalid_token", status=401), ServerRefusal),
        (faults.html_ok(), ProtocolViolation),
    ],
    ids=repr,
)
def test_bad_sources(elsewhere, client, judges, fault, error):
    """A source that redirects, refuses or answers with a page gives no claim."""
    elsewhere.inject(fault, "claims")
    with pytest.raises(error):
        client.resolve_claims(client.userinfo(), judges, names="birthdate")
    assert asked(elsewhere) == ["claims"]


def test_sources_in_the_clear(client, judges):
    """A source that would be asked in the clear is not asked."""
    claims = {
        "_claim_names": {"birthdate": "s"},
        "_claim_sources": {"s": {"endpoint": "http://claims.example/", "access_token": "t"}},
    }
    with pytest.raises(InsecureTransportError):
        client.resolve_claims(claims, judges)
    with pytest.raises(TypeError, match="realm"):
        client.resolve_claims(claims, judges, realm="x")
