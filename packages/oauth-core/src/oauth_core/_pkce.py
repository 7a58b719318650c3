"""Random values for a client, and PKCE (RFC 7636).

Rules of this room: randomness comes from the operating system; every function that draws it can be replaced
by the caller.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import choice, token_urlsafe

from ._errors import UsageError

__all__ = ["code_challenge", "generate_code_verifier", "generate_token"]

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")


def generate_token(length: int = 30, chars: str = _UNRESERVED) -> str:
    """Return ``length`` random characters out of ``chars``: by default about 178 bits, for state and nonce."""
    return "".join(choice(chars) for _ in range(length))


def generate_code_verifier() -> str:
    """Return a new PKCE verifier of 256 bits, 43 characters long. RFC 7636 §4.1."""
    return token_urlsafe(32)


def code_challenge(code_verifier: str, method: str = "S256") -> str:
    """Return the challenge of a verifier by ``S256`` or ``plain``.

    Raises ``UsageError`` for another method and for a verifier that servers must refuse. RFC 7636 §4.2.
    """
    if not _VERIFIER.match(code_verifier):
        raise UsageError("a code_verifier has 43 to 128 letters, digits or -._~ (RFC 7636 §4.1)")
    if method == "S256":
        return urlsafe_b64encode(sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
    if method == "plain":
        return code_verifier
    raise UsageError(
        f"unknown code_challenge_method {method!r}; use 'S256', or 'plain' where the server has nothing else"
    )
