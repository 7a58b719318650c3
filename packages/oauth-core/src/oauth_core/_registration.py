"""Registering a client while it runs, and managing what was registered. RFC 7591, RFC 7592.

Rules of this room: a registration is a value that holds secrets (``repr`` shows the client id alone); the access token
that manages it goes to the URL that came with it, and only where that is on the origin that was asked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Required, TypedDict

from ._answers import json_answer, raise_for_refusal
from ._errors import OAuthError, ProtocolViolation, UsageError
from ._members import Members, need_text
from ._messages import Pairs, Request, Response
from ._token import seconds
from ._urls import check_endpoint, same_origin

__all__ = [
    "ClientRegistration",
    "RegistrationOptions",
    "build_registration_request",
    "parse_registration_response",
]

_WHAT = "the registration answer"
# Members that the server makes and a client does not send back when it changes its registration (RFC 7592 §2.2).
_SERVERS_OWN = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)

_KEPT = ("client_secret", "client_secret_expires_at", "registration_access_token", "registration_client_uri")


class RegistrationOptions(TypedDict, total=False):
    """The keywords of a constructor that a registration knows; each is there where the server named it."""

    client_id: Required[str]
    client_secret: str
    token_endpoint_auth_method: str
    redirect_uri: str
    scope: str


@dataclass(frozen=True, slots=True, repr=False)
class ClientRegistration(Members):
    """A client as the server has registered it, with all that it said. RFC 7591 §3.2.1.

    ``client_secret_expires_at`` is in epoch seconds, None for a secret that stays. Further members are attributes.
    """

    client_id: str
    client_secret: str | None = None
    client_secret_expires_at: float | None = None
    registration_access_token: str | None = None
    registration_client_uri: str | None = None
    members: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client_id!r}>"

    def options(self) -> RegistrationOptions:
        """Return the keywords of a session's or client's constructor that make it this client."""
        found = RegistrationOptions(client_id=self.client_id)
        if self.client_secret is not None:
            found["client_secret"] = self.client_secret
        uris = self.members.get("redirect_uris")
        if isinstance(uris, list) and uris and isinstance(uris[0], str):
            found["redirect_uri"] = uris[0]
        method, scope = self.members.get("token_endpoint_auth_method"), self.members.get("scope")
        if isinstance(method, str):
            found["token_endpoint_auth_method"] = method
        if isinstance(scope, str):
            found["scope"] = scope
        return found

    def changed(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Return the metadata to send for these changes; None removes a member. RFC 7592 §2.2."""
        kept = {name: value for name, value in self.members.items() if name not in _SERVERS_OWN}
        return {name: value for name, value in {**kept, **changes}.items() if value is not None}

    def management(self, endpoint: str | None = None) -> tuple[str, str]:
        """Return the URL and the access token that manage the registration.

        Raises ``UsageError`` where the server gave none, and ``ProtocolViolation`` where the URL is on another origin
        than ``endpoint``. RFC 7592 §3.
        """
        url, token = self.registration_client_uri, self.registration_access_token
        if not url or not token:
            raise UsageError("this server does not let a client manage its registration: it gave no URL and token")
        if endpoint is not None and not same_origin(url, endpoint):
            raise ProtocolViolation("the registration is to be managed at another origin; its token was not sent there")
        return url, token


def build_registration_request(
    url: str,
    metadata: Mapping[str, object] | None = None,
    *,
    token: str | None = None,
    method: str = "POST",
    headers: Pairs = (),
) -> Request:
    """Return a request that registers (POST), reads (GET), changes (PUT) or deletes (DELETE) a client.

    ``token`` is the initial access token, or the one that manages the registration. RFC 7591 §3.1, RFC 7592 §2.
    """
    sent: Pairs = (("Accept", "application/json"), *headers)
    if token is not None:
        sent = (*sent, ("Authorization", f"Bearer {token}"))
    if metadata is None:
        return Request(method, url, sent)
    try:
        body = json.dumps(dict(metadata), allow_nan=False)
    except (TypeError, ValueError) as exc:
        raise UsageError(f"the client metadata is no JSON: {exc}") from None
    return Request(method, url, (*sent, ("Content-Type", "application/json")), body.encode())


def parse_registration_response(
    response: Response,
    *,
    known: ClientRegistration | None = None,
    clock: Callable[[], float] = time.time,
    allow_insecure_http: bool = False,
) -> ClientRegistration:
    """Return the registration that the server answered with.

    ``known`` is the registration that was read or changed: what manages it stays where the answer leaves it out. Raises
    ``ServerRefusal`` for an error, ``ProtocolViolation`` where the ``client_id`` is missing or another.
    RFC 7591 §3.2.1, RFC 7592 §3.
    """
    members = json_answer(response, _WHAT, request="the registration request", clock=clock)
    named = need_text(members, "client_id", _WHAT)
    if known is not None:
        if named != known.client_id:
            raise ProtocolViolation(f"{_WHAT} is about another client; it was not used")
        kept = {name: known.members[name] for name in _KEPT if name in known.members}
        members = {**kept, **members}
    secret, url = members.get("client_secret"), members.get("registration_client_uri")
    token = members.get("registration_access_token")
    if url is not None:
        try:
            check_endpoint(
                url if isinstance(url, str) else None,
                "registration_client_uri",
                allow_insecure_http=allow_insecure_http,
            )
        except OAuthError as exc:
            raise ProtocolViolation(f"{_WHAT} names an unusable address: {exc.description}") from None
    end = seconds(members.get("client_secret_expires_at"))
    return ClientRegistration(
        client_id=named,
        client_secret=secret if isinstance(secret, str) and secret else None,
        client_secret_expires_at=end or None,
        registration_access_token=token if isinstance(token, str) and token else None,
        registration_client_uri=url if isinstance(url, str) else None,
        members=members,
    )


def parse_deletion_response(response: Response, *, clock: Callable[[], float] = time.time) -> None:
    """Judge the answer to a deletion: a success says nothing. Raises ``ServerRefusal``. RFC 7592 §2.3."""
    raise_for_refusal(response, "the deletion of the registration", clock=clock)
