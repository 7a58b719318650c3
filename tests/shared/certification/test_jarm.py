"""Authorization responses as JWTs, at an OpenID provider: what is signed counts, and nothing beside it (JARM)."""

from __future__ import annotations

import pytest

from oauth_core import (
    AuthorizationRefused,
    MismatchingStateError,
    ProtocolViolation,
    UsageError,
)
from oauth_jwt import InvalidJWTError, JARMValidator, Key
from tests.shared.certification.provider import Now, altering, broken, heading, resigned

KIND = "authorization"
MODES = ["jwt", "query.jwt", "fragment.jwt"]
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
def options(fake_place, fake, keys, options):
    """The keywords of a session that takes signed authorization responses alone."""
    judge = JARMValidator(fake.issuer, "basic", keys, clock=fake_place.clock)
    return {**options, "jarm_validator": judge}


@pytest.fixture
def answered(fake_place, client):
    """An authorization request and its callback."""

    def perform(**parameters):
        request = client.authorization_request(**parameters)
        return request, fake_place.authorize(request.uri)

    return perform


@pytest.mark.parametrize("mode", [None, *MODES])
def test_a_good_answer(fake, client, answered, mode):
    """A session that judges signed answers asks for one, and logs in by it; the keys are fetched once for both."""
    request, callback = answered(**({} if mode is None else {"response_mode": mode}))
    assert "code=" not in callback
    client.authorization_code(client.validate_callback(request, callback))
    assert client.userinfo()["sub"] == "alice"
    assert fake.count("jwks") == 1


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
def test_a_hybrid_answer(client, answered, kind):
    """A signed answer may hold an ID token, which is judged like any other."""
    request, callback = answered(response_type=kind)
    assert client.authorization_code(client.validate_callback(request, callback)).id_token


def test_an_answer_by_its_url(fake_place, client):
    """A session that made the URL itself verifies what came back to it."""
    url, _ = client.create_authorization_url(code_verifier="v" * 43)
    assert client.fetch_token(authorization_response=fake_place.authorize(url)).id_token


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


def test_what_stands_beside(client, answered, refused):
    """Parameters beside a signed answer count for nothing."""
    request, callback = answered()
    response = client.validate_callback(request, f"{callback}&code=injected&state=x")
    assert response.code != "injected"
    assert response.state == request.state


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_a_plain_answer(fake_place, fake, client, refused, mode):
    """A plain answer where a signed one was asked for is a downgrade: refused, and nothing of it is used."""
    request = client.authorization_request()
    plain = request.uri.replace("response_mode=jwt", f"response_mode={mode}")
    assert plain != request.uri
    callback = dict(fake.authorize_form(plain)[1]) if mode == "form_post" else fake_place.authorize(plain)
    with refused(ProtocolViolation, match="not signed"):
        client.authorization_code(client.validate_callback(request, callback))
    assert client.token is None


def test_a_signed_answer_that_nobody_can_verify(fake_place, operations, new_client, refused):
    """A signed answer is refused by a session without a judge, and the error says what to pass."""
    client = new_client(**fake_place.options())
    request = client.authorization_request(response_mode="jwt")
    callback = fake_place.authorize(request.uri)
    with refused(UsageError, match="jarm_validator="):
        client.validate_callback(request, callback)


def test_an_error(client, answered, refused):
    """An error in a signed answer is raised by its code, once the signature holds."""
    request, callback = answered(login_hint="deny")
    with refused(AuthorizationRefused, "jwks") as caught:
        client.validate_callback(request, callback)
    assert caught.value.error == "access_denied"


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
