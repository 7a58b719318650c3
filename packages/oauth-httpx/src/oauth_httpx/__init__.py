"""OAuth clients and auth handlers for HTTPX, sync and async; ``oauth_httpx.httpx2`` holds the same names for httpx2.

Every public name is here, loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oauth_core import OAuthError

    from ._httpx import AsyncOAuth2Client, OAuth2Auth, OAuth2Client, OAuth2ClientAuth
    from ._httpx_handlers import (
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
    "ApiClient": "oauth_httpx._httpx_handlers",
    "AsyncApiClient": "oauth_httpx._httpx_handlers",
    "AsyncOAuth2Client": "oauth_httpx._httpx",
    "OAuth2AccessTokenAuth": "oauth_httpx._httpx_handlers",
    "OAuth2Auth": "oauth_httpx._httpx",
    "OAuth2AuthorizationCodeAuth": "oauth_httpx._httpx_handlers",
    "OAuth2Client": "oauth_httpx._httpx",
    "OAuth2ClientAuth": "oauth_httpx._httpx",
    "OAuth2ClientCredentialsAuth": "oauth_httpx._httpx_handlers",
    "OAuth2RefreshTokenAuth": "oauth_httpx._httpx_handlers",
    "OAuth2ResourceOwnerPasswordAuth": "oauth_httpx._httpx_handlers",
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
