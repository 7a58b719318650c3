"""The auth handlers and API clients of this package, bound to httpx2.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx2

from oauth_httpx._api_client import ApiClientBase, AsyncApiClientBase
from oauth_httpx._client_auth import OAuth2ClientAuthBase
from oauth_httpx._handlers import (
    AccessTokenAuthBase,
    AuthorizationCodeAuthBase,
    CIBAAuthBase,
    ClientCredentialsAuthBase,
    DeviceCodeAuthBase,
    GrantAuthBase,
    RefreshTokenAuthBase,
    ResourceOwnerPasswordAuthBase,
    TokenExchangeAuthBase,
)

from ._binding import BINDING

__all__ = [
    "ApiClient",
    "AsyncApiClient",
    "OAuth2AccessTokenAuth",
    "OAuth2AuthorizationCodeAuth",
    "OAuth2CIBAAuth",
    "OAuth2ClientAuth",
    "OAuth2ClientCredentialsAuth",
    "OAuth2DeviceCodeAuth",
    "OAuth2GrantAuth",
    "OAuth2RefreshTokenAuth",
    "OAuth2ResourceOwnerPasswordAuth",
    "OAuth2TokenExchangeAuth",
]


class OAuth2AccessTokenAuth(AccessTokenAuthBase, httpx2.Auth):
    __doc__ = AccessTokenAuthBase.__doc__

    binding = BINDING


class OAuth2AuthorizationCodeAuth(AuthorizationCodeAuthBase, httpx2.Auth):
    __doc__ = AuthorizationCodeAuthBase.__doc__

    binding = BINDING


class OAuth2CIBAAuth(CIBAAuthBase, httpx2.Auth):
    __doc__ = CIBAAuthBase.__doc__

    binding = BINDING


class OAuth2ClientAuth(OAuth2ClientAuthBase, httpx2.Auth):
    __doc__ = OAuth2ClientAuthBase.__doc__

    binding = BINDING


class OAuth2ClientCredentialsAuth(ClientCredentialsAuthBase, httpx2.Auth):
    __doc__ = ClientCredentialsAuthBase.__doc__

    binding = BINDING


class OAuth2DeviceCodeAuth(DeviceCodeAuthBase, httpx2.Auth):
    __doc__ = DeviceCodeAuthBase.__doc__

    binding = BINDING


class OAuth2GrantAuth(GrantAuthBase, httpx2.Auth):
    __doc__ = GrantAuthBase.__doc__

    binding = BINDING


class OAuth2RefreshTokenAuth(RefreshTokenAuthBase, httpx2.Auth):
    __doc__ = RefreshTokenAuthBase.__doc__

    binding = BINDING


class OAuth2ResourceOwnerPasswordAuth(ResourceOwnerPasswordAuthBase, httpx2.Auth):
    __doc__ = ResourceOwnerPasswordAuthBase.__doc__

    binding = BINDING


class OAuth2TokenExchangeAuth(TokenExchangeAuthBase, httpx2.Auth):
    __doc__ = TokenExchangeAuthBase.__doc__

    binding = BINDING


class ApiClient(ApiClientBase[httpx2.Response, httpx2.Client]):
    __doc__ = ApiClientBase.__doc__

    binding = BINDING


class AsyncApiClient(AsyncApiClientBase[httpx2.Response, httpx2.AsyncClient]):
    __doc__ = AsyncApiClientBase.__doc__

    binding = BINDING
