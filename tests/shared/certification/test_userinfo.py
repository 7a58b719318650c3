"""OIDCCClientTest UserinfoBearerHeader, UserinfoBearerBody, InvalidSubInUserinfoResponse, SignedUserinfo."""

from __future__ import annotations

import pytest

from oauth_core import ProtocolViolation, ServerRefusal, UsageError
from oauth_core.testing import faults
from oauth_jwt import InvalidJWTError, Key, UserInfoValidator
from tests.shared.certification.provider import Now, altering, broken, resigned


def test_the_token_in_the_header(fake, client, log_in):
    """UserinfoBearerHeader: the token is sent in the header, and nowhere else."""
    token = log_in()
    assert client.userinfo()["sub"] == "alice"
    (seen,) = fake.seen("userinfo")
    assert (seen.method, seen.header("authorization")) == ("GET", f"Bearer {token.access_token}")
    assert token.access_token not in seen.url
    assert seen.body == b""


def test_the_token_in_a_form(fake, client, log_in):
    """UserinfoBearerBody: the token is posted in a form, and stands nowhere else."""
    token = log_in()
    assert client.userinfo(token_placement="body")["sub"] == "alice"
    (seen,) = fake.seen("userinfo")
    assert (seen.method, seen.header("authorization")) == ("POST", None)
    assert dict(seen.form) == {"access_token": token.access_token}
    assert token.access_token not in seen.url


def test_the_token_in_the_query(client, log_in, refused):
    """The query is no place for the token."""
    log_in()
    with refused(UsageError, match="'header' or 'body'"):
        client.userinfo(token_placement="uri")


@pytest.mark.real_server
@pytest.mark.parametrize("placement", ["header", "body"])
def test_either_way_at_a_real_provider(real_provider, new_client, placement):
    """oidc-provider takes the token in the header and in a form."""
    client = new_client(**real_provider.options())
    request = client.authorization_request(scope="openid email")
    client.authorization_code(request.validate_callback(real_provider.answer(request.uri)))
    assert client.userinfo(token_placement=placement)["email"] == "alice@example.com"


@pytest.mark.parametrize("subject", ["mallory", "", None, 7, ["alice"], "Alice"], ids=ascii)
def test_another_subject(fake, client, log_in, refused, subject):
    """InvalidSubInUserinfoResponse: claims about anybody but the user of the ID token are refused."""
    log_in()
    fake.inject(faults.with_members({"sub": subject}), "userinfo")
    with refused(ProtocolViolation, "userinfo", match="another subject"):
        client.userinfo()


def test_no_subject(fake, client, log_in, refused):
    """Claims that do not say whom they are about are refused."""
    log_in()
    fake.inject(faults.without("sub"), "userinfo")
    with refused(ProtocolViolation, "userinfo", match="another subject"):
        client.userinfo()


def test_the_subject_after_a_refresh(fake, client, log_in, refused):
    """The user that counts is that of the login, also after a renewal."""
    log_in()
    client.refresh_token()
    assert client.userinfo()["sub"] == "alice"
    fake.inject(faults.with_members({"sub": "mallory"}), "userinfo")
    with refused(ProtocolViolation, "userinfo", match="another subject"):
        client.userinfo()


@pytest.mark.parametrize("fault", [faults.html_ok(), faults.redirect("/elsewhere"), faults.unauthorized()], ids=repr)
def test_what_is_no_answer(fake, client, log_in, refused, fault):
    """A page, a redirect or a refused token is an error, and nothing follows."""
    log_in()
    fake.inject(fault, "userinfo")
    with refused((ProtocolViolation, ServerRefusal), "userinfo"):
        client.userinfo()


BAD = [
    {"iss": "https://other.example"},
    {"iss": None},
    {"aud": "other"},
    {"aud": None},
    {"sub": "mallory"},
    {"sub": None},
    {"exp": Now(-300)},
    {"nbf": Now(86_400)},
]


def name_of(changes):
    name, value = next(iter(changes.items()))
    return f"{name} {'missing' if value is None else value}"


