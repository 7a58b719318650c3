"""The auth handlers for any client of the library, one for each grant that can renew a token.

Rules of this room: what the arguments mean is oauth_core's; here they meet ``TokenAuth``. The client that a handler is
given decides its colour: a synchronous one makes a handler for synchronous clients, an asynchronous one for
asynchronous clients. One handler serves any number of clients, and all of them share its token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oauth_core import (
    AccessTokenHandler,
    AsyncEndpointMethods,
    AuthorizationCodeHandler,
    BackChannelAuthenticationHandler,
    ClientCredentialsHandler,
    DeviceCodeHandler,
    EndpointMethods,
    Grant,
    GrantHandler,
    GrantHandlerBase,
    PasswordHandler,
    RefreshTokenHandler,
    TokenCallback,
    TokenExchangeHandler,
)

from ._auth import TokenAuth

__all__ = [
    "AccessTokenAuthBase",
    "AuthorizationCodeAuthBase",
    "CIBAAuthBase",
    "ClientCredentialsAuthBase",
    "DeviceCodeAuthBase",
    "GrantAuthBase",
    "RefreshTokenAuthBase",
    "ResourceOwnerPasswordAuthBase",
    "TokenExchangeAuthBase",
]


class _ClientTokenAuth(TokenAuth, GrantHandlerBase):
    """Puts the tokens on requests that a client obtains."""

    def _begin(
        self,
        client: object,
        grant: Grant | None,
        *,
        token: Mapping[str, object] | None = None,
        refresh_parameters: Mapping[str, object] | None = None,
        options: Mapping[str, Any],
    ) -> None:
        if not isinstance(client, (EndpointMethods, AsyncEndpointMethods)):
            raise TypeError(f"client is an OAuth2Client or an AsyncOAuth2Client, not a {type(client).__name__}")
        source = client.new_source(
            grant,
            token=token,
            refresh_parameters=refresh_parameters,
            store=options.get("store"),
            key=options.get("store_key", "default"),
            leeway=options.get("leeway", 60),
            on_token=_callback(options, may_be_async=isinstance(client, AsyncEndpointMethods)),
        )
        source.renewal = source.renewal.bound_to(options.get("dpop"))
        super().__init__(
            source,
            token_placement=options.get("token_placement", "header"),
            hooks=client.config.hooks,
            allow_insecure_http=client.config.allow_insecure_http,
            dpop=source.renewal.config.dpop,
        )


def _callback(options: Mapping[str, Callable[..., object]], *, may_be_async: bool) -> TokenCallback | None:
    for name in ("update_token", "token_updater"):
        if options.get(name) is not None:
            return TokenCallback(options[name], token_alone=name == "token_updater", may_be_async=may_be_async)
    return None


class AccessTokenAuthBase(AccessTokenHandler, _ClientTokenAuth):
    __doc__ = AccessTokenHandler.__doc__


class RefreshTokenAuthBase(RefreshTokenHandler, _ClientTokenAuth):
    __doc__ = RefreshTokenHandler.__doc__


class ClientCredentialsAuthBase(ClientCredentialsHandler, _ClientTokenAuth):
    __doc__ = ClientCredentialsHandler.__doc__


class ResourceOwnerPasswordAuthBase(PasswordHandler, _ClientTokenAuth):
    __doc__ = PasswordHandler.__doc__


class AuthorizationCodeAuthBase(AuthorizationCodeHandler, _ClientTokenAuth):
    __doc__ = AuthorizationCodeHandler.__doc__


class CIBAAuthBase(BackChannelAuthenticationHandler, _ClientTokenAuth):
    __doc__ = BackChannelAuthenticationHandler.__doc__


class DeviceCodeAuthBase(DeviceCodeHandler, _ClientTokenAuth):
    __doc__ = DeviceCodeHandler.__doc__


class GrantAuthBase(GrantHandler, _ClientTokenAuth):
    __doc__ = GrantHandler.__doc__


class TokenExchangeAuthBase(TokenExchangeHandler, _ClientTokenAuth):
    __doc__ = TokenExchangeHandler.__doc__
