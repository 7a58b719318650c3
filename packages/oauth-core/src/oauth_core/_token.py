"""The token: a ``dict`` that people persist as JSON, with live reading of its life time.

Rules of this room: no other module of ours is imported but the errors, so that a shared library that passes
tokens around pays for nothing else; ``repr`` shows names, never values; ``["expires_in"]`` stays as received and
``expires_at`` (epoch seconds) decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Self

__all__ = ["OAuth2Token"]

_LEEWAY_SHARE = 0.5


class OAuth2Token(dict[str, object]):
    """An access token with all that the server said about it.

    Built from the members of a token answer or from what was persisted: ``OAuth2Token({...})``,
    ``OAuth2Token(access_token="...", expires_in=60)``. Where ``expires_at`` is absent it is computed once from
    ``expires_in`` and ``clock`` (epoch seconds); a life that is no positive number counts as unknown. Members are
    items and, where the name allows, attributes. Raises ``TypeError`` for a token that is not a mapping.
    RFC 6749 §5.1.
    """

    def __init__(
        self,
        token: Mapping[str, object] | Iterable[tuple[str, object]] = (),
        /,
        *,
        clock: Callable[[], float] = time.time,
        **members: object,
    ) -> None:
        if isinstance(token, (str, bytes)):
            raise TypeError("a token is a mapping with 'access_token'; pass OAuth2Token(access_token=...)")
        super().__init__(token, **members)
        timestamp = getattr(self.get("expires_at"), "timestamp", None)
        if callable(timestamp):
            self["expires_at"] = int(timestamp())  # of a datetime, which JSON could not hold
        life = seconds(self.get("expires_in"))
        if seconds(self.get("expires_at")) is None:
            self.pop("expires_at", None)
            if life is not None and life > 0:
                self["expires_at"] = int(clock() + life)

    @classmethod
    def from_dict(cls, token: Mapping[str, object]) -> Self:
        """Return a token of this class; one that is already of this class is returned as it is."""
        if isinstance(token, cls):
            return token
        if not isinstance(token, Mapping):
            raise TypeError(f"a token is a mapping with 'access_token', not a {type(token).__name__}")
        return cls(token)

    def __getattr__(self, name: str) -> object:
        if name == "access_token":  # its property has found that it is no text
            raise AttributeError("the token has no 'access_token' that is text")
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the token has no member {name!r}; it has {sorted(map(str, self))}") from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(self)}>"

    __str__ = __repr__

    def copy(self) -> Self:
        """Return a shallow copy of the same class."""
        return type(self)(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (dict(self),))

    @property
    def access_token(self) -> str:
        """The access token itself. Raises ``AttributeError`` where the token has none."""
        value = self.get("access_token")
        if isinstance(value, str):
            return value
        raise AttributeError("the token has no 'access_token' that is text")

    @property
    def refresh_token(self) -> str | None:
        """The refresh token, or None."""
        value = self.get("refresh_token")
        return value if isinstance(value, str) and value else None

    @property
    def id_token(self) -> str | None:
        """The ID token as received, not validated, or None."""
        value = self.get("id_token")
        return value if isinstance(value, str) and value else None

    @property
    def token_type(self) -> str:
        """The type as received; a token that names none is ``Bearer``."""
        value = self.get("token_type")
        return value if isinstance(value, str) and value else "Bearer"

    @property
    def scope(self) -> str | None:
        """The granted scope, space-separated, or None where the server named none. RFC 6749 §3.3."""
        value = self.get("scope")
        if isinstance(value, (list, tuple)):
            return " ".join(map(str, value))
        return value if isinstance(value, str) else None

    @property
    def expires_at(self) -> int | None:
        """The end of its life in epoch seconds, or None where the server named none."""
        value = seconds(self.get("expires_at"))
        return None if value is None else int(value)

    @property
    def expires_in(self) -> int | None:
        """Seconds left now (negative when it is over), or None where no end is known."""
        end = self.expires_at
        return None if end is None else int(end - time.time())

    def is_expired(self, leeway: float = 0, *, clock: Callable[[], float] = time.time) -> bool:
        """Tell whether the token ends within ``leeway`` seconds; one without a known end never does."""
        end = self.expires_at
        return end is not None and end - leeway <= clock()

    def needs_renewal(self, leeway: float, now: float) -> bool:
        """Tell whether to renew at ``now``: as ``is_expired``, the leeway at most half of the token's whole life."""
        end = self.get("expires_at")
        if end is None:
            return False
        if not isinstance(end, (int, float)):
            end = seconds(end)
            if end is None:
                return False
        if end - leeway > now:
            return False
        life = seconds(self.get("expires_in"))
        if life is not None and life > 0:
            leeway = min(leeway, life * _LEEWAY_SHARE)
        return end - leeway <= now


def seconds(value: object) -> float | None:
    """Read a number of seconds as servers write it: 3600, 3599.5, "3600"; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    try:
        return value if isinstance(value, (int, float)) and isfinite(value) else None
    except OverflowError:  # an integer of hundreds of digits
        return None
