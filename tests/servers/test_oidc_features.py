"""The further features of oidc-provider that later suites rely on, each tried once with raw requests."""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
import time
import urllib.parse
import urllib.request
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, JWKRegistry, KeySet

from tests.servers.oidc_clients import CIBA, DEVICE_CODE, JWT_BEARER, LOGOUT_URI, TOKEN_EXCHANGE
from tests.servers.wire import bearer, fetch, log_in, post_as

pytestmark = [
    pytest.mark.real_server,
    # The tests ask for the name that servers still use.
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning"),
]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CHALLENGE = urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
ALGORITHMS = ["HS256", "RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
JWE_ALGORITHMS = ["RSA-OAEP-256", "ECDH-ES", "A128CBC-HS256", "A256GCM"]


def sign(key, alg, claims, **header):
    return jwt.encode({"alg": alg, **header}, claims, JWKRegistry.import_key(key), algorithms=ALGORITHMS)


def decrypt(text, client) -> str:
    # The server repeats `iss` and `aud` in the header.
    registry = jwe.JWERegistry(algorithms=JWE_ALGORITHMS, strict_check_header=False)
    key = JWKRegistry.import_key(client.private_jwk)
    return jwe.decrypt_compact(text, key, registry=registry).plaintext.decode()


def server_keys(server) -> KeySet:
    return KeySet.import_key_set(fetch(server.endpoint("jwks_uri")).json)


def assertion(server, client, key, alg) -> str:
    now = int(time.time())
    claims = {"iss": client.client_id, "sub": client.client_id, "aud": server.issuer, "iat": now, "exp": now + 60}
    return sign(key, alg, claims | {"jti": secrets.token_hex(8)})


def authorization_url(server, client, **extra) -> str:
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": "openid api",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | extra
    return f"{server.authorization_endpoint}?{urllib.parse.urlencode(query)}"


def exchange(server, client, code) -> dict:
    form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", "v" * 43),
    ]
    answer = post_as(client, server.token_endpoint, form)
    assert answer.status == 200, answer.body
    return answer.json


def callback_parameters(url) -> dict:
    parts = urllib.parse.urlsplit(url)
    return dict(urllib.parse.parse_qsl(parts.query or parts.fragment))


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
    client = oidc_provider.clients[name]
    secret = {"kty": "oct", "k": urlsafe_b64encode((client.client_secret or "").encode()).rstrip(b"=").decode()}
    form = [
        ("grant_type", "client_credentials"),
        ("scope", "api"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion(oidc_provider, client, client.private_jwk or secret, alg)),
    ]
    answer = fetch(oidc_provider.token_endpoint, form)
    assert answer.status == 200, answer.body
    assert fetch(oidc_provider.token_endpoint, form).json["error"] == "invalid_client"


class Prover:
    """Makes DPoP proofs."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", private=True)

    def __call__(self, method, url, *, token=None, nonce=None) -> str:
        claims = {"jti": secrets.token_hex(8), "htm": method, "htu": url, "iat": int(time.time())}
        if token:
            claims["ath"] = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        if nonce:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        return jwt.encode(header, claims, self.key)


def test_dpop_with_nonces(oidc_provider):
    """Token endpoint and API demand DPoP nonces of their own, each origin its own."""
    server, client, prove = oidc_provider, oidc_provider.clients["dpop_public"], Prover()
    code = callback_parameters(server.authorize(authorization_url(server, client)))["code"]
    form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", "v" * 43),
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
    assert exchange(server, client, claims["code"])["id_token"]


def test_encrypted_jarm(oidc_provider):
    """Authorization responses come encrypted too."""
    server, client = oidc_provider, oidc_provider.clients["jarm_encrypted"]
    response = callback_parameters(server.authorize(authorization_url(server, client, response_mode="jwt")))["response"]
    inner = decrypt(response, client)
    assert jwt.decode(inner, server_keys(server), algorithms=["RS256"]).claims["state"] == "a-state"


def test_form_post(oidc_provider):
    """Authorization responses come by form_post."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    url, fields = server.authorize_form(authorization_url(server, client, response_mode="form_post"))
    assert url == client.redirect_uri
    assert dict(fields).keys() == {"code", "state", "iss"}


@pytest.mark.parametrize("response_type", ["id_token token", "code id_token", "code token", "code id_token token"])
def test_implicit_and_hybrid(oidc_provider, response_type):
    """Implicit and hybrid responses come in the fragment."""
    client = oidc_provider.clients["client_secret_basic"]
    url = oidc_provider.authorize(authorization_url(oidc_provider, client, response_type=response_type))
    found = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).fragment))
    wanted = {"code": "code", "id_token": "id_token", "token": "access_token"}
    assert {wanted[each] for each in response_type.split()} <= found.keys()


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


