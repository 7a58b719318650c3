"""How a resource of the fake server finds and judges the token in a request.

Rules of this room: one token in one place; no token is answered by a bare challenge, a bad one by
``invalid_token``, too little scope by 403; a scheme is a row in a table, so that bound tokens can be added.
RFC 6750 §2, §3.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from oauth_core._messages import FORM, Request

from ._authority import Authority, TokenCheck
from ._certificates import bound_thumbprint, shown_thumbprint
from ._tokens import IssuedToken
from ._wire import Refusal, parse_pairs

__all__ = ["TOKEN_SCHEMES", "presented_token"]


def presented_token(authority: Authority, request: Request, *, scope: str | None = None) -> IssuedToken:
    """Return the active access token of a request. Raises ``Refusal`` with the challenge that fits."""
    found = _credentials(request, authority.token_schemes)
    if not found:
        raise _challenge(authority, None, "no access token was sent", status=401)
    if len(found) > 1:
        raise _challenge(authority, "invalid_request", "more than one access token was sent", status=400)
    scheme, value = found[0]
    token = authority.tokens.find(value, "access_token")
    if token is None or not token.is_active(authority.clock()):
        raise _challenge(authority, "invalid_token", "the access token is unknown, expired or revoked", status=401)
    if token.token_type.lower() != scheme:
        raise _challenge(authority, "invalid_token", f"the token is of type {token.token_type}", status=401)
    bound = bound_thumbprint(token.claims)
    if bound is not None and bound != shown_thumbprint(request):
        raise _challenge(authority, "invalid_token", "the token is bound to another certificate", status=401)
    authority.token_schemes[scheme](authority, request, token)
    if scope is not None and not set(scope.split()) <= set(token.scope.split()):
        raise _challenge(authority, "insufficient_scope", "the token lacks a scope", status=403, scope=scope)
    return token


def _credentials(request: Request, schemes: dict[str, TokenCheck]) -> list[tuple[str, str]]:
    """Return scheme and token from each place of the request that holds one."""
    found: list[tuple[str, str]] = []
    for name, value in request.headers:
        if name.lower() == "authorization":
            scheme, _, token = value.partition(" ")
            if scheme.lower() in schemes:
                found.append((scheme.lower(), token.strip()))
    query = parse_pairs(urlsplit(request.url).query)
    found += [("bearer", value) for name, value in query if name == "access_token"]
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    # Only a method whose body has a meaning may carry the token there (RFC 6750 §2.2).
    if media_type == FORM and request.method not in {"GET", "HEAD"}:
        form = parse_pairs(request.body.decode("utf-8", "replace"))
        found += [("bearer", value) for name, value in form if name == "access_token"]
    return found


def _challenge(
    authority: Authority, error: str | None, description: str, *, status: int, scope: str | None = None
) -> Refusal:
    """Return the refusal with its ``WWW-Authenticate``, one challenge for each scheme. RFC 6750 §3."""
    details = [f'realm="{authority.settings.realm}"']
    if error is not None:
        details += [f'error="{error}"', f'error_description="{description}"']
    if scope is not None:
        details.append(f'scope="{scope}"')
    names = [_SCHEME_NAMES.get(scheme, scheme) for scheme in authority.token_schemes]
    headers = tuple(("WWW-Authenticate", f"{name} {', '.join(details)}") for name in names)
    return Refusal(error or "unauthorized", description, status=status, headers=headers)


def _anyone_may_use(authority: Authority, request: Request, token: IssuedToken) -> None:
    """Accept: a bearer token is bound to nobody."""


_SCHEME_NAMES = {"bearer": "Bearer", "dpop": "DPoP"}
TOKEN_SCHEMES: dict[str, TokenCheck] = {"bearer": _anyone_may_use}
