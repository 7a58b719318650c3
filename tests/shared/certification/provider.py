"""How the fake provider is made to misbehave, and what it was asked.

Rules of this room: a misbehaviour is a value or a function that a test hands to ``operations.alter``, to
``operations.forge`` or to ``fake.inject``; nothing here asserts.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from json import dumps, loads
from typing import TypeAlias

from oauth_core import Response
from oauth_core.testing import Authority, FakeAuthorizationServer
from oauth_core.testing.faults import Fault
from oauth_jwt import Key

__all__ = ["Alter", "Forge", "Now", "after", "altering", "asked", "before", "broken", "heading", "resigned"]

Alter: TypeAlias = Callable[[str, dict[str, object], dict[str, object]], None]
Forge: TypeAlias = Callable[[str, str], str]


@dataclass(frozen=True)
class Now:
    """A time that is so many seconds from now, when it is signed; ``str`` is the same in every run."""

    seconds: float

    def __str__(self) -> str:
        return f"now{self.seconds:+g}"


def altering(kind: str = "id_token", /, *, first: int = 1, **changes: object) -> Alter:
    """Change claims of what is signed as ``kind``, from the ``first`` one on; None leaves a claim out."""
    seen = 0

    def alter(signed: str, _header: dict[str, object], claims: dict[str, object]) -> None:
        nonlocal seen
        if signed != kind:
            return
        seen += 1
        if seen >= first:
            _change(claims, changes)

    return alter


def heading(kind: str = "id_token", /, **changes: object) -> Alter:
    """Change header parameters of what is signed as ``kind``; None leaves one out."""

    def alter(signed: str, header: dict[str, object], _claims: dict[str, object]) -> None:
        if signed == kind:
            _change(header, changes)

    return alter


def _change(members: dict[str, object], changes: dict[str, object]) -> None:
    for name, value in changes.items():
        if value is None:
            members.pop(name, None)
        else:
            members[name] = time.time() + value.seconds if isinstance(value, Now) else value


def broken(kind: str = "id_token", /) -> Forge:
    """Spoil the signature of what is signed as ``kind``."""

    def forge(signed: str, token: str) -> str:
        if signed != kind:
            return token
        data, _, signature = token.rpartition(".")
        octets = bytearray(_decode(signature))
        octets[len(octets) // 2] ^= 1
        return f"{data}.{_encode(octets)}"

    return forge


def resigned(key: Key | None, kind: str = "id_token", /, **header: object) -> Forge:
    """Sign what is signed as ``kind`` again by another key, or not at all, with changes of the header."""

    def forge(signed: str, token: str) -> str:
        if signed != kind:
            return token
        head, payload, _ = token.split(".")
        members = loads(_decode(head))
        _change(members, header)
        data = f"{_encode(dumps(members).encode())}.{payload}"
        return f"{data}.{_encode(key.sign(data.encode())) if key else ''}"

    return forge


def before(action: Callable[[], object], name: str = "before") -> Fault:
    """Let something happen before the request is processed."""

    def apply(_authority: Authority, proceed: Callable[[], Response]) -> Response:
        action()
        return proceed()

    return Fault(name, apply)


def after(action: Callable[[], object], name: str = "after") -> Fault:
    """Let something happen after the request was processed."""

    def apply(_authority: Authority, proceed: Callable[[], Response]) -> Response:
        response = proceed()
        action()
        return response

    return Fault(name, apply)


def asked(fake: FakeAuthorizationServer) -> list[str | None]:
    """Name the endpoints that were asked, in order."""
    return [seen.endpoint for seen in fake.requests]


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(data: bytes | bytearray) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
