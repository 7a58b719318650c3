"""The OAuth 1.0 signer: placements, bodies, bad input, and what it leaves alone."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha1, sha256
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec

from oauth_core._errors import InsecureTransportError, MissingPluginError, UsageError
from oauth_core._oauth1_base_string import base_string, base_string_uri
from oauth_core._oauth1_credentials import OAuth1Credentials, OAuth1Token
from oauth_core._oauth1_methods import SIGNATURE_METHODS, register_signature_method, signature_method
from oauth_core._oauth1_rsa import RSAKey
from oauth_core._oauth1_signer import OAuth1Signer
from oauth_core._oauth1_verify import OAuth1Verifier

FORM = "application/x-www-form-urlencoded"
NOW = 1_700_000_000
WIKI = json.loads((Path(__file__).parent.parent / "vectors" / "oauth1_wiki.json").read_text("ascii"))
SECRETS = ("client-secret-zz", "token-secret-zz")
URL = "https://api.example.com/v1/items?b=2&a=1"


def known(**options):
    values = {
        "client_key": "key",
        "client_secret": SECRETS[0],
        "token": "tok",
        "token_secret": SECRETS[1],
        "rsa_key": WIKI["private_key"],
    }
    return OAuth1Credentials(**(values | options))


def signer(**options):
    return OAuth1Signer(known(), **({"clock": lambda: NOW, "nonce": lambda: "n1"} | options))


def verified(sign, method, signed):
    url, headers, body = signed
    body = body.encode() if isinstance(body, str) else body or b""
    return OAuth1Verifier(lambda *_: sign.credentials, clock=lambda: NOW).verify(method, url, headers, body)


def header_parameters(headers):
    return {n: unquote(v) for n, v in re.findall(r'(\w+)="([^"]*)"', headers["Authorization"])}


@pytest.mark.parametrize("placement", ["HEADER", "QUERY", "BODY"])
@pytest.mark.parametrize("method", SIGNATURE_METHODS)
def test_every_method_verifies_in_every_placement(method, placement):
    """A form request signed with any method in any placement is verified."""
    sign = signer(signature_method=method, signature_type=placement)
    seen = verified(sign, "POST", sign.sign("POST", URL, {"Content-Type": FORM}, "x=%20y&x=1"))
    assert seen.signature_type == placement
    assert seen.parameters == (("b", "2"), ("a", "1"), ("x", " y"), ("x", "1"))


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("HEADER", "HEADER"),
        ("AUTH_HEADER", "HEADER"),
        ("auth_header", "HEADER"),
        ("header", "HEADER"),
        ("SIGNATURE_TYPE_QUERY", "QUERY"),
        ("query", "QUERY"),
        ("BODY", "BODY"),
    ],
)
def test_a_placement_is_known_by_every_spelling(spelling, canonical):
    """The spellings of both older libraries name the same three placements."""
    assert signer(signature_type=spelling).signature_type == canonical


def test_the_query_placement_keeps_query_and_fragment_as_they_are():
    """Signing in the query only appends: not one byte of the query before changes, and the fragment stays last."""
    url, headers, body = signer(signature_type="QUERY").sign("GET", "https://h.example/p?c=%2f+x&a#frag", {"X": "1"})
    assert url.startswith("https://h.example/p?c=%2f+x&a&oauth_consumer_key=key&")
    assert url.endswith("#frag")
    assert headers == {"X": "1"}
    assert body is None


@pytest.mark.parametrize(
    ("url", "start"),
    [("https://h.example", "https://h.example?oauth_"), ("https://h.example/?", "https://h.example/?oauth_")],
)
def test_the_query_placement_starts_a_query(url, start):
    """A URL without a query gets one, with one question mark."""
    assert signer(signature_type="QUERY").sign("GET", url)[0].startswith(start)


def test_the_body_placement_makes_a_form():
    """An empty body becomes a form with its content type; a form is appended to as it is."""
    sign = signer(signature_type="BODY")
    url, headers, body = sign.sign("POST", URL, {"Accept": "x"})
    assert (url, headers) == (URL, {"Accept": "x", "Content-Type": FORM})
    assert dict(parse_qsl(body.decode()))["oauth_token"] == "tok"
    _, headers, body = sign.sign("POST", URL, {"content-type": FORM + "; charset=utf-8"}, b"a=%2f+1")
    assert headers == {"content-type": FORM + "; charset=utf-8"}
    assert body.startswith(b"a=%2f+1&oauth_consumer_key=key&")


@pytest.mark.parametrize("placement", ["HEADER", "QUERY", "BODY"])
def test_signing_a_signed_request_anew_replaces_the_signature(placement):
    """A request that is signed twice (a redirect, a retry) carries one signature, the new one."""
    nonces = iter(["one", "two"])
    sign = signer(signature_type=placement, nonce=lambda: next(nonces))
    first = sign.sign("POST", URL, {"Content-Type": FORM}, "q=1")
    second = sign.sign("POST", *first)
    seen = verified(sign, "POST", second)
    assert seen.oauth_parameters["oauth_nonce"] == "two"
    assert seen.parameters == (("b", "2"), ("a", "1"), ("q", "1"))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"a": 1}'),
        ("application/json", '{"a": 1}'),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\na=1\r\n--x--"),
        (None, b"\x00\xff binary"),
        (None, '{"a=b": 1}'),
        ("application/octet-stream", iter([b"a=1"])),
        (None, iter([b"a=1"])),
    ],
)
def test_a_body_that_is_no_form_goes_through_untouched(content_type, body):
    """JSON, multipart and streams stay the same object, are not read and do not enter the signature."""
    headers = {"Content-Type": content_type} if content_type else {}
    _, signed, sent = signer().sign("POST", URL, headers, body)
    assert sent is body
    assert signed.get("Content-Type") == content_type
    assert signed["Authorization"] == signer().sign("POST", URL)[1]["Authorization"]
    if not isinstance(body, (str, bytes)):
        assert next(body) == b"a=1"


@pytest.mark.parametrize("body", ["a=1&b=x+y", b"a=1&b=x+y"])
def test_an_encoded_string_without_a_type_is_taken_for_a_form(body):
    """Text that is form-encoded and unlabelled is signed and labelled as a form, as in requests-oauthlib."""
    url, headers, sent = signer().sign("POST", URL, {}, body)
    assert sent is body
    assert headers["Content-Type"] == FORM
    assert verified(signer(), "POST", (url, headers, sent)).parameters[-2:] == (("a", "1"), ("b", "x y"))


def test_a_form_cannot_be_a_stream():
    """A stream that is labelled a form cannot be signed: the error says what to pass instead."""
    with pytest.raises(UsageError, match="cannot be a stream"):
        signer().sign("POST", URL, {"Content-Type": FORM}, iter([b"a=1"]))


def test_an_earlier_authorization_header_is_replaced():
    """There is one Authorization header after signing, whatever its letter case before."""
    _, headers, _ = signer().sign("GET", URL, {"authorization": "Basic x", "Accept": "y"})
    assert [name for name in headers if name.lower() == "authorization"] == ["Authorization"]
    assert headers["Accept"] == "y"


def test_the_realm_is_sent_and_not_signed():
    """The realm stands quoted in the header and changes no signature."""
    with_realm = signer(realm='Ph"otos').sign("GET", URL)[1]["Authorization"]
    assert with_realm.startswith('OAuth realm="Ph\\"otos", oauth_')
    assert (
        with_realm.rpartition("oauth_signature=")[2]
        == signer().sign("GET", URL)[1]["Authorization"].rpartition("oauth_signature=")[2]
    )
    assert verified(signer(), "GET", (URL, {"Authorization": with_realm}, b"")).realm == 'Ph"otos'
    with pytest.raises(UsageError, match="realm"):
        signer(realm="a\nb")


def test_the_body_hash_is_added_where_asked_for():
    """oauth_body_hash covers every request without a form, an empty one included, with SHA-1 or SHA-256."""
    body = b'{"a": 1}'
    for name, digest in (("SHA-1", sha1), ("SHA-256", sha256)):
        sign = signer(body_hash=name)
        for sent in (body, None, body.decode()):
            signed = sign.sign("POST", URL, {"Content-Type": "application/json"}, sent)
            raw = sent.encode() if isinstance(sent, str) else sent or b""
            assert header_parameters(signed[1])["oauth_body_hash"] == b64encode(digest(raw).digest()).decode()
            verified(sign, "POST", signed)
        for form in ("a=1", None):
            assert "body_hash" not in sign.sign("POST", URL, {"Content-Type": FORM}, form)[1]["Authorization"]
    with pytest.raises(UsageError, match="unknown body_hash"):
        signer(body_hash="MD5")


def test_force_include_body_hashes_what_is_no_form():
    """force_include_body adds a SHA-1 hash where there is a body, in the query too, and refuses a stream."""
    sign = signer(force_include_body=True, signature_type="QUERY")
    signed = sign.sign("PUT", URL, {"Content-Type": "text/plain"}, b"abc")
    assert dict(parse_qsl(urlsplit(signed[0]).query))["oauth_body_hash"] == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
    verified(sign, "PUT", signed)
    assert "body_hash" not in sign.sign("GET", URL)[0]
    with pytest.raises(UsageError, match="stream"):
        sign.sign("PUT", URL, {"Content-Type": "text/plain"}, iter([b"abc"]))


def test_parameters_of_the_request_that_start_with_oauth_are_sorted_among_the_protocols():
    """A parameter such as oauth_zone, even percent-encoded, sorts between the protocol's own and is verified."""
    sign = signer()
    for query in ("oauth_nothing=1&z=1", "%6Fauth_nothing=1&z=1"):
        verified(sign, "GET", sign.sign("GET", "https://h.example/?" + query))
    text = base_string("GET", "https://h.example/?%6Fauth_n=1&oauth_signature=x&oauth_m=2")
    assert text == "GET&https%3A%2F%2Fh.example%2F&oauth_m%3D2%26oauth_n%3D1"


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("HTTPS://API.Example.COM:443/A?x", "https://api.example.com/A"),
        ("http://h.example:443/", "http://h.example:443/"),
        ("http://h.example:", "http://h.example/"),
        ("https://user:pw@h.example/", "https://h.example/"),
        ("http://[2001:DB8:0:0::1]:80/x", "http://[2001:db8::1]/x"),
        ("http://[::1]:8080", "http://[::1]:8080/"),
        ("http://h.example#x?y", "http://h.example/"),
        ("http://h.example?x=/y", "http://h.example/"),
    ],
)
def test_the_url_is_normalised(url, uri):
    """Scheme and host in lower case, no default port, no userinfo, brackets kept, a slash for no path."""
    assert base_string_uri(url) == uri
    assert base_string("GET", url).startswith(
        "GET&" + uri.translate({58: "%3A", 47: "%2F", 91: "%5B", 93: "%5D"}) + "&"
    )


