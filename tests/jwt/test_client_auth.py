"""Client authentication by assertion: fresh, short, addressed rightly, and never showing its key."""

import copy
import logging
from collections import UserDict
from urllib.parse import parse_qs

import pytest

from oauth_core import AuthContext, BindableAuth, ClientAuth, Request, UsageError, resolve_client_auth
from oauth_jwt import (
    ClientAssertion,
    ClientSecretJWT,
    ClientSecretJwt,
    InvalidKeyError,
    JWTVerifier,
    Key,
    PrivateKeyJWT,
    PrivateKeyJwt,
    WeakKeyWarning,
)
from tests.jwt.support import NOW, SECRET, Clock, carry, copied, decode, key, no_request
from tests.jwt.test_keys import certificate, pem

TOKEN = "https://as.example/token"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def context(issuer=None, endpoint=TOKEN, clock=None):
    return AuthContext(endpoint, issuer, clock or Clock())


def form(auth, request=None, **options):
    request = carry(auth.authenticate(request or Request("POST", TOKEN), context(**options)))
    return {name: value[0] for name, value in parse_qs(request.body.decode(), strict_parsing=True).items()}


def assertion(auth, **options):
    return decode(form(auth, **options)["client_assertion"])


def test_assertion_says_who_for_whom_and_how_long():
    """The assertion names client, audience, time and 60 seconds; the form holds type and client_id."""
    sent = form(ClientSecretJwt("me", SECRET))
    assert sent["client_assertion_type"] == TYPE
    assert sent["client_id"] == "me"
    header, claims = decode(sent["client_assertion"])
    assert header == {"alg": "HS256", "typ": "JWT"}
    assert len(claims.pop("jti")) >= 22
    assert claims == {"iss": "me", "sub": "me", "aud": TOKEN, "iat": NOW, "exp": NOW + 60}


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "ES512", "EdDSA"])
def test_assertion_holds_under_the_registered_key(alg):
    """The server can verify the assertion with the secret or the public key that it knows."""
    if alg.startswith("HS"):
        auth, known = ClientSecretJwt("me", SECRET * 2, alg=alg), {"client_secret": SECRET * 2}
    else:
        auth, known = PrivateKeyJwt("me", key(alg)), {"keys": key(alg).public_jwk()}
    token = form(auth)["client_assertion"]
    header, claims = carry(JWTVerifier(**known, algorithms=(alg,), clock=Clock()).verify(token))
    assert claims["sub"] == "me"
    assert header.get("kid") == (None if alg.startswith("HS") else key(alg).kid)


def test_every_attempt_has_a_fresh_jti():
    """A hundred attempts have a hundred identifiers."""
    auth = PrivateKeyJwt("me", key("EdDSA"))
    assert len({assertion(auth)[1]["jti"] for _ in range(100)}) == 100


def test_audience_is_the_issuer_when_it_is_known():
    """The audience is the one given, else the issuer, else the token endpoint given or known, else what is asked."""
    bound = ClientSecretJWT(TOKEN).bind("me", SECRET)
    assert assertion(bound, issuer="https://as.example")[1]["aud"] == "https://as.example"
    assert assertion(bound, endpoint="https://as.example/revoke")[1]["aud"] == TOKEN
    assert assertion(ClientSecretJwt("me", SECRET), endpoint="https://as.example/x")[1]["aud"] == "https://as.example/x"
    known = AuthContext("https://as.example/revoke", None, Clock(), token_endpoint=TOKEN)
    assert decode(carry(ClientSecretJwt("me", SECRET).assertion(known)))[1]["aud"] == TOKEN
    given = ClientSecretJwt("me", SECRET, token_endpoint="https://as.example/as-it-says")
    assert decode(carry(given.assertion(known)))[1]["aud"] == "https://as.example/as-it-says"
    fixed = ClientSecretJWT(TOKEN, audience="urn:special").bind("me", SECRET)
    assert assertion(fixed, issuer="https://as.example")[1]["aud"] == "urn:special"


def test_callers_claims_and_headers_are_used_and_left_alone():
    """Extra claims and headers are sent, override names among them; the caller's dicts do not change."""
    claims, headers = {"aud": "other", "extra": [1]}, {"typ": "custom", "x": "y"}
    before = copy.deepcopy((claims, headers))
    header, sent = assertion(ClientSecretJWT(TOKEN, claims, headers).bind("me", SECRET))
    assert (sent["aud"], sent["extra"], header["typ"], header["x"]) == ("other", [1], "custom", "y")
    assert (claims, headers) == before


@pytest.mark.parametrize("name", ["jti", "iat", "exp"])
def test_claims_that_must_be_fresh_cannot_be_fixed(name):
    """A fixed jti, iat or exp is refused, because it would be sent again and again."""
    auth = ClientSecretJwt("me", SECRET, claims={name: 1})
    with pytest.raises(UsageError, match=f"'{name}' is made anew"):
        form(auth)


