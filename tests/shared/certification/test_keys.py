"""OIDCCClientTest KidAbsentSingleJwks, KidAbsentMultipleMatchingKeys, SigningKeyRotation and …JustBeforeSigning."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from oauth_core import ProtocolViolation, ServerRefusal
from oauth_core.testing import faults
from oauth_jwt import InvalidJWTError, Key
from tests.shared.certification.provider import before, heading, resigned

LOGIN = ["authorize", "token"]
HOUR = 3600
COOLDOWN = 31


@pytest.fixture(scope="module")
def other_key() -> Key:
    """A second RSA key of the provider."""
    return Key.generate("RS256")


@pytest.fixture
def published(fake, operations):
    """What is at `jwks_uri`: a list to be changed."""
    return fake.authority.keys


def test_no_name_and_one_key(operations, sign_in):
    """KidAbsentSingleJwks: a token without `kid` is verified by the one key there is."""
    operations.alter = heading(kid=None)
    assert sign_in()["sub"] == "alice"


def test_no_name_and_keys_of_other_kinds(operations, published, provider_keys, other_key, sign_in):
    """KidAbsent: keys of another type, use or algorithm, and what is no key, do not count as matching."""
    operations.alter = heading(kid=None)
    published[:0] = [
        provider_keys["ES256"].public_jwk(),
        provider_keys["EdDSA"].public_jwk(),
        {**other_key.public_jwk(), "use": "enc"},
        {**other_key.public_jwk(), "alg": "RSA-OAEP-256"},
        {**other_key.public_jwk(), "alg": "PS256"},
        {"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"},
        {"kty": "new", "kid": "x"},
    ]
    assert sign_in()["sub"] == "alice"


def test_no_name_and_several_keys(operations, published, other_key, client, sign_in, refused):
    """KidAbsentMultipleMatchingKeys: where several keys fit, a token without `kid` is refused by that reason."""
    operations.alter = heading(kid=None)
    published.append(other_key.public_jwk())
    with refused(InvalidJWTError, *LOGIN, "jwks", claim="kid", match="names no kid, and several keys"):
        sign_in()
    assert client.token is None


def test_a_name_among_several_keys(published, other_key, sign_in):
    """A token with a `kid` is verified by that key, whatever else is published."""
    published.insert(0, other_key.public_jwk())
    assert sign_in()["sub"] == "alice"


@pytest.mark.parametrize("name", ["unknown", "../../etc/passwd", "x' OR 1=1 --", "🗝"])
def test_a_name_of_no_key(operations, client, sign_in, refused, name):
    """A `kid` that no published key has is refused; keys that were fetched for this token are not fetched again."""
    operations.alter = heading(kid=name)
    with refused(InvalidJWTError, *LOGIN, "jwks", claim="kid", match="no key with the kid"):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize("name", [7, "", ["a"]], ids=str)
def test_a_name_that_is_no_text(operations, client, sign_in, refused, name):
    """A `kid` that is no text is refused before any key is asked for."""
    operations.alter = heading(kid=name)
    with refused(InvalidJWTError, *LOGIN, claim="kid"):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize(
    "change",
    [{"use": "enc"}, {"alg": "PS256"}, {"key_ops": ["encrypt"]}, {"kty": "EC"}, {"n": "!"}, {"e": None}],
    ids=str,
)
def test_a_named_key_that_must_not_be_used(published, client, sign_in, refused, change):
    """A key of the right name and of another type, use or algorithm, or a broken one, verifies nothing."""
    published[0] = {name: value for name, value in {**published[0], **change}.items() if value is not None}
    with refused(InvalidJWTError, *LOGIN, "jwks", claim="kid"):
        sign_in()
    assert client.token is None


def test_a_weak_key(operations, published, client, sign_in, refused):
    """An RSA key of 1024 bits is refused, although the signature holds."""
    weak = Key(rsa.generate_private_key(65537, 1024), kid="weak", alg="RS256")  # noqa: S505 - the weak key that is refused
    published.append(weak.public_jwk())
    operations.forge = resigned(weak, kid="weak")
    with refused(InvalidJWTError, *LOGIN, "jwks", claim="kid", match="2048"):
        sign_in()
    assert client.token is None


def test_rotation_between_two_logins(fake_place, fake, operations, sign_in):
    """SigningKeyRotation: keys that the provider changed between two logins are fetched again, once."""
    sign_in()
    fake_place.clock.ahead += COOLDOWN
    operations.rotate()
    assert sign_in()["sub"] == "alice"
    assert sign_in()["sub"] == "alice"
    assert fake.count("jwks") == 2


def test_rotation_just_before_signing(fake, operations, sign_in):
    """SigningKeyRotationJustBeforeSigning: keys changed right after they were fetched are fetched again, once."""
    sign_in()
    fake.inject(before(operations.rotate), "token")
    assert sign_in()["sub"] == "alice"
    assert fake.count("jwks") == 2


def test_rotation_under_the_old_name(fake, operations, other_key, sign_in):
    """A provider that gives a new key the name of the old one is understood after one more fetch."""
    sign_in()
    old = operations.keys["RS256"].kid
    operations.keys["RS256"] = Key.load(other_key, kid=old)
    operations.publish()
    assert sign_in()["sub"] == "alice"
    assert fake.count("jwks") == 2


def test_rotation_that_is_not_published(fake, operations, client, sign_in, refused):
    """Where the new key is not published, the keys are fetched again once, and the token is refused."""
    sign_in()
    operations.rotate(publish=False)
    with refused(InvalidJWTError, *LOGIN, "jwks", claim="kid"):
        sign_in()
    with refused(InvalidJWTError, *LOGIN, claim="kid"):  # for half a minute they are not asked for again
        sign_in()
    operations.publish()


def test_keys_that_were_withdrawn(fake_place, fake, operations, published, other_key, sign_in, refused):
    """A key that is no longer published counts no more, once the keys at hand are an hour old."""
    sign_in()
    published[:] = [other_key.public_jwk()]
    assert sign_in()["sub"] == "alice"
    fake_place.clock.ahead += HOUR + 1
    with refused(InvalidJWTError, *LOGIN, "jwks", claim="kid"):
        sign_in()


def test_no_keys_to_be_had(fake, client, sign_in, refused):
    """Where the keys cannot be fetched the login fails as that, and the next one asks for them again."""
    fake.inject(faults.unavailable(), "jwks")
    with refused(ServerRefusal, *LOGIN, "jwks", match="come back later"):
        sign_in()
    assert client.token is None
    assert sign_in()["sub"] == "alice"


@pytest.mark.parametrize(
    "fault",
    [faults.html_ok(), faults.with_members({"keys": {}}), faults.without("keys"), faults.redirect("/elsewhere")],
    ids=repr,
)
def test_what_is_no_key_set(fake, client, sign_in, refused, fault):
    """A page, another document or a redirect where keys should be is refused, and not followed."""
    fake.inject(fault, "jwks")
    with refused(ProtocolViolation, *LOGIN, "jwks"):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize("fault", [faults.unavailable(), faults.html_ok(), faults.dropped()], ids=repr)
def test_old_keys_while_the_provider_fails(fake_place, fake, sign_in, caplog, fault):
    """Keys that are stale stay in use while new ones cannot be had, and the provider is left alone for a while."""
    sign_in()
    fake_place.clock.ahead += HOUR + 1
    fake.inject(fault, "jwks", times=None)
    assert sign_in()["sub"] == "alice"
    assert sign_in()["sub"] == "alice"
    assert fake.count("jwks") == 2
    assert "stay in use" in caplog.text


def test_an_empty_key_set(published, client, sign_in, refused):
    """A provider without keys is refused as that."""
    published[:] = [{"kty": "oct", "k": "c2VjcmV0"}]
    with refused(ProtocolViolation, *LOGIN, "jwks", match="no key"):
        sign_in()
    assert client.token is None


@pytest.mark.real_server
def test_rotation_at_a_real_provider(real_provider, new_client):
    """SigningKeyRotation: oidc-provider changes its keys right after a login; logins go on with one client."""
    client = new_client(**real_provider.options())
    for rotate in (lambda: None, real_provider.place.server.rotate_keys):
        rotate()
        request = client.authorization_request(scope="openid")
        assert client.authorization_code(request.validate_callback(real_provider.answer(request.uri))).id_token
        assert client.userinfo()["sub"] == "alice"
