"""What a client authentication method is given to work with: the request's place, and the client's secret.

Rules of this room: nothing here knows any method, so that one of another package loads no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from ._errors import UsageError
from ._messages import Flow, call

__all__ = ["AuthContext", "Secret", "reveal"]

Secret: TypeAlias = "str | Callable[[], object]"


class AuthContext:
    """What a method may need to know of the request it authenticates.

    ``endpoint`` is the one that is asked; ``issuer`` and ``token_endpoint`` are the server's, where they are known, by
    which it recognises an assertion at any of its endpoints. ``clock`` gives epoch seconds. RFC 7523 §3.
    """

    __slots__ = ("clock", "endpoint", "issuer", "token_endpoint")

    def __init__(
        self,
        endpoint: str,
        issuer: str | None = None,
        clock: Callable[[], float] = time.time,
        token_endpoint: str | None = None,
    ) -> None:
        self.endpoint: Final = endpoint
        self.issuer: Final = issuer
        self.clock: Final = clock
        self.token_endpoint: Final = token_endpoint

    def __repr__(self) -> str:
        return f"<AuthContext of {self.endpoint!r}>"


def reveal(secret: object, what: str = "client_secret", *, sent: bool = False) -> Flow[str]:
    """Return a secret that is given as text or as a callable, sync or async (a flow).

    ``sent`` says that it will travel as it is. Raises ``UsageError`` where it is missing or no text, or a key that is
    to be sent; the value is never shown.
    """
    value = (yield from call(secret)) if callable(secret) else secret
    if sent and _is_key(value):
        raise UsageError(
            "client_secret is a key, which must not be sent; the request was not. A client that signs with it says "
            "token_endpoint_auth_method='private_key_jwt'"
        )
    if isinstance(value, str) and value:
        return value
    problem = "is empty or missing" if not value else f"is a {type(value).__name__}, not text"
    raise UsageError(f"{what} {problem}; the request was not sent")


def _is_key(value: object) -> bool:
    """Tell whether a secret is a PEM, a JWK or the JSON of one: a word too few, and a private key would be sent."""
    if isinstance(value, str):
        return "-----BEGIN " in value or ('"kty"' in value and value.lstrip().startswith("{"))
    return "kty" in value if isinstance(value, Mapping) else isinstance(value, bytes) and b"-----BEGIN " in value
