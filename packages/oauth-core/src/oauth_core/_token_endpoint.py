"""The pairs of the token endpoint and of its two neighbours, revocation and introspection, and userinfo.

Rules of this room: ``build_*`` makes a request out of configuration alone; ``parse_*`` judges one answer. No clock
and no randomness that is not passed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from ._answers import json_answer, json_object, raise_for_refusal
from ._errors import InvalidTokenResponse, ProtocolViolation, ServerRefusal, UnsupportedTokenTypeError, UsageError
from ._messages import FORM, Pairs, Request, Response, add_query, encode_form
from ._token import OAuth2Token, seconds

__all__ = [
    "build_form_request",
    "build_userinfo_request",
    "merge_renewed",
    "parse_introspection_response",
    "parse_revocation_response",
    "parse_token_response",
    "parse_userinfo_response",
]

TOKEN_TYPES = frozenset({"bearer", "dpop"})
_KEPT_ON_RENEWAL = ("refresh_token", "scope", "id_token")


def build_form_request(
    endpoint: str,
    params: Iterable[tuple[str, str]],
    *,
    headers: Pairs = (),
    method: str = "POST",
    body: str = "",
) -> Request:
    """Return a request that posts these pairs, or sends them in the query for ``GET``.

    ``body`` is more form text, already encoded, sent after the pairs by either. RFC 6749 §3.2.
    """
    base: Pairs = (("Accept", "application/json"),)
    encoded = "&".join(filter(None, (encode_form(params), body)))
    if method == "GET":
        request = Request("GET", add_query(endpoint, encoded) if encoded else endpoint, base)
    else:
        request = Request(method, endpoint, (*base, ("Content-Type", FORM)), encoded.encode("utf-8"))
    for name, value in headers:
        request = request.with_header(name, value)
    return request


def parse_token_response(
    response: Response,
    *,
    clock: Callable[[], float] = time.time,
    token_types: frozenset[str] = TOKEN_TYPES,
) -> OAuth2Token:
    """Return the token of a token endpoint's answer.

    Raises ``ServerRefusal`` for an error, ``InvalidTokenResponse`` where ``access_token`` or ``token_type`` is missing
    and ``UnsupportedTokenTypeError`` for a type not in ``token_types`` (lower case). RFC 6749 §5.1.
    """
    members = json_answer(response, "the token answer", InvalidTokenResponse, request="the token request", clock=clock)
    return token_from_members(members, clock, token_types)


def token_from_members(
    members: Mapping[str, object],
    clock: Callable[[], float] = time.time,
    token_types: frozenset[str] = TOKEN_TYPES,
) -> OAuth2Token:
    """Return the token that these members describe, checked as ``parse_token_response`` does."""
    access_token = members.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise InvalidTokenResponse(f"the token answer has no access_token; it has {sorted(map(str, members))}")
    kind = members.get("token_type")
    if not isinstance(kind, str) or not kind:
        raise InvalidTokenResponse(
            "the token answer has no token_type; a fix of oauth-compliance or a hook can supply it"
        )
    # What an exchange brings may be no access token at all, and of no type that an API knows (RFC 8693 §2.2.1).
    if kind.lower() not in token_types and not (kind.lower() == "n_a" and members.get("issued_token_type")):
        raise UnsupportedTokenTypeError(f"the token is of type {kind!r}; known are {', '.join(sorted(token_types))}")
    if seconds(members.get("expires_at")) is not None and seconds(members.get("expires_in")) is not None:
        members = {name: value for name, value in members.items() if name != "expires_at"}
    return OAuth2Token(members, clock=clock)


def merge_renewed(old: Mapping[str, object] | None, new: OAuth2Token) -> OAuth2Token:
    """Return the renewed token with what a refresh answer may leave out taken over from the old. RFC 6749 §6."""
    if old:
        for name in _KEPT_ON_RENEWAL:
            if not new.get(name) and old.get(name):
                new[name] = old[name]
    return new


def parse_revocation_response(response: Response, *, clock: Callable[[], float] = time.time) -> None:
    """Judge the answer of a revocation endpoint: a success says nothing. Raises ``ServerRefusal``. RFC 7009 §2.2."""
    raise_for_refusal(response, "the revocation request", clock=clock)


def parse_introspection_response(response: Response, *, clock: Callable[[], float] = time.time) -> dict[str, object]:
    """Return the members of an introspection answer; ``active`` is a bool in it. RFC 7662 §2.2."""
    return check_activity(
        json_answer(response, "the introspection answer", request="the introspection request", clock=clock)
    )


def check_activity(members: dict[str, object]) -> dict[str, object]:
    """Return the members of an introspection answer that says whether the token is good."""
    if not isinstance(members.get("active"), bool):
        raise ProtocolViolation("the introspection answer has no boolean 'active'; the token's state is unknown")
    return members


def build_userinfo_request(
    endpoint: str,
    access_token: str,
    *,
    headers: Pairs = (),
    scheme: str = "Bearer",
    token_placement: str = "header",
    accept: str = "application/json, application/jwt",
) -> Request:
    """Return a request for the claims about the token's user, the token in the header or in a form (``body``).

    Raises ``UsageError`` for another placement, and for a bound token in a form. OIDC Core §5.3.1, RFC 6750 §2.2.
    """
    if token_placement == "header":
        return Request("GET", endpoint, (("Accept", accept), ("Authorization", f"{scheme} {access_token}"), *headers))
    if token_placement != "body":
        raise UsageError(f"userinfo takes token_placement='header' or 'body', not {token_placement!r}")
    if scheme != "Bearer":
        raise UsageError(f"a {scheme} token is sent in the header; token_placement='body' is for Bearer tokens")
    form = encode_form([("access_token", access_token)]).encode("ascii")
    return Request("POST", endpoint, (("Accept", accept), ("Content-Type", FORM), *headers), form)


def parse_userinfo_response(
    response: Response, *, subject: str | None = None, clock: Callable[[], float] = time.time
) -> dict[str, object] | str:
    """Return the claims, or the JWT as text where the server signs them: nothing of that is verified or compared.

    ``subject`` is the ``sub`` of the ID token: claims of another user are refused with ``ProtocolViolation``.
    OIDC Core §5.3.2.
    """
    if response.status == 401:
        _refuse_token(response)
    raise_for_refusal(response, "the userinfo request", clock=clock)
    if response.content_type == "application/jwt":
        return response.text.strip()
    claims = json_object(response, "the userinfo answer")
    check_subject(claims, subject)
    return claims


def check_subject(claims: Mapping[str, object], subject: str | None) -> None:
    """Refuse claims about another user than the ID token's. Raises ``ProtocolViolation``."""
    if subject is not None and claims.get("sub") != subject:
        raise ProtocolViolation(
            "the userinfo answer is about another subject ('sub') than the ID token", error="invalid_sub"
        )


def _refuse_token(response: Response) -> None:
    """A protected resource puts its error into the challenge. RFC 6750 §3.1."""
    from ._challenge import parse_challenges

    for challenge in parse_challenges(
        [value for name, value in response.headers if name.lower() == "www-authenticate"]
    ):
        if challenge.error:
            description = challenge.get("error_description") or "the server refused the access token"
            raise ServerRefusal(description, error=challenge.error, status_code=response.status)
