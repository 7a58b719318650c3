"""Random requests, signed here and by oauthlib."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import Client

from oauth_core._oauth1_base_string import normalize_parameters
from oauth_core._oauth1_credentials import OAuth1Credentials
from oauth_core._oauth1_methods import SIGNATURE_METHODS
from oauth_core._oauth1_signer import OAuth1Signer
from oauth_core._oauth1_verify import NonceMemory, OAuth1Verifier

FORM = "application/x-www-form-urlencoded"
NOW = 1_700_000_000

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
name = text.filter(lambda value: not value.startswith("oauth_"))
secret = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf", "Co", "Cn", "Zs")), min_size=1, max_size=12
)
params = st.lists(st.tuples(name, text), max_size=6)
encoders = st.sampled_from(
    [
        quote_plus,
        lambda value: quote(value, safe=""),
        lambda value: quote(value, safe="!*'()/:;,@$?"),
        lambda value: re.sub("%..", lambda m: m[0].lower(), quote(value, safe="")),
        lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    ]
)
hosts = st.sampled_from(
    [
        "example.com",
        "EXAMPLE.com:443",
        "example.com:80",
        "api.example.com:8443",
        "[::1]",
        "[2001:DB8::7]:8080",
        "127.0.0.1",
    ]
)


PEM = json.loads((Path(__file__).parent.parent / "vectors" / "oauth1_wiki.json").read_text("ascii"))["private_key"]


def encoded(pairs, encode, bare):
    return "&".join(encode(n) if bare and not v and n else f"{encode(n)}={encode(v)}" for n, v in pairs)


def oauth_of(signed, placement):
    url, headers, body = signed
    if placement == "HEADER":
        return {n: unquote(v) for n, v in re.findall(r'(oauth_\w+)="([^"]*)"', headers["Authorization"])}
    query = urlsplit(url).query if placement == "QUERY" else body if isinstance(body, str) else body.decode()
    return {n: v for n, v in parse_qsl(query, keep_blank_values=True) if n.startswith("oauth_")}


@pytest.mark.parametrize("placement", ["HEADER", "QUERY", "BODY"])
@pytest.mark.parametrize("method", SIGNATURE_METHODS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_random_request_is_signed_as_oauthlib_signs_it(method, placement, data):
    """Whatever the parameters, encodings, host and secrets: oauthlib computes the same protocol parameters."""
    scheme = "https" if method == "PLAINTEXT" else data.draw(st.sampled_from(["http", "https"]))
    query, encode = data.draw(params), data.draw(encoders)
    path = data.draw(st.sampled_from(["", "/", "/a/b", "/caf%C3%A9/%7Ex;v=1", "/a%20b"]))
    url = f"{scheme}://{data.draw(hosts)}{path}"
    if query:
        url += "?" + encoded(query, encode, data.draw(st.booleans()))
    form = data.draw(params) if placement == "BODY" or data.draw(st.booleans()) else None
    body = None if form is None else encoded(form, data.draw(encoders), bare=False)
    given_names = [data.draw(secret) for _ in range(4)]
    # oauthlib decodes protocol parameters twice, so a per cent sign in client key or token comes to harm there.
    given_names[::2] = [known.replace("%", "+") for known in given_names[::2]]
    nonce = data.draw(st.text("abcXYZ019-_~", min_size=1, max_size=10))
    key = PEM if method.startswith("RSA") else None
    client = Client(
        *given_names,
        signature_method=method,
        signature_type="AUTH_HEADER" if placement == "HEADER" else placement,
        rsa_key=key,
        nonce=nonce,
        timestamp=str(NOW),
    )
    headers = {"Content-Type": FORM} if body is not None else {}
    expected = client.sign(url, "POST", body=body, headers=dict(headers))
    if isinstance(expected[2], list):
        expected = (*expected[:2], "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in expected[2]))
    signer = OAuth1Signer(
        OAuth1Credentials(*given_names, key),
        signature_method=method,
        signature_type=placement,
        nonce=lambda: nonce,
        clock=lambda: NOW,
    )
    signed = signer.sign("POST", url, headers, body)
    assert oauth_of(signed, placement) == oauth_of(expected, placement)
    sent = signed[2].encode() if isinstance(signed[2], str) else signed[2] or b""
    seen = OAuth1Verifier(lambda *_: signer.credentials, clock=lambda: NOW, nonces=NonceMemory()).verify(
        "POST", signed[0], signed[1], sent
    )
    assert seen.signature_type == placement
    assert seen.oauth_parameters == oauth_of(expected, placement)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(text, text), max_size=8), encoders, st.randoms())
def test_normalising_does_not_depend_on_order_or_encoding(pairs, encode, random):
    """Parameters in another order and another encoding normalise to the same text."""
    pairs = [(n, v) for n, v in pairs if n != "oauth_signature"]
    expected = "&".join(f"{n}={v}" for n, v in sorted((quote(n, safe="~"), quote(v, safe="~")) for n, v in pairs))
    shuffled = random.sample(pairs, len(pairs))
    assert normalize_parameters(encoded(shuffled, encode, bare=False)) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*"%&=+aA0 é/~-1", "%2", "%2f", "%41", "%c3%a9", "%e3%81%82%e6%97", "%25"])).map("".join)
)
def test_any_form_text_is_normalised_as_a_server_reads_it(raw):
    """Text that no encoder would write is still read as form decoding reads it."""
    pairs = parse_qsl(raw, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")
    as_bytes = sorted(
        (quote(n, safe="~", errors="surrogateescape"), quote(v, safe="~", errors="surrogateescape")) for n, v in pairs
    )
    assert normalize_parameters(raw) == "&".join(f"{n}={v}" for n, v in as_bytes)
