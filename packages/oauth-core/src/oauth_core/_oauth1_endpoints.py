"""The three endpoints of OAuth 1.0: requests to build and answers to judge. RFC 5849 §2.

Rules of this room: an answer is judged by status, then body (servers label forms as HTML and JSON as text); an
error report becomes one exception with the provider's code and no body; a callback that does not belong to the
request token is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from ._answers import retry_after
from ._challenge import parse_challenges
from ._errors import (
    AuthorizationRefused,
    InvalidTokenResponse,
    MismatchingStateError,
    ProtocolViolation,
    ServerRefusal,
    UsageError,
)
from ._messages import FORM, Params, Request, Response, add_query, bare_url, encode_form, pairs
from ._oauth1_credentials import OAuth1Token
from ._oauth1_signer import OAuth1Signer
from ._urls import check_endpoint

__all__ = [
    "build_authorization_url",
    "build_temporary_credentials_request",
    "build_token_credentials_request",
    "oauth_problem",
    "parse_authorization_callback",
    "parse_temporary_credentials_response",
    "parse_token_credentials_response",
]

_FORM_BODY = re.compile(r"[^\s<>{}\"]+=[^\s<>{}\"]*\Z")
_CODE = re.compile(r"[\w.\-]{1,100}\Z")


def build_temporary_credentials_request(
    signer: OAuth1Signer,
    url: str,
    *,
    callback: str | None = None,
    realm: str | Iterable[str] | None = None,
    params: Params | None = None,
    method: str = "POST",
) -> Request:
    """Build the signed request for temporary credentials (a request token).

    ``callback`` is where the user returns to, or ``oob``; ``params`` go into the form body, or the query of a GET.
    Raises ``UsageError``. RFC 5849 §2.1.
    """
    extra = (("oauth_callback", callback),) if callback is not None else ()
    return _signed(signer, url, "request_token_url", extra=extra, params=params, method=method, realm=realm)


def build_token_credentials_request(
    signer: OAuth1Signer,
    url: str,
    *,
    verifier: str | None = None,
    session_handle: str | None = None,
    realm: str | Iterable[str] | None = None,
    params: Params | None = None,
    method: str = "POST",
) -> Request:
    """Build the signed request that exchanges temporary credentials for token credentials (an access token).

    ``verifier`` is what the callback or the user brought; ``session_handle`` renews an expired token instead.
    Raises ``UsageError``. RFC 5849 §2.3.
    """
    given = {"oauth_verifier": verifier, "oauth_session_handle": session_handle}
    extra = tuple((name, value) for name, value in given.items() if value is not None)
    return _signed(signer, url, "access_token_url", extra=extra, params=params, method=method, realm=realm)


def _signed(
    signer: OAuth1Signer,
    url: str,
    name: str,
    *,
    extra: tuple[tuple[str, str], ...],
    params: Params | None,
    method: str,
    realm: str | Iterable[str] | None,
) -> Request:
    check_endpoint(url, name, allow_insecure_http=signer.allow_insecure_http)
    text = realm if realm is None or isinstance(realm, str) else " ".join(realm)
    signer = signer.with_parameters(extra, realm=text)
    form = encode_form(pairs(params))
    if form and method.upper() == "GET":
        url, form = add_query(url, form), ""
    headers = {"Content-Type": FORM} if form else {}
    url, headers, body = signer.sign(method, url, headers, form.encode("ascii"))
    return Request(method, url, (("Accept", "*/*"), *headers.items()), cast("bytes", body))


def parse_temporary_credentials_response(response: Response, *, callback_sent: bool = True) -> OAuth1Token:
    """Return the temporary credentials of an answer.

    Where a callback was sent the answer must confirm it: a server that does not would let an attacker choose where
    the user returns to. Raises ``ServerRefusal``, ``InvalidTokenResponse`` and ``ProtocolViolation``. RFC 5849 §2.1.
    """
    token = _token(response, "the request for temporary credentials")
    confirmed = token.get("oauth_callback_confirmed")
    if confirmed != "true" and (callback_sent or confirmed is not None):
        raise ProtocolViolation(
            "the answer lacks oauth_callback_confirmed=true, so the server did not take the callback; where it is "
            "known to leave this out, pass require_callback_confirmed=False",
            status_code=response.status,
        )
    return token


def parse_token_credentials_response(response: Response) -> OAuth1Token:
    """Return the token credentials of an answer.

    Raises ``ServerRefusal``, ``InvalidTokenResponse`` and ``ProtocolViolation``. RFC 5849 §2.3.
    """
    return _token(response, "the request for token credentials")


def build_authorization_url(url: str, token: str, *, params: Params | None = None) -> str:
    """Return the URL to send the user to. Raises ``UsageError`` for a token or URL that is missing. RFC 5849 §2.2."""
    if not url or not token:
        raise UsageError("an authorization URL needs the endpoint's URL and a request token: fetch one first")
    return add_query(url, encode_form((*pairs(params), ("oauth_token", token))))


def parse_authorization_callback(url: str, *, token: str | None = None) -> OAuth1Token:
    """Return the parameters of the callback: ``oauth_token`` and ``oauth_verifier``.

    ``token`` is the request token the user was sent out with. Raises ``AuthorizationRefused`` where the user or the
    provider said no, ``MismatchingStateError`` where the callback is for another request token, and
    ``ProtocolViolation`` where a parameter is given twice. RFC 5849 §2.2.
    """
    try:
        query = urlsplit(url).query
    except ValueError:
        raise UsageError("this is not the URL of a callback; pass the whole URL the user came back to") from None
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in found and name.startswith("oauth_"):
            raise ProtocolViolation(f"the callback holds {name} twice; it was not used")
        found.setdefault(name, value)
    problem = found.get("oauth_problem") or found.get("error")
    if problem:
        advice = found.get("oauth_problem_advice") or found.get("error_description")
        raise AuthorizationRefused(advice or "the authorization was refused", error=_code(problem))
    if "oauth_token" not in found:
        if "denied" in found:
            # Some providers name the refused request token in `denied`.
            raise AuthorizationRefused("the user did not authorize this client")
        raise MismatchingStateError("the callback holds no oauth_token, so it answers no request of ours")
    if token is not None and found["oauth_token"] != token:
        raise MismatchingStateError(
            "the callback is for another request token (an older tab, or another user's link?); start again"
        )
    return OAuth1Token(found)


def _token(response: Response, what: str) -> OAuth1Token:
    if 300 <= response.status < 400:
        target = response.header("location")
        where = f" to {bare_url(target)}" if target else ""
        raise ProtocolViolation(
            f"{what} was answered with a redirect{where}, which is never followed; use the endpoint's final URL",
            status_code=response.status,
        )
    problem = oauth_problem(response)
    if response.status >= 400 or response.status < 200 or "oauth_problem" in problem:
        raise _refusal(response, problem, what)
    members = _members(response)
    if members is None:
        raise InvalidTokenResponse(
            f"{what} was answered with {response.content_type or 'no type'} that is neither a form nor a JSON object",
            status_code=response.status,
        )
    for name in ("oauth_token", "oauth_token_secret"):
        if name not in members or (name == "oauth_token" and not members[name]):
            raise InvalidTokenResponse(f"the answer to {what} holds no {name}", status_code=response.status)
    return OAuth1Token(members)


def oauth_problem(response: Response) -> dict[str, str]:
    """Return the error report of an answer: the members of its body and ``OAuth`` challenge, ``oauth_problem`` first.

    Empty where there is none. The names are those of the problem reporting extension of OAuth 1.0.
    """
    report: dict[str, str] = {}
    for name, value in response.headers:
        if name.lower() == "www-authenticate":
            for challenge in parse_challenges(value):
                if challenge.scheme == "oauth":
                    found = {k: v for k, v in challenge.parameters.items() if k.startswith("oauth_")}
                    report.update((k, dict(parse_qsl(f"v={v}")).get("v", v)) for k, v in found.items())
    members = _members(response) or {}
    report.update({name: value for name, value in members.items() if _is_report(name)})
    return report


def _is_report(name: str) -> bool:
    known = {"oauth_parameters_absent", "oauth_parameters_rejected", "error", "error_description", "message"}
    return name.startswith(("oauth_problem", "oauth_acceptable_")) or name in known


def _refusal(response: Response, report: Mapping[str, str], what: str) -> ServerRefusal:
    code = report.get("oauth_problem") or report.get("error")
    text = report.get("oauth_problem_advice") or report.get("error_description") or report.get("message")
    text = text or f"{what} was refused"
    for name in ("oauth_parameters_absent", "oauth_parameters_rejected"):
        if report.get(name):
            text = f"{text} [{name.removeprefix('oauth_')}: {report[name]}]"
    return ServerRefusal(
        text,
        error=_code(code) if code else None,
        status_code=response.status,
        retry_after=retry_after(response),
    )


def _code(text: str) -> str:
    return text if _CODE.match(text) else "oauth_problem"


def _members(response: Response) -> dict[str, str] | None:
    """Return the body as text members, or None where it is no form and no JSON object."""
    text = response.text.strip()
    if text.startswith("{"):
        try:
            document = response.json()
        except ValueError:
            return None
        assert isinstance(document, dict)
        return _flat(cast("dict[str, object]", document))
    if not _FORM_BODY.match(text):
        return None
    return dict(parse_qsl(text, keep_blank_values=True))


def _flat(document: dict[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in document.items():
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, (str, int, float)):
            found[name] = str(value)
    errors = document.get("errors")
    first: object = errors[0] if isinstance(errors, list) and errors else document.get("error")
    if isinstance(first, dict):
        # Some providers report errors as objects with a code and a message.
        members = cast("dict[str, object]", first)
        for name, source in (("error", "code"), ("message", "message")):
            if isinstance(members.get(source), (str, int)):
                found.setdefault(name, str(members[source]))
    return found
