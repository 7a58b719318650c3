"""Where a ready assertion comes from: text, a function, a file that somebody else keeps fresh, or a key of ours.

Rules of this room: everything but text is asked anew for each use, because a workload's identity token is short-lived
(Kubernetes projects it into a file, CI systems hand it out over HTTP). The assertion is never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Protocol, TypeAlias, runtime_checkable

from oauth_core import Flow, UsageError, call

__all__ = ["AssertionSource", "FreshAssertion", "read_assertion"]


@runtime_checkable
class FreshAssertion(Protocol):
    """What makes a new assertion for every use: ``JWTAssertion``."""

    def issue(self) -> Flow[str]:
        """Return a new assertion (a flow)."""


AssertionSource: TypeAlias = "str | bytes | PathLike[str] | Callable[[], object] | FreshAssertion"


def read_assertion(source: object) -> Flow[str]:
    """Return the assertion of a source (a flow): text as it is, a function's result, the text of a file.

    Raises ``UsageError`` where there is none, and ``OSError`` as the file system raises it.
    """
    if isinstance(source, FreshAssertion):
        return (yield from source.issue())
    value: object = source
    if isinstance(source, PathLike):
        value = yield from call(_read_file, source, blocking=True)
    elif callable(source):
        value = yield from call(source)
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError("an assertion is text in UTF-8; these bytes are something else") from None
    if not isinstance(value, str):
        raise UsageError(
            f"an assertion is text, a function, a path or a JWTAssertion; this one is a {type(value).__name__}"
        )
    if not value.strip():
        raise UsageError("the assertion is empty; the request was not sent")
    return value.strip()


def _read_file(path: PathLike[str]) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - any path-like
        return file.read()
