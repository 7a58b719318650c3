"""Assertion grants: made or read anew for every request."""

import base64
import json

import pytest

from oauth_core import Grant, UsageError, grant_parameters
from oauth_jwt import InvalidKeyError, JWTAssertion, JWTBearerGrant, JWTVerifier, SAML2BearerGrant
from tests.jwt.support import NOW, Clock, carry, copied, decode, key
from tests.jwt.test_keys import pem

TOKEN = "https://as.example/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def sent(grant):
    assert isinstance(grant, Grant)
    assert grant.repeatable
    return dict(carry(grant_parameters(grant)))


def test_service_account_signs_anew_for_every_request():
    """A service account's assertion holds issuer, audience and claims, and has a fresh identifier each time."""
    conf = {
        "client_email": "robot@project.example",
        "private_key": pem(key("RS256").native).decode(),
        "private_key_id": "key-1",
        "token_uri": TOKEN,
    }
    conf = json.loads(json.dumps(conf))
    claims, header = {"scope": "read"}, {"alg": "RS256", "kid": conf["private_key_id"]}
    grant = JWTBearerGrant.signed(
        conf["client_email"], conf["token_uri"], conf["private_key"], claims=claims, header=header, clock=Clock()
    )
    first, second = sent(grant), sent(grant)
    assert first["grant_type"] == JWT_BEARER
    shown, said = decode(first["assertion"])
    assert shown == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    assert said["jti"] != decode(second["assertion"])[1]["jti"]
    del said["jti"]
    assert said == {"iss": "robot@project.example", "aud": TOKEN, "scope": "read", "iat": NOW, "exp": NOW + 300}
    assert (claims, header) == ({"scope": "read"}, {"alg": "RS256", "kid": "key-1"})
    public = {**key("RS256").public_jwk(), "kid": "key-1"}
    carry(JWTVerifier(public, clock=Clock()).verify(first["assertion"]))


def test_parameters_of_the_grant():
    """Subject, scope and further parameters are sent; the assertion is text, a function or a file."""
    grant = JWTBearerGrant.signed("a", TOKEN, key("ES256"), subject="u", scope="s", extra=(("resource", "r"),))
    values = sent(grant)
    assert (values["scope"], values["resource"]) == ("s", "r")
    assert decode(values["assertion"])[1]["sub"] == "u"
    assert sent(JWTBearerGrant("ready"))["assertion"] == "ready"
    made = iter(["one", b"two"])
    by_function = JWTBearerGrant(lambda: next(made))
    assert [sent(by_function)["assertion"] for _ in "ab"] == ["one", "two"]


def test_file_is_read_anew(tmp_path):
    """A projected token file is read for every request."""
    path = tmp_path / "token"
    for text in ("first", "second"):
        path.write_text(text)
        assert sent(JWTBearerGrant(path))["assertion"] == text


def test_saml_assertion_is_encoded_once():
    """XML is base64url-encoded; what is encoded already is sent as it is."""
    xml = "<saml:Assertion>ü</saml:Assertion>"
    values = sent(SAML2BearerGrant(xml, scope="s"))
    encoded = values["assertion"]
    assert values["grant_type"] == "urn:ietf:params:oauth:grant-type:saml2-bearer"
    assert base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode() == xml
    assert sent(SAML2BearerGrant(encoded))["assertion"] == encoded


def test_unusable_assertions_are_refused():
    """A key that cannot sign, a fixed expiry or a header that contradicts the key is refused."""
    with pytest.raises(InvalidKeyError, match="public key"):
        JWTBearerGrant.signed("a", TOKEN, key("ES256").public())
    with pytest.raises(UsageError, match="pass lifetime="):
        JWTBearerGrant.signed("a", TOKEN, key("ES256"), claims={"exp": 1})
    with pytest.raises(InvalidKeyError, match="does not go with"):
        JWTBearerGrant.signed("a", TOKEN, key("ES256"), header={"alg": "RS256"})
    with pytest.raises(UsageError, match="signs through a signer"):
        JWTAssertion("a", TOKEN, lambda data: data, header={"alg": "ES256"}).token()


def test_grants_pickle_and_show_nothing():
    """A grant survives pickling, and shows neither key nor assertion."""
    grant = JWTBearerGrant.signed("a", TOKEN, key("ES256"))
    again = copied(grant)
    assert again == grant
    assert decode(sent(again)["assertion"])[1]["iss"] == "a"
    assert repr(JWTBearerGrant("secret-assertion")) == "<JWTBearerGrant>"
    assert repr(JWTAssertion("a", TOKEN, key("ES256"))) == f"<JWTAssertion issuer='a', audience='{TOKEN}'>"
    assert decode(JWTAssertion("a", TOKEN, key("ES256"), clock=Clock()).token())[1]["exp"] == NOW + 300


def test_assertion_in_other_bytes():
    """Bytes that are no text are refused without being shown."""
    with pytest.raises(UsageError, match="text in UTF-8") as caught:
        sent(JWTBearerGrant(lambda: b"s3cret\xff"))
    assert caught.value.__cause__ is None
