"""Tokens and logins under way as text, for a session store or, sealed, for what leaves this process.

Rules of this room: without a key the text is JSON that holds secrets, fit only for a place that nobody else reads; what
goes into a browser's cookie needs a key. A text that was altered, or made for something else, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Protocol, cast, runtime_checkable

from ._authorization import AuthorizationRequest
from ._errors import UsageError
from ._plugins import load_plugin
from ._token import OAuth2Token

__all__ = ["AuthorizationRequestSerializer", "Sealer", "TokenSerializer"]


@runtime_checkable
class Sealer(Protocol):
    """What encrypts text so that nobody without the key can read or alter it, such as that of oauth-jwt."""

    def seal(self, data: bytes, /) -> str:
        """Return the data as text, encrypted and protected from change."""

    def unseal(self, text: str, /) -> bytes:
        """Return the data of a sealed text. Raises ``UsageError`` where it was not sealed with this key."""


def _sealer(key: object, purpose: str) -> Sealer | None:
    if key is None or isinstance(key, Sealer):
        return key
    make = cast("Callable[..., Sealer]", load_plugin("sealer"))
    return make(key, purpose=purpose)


class _Serializer:
    _purpose: str

    def __init__(self, key: object = None) -> None:
        self._sealer = _sealer(key, self._purpose)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'that seals' if self._sealer else 'to plain JSON'}>"

    def _write(self, text: str) -> str:
        return text if self._sealer is None else self._sealer.seal(text.encode())

    def _read(self, text: str | bytes) -> str:
        plain = text.decode() if isinstance(text, bytes) else text
        return plain if self._sealer is None else self._sealer.unseal(plain).decode()


class TokenSerializer(_Serializer):
    """Writes tokens as text and reads them back.

    ``key`` is 32 random bytes or their hexadecimal text, a list of such keys (the first seals, all open), or a
    ``Sealer``; it needs oauth-jwt. Without a key the text is plain JSON: keep it where only this program reads.
    """

    _purpose = "token"

    def dumps(self, token: Mapping[str, object]) -> str:
        """Return the token as text. Raises ``UsageError`` where it holds what JSON cannot."""
        try:
            return self._write(json.dumps(dict(token)))
        except (TypeError, ValueError):
            raise UsageError("the token holds a value that JSON does not know") from None

    def loads(self, text: str | bytes) -> OAuth2Token:
        """Return the token that ``dumps`` wrote. Raises ``UsageError`` where it is none."""
        try:
            members = json.loads(self._read(text))
        except ValueError:
            members = None
        if not isinstance(members, dict):
            raise UsageError("this is not a token that was written here")
        return OAuth2Token(members)


class AuthorizationRequestSerializer(_Serializer):
    """Writes authorization requests as text and reads them back; it takes a ``key`` as ``TokenSerializer`` does.

    The text holds state and PKCE verifier: without a key, keep it where only this program reads.
    """

    _purpose = "authorization request"

    def dumps(self, request: AuthorizationRequest) -> str:
        """Return the request as text."""
        return self._write(request.to_json())

    def loads(self, text: str | bytes) -> AuthorizationRequest:
        """Return the request that ``dumps`` wrote. Raises ``UsageError`` where it is none."""
        try:
            return AuthorizationRequest.from_json(self._read(text))
        except UnicodeDecodeError:
            raise UsageError("this is not an authorization request that was written here") from None
