"""Keys at oidc-provider: assertions, DPoP, request objects, signed and encrypted answers, rotation."""

from __future__ import annotations

import urllib.parse
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import JWKRegistry

from tests.servers.keys_at_work import (
    VERIFIER,
    Prover,
    authorization_url,
    callback_parameters,
    client_assertion,
    decrypt,
    exchange,
    server_keys,
    sign,
)
from tests.servers.wire import bearer, fetch, log_in, post_as

pytestmark = [
    pytest.mark.real_server,
    # The tests ask for the name that servers still use.
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning"),
]


@pytest.mark.parametrize(
    ("name", "alg"),
    [
        ("client_secret_jwt", "HS256"),
        ("private_key_jwt", "RS256"),
        ("private_key_jwt", "PS256"),
        ("private_key_jwt_ec", "ES256"),
        ("private_key_jwt_ed25519", "EdDSA"),
    ],
)
def test_client_assertions(oidc_provider, name, alg):
    """Clients authenticate with a JWT made with their secret, or with an RSA, EC or Ed25519 key."""
    form = [
        ("grant_type", "client_credentials"),
        ("scope", "api"),
        *client_assertion(oidc_provider, oidc_provider.clients[name], alg),
    ]
    answer = fetch(oidc_provider.token_endpoint, form)
    assert answer.status == 200, answer.body
    assert fetch(oidc_provider.token_endpoint, form).json["error"] == "invalid_client"


def test_dpop_with_nonces(oidc_provider):
    """Token endpoint and API demand DPoP nonces of their own, each origin its own."""
    server, client, prove = oidc_provider, oidc_provider.clients["dpop_public"], Prover()
    code = callback_parameters(server.authorize(authorization_url(server, client)))["code"]
    form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", VERIFIER),
        ("client_id", client.client_id),
    ]
    with server.settings(dpop_nonce_required=True, api_dpop_nonce_required=True):
        refused = fetch(server.token_endpoint, form, headers={"DPoP": prove("POST", server.token_endpoint)})
        assert refused.json["error"] == "use_dpop_nonce"
        proof = prove("POST", server.token_endpoint, nonce=refused.headers["dpop-nonce"])
        answer = fetch(server.token_endpoint, form, headers={"DPoP": proof})
        assert answer.text("token_type") == "DPoP"
        token = answer.text("access_token")

        nonces = set()
        for url in (f"{server.api_url}/x", f"{server.other_api_url}/x"):
            headers = {"Authorization": f"DPoP {token}", "DPoP": prove("GET", url, token=token)}
            refused = fetch(url, headers=headers)
            assert refused.status == 401
            assert refused.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
            nonces.add(refused.headers["dpop-nonce"])
            headers["DPoP"] = prove("GET", url, token=token, nonce=refused.headers["dpop-nonce"])
            assert fetch(url, headers=headers).json["jkt"] == prove.key.thumbprint()
            assert fetch(url, headers=headers).json["error"] == "invalid_dpop_proof"
        assert len(nonces) == 2
    assert fetch(server.api_url, headers=bearer(token)).json["error"] == "invalid_token"


def test_request_objects_by_value(oidc_provider):
    """A signed request object is demanded of the client "jar" and understood."""
    server, client = oidc_provider, oidc_provider.clients["jar"]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(authorization_url(server, client)).query))
    request = sign(client.private_jwk, "RS256", query | {"iss": client.client_id, "aud": server.issuer})
    url = (
        f"{server.authorization_endpoint}?{urllib.parse.urlencode({'client_id': client.client_id, 'request': request})}"
    )
    assert "code" in callback_parameters(server.authorize(url))
    assert callback_parameters(server.authorize(authorization_url(server, client)))["error"] == "invalid_request"


@pytest.mark.parametrize("mode", ["query.jwt", "fragment.jwt", "jwt"])
def test_jarm(oidc_provider, mode):
    """Authorization responses come as signed JWTs."""
    server, client = oidc_provider, oidc_provider.clients["jarm"]
    response = callback_parameters(server.authorize(authorization_url(server, client, response_mode=mode)))["response"]
    claims = jwt.decode(response, server_keys(server), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["state"]) == (server.issuer, client.client_id, "a-state")
    assert exchange(server, client, claims["code"]).text("id_token")


def test_encrypted_jarm(oidc_provider):
    """Authorization responses come encrypted too."""
    server, client = oidc_provider, oidc_provider.clients["jarm_encrypted"]
    response = callback_parameters(server.authorize(authorization_url(server, client, response_mode="jwt")))["response"]
    inner = decrypt(response, client)
    assert jwt.decode(inner, server_keys(server), algorithms=["RS256"]).claims["state"] == "a-state"


def test_encrypted_id_token_and_userinfo(oidc_provider):
    """ID token and userinfo are signed and then encrypted for the client "encrypted"."""
    server, client = oidc_provider, oidc_provider.clients["encrypted"]
    answer = log_in(server, client, nonce="a-nonce")
    info = fetch(server.userinfo_endpoint, headers=bearer(answer.text("access_token")))
    assert info.headers["content-type"].startswith("application/jwt")
    for text in (answer.text("id_token"), info.body):
        assert jwt.decode(decrypt(text, client), server_keys(server), algorithms=["RS256"]).claims["sub"] == "alice"


@pytest.mark.parametrize(
    ("name", "alg"),
    [
        ("id_token_hs256", "HS256"),
        ("id_token_ps256", "PS256"),
        ("id_token_es256", "ES256"),
        ("id_token_eddsa", "EdDSA"),
    ],
)
def test_id_token_algorithms(oidc_provider, name, alg):
    """ID tokens are signed as each client registered."""
    client = oidc_provider.clients[name]
    id_token = log_in(oidc_provider, client).text("id_token")
    secret = urlsafe_b64encode((client.client_secret or "").encode()).rstrip(b"=").decode()
    key = JWKRegistry.import_key({"kty": "oct", "k": secret}) if alg == "HS256" else server_keys(oidc_provider)
    assert jwt.decode(id_token, key, algorithms=[alg]).claims["aud"] == client.client_id


def test_signed_introspection(oidc_provider):
    """Introspection answers come as signed JWTs to who asks for them."""
    server, client = oidc_provider, oidc_provider.clients["signed_introspection"]
    token = log_in(server, client).text("access_token")
    credentials = urlsafe_b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    headers = {"Accept": "application/token-introspection+jwt", "Authorization": f"Basic {credentials}"}
    answer = fetch(server.introspection_endpoint, [("token", token)], headers=headers)
    claims = jwt.decode(answer.body, server_keys(server), algorithms=["RS256"]).claims
    assert claims["token_introspection"]["active"] is True


def test_key_rotation(oidc_provider):
    """After a rotation tokens are signed with keys that were not there before, and logins go on."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    before = {each["kid"] for each in fetch(server.endpoint("jwks_uri")).json["keys"]}
    refresh_token = log_in(server, client).text("refresh_token")
    server.rotate_keys()
    after = {each["kid"] for each in fetch(server.endpoint("jwks_uri")).json["keys"]}
    assert not before & after
    server.rotate_keys(keep=True)
    kept = {each["kid"] for each in fetch(server.endpoint("jwks_uri")).json["keys"]}
    assert after < kept
    refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)]
    id_token = post_as(client, server.token_endpoint, refresh).text("id_token")
    assert jwt.decode(id_token, server_keys(server), algorithms=["RS256"]).header["kid"] in kept - after
