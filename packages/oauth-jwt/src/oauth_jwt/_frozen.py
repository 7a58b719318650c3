"""The base of values that are no dataclasses, because signing a first assertion must not wait for ``dataclasses``.

Rules of this room: what is public is set once, by the constructor; names with an underscore are the value's own memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Frozen"]


class Frozen:
    """A value whose public attributes do not change."""

    __slots__ = ()

    if not TYPE_CHECKING:  # a checker would take any name for an attribute

        def __setattr__(self, name: str, value: object) -> None:
            if name[0] != "_" and hasattr(self, name):
                raise AttributeError(f"a {type(self).__name__} does not change; make another one with {name}=")
            object.__setattr__(self, name, value)

        def __delattr__(self, name: str) -> None:
            raise AttributeError(f"a {type(self).__name__} does not change")
