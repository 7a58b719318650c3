"""DPoP: proofs are fresh and bound, nonces stay with their origin, the key can be kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from oauth_core import UsageError
from oauth_jwt import DPoP, ExternalKey, InvalidKeyError, Key
from oauth_jwt._dpop import token_hash
from oauth_jwt._encoding import b64url_decode
from oauth_jwt._jose import verifier
from tests.jwt.support import NOW, Clock, carry, copied, decode, key

URL = "https://api.example/items"


def holds(proof):
    header, _ = decode(proof)
    data, _, signature = proof.rpartition(".")
    return verifier(Key.load(header["jwk"]), header["alg"])(data.encode(), b64url_decode(signature.encode()))


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA", "RS256", "PS256"])
def test_proof_names_the_request_and_shows_the_public_key(alg):
    """A proof names method, target and time, shows the public key alone, and holds under it."""
    proof = DPoP(key(alg), clock=Clock()).proof("POST", URL)
    header, claims = decode(proof)
    assert (header["typ"], header["alg"]) == ("dpop+jwt", alg)
    assert header["jwk"].keys() <= {"kty", "crv", "x", "y", "n", "e"}
    assert len(claims.pop("jti")) >= 22
    assert claims == {"htm": "POST", "htu": URL, "iat": NOW}
    assert holds(proof)


def test_query_and_fragment_are_left_out():
    """The target in the proof has neither query nor fragment."""
    dpop = DPoP()
    for url in (f"{URL}?a=1#x", f"{URL}#x", f"{URL}?a=1"):
        assert decode(dpop.proof("GET", url))[1]["htu"] == URL


def test_access_token_is_bound_by_its_hash():
    """A proof for an API holds the hash of the access token."""
    assert decode(DPoP().proof("GET", URL, "token"))[1]["ath"] == token_hash("token")


def test_every_proof_is_fresh():
    """No two proofs share an identifier, in one thread or in many."""
    dpop = DPoP()
    with ThreadPoolExecutor(8) as pool:
        proofs = list(pool.map(lambda _: dpop.proof("GET", URL), range(200)))
    assert len({decode(proof)[1]["jti"] for proof in proofs}) == 200


def test_nonce_is_kept_for_its_origin_alone():
    """The newest nonce of an origin goes into its proofs, and into those of no other origin."""
    dpop = DPoP()
    assert dpop.learn("https://API.example:443/other?x", "n-1")
    assert not dpop.learn(URL, "n-1")
    assert decode(dpop.proof("GET", URL))[1]["nonce"] == "n-1"
    assert dpop.learn(URL, "n-2")
    assert decode(dpop.proof("GET", URL))[1]["nonce"] == "n-2"
    assert dpop.nonce(URL) == "n-2"
    for other in ("https://as.example/token", "http://api.example/items", "https://api.example:8443/items"):
        assert "nonce" not in decode(dpop.proof("GET", other))[1]
    assert decode(dpop.proof("GET", URL, nonce="given"))[1]["nonce"] == "given"


@pytest.mark.parametrize("nonce", [None, "", "x" * 1025, "a\r\nb", "ü"])
def test_unusable_nonce_is_not_learned(nonce):
    """An absent, huge or unprintable nonce is ignored."""
    dpop = DPoP()
    assert not dpop.learn(URL, nonce)
    assert dpop.nonce(URL) is None


def test_memory_is_bounded():
    """However many origins and targets are seen, only the newest are kept."""
    dpop = DPoP()
    for number in range(300):
        dpop.learn(f"https://h{number}.example/", f"n-{number}")
        dpop.proof("GET", f"https://h{number}.example/{number}")
    assert dpop.nonce("https://h0.example/") is None
    assert dpop.nonce("https://h299.example/") == "n-299"
    assert len(dpop._nonces) <= 256
    assert len(dpop._targets) <= 256


def test_key_is_kept_beside_the_token():
    """The private JWK brings the same key back; a pickle does too, and proofs still hold."""
    dpop = DPoP()
    again = DPoP.load(dpop.private_jwk())
    assert again.jkt == dpop.jkt == key_of(dpop).thumbprint()
    for one in (again, copied(dpop)):
        assert one == dpop
        assert hash(one) == hash(dpop)
        assert holds(one.proof("GET", URL))
    assert DPoP() != dpop


def key_of(dpop):
    return Key.load(dpop.public_jwk)


def test_signer_proves_through_a_flow():
    """A key behind a signer proves through a flow and needs its public half; it cannot be stored."""
    own = key("ES256")
    dpop = DPoP(ExternalKey(own.sign, "ES256"), public_jwk=own.public_jwk())
    assert dpop.jkt == own.thumbprint()
    assert holds(carry(dpop.prove("GET", URL, "token")))
    assert holds(carry(DPoP(own).prove("GET", URL)))
    with pytest.raises(UsageError, match="signs through a signer"):
        dpop.proof("GET", URL)
    with pytest.raises(InvalidKeyError, match="cannot be stored"):
        dpop.private_jwk()
    with pytest.raises(InvalidKeyError, match="needs public_jwk="):
        DPoP(ExternalKey(own.sign, "ES256"))


def test_unusable_keys_are_refused():
    """A shared secret, a public key and an algorithm that does not fit are refused."""
    with pytest.raises(InvalidKeyError, match="not a shared secret"):
        DPoP(Key.from_secret("s" * 40))
    with pytest.raises(InvalidKeyError, match="public key"):
        DPoP(key("ES256").public())
    with pytest.raises(InvalidKeyError, match="does not go with"):
        DPoP(key("ES256"), alg="RS256")
    assert DPoP(alg="EdDSA").key.alg == "EdDSA"


def test_nothing_secret_is_shown():
    """``repr`` shows algorithm and thumbprint, not the key."""
    dpop = DPoP(key("ES256"))
    assert repr(dpop) == f"<DPoP ES256, jkt={dpop.jkt!r}>"
    assert key("ES256").private_jwk()["d"] not in str(dpop)


def test_name_and_password_are_no_part_of_the_target():
    """What stands before the host of a URL goes into no proof."""
    assert decode(DPoP().proof("GET", "https://user:pass@api.example/items?a=@b"))[1]["htu"] == URL
    assert decode(DPoP().proof("GET", "https://api.example/@me"))[1]["htu"] == "https://api.example/@me"


@pytest.mark.parametrize("url", ["/items", "", "https:///items", "https://münchen.example/", "https://api.example/ä"])
def test_proof_names_an_absolute_address(url):
    """A URL that is not absolute, or not written as it is sent, has no proof: no server could compare it."""
    with pytest.raises(UsageError, match="absolute URL of its request as it is sent"):
        DPoP().proof("GET", url)


def test_token_that_no_header_carries():
    """An access token outside ASCII is refused, and the message shows nothing of it."""
    with pytest.raises(UsageError, match="characters that no header can carry") as caught:
        DPoP().proof("GET", URL, "tökenSECRET")
    assert caught.value.__cause__ is None
    assert "SECRET" not in str(caught.value)


def test_public_half_belongs_to_the_key():
    """A `public_jwk` of another key, or of another type than the signer's algorithm, is refused at once."""
    with pytest.raises(InvalidKeyError, match="not the public half"):
        DPoP(key("ES256"), public_jwk=key("ES256", 2).public_jwk())
    with pytest.raises(InvalidKeyError, match="not the public half"):
        DPoP(ExternalKey(key("ES256").sign, "ES256"), public_jwk=key("RS256").public_jwk())
    assert DPoP(key("ES256"), public_jwk=key("ES256").public_jwk()).jkt == key("ES256").thumbprint()
