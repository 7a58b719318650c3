"""The examples of the guides about JWTs run as they are printed."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

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
    run_guide(
        "jwt-id-tokens",
        tmp_path,
        monkeypatch,
        metadata={"issuer": "https://op.example.com", "jwks_uri": "https://op.example.com/jwks"},
        token=sign(claims, key()),
        request=SimpleNamespace(nonce=claims["nonce"]),
        send=server,
        private_key=pem(key("ES256").native),
        parameters={"scope": "openid"},
    )
    assert capsys.readouterr().out == "jane j@example\n"
    assert len(server.requests) == 1
