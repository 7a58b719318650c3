"""What another party asks of a client through the user's browser: to begin a login, or to end a session.

Rules of this room: such a request proves nothing about who sent it. It may begin a login at a known issuer alone, lead
the user on to the client's own pages alone, and end only the session that its issuer and its ``sid`` name.
OpenID Connect Core §4, OpenID Connect Front-Channel Logout 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hmac import compare_digest

from ._callback import callback_parameters
from ._errors import MismatchingIssuerError, OAuthError, ProtocolViolation, printable
from ._messages import Pairs, bare_url
from ._urls import same_origin

__all__ = ["FrontChannelLogout", "LoginInitiation", "parse_front_channel_logout", "parse_login_initiation"]


@dataclass(frozen=True, slots=True, repr=False)
class LoginInitiation:
    """A request of another party to log a user in at ``iss``: a known issuer, and nothing else is proven.

    Begin a login of your own there: ``authorization_request(login_hint=initiation.login_hint)`` of its client.
    ``target_link_uri`` is where the user wants to be afterwards, one of the client's own pages. OIDC Core §4.
    """

    iss: str
    login_hint: str | None = None
    target_link_uri: str | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.iss!r}>"


@dataclass(frozen=True, slots=True, repr=False)
class FrontChannelLogout:
    """A request of the server ``iss`` to end its session ``sid`` of this browser; both None where it names none."""

    iss: str | None = None
    sid: str | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} by {self.iss!r}>"


def parse_login_initiation(
    request: str | Mapping[str, object] | Iterable[tuple[str, str]],
    *,
    issuers: Iterable[str],
    targets: Iterable[str] = (),
) -> LoginInitiation:
    """Return what a request to the client's ``initiate_login_uri`` asks for: a login at one of these ``issuers``.

    ``request`` is its URL, its query, or the parameters (of a form too). ``targets`` are the client's own origins, such
    as ``https://app.example``: the user is led on to nowhere else. Raises ``MismatchingIssuerError`` for an unknown
    issuer or none, and ``ProtocolViolation`` for a foreign ``target_link_uri`` or a repeated parameter. OIDC Core §4.
    """
    members = _members(request, ("iss", "login_hint", "target_link_uri"), "login initiation")
    issuer, target = members.get("iss"), members.get("target_link_uri") or None
    if issuer not in ([issuers] if isinstance(issuers, str) else list(issuers)) or not issuer:
        raise MismatchingIssuerError(
            f"a login was initiated for the issuer {printable(str(issuer), 200)!r}, which is none of those known here"
        )
    origins = [targets] if isinstance(targets, str) else list(targets)
    if target is not None and not any(_leads_to(target, own) for own in origins):
        raise ProtocolViolation(
            f"target_link_uri leads to {bare_url(target)[:200]!r}, which is none of the targets= of this client",
            error="invalid_target_link_uri",
        )
    return LoginInitiation(issuer, members.get("login_hint") or None, target)


def parse_front_channel_logout(
    request: str | Mapping[str, object] | Iterable[tuple[str, str]],
    *,
    issuer: str,
    sid: str | None,
    session_required: bool = True,
) -> FrontChannelLogout:
    """Return a request to the client's ``frontchannel_logout_uri`` where it is about the session that is open here.

    ``issuer`` and ``sid`` are those of the session's ID token. ``session_required=False``, for clients that did not
    register ``frontchannel_logout_session_required``, takes a request that names neither. Raises
    ``MismatchingIssuerError``, and ``ProtocolViolation`` where ``sid`` is missing or another, or a parameter is
    repeated. OIDC Front-Channel Logout §2.
    """
    members = _members(request, ("iss", "sid"), "front-channel logout")
    named, session = members.get("iss"), members.get("sid")
    if named is None and session is None and not session_required:
        return FrontChannelLogout()
    if named != issuer:
        raise MismatchingIssuerError(
            "the front-channel logout names no issuer"
            if named is None
            else "the front-channel logout is of another issuer"
        )
    if not session or sid is None or not compare_digest(session.encode(), sid.encode()):
        problem = "names no session" if not session else "is about another session than the one that is open here"
        raise ProtocolViolation(f"the front-channel logout {problem} ('sid')", error="invalid_sid")
    return FrontChannelLogout(named, session)


def _members(
    request: str | Mapping[str, object] | Iterable[tuple[str, str]], names: tuple[str, ...], what: str
) -> dict[str, str]:
    found: Pairs = callback_parameters(request)
    for name in names:
        if sum(key == name for key, _ in found) > 1:
            raise ProtocolViolation(
                f"the {what} holds {name!r} more than once; nothing of it was used", error="repeated_parameter"
            )
    return dict(found)


def _leads_to(target: str, own: str) -> bool:
    try:
        return same_origin(target, own)
    except OAuthError:
        return False
