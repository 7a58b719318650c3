"""Pushed and signed authorization requests at the fake server.

Rules of this room: a pushed request is good once, for its client, for a short time; what stands beside a reference is
not read. Of request objects only those signed with the client's own secret (HS256) are read here: the standard library
can no more. ``Authority.request_objects`` reads others. RFC 9126, RFC 9101.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from binascii import Error
from hmac import compare_digest
from hmac import digest as hmac_digest

from oauth_core._messages import Pairs, Response

from ._authority import Authority
from ._client_auth import authenticate
from ._clients import RegisteredClient
from ._exchange import Exchange
from ._pending import PushedRequest
from ._wire import Refusal, json_response, read_form, single

__all__ = ["pushed_endpoint", "read_request", "read_signed"]

_PREFIX = "urn:ietf:params:oauth:request_uri:"
_CREDENTIALS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
_OF_THE_OBJECT = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "client_id"})


def pushed_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Keep an authorization request and hand out a reference to it. RFC 9126 §2.2."""
    form = read_form(exchange.request)
    client, _ = authenticate(authority, exchange.request, form)
    if single(form, "request_uri") is not None:
        raise Refusal("invalid_request", "request_uri must not be pushed")
    params = tuple(pair for pair in form if pair[0] not in _CREDENTIALS)
    if single(params, "client_id") is None:
        params = (("client_id", client.client_id), *params)
    params = read_signed(authority, params)
    if single(params, "client_id") != client.client_id:
        raise Refusal("invalid_request", "the request is another client's")
    redirect_uri = single(params, "redirect_uri")
    if redirect_uri is not None and not client.allows_redirect(redirect_uri):
        raise Refusal("invalid_request", "redirect_uri is not registered for the client")
    reference = _PREFIX + authority.random()
    lifetime = authority.settings.pushed_lifetime
    authority.pushed[reference] = PushedRequest(client.client_id, params, authority.clock() + lifetime)
    return json_response({"request_uri": reference, "expires_in": int(lifetime)}, status=201)


def read_request(authority: Authority, params: Pairs) -> Pairs:
    """Return the parameters that a reference or a request object stands for, or these. RFC 9126 §4, RFC 9101 §6.

    Readers that were added come first: what they leave of a reference or a request object is read here.
    """
    sent = params
    for reader in authority.readers:
        params = reader(authority, params)
    reference, client_id = single(params, "request_uri"), single(params, "client_id")
    if reference is not None:
        pushed = authority.pushed.pop(reference, None)
        if pushed is None or pushed.client_id != client_id or authority.clock() >= pushed.expires_at:
            raise Refusal("invalid_request_uri", "the reference is unknown, used, expired or another client's")
        return pushed.params
    client = authority.clients.get(client_id or "")
    own = client is not None and client.metadata.get("require_pushed_authorization_requests") is True
    if (own or authority.settings.require_pushed) and single(sent, "request_uri") is None:
        raise Refusal("invalid_request", "the authorization request must be pushed")
    return _opened(authority, sent, params)


def read_signed(authority: Authority, params: Pairs) -> Pairs:
    """Return the parameters that a request object holds, or these where there is none. RFC 9101 §6."""
    sent = params
    for reader in authority.readers:
        params = reader(authority, params)
    return _opened(authority, sent, params)


def _opened(authority: Authority, sent: Pairs, params: Pairs) -> Pairs:
    text = single(params, "request")
    client = authority.clients.get(single(params, "client_id") or "")
    if text is None:
        was_read = {"request", "request_uri"} & {name for name, _ in sent}
        if not was_read and client is not None and client.metadata.get("require_signed_request_object") is True:
            raise Refusal("invalid_request", "the authorization request must be signed")
        return params
    if client is None:
        raise Refusal("invalid_request", "the client is not known")
    claims = (authority.request_objects or verified_claims)(client, text)
    if claims.get("iss") != client.client_id or claims.get("client_id", client.client_id) != client.client_id:
        raise Refusal("invalid_request_object", "the request object is another client's")
    audience = claims.get("aud")
    if authority.issuer not in (audience if isinstance(audience, list) else [audience]):
        raise Refusal("invalid_request_object", "the request object is meant for another server")
    end = claims.get("exp")
    if not isinstance(end, (int, float)) or authority.clock() >= end:
        raise Refusal("invalid_request_object", "the request object has expired, or never does")
    found: list[tuple[str, str]] = [("client_id", client.client_id)]
    for name, value in claims.items():
        if name not in _OF_THE_OBJECT:
            found.extend((name, one if isinstance(one, str) else json.dumps(one)) for one in _each(name, value))
    return tuple(found)


def _each(name: str, value: object) -> list[object]:
    return value if isinstance(value, list) and name == "resource" else [value]


def verified_claims(client: RegisteredClient, text: str) -> dict[str, object]:
    """Return the claims of a request object that the client signed with its secret."""
    problem = Refusal("invalid_request_object", "the request object is not signed with the client's secret (HS256)")
    parts = text.split(".")
    try:
        header, claims, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        head, body = json.loads(header), json.loads(claims)
    except (ValueError, Error):
        raise problem from None
    if client.client_secret is None or not isinstance(body, dict) or head.get("alg") != "HS256":
        raise problem
    proof = hmac_digest(client.client_secret.encode(), ".".join(parts[:2]).encode(), "sha256")
    if not compare_digest(proof, signature):
        raise problem
    return body
