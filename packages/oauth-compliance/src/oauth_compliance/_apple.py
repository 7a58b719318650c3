"""Apple posts the answer of an authorization request as a form, and says a user's name once only.

Rules of this room: what the form says about the user is signed by nobody, so it is kept apart from the parameters
that are checked; the subject comes from the ID token alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from oauth_core import Pairs, ProtocolViolation

from ._parts import at_path

__all__ = ["AppleAnswer", "parse_apple_form_post"]


@dataclass(frozen=True, slots=True, repr=False)
class AppleAnswer:
    """An answer of Apple's: hand ``parameters`` to ``validate_callback`` or ``fetch_token``.

    ``first_name``, ``last_name`` and ``email`` come with the first authorization of a user and never again; nothing
    proves them. The e-mail address to rely on is the ID token's.
    """

    parameters: Pairs
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None

    def __repr__(self) -> str:
        return f"<AppleAnswer with {', '.join(name for name, _ in self.parameters)}>"

    @property
    def name(self) -> str | None:
        """First and last name together, or None."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or None


def parse_apple_form_post(body: str | bytes | Mapping[str, str] | Iterable[tuple[str, str]]) -> AppleAnswer:
    """Return the answer that Apple posted: the form's body as it came, or its decoded parameters.

    Raises ``ProtocolViolation`` where ``user`` is there and is no JSON object.
    """
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        pairs = tuple(parse_qsl(body, keep_blank_values=True))
    else:
        pairs = tuple(body.items() if isinstance(body, Mapping) else body)
    text = dict(pairs).get("user")
    if text is None:
        return AppleAnswer(pairs)
    try:
        user = json.loads(text)
    except (ValueError, RecursionError):
        user = None
    if not isinstance(user, dict):
        raise ProtocolViolation("the 'user' of Apple's answer is no JSON object")
    return AppleAnswer(
        tuple(pair for pair in pairs if pair[0] != "user"),
        first_name=_text(user, "name.firstName"),
        last_name=_text(user, "name.lastName"),
        email=_text(user, "email"),
    )


def _text(user: Mapping[str, object], path: str) -> str | None:
    value = at_path(user, path)
    return value if isinstance(value, str) and value else None
