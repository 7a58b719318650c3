"""Aggregated and distributed claims in the core: what of the answer is usable, and who has the last word."""

import json
from base64 import urlsafe_b64encode

import pytest

from oauth_core import ClaimsJudge, ProtocolViolation, UsageError, resolve_claims, run

ISSUER = "https://claims.example"


def jwt(**claims):
    return f"e30.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


class Judge:
    """Believes everything, and says something of its own."""

    def __init__(self, **said):
        self.said = said

    def validate(self, token, /):
        yield from ()
        return self.said


def no_request(request):
    raise AssertionError(f"{request!r} was not expected")


def resolved(claims, **said):
    return run(resolve_claims(claims, {ISSUER: Judge(**{"iss": ISSUER, **said})}), no_request)


def test_what_the_judge_says_counts():
    """The value is the judge's, not what could be read before; claims beside those that were named are dropped."""
    assert isinstance(Judge(), ClaimsJudge)
    claims = {"_claim_names": {"a": "s"}, "_claim_sources": {"s": {"JWT": jwt(iss=ISSUER, a=1)}}}
    found = resolved(claims, a=2, b=3)
    assert {name: one.value for name, one in found.items()} == {"a": 2}
    assert "2" not in repr(found["a"])
    with pytest.raises(ProtocolViolation, match="changed its issuer"):
        resolved(claims, iss="https://other.example")


@pytest.mark.parametrize("names", ["a", ["a"], {"a": 1}, {"a": None}])
def test_unusable_names(names):
    """`_claim_names` that is no object of texts is refused."""
    with pytest.raises(ProtocolViolation, match="_claim_names"):
        resolved({"_claim_names": names, "_claim_sources": {}})


@pytest.mark.parametrize(
    "sources",
    [
        None,
        [],
        {},
        {"s": "x"},
        {"s": {}},
        {"s": {"JWT": 1}},
        {"s": {"endpoint": 1}},
        {"s": {"JWT": "x.y.z", "endpoint": "https://claims.example/"}},
        {"s": {"endpoint": "https://claims.example/", "access_token": 7}},
    ],
    ids=str,
)
def test_unusable_sources(sources):
    """A source without a JWT or an endpoint, or with both, is refused."""
    with pytest.raises(ProtocolViolation, match="no usable source 's'"):
        resolved({"_claim_names": {"a": "s"}, "_claim_sources": sources})


@pytest.mark.parametrize("token", ["", "x", "x.y.z", jwt(), jwt(iss=7)])
def test_no_issuer(token):
    """A JWT that names no issuer is refused."""
    with pytest.raises(ProtocolViolation, match="names no issuer"):
        resolved({"_claim_names": {"a": "s"}, "_claim_sources": {"s": {"JWT": token}}})


def test_an_endpoint_is_a_url():
    """An endpoint that is no https URL is not asked."""
    with pytest.raises(UsageError, match="claim source 's'"):
        resolved({"_claim_names": {"a": "s"}, "_claim_sources": {"s": {"endpoint": "claims"}}})
