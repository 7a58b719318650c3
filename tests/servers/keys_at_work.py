"""Keys at work in raw requests: assertions, DPoP proofs, signed and encrypted answers, made and read by joserfc."""

from __future__ import annotations

import hashlib
import secrets
import time
import urllib.parse
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc import jwe, jwt
from joserfc.jwk import ECKey, JWKRegistry, KeySet

from tests.servers.oidc import OIDCProvider
from tests.servers.protocol import AuthorizationServer, RegisteredClient
from tests.servers.wire import Answer, fetch, post_as

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["HS256", "RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
JWE_ALGORITHMS = ["RSA-OAEP-256", "ECDH-ES", "A128CBC-HS256", "A256GCM"]
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def sign(key: Mapping[str, Any], alg: str, claims: Mapping[str, object]) -> str:
    """A JWT."""
    return jwt.encode({"alg": alg}, dict(claims), JWKRegistry.import_key(dict(key)), algorithms=ALGORITHMS)


def client_assertion(server: AuthorizationServer, client: RegisteredClient, alg: str) -> list[tuple[str, str]]:
    """The parameters by which a client authenticates with a JWT made with its key or its secret."""
    secret = {"kty": "oct", "k": urlsafe_b64encode((client.client_secret or "").encode()).rstrip(b"=").decode()}
    now = int(time.time())
    claims = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": server.issuer,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(8),
    }
    jwt_ = sign(client.private_jwk or secret, alg, claims)
    return [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", jwt_)]


def authorization_grant(server: AuthorizationServer, issuer: str, key: Mapping[str, Any], alg: str) -> str:
    """An assertion that gets its issuer a token for alice."""
    now = int(time.time())
    claims = {"iss": issuer, "sub": "alice", "aud": server.token_endpoint, "iat": now, "exp": now + 60}
    return sign(key, alg, claims)


def decrypt(text: str, client: RegisteredClient) -> str:
    """What is inside a JWE for the client."""
    # The server repeats `iss` and `aud` in the header, which is more than a strict reader lets pass.
    registry = jwe.JWERegistry(algorithms=JWE_ALGORITHMS, strict_check_header=False)
    private: dict[str, Any] = dict(client.private_jwk or {})
    key = JWKRegistry.import_key(private)
    content = jwe.decrypt_compact(text, key, registry=registry).plaintext
    assert content is not None
    return content.decode()


def server_keys(server: OIDCProvider) -> KeySet:
    """The keys that the server publishes now."""
    return KeySet.import_key_set(fetch(server.endpoint("jwks_uri")).json)  # type: ignore[arg-type]


def authorization_url(server: AuthorizationServer, client: RegisteredClient, **extra: str) -> str:
    """An authorization request with PKCE (VERIFIER), state and nonce."""
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


def callback_parameters(url: str) -> dict[str, str]:
    """What stands in the query or the fragment of a callback."""
    parts = urllib.parse.urlsplit(url)
    return dict(urllib.parse.parse_qsl(parts.query or parts.fragment))


def exchange(server: AuthorizationServer, client: RegisteredClient, code: str) -> Answer:
    """Redeem a code that came from `authorization_url`."""
    form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", VERIFIER),
    ]
    answer = post_as(client, server.token_endpoint, form)
    assert answer.status == 200, answer.body
    return answer


class Prover:
    """Makes DPoP proofs with a key of its own."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", private=True)

    def __call__(self, method: str, url: str, *, token: str | None = None, nonce: str | None = None) -> str:
        """A proof for one request."""
        claims: dict[str, object] = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": url,
            "iat": int(time.time()),
        }
        if token is not None:
            claims["ath"] = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        if nonce is not None:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        return jwt.encode(header, claims, self.key)
