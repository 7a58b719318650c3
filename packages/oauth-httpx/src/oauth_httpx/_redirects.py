"""Following redirects of API requests, so that a credential goes nowhere but to the origin first asked.

Rules of this room: on the way within that origin each hop gets the credential anew; after the first step out of it no
hop does, not even one that leads back. A hop that would carry the credential itself, in its body or its URL, is not
taken: the redirect is the answer. The library's clients cannot do this, because they put a credential on the first
request alone and take its body along; so the clients of this package send hop after hop themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from oauth_core import same_origin

if TYPE_CHECKING:
    from ._binding import Binding

__all__ = ["HopAuth", "Redirects", "following", "send_hops", "send_hops_async"]


class HopAuth:
    """A handler that knows what becomes of its credential at a redirect."""

    def next_hop(self, upcoming: Any, content: bytes | None, *, at_home: bool) -> Any:
        """Return the request that follows a redirect, or None where it must not be sent.

        ``upcoming`` is the request that the library made, ``content`` the body before the credential was put
        into it, ``at_home`` whether no hop has left the origin first asked. There the handler runs again; elsewhere
        ``Authorization`` is taken off.
        """
        raise NotImplementedError

    def fits(self, _upcoming: Any) -> bool:
        """Tell whether the credential has a place in this hop within the origin; else the hop goes without it."""
        return True


class Redirects:
    """The redirects of one call. ``first`` is the request before the credential was put on it.

    ``auth`` is the handler of the call or whatever else the library takes for one. ``inside`` tells which URLs may be
    asked at all.
    """

    def __init__(
        self, binding: Binding, auth: Any, first: Any, most: int, *, inside: Callable[[str], bool] | None = None
    ) -> None:
        self._binding = binding
        self._auth = auth
        self._most = most
        self._inside = inside
        self._at_home = True
        self._first_url = str(first.url)
        self._content: bytes | None = first.read() if binding.is_bytes(first.stream) else None
        self._history: list[Any] = []

    def after(self, response: Any) -> tuple[Any, Any] | None:
        """Return the request that follows this answer and its auth, or None where the answer is the last.

        Raises the library's ``TooManyRedirects``.
        """
        response.history = [*self._history, *response.history]
        upcoming = response.next_request
        if upcoming is None or (self._inside is not None and not self._inside(str(upcoming.url))):
            return None
        library = self._binding.library
        at_home = self._at_home = self._at_home and same_origin(str(upcoming.url), self._first_url)
        if isinstance(self._auth, HopAuth):
            upcoming = self._auth.next_hop(upcoming, self._content, at_home=at_home)
            if upcoming is None:
                return None
        if len(response.history) >= self._most:
            raise library.TooManyRedirects("Exceeded maximum allowed redirects.", request=response.request)
        self._history = [*response.history, response]
        if at_home and not (isinstance(self._auth, HopAuth) and not self._auth.fits(upcoming)):
            return upcoming, self._auth
        upcoming.headers.pop("Authorization", None)
        return upcoming, library.Auth()


def following(binding: Binding, client: Any, keywords: Mapping[str, Any], request: Any) -> Redirects | None:
    """Return who follows the redirects of one call of a client's ``send``, None where the library may."""
    default = binding.library.USE_CLIENT_DEFAULT
    follow = keywords.get("follow_redirects", default)
    if not (client.follow_redirects if follow is default else follow):
        return None
    auth = keywords.get("auth", default)
    handler = client.auth if auth is default else auth
    if not isinstance(handler, HopAuth):
        return None
    return Redirects(binding, handler, request, client.max_redirects)


def send_hops(send: Callable[..., Any], request: Any, keywords: dict[str, Any], redirects: Redirects) -> Any:
    """Send a request and whatever follows it by the library's ``send``; return the last answer."""
    stream = keywords.pop("stream", False)
    keywords.update(stream=True, follow_redirects=False)
    while True:
        response = send(request, **keywords)
        try:
            step = redirects.after(response)
            if step is not None or not stream:
                response.read()
        except BaseException:
            response.close()
            raise
        if step is None:
            return response
        request, keywords["auth"] = step


async def send_hops_async(
    send: Callable[..., Any], request: Any, keywords: dict[str, Any], redirects: Redirects
) -> Any:
    """Do what ``send_hops`` does, with an asynchronous ``send``."""
    stream = keywords.pop("stream", False)
    keywords.update(stream=True, follow_redirects=False)
    while True:
        response = await send(request, **keywords)
        try:
            step = redirects.after(response)
            if step is not None or not stream:
                await response.aread()
        except BaseException:
            await response.aclose()
            raise
        if step is None:
            return response
        request, keywords["auth"] = step
