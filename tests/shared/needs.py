"""How a scenario says what a server must offer to play it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def needs(*features: str) -> Callable[[F], F]:
    """Make the scenario for the places that support all of these features."""

    def mark(function: F) -> F:
        function.needed = frozenset(features)
        return function

    return mark


def asynchronous_only(function: F) -> F:
    """Make the scenario for the asynchronous flavours: threads cannot be cancelled, and have no event loop."""
    function.asynchronous_only = True
    return function
