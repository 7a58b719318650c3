"""How the fake provider is made to misbehave, and what it was asked.

Rules of this room: a misbehaviour is a value or a function that a test hands to ``operations.alter``, to
``operations.forge`` or to ``fake.inject``; nothing here asserts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from oauth_core.testing import FakeAuthorizationServer

__all__ = ["Alter", "altering", "asked"]

Alter: TypeAlias = Callable[[str, dict[str, object], dict[str, object]], None]


def altering(kind: str = "id_token", /, *, first: int = 1, **changes: object) -> Alter:
    """Change claims of what is signed as ``kind``, from the ``first`` one on; None leaves a claim out."""
    seen = 0

    def alter(signed: str, _header: dict[str, object], claims: dict[str, object]) -> None:
        nonlocal seen
        if signed != kind:
            return
        seen += 1
        if seen >= first:
            claims.update(changes)
            for name in [name for name, value in changes.items() if value is None]:
                del claims[name]

    return alter


def asked(fake: FakeAuthorizationServer) -> list[str | None]:
    """Name the endpoints that were asked, in order."""
    return [seen.endpoint for seen in fake.requests]
