"""Authorization responses as JWTs, at an OpenID provider: what is signed counts, and nothing beside it (JARM)."""

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
from oauth_jwt import InvalidJWTError, JARMValidator, Key
from tests.shared.certification.provider import Now, altering, broken, heading, resigned

KIND = "authorization"
MODES = ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]
BAD = [
    {"iss": "https://other.example"},
    {"iss": None},
    {"aud": "other"},
    {"aud": None},
    {"aud": ["basic", "other"]},
    {"exp": None},
    {"exp": Now(-300)},
    {"exp": "tomorrow"},
    {"iat": Now(86_400)},
    {"nbf": Now(86_400)},
]


def name_of(changes):
    name, value = next(iter(changes.items()))
    return f"{name} {'missing' if value is None else value}"


@pytest.fixture
def judge(fake_place, fake, keys):
    """The judge of authorization responses: `judge(decryption_keys=(key,))`."""
    return lambda **rules: JARMValidator(fake.issuer, "basic", keys, clock=fake_place.clock, **rules)


@pytest.fixture
def options(options, judge):
    """The keywords of a session that takes signed authorization responses alone."""
    return {**options, "jarm_validator": judge()}


@pytest.fixture
def browse(fake):
    """What comes back: the URL of the callback, or the fields that were posted there."""

    def perform(url, **decision):
        if "form_post" in url:
            return dict(fake.authorize_form(url, **decision)[1])
        return fake.authorize(url, **decision)

    return perform


@pytest.fixture
def answered(client, browse):
    """An authorization request and its callback."""

    def perform(**parameters):
        request = client.authorization_request(**parameters)
        return request, browse(request.uri)

    return perform


@pytest.mark.parametrize("mode", [None, *MODES])
def test_a_good_answer(fake, client, answered, mode):
    """A session that judges signed answers asks for one, and logs in by it; the keys are fetched once for both."""
    request, callback = answered(**({} if mode is None else {"response_mode": mode}))
    assert f"response_mode={mode or 'jwt'}" in request.uri
    assert isinstance(callback, dict) == (mode == "form_post.jwt")
    assert "code=" not in callback
    assert client.authorization_code(callback, request=request).id_token
    assert client.userinfo()["sub"] == "alice"
    assert fake.count("jwks") == 1


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
def test_a_hybrid_answer(client, answered, kind):
    """What a hybrid answer brings besides the code is signed too, and its ID token is judged like any other."""
    request, callback = answered(response_type=kind)
    response = client.validate_callback(request, callback)
    assert response.id_token.count(".") == 2
    assert client.authorization_code(response).id_token


@pytest.mark.parametrize("mode", [{}, {"response_mode": "form_post.jwt"}], ids=["default", "form_post"])
def test_an_answer_by_its_url(client, browse, mode):
    """A session that made the URL itself verifies what came back to it, as URL or as fields."""
    url, state = client.create_authorization_url(code_verifier="v" * 43, **mode)
    assert client.fetch_token(authorization_response=browse(url), state=state).id_token


def test_an_implicit_answer(client, browse):
    """The token of a signed implicit answer is taken; its fragment is not read past the signature."""
    url, _ = client.create_authorization_url(response_type="id_token token", scope="openid")
    assert client.fetch_token(authorization_response_url=browse(url)).access_token


def test_an_implicit_answer_without_an_id_token(fake_place, new_client, judge, browse, refused):
    """What takes a token out of a fragment unseen is refused where the answer is signed."""
    client = new_client(**fake_place.options(), jarm_validator=judge())
    url, _ = client.create_authorization_url(response_type="token", scope="read")
    callback = browse(url)
    with refused(UsageError, match="signed"):
        client.token_from_fragment(callback)
    assert client.fetch_token(authorization_response_url=callback).access_token


def test_a_pushed_request(fake, new_client, options, browse, refused):
    """A request that was pushed keeps its mode: the answer is signed, and has to be."""
    client = new_client(**options, pushed_authorization_request_endpoint=fake.endpoint("par"))
    request = client.pushed_authorization_request()
    assert "response_mode" not in request.uri
    with refused(ProtocolViolation, match="not signed"):
        client.validate_callback(request, "?code=c")
    assert client.authorization_code(browse(request.uri), request=request).id_token


