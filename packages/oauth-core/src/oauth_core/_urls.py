"""What may travel to which URL: origins, loopback and the demand for HTTPS.

Rules of this room: a decision is made on the parsed host, never on the text of the URL
(``http://localhost:80@attacker.test`` is a URL of attacker.test).
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from ._errors import InsecureTransportError, UsageError
from ._messages import BAD_IN_URL, bare_url

__all__ = ["check_endpoint", "check_secure", "is_loopback", "is_secure", "origin", "same_origin"]

_PORTS = {"http": 80, "https": 443}

# A URL as nearly all are written: nothing in it can be read in two ways, so it need not be taken apart.
_PLAIN = re.compile(r"(https?)://([0-9A-Za-z.\-]+)(?::(?:[0-9]{1,4}|[1-5][0-9]{4}))?(?:/[!\"$-\[\]-~]*)?\Z")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # its text may quote a password
        raise UsageError("this is not a URL: its host or port cannot be read") from None
    # Some HTTP libraries end the host at a backslash, and urlsplit drops line ends: they would go somewhere else.
    if "\\" in parts.netloc or BAD_IN_URL.search(url):
        raise UsageError("a URL holds a backslash, a space or a control character; percent-encode it")
    return parts


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL, in lower case and with the default port filled in. RFC 6454 §4."""
    parts = _split(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(scheme)


def same_origin(one: str, other: str) -> bool:
    """Tell whether two URLs share scheme, host and port."""
    return origin(one) == origin(other)


@lru_cache(maxsize=256)
def is_loopback(host: str | None) -> bool:
    """Tell whether a parsed host is this machine: ``localhost`` and below, 127.0.0.0/8, ::1. RFC 6761 §6.3."""
    if not host:
        return False
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_secure(url: str) -> bool:
    """Tell whether a credential may travel to this URL: HTTPS, or plain HTTP to this machine."""
    if url[:8].lower() == "https://":
        return True
    plain = _PLAIN.match(url)
    if plain is not None:
        return is_loopback(plain[2])
    parts = _split(url)
    return parts.scheme.lower() == "http" and is_loopback(parts.hostname)


def check_secure(url: str, *, what: str = "a token", allow_insecure_http: bool = False) -> None:
    """Raise ``InsecureTransportError`` where ``what`` would travel in the clear to another machine."""
    if is_secure(url):
        return
    if _split(url).scheme.lower() != "http":
        raise UsageError(f"{bare_url(url)} is not an http or https URL; {what} was not sent")
    if not allow_insecure_http:
        raise InsecureTransportError(
            f"{what} would travel unencrypted to {bare_url(url)}; use https, "
            "or pass allow_insecure_http=True to the client where the network itself is trusted"
        )


def check_endpoint(url: str | None, name: str, *, allow_insecure_http: bool = False) -> str:
    """Return the URL of an endpoint of the authorization server when it can be used.

    Raises ``UsageError`` where it is missing, no absolute http(s) URL, holds userinfo or a fragment, and
    ``InsecureTransportError`` where it is plain HTTP to another machine. RFC 6749 §3.1, §3.2.
    """
    if not url:
        raise UsageError(f"no {name} is known: pass {name}=, or configure the server's metadata")
    if not isinstance(url, str):
        raise TypeError(f"{name} is a {type(url).__name__}; pass the URL as text")
    plain = _PLAIN.match(url)
    if plain is not None and (plain[1] == "https" or is_loopback(plain[2])):
        return url
    parts = _split(url)
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise UsageError(f"{name} must be an absolute https URL, not {bare_url(url)!r}")
    if "@" in parts.netloc:
        raise UsageError(f"{name} holds a user name or password before its host {parts.hostname!r}; leave it out")
    if parts.fragment:
        raise UsageError(f"{name} must not hold a fragment")
    if parts.scheme != "https" and not is_loopback(parts.hostname):
        check_secure(url, what=f"a request to the {name}", allow_insecure_http=allow_insecure_http)
    return url
