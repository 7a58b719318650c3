"""What claims must say: issuer, audience, times, hashes. One function a rule; each raises or returns None.

Rules of this room: a claim that must be there and is not is refused like a wrong one; ``iss`` and ``aud`` are compared
as exact text; numbers are numbers, never text or booleans. RFC 7519 §4.1, OIDC Core §3.1.3.7.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import new as new_hash
from hashlib import shake_256
from hmac import compare_digest
from typing import Final

from ._algorithms import ALGORITHMS
from ._encoding import b64url
from ._errors import InvalidJWTError

__all__ = [
    "check_audience",
    "check_authorized_party",
    "check_hash",
    "check_issuer",
    "check_text",
    "check_times",
    "check_type",
    "half_hash",
    "number",
]

# Times beyond are no times; arithmetic with them fails, and their digits fill a message.
_FAR: Final = 2**64

_TENANT: Final = re.compile(r"[0-9A-Za-z.-]{1,64}\Z")


def number(claims: Mapping[str, object], name: str, what: str, *, required: bool = True) -> float | None:
    """Return a claim that is a number of seconds. Raises ``InvalidJWTError`` where it is missing or anything else."""
    value = claims.get(name)
    if (type(value) is int or type(value) is float) and -_FAR < value < _FAR:  # neither NaN nor infinity is between
        return value
    if value is None and not required and name not in claims:
        return None
    problem = "has no" if name not in claims else "holds no number in"
    raise InvalidJWTError(f"{what} {problem} {name!r}", claim=name)


def check_times(
    claims: Mapping[str, object],
    what: str,
    now: float,
    leeway: float,
    *,
    required: Collection[str] = ("exp", "iat"),
) -> None:
    """Refuse a token that is over, not yet valid, or made in the future; ``leeway`` seconds are forgiven."""
    exp = number(claims, "exp", what, required="exp" in required)
    if exp is not None and exp + leeway <= now:
        raise InvalidJWTError(f"{what} expired {int(now - exp)} seconds ago ('exp')", claim="exp")
    iat = number(claims, "iat", what, required="iat" in required)
    if iat is not None and iat - leeway > now:
        raise InvalidJWTError(f"{what} was issued {int(iat - now)} seconds in the future ('iat')", claim="iat")
    nbf = claims.get("nbf")
    if nbf is not None:
        start = number(claims, "nbf", what) or 0
        if start - leeway > now:
            raise InvalidJWTError(f"{what} is not valid for another {int(start - now)} seconds ('nbf')", claim="nbf")


def check_issuer(claims: Mapping[str, object], expected: str, what: str) -> None:
    """Refuse another issuer. ``{tenantid}`` in ``expected`` stands for ``tid``, as in Microsoft's metadata."""
    found = claims.get("iss")
    if "{tenantid}" in expected and isinstance(tid := claims.get("tid"), str) and _TENANT.match(tid):
        expected = expected.replace("{tenantid}", tid)
    if found == expected:
        return
    shown = f"{found[:200]!r}" if isinstance(found, str) else "missing or not text"
    raise InvalidJWTError(f"the issuer of {what} is {shown}, expected {expected!r}", claim="iss")


def check_audience(
    claims: Mapping[str, object], expected: str, what: str, *, trusted: Collection[str] | None = ()
) -> None:
    """Refuse a token that is not for ``expected``, or also for somebody who is not ``trusted`` (None: anybody is)."""
    found = claims.get("aud")
    if found == expected:
        return
    audience = found if isinstance(found, list) else [found]
    if not all(isinstance(one, str) for one in audience) or not audience:
        raise InvalidJWTError(f"{what} has no audience ('aud'), expected {expected!r}", claim="aud")
    if expected not in audience:
        raise InvalidJWTError(f"{what} is for another audience ('aud') than {expected!r}", claim="aud")
    others = [one for one in audience if one != expected and trusted is not None and one not in trusted]
    if others:
        raise InvalidJWTError(f"{what} is also for {str(others[0])[:100]!r}, which is not trusted ('aud')", claim="aud")


def check_authorized_party(
    claims: Mapping[str, object], client_id: str, what: str, *, trusted: Collection[str] = ()
) -> None:
    """Refuse a token that was issued to another client (``azp``). OIDC Core §3.1.3.7."""
    azp = claims.get("azp")
    if "azp" in claims and azp != client_id and not (isinstance(azp, str) and azp in trusted):
        raise InvalidJWTError(f"{what} was issued to another client ('azp') than {client_id!r}", claim="azp")


def check_text(claims: Mapping[str, object], name: str, what: str) -> str:
    """Return a claim that is text. Raises ``InvalidJWTError`` where it is missing, empty or anything else."""
    value = claims.get(name)
    if isinstance(value, str) and value:
        return value
    raise InvalidJWTError(f"{what} has no {name!r}, or it is not text", claim=name)


def check_type(header: Mapping[str, object], expected: str, what: str, *, required: bool) -> None:
    """Refuse a token of another ``typ``; letter case and the prefix ``application/`` do not count. RFC 8725 §3.11."""
    found = header.get("typ")
    if found is None and not required:
        return
    name = found.lower().removeprefix("application/") if isinstance(found, str) else None
    if name != expected and not (name == "jwt" and not required):
        raise InvalidJWTError(f"{what} must be of the type {expected!r} ('typ')", claim="typ")


def half_hash(value: str, alg: str) -> str:
    """Return the left half of the hash of ``value``, base64url: ``at_hash``, ``c_hash``, ``s_hash``.

    ``alg`` as ``Compact.hash_alg`` says it: SHA-512 for Ed25519, 114 bytes of SHAKE256 for Ed448. OIDC Core §3.1.3.6.
    """
    data = value.encode("utf-8")
    name = ALGORITHMS[alg].hash if alg in ALGORITHMS else "sha256"
    digest = shake_256(data).digest(114) if name == "shake256" else new_hash(name, data).digest()
    return b64url(digest[: len(digest) // 2]).decode("ascii")


def check_hash(
    claims: Mapping[str, object], name: str, value: str, alg: str, what: str, *, required: bool = True
) -> None:
    """Refuse a token whose hash of ``value`` is wrong, or missing where it is required."""
    found = claims.get(name)
    if found is None and not required and name not in claims:
        return
    if not isinstance(found, str):
        raise InvalidJWTError(f"{what} has no {name!r}, which binds it to what came with it", claim=name)
    if not compare_digest(found.encode("utf-8"), half_hash(value, alg).encode("ascii")):
        raise InvalidJWTError(f"{name!r} of {what} does not belong to what came with it", claim=name)