def test_the_host_header_decides():
    """A Host header that differs from the URL is what the server sees, so it is what is signed."""
    assert base_string_uri("http://10.0.0.1:8080/x", host="API.example.com:80") == "http://api.example.com/x"
    one = signer().sign("GET", "http://10.0.0.1:8080/x", {"host": "api.example.com"})[1]["Authorization"]
    assert one == signer().sign("GET", "http://api.example.com/x")[1]["Authorization"]


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com/x",
        "ftp://api.example.com/x",
        "https:///x",
        "https://h.example:port/",
        "https://h.example:70000/",
        "https://[::1",
        "https://[v1.x]/",
        "https://bücher.example/",
        "https://h.example/a b",
        "https://h.example/é",
        "https://h.example/?q=é",
        "https://h.example/?q=a b",
        "https://h.example/?q=\n",
    ],
)
def test_a_url_that_cannot_be_signed_is_refused(url):
    """What is no absolute http(s) URL, or would be encoded by the library that sends it, raises UsageError."""
    with pytest.raises(UsageError):
        signer().sign("GET", url)


def test_a_method_that_is_none_is_refused():
    """The request's method must be one that HTTP can carry."""
    with pytest.raises(UsageError, match="not an HTTP method"):
        signer().sign("GE T", URL)


@pytest.mark.parametrize("value", ["", None])
def test_a_missing_client_key_is_refused(value):
    """Nothing can be signed without a client key."""
    with pytest.raises(UsageError, match="client key is missing"):
        OAuth1Credentials(value)


