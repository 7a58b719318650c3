"""The fake server with key operations: assertions, DPoP, ID tokens and signed answers, right and wrong."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from oauth_core import (
    AuthContext,
    AuthorizationCodeGrant,
    ClientConfig,
    ClientCredentialsGrant,
    RefreshTokenGrant,
    Request,
    ServerMetadata,
    ServerRefusal,
    encode_form,
    fetch_token,
    run,
)
from oauth_core.testing import FakeAuthorizationServer, FakeUser, RegisteredClient
from oauth_jwt import (
    ClaimsValidator,
    ClientSecretJwt,
    DPoP,
    IDTokenValidator,
    IntrospectionValidator,
    InvalidJWTError,
    JARMValidator,
    JWTBearerGrant,
    Key,
    LogoutTokenValidator,
    PrivateKeyJwt,
    RequestObject,
    UserInfoValidator,
    public_jwks,
)
from oauth_jwt._claims import half_hash
from oauth_jwt.testing import KeyOperations, install
from tests.jwt.support import SECRET, Clock, key, sign

CALLBACK = "https://client.test/callback"
BASIC = ("client_secret_basic", "client_secret_post")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def operations():
    return KeyOperations()


@pytest.fixture
def server(clock, operations):
    server = FakeAuthorizationServer(clock=clock)
    server.install(operations)
    jwks = public_jwks(key("ES256"), key("RS256"))
    for name, method, metadata in (
        ("secret", "client_secret_jwt", {}),
        ("keyed", "private_key_jwt", {"jwks": jwks}),
        ("public", "none", {}),
        ("bound", "none", {"dpop_bound_access_tokens": True}),
    ):
        server.register(RegisteredClient(name, SECRET if method != "none" else None, (method,), metadata=metadata))
    return server


def config(server, client_id, auth, **options):
    metadata = ServerMetadata(server.metadata)
    return ClientConfig(client_id, SECRET, auth=auth, metadata=metadata, clock=server.authority.clock, **options)


def fetch(server, client_id, auth, grant=None):
    return run(fetch_token(config(server, client_id, auth), grant or ClientCredentialsGrant()), server.send)


def ask(server, **params):
    """Send a person to the authorization endpoint; the parameters that come back."""
    base = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid"}
    response = server.send(Request("GET", f"{server.authorization_endpoint}?{urlencode(base | params)}"))
    location = response.header("location")
    assert location is not None, response.text
    parts = urlsplit(location)
    return dict(parse_qsl(parts.query or parts.fragment))


@pytest.mark.parametrize("alg", ["HS256", "ES256", "RS256"])
def test_client_authenticates_by_assertion(server, alg):
    """A client is given a token for an assertion under its secret or key."""
    if alg == "HS256":
        assert fetch(server, "secret", ClientSecretJwt("secret", SECRET)).access_token
    else:
        assert fetch(server, "keyed", PrivateKeyJwt("keyed", key(alg))).access_token


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"audience": "https://other.example"}, "another audience"),
        ({"lifetime": 7200}, "longer than an hour"),
        ({"jti": lambda: ""}, "no jti"),
        ({"claims": {"iss": "other"}}, "iss and sub"),
        ({"claims": {"nbf": 10**11}}, "not valid for another"),
    ],
)
def test_wrong_assertion_is_refused(server, change, message):
    """An assertion for another, for too long, without a name, or about somebody else is refused."""
    with pytest.raises(ServerRefusal, match=message) as caught:
        fetch(server, "keyed", PrivateKeyJwt("keyed", key("ES256"), **change))
    assert caught.value.error == "invalid_client"


def test_used_foreign_and_unsigned_assertions_are_refused(server):
    """The same jti twice, another key, another method's algorithm and nonsense are refused."""
    same = PrivateKeyJwt("keyed", key("ES256"), jti=lambda: "once")
    assert fetch(server, "keyed", same)
    for auth, client, message in (
        (same, "keyed", "used before"),
        (PrivateKeyJwt("keyed", key("ES256", 2)), "keyed", "no key"),
        (ClientSecretJwt("keyed", SECRET), "keyed", "not registered for client_secret_jwt"),
        (PrivateKeyJwt("secret", key("ES256")), "secret", "no keys|no key"),
        (ClientSecretJwt("secret", SECRET + "x"), "secret", "does not hold"),
    ):
        with pytest.raises(ServerRefusal, match=message):
            fetch(server, client, auth)
    form = {"grant_type": "client_credentials", "client_assertion": "x.y.z"}
    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    response = server.send(Request("POST", server.token_endpoint, headers, encode_form(form.items()).encode()))
    assert response.status == 401


