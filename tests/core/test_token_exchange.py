"""Token exchange and grants of a user's own: types named, told or refused, and what a grant says about its token."""

from dataclasses import dataclass

import pytest

from oauth_core import (
    TOKEN_EXCHANGE_TYPES,
    ExtensionGrant,
    InvalidTokenResponse,
    MissingPluginError,
    OAuth2Token,
    OAuthError,
    ServerRefusal,
    TokenExchangeGrant,
    UnsupportedTokenTypeError,
    UsageError,
    authorization_header,
    fetch_token,
    token_exchange_type,
)
from oauth_core.testing import RegisteredClient, faults
from tests.core.core_support import config, drive, form, token_answer
from tests.core.further_support import Client, new_server

TYPE = "urn:ietf:params:oauth:token-type:"


class IdTokenText(str):
    """As the text of an ID token in oauth-jwt: it says what it is."""

    __slots__ = ()

    token_type = TYPE + "id_token"


class ValidatedClaims(dict):
    """As validated claims in oauth-jwt, which hold the token's text."""

    id_token = IdTokenText("the.id.token")


@pytest.fixture
def server():
    return new_server()


@pytest.fixture
def client(server):
    return Client(server)


def test_types_have_short_and_full_names():
    """A short name becomes its URI, a URI stays, an unknown name is refused with the nearest known one."""
    assert token_exchange_type("access_token") == TYPE + "access_token"
    assert token_exchange_type("ID_TOKEN") == TYPE + "id_token"
    assert token_exchange_type("urn:x:y") == "urn:x:y"
    assert set(TOKEN_EXCHANGE_TYPES) >= {"access_token", "refresh_token", "id_token", "saml1", "saml2", "jwt"}
    with pytest.raises(UsageError, match="did you mean 'access_token'"):
        token_exchange_type("acces_token")
    with pytest.raises(UsageError, match="pass its URI"):
        token_exchange_type("zzz")


def test_types_are_told_by_the_value():
    """A token is an access token, an ID token says so itself; bare text tells nothing."""
    token = OAuth2Token(access_token="at", id_token="it", refresh_token="rt")
    assert token_exchange_type(None, token) == TYPE + "access_token"
    assert token_exchange_type(None, {"access_token": "at"}) == TYPE + "access_token"
    assert token_exchange_type(None, IdTokenText("x")) == TYPE + "id_token"
    assert token_exchange_type(None, ValidatedClaims()) == TYPE + "id_token"
    for nothing in ("text", None, 5, {}):
        with pytest.raises(UsageError, match="subject_token_type"):
            token_exchange_type(None, nothing)


def test_the_named_token_of_an_answer_is_sent():
    """Of a token answer the token of the named type is sent; what is not there is an error."""
    token = OAuth2Token(access_token="at", id_token="it")
    for kind, text in (("access_token", "at"), ("id_token", "it")):
        grant = TokenExchangeGrant(token, kind)
        sent, _ = drive(grant.parameters())
        assert dict(sent)["subject_token"] == text
        assert text not in repr(grant)
    with pytest.raises(UsageError, match="no refresh_token"):
        TokenExchangeGrant(token, "refresh_token")
    for bad in (None, "", 5):
        with pytest.raises(UsageError):
            TokenExchangeGrant(bad, "jwt")
    with pytest.raises(UsageError, match="actor_token_type"):
        TokenExchangeGrant("x", "jwt", actor_token_type="jwt")


def test_exchange(server, client):
    """A token is exchanged for one of less scope, with an actor, for several resources."""
    subject = OAuth2Token(server.issue_token("app", scope="read write", user="alice"))
    actor = server.issue_token("app", scope="")
    token = client.token_exchange(
        subject_token=subject,
        actor_token=actor["access_token"],
        actor_token_type="access_token",
        scope=["read"],
        resource=["https://a/", "https://b/"],
        audience="https://c/",
    )
    assert (token.scope, token["issued_token_type"]) == ("read", TYPE + "access_token")
    known = server.find(token)
    assert known.claims == {"aud": ["https://a/", "https://b/", "https://c/"], "act": {"sub": "app"}}
    sent = server.seen("token")[0].form
    assert ("subject_token_type", TYPE + "access_token") in sent
    assert ("actor_token_type", TYPE + "access_token") in sent


def test_a_token_of_another_type_is_refused(server, client):
    """What was asked for must come back: another `issued_token_type`, or none, is an error and no token."""
    subject = server.issue_token("app")["access_token"]
    for changes in ({"issued_token_type": TYPE + "jwt"}, {"issued_token_type": None}, {"issued_token_type": 5}):
        server.inject(faults.with_members(changes), "token")
        with pytest.raises(InvalidTokenResponse, match="type"):
            client.token_exchange(subject, "access_token", requested_token_type="access_token")
    server.inject(faults.with_members({"issued_token_type": 5}), "token")
    with pytest.raises(InvalidTokenResponse, match="no text"):
        client.token_exchange(subject, "access_token")


