"""Service accounts on every flavour: sessions that obtain their token by an assertion, ready or signed anew."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from base64 import urlsafe_b64decode
from urllib.parse import parse_qsl

import pytest

from oauth_core import ServerRefusal, UsageError
from oauth_core.testing import RegisteredClient
from oauth_jwt import JWTAssertion, Key, public_jwks
from oauth_jwt.testing import install
from tests.shared.flavours import native_options

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer"
ISSUER = "robot@project.example"
KEY = Key.generate("ES256")
JWKS = {"keys": [*public_jwks(KEY)["keys"], {**KEY.public_jwk(), "kid": "k1"}]}


@pytest.fixture
def open_session(flavour, fake):
    """Open an assertion session of the flavour; the server trusts the robot's key."""
    fake.install(install)
    fake.register(RegisteredClient(ISSUER, None, ("none",), metadata={"jwks": JWKS}))
    name = "AsyncAssertionClient" if flavour.asynchronous else "AssertionClient"
    cls = flavour.type("AssertionSession" if flavour.library == "requests" else name)
    with contextlib.ExitStack() as stack:

        def build(*args, **options):
            options = {**native_options(flavour), **options}
            return stack.enter_context(flavour.running(lambda: cls(*args, **options)))

        yield build


@pytest.fixture
def signing(fake_place) -> dict[str, object]:
    """The keywords of a session that signs for itself."""
    endpoint = fake_place.server.token_endpoint
    return {"token_endpoint": endpoint, "issuer": ISSUER, "key": KEY, "clock": fake_place.clock}


def sent(fake) -> list[dict[str, str]]:
    return [dict(parse_qsl(one.body.decode())) for one in fake.seen("token")]


def parts_of(form) -> list[dict[str, object]]:
    return [json.loads(urlsafe_b64decode(part + "==")) for part in form["assertion"].split(".")[:2]]


def ready(fake_place, **changes) -> str:
    return JWTAssertion(ISSUER, fake_place.server.token_endpoint, KEY, clock=fake_place.clock, **changes).token()


def test_signed_anew_for_every_token(fake_place, fake, open_session, signing):
    """The first API request obtains a token, its end another, each by an assertion of its own; nobody is identified."""
    session = open_session(**signing, subject="alice", claims={"tier": 1}, header={"kid": "k1"}, scope=["read", "api"])
    assert session.get(fake_place.api_url).json()["token"]["sub"] == "alice"
    fake_place.let_expire()
    assert session.get(fake_place.api_url).status_code == 200
    forms = sent(fake)
    assert [set(form) for form in forms] == [{"grant_type", "assertion", "scope"}] * 2
    (header, claims), (_, later) = map(parts_of, forms)
    assert header == {"alg": "ES256", "typ": "JWT", "kid": "k1"}
    named = {"iss": ISSUER, "sub": "alice", "aud": signing["token_endpoint"], "tier": 1}
    assert {name: claims[name] for name in named} == named
    assert claims["jti"] != later["jti"]
    assert forms[0]["scope"] == "read api"


def test_rejected_token_is_replaced(fake_place, fake, open_session, signing):
    """A 401 makes the session show another assertion and send the request again."""
    session = open_session(**signing)
    session.get(fake_place.api_url)
    fake.expire(session.token["access_token"])
    assert session.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 2


def test_ready_assertion(fake_place, fake, open_session):
    """A ready assertion is shown as it is by `fetch_token(url)`; who issued it may be named beside it."""
    endpoint = fake_place.server.token_endpoint
    session = open_session(grant_type=JWT_BEARER, assertion=ready(fake_place), issuer=ISSUER, audience=endpoint)
    token = session.fetch_token(endpoint)
    assert token == session.token
    assert session.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1


def test_assertion_of_somebody_else(fake_place, fake, open_session):
    """An assertion that a function gives is asked for anew for every token."""
    endpoint = fake_place.server.token_endpoint
    session = open_session(endpoint, assertion=lambda: ready(fake_place), clock=fake_place.clock)
    session.get(fake_place.api_url)
    fake_place.let_expire()
    session.get(fake_place.api_url)
    first, second = sent(fake)
    assert first["assertion"] != second["assertion"]


