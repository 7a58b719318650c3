"""OIDCCClientTest IdTokenSignedUsingRS256, IdTokenSigAlgNone, InvalidIdTokenSignatureWith…: who signed the ID token."""

from __future__ import annotations

from json import dumps

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from oauth_core import ProtocolViolation, UsageError
from oauth_jwt import InvalidJWTError, Key
from tests.shared.certification.provider import broken, heading, resigned

CODE = ("authorize", "token", "jwks")
LONG_SECRET = "a-secret-of-thirty-two-characters-or-more"


# The secret of the fake server's client is a short one.
pytestmark = pytest.mark.filterwarnings("ignore:HS256 asks for a secret:oauth_jwt.WeakKeyWarning")


@pytest.fixture
def judging(fake_place, fake, operations, provider_keys, register, new_client, options, validator):
    """A client that registered an algorithm, and a provider that signs with it: `judging("ES256")`."""

    def make(alg, **rules):
        if alg in provider_keys:
            operations.keys[alg] = provider_keys[alg]
            operations.publish()
        register(id_token_signed_response_alg=alg)
        judge = type(validator).from_metadata(
            fake.metadata, "basic", clock=fake_place.clock, **{"algorithms": (alg,), **rules}
        )
        return new_client(**{**options, "id_token_validator": judge})

    return make


@pytest.fixture
def signing_in(fake_place):
    """A person logs in at a client, which then asks for the claims about the user."""

    def perform(client):
        request = client.authorization_request()
        client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
        return client.userinfo()

    return perform


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_good_signature(judging, signing_in, alg):
    """IdTokenSignedUsingRS256: an ID token signed as it was registered is believed."""
    assert signing_in(judging(alg))["sub"] == "alice"


def test_a_good_signature_by_the_secret(fake_place, fake, judging, signing_in):
    """An ID token that the client's secret signed is believed where HS256 was registered, and no key is fetched."""
    secret = fake.authority.clients["basic"].client_secret
    assert signing_in(judging("HS256", client_secret=secret))["sub"] == "alice"
    assert fake.count("jwks") == 0


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_broken_signature(operations, judging, signing_in, refused, alg):
    """InvalidIdTokenSignatureWithRS256, …ES256 and their like: refused, and nothing is asked with the token."""
    client = judging(alg)
    operations.forge = broken()
    with refused(InvalidJWTError, *CODE, claim="signature"):
        signing_in(client)
    assert client.token is None


def test_a_broken_signature_by_the_secret(fake, operations, judging, signing_in, refused):
    """InvalidIdTokenSignatureWithHS256: refused."""
    client = judging("HS256", client_secret=fake.authority.clients["basic"].client_secret)
    operations.forge = broken()
    with refused(InvalidJWTError, "authorize", "token", claim="signature"):
        signing_in(client)
    assert client.token is None


def test_no_signature(operations, client, sign_in, refused):
    """IdTokenSigAlgNone: an ID token that is not signed is refused where the client registered an algorithm."""
    operations.forge = resigned(None, alg="none", kid=None)
    with refused(InvalidJWTError, "authorize", "token", claim="alg", match="not signed"):
        sign_in()
    assert client.token is None


def test_no_signature_where_that_was_registered(fake, judging, signing_in):
    """IdTokenSigAlgNone: where `none` was registered, and the token came from the token endpoint, it is believed."""
    assert signing_in(judging("none"))["sub"] == "alice"
    assert fake.count("jwks") == 0


def test_no_signature_through_the_browser(fake_place, judging, refused):
    """An ID token that is not signed is refused in the authorization response, whatever was registered."""
    client = judging("none")
    request = client.authorization_request(response_type="code id_token")
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(InvalidJWTError, claim="alg", match="did not come straight from the server"):
        client.authorization_code(response)


@pytest.mark.parametrize("name", ["None", "NONE", "nOnE"])
def test_no_signature_by_another_spelling(operations, judging, signing_in, refused, name):
    """`none` in other letters is no algorithm, even where `none` was registered."""
    client = judging("none")
    operations.forge = resigned(None, alg=name)
    with refused(InvalidJWTError, "authorize", "token", claim="alg"):
        signing_in(client)


