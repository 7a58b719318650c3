"""The arguments of one call of an endpoint method, once they are sorted.

Rules of this room: a value between the plans, which sort, and the flows, which are built from it; it knows neither.
"""

from __future__ import annotations

from collections.abc import Mapping

from ._config import ClientConfig
from ._messages import Pairs


class SortedCall:
    """The arguments that every endpoint method takes, sorted; ``extra`` are those that are sent as parameters."""

    __slots__ = ("auth", "body", "config", "extra", "headers", "method", "options", "url")

    def __init__(
        self,
        config: ClientConfig,
        url: str | None,
        *,
        auth: object,
        headers: Pairs,
        body: str,
        method: str,
        options: Mapping[str, object],
        extra: dict[str, object],
    ) -> None:
        self.config = config
        self.url = url
        self.auth = auth
        self.headers = headers
        self.body = body
        self.method = method
        self.options = options
        self.extra = extra
