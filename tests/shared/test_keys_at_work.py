"""Keys at a real provider, through every flavour: assertions, DPoP with nonces, signed answers, service accounts."""

from __future__ import annotations

import pytest

from oauth_core import AuthorizationRefused, ProtocolViolation, ServerRefusal
from oauth_jwt import (
    ClientSecretJWT,
    DPoP,
    IDTokenValidator,
    IntrospectionValidator,
    InvalidJWTError,
    JARMValidator,
    JWTAssertion,
    Key,
    PrivateKeyJWT,
    UserInfoValidator,
    public_jwks,
)
from tests.shared.flavours import native_options

pytestmark = pytest.mark.real_server


@pytest.fixture
def registered(oidc_provider):
    """The constructor's keywords of a client that the provider knows."""

    def options(name: str, **more: object) -> dict[str, object]:
        client = oidc_provider.clients[name]
        return {
            "client_id": client.client_id,
            "client_secret": client.client_secret or client.private_jwk,
            "token_endpoint_auth_method": client.auth_method,
            "redirect_uri": client.redirect_uri,
            "metadata": oidc_provider.metadata,
            **more,
        }

    return options


def log_in(server, client, **parameters):
    request = client.authorization_request(scope="openid offline_access", prompt="consent", **parameters)
    return client.authorization_code(request.validate_callback(server.authorize(request.uri)))


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("client_secret_jwt", "client_secret_jwt"),
        ("client_secret_jwt", ClientSecretJWT(alg="HS512")),
        ("private_key_jwt", "private_key_jwt"),
        ("private_key_jwt", PrivateKeyJWT(alg="PS256")),
        ("private_key_jwt_ec", "private_key_jwt"),
        ("private_key_jwt_ed25519", "private_key_jwt"),
    ],
    ids=["secret", "secret-HS512", "RSA", "RSA-PS256", "EC", "Ed25519"],
)
def test_client_assertions(new_client, registered, name, method):
    """A client authenticates by an assertion, by the method's name or by its value, twice in a row."""
    client = new_client(**registered(name, token_endpoint_auth_method=method, scope="api"))
    first, second = client.client_credentials(), client.client_credentials()
    assert first.access_token != second.access_token


@pytest.mark.parametrize("name", ["dpop", "dpop_public"])
def test_dpop(oidc_provider, new_client, registered, name):
    """The provider demands nonces at its token endpoint and its API; tokens are bound, used and renewed."""
    client = new_client(**registered(name, dpop=DPoP()))
    first = log_in(oidc_provider, client)
    assert first.token_type == "DPoP"
    assert client.userinfo()["sub"] == "alice"
    assert client.get(f"{oidc_provider.api_url}/echo").status_code == 200
    renewed = client.refresh_token()
    assert renewed.token_type == "DPoP"
    assert client.get(f"{oidc_provider.api_url}/echo").status_code == 200


def test_another_key(oidc_provider, new_client, registered):
    """A token that was stolen without its key is worth nothing."""
    owner = new_client(**registered("dpop", dpop=DPoP()))
    token = log_in(oidc_provider, owner)
    thief = new_client(**registered("dpop", dpop=DPoP()), token={**token, "refresh_token": None})
    assert thief.get(f"{oidc_provider.api_url}/echo").status_code == 401


@pytest.mark.parametrize(
    ("name", "alg"),
    [
        ("client_secret_basic", "RS256"),
        ("id_token_hs256", "HS256"),
        ("id_token_ps256", "PS256"),
        ("id_token_es256", "ES256"),
        ("id_token_eddsa", "EdDSA"),
        ("encrypted", "RS256"),
    ],
)
def test_id_tokens(oidc_provider, new_client, registered, name, alg):
    """A login is believed by the registered algorithm, goes on over a refresh, and is refused by another algorithm."""
    registration = oidc_provider.clients[name]

    def validator(*algorithms: str) -> IDTokenValidator:
        keys = (registration.private_jwk,) if registration.private_jwk else ()
        secret = registration.client_secret
        return IDTokenValidator.from_metadata(
            oidc_provider.metadata,
            registration.client_id,
            algorithms=algorithms,
            client_secret=secret,
            decryption_keys=keys,
        )

    client = new_client(**registered(name, id_token_validator=validator(alg)))
    assert log_in(oidc_provider, client, max_age=3600).id_token
    assert client.refresh_token().id_token
    strict = new_client(**registered(name, id_token_validator=validator("ES512")))
    with pytest.raises(InvalidJWTError, match="expected ES512"):
        log_in(oidc_provider, strict)


