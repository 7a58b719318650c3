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

__all__ = ["Alter", "KeyState"]

Alter: TypeAlias = Callable[[str, dict[str, object], dict[str, object]], None]


@dataclass
class KeyState:
    """The state; its meaning stands at ``KeyOperations``."""

    nonce: str | None = None
    alter: Alter | None = None
    seen: set[str] = field(default_factory=set)
    logins: dict[str, int] = field(default_factory=dict, repr=False)  # when the person logged in, by family of tokens
    asymmetric: tuple[str, ...] = tuple(sorted(ASYMMETRIC))
    _keys: dict[str, Key] = field(default_factory=dict, repr=False)
    _authority: Authority | None = field(default=None, repr=False)

    def key(self, alg: str, client: RegisteredClient | None = None) -> Key | None:
        """Return the server's key for an algorithm, made and published when first needed; None for ``none``."""
        if alg == "none":
            return None
        if alg.startswith("HS"):
            return Key.from_secret((client.client_secret if client else None) or "?", alg=alg)
        if alg not in self._keys:
            self._keys[alg] = Key.generate(alg)
            self._publish()
        return self._keys[alg]

    def rotate(self, *, publish: bool = True) -> None:
        """Give the server new keys; with ``publish=False`` the old ones stay at ``jwks_uri``."""
        self._keys = {alg: Key.generate(alg) for alg in self._keys}
        if publish:
            self._publish()

    def _publish(self) -> None:
        if self._authority is not None:
            self._authority.keys[:] = [key.public_jwk() for key in self._keys.values()]
