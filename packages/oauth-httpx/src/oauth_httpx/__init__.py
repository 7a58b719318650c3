"""OAuth clients and auth handlers for HTTPX, sync and async; ``oauth_httpx.httpx2`` holds the same names for httpx2.

Every public name is here, loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oauth_core import (
        SIGNATURE_HMAC,
        SIGNATURE_HMAC_SHA1,
        SIGNATURE_HMAC_SHA256,
        SIGNATURE_HMAC_SHA512,
        SIGNATURE_PLAINTEXT,
        SIGNATURE_RSA,
        SIGNATURE_RSA_SHA1,
        SIGNATURE_RSA_SHA256,
        SIGNATURE_RSA_SHA512,
        SIGNATURE_TYPE_AUTH_HEADER,
        SIGNATURE_TYPE_BODY,
        SIGNATURE_TYPE_HEADER,
        SIGNATURE_TYPE_QUERY,
        AsyncBackChannelAuthenticationPollingJob,
        AsyncDeviceAuthorizationPollingJob,
        BackChannelAuthenticationPollingJob,
        BackChannelAuthenticationPoolingJob,
        DeviceAuthorizationPollingJob,
        DeviceAuthorizationPoolingJob,
        OAuthError,
    )

    from ._httpx import AsyncOAuth2Client, OAuth2Auth, OAuth2Client
    from ._httpx_assertion import AssertionClient, AsyncAssertionClient
    from ._httpx_handlers import (
        ApiClient,
        AsyncApiClient,
        OAuth2AccessTokenAuth,
        OAuth2AuthorizationCodeAuth,
        OAuth2CIBAAuth,
        OAuth2ClientAuth,
        OAuth2ClientCredentialsAuth,
        OAuth2DeviceCodeAuth,
        OAuth2GrantAuth,
        OAuth2RefreshTokenAuth,
        OAuth2ResourceOwnerPasswordAuth,
        OAuth2TokenExchangeAuth,
    )
    from ._httpx_oauth1 import AsyncOAuth1Client, OAuth1Auth, OAuth1Client

__all__ = [
    "ApiClient",
    "AssertionClient",
    "AsyncApiClient",
    "AsyncAssertionClient",
    "AsyncBackChannelAuthenticationPollingJob",
    "AsyncDeviceAuthorizationPollingJob",
    "AsyncOAuth1Client",
    "AsyncOAuth2Client",
    "BackChannelAuthenticationPollingJob",
    "BackChannelAuthenticationPoolingJob",
    "DeviceAuthorizationPollingJob",
    "DeviceAuthorizationPoolingJob",
    "OAuth1Auth",
    "OAuth1Client",
    "OAuth2AccessTokenAuth",
    "OAuth2Auth",
    "OAuth2AuthorizationCodeAuth",
    "OAuth2CIBAAuth",
    "OAuth2Client",
    "OAuth2ClientAuth",
    "OAuth2ClientCredentialsAuth",
    "OAuth2DeviceCodeAuth",
    "OAuth2GrantAuth",
    "OAuth2RefreshTokenAuth",
    "OAuth2ResourceOwnerPasswordAuth",
    "OAuth2TokenExchangeAuth",
    "OAuthError",
    "SIGNATURE_HMAC",
    "SIGNATURE_HMAC_SHA1",
    "SIGNATURE_HMAC_SHA256",
    "SIGNATURE_HMAC_SHA512",
    "SIGNATURE_PLAINTEXT",
    "SIGNATURE_RSA",
    "SIGNATURE_RSA_SHA1",
    "SIGNATURE_RSA_SHA256",
    "SIGNATURE_RSA_SHA512",
    "SIGNATURE_TYPE_AUTH_HEADER",
    "SIGNATURE_TYPE_BODY",
    "SIGNATURE_TYPE_HEADER",
    "SIGNATURE_TYPE_QUERY",
]

_MODULES = {
    "ApiClient": "oauth_httpx._httpx_handlers",
    "AssertionClient": "oauth_httpx._httpx_assertion",
    "AsyncApiClient": "oauth_httpx._httpx_handlers",
    "AsyncAssertionClient": "oauth_httpx._httpx_assertion",
    "AsyncBackChannelAuthenticationPollingJob": "oauth_core",
    "AsyncDeviceAuthorizationPollingJob": "oauth_core",
    "AsyncOAuth1Client": "oauth_httpx._httpx_oauth1",
    "AsyncOAuth2Client": "oauth_httpx._httpx",
    "BackChannelAuthenticationPollingJob": "oauth_core",
    "BackChannelAuthenticationPoolingJob": "oauth_core",
    "DeviceAuthorizationPollingJob": "oauth_core",
    "DeviceAuthorizationPoolingJob": "oauth_core",
    "OAuth1Auth": "oauth_httpx._httpx_oauth1",
    "OAuth1Client": "oauth_httpx._httpx_oauth1",
    "OAuth2AccessTokenAuth": "oauth_httpx._httpx_handlers",
    "OAuth2Auth": "oauth_httpx._httpx",
    "OAuth2AuthorizationCodeAuth": "oauth_httpx._httpx_handlers",
    "OAuth2CIBAAuth": "oauth_httpx._httpx_handlers",
    "OAuth2Client": "oauth_httpx._httpx",
    "OAuth2ClientAuth": "oauth_httpx._httpx_handlers",
    "OAuth2ClientCredentialsAuth": "oauth_httpx._httpx_handlers",
    "OAuth2DeviceCodeAuth": "oauth_httpx._httpx_handlers",
    "OAuth2GrantAuth": "oauth_httpx._httpx_handlers",
    "OAuth2RefreshTokenAuth": "oauth_httpx._httpx_handlers",
    "OAuth2ResourceOwnerPasswordAuth": "oauth_httpx._httpx_handlers",
    "OAuth2TokenExchangeAuth": "oauth_httpx._httpx_handlers",
    "OAuthError": "oauth_core",
    "SIGNATURE_HMAC": "oauth_core",
    "SIGNATURE_HMAC_SHA1": "oauth_core",
    "SIGNATURE_HMAC_SHA256": "oauth_core",
    "SIGNATURE_HMAC_SHA512": "oauth_core",
    "SIGNATURE_PLAINTEXT": "oauth_core",
    "SIGNATURE_RSA": "oauth_core",
    "SIGNATURE_RSA_SHA1": "oauth_core",
    "SIGNATURE_RSA_SHA256": "oauth_core",
    "SIGNATURE_RSA_SHA512": "oauth_core",
    "SIGNATURE_TYPE_AUTH_HEADER": "oauth_core",
    "SIGNATURE_TYPE_BODY": "oauth_core",
    "SIGNATURE_TYPE_HEADER": "oauth_core",
    "SIGNATURE_TYPE_QUERY": "oauth_core",
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
