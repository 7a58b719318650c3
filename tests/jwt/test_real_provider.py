"""Against `oidc-provider`: what we sign it accepts, what it signs we believe, and we refuse what was changed."""

import urllib.parse

import pytest

from oauth_core import (
    ClientConfig,
    ClientCredentialsGrant,
    Request,
    Response,
    ServerMetadata,
    ServerRefusal,
    fetch_token,
    run,
)
from oauth_jwt import (
    DPoP,
    IDTokenValidator,
    IntrospectionValidator,
    InvalidJWTError,
    JARMValidator,
    JWKSCache,
    JWTBearerGrant,
    Key,
    PrivateKeyJWT,
    RequestObject,
    UserInfoValidator,
    public_jwks,
)
from tests.servers.keys_at_work import VERIFIER, authorization_url, callback_parameters, exchange
from tests.servers.wire import bearer, fetch, log_in

pytestmark = pytest.mark.real_server


def send(request: Request) -> Response:
    form = urllib.parse.parse_qsl(request.body.decode()) if request.method == "POST" else None
    answer = fetch(request.url, form, headers=dict(request.headers))
    return Response(answer.status, tuple(answer.headers.items()), answer.body.encode())


def token_of(server, client, auth, grant=None):
    secret = client.client_secret or client.private_jwk
    config = ClientConfig(client.client_id, secret, auth=auth, metadata=ServerMetadata(server.metadata))
    return run(fetch_token(config, grant or ClientCredentialsGrant("api")), send)


def keys(server):
    return JWKSCache(server.endpoint("jwks_uri"), cooldown=0)


@pytest.mark.parametrize(
    ("name", "alg"),
    [
        ("client_secret_jwt", None),
        ("private_key_jwt", None),
        ("private_key_jwt", "PS256"),
        ("private_key_jwt_ec", None),
        ("private_key_jwt_ed25519", None),
    ],
)
def test_client_assertions(oidc_provider, name, alg):
    """The provider accepts our assertions with a secret, RSA, EC and Ed25519 keys, by name and by value."""
    client = oidc_provider.clients[name]
    from oauth_jwt import ClientSecretJWT

    auth = ClientSecretJWT() if name == "client_secret_jwt" else PrivateKeyJWT(alg=alg)
    for _ in range(2):
        assert token_of(oidc_provider, client, auth).access_token
    other = Key.generate("RS256").private_jwk() if client.private_jwk else "another secret of thirty-two bytes"
    with pytest.raises(ServerRefusal) as caught:
        config = ClientConfig(client.client_id, other, auth=auth, metadata=ServerMetadata(oidc_provider.metadata))
        run(fetch_token(config, ClientCredentialsGrant("api")), send)
    assert caught.value.error == "invalid_client"


def test_jwt_bearer_grant(oidc_provider):
    """An assertion of a trusted issuer gives a token."""
    key = Key.generate("ES256")
    oidc_provider.trust_issuer("https://issuer.example", public_jwks(key))
    grant = JWTBearerGrant.signed(
        "https://issuer.example", oidc_provider.token_endpoint, key, subject="alice", lifetime=60, scope="api"
    )
    client = oidc_provider.clients["client_secret_basic"]
    assert token_of(oidc_provider, client, "client_secret_basic", grant).access_token


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
def test_id_tokens(oidc_provider, name, alg):
    """ID tokens by every registered algorithm, encrypted ones too, are believed; with another nonce they are not."""
    server, client = oidc_provider, oidc_provider.clients[name]
    answer = log_in(server, client, nonce="a-nonce").json
    rules = IDTokenValidator.from_metadata(
        server.metadata,
        client.client_id,
        algorithms=(alg,),
        client_secret=client.client_secret,
        decryption_keys=(client.private_jwk,) if client.private_jwk else (),
    )
    assert run(rules.validate(answer, nonce="a-nonce"), send).sub == "alice"
    with pytest.raises(InvalidJWTError, match="nonce"):
        run(rules.validate(answer, nonce="other"), send)
    wrong = IDTokenValidator.from_metadata(server.metadata, "other", algorithms=(alg,), client_secret="x" * 40)
    with pytest.raises(InvalidJWTError):
        run(wrong.validate(answer, nonce="a-nonce"), send)


