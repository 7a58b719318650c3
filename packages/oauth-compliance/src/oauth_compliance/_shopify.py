"""Shopify signs what it sends to a callback: the check that belongs into the OAuth exchange with a shop.

Rules of this room: fail closed; the signature is compared in constant time before anything else of the callback is
believed, and a repeated parameter that decides is refused.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from oauth_core import ProtocolViolation, UsageError

__all__ = ["verify_shopify_callback"]

_SHOP = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]*\.myshopify\.com")


def verify_shopify_callback(
    callback: str | Mapping[str, str] | Iterable[tuple[str, str]],
    client_secret: str,
    *,
    shop: str | None = None,
    max_age: float | None = None,
    clock: Callable[[], float] = time.time,
) -> str:
    """Return the shop's host name when this callback, or installation request, was signed by Shopify.

    ``callback`` is the URL, its query or the decoded parameters; ``shop`` is the one that was asked, by name or host;
    ``max_age`` is in seconds. Raises ``ProtocolViolation`` where signature, shop or age is wrong. It does not check
    ``state``: that is ``validate_callback``'s, before or after.
    """
    if not client_secret:
        raise UsageError("client_secret is empty: the callback's signature cannot be checked")
    pairs = _pairs(callback)
    names = [name for name, _ in pairs]
    for name in ("hmac", "shop", "timestamp"):
        if names.count(name) > 1:
            raise ProtocolViolation(f"the callback holds {name!r} more than once", error="repeated_parameter")
    found = dict(pairs)
    message = urlencode(sorted(pair for pair in pairs if pair[0] not in {"hmac", "signature"}))
    # Documentation older than the libraries leaves ``:`` and ``/`` as they are; both spell the same parameters.
    plain = "&".join(
        f"{_plain(name, '=')}={_plain(value)}" for name, value in sorted(pairs) if name not in {"hmac", "signature"}
    )
    received = found.get("hmac", "").encode("utf-8")
    expected = [hmac.new(client_secret.encode("utf-8"), text.encode("utf-8"), sha256) for text in (message, plain)]
    if not any([hmac.compare_digest(one.hexdigest().encode("ascii"), received) for one in expected]):  # noqa: C419 - both are always compared
        raise ProtocolViolation("the callback is not signed with this app's secret", error="invalid_hmac")
    host = found.get("shop", "")
    if not _SHOP.fullmatch(host):
        raise ProtocolViolation("the callback names no shop under myshopify.com", error="invalid_shop")
    if shop is not None and host.lower() != (shop if "." in shop else f"{shop}.myshopify.com").lower():
        raise ProtocolViolation("the callback is that of another shop", error="invalid_shop")
    if max_age is not None:
        stamp = found.get("timestamp", "")
        if not (stamp.isascii() and stamp.isdigit()) or abs(clock() - int(stamp[:12])) > max_age:
            raise ProtocolViolation("the callback is too old, or says no time", error="expired_callback")
    return host


def _pairs(callback: str | Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    if isinstance(callback, str):
        query = urlsplit(callback).query if "?" in callback or "://" in callback else callback
        return parse_qsl(query, keep_blank_values=True)
    return list(callback.items() if isinstance(callback, Mapping) else callback)


def _plain(text: str, also: str = "") -> str:
    for character in ("%", "&", *also):
        text = text.replace(character, f"%{ord(character):02X}")
    return text
