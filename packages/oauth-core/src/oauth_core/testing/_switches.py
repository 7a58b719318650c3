"""Which fault meets which request.

Rules of this room: a request meets at most one fault, the first that was switched on for its endpoint or path and
still has requests to take.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from ._exchange import Exchange
from .faults import Fault

__all__ = ["FaultSwitch"]


class FaultSwitch:
    """A fault that is switched on. As a context manager it is switched off at the end."""

    def __init__(self, fault: Fault, on: str, times: int | None) -> None:
        self.fault = fault
        self.on = on
        self.remaining = times
        self.hits = 0

    def __repr__(self) -> str:
        left = "until removed" if self.remaining is None else f"{self.remaining} more"
        return f"<FaultSwitch {self.fault.name} on {self.on}, {left}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Switch the fault off."""
        self.remaining = 0

    def takes(self, exchange: Exchange) -> bool:
        """Tell whether the fault applies to this request, and count it if so."""
        if self.remaining == 0 or self.on not in {exchange.endpoint, exchange.path}:
            return False
        self.hits += 1
        if self.remaining is not None:
            self.remaining -= 1
        return True
