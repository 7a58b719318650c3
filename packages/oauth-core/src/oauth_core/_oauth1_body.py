"""What a signature may know of a body: whether it is a form, and its hash. RFC 5849 §3.4.1.3.1.

Rules of this room: a body is read only where it is text or bytes; it is never changed; what looks like a form but
is labelled otherwise is not one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha1, sha256
from typing import Final

from ._errors import UsageError
from ._messages import FORM

__all__: list[str] = []

_LOOKS_LIKE_FORM: Final = re.compile(r"[A-Za-z0-9\-._~%+*\[\]]+=[A-Za-z0-9\-._~%+*!'()/:;,@$?=\[\]]*(?:&|\Z)")
_FORM_TEXT: Final = re.compile(r"[A-Za-z0-9\-._~%+*!'()/:;,@$?=&\[\]]*\Z")


def is_form(content_type: str) -> bool:
    """Tell whether this is the media type of a form, whatever its parameters."""
    return content_type == FORM or content_type.partition(";")[0].strip().lower() == FORM


def form_of(content_type: str | None, body: object) -> tuple[str | None, str | None]:
    """Return the form text of a body or None, and the content type to add where it is missing."""
    if content_type:
        if not is_form(content_type):
            return None, None
        if isinstance(body, str):
            return body, None
        if isinstance(body, (bytes, bytearray)):
            try:
                return body.decode("utf-8"), None
            except UnicodeDecodeError:
                raise UsageError("the body is declared a form but is no UTF-8; percent-encode its values") from None
        raise UsageError(
            "a form body enters the signature and so cannot be a stream; pass it as pairs, text or bytes, "
            "or give it another Content-Type"
        )
    # Libraries send text without a type where people pass an encoded string; servers take it for a form.
    if isinstance(body, (bytes, bytearray)) and body.isascii():
        body = body.decode("ascii")
    if isinstance(body, str) and _LOOKS_LIKE_FORM.match(body) and _FORM_TEXT.match(body):
        return body, FORM
    return None, None


def is_empty(body: object) -> bool:
    """Tell whether there is no body; a stream counts as one."""
    return body is None or (isinstance(body, (bytes, bytearray, str)) and not body)


def body_hash(data: bytes, algorithm: str) -> str:
    """Return the value of ``oauth_body_hash`` for a body by ``sha1`` or ``sha256``."""
    digest = sha1(data) if algorithm == "sha1" else sha256(data)  # noqa: S324 - the extension names SHA-1
    return b64encode(digest.digest()).decode("ascii")


def hash_name(name: str | None) -> str | None:
    """Return ``sha1`` or ``sha256`` for any spelling of it. Raises ``UsageError`` for another hash."""
    found = None if name is None else str(name).lower().replace("-", "")
    if found not in {None, "sha1", "sha256"}:
        raise UsageError(f"unknown body_hash {name!r}; use 'SHA-1' or 'SHA-256'")
    return found
