"""Where an access token goes in an API request. RFC 6750 §2.

Rules of this room: nothing of the request is rebuilt; for the header placement, the body is not even looked at.
"""

from __future__ import annotations

import re

from ._errors import UnsupportedTokenTypeError, UsageError
from ._messages import FORM, add_query, encode_form
from ._token import OAuth2Token

__all__ = ["PLACEMENTS", "authorization_header", "check_placement", "form_body", "query_url"]

PLACEMENTS = ("header", "body", "uri")

_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


def check_placement(placement: str) -> str:
    """Return a known placement. Raises ``UsageError``."""
    if placement not in PLACEMENTS:
        raise UsageError(f"there is no token_placement {placement!r}; use one of {', '.join(PLACEMENTS)}")
    return placement


def _checked(token: OAuth2Token, *, dpop: bool = False) -> str:
    value = token.get("access_token")
    if not isinstance(value, str) or not value:
        raise UsageError("the token has no access_token")
    if _UNPRINTABLE.search(value):
        raise UsageError("the access_token holds a space, a control character or one outside ASCII; it was not sent")
    kind = token.token_type.lower()
    if kind == "dpop" and not dpop:
        raise UnsupportedTokenTypeError(
            f"the token is of type {token.token_type!r} and was not sent: it is bound to a key; pass dpop= with that "
            "key, and send it in the header"
        )
    if kind not in {"bearer", "dpop"}:
        raise UnsupportedTokenTypeError(
            f"the token is of type {token.token_type!r} and was not sent; only Bearer tokens are presented here"
        )
    return value


def authorization_header(token: OAuth2Token, *, dpop: bool = False) -> str:
    """Return the value of the ``Authorization`` header. Raises ``UnsupportedTokenTypeError``. RFC 6750 §2.1.

    ``dpop`` says that a proof goes along, which a bound token needs. RFC 9449 §7.1.
    """
    value = _checked(token, dpop=dpop)
    return f"DPoP {value}" if token.token_type.lower() == "dpop" else f"Bearer {value}"


def form_body(token: OAuth2Token, body: bytes, content_type: str | None, *, method: str = "POST") -> bytes:
    """Return a form body with the token added. RFC 6750 §2.2.

    Raises ``UsageError`` where the body is no form, and for a method that has no body.
    """
    if method in {"GET", "HEAD"}:
        raise UsageError(f"token_placement='body' needs a method with a form body, not {method}; use the header")
    if body and (content_type or "").partition(";")[0].strip().lower() != FORM:
        raise UsageError("token_placement='body' needs a form body; send the token in the header instead")
    added = encode_form([("access_token", _checked(token))]).encode("ascii")
    return body + b"&" + added if body else added


def query_url(token: OAuth2Token, url: str) -> str:
    """Return the URL with the token in its query. RFC 6750 §2.3."""
    return add_query(url, encode_form([("access_token", _checked(token))]))