def test_device_flow(oidc_provider):
    """A device code is pending until it is decided about; `slow_down` comes on demand."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    answer = post_as(client, server.endpoint("device_authorization_endpoint"), [("scope", "openid api")])
    assert answer.json["interval"] == 1
    poll = [("grant_type", DEVICE_CODE), ("device_code", answer.text("device_code"))]
    assert post_as(client, server.token_endpoint, poll).json["error"] == "authorization_pending"
    server.slow_down(1)
    assert post_as(client, server.token_endpoint, poll).json["error"] == "slow_down"
    server.decide_device(answer.text("user_code"), approve=True)
    token = post_as(client, server.token_endpoint, poll)
    assert token.text("scope") == "openid api"
    assert fetch(server.userinfo_endpoint, headers=bearer(token.text("access_token"))).json["sub"] == "alice"


def test_standing_decisions(oidc_provider):
    """Device and CIBA requests are decided about beforehand: at once, or after some polls."""
    server, client = oidc_provider, oidc_provider.clients["none"]
    endpoint = server.endpoint("device_authorization_endpoint")
    with server.standing_decision("device", approve=False):
        code = post_as(client, endpoint, [("scope", "openid")]).text("device_code")
    poll = [("grant_type", DEVICE_CODE), ("device_code", code)]
    assert post_as(client, server.token_endpoint, poll).json["error"] == "access_denied"
    with server.standing_decision("device", approve=True, after_polls=2):
        code = post_as(client, endpoint, [("scope", "openid")]).text("device_code")
        poll = [("grant_type", DEVICE_CODE), ("device_code", code)]
        statuses = [post_as(client, server.token_endpoint, poll).status for _ in range(3)]
    assert statuses == [400, 400, 200]


def test_ciba(oidc_provider):
    """A CIBA request is pending until it is decided about."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    form = [("scope", "openid api"), ("login_hint", "alice"), ("binding_message", "W4SCT")]
    for approve, error in ((True, None), (False, "access_denied")):
        answer = post_as(client, server.endpoint("backchannel_authentication_endpoint"), form)
        poll = [("grant_type", CIBA), ("auth_req_id", answer.text("auth_req_id"))]
        assert post_as(client, server.token_endpoint, poll).json["error"] == "authorization_pending"
        server.decide_ciba(answer.text("auth_req_id"), approve=approve)
        assert post_as(client, server.token_endpoint, poll).json.get("error") == error


def test_token_exchange(oidc_provider):
    """Access tokens and ID tokens are exchanged for an access token."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    login = log_in(server, client)
    for name in ("access_token", "id_token"):
        form = [
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", login.text(name)),
            ("subject_token_type", f"urn:ietf:params:oauth:token-type:{name}"),
            ("audience", "https://backend.example"),
            ("audience", "https://other.example"),
            ("scope", "api"),
        ]
        answer = post_as(client, server.token_endpoint, form)
        assert answer.text("issued_token_type") == "urn:ietf:params:oauth:token-type:access_token"
        seen = fetch(server.api_url, headers=bearer(answer.text("access_token"))).json
        assert (seen["sub"], seen["aud"]) == ("alice", "https://backend.example")


def test_jwt_bearer(oidc_provider):
    """A client exchanges an assertion that it signed for a user's access token."""
    server, client = oidc_provider, oidc_provider.clients["private_key_jwt_ec"]
    now = int(time.time())
    grant = sign(
        client.private_jwk,
        "ES256",
        {"iss": client.client_id, "sub": "alice", "aud": server.token_endpoint, "iat": now, "exp": now + 60},
    )
    form = [
        ("grant_type", JWT_BEARER),
        ("assertion", grant),
        ("scope", "api"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion(server, client, client.private_jwk, "ES256")),
    ]
    token = fetch(server.token_endpoint, form).text("access_token")
    assert fetch(server.api_url, headers=bearer(token)).json["sub"] == "alice"


def test_pushed_authorization_requests(oidc_provider):
    """The client "par" has to push its request."""
    server, client = oidc_provider, oidc_provider.clients["par"]
    url = authorization_url(server, client)
    assert "error=invalid_request" in server.authorize(url)
    form = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)
    pushed = post_as(client, server.endpoint("pushed_authorization_request_endpoint"), form)
    assert pushed.status == 201, pushed.body
    short = urllib.parse.urlencode({"client_id": client.client_id, "request_uri": pushed.text("request_uri")})
    code = callback_parameters(server.authorize(f"{server.authorization_endpoint}?{short}"))["code"]
    assert exchange(server, client, code)["scope"] == "openid api"


