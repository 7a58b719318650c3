"""What comes back through the user's browser: its parameters, and what they must say.

Rules of this room: nothing of a callback is believed before its state, its issuer and its errors are looked at; where
it was to be signed, only what a verified signature covers counts. RFC 6749 §4.1.2, RFC 9207, JARM §2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from urllib.parse import parse_qsl, urlsplit

from ._errors import (
    AuthorizationRefused,
    MismatchingIssuerError,
    MismatchingStateError,
    ProtocolViolation,
    UsageError,
    printable,
)
from ._messages import Pairs, pairs

__all__ = ["VerifiedParameters", "callback_parameters", "check_callback"]

JWT_MODES = frozenset({"jwt", "query.jwt", "fragment.jwt", "form_post.jwt"})

_URL_START = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|/")  # of an app's own scheme too: com.example.app:/callback
_SINGLE = ("code", "state", "iss", "error", "error_description", "error_uri", "access_token", "id_token", "response")
_PLAIN = frozenset({"code", "error", "access_token", "id_token"})


class VerifiedParameters(tuple[tuple[str, str], ...]):
    """The parameters of an authorization response whose signature was verified: what a ``JARMValidator`` returns.

    ``AuthorizationRequest.validate_callback`` takes them where it was to be signed, and checks them further. JARM §2.4.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(name for name, _ in self)}>"


def callback_parameters(response: str | Mapping[str, object] | Iterable[tuple[str, str]]) -> Pairs:
    """Return the parameters of a callback, given as URL (query and fragment), query string, mapping or pairs.

    Raises ``ProtocolViolation`` where a parameter that decides is repeated.
    """
    if isinstance(response, str):
        text = response.strip()
        if _URL_START.match(text):
            try:
                parts = urlsplit(text)
            except ValueError as exc:
                raise UsageError("the callback is not a URL") from exc
            raw = [parts.query, parts.fragment]
        else:
            raw = [text.lstrip("?#")]
        found: Pairs = tuple(pair for one in raw for pair in parse_qsl(one, keep_blank_values=True))
    else:
        found = pairs(response)
    names = [name for name, _ in found]
    for name in _SINGLE:
        if names.count(name) > 1:
            raise ProtocolViolation(
                f"the callback holds {name!r} more than once; nothing of it was used", error="repeated_parameter"
            )
    return found


def check_callback(
    found: Pairs,
    *,
    state: str | None = None,
    issuer: str | None = None,
    iss_required: bool = False,
) -> None:
    """Check state, then issuer (of the ID token where it came with one alone), then whether the callback is an error.

    Raises as ``validate_callback`` says.
    """
    members = dict(found)
    if state is not None:
        received = members.get("state")
        if not received:
            raise MismatchingStateError("the callback has no state; it is not the answer to this authorization request")
        if not compare_digest(received.encode(), state.encode()):
            raise MismatchingStateError(
                "the callback's state is another than that of this authorization request: an answer to another tab or "
                "an older attempt, or a forged one; start again"
            )
    iss = members.get("iss")
    if iss is None and iss_required and "id_token" in members:
        # Some servers leave out what the ID token beside it says as well, and no more forgeably than iss itself.
        from ._unverified import unverified_issuer

        iss = unverified_issuer(members["id_token"])
    if issuer is not None:
        if iss is None and iss_required:
            raise MismatchingIssuerError("the callback has no iss although the server's metadata promises it")
        if iss is not None and iss != issuer:
            raise MismatchingIssuerError(
                "the callback's iss names another authorization server than the one that was asked"
            )
    elif iss_required:
        raise UsageError("iss_required needs the issuer to compare with; configure issuer= or the server's metadata")
    code = members.get("error")
    if code is not None:
        raise AuthorizationRefused(
            members.get("error_description") or "the authorization request was refused",
            error=code or "server_error",
            uri=members.get("error_uri"),
        )


def signed_response(found: Pairs, *, demanded: bool) -> str | None:
    """Return the JWT in a callback's ``response``, None where the callback is a plain one. JARM §2.3.

    ``demanded`` says that it was asked for: then a plain callback is a downgrade. Raises ``ProtocolViolation``.
    """
    members = dict(found)
    token = members.get("response")
    if token is not None and (demanded or not _PLAIN & members.keys()):
        return token
    if demanded:
        error = f" (it says error={printable(members['error'], 100)!r})" if members.get("error") else ""
        raise ProtocolViolation(
            f"the callback is not signed{error}, but the answer was to come as a JWT (response_mode); nothing of it "
            "was used",
            error="unsigned_response",
        )
    return None


def plain_parameters(response: str | Mapping[str, object] | Iterable[tuple[str, str]], *, demanded: bool) -> Pairs:
    """Return the parameters of a callback that needs no further unwrapping: a plain one, or verified parameters.

    Raises ``UsageError`` for a signed one, which has to be verified first, and ``ProtocolViolation`` for a plain one
    where a signed one was ``demanded``.
    """
    found = callback_parameters(response)
    if not isinstance(response, VerifiedParameters) and signed_response(found, demanded=demanded) is not None:
        raise UsageError(
            "the callback is signed (JARM): hand it to the client's validate_callback(request, callback), with "
            "jarm_validator= configured, or hand the result of JARMValidator.validate to this method (oauth-jwt)"
        )
    return found
