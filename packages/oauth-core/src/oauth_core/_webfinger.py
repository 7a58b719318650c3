"""Finding the issuer that speaks for a person: from an account, an e-mail-like name, a host or a URL.

Rules of this room: what a person types is normalised once, the same for the question and for the answer; the question
goes over HTTPS to the host that the identifier names, follows no redirect, and the answer must be about what was asked.
The issuer that is found is verified by discovery. RFC 7033, OpenID Connect Discovery §2.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from ._answers import json_answer
from ._errors import OAuthError, ProtocolViolation, UsageError
from ._messages import Flow, Request, Response, encode_form, send
from ._urls import check_endpoint, is_loopback

__all__ = ["build_webfinger_request", "find_issuer", "parse_webfinger_response"]

ISSUER_REL = "http://openid.net/specs/connect/1.0/issuer"

_FOREIGN_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!\d+(?:[/?#]|\Z))")  # and not a host with its port
_WEB = re.compile(r"(https?)://", re.IGNORECASE)
_XRI = frozenset("=@!+$(")


def find_issuer(
    identifier: str, *, clock: Callable[[], float] = time.time, allow_insecure_http: bool = False
) -> Flow[str]:
    """Ask the host of an identifier for the issuer that speaks for it, and return that issuer (a flow).

    Raises what ``build_webfinger_request`` and ``parse_webfinger_response`` raise. OpenID Connect Discovery §2.
    """
    request = build_webfinger_request(identifier, allow_insecure_http=allow_insecure_http)
    response = yield from send(request)
    return parse_webfinger_response(response, identifier, clock=clock, allow_insecure_http=allow_insecure_http)


def build_webfinger_request(identifier: str, *, allow_insecure_http: bool = False) -> Request:
    """Return the question for the issuer of ``acct:user@host``, ``user@host``, ``host`` or a URL.

    It goes over HTTPS, whatever the identifier says; with ``allow_insecure_http`` over HTTP where the identifier is an
    ``http`` URL or names this machine. Raises ``UsageError`` for what is no such identifier. RFC 7033 §4.1.
    """
    resource, host, insecure = _normalised(identifier)
    insecure = allow_insecure_http and (insecure or is_loopback(urlsplit(f"//{host}").hostname))
    url = f"{'http' if insecure else 'https'}://{host}/.well-known/webfinger"
    check_endpoint(url, "WebFinger address", allow_insecure_http=allow_insecure_http)
    query = encode_form((("resource", resource), ("rel", ISSUER_REL)))
    return Request("GET", f"{url}?{query}", (("Accept", "application/jrd+json, application/json"),))


def parse_webfinger_response(
    response: Response,
    identifier: str,
    *,
    clock: Callable[[], float] = time.time,
    allow_insecure_http: bool = False,
) -> str:
    """Return the issuer that an answer names for this identifier.

    Raises ``ServerRefusal`` (status 404 where the host does not know it), and ``ProtocolViolation`` for a redirect, an
    answer about another ``subject`` and one without a usable issuer. RFC 7033 §4.4, OpenID Connect Discovery §2.2.
    """
    what = "the WebFinger answer"
    members = json_answer(response, what, request="the WebFinger request", clock=clock)
    if not _about(members.get("subject"), identifier):
        raise ProtocolViolation(
            f"{what} is about another 'subject' than was asked for; nothing of it was used", error="invalid_subject"
        )
    links = members.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == ISSUER_REL:
            return _issuer(link.get("href"), what, allow_insecure_http=allow_insecure_http)
    raise ProtocolViolation(f"{what} names no issuer for OpenID Connect; configure issuer=", error="missing_issuer")


def _issuer(href: object, what: str, *, allow_insecure_http: bool) -> str:
    if not isinstance(href, str) or "?" in href:
        raise ProtocolViolation(f"{what} names an issuer that is no URL without a query", error="invalid_issuer")
    try:
        return check_endpoint(href, "issuer", allow_insecure_http=allow_insecure_http)
    except OAuthError as exc:
        raise ProtocolViolation(
            f"{what} names an issuer that cannot be used: {exc.description}", error="invalid_issuer"
        ) from None


def _about(subject: object, identifier: str) -> bool:
    try:
        return isinstance(subject, str) and _normalised(subject)[0] == _normalised(identifier)[0]
    except UsageError:
        return False


def _normalised(identifier: str) -> tuple[str, str, bool]:
    """Return the resource, the host with its port, and whether it is an ``http`` URL. OIDC Discovery §2.1.2."""
    if not isinstance(identifier, str):
        raise TypeError(f"an identifier is text, not a {type(identifier).__name__}")
    text = identifier.strip().partition("#")[0]
    if not text or text[0] in _XRI or "\\" in text:
        raise _unusable()
    if text[:5].lower() == "acct:":
        return _account(text[5:])
    web = _WEB.match(text)
    if web is None:
        if _FOREIGN_SCHEME.match(text):
            raise _unusable()
        if "@" in text and not any(mark in text.rpartition("@")[2] for mark in "/?:"):
            return _account(text)
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise _unusable() from None
    user, at, host = parts.netloc.rpartition("@")
    host = host.lower()
    if not parts.hostname:
        raise _unusable()
    resource = parts._replace(netloc=f"{user}{at}{host}", path=parts.path or "/").geturl()
    return resource, host, parts.scheme == "http"


def _account(text: str) -> tuple[str, str, bool]:
    name, _, host = text.rpartition("@")
    host = host.lower()
    if not name or not host or any(mark in host for mark in "/?#"):
        raise _unusable()
    return f"acct:{name.replace('@', '%40')}@{host}", host, False


def _unusable() -> UsageError:
    return UsageError(  # what was typed may hold a password, and is not shown
        "this is no identifier to find an issuer by; use user@host, acct:user@host, a host or an https URL"
    )