def test_lifetime_and_typ_are_options():
    """The lifetime in seconds, the type of RFC 7523bis and the identifier's maker can be chosen."""
    options = {"lifetime": 10, "typ": "client-authentication+jwt", "jti": lambda: 'a "quoted" name'}
    header, claims = assertion(ClientSecretJwt("me", SECRET, **options))
    assert header["typ"] == "client-authentication+jwt"
    assert (claims["exp"] - claims["iat"], claims["jti"]) == (10, 'a "quoted" name')
    with pytest.raises(UsageError, match="lifetime above 0"):
        form(ClientSecretJwt("me", SECRET, lifetime=0))
    with pytest.raises(TypeError, match="lifetme"):
        ClientSecretJwt("me", SECRET, lifetme=10)


def test_key_is_given_in_any_form():
    """PEM, encrypted PEM, JWK, JWK set and native keys make the same assertion; kid comes from the key."""
    native, jwk = key("ES256").native, key("ES256").private_jwk()
    for material in (pem(native), pem(native).decode(), jwk, {"keys": [jwk]}, native, key("ES256")):
        assert assertion(PrivateKeyJwt("me", material))[0]["alg"] == "ES256"
    assert assertion(PrivateKeyJwt("me", jwk))[0]["kid"] == jwk["kid"]
    assert "kid" not in assertion(PrivateKeyJwt("me", native))[0]
    assert assertion(PrivateKeyJwt("me", native, kid="mine"))[0]["kid"] == "mine"
    locked = PrivateKeyJWT(TOKEN, password="pass").bind("me", pem(native, b"pass"))
    assert assertion(locked)[0]["alg"] == "ES256"
    shown = assertion(PrivateKeyJwt("me", native, certificate=certificate(native)))[0]
    assert len(shown["x5t#S256"]) == 43


def test_unusable_key_is_refused_at_once():
    """A missing key, a shared secret or an algorithm that does not fit is refused when the method is made."""
    for material in (None, "", b""):
        with pytest.raises(InvalidKeyError, match="needs a private key"):
            PrivateKeyJwt("me", material)
    with pytest.raises(InvalidKeyError, match="not a shared secret; use client_secret_jwt"):
        PrivateKeyJwt("me", Key.from_secret(SECRET))
    with pytest.raises(InvalidKeyError, match="does not go with"):
        PrivateKeyJwt("me", key("ES256"), alg="RS256")
    with pytest.raises(InvalidKeyError, match="HS256, HS384 or HS512, not with 'RS256'"):
        ClientSecretJwt("me", SECRET, alg="RS256")
    with pytest.raises(InvalidKeyError, match="secret is empty"):
        ClientSecretJwt("me", "")
    with pytest.raises(InvalidKeyError, match="is a key pair, which does not serve"):
        ClientSecretJwt("me", pem(key("ES256").native).decode())


def test_short_secret_warns_and_works():
    """A client secret shorter than the digest is used, with a warning that names the lengths and not the secret."""
    with pytest.warns(WeakKeyWarning, match=r"at least 32 bytes; this client_secret has 13") as caught:
        auth = ClientSecretJwt("client_id", "client_secret")
    assert "'client_secret'" not in str(caught[0].message)
    assert decode(form(auth)["client_assertion"])[1]["iss"] == "client_id"


def test_secret_may_be_a_callable():
    """A callable secret is asked for every request, and a changed one signs the next assertion."""
    secrets = iter([SECRET, SECRET, SECRET + "2"])
    auth = ClientSecretJWT(TOKEN).bind("me", lambda: next(secrets))
    for secret in (SECRET, SECRET, SECRET + "2"):
        token = form(auth)["client_assertion"]
        carry(JWTVerifier(client_secret=secret, algorithms=("HS256",), clock=Clock()).verify(token))
    with pytest.raises(UsageError, match="empty or missing"):
        form(ClientSecretJWT(TOKEN).bind("me", None))


def test_signer_signs_the_assertion():
    """A signer in place of a key is asked once for each assertion."""
    asked = []

    def signer(data):
        asked.append(data)
        return key("PS256").sign(data)

    auth = PrivateKeyJwt("me", signer, alg="PS256", kid="kms-1")
    token = form(auth)["client_assertion"]
    assert decode(token)[0] == {"alg": "PS256", "typ": "JWT", "kid": "kms-1"}
    public = {**key("PS256").public_jwk(), "kid": "kms-1"}
    carry(JWTVerifier(public, ("PS256",), clock=Clock()).verify(token))
    assert len(asked) == 1