@pytest.mark.parametrize("field", ["client_key", "client_secret", "token", "token_secret"])
@pytest.mark.parametrize("bad", ["SeCrEt\n", "SeC\x00rEt", "SeCrEt\ud800"])
def test_a_credential_with_an_unprintable_character_is_refused(field, bad):
    """A control character in a credential is an error that names the field and holds no part of the value."""
    with pytest.raises(UsageError, match=field) as caught:
        known(**{field: bad})
    assert "SeC" not in str(caught.value)
    assert ("line break" in str(caught.value)) == bad.endswith("\n")


def test_a_credential_of_another_type_is_refused():
    """Credentials are text."""
    with pytest.raises(TypeError, match="client_secret is a bytes"):
        known(client_secret=b"x")


def test_an_unknown_method_or_placement_names_the_nearest():
    """A misspelt method or placement is an error that helps."""
    with pytest.raises(UsageError, match="did you mean 'HMAC-SHA256'"):
        signer(signature_method="HMAC-SHA265")
    with pytest.raises(UsageError, match="known are"):
        signer(signature_method="zzz")
    with pytest.raises(UsageError, match="'HEADER', 'QUERY' or 'BODY'"):
        signer(signature_type="COOKIE")
    assert signature_method("hmac_sha1").name == "HMAC-SHA1"


