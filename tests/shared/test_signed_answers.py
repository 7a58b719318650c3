"""Signed answers on every flavour: callbacks (JARM), userinfo and introspection are believed only when they verify."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from oauth_core import (
    AuthorizationRefused,
    AuthorizationRequest,
    MismatchingIssuerError,
    MismatchingStateError,
    ProtocolViolation,
    UsageError,
    run,
)
from oauth_jwt import (
    IDTokenValidator,
    IntrospectionValidator,
    InvalidJWTError,
    JARMValidator,
    Key,
    UserInfoValidator,
)
from oauth_jwt.testing import KeyOperations

MODES = ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]


@pytest.fixture(scope="module")
def server_keys() -> dict[str, Key]:
    return {name: Key.generate(name) for name in ("RS256", "ES256")}


@pytest.fixture
def operations(fake, server_keys) -> KeyOperations:
    operations = KeyOperations(keys=dict(server_keys))
    fake.install(operations)
    operations.publish()
    return operations


@pytest.fixture
def register(fake):
    """Register the client anew, with members of RFC 7591."""

    def perform(**metadata):
        known = fake.authority.clients["basic"]
        fake.register(replace(known, metadata={**known.metadata, **metadata}))

    return perform


@pytest.fixture
def judge(fake_place, fake, operations):
    """Make a validator for this client: `judge(JARMValidator, algorithms=("ES256",))`."""

    def make(kind, **options):
        return kind.from_metadata(fake.metadata, "basic", clock=fake_place.clock, **options)

    return make


@pytest.fixture
def client(new_client, fake_place, judge):
    """A session that believes no callback unseen."""
    return new_client(**fake_place.options(), jarm_validator=judge(JARMValidator))


def altering(of_kind, **changes):
    """Change claims of one kind of answer before they are signed; None leaves one out."""

    def alter(kind, header, claims):
        if kind == of_kind:
            claims.update(changes)
            for name in [name for name, value in changes.items() if value is None]:
                del claims[name]

    return alter


def browse(fake, request, **decision):
    """What comes back: the URL of the callback, or the fields that were posted there."""
    if "form_post" in request.uri:
        return dict(fake.authorize_form(request.uri, **decision)[1])
    return fake.authorize(request.uri, **decision)


# Authorization responses.


def test_a_judge_asks_for_signed_callbacks(fake, client):
    """With a judge a signed callback is asked for, and its code gives a token; the keys are fetched once."""
    request = client.authorization_request()
    assert "response_mode=jwt" in request.uri
    callback = fake.authorize(request.uri)
    assert "code=" not in callback
    response = client.validate_callback(request, callback)
    assert (response.iss, response.state) == (fake.issuer, request.state)
    assert client.authorization_code(response).access_token
    assert client.authorization_code(browse(fake, request), request=request).access_token
    assert fake.count("jwks") == 1


@pytest.mark.parametrize("mode", MODES)
def test_every_mode(fake, client, mode):
    """Each response mode of JARM is taken, as a URL or as posted fields."""
    request = client.authorization_request(response_mode=mode)
    callback = browse(fake, request)
    assert isinstance(callback, dict) == (mode == "form_post.jwt")
    assert client.authorization_code(callback, request=request).access_token


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
def test_hybrid(fake, client, kind):
    """What a hybrid response brings besides the code is inside the JWT, and counts."""
    request = client.authorization_request(response_type=kind)
    response = client.validate_callback(request, fake.authorize(request.uri))
    assert response.id_token.count(".") == 2
    assert client.authorization_code(response).access_token


def test_callback_by_its_url(fake, client):
    """A session that made the URL itself asks for a signed callback and takes it by its URL, or as fields."""
    for mode in ({}, {"response_mode": "form_post.jwt"}):
        url, state = client.create_authorization_url(code_verifier="v" * 43, **mode)
        callback = dict(fake.authorize_form(url)[1]) if mode else fake.authorize(url)
        assert client.fetch_token(authorization_response=callback, state=state).access_token


def test_implicit(fake, client):
    """The token of a signed implicit response is taken; its fragment is not read past the signature."""
    url, _ = client.create_authorization_url(response_type="token", scope="read")
    callback = fake.authorize(url)
    with pytest.raises(UsageError, match="signed"):
        client.token_from_fragment(callback)
    assert client.fetch_token(authorization_response_url=callback).access_token


def test_pushed(fake_place, fake, new_client, judge):
    """A request that was pushed keeps its mode: the callback is signed, and has to be."""
    options = {**fake_place.options(), "pushed_authorization_request_endpoint": fake.endpoint("par")}
    client = new_client(**options, jarm_validator=judge(JARMValidator))
    request = client.pushed_authorization_request()
    assert "response_mode" not in request.uri
    with pytest.raises(ProtocolViolation, match="not signed"):
        client.validate_callback(request, "?code=c")
    callback = fake.authorize(request.uri)
    assert client.authorization_code(callback, request=request).access_token


def plain(fake, request):
    """A plain callback to a request that asked for a signed one, with a code that would work."""
    uri = request.uri.replace("response_mode=jwt", "response_mode=query")
    return fake.authorize(uri)


def test_downgrade(fake, client):
    """A plain callback to a request that asked for a signed one is refused everywhere, before any token call."""
    request = client.authorization_request()
    callback = plain(fake, request)
    assert "code=" in callback
    for attempt in (
        lambda: client.validate_callback(request, callback),
        lambda: client.authorization_code(callback, request=request),
        lambda: request.validate_callback(callback),
        lambda: AuthorizationRequest.from_json(request.to_json()).validate_callback(callback),
        lambda: client.fetch_token(authorization_response=callback, state=request.state),
    ):
        with pytest.raises(ProtocolViolation, match="not signed") as caught:
            attempt()
        assert caught.value.error == "unsigned_response"
    assert fake.count("token") == 0


def test_plain_error(fake, client):
    """A plain error in place of a signed answer is not believed either, but told."""
    request = client.authorization_request()
    callback = f"{request.redirect_uri}?{urlencode({'error': 'access_denied', 'state': request.state})}"
    with pytest.raises(ProtocolViolation, match="it says error='access_denied'"):
        client.validate_callback(request, callback)


def test_a_mode_that_is_not_signed(fake, client):
    """Who names a plain mode gives the signature up, for this login."""
    request = client.authorization_request(response_mode="query")
    assert client.authorization_code(fake.authorize(request.uri), request=request).access_token
    url, _ = client.create_authorization_url(code_verifier="v" * 43, response_mode="query")
    assert client.fetch_token(authorization_response=fake.authorize(url)).access_token


def test_without_a_judge(fake_place, fake, operations, new_client):
    """A signed callback without a judge is refused, and the message names the option and the package."""
    client = new_client(**fake_place.options())
    request = client.authorization_request(response_mode="jwt")
    callback = fake.authorize(request.uri)
    for attempt in (
        lambda: client.validate_callback(request, callback),
        lambda: client.authorization_code(callback, request=request),
        lambda: client.fetch_token(authorization_response=callback, state=request.state),
    ):
        with pytest.raises(UsageError, match=r"jarm_validator=.*oauth-jwt's JARMValidator"):
            attempt()
    with pytest.raises(UsageError, match="validate_callback.*jarm_validator="):
        request.validate_callback(callback)
    assert fake.count("token") == 0


def test_without_a_client(fake_place, fake, client, judge):
    """A validator and the request value are enough: what the validator returns is judged by the request."""
    request = client.authorization_request()
    callback = fake.authorize(request.uri)
    answer = run(judge(JARMValidator).validate(callback), fake.send)
    response = request.validate_callback(answer)
    assert response.code not in repr(answer)
    assert client.authorization_code(response).access_token


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iss": None}, "iss"),
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": None}, "aud"),
        ({"aud": "other"}, "aud"),
        ({"aud": ["basic", "other"]}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": 1}, "exp"),
    ],
    ids=str,
)
def test_bad_claims(fake, operations, client, changes, claim):
    """A wrong or missing `iss`, `aud` or `exp` is refused by its name, and no code is shown."""
    operations.alter = altering("authorization", **changes)
    request = client.authorization_request()
    with pytest.raises(InvalidJWTError) as caught:
        client.authorization_code(fake.authorize(request.uri), request=request)
    assert caught.value.claim == claim
    assert fake.count("token") == 0


def test_unsigned_and_forged(fake, operations, client, register):
    """`alg: none` and a signature by another key are refused."""
    request = client.authorization_request()
    register(authorization_signed_response_alg="none")
    with pytest.raises(InvalidJWTError, match="alg: none"):
        client.authorization_code(fake.authorize(request.uri), request=request)
    register(authorization_signed_response_alg="RS256")
    operations.keys["RS256"] = Key.generate("RS256")  # and does not publish it
    with pytest.raises(InvalidJWTError) as caught:
        client.authorization_code(fake.authorize(request.uri), request=request)
    assert caught.value.claim in {"signature", "kid"}
    assert fake.count("token") == 0


def test_what_is_inside_is_checked_too(fake, operations, client):
    """State, error and a missing code inside the JWT are judged as in a plain callback."""
    for changes, error in (
        ({"state": "forged"}, MismatchingStateError),
        ({"state": None}, MismatchingStateError),
        ({"code": None}, ProtocolViolation),
    ):
        operations.alter = altering("authorization", **changes)
        request = client.authorization_request()
        with pytest.raises(error):
            client.authorization_code(fake.authorize(request.uri), request=request)
    operations.alter = None
    request = client.authorization_request()
    with pytest.raises(AuthorizationRefused, match="declined"):
        client.authorization_code(fake.authorize(request.uri, approve=False), request=request)
    assert fake.count("token") == 0


def test_issuer(fake, client):
    """The issuer inside the JWT satisfies RFC 9207, and must be the one that was asked."""
    request = client.authorization_request(iss_required=True)
    assert client.validate_callback(request, fake.authorize(request.uri)).iss == fake.issuer
    other = replace(request, issuer="https://other.example")
    with pytest.raises(MismatchingIssuerError):
        client.validate_callback(other, fake.authorize(request.uri))


def test_encrypted(fake_place, fake, new_client, judge, register):
    """A signed and encrypted callback is opened with the client's key."""
    key = Key.generate("ES256")
    register(
        jwks={"keys": [{**key.public_jwk(), "use": "enc", "alg": "ECDH-ES"}]},
        authorization_encrypted_response_alg="ECDH-ES",
        authorization_encrypted_response_enc="A256GCM",
    )
    private = {**key.private_jwk(), "use": "enc", "alg": "ECDH-ES"}
    client = new_client(**fake_place.options(), jarm_validator=judge(JARMValidator, decryption_keys=(private,)))
    request = client.authorization_request()
    callback = fake.authorize(request.uri)
    assert client.authorization_code(callback, request=request).access_token