def test_none_with_a_signature(operations, provider_keys, judging, signing_in, refused):
    """A token that says `none` and carries a signature is refused."""
    client = judging("none")
    operations.forge = resigned(provider_keys["RS256"], alg="none")
    with refused(InvalidJWTError, "authorize", "token", claim="alg"):
        signing_in(client)


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_another_algorithm_than_registered(operations, provider_keys, register, client, sign_in, refused, alg):
    """An ID token that a published key signed well, but by another algorithm than was registered, is refused."""
    operations.keys[alg] = provider_keys[alg]
    operations.publish()
    register(id_token_signed_response_alg=alg)
    with refused(InvalidJWTError, "authorize", "token", claim="alg", match=f"'{alg}', expected RS256"):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize("form", ["JWK", "PEM", "DER"])
def test_key_confusion(operations, provider_keys, client, sign_in, refused, form):
    """A token that was signed by HS256 with the text of the provider's public key is refused."""
    public = provider_keys["RS256"].public()
    spki = PublicFormat.SubjectPublicKeyInfo
    text = {
        "JWK": dumps(public.public_jwk()).encode(),
        "PEM": public.native.public_bytes(Encoding.PEM, spki),
        "DER": public.native.public_bytes(Encoding.DER, spki),
    }[form]
    operations.forge = resigned(Key.from_secret(text), alg="HS256")
    with refused(InvalidJWTError, "authorize", "token", claim="alg"):
        sign_in()
    assert client.token is None


def test_key_confusion_where_both_are_registered(operations, provider_keys, judging, signing_in, refused):
    """Where HS256 counts beside RS256, the client's secret alone verifies it, never a public key."""
    client = judging("RS256", algorithms=("RS256", "HS256"), client_secret=LONG_SECRET)
    text = dumps(provider_keys["RS256"].public_jwk()).encode()
    operations.forge = resigned(Key.from_secret(text), alg="HS256")
    with refused(InvalidJWTError, "authorize", "token", claim="signature"):
        signing_in(client)


def test_secret_that_is_not_known(judging, signing_in, refused):
    """Where HS256 was registered and no secret given to the validator, the error says what to pass."""
    with refused(UsageError, "authorize", "token", match="client_secret="):
        signing_in(judging("HS256"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jwk", {"kty": "oct", "k": "AAAA"}),
        ("jku", "https://attacker.test/jwks"),
        ("x5u", "https://attacker.test/certificates"),
        ("crit", ["exp"]),
        ("b64", False),
    ],
)
def test_header_that_brings_its_own_rules(operations, client, sign_in, refused, name, value):
    """A token whose header brings a key, an address of keys, or an extension is refused, and that is never fetched."""
    operations.alter = heading(**{name: value})
    with refused(InvalidJWTError, "authorize", "token", claim=name):
        sign_in()
    assert client.token is None


def test_another_key_under_the_name_of_the_right_one(operations, client, sign_in, refused):
    """A token that another key signed under the `kid` of the provider's is refused."""
    operations.forge = resigned(Key.generate("RS256"))
    with refused(InvalidJWTError, *CODE, claim="signature"):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "e30.e30", "🙂.e30.e30", "e30." * 4], ids=ascii)
def test_what_is_no_token(operations, client, sign_in, refused, token):
    """What is no JWT is refused as that; where it is empty, as missing."""
    operations.forge = lambda kind, text: token if kind == "id_token" else text
    with refused(ProtocolViolation, "authorize", "token"):
        sign_in()
    assert client.token is None


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
def test_a_broken_signature_through_the_browser(fake_place, operations, client, refused, kind):
    """InvalidIdTokenSignature in a hybrid response: refused, and its code is not shown to the token endpoint."""
    operations.forge = broken()
    request = client.authorization_request(response_type=kind)
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(InvalidJWTError, "jwks", claim="signature"):
        client.authorization_code(response)
    assert client.token is None


def test_a_broken_signature_of_an_implicit_response(fake_place, operations, client, refused):
    """InvalidIdTokenSignature in an implicit response: refused, and its token is not taken."""
    operations.forge = broken()
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    callback = fake_place.authorize(url)
    with refused(InvalidJWTError, "jwks", claim="signature"):
        client.fetch_token(authorization_response=callback)
    assert client.token is None