def test_jwt_bearer_grant(server):
    """A signed assertion gives a token for its subject; a spoilt one is invalid_grant."""
    auth = ClientSecretJwt("secret", SECRET)
    clock = server.authority.clock
    grant = JWTBearerGrant.signed("keyed", server.issuer, key("RS256"), subject="alice", clock=clock)
    token = fetch(server, "secret", auth, grant)
    assert server.authority.tokens.find(token.access_token).subject == "alice"
    for bad in (
        JWTBearerGrant.signed("keyed", "https://other.example", key("RS256"), clock=clock),
        JWTBearerGrant.signed("keyed", server.issuer, key("RS256", 2), clock=clock),
        JWTBearerGrant("nonsense"),
    ):
        with pytest.raises(ServerRefusal) as caught:
            fetch(server, "secret", auth, bad)
        assert caught.value.error == "invalid_grant"


def validator(server, client, **options):
    return IDTokenValidator.from_metadata(server.metadata, client, clock=server.authority.clock, **options)


def code_token(server, client, **params):
    answer = ask(server, client_id=client, **params)
    auth = {"secret": ClientSecretJwt("secret", SECRET), "keyed": PrivateKeyJwt("keyed", key("ES256"))}[client]
    return fetch(server, client, auth, AuthorizationCodeGrant(answer["code"], CALLBACK))


def test_id_token_is_issued_and_validated(server):
    """A code of an openid login gives an ID token that is valid, with keys from the server's own metadata."""
    token = code_token(server, "keyed", nonce="n-1")
    claims = run(validator(server, "keyed").validate(token, nonce="n-1"), server.send)
    assert claims.sub == "alice"


@pytest.mark.parametrize(
    ("spoil", "claim"),
    [
        (lambda header, claims: claims.update(iss="https://other.example"), "iss"),
        (lambda header, claims: claims.update(aud="other"), "aud"),
        (lambda header, claims: claims.pop("sub"), "sub"),
        (lambda header, claims: claims.update(nonce="other"), "nonce"),
        (lambda header, claims: header.update(alg="none"), "alg"),
        (lambda header, claims: header.update(kid="other"), "kid"),
    ],
)
def test_spoilt_id_token_is_refused(server, operations, spoil, claim):
    """What the server spoils is refused by the claim's name."""
    operations.alter = lambda kind, header, claims: spoil(header, claims)
    token = code_token(server, "keyed", nonce="n-1")
    with pytest.raises(InvalidJWTError) as caught:
        run(validator(server, "keyed").validate(token, nonce="n-1"), server.send)
    assert caught.value.claim == claim


def test_rotated_keys_are_found(server, operations, clock):
    """A server that changes its keys between two logins is believed after one more fetch."""
    rules = validator(server, "keyed")
    run(rules.validate(code_token(server, "keyed", nonce="1"), nonce="1"), server.send)
    operations.rotate()
    clock.now += 31
    run(rules.validate(code_token(server, "keyed", nonce="2"), nonce="2"), server.send)
    operations.rotate(publish=False)
    clock.now += 31
    with pytest.raises(InvalidJWTError, match="no key"):
        run(rules.validate(code_token(server, "keyed", nonce="3"), nonce="3"), server.send)


@pytest.mark.parametrize("kinds", ["id_token", "id_token token", "code id_token", "code id_token token"])
def test_front_channel_id_token(server, kinds):
    """Implicit and hybrid logins give an ID token whose hashes belong to what came with it."""
    answer = ask(server, client_id="keyed", response_type=kinds, nonce="n")
    flow = validator(server, "keyed").validate_front_channel(
        answer["id_token"], nonce="n", access_token=answer.get("access_token"), code=answer.get("code")
    )
    claims = run(flow, server.send)
    assert ("at_hash" in claims, "c_hash" in claims) == ("token" in kinds.split(), "code" in kinds)
    assert ask(server, client_id="keyed", response_type=kinds)["error"] == "invalid_request"


