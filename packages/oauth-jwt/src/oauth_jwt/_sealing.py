"""Sealing what leaves the process: AES-256-GCM over text that a browser may carry but neither read nor alter.

Rules of this room: a key seals for one purpose only, so that a token's text never opens as something else; a nonce is
random and never chosen; whatever does not open says no more than that.
"""

from __future__ import annotations

from collections.abc import Callable
from os import urandom
from typing import Final

from oauth_core import UsageError

from ._encoding import b64url, b64url_decode
from ._errors import InvalidKeyError
from ._keywords import known_keywords

__all__ = ["AESSealer"]

_VERSION: Final = b"\x01"
_NONCE: Final = 12
_SMALLEST: Final = 32


class AESSealer:
    """Seals with the first of its keys and opens with any, so that keys can be replaced one by one.

    A key is 32 random bytes or more, or their hexadecimal text. ``purpose`` keeps texts of different use apart. Raises
    ``InvalidKeyError`` for a key that is too short.
    """

    @known_keywords
    def __init__(self, key: object, *, purpose: str, random: Callable[[int], bytes] = urandom) -> None:
        keys = key if isinstance(key, (list, tuple)) else [key]
        if not keys:
            raise InvalidKeyError("a sealer needs a key: 32 random bytes, such as secrets.token_bytes(32)")
        self._keys = tuple(_derived(_material(one), purpose) for one in keys)
        self._purpose = purpose.encode()
        self._random = random

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._keys)} keys>"

    def seal(self, data: bytes, /) -> str:
        """Return the data as text in base64url, encrypted and protected from change."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = self._random(_NONCE)
        sealed = AESGCM(self._keys[0]).encrypt(nonce, data, _VERSION + self._purpose)
        return b64url(_VERSION + nonce + sealed).decode("ascii")

    def unseal(self, text: str, /) -> bytes:
        """Return the data of a sealed text. Raises ``UsageError`` where none of the keys sealed it for this purpose."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = b64url_decode(text.encode("ascii"))
        except ValueError:
            raw = b""
        if raw[:1] == _VERSION:
            for key in self._keys:
                try:
                    return AESGCM(key).decrypt(raw[1 : _NONCE + 1], raw[_NONCE + 1 :], _VERSION + self._purpose)
                except (InvalidTag, ValueError):
                    continue
        raise UsageError("this text was not sealed here, was altered, or is for another purpose")


def _material(key: object) -> bytes:
    if isinstance(key, str):
        try:
            key = bytes.fromhex(key)
        except ValueError:
            raise InvalidKeyError("a key given as text is hexadecimal, such as secrets.token_hex(32)") from None
    if not isinstance(key, bytes):
        raise InvalidKeyError(f"a key is bytes or hexadecimal text, not a {type(key).__name__}")
    if len(key) < _SMALLEST:
        raise InvalidKeyError(f"a key of {len(key)} bytes is too short; make one with secrets.token_bytes(32)")
    return key


def _derived(key: bytes, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=b"oauth-jwt sealer " + purpose.encode()).derive(key)
