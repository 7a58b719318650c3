"""OAuth clients and auth handlers for httpx2: the names of ``oauth_httpx``, bound to that library.

What a program imports decides which library it uses, never what happens to be installed. Every public name is here,
loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oauth_core import OAuthError

    from ._clients import AsyncOAuth2Client, OAuth2Auth, OAuth2Client, OAuth2ClientAuth
    from ._handlers import (
        ApiClient,
        AsyncApiClient,
        OAuth2AccessTokenAuth,
        OAuth2AuthorizationCodeAuth,
        OAuth2ClientCredentialsAuth,
        OAuth2RefreshTokenAuth,
        OAuth2ResourceOwnerPasswordAuth,
    )

__all__ = [
    "ApiClient",
    "AsyncApiClient",
    "AsyncOAuth2Client",
    "OAuth2AccessTokenAuth",
    "OAuth2Auth",
    "OAuth2AuthorizationCodeAuth",
    "OAuth2Client",
    "OAuth2ClientAuth",
    "OAuth2ClientCredentialsAuth",
    "OAuth2RefreshTokenAuth",
    "OAuth2ResourceOwnerPasswordAuth",
    "OAuthError",
]

_MODULES = {
    "ApiClient": "oauth_httpx.httpx2._handlers",
    "AsyncApiClient": "oauth_httpx.httpx2._handlers",
    "AsyncOAuth2Client": "oauth_httpx.httpx2._clients",
    "OAuth2AccessTokenAuth": "oauth_httpx.httpx2._handlers",
    "OAuth2Auth": "oauth_httpx.httpx2._clients",
    "OAuth2AuthorizationCodeAuth": "oauth_httpx.httpx2._handlers",
    "OAuth2Client": "oauth_httpx.httpx2._clients",
    "OAuth2ClientAuth": "oauth_httpx.httpx2._clients",
    "OAuth2ClientCredentialsAuth": "oauth_httpx.httpx2._handlers",
    "OAuth2RefreshTokenAuth": "oauth_httpx.httpx2._handlers",
    "OAuth2ResourceOwnerPasswordAuth": "oauth_httpx.httpx2._handlers",
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
