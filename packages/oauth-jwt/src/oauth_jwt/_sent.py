"""How an assertion that authenticates a client travels: two form parameters, and the client's id (RFC 7521 §4.2)."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from oauth_core import Request

__all__ = ["ASSERTION_TYPE", "with_assertion"]

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def with_assertion(request: Request, client_id: str, assertion: str, kind: str = ASSERTION_TYPE) -> Request:
    """Return the request with the assertion in its form."""
    params = [("client_assertion_type", kind), ("client_assertion", assertion)]
    # Some servers look for the client by its id before they read the assertion; other requests hold it already.
    named = any(name == "client_id" for name, _ in parse_qsl(request.body.decode("utf-8", "replace")))
    return request.with_params(params if named else [("client_id", client_id), *params])
