"""Verifying signed requests: what is believed, and every way a request can be refused."""

from __future__ import annotations

import hmac
from urllib.parse import quote

import pytest

from oauth_core import _oauth1_methods
from oauth_core._oauth1_credentials import OAuth1Credentials
from oauth_core._oauth1_signer import OAuth1Signer
from oauth_core._oauth1_verify import InvalidSignatureError, NonceMemory, OAuth1Verifier

FORM = "application/x-www-form-urlencoded"
NOW = 1_700_000_000
URL = "https://hooks.example/in?a=1"
KNOWN = OAuth1Credentials("key", "sec-zz", "tok", "tsec-zz")


def verifier(**options):
    known = {("key", "tok"): KNOWN}
    return OAuth1Verifier(lambda key, token: known.get((key, token)), **({"clock": lambda: NOW} | options))


def signed(**options):
    return OAuth1Signer(options.pop("credentials", KNOWN), **({"clock": lambda: NOW} | options))


def refusal(method="POST", url=URL, headers=(), body=b"", **options):
    with pytest.raises(InvalidSignatureError) as caught:
        verifier(**options).verify(method, url, headers, body)
    assert "zz" not in str(caught.value)
    return caught.value.error


def test_a_webhook_is_believed():
    """A request signed with the known credentials is verified and says who signed it and with what."""
    _, headers, body = signed().sign("POST", URL, {"Content-Type": FORM}, "b=2")
    seen = verifier().verify("POST", URL, headers, body.encode())
    assert (seen.client_key, seen.token, seen.signature_type) == ("key", "tok", "HEADER")
    assert seen.parameters == (("a", "1"), ("b", "2"))
    assert "zz" not in repr(seen)


@pytest.mark.parametrize("change", ["method", "url", "body", "secret", "nonce"])
def test_any_change_breaks_the_signature(change):
    """Another method, query, form, secret or protocol parameter is refused as signature_invalid."""
    other = OAuth1Credentials("key", "sec", "tok", "other") if change == "secret" else KNOWN
    _, headers, _ = signed(credentials=other, nonce=lambda: "n1").sign("POST", URL, {"Content-Type": FORM}, "b=2")
    if change == "nonce":
        headers["Authorization"] = headers["Authorization"].replace('"n1"', '"n2"')
    code = refusal(
        "PUT" if change == "method" else "POST",
        URL + ("&x=1" if change == "url" else ""),
        headers,
        b"b=3" if change == "body" else b"b=2",
    )
    assert code == "signature_invalid"


def test_an_unknown_client_is_refused_after_comparing():
    """An unknown client costs a comparison like a known one, and is refused whatever it sent."""
    stranger = OAuth1Credentials("who", "x", "tok", "y")
    _, headers, _ = signed(credentials=stranger).sign("POST", URL)
    compared = []
    original = hmac.compare_digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_oauth1_methods.hmac, "compare_digest", lambda a, b: compared.append(1) or original(a, b))
        assert refusal(headers=headers) == "consumer_key_unknown"
    assert compared
    _, headers, _ = signed(credentials=OAuth1Credentials("who", "x")).sign("POST", URL)
    headers["Authorization"] = headers["Authorization"].replace("HMAC-SHA1", "RSA-SHA1")
    assert refusal(headers=headers) == "consumer_key_unknown"


@pytest.mark.parametrize(
    "name", ["oauth_consumer_key", "oauth_nonce", "oauth_timestamp", "oauth_signature", "oauth_signature_method"]
)
def test_an_absent_parameter_is_refused(name):
    """Every required parameter must be there."""
    _, headers, _ = signed().sign("POST", URL)
    headers["Authorization"] = headers["Authorization"].replace(name + "=", "x=")
    assert refusal(headers=headers) == "parameter_absent"


@pytest.mark.parametrize("text", ["0", "-5", "abc", "1.5", str(NOW - 301), str(NOW + 301), "9" * 30])
def test_a_timestamp_outside_the_window_is_refused(text):
    """A timestamp must be a whole number of seconds within the tolerance."""
    _, headers, _ = signed().sign("POST", URL)
    headers["Authorization"] = headers["Authorization"].replace(str(NOW), text)
    assert refusal(headers=headers) == "timestamp_refused"


def test_a_replay_is_refused():
    """A nonce is accepted once for its client, token and timestamp; a forged request does not use it up."""
    memory = NonceMemory()
    _, headers, _ = signed(nonce=lambda: "n1").sign("POST", URL)
    forged = dict(headers, Authorization=headers["Authorization"].replace('oauth_signature="', 'oauth_signature="x'))
    assert refusal(headers=forged, nonces=memory) == "signature_invalid"
    verifier(nonces=memory).verify("POST", URL, headers)
    assert refusal(headers=headers, nonces=memory) == "nonce_used"