def test_what_is_no_access_token_is_never_presented(server, client):
    """An exchange may bring a token of type N_A; it is kept, and no API ever sees it."""
    subject = server.issue_token("app")["access_token"]
    token = client.token_exchange(subject, "access_token", requested_token_type="refresh_token")
    assert (token.token_type, token["issued_token_type"]) == ("N_A", TYPE + "refresh_token")
    with pytest.raises(UnsupportedTokenTypeError):
        authorization_header(token)


def test_only_an_exchange_brings_n_a(server, client):
    """Another grant that is answered with N_A brings no token."""
    for changes in ({"token_type": "N_A"}, {"token_type": "N_A", "issued_token_type": TYPE + "jwt"}):
        server.inject(faults.with_members(changes), "token")
        with pytest.raises(UnsupportedTokenTypeError):
            client.client_credentials()


def test_a_callable_is_asked_for_every_exchange(server, client):
    """The subject token may be a function, which a repeated exchange asks again."""
    issued = []

    def subject():
        issued.append(server.issue_token("app")["access_token"])
        return issued[-1]

    grant = TokenExchangeGrant(subject, "access_token")
    assert grant.repeatable
    assert client.token_request(grant).access_token != client.token_request(grant).access_token
    assert len(issued) == 2


def test_the_fake_servers_exchange_is_strict(server):
    """It refuses unknown, ended and foreign tokens, more scope, unknown types, and clients that prove nothing."""
    client = Client(server)
    server.register(RegisteredClient("public"))
    subject = server.issue_token("app", scope="read")
    text = subject["access_token"]
    cases = [
        ({"subject_token": "unknown"}, "invalid_grant"),
        ({"subject_token": "x", "subject_token_type": "saml2"}, "invalid_request"),
        ({"subject_token": text, "scope": "write"}, "invalid_scope"),
        ({"subject_token": text, "requested_token_type": "jwt"}, "invalid_request"),
    ]
    for arguments, code in cases:
        with pytest.raises(ServerRefusal) as caught:
            client.token_exchange(**{"subject_token_type": "access_token", **arguments})
        assert caught.value.error == code
    server.revoke(subject)
    with pytest.raises(ServerRefusal, match="invalid_grant"):
        client.token_exchange(OAuth2Token(subject))
    public = Client(server, client_id="public", client_secret=None, token_endpoint_auth_method="none")
    with pytest.raises(ServerRefusal, match="unauthorized_client"):
        public.token_exchange(OAuth2Token(subject))


@dataclass(frozen=True)
class VoucherGrant:
    """A grant of a user's own, in a few lines."""

    voucher: str
    grant_type: str = "urn:example:voucher"
    repeatable: bool = True

    def parameters(self):
        return (("voucher", self.voucher),)

    def check_token(self, token):
        if token.get("voucher") != self.voucher:
            raise InvalidTokenResponse("a token for another voucher")


def test_a_grant_of_ones_own_judges_its_token():
    """`check_token` of a grant sees the token before anybody uses it."""
    good, requests = drive(fetch_token(config(), VoucherGrant("v1")), token_answer(voucher="v1"))
    assert good.access_token == "access-1"
    assert ("voucher", "v1") in form(requests[0])
    with pytest.raises(InvalidTokenResponse, match="another voucher"):
        drive(fetch_token(config(), VoucherGrant("v1")), token_answer(voucher="v2"))


def test_token_request_takes_the_grant_alone(server, client):
    """`token_request` sends what the grant carries; a stray keyword is a TypeError."""
    with pytest.raises(TypeError, match="voucher"):
        client.token_request(VoucherGrant("v1"), voucher="v2")
    with pytest.raises(ServerRefusal, match="unsupported_grant_type"):
        client.token_request(VoucherGrant("v1"))


def test_assertions_that_are_ready(server, client):
    """A ready assertion is sent as it is, by JWT and by SAML grant, without any other package."""
    for method, kind in ((client.jwt_bearer, "jwt-bearer"), (client.saml2_bearer, "saml2-bearer")):
        with pytest.raises(ServerRefusal, match="unsupported_grant_type"):
            method("an.assertion", scope="read", tenant="t")
        sent = dict(server.seen("token")[-1].form)
        assert sent["grant_type"] == f"urn:ietf:params:oauth:grant-type:{kind}"
        assert (sent["assertion"], sent["scope"], sent["tenant"]) == ("an.assertion", "read", "t")
    with pytest.raises((MissingPluginError, OAuthError)):
        client.jwt_bearer()
    assert ExtensionGrant("x").parameters() == ()
