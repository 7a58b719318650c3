"""The arguments of one call of an endpoint method, once they are sorted.

Rules of this room: a value between the plans, which sort, and the flows, which are built from it; it knows neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ._config import ClientConfig
from ._messages import Pairs


@dataclass(frozen=True, slots=True, repr=False)
class SortedCall:
    """The arguments that every endpoint method takes, sorted."""

    config: ClientConfig
    url: str | None
    auth: object
    headers: Pairs
    body: str
    method: str
    options: Mapping[str, object]
    extra: dict[str, object]
