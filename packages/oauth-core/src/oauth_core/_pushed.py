"""Pushed and signed authorization requests: what the browser carries shrinks to a reference or a signature.

Rules of this room: the parameters that are pushed or signed are those of the request as it would have been sent, a
hook's correction included; afterwards the browser carries ``client_id`` and the reference. RFC 9126, RFC 9101.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlsplit

from ._answers import json_answer
from ._errors import OAuthError, ProtocolViolation
from ._members import Members, need_lifetime, need_text
from ._messages import BAD_IN_URL, Flow, Pairs, Response
from ._urls import same_origin

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest

__all__ = ["PushedAuthorization", "RequestSigner", "parse_pushed_authorization_response"]

_WHAT = "the pushed authorization answer"


@runtime_checkable
class RequestSigner(Protocol):
    """What signs authorization requests, such as ``RequestObject`` of oauth-jwt. RFC 9101 §4."""

    def sign(self, parameters: Pairs, /) -> Flow[str]:
        """Return the value of ``request`` for these parameters (a flow)."""


@dataclass(frozen=True, slots=True, repr=False)
class PushedAuthorization(Members):
    """The reference to a pushed request: good until ``expires_at`` (epoch seconds), for one login. RFC 9126 §2.2."""

    request_uri: str
    expires_at: float
    expires_in: float | None = None
    members: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} until {self.expires_at:.0f}>"


def parse_pushed_authorization_response(
    response: Response, *, endpoint: str | None = None, clock: Callable[[], float] = time.time
) -> PushedAuthorization:
    """Return what the pushed authorization request endpoint answered.

    Raises ``ServerRefusal`` for an error, ``ProtocolViolation`` where the reference or its positive life is missing, or
    where it is a URL of another origin than ``endpoint``. RFC 9126 §2.2.
    """
    members = json_answer(response, _WHAT, request="the pushed authorization request", clock=clock)
    reference = need_text(members, "request_uri", _WHAT)
    if BAD_IN_URL.search(reference):
        raise ProtocolViolation(f"{_WHAT} holds a request_uri that is no URI; it was not used")
    if _has_host(reference) and endpoint is not None and not _same(reference, endpoint):
        raise ProtocolViolation(f"{_WHAT} refers to another server's request; it was not used", error="foreign_request")
    life = need_lifetime(members, _WHAT)
    return PushedAuthorization(reference, clock() + life, life, members)


def _has_host(reference: str) -> bool:
    """Whether a reference names a host: a URL of any scheme does, a URN does not."""
    kind = reference[:4].lower()
    return kind == "http" or (kind != "urn:" and "//" in reference)


def _same(one: str, other: str) -> bool:
    try:
        return same_origin(one, other)
    except OAuthError:
        return False


def sent_parameters(request: AuthorizationRequest) -> Pairs:
    """Return the parameters as the browser would have carried them, a hook's correction included."""
    if request.sent_as is None:
        return request.parameters
    return tuple(parse_qsl(urlsplit(request.sent_as).query, keep_blank_values=True))


def signed(request: AuthorizationRequest, signer: RequestSigner) -> Flow[AuthorizationRequest]:
    """Return the request with its parameters inside a request object (a flow). RFC 9101 §5."""
    value = yield from signer.sign(sent_parameters(request))
    return replace(request, request=value, sent_as=None)


def pushed_parameters(request: AuthorizationRequest) -> Pairs:
    """Return what is posted: the request object alone where there is one, else all parameters. RFC 9126 §3."""
    if request.request is not None:
        return (("request", request.request), ("client_id", request.client_id))
    return sent_parameters(request)
