"""What becomes of credentials when Requests follows a redirect.

Requests copies a prepared request for each hop, changes its URL, method and body, prepares its cookies, and then puts
the credentials of netrc on it. No hook runs before the hop is sent; so a handler gives its request this class, whose
methods are called at those very moments, on any session.

Rules of this room: credentials stay with the origin that was asked first; a request that has left it gets none back,
wherever it is sent next; netrc never takes their place.
"""

from __future__ import annotations

from typing import Any, Protocol, Self
from urllib.parse import urljoin

from requests import PreparedRequest, Response

from oauth_core import same_origin

__all__ = ["HopHandler", "UnfollowedRedirect", "at_home", "follow_hops", "unfollowed", "unfollowed_elsewhere"]


class HopHandler(Protocol):
    """A handler that places credentials on requests."""

    def place_on_hop(self, r: PreparedRequest) -> None:
        """Place credentials on a hop to the origin that was asked first."""

    def take_off(self, r: PreparedRequest) -> None:
        """Take credentials off a hop to another origin."""


class HandledRequest(PreparedRequest):
    """A prepared request whose credentials are its handler's business."""

    _handler: HopHandler
    _first_url: str | None
    hopped = False

    def copy(self) -> Self:
        """Return a copy that stays in the hands of the handler."""
        other = super().copy()
        other.__class__ = type(self)
        other.__dict__.update(_handler=self._handler, _first_url=self._first_url)
        return other  # type: ignore[return-value]  # its class was set above

    def prepare_cookies(self, cookies: Any) -> None:
        """Prepare the cookies of a hop, and let the handler place or take off the credentials."""
        super().prepare_cookies(cookies)
        self.hopped = True
        if self._first_url is not None and same_origin(self.url or "", self._first_url):
            self._handler.place_on_hop(self)
        else:
            self._first_url = None
            self._handler.take_off(self)

    def prepare_auth(self, auth: Any, url: str = "") -> None:
        """Do nothing: on a hop these are the credentials of netrc."""


def follow_hops(r: PreparedRequest, handler: HopHandler) -> None:
    """Put a request into the hands of a handler for all its hops."""
    if type(r) is PreparedRequest:
        handled: Any = r
        handled.__class__ = HandledRequest
        handled._handler, handled._first_url = handler, r.url  # noqa: SLF001 - of the class that it is now


def at_home(request: PreparedRequest, first_url: str) -> bool:
    """Tell whether a request is at the origin that was asked first, and has never left it."""
    return getattr(request, "_first_url", first_url) is not None and same_origin(request.url or "", first_url)


class UnfollowedRedirect(Response):
    """A redirect that would carry credentials elsewhere: it is returned, not followed."""

    @property
    def is_redirect(self) -> bool:
        """False: Requests must not follow it."""
        return False


def unfollowed(response: Response) -> Response:
    """Return a redirect as an answer that Requests does not follow."""
    kept = UnfollowedRedirect()
    kept.__dict__.update(response.__dict__)
    return kept


def unfollowed_elsewhere(response: Response, first_url: str) -> Response:
    """Return the answer, unfollowed where it is a redirect to another origin than that of ``first_url``.

    For credentials in body or query: a 307 sends the body along, and a Location may repeat the query.
    """
    if response.is_redirect and not same_origin(urljoin(response.url, response.headers["location"]), first_url):
        return unfollowed(response)
    return response