def test_rsa_without_a_key_is_refused():
    """An RSA method without rsa_key is an error at construction."""
    with pytest.raises(UsageError, match="rsa_key="):
        OAuth1Signer(known(rsa_key=None), signature_method="RSA-SHA1")


@pytest.mark.parametrize("kind", ["certificate", "public"])
def test_a_public_key_cannot_sign(kind):
    """A public key or certificate in place of the private key is named as such."""
    key = RSAKey.load(WIKI["certificate"])
    pem = WIKI["certificate"] if kind == "certificate" else key.__reduce__()[1][0]
    with pytest.raises(UsageError, match="public key or certificate"):
        OAuth1Signer(known(rsa_key=pem), signature_method="RSA-SHA1")


def test_every_form_of_a_private_key_signs_alike():
    """PEM text, PEM bytes, encrypted PEM with passphrase, a cryptography key and an RSAKey make the same signature."""
    key = s.load_pem_private_key(WIKI["private_key"].encode(), None)
    pkcs8 = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"pass"))
    pkcs1 = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL, s.BestAvailableEncryption(b"pass"))
    forms = [WIKI["private_key"], WIKI["private_key"].encode(), key, RSAKey.load(key), pkcs8, pkcs1]
    made = {
        OAuth1Signer(
            known(rsa_key=form, rsa_passphrase="pass"),
            signature_method="RSA-SHA256",
            nonce=lambda: "n",
            clock=lambda: NOW,
        ).sign("GET", URL)[1]["Authorization"]
        for form in forms
    }
    assert len(made) == 1


def test_an_unreadable_key_is_refused_without_echo():
    """Text that is no PEM, a broken PEM, another kind of key, a missing and a wrong passphrase are told apart."""
    key = s.load_pem_private_key(WIKI["private_key"].encode(), None)
    locked = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"Secret1"))
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(UsageError, match="pass the text of the file"):
        known(rsa_key="/etc/key.pem")
    with pytest.raises(UsageError, match="cannot be read"):
        known(rsa_key=WIKI["private_key"].replace("MIIC", "MIIX"))
    with pytest.raises(UsageError, match="no RSA key but a"):
        known(rsa_key=other)
    with pytest.raises(UsageError, match="no RSA key but a"):
        known(rsa_key=object())
    with pytest.raises(UsageError, match="rsa_passphrase="):
        known(rsa_key=locked)
    with pytest.raises(UsageError, match="is rsa_passphrase right") as caught:
        known(rsa_key=locked, rsa_passphrase="Secret2")
    assert "Secret2" not in str(caught.value)