def test_parameters_of_one_fetch(fake_place, fake, open_session, signing):
    """Keywords of `fetch_token` are sent, and stand for those of the session; another grant is refused."""
    session = open_session(**signing, scope="read")
    session.fetch_token(scope="api", resource="https://api.example")
    (form,) = sent(fake)
    assert (form["scope"], form["resource"]) == ("api", "https://api.example")
    with pytest.raises(UsageError, match="shows an assertion"):
        session.fetch_token(grant_type="client_credentials")


def test_client_that_authenticates(fake_place, fake, open_session, signing):
    """A session with a client id and secret authenticates beside its assertion."""
    session = open_session(**signing, client_id="basic", client_secret="a-secret")
    assert session.fetch_token()
    assert fake.seen("token")[0].header("authorization").startswith("Basic ")


def test_refused_assertion(fake, open_session, signing):
    """An assertion under another key is refused, and the session has no token."""
    session = open_session(**{**signing, "key": Key.generate("ES256")})
    with pytest.raises(ServerRefusal) as caught:
        session.fetch_token()
    assert caught.value.error == "invalid_grant"
    assert session.token is None


def test_saml(fake_place, fake, open_session):
    """A SAML assertion is encoded where it is XML, and sent as it is where it is encoded."""
    for assertion in ("<Assertion/>", "PEFzc2VydGlvbi8-"):
        session = open_session(fake_place.server.token_endpoint, grant_type=SAML2_BEARER, assertion=assertion)
        with pytest.raises(ServerRefusal, match="does not know the grant type"):
            session.fetch_token(client_id="public")
    assert [form["assertion"] for form in sent(fake)] == ["PEFzc2VydGlvbi8-"] * 2


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"token_endpoint": JWT_BEARER, "assertion": "a"}, TypeError, "pass grant_type= by its name"),
        ({"assertion": "a", "key": "k"}, TypeError, "key would have to be signed"),
        ({"assertion": " "}, UsageError, "empty"),
        ({"issuer": "i", "audience": "a"}, UsageError, "needs key="),
        ({"key": KEY}, UsageError, "needs issuer= and audience="),
        ({"grant_type": SAML2_BEARER, "key": KEY, "issuer": "i"}, UsageError, "pass assertion="),
        ({"assertion": "a", "isuer": "i"}, TypeError, "did you mean 'issuer'"),
        ({"assertion": 5, "grant_type": "urn:x"}, UsageError, "pass it ready"),
    ],
)
def test_wrong_arguments(open_session, options, error, message):
    """Arguments that cannot be meant are refused when the session is made."""
    with pytest.raises(error, match=message):
        open_session(**options)


def test_the_methods(fake_place, fake, open_session, new_client):
    """`jwt_bearer` shows a ready assertion or signs one, on any session."""
    session = new_client(**fake_place.options())
    endpoint = fake_place.server.token_endpoint
    open_session(endpoint, assertion="a")
    fake.register(RegisteredClient("basic", "a-secret", metadata={"jwks": public_jwks(KEY)}))
    assert session.jwt_bearer(ready(fake_place, subject="alice")).access_token
    assert session.get(fake_place.api_url).json()["token"]["sub"] == "alice"
    assert session.jwt_bearer(issuer="basic", audience=endpoint, key=KEY, subject="bob", clock=fake_place.clock)
    assert session.get(fake_place.api_url).json()["token"]["sub"] == "bob"


def test_without_oauth_jwt(flavour):
    """Where nothing signs, `key=` says which package to install, and a ready assertion needs none."""
    name = "AsyncAssertionClient" if flavour.asynchronous else "AssertionClient"
    name = "AssertionSession" if flavour.library == "requests" else name
    code = f"""
import sys
sys.modules["oauth_jwt"] = None
import importlib.metadata
importlib.metadata.entry_points = lambda **_: ()
from oauth_core import MissingPluginError
from {flavour.module} import {name}
{name}("https://as.example/token", assertion="a.b.c")
try:
    {name}("https://as.example/token", "i", key="k")
except MissingPluginError as exc:
    assert "pip install oauth-jwt" in str(exc), exc
else:
    raise SystemExit("nothing was raised")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