def test_the_memory_of_nonces_forgets():
    """Nonces whose timestamps would be refused anyway are dropped."""
    memory = NonceMemory(window=100)
    assert memory.use("k", "t", "n", NOW, NOW)
    assert not memory.use("k", "t", "n", NOW, NOW)
    assert memory.use("k", "t", "n2", NOW + 150, NOW + 150)
    assert memory.use("k", "t", "n", NOW, NOW + 150)
    assert len(memory._seen) == 2


def test_a_parameter_stands_once():
    """A protocol parameter that is given twice, in one place or two, is refused."""
    _, headers, _ = signed().sign("POST", URL)
    twice = dict(headers, Authorization=headers["Authorization"] + ', oauth_nonce="x"')
    assert refusal(headers=twice) == "parameter_rejected"
    assert refusal(url=URL + "&oauth_consumer_key=key", headers=headers) == "parameter_rejected"
    both = [("Authorization", headers["Authorization"]), ("authorization", headers["Authorization"])]
    assert refusal(headers=both) == "parameter_rejected"


def test_a_malformed_header_or_form_is_refused():
    """A header that cannot be read, and a form that is no UTF-8, are refused."""
    assert refusal(headers={"Authorization": "OAuth a=b"}) == "parameter_rejected"
    assert refusal(headers={"Content-Type": FORM}, body=b"a=\xff") == "parameter_rejected"


def test_methods_and_versions_are_limited():
    """Only accepted signature methods, only version 1.0, and PLAINTEXT only over https."""
    _, headers, _ = signed().sign("POST", URL)
    assert refusal(headers=headers, methods=["HMAC-SHA256"]) == "signature_method_rejected"
    old = dict(headers, Authorization=headers["Authorization"].replace('version="1.0"', 'version="2.0"'))
    assert refusal(headers=old) == "version_rejected"
    url = "http://hooks.example/in"
    _, plain, _ = signed(signature_method="PLAINTEXT", allow_insecure_http=True).sign("POST", url)
    assert refusal(url=url, headers=plain) == "signature_method_rejected"
    assert verifier(allow_insecure_http=True).verify("POST", url, plain).client_key == "key"


def test_the_body_hash_is_checked():
    """A body that does not match its hash is refused, and so is a hash beside a form."""
    _, headers, _ = signed(body_hash="SHA-256").sign("POST", URL, {"Content-Type": "text/plain"}, b"abc")
    verifier().verify("POST", URL, headers, b"abc")
    assert refusal(headers=headers, body=b"abd") == "body_hash_invalid"
    hashed = signed(oauth_parameters=(("oauth_body_hash", "x"),))
    _, headers, _ = hashed.sign("POST", URL, {"Content-Type": FORM}, b"a=1")
    assert refusal(headers=headers, body=b"a=1") == "parameter_rejected"


@pytest.mark.parametrize("signature", ["é", "no base64!", "", "AAAA"])
def test_a_signature_that_is_none_is_refused(signature):
    """Whatever stands in the place of an RSA signature, the answer is a refusal and no other error."""
    from json import loads
    from pathlib import Path

    wiki = loads((Path(__file__).parent.parent / "vectors" / "oauth1_wiki.json").read_text("ascii"))
    known = OAuth1Credentials("key", rsa_key=wiki["certificate"])
    parameters = {
        "oauth_consumer_key": "key",
        "oauth_signature_method": "RSA-SHA1",
        "oauth_timestamp": str(NOW),
        "oauth_nonce": "n",
        "oauth_signature": signature,
    }
    header = "OAuth " + ", ".join(f'{n}="{quote(v, safe="")}"' for n, v in parameters.items())
    with pytest.raises(InvalidSignatureError):
        OAuth1Verifier(lambda *_: known, clock=lambda: NOW).verify("GET", URL, {"Authorization": header})


def test_the_header_is_read_as_servers_meet_it():
    """Spaces, letter case of the scheme and escaped realms do not matter; parameters may stand in any order."""
    _, headers, _ = signed(realm='a"b').sign("POST", URL)
    parts = headers["Authorization"].removeprefix("OAuth ").split(", ")
    header = "oauth   " + " ,  ".join(reversed(parts))
    assert verifier().verify("POST", URL, {"authorization": header}).realm == 'a"b'