def test_repeated_response(fake, client):
    """A callback with two signed answers is refused."""
    request = client.authorization_request()
    callback = fake.authorize(request.uri)
    with pytest.raises(ProtocolViolation, match="'response' more than once"):
        client.validate_callback(request, f"{callback}&response=x")


def test_arguments(client):
    """A callback without its request is no code, and further keywords are refused."""
    with pytest.raises(UsageError, match="request="):
        client.authorization_code({"code": "c"})
    with pytest.raises(TypeError, match="state"):
        client.validate_callback(client.authorization_request(), "?code=c", state="s")


def test_server_without_signatures(fake_place, fake, new_client):
    """A server that does not know the mode says so in a plain error, which is told."""
    client = new_client(**fake_place.options())
    request = client.authorization_request(response_mode="query.jwt")
    with pytest.raises(ProtocolViolation, match="it says error='invalid_request'"):
        client.validate_callback(request, fake.authorize(request.uri))


# Userinfo.


@pytest.fixture
def userinfo_client(fake_place, fake, new_client, judge, register):
    """A logged-in session with judges of ID tokens and of userinfo; `options` go to the second."""

    def make(**options):
        register(userinfo_signed_response_alg="ES256")
        client = new_client(
            **fake_place.options(),
            id_token_validator=judge(IDTokenValidator),
            userinfo_validator=judge(UserInfoValidator, algorithms=("ES256",), **options),
        )
        request = client.authorization_request()
        client.authorization_code(fake.authorize(request.uri), request=request)
        return client

    return make


