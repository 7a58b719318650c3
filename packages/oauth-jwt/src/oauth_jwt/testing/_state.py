"""What the fake server's key operations remember: keys, what was seen, and how to misbehave.

Rules of this room: handlers read it; only a test changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from oauth_core.testing import Authority, RegisteredClient
from oauth_jwt._algorithms import ASYMMETRIC
from oauth_jwt._keys import Key
from oauth_jwt._keywords import known_fields

__all__ = ["Alter", "Forge", "KeyState"]

Alter: TypeAlias = Callable[[str, dict[str, object], dict[str, object]], None]
Forge: TypeAlias = Callable[[str, str], str]


@known_fields
@dataclass
class KeyState:
    """The state; its meaning stands at ``KeyOperations``."""

    nonce: str | None = None
    alter: Alter | None = None
    forge: Forge | None = None
    keys: dict[str, Key] = field(default_factory=dict, repr=False)
    seen: set[str] = field(default_factory=set)
    logins: dict[str, int] = field(default_factory=dict, repr=False)  # when the person logged in, by family of tokens
    asymmetric: tuple[str, ...] = tuple(sorted(ASYMMETRIC))
    _authority: Authority | None = field(default=None, repr=False)

    def key(self, alg: str, client: RegisteredClient | None = None) -> Key | None:
        """Return the server's key for an algorithm, made and published when first needed; None for ``none``."""
        if alg == "none":
            return None
        if alg.startswith("HS"):
            return Key.from_secret((client.client_secret if client else None) or "?", alg=alg)
        if alg not in self.keys:
            self.keys[alg] = Key.generate(alg)
            self.publish()
        return self.keys[alg]

    def rotate(self, *, publish: bool = True) -> None:
        """Give the server new keys; with ``publish=False`` the old ones stay at ``jwks_uri``."""
        self.keys = {alg: Key.generate(alg) for alg in self.keys}
        if publish:
            self.publish()

    def publish(self) -> None:
        """Put the public halves of ``keys`` at ``jwks_uri``, in place of what was there."""
        if self._authority is not None:
            self._authority.keys[:] = [key.public_jwk() for key in self.keys.values()]
