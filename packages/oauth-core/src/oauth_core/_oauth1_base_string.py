"""The signature base string of OAuth 1.0: what both sides compute and one of them signs. RFC 5849 §3.4.1.

Rules of this room: no credential is seen here; text is worked on as a whole, because a regular expression or a
call for each parameter is what makes signing slow. Parameters in the making are kept *twice encoded*, as they
stand in the base string, with one blank between name and value: a blank sorts before every character that
encoding leaves, so sorting whole parameters sorts by name and then by value, as the RFC wants.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from ._errors import UsageError
from ._messages import bare_url

__all__ = ["base_string", "base_string_uri", "normalize_parameters"]

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_UNRESERVED_SLASH = _UNRESERVED + b"/"
_UNRESERVED_PERCENT = _UNRESERVED + b"%"
_ONCE = tuple(chr(n) if n in _UNRESERVED else f"%{n:02X}" for n in range(256))
_TWICE = tuple(one.replace("%", "%25") for one in _ONCE)
_HEX = "0123456789ABCDEFabcdef"
_TRIPLETS = {high + low: _ONCE[int(high + low, 16)] for high in _HEX for low in _HEX}
# A triplet in lower case or of a character that needs none, or a percent sign that starts no triplet.
_ODD_TRIPLET = re.compile(r"%(?!2[0-9ABCF]|3[A-F]|40|5[BCDE]|60|7[BCDF]|[0189A-F][0-9A-F])(?:[0-9A-Fa-f]{2})?")
_RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def escape(text: str) -> str:
    """Percent-encode all but the unreserved characters, in UTF-8. RFC 5849 §3.6."""
    data = text.encode("utf-8")
    if not data.translate(None, _UNRESERVED):
        return text
    return "".join([_ONCE[byte] for byte in data])


def normalize_parameters(encoded: str) -> str:
    """Normalise the parameters of a query or form body: decoded, encoded by the rules of OAuth and sorted.

    A parameter without ``=`` has an empty value, empty ones are skipped, ``oauth_signature`` is left out, and what
    is no percent triplet stands for itself. RFC 5849 §3.4.1.3.2.
    """
    text = "&".join(sorted(piece for piece in spaced(encoded).split("&") if piece and not is_signature(piece)))
    return text.replace("%25", "%").replace(" ", "=")


def base_string(method: str, url: str, form: str | None = None, *, host: str | None = None) -> str:
    """Return the signature base string of a request whose protocol parameters are in its query or form.

    ``form`` is the body where it is form-encoded; ``host`` the ``Host`` header where it differs from the URL.
    Raises ``UsageError`` for a URL or method that cannot be sent. RFC 5849 §3.4.1.1.
    """
    front, query = front_and_query(method, url, host)
    pieces = spaced(query).split("&") if query else []
    if form:
        pieces += spaced(form).split("&")
    return f"{front}{join_pieces(piece for piece in pieces if piece and not is_signature(piece))}"


def base_string_uri(url: str, *, host: str | None = None) -> str:
    """Return the URL as it enters the base string: lower case scheme and host, no default port, no query.

    The path stays as it is sent. Raises ``UsageError`` for what is no http(s) URL. RFC 5849 §3.4.1.2.
    """
    base, _ = _base_and_query(url)
    start = base.find("/", 8)
    origin, path = (base, "/") if start < 0 else (base[:start], base[start:])
    _refuse_raw(path, url)
    return _origin(origin, host) + path


def is_signature(piece: str) -> bool:
    return piece.startswith("oauth_signature ")


def join_pieces(pieces: Iterable[str]) -> str:
    """Sort and join twice-encoded parameters into the last part of a base string."""
    return "%26".join(sorted(pieces)).replace(" ", "%3D")


def spaced(encoded: str, *, url: str | None = None) -> str:
    """Return raw query or form text with each parameter twice encoded, a blank in place of its ``=``.

    With ``url`` the text is that URL's query and must be ASCII without blanks. Raises ``UsageError`` where it is not.
    """
    data = encoded.encode("utf-8", "surrogatepass")
    left = data.translate(None, _UNRESERVED_PERCENT)
    if "%" in encoded:
        if _ODD_TRIPLET.search(encoded) is not None:
            encoded = _regular_triplets(encoded)
        encoded = encoded.replace("%", "%25")
    if not _is_regular(left):
        odd = left.translate(None, b"=&")
        if odd:
            encoded = _encode_odd(encoded, odd, url)
            left = left.translate(None, odd)
        if not _is_regular(left):
            return _irregular(encoded)
    return encoded.replace("=", " ")


def _is_regular(left: bytes) -> bool:
    """Tell whether these delimiters are those of parameters with one ``=`` each."""
    length = len(left)
    return bool(length & 1) and left == b"=&" * (length >> 1) + b"="


def _regular_triplets(encoded: str) -> str:
    # Mostly one or two triplets are odd, often: one pass over the text for each of them costs least.
    start = 0
    for _ in range(min(max(2, encoded.count("%") // 16), 8)):
        match = _ODD_TRIPLET.search(encoded, start)
        if match is None:
            return encoded
        start, triplet = match.start(), match[0]
        fixed = _TRIPLETS.get(triplet[1:])
        if fixed is None or len(fixed) == 1:
            # A sign that goes away must not leave one that stood alone at the start of a triplet.
            encoded = _LONE_PERCENT.sub("%25", encoded)
        if fixed is not None:
            encoded = encoded.replace(triplet, fixed)
    # Many different ones: text in another script, in lower case hexadecimals. Its triplets stand in runs.
    encoded = _RUN.sub(_upper, encoded)
    if _ODD_TRIPLET.search(encoded) is None:
        return encoded
    head, *rest = _LONE_PERCENT.sub("%25", encoded).split("%")
    return head + "".join([_TRIPLETS[tail[:2]] + tail[2:] for tail in rest])


def _upper(match: re.Match[str]) -> str:
    return match[0].upper()


def _encode_odd(encoded: str, odd: bytes, url: str | None) -> str:
    # Few different characters need encoding in any one text: one pass over the text for each of them is
    # cheaper than a step for each character.
    if not odd.isascii():
        if url is not None:
            _refuse_raw(encoded, url)
        encoded = encoded.encode("utf-8", "surrogatepass").decode("latin-1")
    while odd:
        byte = odd[0]
        if url is not None and (byte <= 32 or byte == 127):
            _refuse_raw(encoded, url)
        encoded = encoded.replace(chr(byte), "%2520" if byte == 43 else _TWICE[byte])
        odd = odd.replace(odd[:1], b"")
    return encoded


def _irregular(encoded: str) -> str:
    pieces = []
    for piece in encoded.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            pieces.append(f"{name} {value.replace('=', '%253D') if '=' in value else value}")
    return "&".join(pieces)


def front_and_query(method: str, url: str, host: str | None) -> tuple[str, str]:
    """Return the base string up to its parameters, and the raw query of the URL."""
    base, query = _base_and_query(url)
    start = base.find("/", 8)
    if start < 0:
        return f"{_verb(method)}{_encoded_origin(base, host)}%2F&", query
    path = base[start:]
    if path.encode("utf-8", "surrogatepass").translate(None, _UNRESERVED_SLASH):
        _refuse_raw(path, url)
        path = escape(path)
    else:
        path = path.replace("/", "%2F")
    return f"{_verb(method)}{_encoded_origin(base[:start], host)}{path}&", query


def _base_and_query(url: str) -> tuple[str, str]:
    if "#" in url:
        url = url.partition("#")[0]
    base, _, query = url.partition("?")
    return base, query


@lru_cache(maxsize=64)
def _verb(method: str) -> str:
    if not _METHOD.match(method):
        raise UsageError(f"{method!r} is not an HTTP method")
    return escape(method.upper()) + "&"


@lru_cache(maxsize=512)
def _encoded_origin(origin: str, host: str | None) -> str:
    return escape(_origin(origin, host))


def _origin(origin: str, host: str | None) -> str:
    try:
        parts = urlsplit(origin)
        scheme = parts.scheme.lower()
        if host is not None:
            parts = urlsplit(f"{scheme}://{host}")
        name, port = parts.hostname, parts.port
    except ValueError as exc:
        raise UsageError(f"this URL cannot be signed: {exc}") from None
    if scheme not in _DEFAULT_PORTS or not name:
        raise UsageError(f"{bare_url(origin)!r} is not an absolute http or https URL; it cannot be signed")
    _refuse_raw(name, origin)
    if "[" in parts.netloc:
        # One address has many spellings; clients and servers in the wild agree on the shortest one.
        try:
            address = ip_address(name)
        except ValueError:
            raise UsageError(f"{name[:60]!r} is not an IPv6 address; the URL cannot be signed") from None
        assert isinstance(address, IPv6Address)
        name = f"[{address}]"
    return f"{scheme}://{name}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{name}:{port}"


def _refuse_raw(part: str, url: str) -> None:
    # HTTP libraries differ in how they would encode it, and what is signed must be what is sent.
    if not part.isascii() or not part.isprintable() or " " in part:
        raise UsageError(
            f"the URL {bare_url(url)} holds a blank, a control character or a character outside ASCII; "
            "percent-encode it (xn-- for a host) before signing"
        )
