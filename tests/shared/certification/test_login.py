"""OIDCCClientTest (plain), ClientSecretBasic, ScopeUserInfoClaims, FormPostError: logins at a provider that behaves."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from urllib.parse import unquote_plus

import pytest

from oauth_core import (
    AuthorizationRefused,
    InvalidTokenResponse,
    MismatchingIssuerError,
    ProtocolViolation,
    UsageError,
)
from oauth_core.testing import faults
from oauth_jwt import DPoP, IDTokenValidator, InvalidJWTError, JARMValidator
from tests.shared.certification.provider import altering

MODES = [None, "form_post"]


@pytest.mark.parametrize("mode", MODES, ids=["default", "form_post"])
@pytest.mark.parametrize("kind", ["code", "code token", "code id_token", "code id_token token"])
def test_a_login_with_a_code(provider, new_client, kind, mode):
    """Code and hybrid, by redirect and by form_post: the person is logged in, and userinfo is about the same one."""
    client = new_client(**provider.options())
    request = client.authorization_request(response_type=kind, response_mode=mode, scope="openid api")
    response = request.validate_callback(provider.answer(request.uri))
    token = client.authorization_code(response)
    assert token.id_token
    assert client.userinfo()["sub"] == "alice"


@pytest.mark.parametrize("mode", MODES, ids=["default", "form_post"])
def test_a_login_without_a_code(provider, new_client, mode):
    """Implicit, by redirect and by form_post: the token is taken once its ID token is believed."""
    client = new_client(**provider.options())
    request = client.authorization_request(response_type="id_token token", response_mode=mode, scope="openid api")
    response = request.validate_callback(provider.answer(request.uri))
    assert client.fetch_token(authorization_response=response).access_token
    assert client.userinfo()["sub"] == "alice"


@pytest.mark.parametrize("mode", MODES, ids=["default", "form_post"])
def test_a_login_without_a_token(provider, new_client, mode):
    """Implicit with an ID token alone: its claims say who logged in, and nothing is fetched with it but keys."""
    client = new_client(**provider.options())
    request = client.authorization_request(response_type="id_token", response_mode=mode, scope="openid")
    response = request.validate_callback(provider.answer(request.uri))
    calls = provider.place.token_calls()
    claims = client.validate_id_token(response)
    assert (claims["sub"], claims["nonce"]) == ("alice", request.nonce)
    assert provider.place.token_calls() == calls
    assert client.token is None


@pytest.mark.parametrize("changes", [{"iss": "https://other.example"}, {"nonce": "another"}, {"exp": None}], ids=str)
def test_a_bad_login_without_a_token(fake_place, operations, client, refused, changes):
    """An ID token that comes alone is judged like any other."""
    operations.alter = altering(**changes)
    request = client.authorization_request(response_type="id_token")
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(InvalidJWTError, "jwks", claim=next(iter(changes))):
        client.validate_id_token(response)


def test_no_id_token_to_judge(fake_place, client, new_client, refused):
    """An answer without an ID token, and a client without a judge, are told so."""
    request = client.authorization_request()
    response = request.validate_callback(fake_place.authorize(request.uri))
    with refused(InvalidTokenResponse, match="no id_token"):
        client.validate_id_token(response)
    with refused(UsageError, match="id_token_validator="):
        new_client(**fake_place.options()).validate_id_token(response)
    with refused(TypeError, match="takes no"):
        client.validate_id_token(response, nonce="x")


@pytest.mark.parametrize("mode", MODES, ids=["default", "form_post"])
def test_a_login_by_the_url_alone(provider, new_client, mode):
    """A session that made the URL itself sends a nonce, and compares it when it gets what came back."""
    client = new_client(**provider.options())
    kind = {"response_type": "code id_token", "scope": "openid api"}
    url, _ = client.create_authorization_url(code_verifier="v" * 43, response_mode=mode, **kind)
    assert "nonce=" in url
    assert client.fetch_token(authorization_response=provider.answer(url)).id_token
    assert client.userinfo()["sub"] == "alice"


def test_credentials_in_the_header(provider, new_client):
    """ClientSecretBasic: id and secret are form-urlencoded before they are joined, and understood so."""
    client = new_client(**provider.options("odd"))
    request = client.authorization_request(scope="openid api")
    client.authorization_code(request.validate_callback(provider.answer(request.uri)))
    assert client.userinfo()["sub"] == "alice"


def test_how_credentials_are_written(fake_place, fake, operations, new_client):
    """ClientSecretBasic: what is in the header is what RFC 6749 §2.3.1 says, and nothing of it is in the form."""
    options = fake_place.options("odd")
    client = new_client(**options)
    request = client.authorization_request()
    client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
    (seen,) = fake.seen("token")
    scheme, _, encoded = seen.header("authorization").partition(" ")
    known = b64decode(encoded).decode("ascii").split(":")
    assert [unquote_plus(one) for one in known] == [options["client_id"], options["client_secret"]]
    assert scheme == "Basic"
    assert not {"client_id", "client_secret"} & dict(seen.form).keys()


@pytest.mark.real_server
@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", set()),
        ("openid profile", {"name", "family_name"}),
        ("openid email", {"email", "email_verified"}),
        ("openid profile email", {"name", "family_name", "email", "email_verified"}),
    ],
)
def test_claims_by_scope(oidc_provider, new_client, scope, claims):
    """ScopeUserInfoClaims: userinfo holds the claims of the scopes that were asked for; all are returned."""
    known = oidc_provider.clients["client_secret_basic"]
    client = new_client(
        client_id=known.client_id,
        client_secret=known.client_secret,
        redirect_uri=known.redirect_uri,
        metadata=oidc_provider.metadata,
    )
    request = client.authorization_request(scope=scope)
    client.authorization_code(request.validate_callback(oidc_provider.authorize(request.uri)))
    assert client.userinfo().keys() == {"sub", *claims}


@pytest.mark.parametrize("kind", ["code", "code id_token", "id_token token"])
@pytest.mark.parametrize("mode", MODES, ids=["default", "form_post"])
def test_a_person_who_declines(provider, new_client, kind, mode):
    """FormPostError: an error is raised by its code, however it came, and nothing more is asked."""
    client = new_client(**provider.options())
    request = client.authorization_request(response_type=kind, response_mode=mode, login_hint="deny", scope="openid")
    answer = provider.answer(request.uri)
    calls = provider.place.token_calls()
    with pytest.raises(AuthorizationRefused) as caught:
        request.validate_callback(answer)
    assert caught.value.error == "access_denied"
    assert provider.place.token_calls() == calls
    assert client.token is None


@pytest.mark.parametrize("issuer", ["https://attacker.test", None], ids=["other", "unreadable"])
def test_whose_answer_it_is(fake_place, fake, operations, client, refused, issuer):
    """Where `iss` is promised and left out beside an ID token, that token names the issuer; another is refused."""
    request = replace(client.authorization_request(response_type="code id_token"), iss_required=True)
    fake.inject(faults.callback(iss=None), "authorize")
    good = fake_place.authorize(request.uri)
    assert request.validate_callback(good).iss is None
    operations.alter = altering(iss=issuer)
    fake.inject(faults.callback(iss=None), "authorize")
    callback = fake_place.authorize(request.uri)
    with refused(MismatchingIssuerError):
        request.validate_callback(callback)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("code", "code"),
        ("code id_token", "code"),
        ("code id_token", "id_token"),
        ("code id_token token", "access_token"),
        ("code id_token token", "id_token"),
        ("id_token token", "access_token"),
        ("id_token token", "id_token"),
    ],
)
def test_an_answer_that_lacks_something(fake_place, fake, operations, client, refused, kind, name):
    """What was asked for and did not come back ends the login; the rest of the answer is not used."""
    request = client.authorization_request(response_type=kind)
    fake.inject(faults.callback(**{name: None}), "authorize")
    callback = fake_place.authorize(request.uri)
    with refused(ProtocolViolation, match=name):
        request.validate_callback(callback)
    assert client.token is None


def test_an_implicit_answer_without_an_id_token(fake_place, fake, client, refused):
    """A session that made the URL itself refuses an implicit answer without an ID token too."""
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    fake.inject(faults.callback(id_token=None), "authorize")
    callback = fake_place.authorize(url)
    with refused(InvalidTokenResponse, match="no id_token"):
        client.fetch_token(authorization_response=callback)
    assert client.token is None


def test_a_token_taken_without_its_id_token(fake_place, client, refused):
    """What takes a token out of a fragment unseen is refused where ID tokens are to be judged."""
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    callback = fake_place.authorize(url)
    with refused(UsageError, match="use fetch_token"):
        client.token_from_fragment(callback)


def test_a_login_without_an_id_token(fake, client, log_in, refused):
    """A login that asked for `openid` and brings no ID token is refused; one that did not ask goes without."""
    fake.authority.token_members.clear()
    with refused(InvalidTokenResponse, "authorize", "token", match="no id_token"):
        log_in()
    assert client.token is None
    assert log_in(scope="read").access_token


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("id_token_validator", "ID tokens, as oauth-jwt's IDTokenValidator"),
        ("jarm_validator", "signed authorization responses"),
        ("userinfo_validator", "signed userinfo"),
        ("introspection_validator", "signed introspection answers"),
    ],
)
def test_what_judges_nothing(new_client, fake_place, option, named):
    """A judge that cannot judge, or a class in its place, is refused when the client is made."""
    for wrong in (object(), IDTokenValidator):
        with pytest.raises(TypeError, match=f"{option} judges {named}"):
            new_client(**fake_place.options(), **{option: wrong})


def test_a_judge_in_another_place(new_client, fake_place):
    """A judge of one kind of answer in the place of another is refused, and its own place is named."""
    jarm = JARMValidator(fake_place.server.issuer, "basic", {"keys": []})
    with pytest.raises(TypeError, match="userinfo.*a JARMValidator goes into jarm_validator="):
        new_client(**fake_place.options(), userinfo_validator=jarm)


def test_a_key_is_no_class(new_client, fake_place):
    """The class of a key in the place of a key would make another one for each proof; it is refused."""
    with pytest.raises(TypeError, match=r"pass DPoP\(\)"):
        new_client(**fake_place.options(), dpop=DPoP)
