"""Verifying a signed request: for webhooks that a provider signs, and for servers. RFC 5849 §3.2.

Rules of this room: verifying raises and returns no verdict to forget; every parameter of the protocol may stand in
one place and once; comparing is constant in time and an unknown client costs as much as a known one; what is absent
is a refusal. The codes of refusals are those of the problem reporting extension.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import NoReturn, Protocol
from urllib.parse import parse_qsl, unquote

from ._errors import OAuthError
from ._messages import Pairs, find_header, pairs
from ._oauth1_base_string import escape, front_and_query, is_signature, join_pieces, spaced
from ._oauth1_body import body_hash, is_form
from ._oauth1_credentials import OAuth1Credentials
from ._oauth1_methods import SIGNATURE_METHODS, signature_method
from ._urls import is_secure

__all__ = ["InvalidSignatureError", "NonceMemory", "OAuth1Verifier", "UsedNonces", "VerifiedRequest"]

_PARAMETER = re.compile(r'\s*([^\s=,"]+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|\Z)')
_UNQUOTE = re.compile(r"\\(.)")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,14}\Z")
_NEEDED = ("oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
_HASHES = {28: "sha1", 44: "sha256"}


class InvalidSignatureError(OAuthError):
    """A signed request that must not be believed; ``error`` says why, such as ``signature_invalid``."""

    error = "signature_invalid"


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedRequest:
    """What a verified request says: who signed it, with which protocol parameters, in which place."""

    client_key: str
    token: str | None
    signature_type: str
    oauth_parameters: Mapping[str, str]
    parameters: Pairs
    realm: str | None = None

    def __repr__(self) -> str:
        return f"<VerifiedRequest of {self.client_key!r} in {self.signature_type}>"


class UsedNonces(Protocol):
    """Remembers nonces: the seam behind which several processes share one memory."""

    def use(self, client_key: str, token: str, nonce: str, timestamp: int, now: float) -> bool:
        """Return True where this combination is new, and remember it in the same step."""
        ...


class NonceMemory:
    """Remembers the nonces of one process for ``window`` seconds, which must cover what timestamps are accepted."""

    def __init__(self, *, window: float = 600.0) -> None:
        self._window = window
        self._lock = Lock()
        self._seen: set[tuple[str, str, str, int]] = set()
        self._swept = 0.0

    def use(self, client_key: str, token: str, nonce: str, timestamp: int, now: float) -> bool:
        """Return True where this combination is new, and remember it."""
        key = (client_key, token, nonce, timestamp)
        with self._lock:
            if now - self._swept > self._window:
                self._seen = {seen for seen in self._seen if abs(now - seen[3]) <= self._window}
                self._swept = now
            if key in self._seen:
                return False
            self._seen.add(key)
            return True


class OAuth1Verifier:
    """Verifies signed requests.

    ``credentials(client_key, token)`` returns the credentials they should be signed with, or None; for RSA methods
    their ``rsa_key`` is the client's public key. ``methods`` are the names accepted; ``tolerance`` is how many seconds
    a timestamp may be off; ``nonces`` remembers them (None: replays are not noticed). ``clock`` is epoch seconds.
    """

    def __init__(
        self,
        credentials: Callable[[str, str | None], OAuth1Credentials | None],
        *,
        methods: Iterable[str] = SIGNATURE_METHODS,
        tolerance: float = 300.0,
        nonces: UsedNonces | None = None,
        clock: Callable[[], float] = time.time,
        allow_insecure_http: bool = False,
    ) -> None:
        self._credentials = credentials
        self._methods = frozenset(methods)
        self._tolerance = tolerance
        self._nonces = nonces
        self._clock = clock
        self._allow_insecure_http = allow_insecure_http

    def verify(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> VerifiedRequest:
        """Return what a request says once its signature, timestamp and nonce are believed.

        ``url`` is the absolute URL that the client asked for; ``body`` the bytes received. Raises
        ``InvalidSignatureError``. RFC 5849 §3.2.
        """
        lines = pairs(headers)
        form = _form(lines, body)
        _, query = front_and_query(method, url, None)
        header, realm = _header_parameters(lines)
        protocol, place = _protocol(header, query, form)
        for name in _NEEDED:
            if not protocol.get(name):
                _refuse("parameter_absent", f"{name} is missing")
        if protocol.get("oauth_version", "1.0") != "1.0":
            _refuse("version_rejected", "oauth_version must be 1.0")
        name = protocol["oauth_signature_method"]
        if name not in self._methods:
            _refuse("signature_method_rejected", f"the signature method {name[:40]!r} is not accepted here")
        if name == "PLAINTEXT" and not (self._allow_insecure_http or is_secure(url)):
            _refuse("signature_method_rejected", "PLAINTEXT is only accepted over https")
        now = self._clock()
        timestamp = self._check_timestamp(protocol["oauth_timestamp"], now)
        self._check_signature(name, protocol, _base_string(method, url, form, header))
        _check_body_hash(protocol.get("oauth_body_hash"), form, body)
        client_key, token = protocol["oauth_consumer_key"], protocol.get("oauth_token")
        # Last, so that nobody can use up the nonces of another.
        nonce = protocol["oauth_nonce"]
        if self._nonces is not None and not self._nonces.use(client_key, token or "", nonce, timestamp, now):
            _refuse("nonce_used", "this nonce was used before")
        found = _decoded(query) + (_decoded(form) if form else [])
        parameters = tuple(pair for pair in found if not pair[0].startswith("oauth_"))
        return VerifiedRequest(client_key, token or None, place, protocol, parameters, realm)

    def _check_timestamp(self, text: str, now: float) -> int:
        if not _TIMESTAMP.match(text):
            _refuse("timestamp_refused", "oauth_timestamp is no positive number of seconds")
        timestamp = int(text)
        if abs(now - timestamp) > self._tolerance:
            first, last = int(now - self._tolerance), int(now + self._tolerance)
            _refuse("timestamp_refused", f"the timestamp is outside of {first}-{last}")
        return timestamp

    def _check_signature(self, name: str, protocol: Mapping[str, str], text: str) -> None:
        client_key, token = protocol["oauth_consumer_key"], protocol.get("oauth_token") or None
        known = self._credentials(client_key, token)
        # An unknown client is compared against a secret nobody has, so that the answer's time tells nothing.
        credentials = known or OAuth1Credentials("unknown", _NOBODY, "unknown", _NOBODY)
        if known is None and name.startswith("RSA"):
            _refuse("consumer_key_unknown", "client key or token is unknown")
        valid = signature_method(name).verifier(credentials)(text, protocol["oauth_signature"])
        if known is None:
            _refuse("consumer_key_unknown", "client key or token is unknown")
        if not valid:
            _refuse("signature_invalid", "the signature does not match the request")


_NOBODY = "\u2026no client has this secret\u2026"


def _refuse(code: str, text: str) -> NoReturn:
    raise InvalidSignatureError(text, error=code)


def _form(headers: Pairs, body: bytes) -> str | None:
    content_type = find_header(headers, "content-type")
    if not body or not content_type or not is_form(content_type):
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("parameter_rejected", "the form body is no UTF-8")


def _header_parameters(headers: Pairs) -> tuple[list[tuple[str, str]], str | None]:
    found: list[tuple[str, str]] = []
    realm: str | None = None
    values = [value for name, value in headers if name.lower() == "authorization" and value[:6].lower() == "oauth "]
    if len(values) > 1:
        _refuse("parameter_rejected", "there are two Authorization headers")
    for value in values:
        position, text = 0, value[6:].strip()
        while position < len(text):
            match = _PARAMETER.match(text, position)
            if match is None:
                _refuse("parameter_rejected", "the Authorization header is malformed")
            position = match.end()
            name, content = unquote(match[1]), match[2]
            if name == "realm":
                realm = _UNQUOTE.sub(r"\1", content)
            else:
                found.append((name, unquote(content)))
    return found, realm


def _decoded(encoded: str) -> list[tuple[str, str]]:
    return parse_qsl(encoded, keep_blank_values=True)


def _protocol(header: list[tuple[str, str]], query: str, form: str | None) -> tuple[dict[str, str], str]:
    """Return the protocol parameters and the place they stand in, which must be one."""
    protocol: dict[str, str] = {}
    place = ""
    for where, found in (("HEADER", header), ("QUERY", _decoded(query)), ("BODY", _decoded(form) if form else [])):
        for name, value in found:
            if not name.startswith("oauth_"):
                continue
            if name in protocol:
                _refuse("parameter_rejected", f"{name[:40]} is given twice")
            protocol[name] = value
            if name == "oauth_signature":
                place = where
    return protocol, place


def _base_string(method: str, url: str, form: str | None, header: list[tuple[str, str]]) -> str:
    front, query = front_and_query(method, url, None)
    text = spaced(query, url=url) if query else ""
    if form:
        text = f"{text}&{spaced(form)}" if text else spaced(form)
    pieces = [piece for piece in text.split("&") if piece]
    pieces += [f"{escape(name)} {escape(value)}".replace("%", "%25") for name, value in header]
    return front + join_pieces(piece for piece in pieces if not is_signature(piece))


def _check_body_hash(given: str | None, form: str | None, body: bytes) -> None:
    if given is None:
        return
    if form is not None:
        _refuse("parameter_rejected", "oauth_body_hash must not stand beside a form body")
    expected = body_hash(body, _HASHES.get(len(given), "sha1"))
    if not hmac.compare_digest(expected.encode("ascii"), given.encode("utf-8")):
        _refuse("body_hash_invalid", "oauth_body_hash does not match the body")
