"""Device authorization: a person approves on another device while this one asks again and again. RFC 8628.

Rules of this room: the pair and the grant; when to ask again is ``_polling``'s business. What a person is sent to is an
http or https URL, whatever the server says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ._answers import json_answer
from ._errors import ProtocolViolation, UsageError
from ._members import Members, need_lifetime, need_text, read_interval
from ._messages import BAD_IN_URL, Pairs, Response
from ._urls import origin

__all__ = ["DeviceAuthorization", "DeviceCodeGrant", "parse_device_authorization_response"]

_WHAT = "the device authorization answer"


@dataclass(frozen=True, slots=True, repr=False)
class DeviceAuthorization(Members):
    """What to show to the person (``user_code`` and ``verification_uri``), and how to ask for the token.

    ``expires_at`` is in epoch seconds, ``expires_in`` and ``interval`` in seconds. Further members are attributes.
    RFC 8628 §3.2.
    """

    device_code: str
    user_code: str
    verification_uri: str
    expires_at: float
    verification_uri_complete: str | None = None
    interval: float = 5.0
    expires_in: float | None = None
    members: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.verification_uri}>"


@dataclass(frozen=True, slots=True, repr=False)
class DeviceCodeGrant:
    """A device code, good for one token once the person has approved. RFC 8628 §3.4."""

    device_code: str
    extra: Pairs = ()

    grant_type: ClassVar[str] = "urn:ietf:params:oauth:grant-type:device_code"
    repeatable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.device_code or not isinstance(self.device_code, str):
            raise UsageError("a device code is needed; pass it as text, or the device authorization that holds it")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def parameters(self) -> Pairs:
        """Return the form parameters besides ``grant_type``."""
        return (("device_code", self.device_code), *self.extra)


def parse_device_authorization_response(
    response: Response, *, clock: Callable[[], float] = time.time
) -> DeviceAuthorization:
    """Return what the device authorization endpoint answered.

    Raises ``ServerRefusal`` for an error, ``ProtocolViolation`` where a code, an address for the person or a positive
    ``expires_in`` is missing. RFC 8628 §3.2.
    """
    members = json_answer(response, _WHAT, request="the device authorization request", clock=clock)
    # Google and some old servers say verification_url.
    address = members.get("verification_uri", members.get("verification_url"))
    members = {**members, "verification_uri": address}
    life = need_lifetime(members, _WHAT)
    complete = members.get("verification_uri_complete", members.get("verification_url_complete"))
    return DeviceAuthorization(
        device_code=need_text(members, "device_code", _WHAT),
        user_code=need_text(members, "user_code", _WHAT),
        verification_uri=_address(need_text(members, "verification_uri", _WHAT)),
        verification_uri_complete=_address(complete) if isinstance(complete, str) and complete else None,
        expires_at=clock() + life,
        expires_in=life,
        interval=read_interval(members, _WHAT),
        members=members,
    )


def _address(url: str) -> str:
    scheme, host, _ = origin(url) if not BAD_IN_URL.search(url) else ("", "", None)
    if scheme not in {"http", "https"} or not host:
        raise ProtocolViolation(f"{_WHAT} sends the person to something that is no http or https URL; it was not used")
    return url