def test_hashes_under_eddsa_follow_the_key_of_the_server():
    """A server whose EdDSA key is on Ed448 makes its hashes with SHAKE256, and a client believes them."""
    own = Key.load(Key.generate("Ed448"), alg="EdDSA")
    registered = {"id_token_signed_response_alg": "EdDSA"}
    client = RegisteredClient("curve", SECRET, redirect_uris=(CALLBACK,), metadata=registered)
    server = FakeAuthorizationServer(clients=[client])
    server.install(KeyOperations(keys={"EdDSA": own}))
    answer = ask(server, client_id="curve", response_type="code id_token token", nonce="n")
    rules = validator(server, "curve", algorithms=("EdDSA",))
    given = {"nonce": "n", "access_token": answer["access_token"], "code": answer["code"]}
    claims = run(rules.validate_front_channel(answer["id_token"], **given), server.send)
    assert claims["at_hash"] == half_hash(answer["access_token"], "Ed448")
    assert len(claims["at_hash"]) == 76


def test_registered_algorithm_encryption_and_signed_answers(server):
    """A client that is registered for HS256, encryption, signed userinfo and introspection is given them."""
    metadata = {
        "id_token_signed_response_alg": "HS256",
        "id_token_encrypted_response_alg": "RSA-OAEP-256",
        "userinfo_signed_response_alg": "ES256",
        "introspection_signed_response_alg": "PS256",
        "jwks": public_jwks(key("RS256")),
    }
    metadata["jwks"] = {"keys": [{**jwk, "use": "enc", "alg": "RSA-OAEP-256"} for jwk in metadata["jwks"]["keys"]]}
    server.register(RegisteredClient("rich", SECRET, BASIC, metadata=metadata))
    answer = ask(server, client_id="rich", nonce="n")
    token = fetch(server, "rich", "client_secret_basic", AuthorizationCodeGrant(answer["code"], CALLBACK))
    rules = validator(
        server, "rich", algorithms=("HS256",), client_secret=SECRET, decryption_keys=(key("RS256").private_jwk(),)
    )
    opened = IDTokenValidator(
        server.issuer,
        "rich",
        algorithms=("HS256",),
        client_secret=SECRET,
        decryption_keys=(key("RS256").native,),
        clock=server.authority.clock,
    )
    assert run(opened.validate(token, nonce="n"), server.send).sub == "alice"
    assert rules.issuer == server.issuer
    bearer = (("Authorization", f"Bearer {token.access_token}"),)
    response = server.send(Request("GET", server.endpoint("userinfo"), bearer))
    assert response.content_type == "application/jwt"
    options = {"keys": server.endpoint("jwks"), "clock": server.authority.clock}
    info = UserInfoValidator(server.issuer, "rich", algorithms=("ES256",), **options)
    assert run(info.validate(response.text, subject="alice"), server.send)["preferred_username"] == "alice"
    form = encode_form([("token", token.access_token), ("client_id", "rich"), ("client_secret", SECRET)])
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    response = server.send(Request("POST", server.endpoint("introspect"), headers, form.encode()))
    rules = IntrospectionValidator(server.issuer, "rich", algorithms=("PS256",), **options)
    assert run(rules.validate(response.text), server.send)["active"] is True


def test_jarm_and_request_objects(server):
    """A request object is read in place of the query, and the answer comes signed where it is asked for."""
    clock = server.authority.clock
    objects = RequestObject("keyed", server.issuer, key("ES256"), clock=clock)
    params = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid", "state": "s", "nonce": "n"}
    request = run(objects.sign(params), server.send)
    assert ask(server, client_id="keyed", request=request)["state"] == "s"
    answer = ask(server, client_id="keyed", response_mode="jwt", state="s")
    rules = JARMValidator(server.issuer, "keyed", server.endpoint("jwks"), clock=clock)
    found = dict(run(rules.validate(answer["response"]), server.send))
    assert found["code"]
    assert (found["state"], found["iss"]) == ("s", server.issuer)


def test_request_objects_are_judged(server):
    """An object for another server, or none where one is required, does not start a login."""
    clock = server.authority.clock
    other = RequestObject("keyed", "https://other.example", key("ES256"), clock=clock)
    base = {"client_id": "keyed", "response_type": "code", "redirect_uri": CALLBACK}
    wrong = run(other.sign({"response_type": "code", "redirect_uri": CALLBACK}), server.send)
    for params in (base | {"request": wrong}, base | {"request": "x.y.z"}):
        response = server.send(Request("GET", f"{server.authorization_endpoint}?{urlencode(params)}"))
        assert (response.status, "invalid_request_object" in response.text) == (400, True)
    server.register(RegisteredClient("jar", SECRET, BASIC, metadata={"require_signed_request_object": True}))
    response = server.send(Request("GET", f"{server.authorization_endpoint}?{urlencode(base | {'client_id': 'jar'})}"))
    assert "must send a request object" in response.text


FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
VERIFIER = "v" * 43


def bound_token(server, dpop, client="public", **form):
    body = encode_form({"client_id": client, **form}.items()).encode()
    proof = dpop.proof("POST", server.token_endpoint)
    response = server.send(Request("POST", server.token_endpoint, (*FORM, ("DPoP", proof)), body))
    dpop.learn(server.token_endpoint, response.header("dpop-nonce"))
    return response


def code_form(server, client):
    from oauth_core import code_challenge

    challenge = {"code_challenge": code_challenge(VERIFIER), "code_challenge_method": "S256"}
    answer = ask(server, client_id=client, **challenge)
    return {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }


def test_dpop_binds_tokens(server):
    """A proof binds the access token, and a public client's refresh token, to its key."""
    clock = server.authority.clock
    dpop, other = DPoP(clock=clock), DPoP(clock=clock)
    members = bound_token(server, dpop, "bound", **code_form(server, "bound")).json()
    assert members["token_type"] == "DPoP"
    access, url = members["access_token"], server.url("/api/things")

    def call(proof, scheme="DPoP"):
        headers = (("Authorization", f"{scheme} {access}"), *((("DPoP", proof),) if proof else ()))
        return server.send(Request("GET", url, headers))

    assert call(dpop.proof("GET", url, access)).status == 200
    used = dpop.proof("GET", url, access)
    assert [call(used).status, call(used).status] == [200, 401]
    for proof in (
        None,
        "nonsense",
        other.proof("GET", url, access),
        dpop.proof("POST", url, access),
        dpop.proof("GET", server.url("/api/x"), access),
        dpop.proof("GET", url),
        dpop.proof("GET", url, "other"),
        DPoP(dpop.key, clock=lambda: 0).proof("GET", url, access),
        PrivateKeyJwt("x", key("ES256")).method,
    ):
        response = call(proof)
        assert response.status == 401
        assert (response.header("www-authenticate") or "").startswith("DPoP ")
    assert call(None, "Bearer").status == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": members["refresh_token"]}
    assert bound_token(server, other, "bound", **refresh).json()["error"] == "invalid_grant"
    assert bound_token(server, dpop, "bound", **refresh).json()["token_type"] == "DPoP"
    body = encode_form({"client_id": "bound", **refresh}.items()).encode()
    assert server.send(Request("POST", server.token_endpoint, FORM, body)).json()["error"] == "invalid_dpop_proof"


def test_dpop_nonce_is_demanded_and_learned(server, operations):
    """A server that wants nonces says so at both ends; the learned nonce is accepted, and the code is still good."""
    operations.nonce = "nonce-1"
    dpop = DPoP(clock=server.authority.clock)
    form = code_form(server, "public")
    first = bound_token(server, dpop, **form)
    assert (first.status, first.json()["error"]) == (400, "use_dpop_nonce")
    members = bound_token(server, dpop, **form).json()
    access, url = members["access_token"], server.url("/api/things")
    operations.nonce = "nonce-2"

    def call():
        headers = (("Authorization", f"DPoP {access}"), ("DPoP", dpop.proof("GET", url, access)))
        response = server.send(Request("GET", url, headers))
        dpop.learn(url, response.header("dpop-nonce"))
        return response

    refused = call()
    assert refused.status == 401
    assert 'error="use_dpop_nonce"' in (refused.header("www-authenticate") or "")
    assert call().status == 200


def test_unbound_clients_are_served_as_before(server):
    """Without a proof a client is given a Bearer token, and refreshes it."""
    response = server.send(
        Request(
            "POST",
            server.token_endpoint,
            FORM,
            encode_form({"client_id": "public", **code_form(server, "public")}.items()).encode(),
        )
    )
    members = response.json()
    assert members["token_type"] == "Bearer"
    renewed = fetch(server, "public", "none", RefreshTokenGrant(members["refresh_token"]))
    assert renewed.access_token
    assert AuthContext(server.token_endpoint).issuer is None


