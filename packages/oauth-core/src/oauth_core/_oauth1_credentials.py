"""What an OAuth 1.0 client is known by: client and token credentials, and the token as users persist it.

Rules of this room: values are frozen; ``repr`` shows no secret; a credential that could not survive the trip in
a header or an HMAC key (a control character, a lone surrogate) is refused when it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from ._errors import UsageError
from ._oauth1_rsa import RSAKey

__all__ = ["OAuth1Credentials", "OAuth1Token"]


@dataclass(frozen=True, slots=True, repr=False)
class OAuth1Credentials:
    """The credentials one signature is made with.

    ``client_key`` and ``client_secret`` belong to the client; ``token`` and ``token_secret`` to the temporary or
    token credentials, None for a request without a user. ``rsa_key`` is PEM text or bytes, a cryptography key or an
    ``RSAKey``; ``rsa_passphrase`` opens an encrypted PEM and is not kept. Raises ``UsageError`` for a missing client
    key, an unusable character or an unreadable RSA key. RFC 5849 §1.1.
    """

    client_key: str
    client_secret: str | None = None
    token: str | None = None
    token_secret: str | None = None
    rsa_key: RSAKey | None = None

    def __init__(
        self,
        client_key: str,
        client_secret: str | None = None,
        token: str | None = None,
        token_secret: str | None = None,
        rsa_key: object = None,
        *,
        rsa_passphrase: str | bytes | None = None,
    ) -> None:
        if not client_key:
            raise UsageError("the client key is missing: pass client_key= (client_id=), as the provider issued it")
        values = {
            "client_key": client_key,
            "client_secret": client_secret,
            "token": token,
            "token_secret": token_secret,
        }
        for name, value in values.items():
            _check(name, value)
            object.__setattr__(self, name, value)
        key = RSAKey.load(rsa_key, passphrase=rsa_passphrase) if rsa_key is not None else None
        object.__setattr__(self, "rsa_key", key)

    def __repr__(self) -> str:
        return f"<OAuth1Credentials {self.client_key!r}{' with token' if self.token else ''}>"

    def with_token(self, token: str | None, token_secret: str | None = None) -> OAuth1Credentials:
        """Return these client credentials with other token credentials."""
        return OAuth1Credentials(self.client_key, self.client_secret, token, token_secret, self.rsa_key)


def _check(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise TypeError(f"{name} is a {type(value).__name__}; pass text")
    for position, character in enumerate(value):
        if (not character.isprintable() and character != " ") or "\ud800" <= character <= "\udfff":
            where = "at its end (a line break out of a file?)" if position >= len(value.rstrip()) else f"at {position}"
            raise UsageError(f"{name} holds a character that cannot be printed, {where}; remove it")


class OAuth1Token(dict[str, str]):
    """Temporary or token credentials with all that the server said about them; a ``dict`` to persist as JSON.

    Members are ``oauth_token``, ``oauth_token_secret`` and whatever else the answer held. ``repr`` shows names only.
    """

    def __init__(self, token: Mapping[str, str] | Iterable[tuple[str, str]] = (), /, **members: str) -> None:
        super().__init__(token, **members)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(self)}>"

    __str__ = __repr__

    def copy(self) -> Self:
        """Return a shallow copy of the same class."""
        return type(self)(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (dict(self),))

    @property
    def token(self) -> str | None:
        """The token itself: ``oauth_token``."""
        return self.get("oauth_token")

    @property
    def token_secret(self) -> str | None:
        """The token's shared secret: ``oauth_token_secret``."""
        return self.get("oauth_token_secret")

    @property
    def session_handle(self) -> str | None:
        """What renews an expired token where the server supports it: ``oauth_session_handle``."""
        return self.get("oauth_session_handle")
