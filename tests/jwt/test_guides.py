"""The examples of the guides about JWTs run as they are printed."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from oauth_core import Response
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient
from oauth_jwt import InvalidJWTError, Key, public_jwks
from oauth_jwt.testing import KeyOperations
from oauth_requests.testing import intercept
from tests.jwt.support import KeyServer, id_claims, key, sign
from tests.jwt.test_keys import pem, public_pem

GUIDES = Path(__file__).resolve().parent.parent.parent / "docs" / "guides"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(name):
    found = BLOCK.findall((GUIDES / f"{name}.md").read_text(encoding="utf-8"))
    assert found
    return found


def run_guide(name, folder, monkeypatch, *, without=(), **names):
    monkeypatch.chdir(folder)
    space = dict(names)
    for code in blocks(name):
        if not any(word in code for word in without):
            exec(compile(code, name, "exec"), space)  # noqa: S102 - our own documents
    return space


def test_client_authentication(tmp_path, monkeypatch):
    """The examples of client authentication make methods and keys."""
    (tmp_path / "AuthKey_KEYID.p8").write_bytes(pem(key("ES256").native))

    class KMS:
        def sign(self, KeyId, Message, SigningAlgorithm):  # noqa: N803 - the service's own names
            return {"Signature": key("ES256").sign(Message)}

    with pytest.warns(UserWarning, match="at least 32 bytes"):
        space = run_guide(
            "jwt-client-authentication",
            tmp_path,
            monkeypatch,
            without=("OAuth2Session",),
            private_jwk=key("RS256").private_jwk(),
            kms=KMS(),
        )
    assert space["secret"]().count(".") == 2


def test_service_accounts(tmp_path, monkeypatch):
    """The example of a service account works from its JSON file."""
    conf = {
        "client_email": "robot@project.example",
        "token_uri": "https://as.example/token",
        "private_key": pem(key().native).decode(),
        "private_key_id": "k",
    }
    (tmp_path / "MyProject-1234.json").write_text(json.dumps(conf))
    names = {"private_key": pem(key().native), "public_key": public_pem(key().native)}
    space = run_guide("jwt-service-accounts", tmp_path, monkeypatch, **names)
    assert space["grant"].repeatable
    assert space["claims"]["iss"] == "your-client-id"


def test_dpop(tmp_path, monkeypatch):
    """The examples of DPoP keep the key and make a proof."""
    space = run_guide("jwt-dpop", tmp_path, monkeypatch, access_token="token")
    assert space["proof"].count(".") == 2


def test_id_tokens(tmp_path, monkeypatch, capsys):
    """The examples of validation believe a good token and sign a request object."""
    import time

    now = int(time.time())
    claims = id_claims(iss="https://op.example.com", aud="client-id", iat=now, exp=now + 60, email="j@example")
    server = KeyServer(key())
    metadata = {"issuer": "https://op.example.com", "jwks_uri": "https://op.example.com/jwks"}

    def send(request):
        if "well-known" not in request.url:
            return server(request)
        return Response(200, (("content-type", "application/json"),), json.dumps(metadata).encode())

    access = {name: claims[name] for name in ("sub", "iat", "exp")} | {"client_id": "c", "jti": "1", "scope": "read"}
    access |= {"iss": claims["iss"], "aud": "https://api.example.com", "cnf": {"jkt": "thumb"}}
    space = run_guide(
        "jwt-id-tokens",
        tmp_path,
        monkeypatch,
        metadata=metadata,
        token=sign(claims, key()),
        request=SimpleNamespace(nonce=claims["nonce"]),
        send=send,
        private_key=pem(key("ES256").native),
        parameters={"scope": "openid"},
        access_token=sign(access, key(), {"typ": "at+jwt"}),
        thumbprint="thumb",
    )
    assert capsys.readouterr().out == "jane j@example\n"
    assert len(server.requests) == 2
    assert space["claims"]["client_id"] == "c"


# The same examples in use: the sessions that the guides print get tokens from the strict server.


def first_blocks(name, *words):
    """The blocks of a guide that hold one of these words, in their order."""
    return [code for code in blocks(name) if any(word in code for word in words)]


@pytest.mark.parametrize("kind", ["ClientSecretJWT", "PrivateKeyJWT"])
def test_authenticated_sessions_get_tokens(kind, tmp_path, monkeypatch):
    """The sessions of the guide to client authentication get a token from a server that checks their assertions."""
    secret = "your-client-secret" * (1 + (kind == "ClientSecretJWT"))
    method = "client_secret_jwt" if kind == "ClientSecretJWT" else "private_key_jwt"
    own = Key.load(key("RS256"), kid="one")
    client = RegisteredClient(
        "your-client-id", secret, auth_methods=(method,), metadata={"jwks": public_jwks(own), "scope": ""}
    )
    server = FakeAuthorizationServer("https://example.com/oauth", clients=[client])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "your-private-key.pem").write_bytes(pem(own.native))
    space = {"token_endpoint": server.token_endpoint}
    with intercept(server):
        for code in first_blocks("jwt-client-authentication", f"{kind}("):
            preamble = "from oauth_requests import OAuth2Session\n"
            exec(preamble + code.replace("your-client-secret", secret), space)  # noqa: S102 - our own documents
        token = space["session"].fetch_token(server.token_endpoint)
    assert server.authority.tokens.find(token["access_token"], "access_token").client_id == "your-client-id"


def test_service_account_gets_tokens(tmp_path, monkeypatch):
    """The session of the guide to service accounts gets a token by itself, from the JSON file alone."""
    email = "robot@project.example"
    own = key()
    client = RegisteredClient(email, metadata={"jwks": public_jwks(Key.load(own, kid="k"))})
    server = FakeAuthorizationServer(clients=[client])
    server.install(KeyOperations())
    conf = {"client_email": email, "token_uri": server.token_endpoint, "private_key": pem(own.native).decode()}
    (tmp_path / "MyProject-1234.json").write_text(json.dumps(conf | {"private_key_id": "k"}))
    monkeypatch.chdir(tmp_path)
    space = {}
    exec(first_blocks("jwt-service-accounts", "AssertionSession")[0], space)  # noqa: S102 - our own documents
    with intercept(server):
        assert space["session"].get(f"{server.issuer}/api/things").status_code == 200


def test_bound_session_gets_tokens_and_uses_them():
    """The session of the guide to DPoP gets a bound token and shows it to an API, nonces included."""
    server = FakeAuthorizationServer("https://as.example", clients=[RegisteredClient("client-id", "secret")])
    server.install(KeyOperations(nonce="n-1"))
    space = {}
    for code in blocks("jwt-dpop")[:2]:
        exec(code, space)  # noqa: S102 - our own documents
    with intercept(server):
        token = space["session"].fetch_token(server.token_endpoint)
        assert token["token_type"] == "DPoP"
        assert space["session"].get(f"{server.issuer}/api/things").status_code == 200


def test_session_with_a_validator_logs_in_and_refuses():
    """The session of the guide to ID tokens logs somebody in; a token for another client ends the login."""
    operations = KeyOperations()
    client = RegisteredClient("client-id", "secret", scopes=("openid",))
    server = FakeAuthorizationServer("https://op.example.com", clients=[client])
    server.install(operations)
    space = {"metadata": server.metadata}
    for code in blocks("jwt-id-tokens")[:2]:
        exec(code, space)  # noqa: S102 - our own documents
    session = space["session"]
    session.redirect_uri = client.redirect_uris[0]
    with intercept(server):
        request = session.authorization_request(scope="openid")
        token = session.authorization_code(server.authorize(request.uri), request=request)
        assert space["validator"].read(token["id_token"])["nonce"] == request.nonce
        operations.alter = lambda kind, header, claims: claims.update(aud="another")
        request = session.authorization_request(scope="openid")
        with pytest.raises(InvalidJWTError, match="for another audience"):
            session.authorization_code(server.authorize(request.uri), request=request)
