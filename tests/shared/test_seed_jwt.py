"""The examples with JWTs of the documents that people come from: client assertions and service accounts."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import serialization

from oauth_core.testing import FakeAuthorizationServer, Permission, RegisteredClient
from oauth_jwt import JsonWebToken, Key, public_jwks
from oauth_jwt.testing import install
from oauth_requests import OAuth2Client
from tests.shared.seed_harness import Router, run_example

KEY = Key.generate("RS256")
PEM = KEY.native.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
JWT_METHODS = ("client_secret_jwt", "private_key_jwt")
ROUTES = {
    "https://provider.com/token": "/token",
    "https://example.com/oauth/token": "/token",
    "https://url.to.the/token_endpoint": "/token",
    "https://api.provider.com/": "/api/",
}

README = "https://url.to.the/token_endpoint"  # both the endpoint and, to the server, its own name as an audience
PRIVATE = ("n", "d", "p", "q", "dp", "dq", "qi")

# The examples sign with secrets that are too short, which oauth-jwt warns about.
short_secret = pytest.mark.filterwarnings("ignore:HS256 asks for a secret")


@pytest.fixture
def open_fake(monkeypatch):
    """A server under the issuer that the example's audience names, behind the example's addresses."""

    def build(issuer: str, client_id: str = "your-client-id", secret: str = "your-client-secret"):
        fake = FakeAuthorizationServer(issuer)
        fake.install(install)
        metadata = {"jwks": {"keys": [*public_jwks(KEY)["keys"], {**KEY.public_jwk(), "kid": "mykid"}]}}
        fake.register(RegisteredClient(client_id, secret, (*JWT_METHODS, "none"), metadata=metadata))
        Router(fake, ROUTES).patch(monkeypatch)
        return fake

    return build


def spoken(fake) -> list[str]:
    """How the clients of the token requests, all of which succeeded, proved who they are."""
    assert {one.status for one in fake.seen("token")} == {200}
    forms = [dict(parse_qsl(one.body.decode())) for one in fake.seen("token")]
    return [form.get("client_assertion_type", "").rpartition(":")[2] for form in forms]


def test_service_account(open_fake, tmp_path):
    """The Google service account of the example gets its token from the JSON file, its scope among the claims."""
    fake = open_fake("https://provider.com", "robot@project.example")
    conf = {
        "client_email": "robot@project.example",
        "token_uri": "https://provider.com/token",
        "private_key": PEM.decode(),
        "private_key_id": "mykid",
    }
    (tmp_path / "MyProject-1234.json").write_text(json.dumps(conf))
    found = run_example(
        "service_account",
        elided={"(...)": "('https://api.provider.com/x')"},
        open=lambda name: (tmp_path / name).open(),
        scope="https://www.example/auth/cloud-platform",
    )
    asyncio.run(found["main"]())
    assert [one.method for one in fake.seen("api")] == ["GET", "POST"]
    assert {one.status for one in fake.seen("api")} == {200}
    assert fake.count("token") == 1


def test_assertion_flow(open_fake):
    """The example's assertion, which has no `jti`, is exchanged for a token at a server that asks for none."""
    fake = open_fake("https://provider.com")
    fake.authority.grants["urn:ietf:params:oauth:grant-type:jwt-bearer"] = _without_jti
    found = run_example("jwt_assertion_flow", private_key=PEM)
    assert found["response"].status_code == 200
    assert found["token"]["access_token"]
    assert found["session"].token == found["token"]


def _without_jti(authority, request):
    public = Key.load(KEY.public_jwk()).native
    claims = JsonWebToken(["RS256"]).decode(request.value("assertion"), public)
    assert claims["aud"] == "https://provider.com/token"
    return Permission(subject=claims["sub"], scope="")


@short_secret
@pytest.mark.parametrize("name", ["client_secret_jwt", "httpx_client_secret_jwt"])
def test_client_secret_jwt(open_fake, name):
    """`ClientSecretJWT(token_endpoint)` authenticates the client, given at once or registered by its name."""
    fake = open_fake("https://example.com/oauth")
    run_example(name)
    assert spoken(fake) == ["jwt-bearer"]


@pytest.mark.parametrize("name", ["private_key_jwt", "httpx_private_key_jwt"])
def test_private_key_jwt(open_fake, tmp_path, name):
    """`PrivateKeyJWT(token_endpoint)` authenticates the client with the key of a PEM file."""
    fake = open_fake("https://example.com/oauth")
    (tmp_path / "your-private-key.pem").write_bytes(PEM)
    run_example(name, open=lambda file, mode: (tmp_path / file).open(mode))
    assert spoken(fake) == ["jwt-bearer"]


@short_secret
def test_readme_client_secret_jwt(open_fake):
    """The readme's `ClientSecretJwt(client_id, client_secret)` authenticates the client."""
    fake = open_fake(README, "client_id", "client_secret")
    assert run_example("readme/client_secret_jwt")["client"].client_credentials()
    assert spoken(fake) == ["jwt-bearer"]


def test_readme_private_key_jwt(open_fake, monkeypatch):
    """The readme's three ways to give a private JWK authenticate the client."""
    made = []
    init = OAuth2Client.__init__

    def noted(self, *args, **named):
        made.append(self)
        init(self, *args, **named)

    monkeypatch.setattr(OAuth2Client, "__init__", noted)
    fake = open_fake(README, "client_id", "client_secret")
    jwk = KEY.private_jwk()
    run_example("readme/private_key_jwt", elided={f'"{name}": "..."': f'"{name}": "{jwk[name]}"' for name in PRIVATE})
    assert all(client.client_credentials().access_token for client in made)
    assert spoken(fake) == ["jwt-bearer"] * 3
