"""What the clients say when they are pickled: connections and TLS contexts do not travel."""

from __future__ import annotations

from typing import NoReturn, SupportsIndex

__all__ = ["NotPickled"]


class NotPickled:
    """Refuses pickling, and says what to do instead."""

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        """Raise ``TypeError``."""
        raise TypeError(
            f"{type(self).__name__} does not pickle, as its library's clients do not: make one in each process, and "
            "share tokens through a store"
        )
