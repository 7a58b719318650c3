"""The auth handlers for any Requests session, one for each grant that can renew a token.

Rules of this room: what the arguments mean is oauth_core's; here they meet ``TokenAuth``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oauth_core import (
    AccessTokenHandler,
    AuthorizationCodeHandler,
    BackChannelAuthenticationHandler,
    ClientCredentialsHandler,
    DeviceCodeHandler,
    Grant,
    GrantHandler,
    GrantHandlerBase,
    PasswordHandler,
    RefreshTokenHandler,
    TokenCallback,
    TokenExchangeHandler,
)

from ._auth import TokenAuth, client_of_this_colour

__all__ = [
    "OAuth2AccessTokenAuth",
    "OAuth2AuthorizationCodeAuth",
    "OAuth2CIBAAuth",
    "OAuth2ClientCredentialsAuth",
    "OAuth2DeviceCodeAuth",
    "OAuth2GrantAuth",
    "OAuth2RefreshTokenAuth",
    "OAuth2ResourceOwnerPasswordAuth",
    "OAuth2TokenExchangeAuth",
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
        client = client_of_this_colour(client)
        source = client.new_source(
            grant,
            token=token,
            refresh_parameters=refresh_parameters,
            store=options.get("store"),
            key=options.get("store_key", "default"),
            leeway=options.get("leeway", 60),
            on_token=_callback(options),
        )
        source.renewal = source.renewal.bound_to(options.get("dpop"))
        super().__init__(
            source,
            token_placement=options.get("token_placement", "header"),
            hooks=client.config.hooks,
            allow_insecure_http=client.config.allow_insecure_http,
            dpop=source.renewal.config.dpop,
        )


def _callback(options: Mapping[str, Callable[..., object]]) -> TokenCallback | None:
    for name in ("update_token", "token_updater"):
        if options.get(name) is not None:
            return TokenCallback(options[name], token_alone=name == "token_updater", may_be_async=False)
    return None


class OAuth2AccessTokenAuth(AccessTokenHandler, _ClientTokenAuth):
    __doc__ = AccessTokenHandler.__doc__


class OAuth2RefreshTokenAuth(RefreshTokenHandler, _ClientTokenAuth):
    __doc__ = RefreshTokenHandler.__doc__


class OAuth2ClientCredentialsAuth(ClientCredentialsHandler, _ClientTokenAuth):
    __doc__ = ClientCredentialsHandler.__doc__


class OAuth2ResourceOwnerPasswordAuth(PasswordHandler, _ClientTokenAuth):
    __doc__ = PasswordHandler.__doc__


class OAuth2AuthorizationCodeAuth(AuthorizationCodeHandler, _ClientTokenAuth):
    __doc__ = AuthorizationCodeHandler.__doc__


class OAuth2CIBAAuth(BackChannelAuthenticationHandler, _ClientTokenAuth):
    __doc__ = BackChannelAuthenticationHandler.__doc__


class OAuth2DeviceCodeAuth(DeviceCodeHandler, _ClientTokenAuth):
    __doc__ = DeviceCodeHandler.__doc__


class OAuth2GrantAuth(GrantHandler, _ClientTokenAuth):
    __doc__ = GrantHandler.__doc__


class OAuth2TokenExchangeAuth(TokenExchangeHandler, _ClientTokenAuth):
    __doc__ = TokenExchangeHandler.__doc__
