"""What oauth_jwt raises beside the errors of oauth_core.

OAuthError (oauth_core)
├── UsageError
│   └── InvalidKeyError        a key that cannot be read, or cannot do what is asked
└── ProtocolViolation
    ├── InvalidJWTError        a token that was refused; ``claim`` names the member at fault
    └── InvalidJWKSetError     a document of keys that cannot be used

Rules of this room: a message names the claim and the expected value; it shows of what was received only what is
no secret (issuer, algorithm, times), never a token, a key or a hash.
"""

from __future__ import annotations

from oauth_core import ProtocolViolation, UsageError

__all__ = ["InvalidJWKSetError", "InvalidJWTError", "InvalidKeyError", "WeakKeyWarning"]


class InvalidKeyError(UsageError):
    """A key cannot be read, is too weak, or does not fit the algorithm."""

    error = "invalid_key"


class InvalidJWTError(ProtocolViolation):
    """A JWT was refused. ``claim`` is the claim or header parameter at fault, or None. RFC 8725."""

    error = "invalid_jwt"

    def __init__(self, description: str | None = None, *, claim: str | None = None) -> None:
        super().__init__(description)
        self.claim = claim


class InvalidJWKSetError(ProtocolViolation):
    """A JWK set could not be had or read. RFC 7517 §5."""

    error = "invalid_jwk_set"


class WeakKeyWarning(UserWarning):
    """A client secret is shorter than its algorithm demands; the server chose it, so it is used. RFC 7518 §3.2."""


for _name in __all__:  # as tracebacks name them: the first error may come before anybody has asked the package for one
    globals()[_name].__module__ = "oauth_jwt"