@pytest.mark.parametrize("changes", BAD, ids=name_of)
def test_a_bad_claim(operations, client, answered, refused, changes):
    """An answer with a wrong or missing claim is refused by the claim's name, and no token is asked for."""
    operations.alter = altering(KIND, **changes)
    request, callback = answered()
    with refused(InvalidJWTError, "jwks", claim=next(iter(changes))):
        client.authorization_code(client.validate_callback(request, callback))
    assert client.token is None


@pytest.mark.parametrize(
    ("forge", "claim", "fetched"),
    [
        (resigned(None, KIND, alg="none"), "alg", []),
        (resigned(Key.from_secret("s" * 40), KIND, alg="HS256"), "alg", []),
        (broken(KIND), "signature", ["jwks"]),
    ],
    ids=["none", "HS256", "broken"],
)
def test_a_bad_signature(operations, client, answered, refused, forge, claim, fetched):
    """An answer that is not signed, by another algorithm, or badly, is refused, and no token is asked for."""
    operations.forge = forge
    request, callback = answered()
    with refused(InvalidJWTError, *fetched, claim=claim):
        client.authorization_code(client.validate_callback(request, callback))
    assert client.token is None


def test_an_unknown_key(operations, client, answered, refused):
    """An answer whose `kid` no key has is refused."""
    operations.alter = heading(KIND, kid="unknown")
    request, callback = answered()
    with refused(InvalidJWTError, "jwks", claim="kid"):
        client.validate_callback(request, callback)


@pytest.mark.parametrize("state", [None, "another"], ids=["missing", "other"])
def test_the_state(operations, client, answered, refused, state):
    """The state is compared in what was signed."""
    operations.alter = altering(KIND, state=state)
    request, callback = answered()
    with refused(MismatchingStateError, "jwks"):
        client.validate_callback(request, callback)


def test_a_missing_code(operations, client, answered, refused):
    """A signed answer without a code and without an error is refused."""
    operations.alter = altering(KIND, code=None)
    request, callback = answered()
    with refused(ProtocolViolation, "jwks", match="neither a code"):
        client.authorization_code(callback, request=request)


def test_the_issuer(client, answered, refused):
    """The issuer that was signed satisfies RFC 9207, and must be the one that was asked."""
    request, callback = answered(iss_required=True)
    assert client.validate_callback(request, callback).iss == request.issuer
    with refused(MismatchingIssuerError):
        client.validate_callback(replace(request, issuer="https://other.example"), callback)


def test_what_stands_beside(client, answered, refused):
    """Parameters beside a signed answer count for nothing."""
    request, callback = answered()
    response = client.validate_callback(request, f"{callback}&code=injected&state=x")
    assert response.code != "injected"
    assert response.state == request.state


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_a_plain_answer(client, browse, refused, mode):
    """A plain answer where a signed one was asked for is a downgrade: refused everywhere, and nothing of it is used."""
    request = client.authorization_request()
    callback = browse(request.uri.replace("response_mode=jwt", f"response_mode={mode}"))
    assert "code" in callback
    for attempt in (
        lambda: client.validate_callback(request, callback),
        lambda: client.authorization_code(callback, request=request),
        lambda: request.validate_callback(callback),
        lambda: AuthorizationRequest.from_json(request.to_json()).validate_callback(callback),
        lambda: client.fetch_token(authorization_response=callback, state=request.state),
    ):
        with refused(ProtocolViolation, match="not signed") as caught:
            attempt()
        assert caught.value.error == "unsigned_response"
    assert client.token is None


def test_a_plain_error(client, refused):
    """A plain error in place of a signed answer is not believed either, but told."""
    request = client.authorization_request()
    callback = f"{request.redirect_uri}?{urlencode({'error': 'access_denied', 'state': request.state})}"
    with refused(ProtocolViolation, match="it says error='access_denied'"):
        client.validate_callback(request, callback)


def test_a_mode_that_is_not_signed(client, answered, browse):
    """Who names a plain mode gives the signature up, for this login."""
    request, callback = answered(response_mode="query")
    assert client.authorization_code(callback, request=request).id_token
    url, _ = client.create_authorization_url(code_verifier="v" * 43, response_mode="query")
    assert client.fetch_token(authorization_response=browse(url)).id_token


