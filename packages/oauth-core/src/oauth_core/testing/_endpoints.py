"""Introspection, revocation, userinfo, metadata and keys at the fake server.

Rules of this room: the first two authenticate the client as the token endpoint does; a token that is unknown,
expired, revoked or another client's is simply not active. RFC 7662, RFC 7009, RFC 8414.
"""

from __future__ import annotations

from oauth_core._messages import Response

from ._authority import Authority
from ._bearer import presented_token
from ._client_auth import authenticate
from ._exchange import Exchange
from ._tokens import IssuedToken
from ._wire import Refusal, json_response, read_form, required

__all__ = [
    "introspection_endpoint",
    "jwks_endpoint",
    "metadata_document",
    "metadata_endpoint",
    "revocation_endpoint",
    "userinfo_endpoint",
]

# The endpoints that a client calls itself, and where it may have to show its certificate. RFC 8705 §5.
_FOR_CERTIFICATES = frozenset(
    {
        "backchannel_authentication_endpoint",
        "device_authorization_endpoint",
        "introspection_endpoint",
        "pushed_authorization_request_endpoint",
        "revocation_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
    }
)


def introspection_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Tell an authenticated client what a token is good for. RFC 7662 §2.2."""
    form = read_form(exchange.request)
    _, method = authenticate(authority, exchange.request, form)
    if method == "none":
        raise Refusal("invalid_client", "introspection demands client authentication", status=401)
    token = authority.tokens.find(required(form, "token"))
    if token is None or not token.is_active(authority.clock()):
        return json_response({"active": False})
    return json_response(token_facts(authority, token))


def token_facts(authority: Authority, token: IssuedToken) -> dict[str, object]:
    """Return the members of an introspection response for an active token."""
    facts: dict[str, object] = {
        "active": True,
        "iss": authority.issuer,
        "client_id": token.client_id,
        "token_type": token.token_type,
        "iat": int(token.issued_at),
    }
    if token.expires_at is not None:
        facts["exp"] = int(token.expires_at)
    if token.scope:
        facts["scope"] = token.scope
    if token.subject is not None:
        facts["sub"] = token.subject
        facts["username"] = next((u.name for u in authority.users.values() if u.subject == token.subject), None)
    return {**facts, **token.claims}


def revocation_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Revoke a token of the calling client; a refresh token takes its family with it. RFC 7009 §2.1."""
    form = read_form(exchange.request)
    client, _ = authenticate(authority, exchange.request, form)
    token = authority.tokens.find(required(form, "token"))
    if token is not None:
        if token.client_id != client.client_id:
            raise Refusal("invalid_grant", "the token was issued to another client")
        if token.kind == "refresh_token":
            authority.tokens.revoke_family(token.family)
        token.revoked = True
    return Response(200, (("Cache-Control", "no-store"),))


def userinfo_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Return the claims of the person a token stands for. OpenID Connect Core §5.3."""
    if exchange.request.method not in {"GET", "POST"}:
        raise Refusal("invalid_request", "use GET or POST", status=405, headers=(("Allow", "GET, POST"),))
    token = presented_token(authority, exchange.request)
    user = next((user for user in authority.users.values() if user.subject == token.subject), None)
    if user is None:
        challenge = f'{token.token_type} realm="{authority.settings.realm}", error="insufficient_scope"'
        headers = (("WWW-Authenticate", challenge),)
        raise Refusal("insufficient_scope", "the token stands for no person", status=403, headers=headers)
    return json_response({"sub": user.subject, "preferred_username": user.name, **user.claims})


def metadata_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Return the metadata document. RFC 8414 §3.2, OpenID Connect Discovery §4."""
    if exchange.request.method not in {"GET", "HEAD"}:
        raise Refusal("invalid_request", "use GET", status=405, headers=(("Allow", "GET, HEAD"),))
    return json_response(metadata_document(authority))


def metadata_document(authority: Authority) -> dict[str, object]:
    """Return the metadata: what the tables of the server hold, and on top what was set by hand."""
    document: dict[str, object] = {"issuer": authority.issuer}
    for path, endpoint in authority.endpoints.items():
        if endpoint.member is not None:
            document[endpoint.member] = authority.url(path)
    if not authority.keys:
        document.pop("jwks_uri", None)
    methods = sorted({*authority.auth_methods, "none"})
    document |= {
        "grant_types_supported": sorted({*authority.grants, "implicit"}),
        "response_types_supported": sorted(" ".join(sorted(kinds)) for kinds in authority.response_types),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "token_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": sorted(authority.auth_methods),
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256", "plain"] if authority.settings.allow_plain_pkce else ["S256"],
        "authorization_response_iss_parameter_supported": authority.settings.send_iss,
        "require_pushed_authorization_requests": authority.settings.require_pushed,
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
    }
    if authority.certified_url is not None:
        document["tls_client_certificate_bound_access_tokens"] = True
        document["mtls_endpoint_aliases"] = {
            name: url.replace(authority.issuer.rstrip("/"), authority.certified_url, 1)
            for name, url in document.items()
            if name in _FOR_CERTIFICATES and isinstance(url, str)
        }
    return {**document, **authority.metadata}


def jwks_endpoint(authority: Authority, _exchange: Exchange) -> Response:
    """Return the public keys; 404 as long as none is registered. RFC 7517 §5."""
    if not authority.keys:
        raise Refusal("not_found", "this server has no keys", status=404)
    return json_response({"keys": [dict(key) for key in authority.keys]})
