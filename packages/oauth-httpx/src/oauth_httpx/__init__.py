"""OAuth clients and auth handlers for HTTPX, sync and async; ``oauth_httpx.httpx2`` holds the same names for httpx2.

Every public name is here, loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oauth_core import OAuthError

    from ._httpx import AsyncOAuth2Client, OAuth2Auth, OAuth2Client, OAuth2ClientAuth

__all__ = ["AsyncOAuth2Client", "OAuth2Auth", "OAuth2Client", "OAuth2ClientAuth", "OAuthError"]

_MODULES = {
    "AsyncOAuth2Client": "oauth_httpx._httpx",
    "OAuth2Auth": "oauth_httpx._httpx",
    "OAuth2Client": "oauth_httpx._httpx",
    "OAuth2ClientAuth": "oauth_httpx._httpx",
    "OAuthError": "oauth_core",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(module), name)
    if getattr(value, "__module__", "").startswith(f"{__name__}._"):
        value.__module__ = __name__  # public names read as the package, in errors and in pickles
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