@pytest.fixture
def judge(oidc_provider):
    """Make a validator for a client that the provider knows."""

    def make(kind, name: str, alg: str, **options: object):
        registration = oidc_provider.clients[name]
        options.setdefault("decryption_keys", (registration.private_jwk,) if registration.private_jwk else ())
        client_id = registration.client_id
        return kind.from_metadata(oidc_provider.metadata, client_id, algorithms=(alg,), **options)

    return make


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
@pytest.mark.parametrize(("name", "alg"), [("jarm", "ES256"), ("jarm_encrypted", "RS256")])
def test_signed_callbacks(oidc_provider, new_client, registered, judge, name, alg, mode):
    """Signed and encrypted callbacks of every mode give a token; a plain one, or one by another key, gives none."""
    client = new_client(**registered(name, jarm_validator=judge(JARMValidator, name, alg)))
    request = client.authorization_request(scope="openid", response_mode=mode)
    url, fields = oidc_provider.authorize_form(request.uri)
    assert client.authorization_code(dict(fields) or url, request=request).access_token
    strict = new_client(**registered(name, jarm_validator=judge(JARMValidator, name, "ES512")))
    url, fields = oidc_provider.authorize_form(request.uri)
    with pytest.raises(InvalidJWTError, match="expected ES512"):
        strict.authorization_code(dict(fields) or url, request=request)


def test_plain_callback(oidc_provider, new_client, registered, judge):
    """What the provider answers to a plain request is refused where the request was to be answered by a JWT."""
    client = new_client(**registered("jarm", jarm_validator=judge(JARMValidator, "jarm", "ES256")))
    request = client.authorization_request(scope="openid")
    callback = oidc_provider.authorize(request.uri.replace("response_mode=jwt", "response_mode=query"))
    with pytest.raises(ProtocolViolation, match="not signed"):
        client.authorization_code(callback, request=request)


def test_refused_login(oidc_provider, new_client, registered, judge):
    """A refusal comes signed too, and is raised as what it is."""
    client = new_client(**registered("jarm", jarm_validator=judge(JARMValidator, "jarm", "ES256")))
    request = client.authorization_request(scope="openid", login_hint="deny")
    with pytest.raises(AuthorizationRefused) as caught:
        client.validate_callback(request, oidc_provider.authorize(request.uri))
    assert caught.value.error == "access_denied"


@pytest.mark.parametrize("token_placement", ["header", "body"])
@pytest.mark.parametrize(("name", "alg"), [("signed_userinfo", "ES256"), ("encrypted", "RS256")])
def test_signed_userinfo(oidc_provider, new_client, registered, judge, name, alg, token_placement):
    """Signed and encrypted userinfo is believed, about the user of the ID token alone, and refused without a judge."""
    judges = {
        "id_token_validator": judge(IDTokenValidator, name, "RS256"),
        "userinfo_validator": judge(UserInfoValidator, name, alg),
    }
    client = new_client(**registered(name, **judges))
    log_in(oidc_provider, client)
    assert client.userinfo(token_placement=token_placement)["sub"] == "alice"
    with pytest.raises(InvalidJWTError, match="another subject"):
        client.userinfo(subject="bob", token_placement=token_placement)
    without = new_client(**registered(name, token=client.token))
    with pytest.raises(ProtocolViolation, match="userinfo_validator="):
        without.userinfo(token_placement=token_placement)


def test_plain_userinfo(oidc_provider, new_client, registered, judge):
    """Plain userinfo is refused where a judge waits for a signed answer."""
    name = "client_secret_basic"
    client = new_client(**registered(name, userinfo_validator=judge(UserInfoValidator, name, "RS256")))
    log_in(oidc_provider, client)
    with pytest.raises(ProtocolViolation, match="not signed or encrypted"):
        client.userinfo()


def test_signed_introspection(oidc_provider, new_client, registered, judge):
    """A signed introspection answer is asked for and believed; a client without a judge gets the plain one."""
    name = "signed_introspection"
    validator = judge(IntrospectionValidator, name, "RS256")
    client = new_client(**registered(name, introspection_validator=validator))
    log_in(oidc_provider, client)
    assert client.introspect_token()["active"] is True
    assert client.introspect_token(token="unknown")["active"] is False
    assert new_client(**registered(name, token=client.token)).introspect_token()["active"] is True
    strict = judge(IntrospectionValidator, name, "ES256")
    with pytest.raises(InvalidJWTError, match="expected ES256"):
        new_client(**registered(name, token=client.token, introspection_validator=strict)).introspect_token()


def test_service_account(oidc_provider, flavour, registered):
    """A session obtains its token by an assertion of an issuer that the provider trusts, and by no other."""
    key = Key.generate("ES256")
    issuer = f"https://{flavour.name}.example"
    oidc_provider.trust_issuer(issuer, public_jwks(key))
    name = "AsyncAssertionClient" if flavour.asynchronous else "AssertionClient"
    cls = flavour.type("AssertionSession" if flavour.library == "requests" else name)
    known = registered("client_secret_basic")
    named = {option: known[option] for option in ("client_id", "client_secret")} | native_options(flavour)
    endpoint, api = oidc_provider.token_endpoint, f"{oidc_provider.api_url}/echo"

    def shown(signer: Key) -> object:
        ready = JWTAssertion(issuer, endpoint, signer, subject="alice", lifetime=60)
        return cls(endpoint, assertion=ready.token, scope="api", **named)

    def signed() -> object:
        return cls(endpoint, issuer, "alice", key=key, scope="api", **named)

    for build in (lambda: shown(key), signed):
        with flavour.running(build) as session:
            assert session.get(api).status_code == 200
    with flavour.running(lambda: shown(Key.generate("ES256"))) as session, pytest.raises(ServerRefusal):
        session.fetch_token()
