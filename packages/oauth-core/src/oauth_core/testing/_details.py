"""Authorization details at the fake server: checked, and granted as they were asked for. RFC 9396.

Rules of this room: a client asks only for types it is registered for (``authorization_details_types``), where it is.
"""

from __future__ import annotations

import json

from oauth_core._messages import Pairs

from ._clients import RegisteredClient
from ._wire import Refusal, single

__all__ = ["asked_details"]


def asked_details(client: RegisteredClient, params: Pairs) -> list[object] | None:
    """Return the authorization details of a request, ``None`` without. Raises ``Refusal``. RFC 9396 §5."""
    text = single(params, "authorization_details")
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    allowed = client.metadata.get("authorization_details_types")
    if not isinstance(found, list) or not found:
        raise Refusal("invalid_authorization_details", "authorization_details is a list of objects")
    for item in found:
        kind = item.get("type") if isinstance(item, dict) else None
        if not isinstance(kind, str):
            raise Refusal("invalid_authorization_details", "an authorization detail has a type")
        if isinstance(allowed, (list, tuple)) and kind not in allowed:
            raise Refusal("invalid_authorization_details", "the client is not registered for this type")
    return found
