"""The library's own client without a memory for cookies: what carries requests to the authorization server.

Rules of this room: a client is changed in what its public face lets be changed. Its jar has a policy that takes no
cookie; on top of that its ``cookies`` are none at all, so that no answer is searched for them, which would cost an
eighth of such a call. Where a later release of the library looked elsewhere, the policy would still hold.
"""

from __future__ import annotations

from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

__all__ = ["server_client"]


def server_client(library: Any, client_class: Any, options: dict[str, Any]) -> Any:
    """Return a client of this class of the library, made with ``options``, that takes and sends no cookie."""
    return _forgetful(library, client_class)(**options, cookies=_no_jar())


def _no_jar() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@cache
def _forgetful(library: Any, client_class: Any) -> Any:
    def extract_cookies(_self: object, _response: object) -> None:
        """Take nothing."""

    none = type("NoCookies", (library.Cookies,), {"extract_cookies": extract_cookies})(_no_jar())
    return type(client_class.__name__, (client_class,), {"cookies": property(lambda _self: none)})
