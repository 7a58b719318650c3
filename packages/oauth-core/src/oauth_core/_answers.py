"""Judging an answer of the authorization server: by status, then content type, then body.

Rules of this room: an answer is never taken for more than it is (a 401 without ``error`` is no token, HTML is no
JSON); every refusal becomes one exception with status, code, description and ``retry_after``; bodies are not
echoed, because they may hold secrets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import cast
from urllib.parse import parse_qsl

from ._errors import ErrorStatusReceived, OAuthError, ProtocolViolation, ServerRefusal
from ._messages import Response, bare_url

__all__ = ["json_answer", "json_object", "raise_for_refusal", "retry_after"]


def json_answer(
    response: Response,
    what: str,
    error: type[OAuthError] = ProtocolViolation,
    *,
    request: str,
    clock: Callable[[], float] = time.time,
) -> dict[str, object]:
    """Return the JSON object of a successful answer: ``raise_for_refusal`` and ``json_object``, reading it once."""
    members = raise_for_refusal(response, request, clock=clock)
    return members if members and response.content_type == "application/json" else json_object(response, what, error)


def json_object(response: Response, what: str, error: type[OAuthError] = ProtocolViolation) -> dict[str, object]:
    """Return the body as a JSON object. Raises ``error`` where it is anything else."""
    if response.content_type not in {"text/html", "application/xhtml+xml"}:
        try:
            document = response.json()
        except ValueError:
            pass
        else:
            if isinstance(document, dict):
                return cast("dict[str, object]", document)
            raise error(f"{what} is a JSON {type(document).__name__}, not an object", status_code=response.status)
    hint = ""
    if response.content_type == "application/x-www-form-urlencoded" or response.body[:13] == b"access_token=":
        hint = "; the server answers in form encoding, which a fix of oauth-compliance or a hook can translate"
    raise error(f"{what} is no JSON but {_kind(response)}{hint}", status_code=response.status)


def raise_for_refusal(response: Response, what: str, *, clock: Callable[[], float] = time.time) -> dict[str, object]:
    """Raise where the answer is a refusal: an error or redirect status, or an ``error`` in a JSON body.

    ``what`` names the exchange in the message. Returns the members of a JSON body, none where it is no JSON object.
    Raises ``ServerRefusal`` or, for a redirect, ``ProtocolViolation``.
    """
    if 300 <= response.status < 400:
        target = response.header("location")
        where = f" to {bare_url(target)}" if target else ""
        raise ProtocolViolation(
            f"{what} was answered with a redirect{where}, which is never followed; configure the endpoint's final URL",
            status_code=response.status,
        )
    if response.status < 200:
        raise ProtocolViolation(f"{what} was answered with status {response.status}", status_code=response.status)
    members = _error_members(response)
    code = members.get("error")
    if response.status < 300 and code is None:
        return members
    if isinstance(code, str) and code:
        description = members.get("error_description")
        uri = members.get("error_uri")
        text = description if isinstance(description, str) and description else f"{what} was refused"
        if code == "invalid_client" and response.status in {400, 401}:
            text += " [the server did not believe who this client is: check its id, secret, key or certificate, "
            text += "or try another token_endpoint_auth_method, such as client_secret_post or client_secret_basic_raw]"
        raise ServerRefusal(
            text,
            error=code,
            uri=uri if isinstance(uri, str) else None,
            status_code=response.status,
            retry_after=retry_after(response, clock=clock),
        )
    if response.status < 300:
        raise ServerRefusal(f"{what} was refused with an error that is no text", status_code=response.status)
    raise ErrorStatusReceived(
        f"{what} was answered with {_kind(response)} and no OAuth error",
        error=_STATUS_CODES.get(response.status, "server_error" if response.status >= 500 else "http_error"),
        status_code=response.status,
        retry_after=retry_after(response, clock=clock),
    )


_STATUS_CODES = {429: "too_many_requests", 503: "temporarily_unavailable"}


def retry_after(response: Response, *, clock: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, as a number or a date, or None. RFC 9110 §10.2.3."""
    value = (response.header("retry-after") or "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:  # -0000: a date of no stated zone
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - clock())


def _error_members(response: Response) -> dict[str, object]:
    """The members of a JSON object, or of a form where the status already says that it is an error."""
    try:
        document = response.json()
    except ValueError:
        if response.status >= 400 and response.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(response.text))
        return {}
    return cast("dict[str, object]", document) if isinstance(document, dict) else {}


def _kind(response: Response) -> str:
    if not response.body:
        return "an empty body"
    return f"{len(response.body)} bytes of {response.content_type or 'no stated type'}"
