"""Published vectors: what others computed, computed here."""

import json

import pytest

from oauth_jwt import DPoP, IDTokenValidator, InvalidJWTError, JsonWebToken, JWKSet, JWTVerifier, Key, thumbprint
from oauth_jwt._compact import read_compact
from oauth_jwt._dpop import token_hash
from oauth_jwt._encoding import b64url, b64url_decode
from oauth_jwt._jose import verifier
from tests.jwt.support import carry, decode, vectors

JWS = vectors("jws")["cases"]
OIDC = vectors("oidc")


@pytest.mark.parametrize("case", JWS, ids=[case["source"] for case in JWS])
def test_published_signature_holds(case):
    """The signature in the specification holds under its key, and not under a changed text."""
    parts = read_compact(case["compact"], "the vector")
    check = verifier(Key.load(case["jwk"]), parts.alg)
    assert check(parts.signed, parts.signature)
    assert not check(parts.signed + b"A", parts.signature)


@pytest.mark.parametrize("case", JWS, ids=[case["source"] for case in JWS])
def test_published_signature_passes_the_verifier(case):
    """Each published JWS passes the calls that users make: claims come back, other text is refused as such alone."""
    alg = read_compact(case["compact"], "the vector").alg
    public = {name: value for name, value in case["jwk"].items() if name != "d"}

    def verify():
        if alg == "HS256":
            return JsonWebToken([alg], clock=lambda: 1300819370).decode(case["compact"], public)
        return carry(JWTVerifier(keys=public, algorithms=(alg,)).verify(case["compact"]))[1]

    if case["source"] in {"RFC 7515 A.1", "RFC 7515 A.2", "RFC 7515 A.3"}:
        assert verify()["iss"] == "joe"
    else:
        with pytest.raises(InvalidJWTError, match="are no JSON object in UTF-8"):
            verify()


def test_unsecured_jws_is_refused():
    """The unsecured JWS of RFC 7515 A.5 is refused by every call, under whatever key."""
    unsecured = vectors("jws")["unsecured"]["compact"]
    with pytest.raises(InvalidJWTError, match="it is not signed"):
        carry(JWTVerifier(keys=JWS[1]["jwk"]).verify(unsecured))
    with pytest.raises(InvalidJWTError, match="not signed and did not come straight"):
        carry(JWTVerifier(keys=JWS[1]["jwk"], algorithms=("none",)).verify(unsecured))
    with pytest.raises(InvalidJWTError, match="signed with 'none'"):
        JsonWebToken(["HS256", "RS256"]).decode(unsecured, JWS[0]["jwk"])


@pytest.mark.parametrize("source", ["RFC 7515 A.1", "RFC 7515 A.2", "RFC 8037 A.4", "RFC 7520 4.4"])
def test_deterministic_signature_is_reproduced(source):
    """Signing the same bytes with the same key gives the published signature, where the algorithm has no randomness."""
    case = next(case for case in JWS if case["source"] == source)
    parts = read_compact(case["compact"], "the vector")
    assert Key.load(case["jwk"], alg=parts.alg).sign(parts.signed) == parts.signature


@pytest.mark.parametrize("case", vectors("thumbprints")["cases"], ids=lambda case: case["source"])
def test_published_thumbprint(case):
    """The thumbprint of a key is the published one, taken from the JWK or from the key."""
    assert thumbprint(case["jwk"]) == case["thumbprint"] == Key.load(case["jwk"]).thumbprint()


def test_private_key_has_the_thumbprint_of_its_public_half():
    """A private key has the thumbprint of its public half (RFC 8037 A.3)."""
    private = next(case["jwk"] for case in JWS if case["source"] == "RFC 8037 A.4")
    assert Key.load(private).thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert Key.load(private).public().thumbprint() == Key.load(private).thumbprint()


def test_dpop_proofs_of_the_specification():
    """The proofs of RFC 9449 hold under the key they show, and a proof made here has the same members."""
    vector = vectors("dpop")
    shown = Key.load(vector["jwk"])
    assert shown.thumbprint() == vector["jkt"]
    assert token_hash(vector["access_token"]) == vector["ath"]
    for proof in vector["proofs"]:
        data, _, signature = proof.rpartition(".")
        assert verifier(shown, "ES256")(data.encode(), b64url_decode(signature.encode()))
    own_header, own_claims = decode(
        DPoP(clock=lambda: 1562262618.7, jti=lambda: "e1j3V_bKic8-LAEB").proof(
            "GET", "https://resource.example.org/protectedresource", vector["access_token"]
        )
    )
    header, claims = decode(vector["proofs"][1])
    assert own_claims == claims
    assert own_header.keys() == header.keys()
    assert own_header["typ"] == header["typ"]
    assert own_header["jwk"].keys() == header["jwk"].keys()


def _validator(**options):
    return IDTokenValidator(
        OIDC["issuer"], OIDC["client_id"], {"keys": [OIDC["jwk"]]}, clock=lambda: OIDC["now"], **options
    )


def test_id_tokens_of_openid_connect_core():
    """The ID tokens of OpenID Connect Core are valid together with their nonce, access token and code."""
    nonce = OIDC["nonce"]
    first = carry(_validator().validate(OIDC["id_token"], nonce=nonce))
    assert (first.sub, first["name"]) == ("248289761001", "Jane Doe")
    flow = _validator().validate_front_channel(
        OIDC["id_token_with_at_hash"], nonce=nonce, access_token=OIDC["access_token"]
    )
    assert carry(flow)["at_hash"] == "77QmUPtjPfzWtF2AnpK9RQ"
    flow = _validator().validate_front_channel(OIDC["id_token_with_c_hash"], nonce=nonce, code=OIDC["code"])
    assert carry(flow)["c_hash"] == "LDktKdoQak3Pk0cnXxCltA"


def test_jwk_with_and_without_factors_is_one_key():
    """An RSA private JWK without its factors signs like the one that has them (RFC 7518 §6.3.2)."""
    whole = Key.generate("RS256").private_jwk()
    short = {name: whole[name] for name in ("kty", "n", "e", "d", "kid", "alg")}
    assert Key.load(short).sign(b"data") == Key.load(whole).sign(b"data")


def test_verifier_accepts_the_hmac_vector():
    """RFC 7515 A.1 passes the verifier as a whole, claims included."""
    case = JWS[0]
    secret = b64url_decode(case["jwk"]["k"].encode())
    check = verifier(Key.from_secret(secret), "HS256")
    parts = read_compact(case["compact"], "the vector")
    assert check(parts.signed, parts.signature)
    assert json.loads(parts.payload)["iss"] == "joe"
    assert b64url(parts.payload).decode() == case["compact"].split(".")[1]


def test_set_of_several_published_keys():
    """Out of a set of published keys the one that is named verifies its own signature."""
    case = next(case for case in JWS if case["source"] == "RFC 7520 4.3")
    keys = JWKSet({"keys": [one["jwk"] for one in JWS]})
    parts = read_compact(case["compact"], "the vector")
    check = keys.verifier("ES512", parts.kid)
    assert check is not None
    assert check(parts.signed, parts.signature)
    assert repr(JWTVerifier(keys=keys)) == "<JWTVerifier RS256>"
