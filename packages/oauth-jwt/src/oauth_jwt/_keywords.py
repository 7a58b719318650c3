"""An unknown keyword is answered with the nearest known one.

Rules of this room: what is right costs one more call and nothing else; the known names are read from the function when
something was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["known_fields", "known_keywords"]

C = TypeVar("C", bound=type)
P = ParamSpec("P")
R = TypeVar("R")


def known_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function's ``TypeError`` for a keyword it does not have name the nearest that it has."""

    @wraps(function)
    def called(*args: P.args, **keywords: P.kwargs) -> R:
        try:
            return function(*args, **keywords)
        except TypeError:
            _refuse_unknown(function, list(keywords), args)
            raise

    return called


def known_fields(cls: C) -> C:
    """Do the same for a constructor that is made from the fields of a dataclass."""
    cls.__init__ = known_keywords(cls.__init__)  # type: ignore[misc]  # the class itself, not one of a subclass
    return cls


def _refuse_unknown(function: Callable[..., object], keywords: list[str], args: tuple[object, ...]) -> None:
    code = function.__code__
    known = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    for name in keywords:
        if name not in known:
            from oauth_core import unknown_keyword

            where = type(args[0]).__name__ if function.__name__ == "__init__" else function.__qualname__
            raise unknown_keyword(where, name, known) from None
