"""Authorization details: what exactly a person is asked to allow, as typed objects instead of scopes. RFC 9396.

Rules of this room: an object is a mapping with a ``type``; every other field is the API's own. They go out as compact
JSON and come back on the token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ._errors import ProtocolViolation, UsageError

__all__ = ["AuthorizationDetail", "authorization_details", "granted_details"]


class AuthorizationDetail(Mapping[str, object]):
    """One thing to allow: its ``type``, the common fields of RFC 9396 §2.2, and any field of the API's own.

    A mapping, whose members are attributes too. Immutable. RFC 9396 §2.
    """

    __slots__ = ("_members",)

    def __init__(
        self,
        type: str,
        *,
        locations: Iterable[str] | None = None,
        actions: Iterable[str] | None = None,
        datatypes: Iterable[str] | None = None,
        identifier: str | None = None,
        privileges: Iterable[str] | None = None,
        **fields: object,
    ) -> None:
        if not isinstance(type, str) or not type:
            raise UsageError("an authorization detail needs its type, as text")
        lists = {"locations": locations, "actions": actions, "datatypes": datatypes, "privileges": privileges}
        for name, value in lists.items():
            if isinstance(value, str):
                raise UsageError(f"{name} of an authorization detail is a list of texts")
        members: dict[str, object] = {name: list(value) for name, value in lists.items() if value is not None}
        if identifier is not None:
            members["identifier"] = identifier
        self._members: dict[str, object] = {"type": type, **members, **fields}

    @classmethod
    def from_dict(cls, members: Mapping[str, object]) -> AuthorizationDetail:
        """Return the detail with these members. Raises ``UsageError`` where they name no type."""
        if isinstance(members, AuthorizationDetail):
            return members
        kind = members.get("type")
        if not isinstance(kind, str) or not kind:
            raise UsageError("an authorization detail needs its type, as text")
        made = cls(kind)
        made._members.update(members)  # as it came: a server may deviate in what only its API reads
        return made

    def __getitem__(self, name: str) -> object:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getattr__(self, name: str) -> object:
        if not name.startswith("_") and name in self._members:
            return self._members[name]
        raise AttributeError(f"the authorization detail has no field {name!r}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._members['type']}>"

    def __reduce__(self) -> tuple[object, ...]:
        return (AuthorizationDetail.from_dict, (dict(self._members),))

    @property
    def type(self) -> str:
        """What kind of thing it is."""
        return str(self._members["type"])


def authorization_details(value: object) -> tuple[AuthorizationDetail, ...]:
    """Return authorization details given as objects, mappings, one of either, or JSON text. Raises ``UsageError``."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise UsageError("authorization_details is no JSON") from None
    items = [value] if isinstance(value, Mapping) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, Mapping) for item in items):
        raise UsageError("authorization_details is a list of AuthorizationDetail, or of mappings with a type")
    return tuple(AuthorizationDetail.from_dict(item) for item in items)


def granted_details(answer: Mapping[str, object]) -> tuple[AuthorizationDetail, ...]:
    """Return what a token, or an introspection answer, allows in detail; nothing where it says nothing.

    Raises ``ProtocolViolation`` where its ``authorization_details`` are no list of objects with a type. RFC 9396 §7.
    """
    value = answer.get("authorization_details")
    if value is None:
        return ()
    try:
        return authorization_details(value)
    except UsageError as exc:
        raise ProtocolViolation(f"the granted authorization_details are unusable: {exc.description}") from None