@pytest.mark.parametrize("name", ["jarm", "jarm_encrypted"])
def test_jarm(oidc_provider, name):
    """Signed and encrypted authorization responses give a code that can be redeemed."""
    server, client = oidc_provider, oidc_provider.clients[name]
    callback = server.authorize(authorization_url(server, client, response_mode="jwt"))
    rules = JARMValidator.from_metadata(
        server.metadata,
        client.client_id,
        algorithms=("ES256",) if name == "jarm" else ("RS256",),
        decryption_keys=(client.private_jwk,) if client.private_jwk else (),
    )
    found = dict(run(rules.validate(callback), send))
    assert (found["iss"], found["state"]) == (server.issuer, "a-state")
    assert exchange(server, client, found["code"]).text("access_token")


def test_signed_and_encrypted_userinfo(oidc_provider):
    """Userinfo as a JWT, signed alone or signed and encrypted, is verified."""
    server = oidc_provider
    for name, alg in (("signed_userinfo", "ES256"), ("encrypted", "RS256")):
        client = server.clients[name]
        answer = log_in(server, client, nonce="n")
        text = fetch(server.userinfo_endpoint, headers=bearer(answer.text("access_token"))).body
        rules = UserInfoValidator(
            server.issuer,
            client.client_id,
            keys(server),
            algorithms=(alg,),
            decryption_keys=(client.private_jwk,) if client.private_jwk else (),
        )
        assert run(rules.validate(text, subject="alice"), send).sub == "alice"
        with pytest.raises(InvalidJWTError, match="another subject"):
            run(rules.validate(text, subject="bob"), send)


def test_signed_introspection(oidc_provider):
    """A signed introspection answer is verified."""
    from base64 import b64encode

    server, client = oidc_provider, oidc_provider.clients["signed_introspection"]
    token = log_in(server, client).text("access_token")
    credentials = b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    headers = {"Accept": "application/token-introspection+jwt", "Authorization": f"Basic {credentials}"}
    text = fetch(server.introspection_endpoint, [("token", token)], headers=headers).body
    rules = IntrospectionValidator(server.issuer, client.client_id, keys(server))
    assert run(rules.validate(text), send)["active"] is True


def test_request_objects(oidc_provider):
    """The provider understands our request objects, and demands them of the client that is registered so."""
    server, client = oidc_provider, oidc_provider.clients["jar"]
    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(authorization_url(server, client)).query)
    objects = RequestObject(client.client_id, server.issuer, client.private_jwk)
    request = run(objects.sign(query), send)
    url = (
        f"{server.authorization_endpoint}?{urllib.parse.urlencode({'client_id': client.client_id, 'request': request})}"
    )
    found = callback_parameters(server.authorize(url))
    assert found["state"] == "a-state"
    assert exchange(server, client, found["code"]).text("id_token")


def test_dpop_with_nonces(oidc_provider):
    """Our proofs satisfy the token endpoint and two APIs with a nonce for each origin."""
    server, client, dpop = oidc_provider, oidc_provider.clients["dpop_public"], DPoP()
    code = callback_parameters(server.authorize(authorization_url(server, client)))["code"]
    form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", VERIFIER),
        ("client_id", client.client_id),
    ]

    def ask(url, form=None, token=None):
        proof = dpop.proof("GET" if form is None else "POST", url, token)
        headers = {"DPoP": proof} | ({"Authorization": f"DPoP {token}"} if token else {})
        answer = fetch(url, form, headers=headers)
        dpop.learn(url, answer.headers.get("dpop-nonce"))
        return answer

    with server.settings(dpop_nonce_required=True, api_dpop_nonce_required=True):
        assert ask(server.token_endpoint, form).json["error"] == "use_dpop_nonce"
        token = ask(server.token_endpoint, form).text("access_token")
        for url in (f"{server.api_url}/x?page=2", f"{server.other_api_url}/x"):
            assert ask(url, token=token).status == 401
            assert ask(url, token=token).json["jkt"] == dpop.jkt
            assert ask(url, token=token).status == 200
        assert len({dpop.nonce(url) for url in (server.token_endpoint, server.api_url, server.other_api_url)}) == 2


def test_rotated_keys(oidc_provider):
    """After the provider changed its keys, tokens are believed with the same rules."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    rules = IDTokenValidator(server.issuer, client.client_id, keys(server))
    for rotate in (lambda: None, server.rotate_keys, lambda: server.rotate_keys(keep=True)):
        rotate()
        answer = log_in(server, client, nonce="n").json
        assert run(rules.validate(answer, nonce="n"), send).sub == "alice"
