"""Keys: whatever people have is read once, weak and unfit ones are refused, nothing is shown."""

import datetime as dt
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.x509.oid import NameOID

from oauth_core import UsageError
from oauth_jwt import ExternalKey, InvalidKeyError, Key, public_jwks, thumbprint
from oauth_jwt._algorithms import ALGORITHMS, check_strength
from oauth_jwt._jose import encrypt, verifier
from oauth_jwt._signing import sign, signing_key
from tests.jwt.support import carry, copied, key, vectors

ASYMMETRIC = [alg for alg in ALGORITHMS if not alg.startswith("HS")]


def pem(native, password=None):
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return native.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def public_pem(native):
    return native.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def certificate(native, days=1):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(native.public_key())
    builder = builder.serial_number(1).not_valid_before(start)
    built = builder.not_valid_after(start + dt.timedelta(days=days)).sign(native, hashes.SHA256())
    return built.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_signs_what_verifies(alg):
    """A key of every algorithm signs, and only its own text verifies under its public half."""
    own = key(alg)
    signature = own.sign(b"text")
    check = verifier(own, alg)
    assert check(b"text", signature)
    assert not check(b"tex", signature)


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_key_survives_every_form(alg):
    """PEM, JWK, JSON, JWK set, the native key and a pickle all give the same key."""
    own = key(alg)
    jwk = own.private_jwk()
    forms = [jwk, json.dumps(jwk), json.dumps(jwk).encode(), {"keys": [jwk]}, own, copied(own)]
    for form in forms:
        loaded = Key.load(form)
        assert loaded == own
        assert hash(loaded) == hash(own)
        assert verifier(own, alg)(b"x", loaded.sign(b"x"))
    for form in (pem(own.native), pem(own.native).decode(), own.native):
        loaded = Key.load(form, alg=alg, kid=own.kid)
        assert loaded == own


@pytest.mark.parametrize(
    ("native", "alg"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ec.generate_private_key(ec.SECP256K1()), "ES256K"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
        (ed448.Ed448PrivateKey.generate(), "EdDSA"),
        (x25519.X25519PrivateKey.generate(), None),
    ],
)
def test_algorithm_is_inferred_from_the_key(native, alg):
    """The algorithm follows from the key's type and curve; a key that cannot sign has none."""
    assert Key.load(native).alg == alg


def test_rsa_is_rs256_unless_told_otherwise():
    """An RSA key signs RS256, PS256 where asked, and what its JWK says."""
    jwk = key("RS256").private_jwk()
    bare = {name: value for name, value in jwk.items() if name != "alg"}
    assert Key.load(bare).alg == "RS256"
    assert Key.load(bare, alg="PS256").alg == "PS256"
    assert Key.load({**bare, "alg": "PS512"}).alg == "PS512"


def test_other_containers_are_read():
    """Encrypted PEM, OpenSSH, DER and traditional PEM are read."""
    native = key("ES256").native
    assert Key.load(pem(native, b"pass"), password="pass", kid="k").kid == "k"
    ssh = native.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    der = native.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    old = native.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    for form in (ssh, der, old):
        assert Key.load(form).thumbprint() == key("ES256").thumbprint()
    assert not Key.load(public_pem(native)).is_private
    assert not Key.load(certificate(native)).is_private


def test_set_gives_the_private_key_that_is_named():
    """Out of a JWK set the named private key is taken, else the first that can sign."""
    public, enc = key("RS256").public_jwk(), key("ES384").private_jwk() | {"use": "enc"}
    jwks = {"keys": [public, enc, key("ES256").private_jwk(), key("EdDSA").private_jwk()]}
    assert Key.load(jwks).kid == key("ES256").kid
    assert Key.load(jwks, kid=key("EdDSA").kid).alg == "EdDSA"
    with pytest.raises(InvalidKeyError, match="no private key with the kid 'other'"):
        Key.load(jwks, kid="other")
    with pytest.raises(InvalidKeyError, match="no private key for signing"):
        Key.load({"keys": [public]})


