"""Registering clients at the fake server while it runs, and managing them. RFC 7591, RFC 7592.

Rules of this room: what is registered becomes a `RegisteredClient` like any other; each has a token of its own that
manages it and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hmac import compare_digest
from typing import cast

from oauth_core._messages import Response

from ._authority import Authority
from ._clients import RegisteredClient
from ._exchange import Exchange
from ._wire import Refusal, json_response

__all__ = ["managed_registration", "registration_endpoint"]

_KNOWN_METHODS = {"none", "client_secret_basic", "client_secret_post"}
_SERVERS_OWN = {
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
}


def registration_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Register a client. RFC 7591 §3."""
    if exchange.request.method != "POST":
        raise Refusal("invalid_request", "use POST", status=405, headers=(("Allow", "POST"),))
    wanted = authority.settings.initial_access_token
    if wanted is not None and not _shows(exchange, wanted):
        raise _no_token()
    metadata = _document(exchange)
    if "client_id" in metadata or "client_secret" in metadata:
        raise Refusal("invalid_client_metadata", "a client does not choose its id or secret")
    client_id, token = authority.random(), authority.random()
    return json_response(_keep(authority, client_id, metadata, token), status=201)


def managed_registration(authority: Authority, exchange: Exchange) -> Response:
    """Show, change or delete a registration. RFC 7592 §2."""
    client_id = exchange.path.rpartition("/")[2]
    known = authority.registrations.get(client_id)
    if known is None or not _shows(exchange, str(known["registration_access_token"])):
        raise _no_token()
    method = exchange.request.method
    if method == "GET":
        return json_response(known)
    if method == "DELETE":
        del authority.registrations[client_id], authority.clients[client_id]
        return Response(204, (("Cache-Control", "no-store"),))
    if method != "PUT":
        raise Refusal("invalid_request", "use GET, PUT or DELETE", status=405, headers=(("Allow", "GET, PUT, DELETE"),))
    metadata = _document(exchange)
    if metadata.get("client_id") != client_id or metadata.keys() & _SERVERS_OWN:
        raise Refusal("invalid_client_metadata", "the metadata names another client, or members of the server's own")
    if metadata.get("client_secret") not in {None, known.get("client_secret")}:
        raise Refusal("invalid_client_metadata", "a client does not choose its secret")
    metadata = {name: value for name, value in metadata.items() if name not in {"client_id", "client_secret"}}
    secret = cast("str | None", known.get("client_secret"))
    return json_response(_keep(authority, client_id, metadata, str(known["registration_access_token"]), secret))


def _document(exchange: Exchange) -> dict[str, object]:
    kind = (exchange.request.header("content-type") or "").partition(";")[0].strip().lower()
    try:
        document = json.loads(exchange.request.body)
    except ValueError:
        document = None
    if kind != "application/json" or not isinstance(document, dict):
        raise Refusal("invalid_client_metadata", "the client metadata must be a JSON object")
    return document


def _shows(exchange: Exchange, token: str) -> bool:
    scheme, _, value = (exchange.request.header("authorization") or "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(value.strip().encode(), token.encode())


def _no_token() -> Refusal:
    headers = (("WWW-Authenticate", 'Bearer error="invalid_token"'),)
    return Refusal("invalid_token", "the registration needs its access token", status=401, headers=headers)


def _keep(
    authority: Authority, client_id: str, metadata: Mapping[str, object], token: str, secret: str | None = None
) -> dict[str, object]:
    """Register these metadata and return what the client is told."""
    method = str(metadata.get("token_endpoint_auth_method", "client_secret_basic"))
    if method not in {*authority.auth_methods, *_KNOWN_METHODS}:
        raise Refusal("invalid_client_metadata", "this server does not know the authentication method")
    grants = _texts(metadata, "grant_types", ["authorization_code"])
    uris = _texts(metadata, "redirect_uris", [])
    if {"authorization_code", "implicit"} & set(grants) and not uris:
        raise Refusal("invalid_redirect_uri", "redirect_uris is missing")
    if method.startswith("client_secret_") and secret is None:
        secret = authority.random()
    scope = metadata.get("scope")
    authority.clients[client_id] = RegisteredClient(
        client_id,
        secret,
        auth_methods=(method,),
        redirect_uris=tuple(uris),
        grant_types=tuple(grants),
        scopes=tuple(scope.split()) if isinstance(scope, str) else None,
        metadata=metadata,
    )
    known: dict[str, object] = {
        **metadata,
        "client_id": client_id,
        "token_endpoint_auth_method": method,
        "grant_types": grants,
        "registration_access_token": token,
        "registration_client_uri": authority.url(f"/register/{client_id}"),
    }
    if secret is not None:
        known |= {"client_secret": secret, "client_secret_expires_at": 0}
    authority.registrations[client_id] = known
    return known


def _texts(metadata: Mapping[str, object], name: str, default: list[str]) -> list[str]:
    value = metadata.get(name, default)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refusal("invalid_client_metadata", f"{name} is a list of texts")
    return value
