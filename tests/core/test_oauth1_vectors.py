"""Published examples of OAuth 1.0, each with its source in tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as reference

from oauth_core._oauth1_base_string import base_string, base_string_uri, escape, normalize_parameters
from oauth_core._oauth1_credentials import OAuth1Credentials
from oauth_core._oauth1_methods import signature_method
from oauth_core._oauth1_signer import OAuth1Signer
from oauth_core._oauth1_verify import InvalidSignatureError, OAuth1Verifier

FORM = "application/x-www-form-urlencoded"
VECTORS = Path(__file__).parent.parent / "vectors"
FILES = {path.stem: json.loads(path.read_text("ascii")) for path in sorted(VECTORS.glob("oauth1_*.json"))}


def cases(kind):
    found = [(data, case) for data in FILES.values() for case in data.get(kind, ())]
    assert found, f"no vectors of the kind {kind}"
    return [pytest.param(*pair, id=str(pair[1].get("name", index))) for index, pair in enumerate(found)]


def credentials(data, case, *, public=False):
    key = data[case["rsa_key"]] if "rsa_key" in case else None
    if key and public:
        key = data["certificate"]
    return OAuth1Credentials(
        case["client_key"], case.get("client_secret"), case.get("token"), case.get("token_secret"), key
    )


def header_of(case):
    given = {"oauth_consumer_key": case["client_key"], "oauth_signature_method": case["signature_method"]}
    given |= case["oauth"] | {"oauth_signature": case["signature"]}
    if "token" in case:
        given["oauth_token"] = case["token"]
    if case["version"]:
        given["oauth_version"] = "1.0"
    return "OAuth " + ", ".join(f'{name}="{quote(value, safe="~")}"' for name, value in given.items())


@pytest.mark.parametrize(("data", "case"), cases("signatures"))
def test_a_published_request_is_verified(data, case):
    """Every published signed request is verified, and none with another secret or path."""
    verifier = OAuth1Verifier(
        lambda key, token: credentials(data, case, public=True), clock=lambda: int(case["oauth"]["oauth_timestamp"])
    )
    headers = [("Authorization", header_of(case))]
    body = case.get("body", "").encode()
    if body:
        headers.append(("Content-Type", FORM))
    seen = verifier.verify(case["method"], case["url"], headers, body)
    assert (seen.client_key, seen.token) == (case["client_key"], case.get("token"))
    with pytest.raises(InvalidSignatureError) as caught:
        OAuth1Verifier(
            lambda key, token: OAuth1Credentials("x", "other", "t", "other", data.get("certificate")),
            clock=lambda: int(case["oauth"]["oauth_timestamp"]),
        ).verify(case["method"], case["url"] + ("&" if "?" in case["url"] else "?") + "more=1", headers, body)
    assert caught.value.error == "signature_invalid"


@pytest.mark.parametrize(("data", "case"), [c for c in cases("signatures") if c.values[1]["version"]])
def test_a_published_request_is_signed_alike(data, case):
    """The signer makes the published signature where the example sends oauth_version, as the signer does."""
    signer = OAuth1Signer(
        credentials(data, case),
        signature_method=case["signature_method"],
        realm=case.get("realm"),
        nonce=lambda: case["oauth"]["oauth_nonce"],
        clock=lambda: int(case["oauth"]["oauth_timestamp"]),
    )
    headers = {"Content-Type": FORM} if "body" in case else {}
    url, headers, body = signer.sign(case["method"], case["url"], headers, case.get("body"))
    assert (url, body) == (case["url"], case.get("body"))
    assert f'oauth_signature="{quote(case["signature"], safe="~")}"' in headers["Authorization"]


@pytest.mark.parametrize(("data", "case"), cases("signatures"))
def test_oauthlib_agrees_with_the_published_signature(data, case):
    """The vectors themselves are right: oauthlib's base string and signatures say the same."""
    oauth = case["oauth"] | {
        "oauth_consumer_key": case["client_key"],
        "oauth_signature_method": case["signature_method"],
    }
    if "token" in case:
        oauth["oauth_token"] = case["token"]
    if case["version"]:
        oauth["oauth_version"] = "1.0"
    query = case["url"].partition("?")[2]
    params = reference.collect_parameters(uri_query=query, body=case.get("body")) + list(oauth.items())
    text = reference.signature_base_string(
        case["method"], reference.base_string_uri(case["url"]), reference.normalize_parameters(params)
    )
    client = Client(
        case["client_key"],
        case.get("client_secret"),
        case.get("token"),
        case.get("token_secret"),
        rsa_key=data[case["rsa_key"]] if "rsa_key" in case else None,
    )
    assert Client.SIGNATURE_METHODS[case["signature_method"]](text, client) == case["signature"]


@pytest.mark.parametrize(("data", "case"), cases("base_strings"))
def test_a_published_base_string_is_built(data, case):
    """The base string of a request is the published one."""
    assert base_string(case["method"], case["url"], case["form"]) == case["base_string"]


@pytest.mark.parametrize(("data", "case"), cases("base_string_uris"))
def test_a_published_uri_is_normalised(data, case):
    """The URL enters the base string in lower case, without default port and query."""
    assert base_string_uri(case["url"]) == case["uri"] == reference.base_string_uri(case["url"])


@pytest.mark.parametrize(("data", "case"), cases("normalized"))
def test_published_parameters_are_normalised(data, case):
    """Parameters are decoded, encoded and sorted as published."""
    assert normalize_parameters(case["parameters"]) == case["normalized"]


@pytest.mark.parametrize(("text", "encoded"), FILES["oauth1_wiki"]["encodings"])
def test_a_published_character_is_encoded(text, encoded):
    """Text is percent-encoded as published."""
    assert escape(text) == encoded


@pytest.mark.parametrize(("data", "case"), cases("hmac_sha1"))
def test_a_published_hmac_is_computed(data, case):
    """HMAC-SHA1 over a given base string is the published one."""
    known = OAuth1Credentials("key", case["client_secret"], "token", case["token_secret"])
    assert signature_method("HMAC-SHA1").signer(known)(case["base_string"]) == case["signature"]
