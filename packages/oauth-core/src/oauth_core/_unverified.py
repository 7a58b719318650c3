"""What can be read in an ID token, or another JWT, before anybody has judged it.

Rules of this room: nothing here is believed; it may only lead to a refusal, never to an acceptance that something else
would not give: an issuer that is read here may choose who judges the token, and that judge has the last word.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

__all__ = ["unverified_issuer"]


def unverified_issuer(id_token: str) -> str | None:
    """Return the ``iss`` that an ID token claims, None where it cannot be read (it may be encrypted)."""
    parts = id_token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else None
