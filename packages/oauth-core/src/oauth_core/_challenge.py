"""Reading ``WWW-Authenticate``: several challenges in one header, several headers, quoted strings and all.

Rules of this room: reading never raises; what cannot be read is skipped, because a 401 with a broken
challenge is still a 401.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Challenge", "parse_challenges", "rejects_token"]

_PIECE = re.compile(
    r"""
    (?:
      (?P<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*
      (?: "(?P<quoted>(?:[^"\\]|\\.)*)"(?=[\s,]|$) | (?P<plain>[^\s,"=]+)(?=\s*(?:,|$)) )
    |
      (?P<scheme>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)
      (?:\s+(?P<token68>[A-Za-z0-9\-._~+/]+=*)(?=\s*(?:,|$)))?(?=\s|,|$)
    )""",
    re.VERBOSE,
)
_BETWEEN = re.compile(r"[\s,]*")  # eaten once, apart: a header of commas alone must not be walked again and again
_SKIP = re.compile(r"[^,]*")
_UNQUOTE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge: its scheme in lower case and its parameters, names in lower case. RFC 9110 §11.6.1."""

    scheme: str
    parameters: dict[str, str]
    token68: str | None = None

    @property
    def error(self) -> str | None:
        """The ``error`` parameter. RFC 6750 §3."""
        return self.parameters.get("error")

    def get(self, name: str) -> str | None:
        """Return a parameter by its name, or None."""
        return self.parameters.get(name.lower())


def parse_challenges(headers: Iterable[str] | str | None) -> list[Challenge]:
    """Read the challenges out of one or several ``WWW-Authenticate`` values, in their order. RFC 9110 §11.6.1."""
    found: list[Challenge] = []
    for header in [headers] if isinstance(headers, str) else headers or ():
        position = _end(_BETWEEN, header, 0)
        while position < len(header):
            match = _PIECE.match(header, position)
            position = _end(_BETWEEN, header, match.end() if match else _end(_SKIP, header, position))
            if match is None:
                continue
            name = match["name"]
            if name is None:
                found.append(Challenge(match["scheme"].lower(), {}, match["token68"]))
            elif found:
                value = match["plain"] if match["quoted"] is None else _UNQUOTE.sub(r"\1", match["quoted"])
                found[-1].parameters.setdefault(name.lower(), value)
    return found


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def rejects_token(challenges: Iterable[str] | str | None) -> bool:
    """Tell whether a 401 with these ``WWW-Authenticate`` values rejects the token that was presented.

    It does without a challenge, or with a Bearer or DPoP challenge that names no error or ``invalid_token``.
    RFC 6750 §3.1.
    """
    parsed = parse_challenges(challenges)
    if not parsed:
        return True
    return any(c.scheme in {"bearer", "dpop"} and c.error in {None, "invalid_token"} for c in parsed)
