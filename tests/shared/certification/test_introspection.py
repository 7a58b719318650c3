"""Introspection answers as JWTs are believed only when they verify (FAPI 2.0 message signing, RFC 9701)."""

from __future__ import annotations

import pytest

from oauth_core import ProtocolViolation
from oauth_jwt import IntrospectionValidator, InvalidJWTError
from tests.shared.certification.provider import altering, heading


@pytest.fixture
def inspector(fake_place, fake, keys, new_client, register):
    """A session with a good token and a judge of introspection answers."""
    register(introspection_signed_response_alg="RS256")
    token = fake.issue_token("basic", user="alice", scope="read")
    judge = IntrospectionValidator(fake.issuer, "basic", keys, clock=fake_place.clock)
    return new_client(**fake_place.options(), token=token, introspection_validator=judge)


def test_signed_introspection(fake, inspector):
    """A signed introspection answer is asked for, verified, and gives what it says of the token."""
    members = inspector.introspect_token()
    assert (members["active"], members["sub"], members["scope"]) == (True, "alice", "read")
    assert inspector.introspect_token(token="unknown") == {"active": False}
    assert {one.header("accept") for one in fake.seen("introspect")} == {"application/token-introspection+jwt"}


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"iat": None}, "iat"),
        ({"token_introspection": None}, "token_introspection"),
        ({"token_introspection": {"active": "yes"}}, "token_introspection"),
    ],
    ids=str,
)
def test_bad_introspection(operations, inspector, refused, changes, claim):
    """A signed introspection answer of another issuer, for another client or without its object is refused."""
    operations.alter = altering("introspection", **changes)
    with refused(InvalidJWTError, "introspect", "jwks", claim=claim):
        inspector.introspect_token()


def test_an_id_token_is_no_introspection(operations, inspector, refused):
    """A JWT of another type is not taken for an introspection answer."""
    operations.alter = heading("introspection", typ="JWT")
    with refused(InvalidJWTError, "introspect", "jwks", claim="typ"):
        inspector.introspect_token()


def test_plain_introspection(register, inspector, refused):
    """A plain introspection answer is refused where a signed one is expected."""
    register(introspection_signed_response_alg=None)
    with refused(ProtocolViolation, "introspect", match="introspection_validator is configured") as caught:
        inspector.introspect_token()
    assert caught.value.error == "unsigned_response"