def test_a_signed_answer_that_nobody_can_verify(fake_place, operations, new_client, browse, refused):
    """A signed answer is refused by a session without a judge, and the error names the option and the package."""
    client = new_client(**fake_place.options())
    request = client.authorization_request(response_mode="jwt")
    callback = browse(request.uri)
    for attempt in (
        lambda: client.validate_callback(request, callback),
        lambda: client.authorization_code(callback, request=request),
        lambda: client.fetch_token(authorization_response=callback, state=request.state),
    ):
        with refused(UsageError, match=r"jarm_validator=.*oauth-jwt's JARMValidator"):
            attempt()
    with refused(UsageError, match="validate_callback.*jarm_validator="):
        request.validate_callback(callback)


def test_a_server_that_signs_nothing(fake_place, fake, new_client, refused):
    """A server that does not know the mode says so in a plain error, which is told."""
    client = new_client(**fake_place.options())
    request = client.authorization_request(response_mode="query.jwt")
    callback = fake_place.authorize(request.uri)
    with refused(ProtocolViolation, match="it says error='invalid_request'"):
        client.validate_callback(request, callback)


def test_an_error(client, browse, refused):
    """An error in a signed answer is raised by its code, once the signature holds."""
    request = client.authorization_request()
    callback = browse(request.uri, approve=False)
    with refused(AuthorizationRefused, "jwks") as caught:
        client.validate_callback(request, callback)
    assert caught.value.error == "access_denied"


def test_without_a_client(fake, client, judge, answered):
    """A judge and the request are enough: what the judge returns is checked by the request."""
    request, callback = answered()
    answer = run(judge().validate(callback), fake.send)
    response = request.validate_callback(answer)
    assert response.code not in repr(answer)
    assert client.authorization_code(response).id_token


def test_an_encrypted_answer(register, new_client, options, judge, browse, refused):
    """An answer that is signed and encrypted is opened with the client's key; a signed one alone is refused then."""
    key = Key.generate("ES256")
    private = {**key.private_jwk(), "use": "enc", "alg": "ECDH-ES"}
    client = new_client(**{**options, "jarm_validator": judge(decryption_keys=(private,))})
    request = client.authorization_request()
    signed = browse(request.uri)
    with refused(InvalidJWTError, match="not encrypted"):
        client.validate_callback(request, signed)
    register(
        jwks={"keys": [{**key.public_jwk(), "use": "enc", "alg": "ECDH-ES"}]},
        authorization_encrypted_response_alg="ECDH-ES",
        authorization_encrypted_response_enc="A256GCM",
    )
    assert client.authorization_code(browse(request.uri), request=request).id_token


def test_arguments(client):
    """A callback without its request is no code, and further keywords are refused."""
    with pytest.raises(UsageError, match="request="):
        client.authorization_code({"code": "c"})
    with pytest.raises(TypeError, match="state"):
        client.validate_callback(client.authorization_request(), "?code=c", state="s")


def test_a_repeated_parameter(fake_place, client, refused):
    """An answer that holds `response` twice is refused."""
    request = client.authorization_request()
    callback = fake_place.authorize(request.uri)
    text = callback.partition("response=")[2]
    with refused(ProtocolViolation, match="more than once"):
        client.validate_callback(request, f"{callback}&response={text}")


@pytest.mark.real_server
@pytest.mark.parametrize(("name", "alg"), [("jarm", "ES256"), ("jarm_encrypted", "RS256")])
def test_a_real_provider(real_provider, new_client, name, alg):
    """oidc-provider signs its answer, or signs and encrypts it, and the login goes on."""
    known = real_provider.place.server.clients[name]
    keys = (known.private_jwk,) if known.private_jwk else ()
    judge = JARMValidator.from_metadata(
        real_provider.metadata, known.client_id, algorithms=(alg,), decryption_keys=keys
    )
    client = new_client(**real_provider.options(name), jarm_validator=judge)
    request = client.authorization_request(scope="openid")
    client.authorization_code(client.validate_callback(request, real_provider.answer(request.uri)))
    assert client.userinfo()["sub"] == "alice"
