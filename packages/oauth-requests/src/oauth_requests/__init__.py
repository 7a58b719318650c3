"""OAuth for Requests: sessions, clients and auth handlers. Each name is loaded when it is first asked for."""

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
        AuthlibHTTPError,
        BackChannelAuthenticationPollingJob,
        BackChannelAuthenticationPoolingJob,
        DeviceAuthorizationPollingJob,
        DeviceAuthorizationPoolingJob,
        OAuthError,
    )

    from ._api_client import ApiClient
    from ._assertion import AssertionSession
    from ._auth import OAuth2Auth
    from ._bearer import BearerToken
    from ._client import OAuth2Client
    from ._handlers import (
        OAuth2AccessTokenAuth,
        OAuth2AuthorizationCodeAuth,
        OAuth2CIBAAuth,
        OAuth2ClientCredentialsAuth,
        OAuth2DeviceCodeAuth,
        OAuth2GrantAuth,
        OAuth2RefreshTokenAuth,
        OAuth2ResourceOwnerPasswordAuth,
        OAuth2TokenExchangeAuth,
    )
    from ._oauth1 import OAuth1Auth, OAuth1Session
    from ._session import OAuth2Session

__all__ = [
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
    "ApiClient",
    "AssertionSession",
    "AuthlibHTTPError",
    "BackChannelAuthenticationPollingJob",
    "BackChannelAuthenticationPoolingJob",
    "BearerToken",
    "DeviceAuthorizationPollingJob",
    "DeviceAuthorizationPoolingJob",
    "OAuth1Auth",
    "OAuth1Session",
    "OAuth2AccessTokenAuth",
    "OAuth2Auth",
    "OAuth2AuthorizationCodeAuth",
    "OAuth2CIBAAuth",
    "OAuth2Client",
    "OAuth2ClientCredentialsAuth",
    "OAuth2DeviceCodeAuth",
    "OAuth2GrantAuth",
    "OAuth2RefreshTokenAuth",
    "OAuth2ResourceOwnerPasswordAuth",
    "OAuth2Session",
    "OAuth2TokenExchangeAuth",
    "OAuthError",
]

_MODULES = {
    "ApiClient": "oauth_requests._api_client",
    "AssertionSession": "oauth_requests._assertion",
    "AuthlibHTTPError": "oauth_core",
    "BackChannelAuthenticationPollingJob": "oauth_core",
    "BackChannelAuthenticationPoolingJob": "oauth_core",
    "BearerToken": "oauth_requests._bearer",
    "DeviceAuthorizationPollingJob": "oauth_core",
    "DeviceAuthorizationPoolingJob": "oauth_core",
    "OAuth1Auth": "oauth_requests._oauth1",
    "OAuth1Session": "oauth_requests._oauth1",
    "OAuth2AccessTokenAuth": "oauth_requests._handlers",
    "OAuth2Auth": "oauth_requests._auth",
    "OAuth2AuthorizationCodeAuth": "oauth_requests._handlers",
    "OAuth2CIBAAuth": "oauth_requests._handlers",
    "OAuth2Client": "oauth_requests._client",
    "OAuth2ClientCredentialsAuth": "oauth_requests._handlers",
    "OAuth2DeviceCodeAuth": "oauth_requests._handlers",
    "OAuth2GrantAuth": "oauth_requests._handlers",
    "OAuth2RefreshTokenAuth": "oauth_requests._handlers",
    "OAuth2ResourceOwnerPasswordAuth": "oauth_requests._handlers",
    "OAuth2Session": "oauth_requests._session",
    "OAuth2TokenExchangeAuth": "oauth_requests._handlers",
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
