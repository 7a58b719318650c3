"""DPoP at the fake server: proofs are checked before a grant is touched, tokens are bound, nonces demanded (RFC 9449).

Rules of this room: a proof is good for one request; a bound token, or a public client's refresh token, is worth nothing
with another key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hmac import compare_digest
from typing import cast

from oauth_core import Request, Response
from oauth_core.testing import Authority, Exchange, Handler, IssuedToken, Refusal, read_form
from oauth_jwt._compact import read_claims
from oauth_jwt._dpop import token_hash
from oauth_jwt._encoding import b64url_decode, json_object
from oauth_jwt._errors import InvalidJWTError, InvalidKeyError
from oauth_jwt._jose import verifier
from oauth_jwt._keys import Key

from ._assertions import params_of
from ._state import KeyState

__all__ = ["bound_token", "demand_proof"]

WINDOW = 60


def demand_proof(operations: KeyState, handler: Handler) -> Handler:
    """Return the token endpoint with DPoP: a proof binds what is issued to its key."""

    def endpoint(authority: Authority, exchange: Exchange) -> Response:
        request = exchange.request
        proof = request.header("dpop")
        form = read_form(request)
        client = authority.clients.get(params_of(form, "client_id") or "")
        if proof is None:
            if client is not None and client.metadata.get("dpop_bound_access_tokens"):
                raise Refusal("invalid_dpop_proof", "this client must send a DPoP proof")
            _check_refresh(authority, params_of(form, "refresh_token"), None)
            return handler(authority, exchange)
        jkt = _judge(operations, authority, request, proof, None)
        _check_refresh(authority, params_of(form, "refresh_token"), jkt)
        code = authority.tokens.find_code(params_of(form, "code") or "")
        if code is not None and (wanted := params_of(code.params, "dpop_jkt")) and wanted != jkt:
            raise Refusal("invalid_grant", "the code is bound to another key")
        return _bind(operations, authority, handler(authority, exchange), jkt)

    return endpoint


def _check_refresh(authority: Authority, value: str | None, jkt: str | None) -> None:
    token = authority.tokens.find(value or "", "refresh_token")
    bound = _bound_to(token) if token is not None else None
    if bound is not None and bound != jkt:
        raise Refusal("invalid_grant", "the refresh token is bound to another key")


def _bound_to(token: IssuedToken) -> object:
    confirmation = token.claims.get("cnf")
    return confirmation.get("jkt") if isinstance(confirmation, Mapping) else None


def _bind(operations: KeyState, authority: Authority, response: Response, jkt: str) -> Response:
    members = cast("dict[str, object]", response.json())
    access = authority.tokens.find(str(members.get("access_token")), "access_token")
    if access is not None:
        access.token_type = "DPoP"
        access.claims["cnf"] = {"jkt": jkt}
        members["token_type"] = "DPoP"
        client = authority.clients[access.client_id]
        refresh = authority.tokens.find(str(members.get("refresh_token")), "refresh_token")
        if refresh is not None and client.is_public:
            refresh.claims["cnf"] = {"jkt": jkt}
    headers = response.headers
    if operations.nonce is not None:
        headers = (*headers, ("DPoP-Nonce", operations.nonce))
    return response.replace(headers=headers, body=json.dumps(members).encode())


def bound_token(operations: KeyState, authority: Authority, request: Request, token: IssuedToken) -> None:
    """Check the proof that comes with a bound token at a resource. Raises ``Refusal`` with a DPoP challenge."""
    proof = request.header("dpop")
    try:
        if proof is None:
            raise Refusal("invalid_dpop_proof", "a DPoP token came without its proof")
        if _judge(operations, authority, request, proof, token.value) != _bound_to(token):
            raise Refusal("invalid_token", "the token is bound to another key")
    except Refusal as refusal:
        challenge = f'DPoP error="{refusal.error}", algs="ES256 EdDSA RS256 PS256"'
        raise Refusal(
            refusal.error,
            refusal.description,
            status=401,
            headers=(("WWW-Authenticate", challenge), *refusal.headers),
        ) from None


def _judge(operations: KeyState, authority: Authority, request: Request, proof: str, access_token: str | None) -> str:
    """Return the thumbprint of the proof's key."""
    try:
        jkt, claims = _open(proof)
    except (InvalidJWTError, InvalidKeyError, ValueError) as exc:
        raise Refusal("invalid_dpop_proof", f"the proof cannot be believed: {exc}") from None
    htu = request.url.partition("?")[0].partition("#")[0]
    iat, jti = claims.get("iat"), claims.get("jti")
    for wrong, text in (
        (claims.get("htm") != request.method, "htm is another method"),
        (claims.get("htu") != htu, "htu is another target"),
        (not isinstance(iat, int) or abs(iat - authority.clock()) > WINDOW, "iat is not now"),
        (not isinstance(jti, str) or not jti or jti in operations.seen, "jti is missing or was used before"),
        (access_token is not None and not _same(claims.get("ath"), token_hash(access_token or "")), "ath is wrong"),
    ):
        if wrong:
            raise Refusal("invalid_dpop_proof", f"the proof is refused: {text}")
    if operations.nonce is not None and claims.get("nonce") != operations.nonce:
        raise Refusal(
            "use_dpop_nonce", "the proof needs the nonce of this server", headers=(("DPoP-Nonce", operations.nonce),)
        )
    operations.seen.add(str(jti))
    return jkt


def _same(found: object, expected: str) -> bool:
    return isinstance(found, str) and compare_digest(found.encode(), expected.encode())


def _open(proof: str) -> tuple[str, dict[str, object]]:
    # Not read_compact: a proof is the one JWT that has to bring its own key.
    head, body, signature = (part.encode("ascii") for part in proof.split("."))
    header = json_object(b64url_decode(head))
    if header.get("typ") != "dpop+jwt" or not isinstance(header.get("jwk"), dict):
        raise ValueError("typ or jwk")
    key = Key.load(header["jwk"])
    alg = str(header.get("alg"))
    if key.kty == "oct" or key.is_private or not key.fits(alg):
        raise ValueError("alg or jwk")
    if not verifier(key, alg)(head + b"." + body, b64url_decode(signature)):
        raise ValueError("signature")
    return key.thumbprint(), read_claims(b64url_decode(body), "the proof")