@pytest.mark.parametrize("token_placement", ["header", "body"])
def test_signed_userinfo(fake, userinfo_client, token_placement):
    """Signed userinfo is verified and comes as claims, wherever the token was sent."""
    claims = userinfo_client().userinfo(token_placement=token_placement)
    assert (claims["sub"], claims["iss"]) == ("alice", fake.issuer)
    (seen,) = fake.seen("userinfo")
    assert seen.header("accept") == "application/jwt"
    assert (seen.method == "POST") == (token_placement == "body") == (seen.header("authorization") is None)


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"sub": "mallory"}, "sub"),
        ({"sub": None}, "sub"),
        ({"iss": None}, "iss"),
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": None}, "aud"),
        ({"aud": "other"}, "aud"),
        ({"exp": 1}, "exp"),
    ],
    ids=str,
)
def test_bad_userinfo(operations, userinfo_client, changes, claim):
    """Signed userinfo about another user, of another issuer or for another client is refused by the claim."""
    client = userinfo_client()
    operations.alter = altering("userinfo", **changes)
    with pytest.raises(InvalidJWTError) as caught:
        client.userinfo()
    assert caught.value.claim == claim


def test_encrypted_userinfo(fake, userinfo_client, register):
    """Userinfo that is signed and encrypted is opened and verified; signed alone, it is refused then."""
    key = Key.generate("RS256")
    private = {**key.private_jwk(), "use": "enc", "alg": "RSA-OAEP-256"}
    client = userinfo_client(decryption_keys=(private,))
    with pytest.raises(InvalidJWTError, match="not encrypted"):
        client.userinfo()
    register(
        jwks={"keys": [{**key.public_jwk(), "use": "enc", "alg": "RSA-OAEP-256"}]},
        userinfo_encrypted_response_alg="RSA-OAEP-256",
    )
    assert client.userinfo()["sub"] == "alice"