def test_authorization_details(oidc_provider):
    """Rich authorization requests come back with the token, and reach the API."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    details = [{"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "1.50"}}]
    url = authorization_url(server, client, authorization_details=json.dumps(details))
    callback = server.authorize(url)
    assert "code=" in callback, callback
    token = exchange(server, client, callback_parameters(callback)["code"])
    assert token["authorization_details"] == details
    assert fetch(server.api_url, headers=bearer(token["access_token"])).json["authorization_details"] == details
    url = authorization_url(server, client, authorization_details='[{"type": "unheard-of"}]')
    assert callback_parameters(server.authorize(url))["error"] == "invalid_authorization_details"


def test_resource_indicators(oidc_provider):
    """A token is made for the resource that was asked for; a resource that ends in "jwt" gets a JWT."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    for resource, dots in ((f"{server.issuer}/api", 0), (f"{server.issuer}/resource/jwt", 2)):
        form = [("grant_type", "client_credentials"), ("scope", "api"), ("resource", resource)]
        token = post_as(client, server.token_endpoint, form).text("access_token")
        assert token.count(".") == dots
        assert fetch(server.api_url, headers=bearer(token)).json["aud"] == resource
    form = [("grant_type", "client_credentials"), ("resource", "https://elsewhere.example")]
    assert post_as(client, server.token_endpoint, form).json["error"] == "invalid_target"


def send_json(url, body, *, token=None, method="POST"):
    headers = {"Content-Type": "application/json"} | (bearer(token) if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.status, json.loads(response.read() or b"{}")


def test_registration_and_management(oidc_provider):
    """A client registers itself, reads, changes and removes its registration."""
    wanted = {"redirect_uris": ["https://new.example/callback"], "client_name": "New"}
    status, made = send_json(oidc_provider.endpoint("registration_endpoint"), wanted)
    assert (status, made["client_name"]) == (201, "New")
    uri, token = made["registration_client_uri"], made["registration_access_token"]
    assert fetch(uri, headers=bearer(token)).json["client_id"] == made["client_id"]
    change = {name: made[name] for name in ("client_id", "client_secret", "redirect_uris")} | {"client_name": "Newer"}
    status, changed = send_json(uri, change, token=token, method="PUT")
    assert (status, changed["client_name"]) == (200, "Newer")
    removed = fetch(uri, headers=bearer(changed["registration_access_token"]), method="DELETE")
    assert removed.status == 204


@pytest.mark.parametrize("name", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_mutual_tls(oidc_provider, name):
    """Clients authenticate with certificates, and their tokens work with the same certificate only."""
    server, client = oidc_provider, oidc_provider.clients[name]
    aliases = server.metadata["mtls_endpoint_aliases"]

    def get(url, form, *, certificate, token=None):
        context = ssl.create_default_context(cafile=server.ca_file)
        context.load_cert_chain(*certificate)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(url, data, bearer(token) if token else {})
        with opener.open(request, timeout=10) as response:
            return json.load(response)

    form = [("grant_type", "client_credentials"), ("scope", "api"), ("client_id", client.client_id)]
    token = get(aliases["token_endpoint"], form, certificate=client.certificate)["access_token"]
    seen = get(f"{server.mtls_api_url}/x", None, certificate=client.certificate, token=token)
    assert seen["client_id"] == client.client_id
    assert fetch(server.api_url, headers=bearer(token)).status == 401
    assert fetch(server.token_endpoint, form).json["error"] == "invalid_client"


def test_end_session(oidc_provider):
    """A logout ends at the registered address and carries the state back."""
    server, client = oidc_provider, oidc_provider.clients["client_secret_basic"]
    id_token = log_in(server, client).text("id_token")
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": LOGOUT_URI, "state": "bye"}
    url = f"{server.endpoint('end_session_endpoint')}?{urllib.parse.urlencode(query)}"
    assert server.browser().visit(url)[0] == f"{LOGOUT_URI}?state=bye"


def test_counts(oidc_provider):
    """The server tells how many requests and grants there were."""
    client = oidc_provider.clients["client_secret_basic"]
    oidc_provider.reset_counts()
    post_as(client, oidc_provider.token_endpoint, [("grant_type", "client_credentials")])
    post_as(client, oidc_provider.token_endpoint, [("grant_type", "nonsense")])
    assert oidc_provider.counts() == {"POST /token": 2, "grant client_credentials": 1}


@pytest.mark.parametrize(("method", "placement"), [("POST", "body"), ("GET", "query")])
def test_token_placements(oidc_provider, method, placement):
    """The API takes a token in a form or in the query too."""
    token = log_in(oidc_provider, oidc_provider.clients["none"]).text("access_token")
    pair = [("access_token", token)]
    url = oidc_provider.api_url
    answer = fetch(url, pair) if method == "POST" else fetch(f"{url}?{urllib.parse.urlencode(pair)}")
    assert answer.json["placement"] == placement


def test_insufficient_scope(oidc_provider):
    """The API refuses a token without a scope that it needs by 403."""
    client = oidc_provider.clients["client_secret_basic"]
    form = [("grant_type", "client_credentials"), ("scope", "read")]
    token = post_as(client, oidc_provider.token_endpoint, form).text("access_token")
    answer = fetch(f"{oidc_provider.api_url}?need_scope=write", headers=bearer(token))
    assert answer.status == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
