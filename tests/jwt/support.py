"""What the tests of oauth_jwt share: keys made once, a driver that forbids requests, a server of keys."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from oauth_core import Request, Response, run
from oauth_jwt import Key
from oauth_jwt._encoding import b64url, b64url_decode

NOW = 1_700_000_000
ISSUER = "https://op.example"
CLIENT = "client-1"
NONCE = "n-0S6_WzA2Mj"
SECRET = "a client secret of more than thirty-two bytes"

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


def vectors(name):
    return json.loads((VECTORS / f"jwt_{name}.json").read_text(encoding="utf-8"))


@cache
def _key(alg, number):
    return Key.generate(alg)


def key(alg="RS256", number=1):
    """A private key, the same for every call with the same arguments."""
    return _key(alg, number)


def no_request(request):
    raise AssertionError(f"unexpected {request!r}")


def carry(flow, send=no_request):
    """Run a flow that needs no server, or one that ``send`` answers."""
    return run(flow, send, sleep=lambda seconds: None)


def decode(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Header and claims, not verified."""
    head, body, _ = token.split(".")
    return json.loads(b64url_decode(head.encode())), json.loads(b64url_decode(body.encode()))


def sign(claims: Mapping[str, object] | bytes, signer: Key, header: Mapping[str, object] | bytes | None = None) -> str:
    """A JWT of any header and payload, right or wrong."""
    if not isinstance(header, bytes):
        named = {"kid": signer.kid} if signer.kid else {}
        header = json.dumps({"alg": signer.alg, **named, **(header or {})}).encode()
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    data = b64url(header) + b"." + b64url(payload)
    return (data + b"." + b64url(signer.sign(data))).decode()


def id_claims(**changes):
    """The claims of a good ID token; None leaves one out."""
    claims = {"iss": ISSUER, "sub": "jane", "aud": CLIENT, "exp": NOW + 300, "iat": NOW, "nonce": NONCE} | changes
    return {name: value for name, value in claims.items() if value is not None}


def copied(value):
    """The value after a trip through pickle."""
    return pickle.loads(pickle.dumps(value))


class KeyServer:
    """Answers requests for a JWK set and counts them."""

    def __init__(self, *keys, status=200):
        self.keys = list(keys)
        self.status = status
        self.requests: list[Request] = []

    def __call__(self, request):
        self.requests.append(request)
        body = json.dumps({"keys": [k if isinstance(k, dict) else k.public_jwk() for k in self.keys]})
        return Response(self.status, (("content-type", "application/json"),), body.encode())


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now