def test_plain_userinfo(fake, userinfo_client):
    """Plain userinfo is refused where signed userinfo is expected."""
    client = userinfo_client()
    fake.register(replace(fake.authority.clients["basic"], metadata={}))
    with pytest.raises(ProtocolViolation, match="userinfo_signed_response_alg") as caught:
        client.userinfo()
    assert caught.value.error == "unsigned_response"


def test_userinfo_without_a_judge(fake_place, fake, operations, new_client, register):
    """Signed userinfo without a judge is refused, and the message names the option and the package."""
    register(userinfo_signed_response_alg="ES256")
    client = new_client(**fake_place.options(), token=fake.issue_token("basic", user="alice", scope="openid"))
    with pytest.raises(ProtocolViolation, match=r"userinfo_validator=.*UserInfoValidator"):
        client.userinfo()


def test_token_placement_of_userinfo(fake, holder):
    """Plain userinfo takes the token in a form too; the query is no place for it."""
    assert holder.userinfo(token_placement="body")["sub"] == "alice"
    with pytest.raises(UsageError, match="'header' or 'body'"):
        holder.userinfo(token_placement="uri")


# Introspection.


@pytest.fixture
def inspector(fake_place, fake, new_client, judge, register):
    """A session with a good token and a judge of introspection answers."""
    register(introspection_signed_response_alg="RS256")
    token = fake.issue_token("basic", user="alice", scope="read")
    return new_client(**fake_place.options(), token=token, introspection_validator=judge(IntrospectionValidator))


def test_signed_introspection(fake, inspector):
    """A signed introspection answer is asked for, verified, and gives what it says of the token."""
    members = inspector.introspect_token()
    assert (members["active"], members["sub"], members["scope"]) == (True, "alice", "read")
    assert inspector.introspect_token(token="unknown") == {"active": False}
    assert {one.header("accept") for one in fake.seen("introspect")} == {"application/token-introspection+jwt"}


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"iat": None}, "iat"),
        ({"token_introspection": None}, "token_introspection"),
        ({"token_introspection": {"active": "yes"}}, "token_introspection"),
    ],
    ids=str,
)
def test_bad_introspection(operations, inspector, changes, claim):
    """A signed introspection answer of another issuer, for another client or without its object is refused."""
    operations.alter = altering("introspection", **changes)
    with pytest.raises(InvalidJWTError) as caught:
        inspector.introspect_token()
    assert caught.value.claim == claim


def test_an_id_token_is_no_introspection(operations, inspector):
    """A JWT of another type is not taken for an introspection answer."""
    operations.alter = lambda kind, header, claims: header.update(typ="JWT")
    with pytest.raises(InvalidJWTError, match="typ"):
        inspector.introspect_token()


def test_plain_introspection(fake, inspector):
    """A plain introspection answer is refused where a signed one is expected."""
    fake.register(replace(fake.authority.clients["basic"], metadata={}))
    with pytest.raises(ProtocolViolation, match="introspection_validator is configured") as caught:
        inspector.introspect_token()
    assert caught.value.error == "unsigned_response"


@pytest.mark.parametrize("option", ["jarm_validator", "userinfo_validator", "introspection_validator"])
def test_what_judges_nothing(new_client, fake_place, option):
    """A judge that cannot judge, or a class in its place, is refused when the client is made."""
    for wrong in (object(), JARMValidator):
        with pytest.raises(TypeError, match=f"{option} judges signed"):
            new_client(**fake_place.options(), **{option: wrong})
