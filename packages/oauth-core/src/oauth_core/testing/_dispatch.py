"""From a request to its handler: the table of paths, faults on the way, and the log.

Rules of this room: nothing here does I/O or sleeps, and it may be called from many threads; one lock guards the
authority, and only a handler that reads its body from a network runs outside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import RLock
from urllib.parse import urlsplit

from oauth_core._messages import Request, Response

from ._authority import Authority, Endpoint
from ._authorize import authorization_endpoint
from ._device import backchannel_endpoint, device_authorization_endpoint
from ._endpoints import (
    introspection_endpoint,
    jwks_endpoint,
    metadata_endpoint,
    revocation_endpoint,
    userinfo_endpoint,
)
from ._exchange import Decision, Exchange, SeenRequest
from ._grants import token_endpoint
from ._logout import end_session_endpoint
from ._pushed import pushed_endpoint
from ._registration import managed_registration, registration_endpoint
from ._resource import protected_resource, public_resource, streamed_resource
from ._switches import FaultSwitch
from ._webfinger import webfinger_endpoint
from ._wire import Refusal, json_response

__all__ = ["ENDPOINTS", "Dispatcher"]

_LOGGED_BODY = 64 * 1024

ENDPOINTS: dict[str, Endpoint] = {
    "/authorize": Endpoint("authorize", authorization_endpoint, "authorization_endpoint"),
    "/token": Endpoint("token", token_endpoint, "token_endpoint"),
    "/introspect": Endpoint("introspect", introspection_endpoint, "introspection_endpoint"),
    "/revoke": Endpoint("revoke", revocation_endpoint, "revocation_endpoint"),
    "/userinfo": Endpoint("userinfo", userinfo_endpoint, "userinfo_endpoint"),
    "/device_authorization": Endpoint("device", device_authorization_endpoint, "device_authorization_endpoint"),
    "/backchannel": Endpoint("backchannel", backchannel_endpoint, "backchannel_authentication_endpoint"),
    "/par": Endpoint("par", pushed_endpoint, "pushed_authorization_request_endpoint"),
    "/register": Endpoint("register", registration_endpoint, "registration_endpoint"),
    "/register/": Endpoint("registration", managed_registration),
    "/logout": Endpoint("logout", end_session_endpoint, "end_session_endpoint"),
    "/jwks": Endpoint("jwks", jwks_endpoint, "jwks_uri"),
    "/api/stream": Endpoint("api", streamed_resource, streams=True),
    "/api/upload": Endpoint("api", streamed_resource, streams=True),
    "/api/": Endpoint("api", protected_resource),
    "/public/": Endpoint("public", public_resource),
}

_METADATA = Endpoint("metadata", metadata_endpoint)
_WEBFINGER = Endpoint("webfinger", webfinger_endpoint)
_WELL_KNOWN = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


def base_path(issuer: str) -> str:
    """Return the path that all endpoints of an issuer share, without a slash at the end."""
    return urlsplit(issuer).path.rstrip("/")


class Dispatcher:
    """Finds the handler of a request, lets a fault come between, and keeps the log."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.lock = RLock()
        self.log: list[SeenRequest] = []
        self.switches: list[FaultSwitch] = []

    def handle(self, request: Request, body: Iterable[bytes] | None, decision: Decision) -> Response:
        """Answer one request; ``body`` is its unread body. Raises ``ConnectionDropped`` where that fault is on."""
        path, endpoint = self._route(request)
        exchange = Exchange(request, endpoint.name, path, decision)
        if endpoint.streams:
            exchange.chunks = _counted(exchange, (request.body,) if body is None else body)
        elif body is not None:
            exchange.request = request.replace(body=b"".join(body))
        status: int | None = None
        try:
            response = self._respond(exchange, endpoint)
            status = response.status
        finally:
            self._record(exchange, status)
        return response

    def _route(self, request: Request) -> tuple[str, Endpoint]:
        path = urlsplit(request.url).path or "/"
        base = base_path(self.authority.issuer)
        # RFC 8414 §3.1 puts the issuer's path after the well-known part, OpenID Connect before it.
        if path in {*(known + base for known in _WELL_KNOWN), base + _WELL_KNOWN[1]}:
            return path, _METADATA
        if path == "/.well-known/webfinger":  # the host's, whatever the issuer's path (RFC 7033 §4)
            return path, _WEBFINGER
        if not path.startswith(base + "/"):
            return path, _UNKNOWN
        path = path[len(base) :]
        found = self.authority.endpoints.get(path)
        if found is not None:
            return path, found
        prefixes = [prefix for prefix in self.authority.endpoints if prefix.endswith("/") and path.startswith(prefix)]
        return path, self.authority.endpoints[max(prefixes, key=len)] if prefixes else _UNKNOWN

    def _respond(self, exchange: Exchange, endpoint: Endpoint) -> Response:
        with self.lock:
            switch = next((switch for switch in self.switches if switch.takes(exchange)), None)
        if switch is not None:
            return switch.fault.apply(self.authority, lambda: self._process(exchange, endpoint))
        return self._process(exchange, endpoint)

    def _process(self, exchange: Exchange, endpoint: Endpoint) -> Response:
        try:
            if endpoint.streams:  # reads from the network, so it must not hold up the others
                return endpoint.handler(self.authority, exchange)
            with self.lock:
                return endpoint.handler(self.authority, exchange)
        except Refusal as refusal:
            return refusal.response()

    def _record(self, exchange: Exchange, status: int | None) -> None:
        request = exchange.request
        seen = SeenRequest(
            endpoint=exchange.endpoint,
            method=request.method,
            url=request.url,
            headers=request.headers,
            body=request.body[:_LOGGED_BODY],
            body_size=exchange.body_size or len(request.body),
            status=status,
            at=self.authority.clock(),
        )
        with self.lock:
            self.log.append(seen)


def _not_found(_authority: Authority, _exchange: Exchange) -> Response:
    return json_response({"error": "not_found", "error_description": "there is nothing at this path"}, status=404)


_UNKNOWN = Endpoint("unknown", _not_found)


def _counted(exchange: Exchange, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        exchange.body_size += len(chunk)
        yield chunk
