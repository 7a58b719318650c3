"""The auth handlers and API clients of this package, bound to HTTPX.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx

from ._api_client import ApiClientBase, AsyncApiClientBase
from ._client_auth import OAuth2ClientAuthBase
from ._handlers import (
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
from ._httpx_binding import BINDING

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


class OAuth2AccessTokenAuth(AccessTokenAuthBase, httpx.Auth):
    __doc__ = AccessTokenAuthBase.__doc__

    binding = BINDING


class OAuth2AuthorizationCodeAuth(AuthorizationCodeAuthBase, httpx.Auth):
    __doc__ = AuthorizationCodeAuthBase.__doc__

    binding = BINDING


class OAuth2CIBAAuth(CIBAAuthBase, httpx.Auth):
    __doc__ = CIBAAuthBase.__doc__

    binding = BINDING


class OAuth2ClientAuth(OAuth2ClientAuthBase, httpx.Auth):
    __doc__ = OAuth2ClientAuthBase.__doc__

    binding = BINDING


class OAuth2ClientCredentialsAuth(ClientCredentialsAuthBase, httpx.Auth):
    __doc__ = ClientCredentialsAuthBase.__doc__

    binding = BINDING


class OAuth2DeviceCodeAuth(DeviceCodeAuthBase, httpx.Auth):
    __doc__ = DeviceCodeAuthBase.__doc__

    binding = BINDING


class OAuth2GrantAuth(GrantAuthBase, httpx.Auth):
    __doc__ = GrantAuthBase.__doc__

    binding = BINDING


class OAuth2RefreshTokenAuth(RefreshTokenAuthBase, httpx.Auth):
    __doc__ = RefreshTokenAuthBase.__doc__

    binding = BINDING


class OAuth2ResourceOwnerPasswordAuth(ResourceOwnerPasswordAuthBase, httpx.Auth):
    __doc__ = ResourceOwnerPasswordAuthBase.__doc__

    binding = BINDING


class OAuth2TokenExchangeAuth(TokenExchangeAuthBase, httpx.Auth):
    __doc__ = TokenExchangeAuthBase.__doc__

    binding = BINDING


class ApiClient(ApiClientBase[httpx.Response, httpx.Client]):
    __doc__ = ApiClientBase.__doc__

    binding = BINDING


class AsyncApiClient(AsyncApiClientBase[httpx.Response, httpx.AsyncClient]):
    __doc__ = AsyncApiClientBase.__doc__

    binding = BINDING
