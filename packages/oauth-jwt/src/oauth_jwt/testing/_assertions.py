"""The fake server's judgement of assertions: of clients about themselves, and as grants (RFC 7523).

Rules of this room: as strict as a careful server: signature under the registered key, issuer and subject, audience
the server, a near end, and a ``jti`` that was never seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from oauth_core import Flow, Pairs, Request, Response, run
from oauth_core.testing import (
    Authority,
    Exchange,
    Handler,
    Permission,
    Refusal,
    RegisteredClient,
    TokenRequest,
    read_form,
)
from oauth_jwt._claims import check_times
from oauth_jwt._errors import InvalidJWTError, InvalidKeyError
from oauth_jwt._verify import JWTVerifier

from ._state import KeyState

__all__ = ["JWT_BEARER", "AssertionMethod", "jwt_bearer", "named_by_assertion", "params_of", "verified_claims"]

T = TypeVar("T")

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST = 3600


def params_of(params: Pairs, name: str) -> str | None:
    """Return a parameter, or None."""
    return next((value for key, value in params if key == name), None)


def at_once(flow: Flow[T]) -> T:
    """Carry out a flow whose keys are at hand."""
    return run(flow, _no_request)


def _no_request(request: Request) -> Response:
    raise AssertionError(f"{request!r} was not expected")


def verified_claims(
    authority: Authority, client: RegisteredClient, token: str, algorithms: tuple[str, ...], error: str
) -> tuple[dict[str, object], dict[str, object]]:
    """Return header and claims of a client's JWT under its registered ``jwks`` or secret. Raises ``Refusal``."""
    verifier = JWTVerifier(
        client.metadata.get("jwks") or {"keys": []},
        algorithms,
        client_secret=client.client_secret,
        clock=authority.clock,
    )
    try:
        return at_once(verifier.verify(token))
    except (InvalidJWTError, InvalidKeyError) as exc:
        raise Refusal(error, str(exc), status=401 if error == "invalid_client" else 400) from None


class AssertionMethod:
    """``client_secret_jwt`` and ``private_key_jwt``: the algorithm tells which."""

    def __init__(self, operations: KeyState, name: str) -> None:
        self.operations = operations
        self.name = name

    def read(self, authority: Authority, request: Request, form: Pairs) -> str | None:
        """Return the ``sub`` that an assertion of this method's kind claims, not yet verified."""
        from oauth_jwt._compact import read_claims, read_compact

        token = params_of(form, "client_assertion")
        if token is None or params_of(form, "client_assertion_type") != ASSERTION_TYPE:
            return None
        try:
            parts = read_compact(token, "the assertion")
            if parts.alg.startswith("HS") != (self.name == "client_secret_jwt"):
                return None
            subject = read_claims(parts.payload, "the assertion").get("sub")
        except InvalidJWTError:
            # Only one of the two may claim what cannot be read.
            return "" if self.name == "private_key_jwt" else None
        return subject if isinstance(subject, str) else ""

    def verify(self, authority: Authority, client: RegisteredClient, request: Request, form: Pairs) -> str:
        """Check the assertion. Raises ``Refusal`` (``invalid_client``)."""
        algorithms = ("HS256", "HS384", "HS512") if self.name == "client_secret_jwt" else self.operations.asymmetric
        token = params_of(form, "client_assertion") or ""
        _, claims = verified_claims(authority, client, token, algorithms, "invalid_client")
        _judge(self.operations, authority, claims, "invalid_client", same_subject=True)
        return self.name


def jwt_bearer(operations: KeyState) -> Callable[[Authority, TokenRequest], Permission]:
    """Return the grant: an assertion of an issuer whose ``jwks`` are registered with a client of that name."""

    def grant(authority: Authority, request: TokenRequest) -> Permission:
        token = request.value("assertion")
        if token is None:
            raise Refusal("invalid_request", "the parameter assertion is missing")
        issuer = authority.clients.get(str(_peek(token).get("iss")), request.client)
        _, claims = verified_claims(authority, issuer, token, operations.asymmetric, "invalid_grant")
        _judge(operations, authority, claims, "invalid_grant", same_subject=False)
        subject = claims.get("sub") or claims.get("iss")
        asked = request.value("scope") or (claims["scope"] if isinstance(claims.get("scope"), str) else None)
        scope = authority.grant_scope(request.client, asked if isinstance(asked, str) else None)
        return Permission(subject=str(subject), scope=scope)

    return grant


def named_by_assertion(handler: Handler) -> Handler:
    """Return the token endpoint for service accounts too: who shows an assertion alone is its issuer. RFC 7521 §4.1."""

    def endpoint(authority: Authority, exchange: Exchange) -> Response:
        request = exchange.request
        form = read_form(request)
        token = params_of(form, "assertion")
        if token is None or params_of(form, "grant_type") != JWT_BEARER or request.header("authorization") is not None:
            return handler(authority, exchange)
        if params_of(form, "client_id") is not None or params_of(form, "client_assertion") is not None:
            return handler(authority, exchange)
        return handler(authority, replace(exchange, request=request.with_params([("client_id", _issuer_of(token))])))

    return endpoint


def _issuer_of(token: str) -> str:
    return str(_peek(token).get("iss"))


def _peek(token: str) -> dict[str, object]:
    from oauth_jwt._compact import read_claims, read_compact

    try:
        return read_claims(read_compact(token, "the assertion").payload, "the assertion")
    except InvalidJWTError as exc:
        raise Refusal("invalid_grant", str(exc)) from None


def _judge(
    operations: KeyState, authority: Authority, claims: dict[str, object], error: str, *, same_subject: bool
) -> None:
    def refuse(text: str) -> Refusal:
        return Refusal(error, text, status=401 if error == "invalid_client" else 400)

    try:
        check_times(claims, "the assertion", authority.clock(), 5, required=("exp",))
    except InvalidJWTError as exc:
        raise refuse(str(exc)) from None
    end = claims["exp"]
    if isinstance(end, (int, float)) and end > authority.clock() + LONGEST:
        raise refuse("the assertion lives longer than an hour")
    if same_subject and claims.get("iss") != claims.get("sub"):
        raise refuse("iss and sub of the assertion differ")
    audience = claims.get("aud")
    known = {authority.issuer, authority.url("/token")}
    if not known & set(audience if isinstance(audience, list) else [audience]):
        raise refuse("the assertion is for another audience")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise refuse("the assertion has no jti")
    if jti in operations.seen:
        raise refuse("the jti of the assertion was used before")
    operations.seen.add(jti)
