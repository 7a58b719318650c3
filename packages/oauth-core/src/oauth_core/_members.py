"""What the values made from JSON answers share: every member of the answer stays readable.

Rules of this room: what the specification names is a typed field; all else is found by ``get`` and, where the name
allows, as an attribute. ``repr`` shows no value of a member.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ._errors import ProtocolViolation
from ._token import seconds

__all__ = ["Members"]

_Members: TypeAlias = Mapping[str, object]


class Members:
    """The members of an answer, by ``get`` and as attributes; the base of values made from JSON answers."""

    __slots__ = ()

    members: _Members

    def get(self, name: str, default: object = None) -> object:
        """Return any member of the answer by its name, as it was received."""
        return self.members.get(name, default)

    def __getattr__(self, name: str) -> object:
        if name != "members" and not name.startswith("_") and name in self.members:
            return self.members[name]
        raise AttributeError(f"the {type(self).__name__} has no member {name!r}")


def need_text(members: Mapping[str, object], name: str, what: str) -> str:
    """Return a member that must be there as text. Raises ``ProtocolViolation``."""
    value = members.get(name)
    if isinstance(value, str) and value:
        return value
    raise ProtocolViolation(f"{what} has no {name}; it was not used", error=f"missing_{name}")


def need_lifetime(members: Mapping[str, object], what: str) -> float:
    """Return ``expires_in``, in seconds. Raises ``ProtocolViolation`` where it is absent or no positive number."""
    value = seconds(members.get("expires_in"))
    if value is None:
        raise ProtocolViolation(f"{what} has no expires_in that is a number; it was not used", error="missing_expiry")
    if value <= 0:
        raise ProtocolViolation(f"{what} has an expires_in of {value:g} seconds: it is over already; ask again")
    return value


def read_interval(members: Mapping[str, object], what: str) -> float:
    """Return ``interval``, in seconds, 5 without it. Raises ``ProtocolViolation`` where it is no positive number."""
    if members.get("interval") is None:
        return 5.0
    value = seconds(members["interval"])
    if value is None or value < 0:
        raise ProtocolViolation(f"{what} has an interval that is no number of seconds; it was not used")
    return value or 5.0
