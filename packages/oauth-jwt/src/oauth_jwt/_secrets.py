"""Client secrets that expire and are made anew, such as Apple's, which is a JWT under the developer's key.

Rules of this room: a secret is a callable, made when it is first needed, kept while it is good, and never shown. It
may be shared by threads and tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import time
from typing import ClassVar, Final

from oauth_core import UsageError

from ._errors import InvalidKeyError
from ._keys import Key
from ._keywords import known_fields
from ._signing import signing_key
from ._template import Template, new_jti

__all__ = ["AppleClientSecret", "ExpiringSecret"]

DAY: Final = 86400
APPLE_MAXIMUM: Final = 15777000


class _Kept:
    """The secret at hand: its text and its end. One maker at a time."""

    __slots__ = ("end", "lock", "text")

    def __init__(self) -> None:
        self.text = ""
        self.end = 0.0
        self.lock = Lock()

    def get(self, now: float, early: float, lifetime: float, make: Callable[[], str]) -> str:
        with self.lock:
            if not self.text or now + early >= self.end:
                text = make()
                if not isinstance(text, str) or not text:
                    raise UsageError("the function that makes the client secret returned no text")
                self.text, self.end = text, now + lifetime
            return self.text

    def __reduce__(self) -> tuple[object, ...]:
        return (_Kept, ())


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class ExpiringSecret:
    """A client secret that ``make()`` returns anew for every ``lifetime`` seconds, ``early`` seconds before its end.

    Pass the value as ``client_secret=``. ``clock`` returns epoch seconds. ``make`` is synchronous.
    """

    make: Callable[[], str]
    lifetime: float
    early: float = 60
    clock: Callable[[], float] = time
    _kept: _Kept = field(init=False, compare=False, default_factory=_Kept)

    def __post_init__(self) -> None:
        if self.lifetime <= self.early:
            raise UsageError("a secret must live longer than it is renewed early; raise lifetime or lower early")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __call__(self) -> str:
        """Return the secret that is good now."""
        return self._kept.get(self.clock(), self.early, self.lifetime, self.make)


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class AppleClientSecret:
    """The client secret of Sign in with Apple: an ES256 JWT under the developer's key, made anew before it ends.

    Pass the value as ``client_secret=`` with ``client_secret_post``. ``private_key`` is the text of the ``.p8`` file,
    ``lifetime`` at most 15777000 seconds (six months). Raises ``InvalidKeyError`` for a key that is not P-256.
    """

    team_id: str
    client_id: str
    key_id: str
    private_key: object
    lifetime: int = DAY
    clock: Callable[[], float] = time
    _template: Template = field(init=False, compare=False)
    _kept: _Kept = field(init=False, compare=False, default_factory=_Kept)

    audience: ClassVar[str] = "https://appleid.apple.com"

    def __post_init__(self) -> None:
        if not 300 <= self.lifetime <= APPLE_MAXIMUM:
            raise UsageError(
                f"Apple takes secrets of at most {APPLE_MAXIMUM} seconds; 300 is the least that makes sense"
            )
        key = signing_key(self.private_key, alg="ES256", kid=self.key_id)
        if not isinstance(key, Key):
            raise InvalidKeyError("Apple's secret is made in place and needs the private key, not a signer")
        claims: Mapping[str, object] = {"iss": self.team_id, "sub": self.client_id, "aud": self.audience}
        object.__setattr__(self, "private_key", key)
        object.__setattr__(self, "_template", Template(key, claims, lifetime=self.lifetime, typ=None))

    def __repr__(self) -> str:
        return f"<AppleClientSecret of {self.client_id!r}>"

    def __call__(self) -> str:
        """Return the secret that is good now."""
        now = self.clock()
        return self._kept.get(now, 60, self.lifetime, lambda: self._template.token(int(now), new_jti()))
