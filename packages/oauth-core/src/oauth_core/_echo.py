"""Keeping a server's error answer from carrying back what it was sent.

Some servers explain a refusal by quoting the code, the secret or the token. Rules of this room: only answers that are
errors come here, and in them every secret value of the request, in whatever encoding, is a single sign.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as BrokenBase64
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

_SECRET = frozenset(
    {
        "access_token",
        "actor_token",
        "assertion",
        "auth_req_id",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "login_hint_token",
        "password",
        "refresh_token",
        "request",
        "subject_token",
        "token",
    }
)
_SHORTEST = 4  # characters: a shorter value stands in too many harmless words
_INSTEAD = "…".encode()


def without_echo(body: bytes, *, url: str, sent: bytes, authorization: str | None) -> bytes:
    """Return the body of an error answer without the secrets of the request: of its URL, body and header."""
    return without_secrets(body, [secret for secret in _secrets(url, sent, authorization) if len(secret) >= _SHORTEST])


def without_secrets(text: bytes, secrets: Iterable[str]) -> bytes:
    """Return the text with a single sign in the place of each of these secrets, however it is encoded."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _INSTEAD)
    return text


def _secrets(url: str, sent: bytes, authorization: str | None) -> set[str]:
    parameters = parse_qsl(urlsplit(url).query) + parse_qsl(sent.decode("utf-8", "replace"))
    found = {value for name, value in parameters if name in _SECRET}
    scheme, _, credentials = (authorization or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            password = b64decode(credentials).decode("utf-8").partition(":")[2]
        except (BrokenBase64, UnicodeDecodeError):
            return found
        found |= {password, unquote(password)}
    elif scheme.lower() in {"bearer", "dpop"}:
        found.add(credentials)
    return found


def _forms(secret: str) -> set[bytes]:
    texts = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return {text.encode("utf-8") for text in texts}
