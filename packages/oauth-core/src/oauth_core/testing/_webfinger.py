"""WebFinger at the fake server: which issuer speaks for a person. RFC 7033, OpenID Connect Discovery §2.

Rules of this room: the server speaks for the people it knows, and for its own host; of others it knows nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from oauth_core._messages import Response

from ._authority import Authority
from ._exchange import Exchange
from ._wire import Refusal, json_response

__all__ = ["webfinger_endpoint"]

ISSUER_REL = "http://openid.net/specs/connect/1.0/issuer"


def webfinger_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Name the issuer of ``acct:alice@host`` or ``https://host/alice``, or of the host itself. RFC 7033 §4."""
    if exchange.request.method != "GET":
        raise Refusal("invalid_request", "use GET", status=405, headers=(("Allow", "GET"),))
    resource = exchange.query_value("resource")
    if not resource:
        raise Refusal("invalid_request", "the parameter resource is missing")
    if not _known(authority, resource):
        raise Refusal("not_found", "nobody here has that name", status=404)
    links = [{"rel": ISSUER_REL, "href": authority.issuer}]
    asked = [value for name, value in exchange.query if name == "rel"]
    found = [link for link in links if not asked or link["rel"] in asked]
    return json_response({"subject": resource, "links": found}, media_type="application/jrd+json")


def _known(authority: Authority, resource: str) -> bool:
    if resource.startswith("acct:"):
        name, _, host = resource.removeprefix("acct:").rpartition("@")
        return host == urlsplit(authority.issuer).netloc and name in authority.users
    parts = urlsplit(resource)
    return parts.netloc == urlsplit(authority.issuer).netloc and parts.path.removeprefix("/") in {"", *authority.users}