def test_client_id_is_not_sent_twice():
    """A request that names the client already is not given its id again."""
    request = Request("POST", TOKEN, (), b"scope=a&client_id=me")
    body = carry(ClientSecretJwt("me", SECRET).authenticate(request, context())).body
    assert body.count(b"client_id=") == 1


def test_both_constructors_are_one_method():
    """The unbound value binds to what the other constructor makes; both are what their protocols ask."""
    assert isinstance(ClientSecretJWT(TOKEN), BindableAuth)
    assert not isinstance(ClientSecretJWT(TOKEN), ClientAuth)
    for auth in (ClientSecretJwt("me", SECRET), PrivateKeyJwt("me", key("ES256"))):
        assert isinstance(auth, ClientAuth)
    bound = resolve_client_auth(ClientSecretJWT(TOKEN), "me", SECRET)
    assert bound == ClientSecretJwt("me", SECRET, token_endpoint=TOKEN)
    bound = resolve_client_auth(PrivateKeyJWT(TOKEN), "me", pem(key("ES256").native))
    assert isinstance(bound, PrivateKeyJwt)
    assert (bound.method, bound.client_id) == ("private_key_jwt", "me")
    assert ClientSecretJWT(TOKEN).name == "client_secret_jwt"


@pytest.mark.parametrize("auth", [ClientSecretJwt("me", SECRET), PrivateKeyJwt("me", Key.generate("ES256"))])
def test_methods_pickle_and_compare(auth):
    """A method survives pickling, equals its copy and hashes like it."""
    again = copied(auth)
    assert again == auth
    assert hash(again) == hash(auth)
    assert form(again)["client_id"] == "me"
    assert again != ClientSecretJwt("you", SECRET)


def test_nothing_secret_is_shown(caplog):
    """Neither ``repr`` nor a log record nor an error holds a secret or a key."""
    caplog.set_level(logging.DEBUG)
    for auth in (ClientSecretJwt("me", SECRET), PrivateKeyJwt("me", key("ES256")), ClientAssertion("me", SECRET)):
        form(auth)
        shown = repr(auth) + caplog.text
        assert SECRET not in shown
        assert key("ES256").private_jwk()["d"] not in shown
        assert "'me'" in repr(auth)


def test_workload_identity_is_read_anew(tmp_path):
    """A ready assertion is text, a function or a file that is read for every request."""
    path = tmp_path / "token"
    path.write_text("first\n")
    by_file, counter = ClientAssertion("me", path), iter("ab")
    assert form(by_file)["client_assertion"] == "first"
    path.write_text("second\n")
    assert form(by_file)["client_assertion"] == "second"
    by_function = ClientAssertion("me", lambda: next(counter))
    assert [form(by_function)["client_assertion"] for _ in "ab"] == ["a", "b"]
    assert form(ClientAssertion("me", "fixed", assertion_type="urn:x"))["client_assertion_type"] == "urn:x"
    with pytest.raises(UsageError, match="assertion is empty"):
        form(ClientAssertion("me", lambda: " "))
    with pytest.raises(UsageError, match="this one is a NoneType"):
        form(ClientAssertion("me", lambda: None))
    with pytest.raises(FileNotFoundError):
        form(ClientAssertion("me", tmp_path / "absent"))


def test_nothing_is_fetched_to_sign():
    """Signing an assertion asks the network for nothing."""
    with pytest.raises(AssertionError):
        no_request(Request("GET", TOKEN))
    assert form(PrivateKeyJwt("me", key("RS256")))["client_id"] == "me"


def test_header_cannot_contradict_the_key():
    """A header that names another algorithm than the key signs with is refused."""
    with pytest.raises(UsageError, match="the header says alg='ES384', but the key signs with ES256"):
        form(PrivateKeyJwt("me", key("ES256"), headers={"alg": "ES384"}))


def test_options_are_values_that_show_no_password():
    """The unbound methods compare and hash by what they say, pickle, and show neither password nor key."""
    one = PrivateKeyJWT(TOKEN, alg="PS256", password="hunter2")
    assert one == PrivateKeyJWT(TOKEN, alg="PS256", password="hunter2") == copied(one)
    assert hash(one) == hash(copied(one))
    assert one != PrivateKeyJWT(TOKEN, alg="PS256", password="other")
    assert PrivateKeyJWT(TOKEN) != ClientSecretJWT(TOKEN)
    assert repr(one) == "<PrivateKeyJWT>"


def test_key_of_another_library_s_mapping():
    """A JWK that is a mapping of another kind than dict, as jwskate's, is a key like any other."""
    jwk = UserDict(key("ES256").private_jwk())
    assert assertion(PrivateKeyJwt("me", jwk))[0]["alg"] == "ES256"
    assert assertion(resolve_client_auth(("me", jwk), None))[0]["kid"] == key("ES256").kid