@pytest.mark.parametrize(
    ("material", "options", "message"),
    [
        ("", {}, "empty"),
        (b"  ", {}, "empty"),
        ("not a key", {}, "does not begin with -----BEGIN"),
        ("-----BEGIN PRIVATE KEY-----\\nabc\\n-----END PRIVATE KEY-----", {}, "backslash and n"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", {}, "cannot be read"),
        ("{broken", {}, "begins like a JWK"),
        ({}, {}, "needs a 'kty'"),
        ({"kty": "RSA"}, {}, "no 'e'"),
        ({"kty": "RSA", "n": "AQAB", "e": "a+b"}, {}, "'e' of this JWK is not base64url"),
        ({"kty": "EC", "crv": "P-192", "x": "AA", "y": "AA"}, {}, "needs a 'crv'"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {}, "has 32 bytes"),
        ({"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}, {}, "inconsistent"),
        ({"kty": "OKP", "crv": "X", "x": "AA"}, {}, "needs a 'crv'"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AA"}, {}, "inconsistent"),
        ({"kty": "oct", "k": ""}, {}, "no 'k'"),
        (42, {}, "a int is not a key"),
    ],
)
def test_unreadable_key_says_what_is_wrong(material, options, message):
    """A key that cannot be read is refused with what is wrong and, where known, what to do."""
    with pytest.raises(InvalidKeyError, match=message) as caught:
        Key.load(material, **options)
    assert isinstance(caught.value, UsageError)


def test_password_is_asked_for_and_checked():
    """An encrypted key says that it wants a password, a plain one that it does not, a wrong one that it is wrong."""
    native = key("ES256").native
    with pytest.raises(InvalidKeyError, match="is encrypted; pass password="):
        Key.load(pem(native, b"pass"))
    with pytest.raises(InvalidKeyError, match="is not encrypted"):
        Key.load(pem(native), password="pass")
    with pytest.raises(InvalidKeyError, match="is the password right") as caught:
        Key.load(pem(native, b"pass"), password="wrong-password")
    assert "wrong-password" not in str(caught.value)


def test_inconsistent_private_keys_are_refused():
    """A private part that does not belong to its public part is refused."""
    one, other = key("EdDSA").private_jwk(), key("EdDSA", 2).private_jwk()
    with pytest.raises(InvalidKeyError, match="do not belong together"):
        Key.load(one | {"d": other["d"]})
    one, other = key("ES256").private_jwk(), key("ES256", 2).private_jwk()
    with pytest.raises(InvalidKeyError, match="inconsistent"):
        Key.load(one | {"d": other["d"]})


def test_weak_and_unfit_keys_are_refused():
    """Keys below RFC 7518's strength, of another type, for encryption or without a private part do not sign."""
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - the weak key that is refused
    with pytest.raises(InvalidKeyError, match="at least 2048 bits, this one has 1024"):
        signing_key(weak)
    with pytest.raises(InvalidKeyError, match="at least 32 bytes, this one has 5"):
        signing_key({"kty": "oct", "k": "c2hvcnQ"})
    with pytest.raises(InvalidKeyError, match="ES384 does not go with a key of type P-256"):
        signing_key(key("ES256"), alg="ES384")
    with pytest.raises(InvalidKeyError, match="public key; signing needs the private one"):
        signing_key(key("ES256").public())
    with pytest.raises(InvalidKeyError, match="for encryption"):
        signing_key(key("RS256").private_jwk() | {"use": "enc"})
    with pytest.raises(InvalidKeyError, match="alg='RSA-OAEP' does not sign"):
        signing_key({**key("RS256").private_jwk(), "alg": "RSA-OAEP"})
    with pytest.raises(InvalidKeyError, match="no form as a JWK"):
        Key.load(dsa.generate_private_key(2048))
    with pytest.raises(InvalidKeyError, match="no name in JOSE"):
        Key.load(ec.generate_private_key(ec.BrainpoolP256R1()))
    with pytest.raises(InvalidKeyError, match="secret is empty"):
        Key.from_secret("")
    with pytest.raises(InvalidKeyError, match="unknown algorithm 'RS1'"):
        Key.generate("RS1")


def test_public_export_holds_nothing_private():
    """The exported set holds public members, a name and a use, and never a private part."""
    exported = public_jwks(key("RS256"), key("ES256").private_jwk(), pem(key("EdDSA").native))
    for jwk, own in zip(exported["keys"], (key("RS256"), key("ES256"), key("EdDSA")), strict=True):
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & jwk.keys()
        assert jwk["kid"] == own.kid
        assert jwk["use"] == "sig"
        assert Key.load(jwk).thumbprint() == own.thumbprint()
    with pytest.raises(InvalidKeyError, match="no public part"):
        public_jwks(Key.from_secret("s" * 40))
    with pytest.raises(InvalidKeyError, match="is a public key"):
        key("ES256").public().private_jwk()


def test_nothing_secret_is_shown():
    """``repr`` names type, algorithm and kid, and holds no key material."""
    for alg in ALGORITHMS:
        own = key(alg)
        shown = repr(own) + str(own)
        for name, value in own.private_jwk().items():
            if name in {"d", "k", "p", "q"}:
                assert value not in shown
    assert repr(Key.from_secret("s" * 40, kid="k")) == "<Key oct secret, alg='HS256', kid='k'>"


class Device:
    """A signer that keeps its key, and answers ECDSA in DER like a key service."""

    def __init__(self, own, *, der):
        self.own, self.der, self.asked = own, der, 0

    def sign(self, data):
        self.asked += 1
        if self.der:
            return self.own.native.sign(data, ec.ECDSA(hashes.SHA256()))
        return self.own.sign(data)


@pytest.mark.parametrize("der", [True, False])
def test_signer_signs_in_place_of_a_key(der):
    """An object with ``sign`` or a function signs; ECDSA may come in DER or as two numbers."""
    device = Device(key("ES256"), der=der)
    for signer in (device, device.sign):
        external = signing_key(signer, alg="ES256", kid="hsm")
        assert isinstance(external, ExternalKey)
        assert external.kid == "hsm"
        assert verifier(key("ES256"), "ES256")(b"x", carry(sign(external, b"x")))
    assert device.asked == 2
    assert repr(external) == "<ExternalKey alg='ES256', kid='hsm'>"


def test_signer_that_answers_wrongly_is_refused():
    """A signer without an algorithm, or one that answers with no signature, is refused."""
    with pytest.raises(InvalidKeyError, match="pass alg= with a signer"):
        signing_key(lambda data: data)
    with pytest.raises(InvalidKeyError, match="pass alg= with a signer"):
        ExternalKey(lambda data: data, "HS256")
    for answer, message in ((None, "returned NoneType"), (b"", "returned bytes"), (b"short", "no signature of ES256")):
        with pytest.raises(InvalidKeyError, match=message):
            carry(sign(ExternalKey(lambda data, answer=answer: answer, "ES256"), b"x"))


def test_asynchronous_signer_works_on_the_asynchronous_driver():
    """A coroutine function signs on the asynchronous driver and is refused with a reason on the synchronous one."""
    import asyncio

    from oauth_core import arun

    async def signer(data):
        return key("EdDSA").sign(data)

    async def never(request):
        raise AssertionError

    external = ExternalKey(signer, "EdDSA")
    assert asyncio.run(arun(sign(external, b"x"), never, sleep=asyncio.sleep)) == key("EdDSA").sign(b"x")
    with pytest.raises(TypeError, match="asynchronous"):
        carry(sign(external, b"x"))


def test_certificate_of_the_key_is_named_and_another_refused():
    """A certificate adds its thumbprint; one of another key, or no certificate, is refused."""
    own_certificate = certificate(key("ES256").native)
    own = Key.load(key("ES256"), certificate=own_certificate)
    assert own.x5t_s256
    assert len(own.x5t_s256) == 43
    with pytest.raises(InvalidKeyError, match="belongs to another key"):
        Key.load(key("ES256", 2), certificate=own_certificate)
    with pytest.raises(InvalidKeyError, match="pass it as PEM"):
        Key.load(key("ES256"), certificate="nonsense")
    external = ExternalKey(lambda data: data, "ES256", certificate=own_certificate)
    assert external.x5t_s256 == own.x5t_s256


def test_thumbprint_and_rare_rsa_keys():
    """A thumbprint needs the public members; RSA keys of more than two primes are refused."""
    with pytest.raises(InvalidKeyError, match="thumbprint needs"):
        thumbprint({"kty": "RSA", "n": "AQAB"})
    with pytest.raises(InvalidKeyError, match="more than two primes"):
        Key.load(key("RS256").private_jwk() | {"oth": []})


def test_encrypting_to_a_key_that_does_not_fit_is_refused():
    """Encrypting with an algorithm of another key type is refused."""
    with pytest.raises(InvalidKeyError, match="ECDH-ES cannot encrypt to this key"):
        encrypt(b"x", key("RS256"), alg="ECDH-ES", enc="A256GCM", header={})


def test_key_operations_say_what_a_key_is_for():
    """``key_ops`` counts like ``use``: a key for encryption neither signs nor verifies (RFC 7517 §4.3)."""
    jwk = {name: value for name, value in key("RS256").private_jwk().items() if name != "use"}
    assert Key.load(jwk | {"key_ops": ["sign"]}).use == "sig"
    assert Key.load(jwk | {"key_ops": ["verify"], "use": "sig"}).fits("RS256")
    for_encryption = Key.load(jwk | {"key_ops": ["decrypt", "unwrapKey"]})
    assert not for_encryption.fits("RS256")
    with pytest.raises(InvalidKeyError, match="for encryption"):
        for_encryption.ready()
    with pytest.raises(InvalidKeyError, match="'use' and 'key_ops' of this JWK contradict"):
        Key.load(jwk | {"use": "sig", "key_ops": ["encrypt"]})
    with pytest.raises(InvalidKeyError, match="'key_ops' of this JWK is not a list"):
        Key.load(jwk | {"key_ops": "sign"})


def test_key_of_a_flawed_library_is_refused():
    """An RSA key with the mark of ROCA is refused, for verifying and for whatever else needs a strong key."""
    group = next(one for one in vectors("wycheproof")["groups"] if one["comment"] == "jws_rsa_roca_key")
    with pytest.raises(InvalidKeyError, match="ROCA"):
        check_strength(Key.load(group["keys"][0]).native, "RS256")
    check_strength(key("RS256").native, "RS256")
