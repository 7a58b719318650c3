"""Signing a request: nonce, timestamp, base string, signature, and the place where they travel. RFC 5849 §3.

Rules of this room: what is signed is what is sent, so URL and body come in their final bytes and only what the
placement touches goes out changed; JSON, multipart and streams are never looked into; a signer is fixed once made,
and everything that does not change from request to request is prepared in its constructor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from os import urandom
from typing import TypeAlias, TypedDict, Unpack
from urllib.parse import unquote_plus

from ._errors import UsageError
from ._messages import FORM, Pairs
from ._oauth1_base_string import escape, front_and_query, is_signature, join_pieces, spaced
from ._oauth1_body import body_hash as hash_of_body
from ._oauth1_body import form_of, hash_name, is_empty, is_form
from ._oauth1_credentials import OAuth1Credentials
from ._oauth1_methods import SIGNATURE_HMAC_SHA1, SignatureMethod, signature_method
from ._urls import check_secure

__all__ = [
    "SIGNATURE_TYPE_AUTH_HEADER",
    "SIGNATURE_TYPE_BODY",
    "SIGNATURE_TYPE_HEADER",
    "SIGNATURE_TYPE_QUERY",
    "OAuth1Signer",
    "SignedParts",
]

SIGNATURE_TYPE_HEADER = "HEADER"
SIGNATURE_TYPE_QUERY = "QUERY"
SIGNATURE_TYPE_BODY = "BODY"
# The name and value that requests-oauthlib's users know.
SIGNATURE_TYPE_AUTH_HEADER = "AUTH_HEADER"

SignedParts: TypeAlias = "tuple[str, str | None, object, str | None]"

_PLACEMENTS = {"HEADER": "HEADER", "AUTH_HEADER": "HEADER", "QUERY": "QUERY", "URI": "QUERY", "BODY": "BODY"}
_NONCE, _TIMESTAMP = "oauth_nonce", "oauth_timestamp"


def generate_nonce() -> str:
    """Return a nonce of 128 random bits in 32 hexadecimal digits."""
    return urandom(16).hex()


class SignerOptions(TypedDict, total=False):
    """The keywords of ``OAuth1Signer``."""

    signature_method: str | SignatureMethod
    signature_type: str
    realm: str | None
    oauth_parameters: Pairs
    body_hash: str | None
    force_include_body: bool
    nonce: Callable[[], str]
    clock: Callable[[], float]
    allow_insecure_http: bool


class OAuth1Signer:
    """Signs requests with one set of credentials.

    ``signature_method`` is a name or a ``SignatureMethod``; ``signature_type`` is ``HEADER``, ``QUERY`` or ``BODY``;
    ``realm`` goes into the header unsigned; ``oauth_parameters`` are further protocol parameters such as
    ``oauth_callback``. ``body_hash`` (``SHA-1`` or ``SHA-256``) adds ``oauth_body_hash`` to every request without a
    form body; ``force_include_body`` adds a SHA-1 one where there is a body. ``nonce`` and ``clock`` (epoch seconds)
    can be replaced. Raises ``UsageError`` for what cannot sign. RFC 5849 §3.1.
    """

    def __init__(
        self,
        credentials: OAuth1Credentials,
        *,
        signature_method: str | SignatureMethod = SIGNATURE_HMAC_SHA1,
        signature_type: str = SIGNATURE_TYPE_HEADER,
        realm: str | None = None,
        oauth_parameters: Pairs = (),
        body_hash: str | None = None,
        force_include_body: bool = False,
        nonce: Callable[[], str] = generate_nonce,
        clock: Callable[[], float] = time.time,
        allow_insecure_http: bool = False,
    ) -> None:
        method = signature_method if isinstance(signature_method, SignatureMethod) else _method(signature_method)
        self.credentials = credentials
        self.signature_method = method
        self.signature_type = placement(signature_type)
        self.realm = realm
        self._options: SignerOptions = {
            "signature_method": method if isinstance(signature_method, SignatureMethod) else method.name,
            "signature_type": self.signature_type,
            "realm": realm,
            "oauth_parameters": oauth_parameters,
            "body_hash": body_hash,
            "force_include_body": force_include_body,
            "nonce": nonce,
            "clock": clock,
            "allow_insecure_http": allow_insecure_http,
        }
        self._sign = method.signer(credentials)
        self._escape = _escape_base64 if method.base64 else escape
        self._clock = clock
        self._nonce = nonce if nonce is generate_nonce else lambda: _checked_nonce(nonce)
        self.allow_insecure_http = allow_insecure_http
        self._in_header = self.signature_type == SIGNATURE_TYPE_HEADER
        self._body_hash = hash_name(body_hash)
        self._hash_bodies = bool(force_include_body)
        self._prepare(oauth_parameters)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.signature_method.name} {self.credentials.client_key!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        return (partial(type(self), **self._options), (self.credentials,))

    def replace(self, credentials: OAuth1Credentials | None = None, **options: Unpack[SignerOptions]) -> OAuth1Signer:
        """Return a signer of the same class with other credentials or options."""
        merged: SignerOptions = {**self._options, **options}
        return type(self)(credentials or self.credentials, **merged)

    def with_parameters(self, oauth_parameters: Pairs, *, realm: str | None = None) -> OAuth1Signer:
        """Return a signer that also sends these protocol parameters, and ``realm`` where given."""
        merged = (*self._options["oauth_parameters"], *oauth_parameters)
        return self.replace(oauth_parameters=merged, realm=self.realm if realm is None else realm)

    def sign(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        body: object = None,
    ) -> tuple[str, dict[str, str], object]:
        """Return the URL, headers and body to send.

        ``body`` is bytes or text in its final form, None, or anything else for a stream, which goes through
        untouched. Raises ``UsageError`` where the request cannot carry the signature, and ``InsecureTransportError``
        for PLAINTEXT over plain HTTP to another machine.
        """
        kept: dict[str, str] = {}
        content_type = host = type_name = None
        if headers:
            for name, value in headers.items() if isinstance(headers, Mapping) else headers:
                lower = name.lower()
                if lower == "content-type":
                    content_type, type_name = value, name
                elif lower == "host":
                    host = value
                elif lower == "authorization" and self._in_header:
                    continue
                kept[name] = value
        url, authorization, body, new_type = self.sign_parts(method, url, content_type, body, host=host)
        if authorization is not None:
            kept["Authorization"] = authorization
        if new_type is not None:
            kept[type_name or "Content-Type"] = new_type
        return url, kept, body

    def sign_parts(
        self, method: str, url: str, content_type: str | None = None, body: object = None, *, host: str | None = None
    ) -> SignedParts:
        """Return what an adapter puts into its native request: URL, ``Authorization`` value, body, ``Content-Type``.

        The header values are None where that header stays as it is; the body is the same object unless the
        signature travels in it. ``host`` is the ``Host`` header. Raises like ``sign``.
        """
        form: str | None = None
        new_type: str | None = None
        more: list[tuple[str, str]] | None = None
        if not is_empty(body):
            form, new_type = form_of(content_type, body)
        if form is None and (self._body_hash is not None or self._hash_bodies):
            more = self._hash_parameter(body, content_type)
        if not self._in_header:
            return self._sign_elsewhere(
                method, url, body, content_type=content_type, form=form, new_type=new_type, more=more, host=host
            )
        timestamp, nonce = str(int(self._clock())), self._nonce()
        if self._plain is not None:
            self._check_plaintext(url)
            signature = self._plain
        else:
            text = self._base_string(method, url, form, nonce=nonce, timestamp=timestamp, more=more, host=host)
            signature = self._escape(self._sign(text))
        front, middle, tail = self._header
        extra = "".join([f'{name}="{value}", ' for name, value in more]) if more else ""
        return (
            url,
            f'{front}{nonce}{middle}{timestamp}{tail}{extra}oauth_signature="{signature}"',
            body,
            new_type,
        )

    def _prepare(self, oauth_parameters: Pairs) -> None:
        credentials = self.credentials
        named = {
            "oauth_consumer_key": escape(credentials.client_key),
            _NONCE: "\0",
            "oauth_signature_method": escape(self.signature_method.name),
            _TIMESTAMP: "\0",
            "oauth_version": "1.0",
        }
        if credentials.token:
            named["oauth_token"] = escape(credentials.token)
        for name, value in oauth_parameters:
            if not name.startswith("oauth_") or name == "oauth_signature" or escape(name) != name:
                raise UsageError(f"{name[:60]!r} is no protocol parameter; send it as a parameter of the request")
            named[name] = escape(value)
        self._named = tuple(sorted(named.items()))
        self._names = frozenset([*named, "oauth_signature", "oauth_body_hash"])
        block = "%26".join(f"{name}%3D{value.replace('%', '%25')}" for name, value in self._named)
        self._block = _three(block)
        realm = "" if self.realm is None else f'realm="{_quoted(self.realm)}", '
        self._header = _three("OAuth " + realm + "".join(f'{name}="{value}", ' for name, value in self._named))
        self._query = _three("".join(f"{name}={value}&" for name, value in self._named))
        # Signing happens without a base string only where the signature is the secret itself.
        self._plain = escape(self._sign("")) if self.signature_method.plaintext else None

    def _base_string(
        self,
        method: str,
        url: str,
        form: str | None,
        *,
        nonce: str,
        timestamp: str,
        more: list[tuple[str, str]] | None,
        host: str | None,
    ) -> str:
        front, query = front_and_query(method, url, host)
        text = spaced(query, url=url) if query else ""
        if form:
            text = f"{text}&{spaced(form)}" if text else spaced(form)
        first, middle, tail = self._block
        if more is None and "oauth_" not in text:
            # The protocol's parameters sort next to each other, so they are one piece among the others.
            block = f"{first}{nonce}{middle}{timestamp}{tail}"
            if not text:
                return front + block
            pieces = text.split("&")
            pieces.append(block)
            return front + join_pieces(pieces)
        pieces = [piece for piece in text.split("&") if piece and not is_signature(piece)]
        dynamic = {_NONCE: nonce, _TIMESTAMP: timestamp}
        for name, value in (*self._named, *(more or ())):
            pieces.append(f"{name} {dynamic.get(name, value).replace('%', '%25')}")
        return front + join_pieces(pieces)

    def _sign_elsewhere(
        self,
        method: str,
        url: str,
        body: object,
        *,
        content_type: str | None,
        form: str | None,
        new_type: str | None,
        more: list[tuple[str, str]] | None,
        host: str | None,
    ) -> SignedParts:
        in_body = self.signature_type == SIGNATURE_TYPE_BODY
        if in_body:
            self._check_body(method, content_type, body, form)
            more = None
            form = self._without_protocol(form or "")
        elif "oauth_" in url:
            base, mark, fragment = url.partition("#")
            base, _, query = base.partition("?")
            query = self._without_protocol(query)
            url = f"{base}?{query}{mark}{fragment}" if query else f"{base}{mark}{fragment}"
        timestamp, nonce = str(int(self._clock())), self._nonce()
        if self._plain is not None:
            self._check_plaintext(url)
            signature = self._plain
        else:
            text = self._base_string(method, url, form, nonce=nonce, timestamp=timestamp, more=more, host=host)
            signature = self._escape(self._sign(text))
        front, middle, tail = self._query
        extra = "".join([f"{name}={value}&" for name, value in more]) if more else ""
        encoded = f"{front}{nonce}{middle}{timestamp}{tail}{extra}oauth_signature={signature}"
        if not in_body:
            return _with_query(url, encoded), None, body, new_type
        whole = f"{form}&{encoded}" if form else encoded
        return url, None, whole.encode("utf-8"), new_type or (None if content_type else FORM)

    def _check_body(self, method: str, content_type: str | None, body: object, form: str | None) -> None:
        if method.upper() in {"GET", "HEAD"}:
            raise UsageError(
                f"a {method} request has no body to carry the signature; use HEADER or QUERY instead of BODY"
            )
        empty = is_empty(body)
        if form is None and not (empty and (not content_type or is_form(content_type))):
            kind = content_type or type(body).__name__
            raise UsageError(
                f"signature_type BODY needs a form body, not {kind[:80]}; use signature_type HEADER for this request"
            )

    def _without_protocol(self, encoded: str) -> str:
        # A request that is signed anew (a redirect, a retry) must not carry the signature before.
        if "oauth_" not in encoded:
            return encoded
        return "&".join(p for p in encoded.split("&") if unquote_plus(p.partition("=")[0]) not in self._names)

    def _check_plaintext(self, url: str) -> None:
        if url[:8] != "https://":
            what = "a PLAINTEXT signature, which is the secret itself,"
            check_secure(url, what=what, allow_insecure_http=self.allow_insecure_http)

    def _hash_parameter(self, body: object, content_type: str | None) -> list[tuple[str, str]] | None:
        empty = is_empty(body)
        if self._body_hash is None and empty:
            return None
        if content_type is not None and is_form(content_type):
            return None
        if empty:
            data = b""
        elif isinstance(body, str):
            data = body.encode("utf-8")
        elif isinstance(body, (bytes, bytearray)):
            data = bytes(body)
        else:
            raise UsageError("a stream has no oauth_body_hash before it is read; pass bytes, or sign without the hash")
        return [("oauth_body_hash", escape(hash_of_body(data, self._body_hash or "sha1")))]


def placement(signature_type: str) -> str:
    """Return ``HEADER``, ``QUERY`` or ``BODY`` for any spelling of it. Raises ``UsageError`` for another."""
    found = _PLACEMENTS.get(str(signature_type).upper().rpartition(".")[2].removeprefix("SIGNATURE_TYPE_"))
    if found is None:
        raise UsageError(f"unknown signature_type {signature_type!r}; use 'HEADER', 'QUERY' or 'BODY'")
    return found


def _escape_base64(text: str) -> str:
    return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def _method(name: str) -> SignatureMethod:
    return signature_method(name)


def _with_query(url: str, encoded: str) -> str:
    base, mark, fragment = url.partition("#")
    _, has_query, query = base.partition("?")
    joint = "&" if query else "" if has_query else "?"
    return f"{base}{joint}{encoded}{mark}{fragment}"


def _three(text: str) -> tuple[str, str, str]:
    first, middle, tail = text.split("\0")
    return first, middle, tail


def _quoted(realm: str) -> str:
    if not realm.isascii() or not realm.isprintable():
        raise UsageError("a realm is printable ASCII text")
    return realm.replace("\\", "\\\\").replace('"', '\\"')


def _checked_nonce(nonce: Callable[[], str]) -> str:
    value: object = nonce()
    if not isinstance(value, str) or not value:
        raise UsageError("the nonce function must return text that is not empty")
    return escape(value)