def test_code_bound_to_a_key_wants_that_key(server):
    """A code asked for with ``dpop_jkt`` is redeemed with that key alone."""
    from oauth_core import code_challenge

    clock = server.authority.clock
    dpop, other = DPoP(clock=clock), DPoP(clock=clock)
    params = {"code_challenge": code_challenge(VERIFIER), "code_challenge_method": "S256", "dpop_jkt": dpop.jkt}
    answer = ask(server, client_id="public", **params)
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK}
    form["code_verifier"] = VERIFIER
    assert bound_token(server, other, **form).json()["error"] == "invalid_grant"
    assert bound_token(server, dpop, **form).json()["token_type"] == "DPoP"


def test_installed_by_name():
    """The function of the entry points adds the same operations with their defaults."""
    server = FakeAuthorizationServer()
    server.install(install)
    assert {"client_secret_jwt", "private_key_jwt"} <= set(server.metadata["token_endpoint_auth_methods_supported"])
    assert server.metadata["jwks_uri"] == server.url("/jwks")


def test_proofs_are_judged_by_their_header(server):
    """A proof of another type, with a private or foreign key, or a broken signature is refused."""
    clock, url = server.authority.clock, server.token_endpoint
    claims = {"jti": "1", "htm": "POST", "htu": url, "iat": int(clock())}
    own = key("ES256")
    good = {"typ": "dpop+jwt", "jwk": DPoP(own).public_jwk}
    spoilt = sign(claims, own, good)
    for proof in (
        sign(claims, own, good | {"typ": "JWT"}),
        sign(claims, own, good | {"jwk": own.private_jwk()}),
        sign(claims, own, good | {"jwk": key("RS256").public_jwk()}),
        sign(claims, own, good | {"jwk": DPoP(key("ES256", 2)).public_jwk}),
        spoilt[:-8] + "AAAAAAAA",
    ):
        body = encode_form({"client_id": "public", "grant_type": "client_credentials"}.items()).encode()
        response = server.send(Request("POST", url, (*FORM, ("DPoP", proof)), body))
        assert response.json()["error"] == "invalid_dpop_proof"


def test_other_clients_are_answered_plainly(server):
    """Introspection and userinfo of clients that registered nothing stay JSON, also for those with assertions."""
    token = code_token(server, "keyed", nonce="n")
    bearer = (("Authorization", f"Bearer {token.access_token}"),)
    assert server.send(Request("GET", server.endpoint("userinfo"), bearer)).json()["sub"] == "alice"
    request = Request(
        "POST", server.endpoint("introspect"), FORM, encode_form([("token", token.access_token)]).encode()
    )
    auth = PrivateKeyJwt("keyed", key("ES256"))
    context = AuthContext(server.endpoint("introspect"), server.issuer, server.authority.clock)
    assert server.send(run(auth.authenticate(request, context), server.send)).json()["active"] is True
    page = server.send(
        Request("GET", f"{server.authorization_endpoint}?client_id=keyed&response_mode=jwt&redirect_uri=x")
    )
    assert page.status == 400


def test_logout_tokens(server, operations, clock):
    """A logout token names the user, the session or both, and is signed like the client's ID tokens."""
    judge = LogoutTokenValidator.from_metadata(server.metadata, "public", clock=clock)
    claims = run(judge.validate(operations.logout_token("public", sub="alice", sid="1")), server.send)
    assert (claims.sub, claims["sid"]) == ("alice", "1")
    with pytest.raises(RuntimeError, match=r"server\.install"):
        KeyOperations().logout_token("public", sub="alice")


def test_claims_for_others(server, operations, clock):
    """The server vouches for claims about its people, to whom shows a token that stands for one."""
    server.register(RegisteredClient("robot", SECRET, BASIC))
    server.authority.users["alice"] = FakeUser("alice", claims={"shoe_size": 37})
    judge = ClaimsValidator(server.issuer, "robot", server.endpoint("jwks"), clock=clock)
    assert run(judge.validate(operations.claims_token("alice")), server.send)["shoe_size"] == 37

    def ask(user):
        token = server.issue_token("robot", user=user)["access_token"]
        return server.send(Request("GET", server.endpoint("claims"), (("Authorization", f"Bearer {token}"),)))

    assert run(judge.validate(ask("alice").text), server.send)["shoe_size"] == 37
    assert ask(None).status == 403
    assert server.send(Request("GET", server.endpoint("claims"))).status == 401
    operations.alter = lambda kind, header, claims: claims.update(aud="other")
    with pytest.raises(InvalidJWTError, match="aud"):
        run(judge.validate(operations.claims_token("alice")), server.send)
    with pytest.raises(RuntimeError, match="installed at no server"):
        KeyOperations().claims_token("alice")