def test_without_cryptography_the_extra_is_named(monkeypatch):
    """RSA without the cryptography package is an error that names oauth-core[rsa]."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None)
    with pytest.raises(MissingPluginError, match=re.escape("oauth-core[rsa]")):
        known(rsa_key=WIKI["private_key"])


def test_hmac_does_not_import_cryptography():
    """Signing with HMAC loads neither cryptography nor asyncio."""
    code = (
        "import sys\n"
        "from oauth_core._oauth1_credentials import OAuth1Credentials\n"
        "from oauth_core._oauth1_signer import OAuth1Signer\n"
        "OAuth1Signer(OAuth1Credentials('k', 's')).sign('GET', 'https://h.example/')\n"
        "print(sorted({'cryptography', 'asyncio', 'ssl'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_plaintext_needs_https():
    """PLAINTEXT, which is the secret itself, goes over https or to this machine, unless plain HTTP is allowed."""
    sign = signer(signature_method="PLAINTEXT")
    for url in ("https://h.example/", "http://localhost:8080/", "http://127.0.0.1/", "http://[::1]/"):
        assert "client-secret-zz%26token-secret-zz" in sign.sign("GET", url)[1]["Authorization"]
    for url in ("http://h.example/", "http://localhost:80@h.example/"):
        for placement in ("HEADER", "QUERY", "BODY"):
            with pytest.raises(InsecureTransportError) as caught:
                sign.replace(signature_type=placement).sign("POST", url)
            assert "zz" not in str(caught.value)
    allowed = signer(signature_method="PLAINTEXT", allow_insecure_http=True)
    assert "oauth_signature" in allowed.sign("GET", "http://h.example/")[1]["Authorization"]


@pytest.mark.parametrize(
    ("method", "content_type", "body"),
    [
        ("POST", "application/json", b"{}"),
        ("POST", "application/json", None),
        ("POST", "multipart/form-data; boundary=x", b"x"),
        ("POST", None, iter([b"x"])),
        ("POST", None, b"\x00"),
        ("GET", None, None),
        ("HEAD", FORM, "a=1"),
    ],
)
def test_a_body_placement_needs_a_form(method, content_type, body):
    """The body placement refuses what has no form body, and says which placement to use."""
    headers = {"Content-Type": content_type} if content_type else {}
    with pytest.raises(UsageError, match="HEADER"):
        signer(signature_type="BODY").sign(method, URL, headers, body)


def test_a_form_that_is_no_utf8_is_refused():
    """A body that claims to be a form must decode."""
    with pytest.raises(UsageError, match="UTF-8"):
        signer().sign("POST", URL, {"Content-Type": FORM}, b"a=\xff")


def test_a_method_of_the_users_own_signs_and_verifies():
    """A registered method is used by name, receives base string and credentials, and is verified by signing again."""
    seen = []

    def sign_it(text, credentials):
        seen.append((text, credentials.token))
        return f"{len(text)}/+ é"

    register_signature_method("X-LENGTH", sign_it)
    sign = signer(signature_method="X-LENGTH")
    signed = sign.sign("GET", URL)
    assert seen[0][1] == "tok"
    assert "%2F%2B%20%C3%A9" in signed[1]["Authorization"]
    verifier = OAuth1Verifier(lambda *_: known(), methods=["X-LENGTH"], clock=lambda: NOW)
    verifier.verify("GET", signed[0], signed[1])
    own = register_signature_method("X-OWN", sign_it, verify=lambda text, credentials, given: given == "yes")
    assert own.verifier(known())("text", "yes")
    with pytest.raises(UsageError, match="cannot be replaced"):
        register_signature_method("HMAC-SHA1", sign_it)
    with pytest.raises(UsageError, match="printable"):
        register_signature_method("", sign_it)


def test_a_signer_pickles_and_signs_alike():
    """Credentials with their RSA key, options and subclass survive pickling."""
    sign = OAuth1Signer(known(), signature_method="RSA-SHA1", realm="r", body_hash="SHA-256")
    again = pickle.loads(pickle.dumps(sign))
    assert again.credentials.client_secret == SECRETS[0]
    assert (again.realm, again.signature_method.name) == ("r", "RSA-SHA1")
    text = "POST&x&y"
    assert signature_method("RSA-SHA1").signer(again.credentials)(text) == signature_method("RSA-SHA1").signer(
        sign.credentials
    )(text)
    public = pickle.loads(pickle.dumps(RSAKey.load(WIKI["certificate"])))
    assert repr(public) == "<RSAKey public, 1024 bits>"


def test_no_repr_shows_a_secret():
    """Credentials, signers, keys and tokens show no secret."""
    token = OAuth1Token(oauth_token="tok-value", oauth_token_secret="zz-value")
    shown = [repr(known()), str(known()), repr(signer()), repr(known().rsa_key), repr(token), str(token)]
    assert not [text for text in shown if "zz" in text or "tok-value" in text or "BEGIN" in text]
    assert token.copy() == pickle.loads(pickle.dumps(token)) == token
    assert (type(token.copy()), token.token, token.token_secret) == (OAuth1Token, "tok-value", "zz-value")
    assert token.session_handle is None


def test_nonce_and_timestamp_are_fresh():
    """Two requests never share a nonce; the timestamp is the clock's whole seconds."""
    sign = OAuth1Signer(known(), clock=lambda: NOW + 0.9)
    made = [header_parameters(sign.sign("GET", URL)[1]) for _ in range(50)]
    assert len({one["oauth_nonce"] for one in made}) == 50
    assert {one["oauth_timestamp"] for one in made} == {str(NOW)}
    assert all(re.fullmatch("[0-9a-f]{32}", one["oauth_nonce"]) for one in made)


@pytest.mark.parametrize("nonce", ["", None, 7])
def test_a_nonce_function_must_return_text(nonce):
    """An injected nonce that is empty or no text is refused."""
    with pytest.raises(UsageError, match="nonce"):
        signer(nonce=lambda: nonce).sign("GET", URL)


@pytest.mark.parametrize("name", ["callback", "oauth_signature", "oauth_ä"])
def test_only_protocol_parameters_go_into_the_header(name):
    """oauth_parameters takes parameters of the protocol, and not its signature."""
    with pytest.raises(UsageError, match="no protocol parameter"):
        signer(oauth_parameters=((name, "1"),))


def test_without_a_token_none_is_sent():
    """A request without a user carries no oauth_token."""
    sign = OAuth1Signer(OAuth1Credentials("key", "s"), clock=lambda: NOW)
    signed = sign.sign("GET", URL)
    assert "oauth_token" not in signed[1]["Authorization"]
    assert verified(sign, "GET", signed).token is None
