"""Taking a compact JWS or JWE apart, strictly, before anything in it is believed (RFC 7515 §5.2, RFC 8725 §3).

Rules of this room: size first, then shape, then header; no header parameter may bring a key, an address of keys or a
rule of its own. Messages quote no more than a parameter's name.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ._encoding import RepeatedMemberError, b64url_decode, json_object
from ._errors import InvalidJWTError

__all__ = ["MAX_SIZE", "Compact", "is_encrypted", "read_claims", "read_compact", "read_jwe_header"]

MAX_SIZE: Final = 65536
# A chain of certificates fits in (x5c): it is not looked at, and servers that send one are understood all the same.
MAX_HEADER: Final = 16384
MAX_HEADERS: Final = 64
MAX_KEPT: Final = 1024

_REASONS: Final = {
    "crit": "it demands an extension that is not known here",
    "jwk": "it brings its own key; keys come from configuration alone",
    "jku": "it names an address of keys; keys come from configuration alone",
    "x5u": "it names an address of certificates; keys come from configuration alone",
    "b64": "an unencoded payload is not a JWT",
    "zip": "compressed content is not accepted",
}
_FORBIDDEN: Final = frozenset(_REASONS)
_ED448_SIGNATURE: Final = 114


# A server's tokens share a handful of small, flat headers; those that were read and judged are kept, never changed.
_headers: dict[bytes, tuple[dict[str, object], str, str | None]] = {}


class Compact(NamedTuple):
    """The parts of a compact JWS: only the header has been read."""

    header: dict[str, object]
    alg: str
    kid: str | None
    signed: bytes
    payload: bytes
    signature: bytes

    @property
    def hash_alg(self) -> str:
        """The algorithm whose digest ``at_hash`` and its like are made with.

        ``EdDSA`` has one for each curve, which the size of the signature tells. OIDC Core §3.1.3.6.
        """
        return "Ed448" if self.alg == "EdDSA" and len(self.signature) == _ED448_SIGNATURE else self.alg


def _octets(token: object, max_size: int, what: str) -> bytes:
    if not isinstance(token, (str, bytes)):
        raise TypeError(f"{what} is a {type(token).__name__}; pass the text of the JWT")
    if len(token) > max_size:
        raise InvalidJWTError(f"{what} is larger than {max_size} characters")
    try:
        return token.encode("ascii") if isinstance(token, str) else token
    except UnicodeEncodeError:
        raise InvalidJWTError(f"{what} holds characters that no JWT has") from None


def is_encrypted(token: str | bytes) -> bool:
    """Tell whether a token has the five parts of a JWE. Raises ``TypeError`` for what is no text."""
    if not isinstance(token, (str, bytes)):
        raise TypeError(f"a {type(token).__name__} is no token; pass the text of the JWT")
    return (token.count(".") if isinstance(token, str) else token.count(b".")) == 4


def _header(segment: bytes, what: str) -> dict[str, object]:
    if len(segment) > MAX_HEADER:
        raise InvalidJWTError(f"the header of {what} is larger than {MAX_HEADER} characters")
    try:
        header = json_object(b64url_decode(segment))
    except RepeatedMemberError as exc:
        raise InvalidJWTError(f"the header of {what} is ambiguous: {exc}") from None
    except ValueError:
        raise InvalidJWTError(f"the header of {what} is not base64url JSON") from None
    if not _FORBIDDEN.isdisjoint(header):
        name = next(name for name in _REASONS if name in header)
        raise InvalidJWTError(f"{what} has the header parameter {name!r}: {_REASONS[name]}", claim=name)
    return header


def _text(header: dict[str, object], name: str, what: str) -> str:
    value = header.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidJWTError(f"the header of {what} needs {name!r} as text", claim=name)
    return value


def read_compact(token: str | bytes, what: str, *, max_size: int = MAX_SIZE) -> Compact:
    """Take a signed token apart. Raises ``InvalidJWTError``; ``what`` names the token in messages."""
    octets = _octets(token, max_size, what)
    parts = octets.split(b".")
    if len(parts) != 3:
        hint = "; it is encrypted, but no decryption_keys are configured" if len(parts) == 5 else ""
        if octets.lstrip()[:1] == b"{":
            hint = "; it is JSON, and a JWT is in the compact form"
        raise InvalidJWTError(f"{what} has {len(parts)} parts instead of the 3 of a signed JWT{hint}")
    known = _headers.get(parts[0])
    if known is None:
        header = _header(parts[0], what)
        known = (header, _text(header, "alg", what), _text(header, "kid", what) if "kid" in header else None)
        if len(parts[0]) <= MAX_KEPT and not any(isinstance(value, (dict, list)) for value in header.values()):
            if len(_headers) >= MAX_HEADERS:
                _headers.clear()
            _headers[parts[0]] = known
    header, alg, kid = known
    try:
        payload, signature = b64url_decode(parts[1]), b64url_decode(parts[2])
    except ValueError:
        raise InvalidJWTError(f"{what} is not base64url without padding") from None
    return Compact(header, alg, kid, octets[: len(parts[0]) + len(parts[1]) + 1], payload, signature)


def read_jwe_header(token: str | bytes, what: str, *, max_size: int = MAX_SIZE) -> tuple[bytes, dict[str, object]]:
    """Return an encrypted token as bytes, and its header. Raises ``InvalidJWTError``."""
    octets = _octets(token, max_size, what)
    header = _header(octets.partition(b".")[0], what)
    for name in ("alg", "enc"):
        _text(header, name, what)
    return octets, header


def read_claims(payload: bytes, what: str) -> dict[str, object]:
    """Read the claims of a payload whose signature holds. Raises ``InvalidJWTError``."""
    try:
        return json_object(payload)
    except RepeatedMemberError as exc:
        raise InvalidJWTError(f"the claims of {what} are ambiguous: {exc}") from None
    except ValueError as exc:
        raise InvalidJWTError(f"the claims of {what} are no JSON object in UTF-8: {exc}"[:120]) from None