@pytest.fixture
def signed(fake_place, fake, keys, register, new_client, options):
    """A session whose userinfo is signed, and has logged in."""
    register(userinfo_signed_response_alg="RS256")
    judge = UserInfoValidator(fake.issuer, "basic", keys, clock=fake_place.clock)
    client = new_client(**options, userinfo_validator=judge)
    request = client.authorization_request()
    client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
    return client


@pytest.mark.parametrize("placement", ["header", "body"])
def test_a_signed_answer(fake, signed, placement):
    """SignedUserinfo: a signed answer is asked for, verified, and returned as claims, wherever the token was sent."""
    claims = signed.userinfo(token_placement=placement)
    assert (claims["sub"], claims["iss"]) == ("alice", fake.issuer)
    (seen,) = fake.seen("userinfo")
    assert seen.header("accept") == "application/jwt"
    assert (seen.method == "POST") == (placement == "body") == (seen.header("authorization") is None)


def test_an_encrypted_answer(fake_place, fake, keys, register, new_client, signed, refused):
    """An answer that is signed and encrypted is opened with the client's key; a signed one alone is refused then."""
    key = Key.generate("ES256")
    private = {**key.private_jwk(), "use": "enc", "alg": "ECDH-ES"}
    judge = UserInfoValidator(fake.issuer, "basic", keys, decryption_keys=(private,), clock=fake_place.clock)
    client = new_client(**fake_place.options(), userinfo_validator=judge, token=signed.token)
    with refused(InvalidJWTError, "userinfo", match="not encrypted"):
        client.userinfo()
    register(
        jwks={"keys": [{**key.public_jwk(), "use": "enc", "alg": "ECDH-ES"}]},
        userinfo_encrypted_response_alg="ECDH-ES",
    )
    assert client.userinfo()["sub"] == "alice"


@pytest.mark.parametrize("changes", BAD, ids=name_of)
def test_a_bad_claim(operations, signed, refused, changes):
    """A signed answer of another issuer, for another audience, about another user or out of its time is refused."""
    operations.alter = altering("userinfo", **changes)
    with refused(InvalidJWTError, "userinfo", claim=next(iter(changes))):
        signed.userinfo()


@pytest.mark.parametrize(
    ("forge", "claim"),
    [
        (resigned(None, "userinfo", alg="none"), "alg"),
        (resigned(Key.from_secret("s" * 40), "userinfo", alg="HS256"), "alg"),
        (broken("userinfo"), "signature"),
    ],
    ids=["none", "HS256", "broken"],
)
def test_a_bad_signature(fake, operations, signed, forge, claim):
    """A signed answer with another signature than the registered one is refused."""
    operations.forge = forge
    with pytest.raises(InvalidJWTError) as caught:
        signed.userinfo()
    assert caught.value.claim == claim
    assert fake.count("userinfo") == 1


def test_a_plain_answer(register, signed, refused):
    """Where signed answers are judged, a plain one is refused."""
    register(userinfo_signed_response_alg=None)
    with refused(ProtocolViolation, "userinfo", match="userinfo_signed_response_alg") as caught:
        signed.userinfo()
    assert caught.value.error == "unsigned_response"


def test_a_signed_answer_that_nobody_can_verify(register, client, log_in, refused):
    """A signed answer is refused by a session without a judge, and the error says what to pass."""
    register(userinfo_signed_response_alg="RS256")
    log_in()
    with refused(ProtocolViolation, "userinfo", match=r"userinfo_validator=.*UserInfoValidator"):
        client.userinfo()


@pytest.mark.real_server
@pytest.mark.parametrize(("name", "alg"), [("signed_userinfo", "ES256"), ("encrypted", "RS256")])
def test_signed_and_encrypted_at_a_real_provider(real_provider, new_client, name, alg):
    """SignedUserinfo, encrypted userinfo: oidc-provider signs its answer, or signs and encrypts it."""
    known = real_provider.place.server.clients[name]
    rules = {"decryption_keys": (known.private_jwk,)} if known.private_jwk else {}
    judge = UserInfoValidator.from_metadata(real_provider.metadata, known.client_id, algorithms=(alg,), **rules)
    client = new_client(**real_provider.options(name, **rules), userinfo_validator=judge)
    request = client.authorization_request(scope="openid email")
    client.authorization_code(request.validate_callback(real_provider.answer(request.uri)))
    assert client.userinfo()["email"] == "alice@example.com"
