"""base64url and JSON as JOSE writes them.

Rules of this room: reading is strict. Padding, foreign characters, loose trailing bits, repeated member names,
``NaN``, text that is not UTF-8 and halves of characters are refused, because two readers could read them in two ways.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections import Counter
from json import JSONDecoder, JSONEncoder

__all__ = ["b64url", "b64url_decode", "json_object", "json_text"]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# What is outside the URL-safe alphabet becomes "!", which the strict decoder refuses.
_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"", b"==", b"=")
# The last character of a segment whose length is 2 or 3 modulo 4 carries 4 or 2 bits that must be zero.
_LAST = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")

json_text = JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_characters = JSONEncoder(ensure_ascii=False).encode


def b64url(data: bytes) -> bytes:
    """Encode without padding. RFC 7515 §2."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=")


def b64url_decode(segment: bytes) -> bytes:
    """Decode a segment that is written in the one allowed way. Raises ``ValueError``. RFC 7515 §2."""
    rest = len(segment) % 4
    if rest and segment[-1] not in _LAST[rest]:
        raise ValueError("not base64url without padding")
    return a2b_base64(segment.translate(_ALPHABET) + _PADDING[rest], strict_mode=True)


class RepeatedMemberError(ValueError):
    """A JSON object names a member twice."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the member {name[:50]!r} is repeated")


def _unique(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) != len(members):
        raise RepeatedMemberError(Counter(name for name, _ in members).most_common(1)[0][0])
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_decoder = JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def json_object(data: bytes) -> dict[str, object]:
    """Read a JSON object in UTF-8.

    Raises ``ValueError``, for a repeated member ``RepeatedMemberError``. RFC 7519 §4.
    """
    text = data.decode("utf-8")
    try:
        # The usual text has no space around it, and looking for some costs a quarter of the reading.
        value, end = _decoder.raw_decode(text) if text[:1] == "{" else (None, -1)
        if end != len(text):
            value = _decoder.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if "\\u" in text and ("\\ud" in text or "\\uD" in text):
        # Such escapes come in pairs; one alone is no character, and fails wherever the text is written down.
        try:
            _characters(value).encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("it holds half a character") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - callers catch one kind of error
    return value
