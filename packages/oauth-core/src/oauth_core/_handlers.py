"""What the auth handlers' arguments mean: one grant each, for every HTTP library and colour.

Rules of this room: a handler here is arguments and nothing else. The adapter's own base class comes after it in the
bases and supplies ``_begin``, which makes a token source through the client and knows how to put a token on a request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from ._authorization import AuthorizationResponse
from ._ciba import BackChannelAuthentication, CIBAGrant
from ._device import DeviceAuthorization, DeviceCodeGrant
from ._errors import UsageError
from ._grants import AuthorizationCodeGrant, ClientCredentialsGrant, Grant, PasswordGrant
from ._login import Login
from ._messages import pairs
from ._options import REFUSED, refuse_keywords, scope_text
from ._polling import PolledGrant, PollProgress
from ._token import OAuth2Token
from ._token_exchange import TokenExchangeGrant

__all__ = [
    "AccessTokenHandler",
    "AuthorizationCodeHandler",
    "BackChannelAuthenticationHandler",
    "ClientCredentialsHandler",
    "DeviceCodeHandler",
    "GrantHandler",
    "GrantHandlerBase",
    "PasswordHandler",
    "RefreshTokenHandler",
    "TokenExchangeHandler",
]

# How the handler behaves; every other keyword is a parameter of the token request.
HANDLER_OPTIONS = frozenset(
    {"dpop", "leeway", "store", "store_key", "token_placement", "token_updater", "update_token"}
)


class GrantHandlerBase:
    """What the adapters' base class supplies to the handlers of this module."""

    def _begin(
        self,
        client: object,
        grant: Grant | None,
        *,
        token: Mapping[str, object] | None = None,
        refresh_parameters: Mapping[str, object] | None = None,
        options: Mapping[str, object],
    ) -> None:
        raise NotImplementedError


def _split(keywords: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    refuse_keywords("the handler", keywords, REFUSED)
    options = {name: value for name, value in keywords.items() if name in HANDLER_OPTIONS}
    return options, {name: value for name, value in keywords.items() if name not in HANDLER_OPTIONS}


class AccessTokenHandler(GrantHandlerBase):
    """Presents a token and renews it by its refresh token.

    ``leeway`` (seconds), ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the session's; further
    keywords are sent with each renewal. RFC 6749 §6.
    """

    def __init__(self, client: object, token: Mapping[str, object] | str | None, **keywords: object) -> None:
        options, parameters = _split(keywords)
        known = OAuth2Token(access_token=token) if isinstance(token, str) else token
        self._begin(client, None, token=known, refresh_parameters=parameters, options=options)


class RefreshTokenHandler(GrantHandlerBase):
    """Obtains its first token, and every later one, by a refresh token.

    ``leeway`` (seconds), ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the session's; further
    keywords are sent with each renewal. RFC 6749 §6.
    """

    def __init__(self, client: object, refresh_token: str, **keywords: object) -> None:
        if not isinstance(refresh_token, str) or not refresh_token:
            raise UsageError("a refresh token is needed, as text")
        options, parameters = _split(keywords)
        token = OAuth2Token(refresh_token=refresh_token, expires_at=0)
        self._begin(client, None, token=token, refresh_parameters=parameters, options=options)


class ClientCredentialsHandler(GrantHandlerBase):
    """Obtains tokens for the client itself, at the first request and whenever one is at its end.

    ``leeway`` (seconds), ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the session's; further
    keywords (``audience``, ``resource``, ...) are sent with each token request. RFC 6749 §4.4.
    """

    def __init__(self, client: object, *, scope: object = None, **keywords: object) -> None:
        options, parameters = _split(keywords)
        self._begin(client, ClientCredentialsGrant(scope_text(scope), pairs(parameters)), options=options)


class PasswordHandler(GrantHandlerBase):
    """Obtains tokens with a user's name and password; the password may be a callable.

    ``leeway`` (seconds), ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the session's; further
    keywords are sent with each token request. RFC 6749 §4.3.
    """

    def __init__(
        self, client: object, username: str, password: object, *, scope: object = None, **keywords: object
    ) -> None:
        options, parameters = _split(keywords)
        self._begin(client, PasswordGrant(username, password, scope_text(scope), pairs(parameters)), options=options)


class AuthorizationCodeHandler(GrantHandlerBase):
    """Exchanges an authorization code at the first request, and renews by the refresh token.

    ``code`` is the code or the authorization response. ``leeway`` (seconds), ``store``, ``store_key``, ``update_token``
    and ``token_placement`` are the session's; further keywords are sent with the code. RFC 6749 §4.1.3.
    """

    def __init__(
        self,
        client: object,
        code: str | AuthorizationResponse,
        *,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
        **keywords: object,
    ) -> None:
        options, parameters = _split(keywords)
        login: Login | None = None
        config = getattr(client, "config", None)
        if getattr(config, "id_token_validator", None) is not None and not isinstance(code, AuthorizationResponse):
            nonce = cast("str | None", parameters.pop("nonce", None))
            login = Login(openid=nonce is not None, nonce=nonce)
        if isinstance(code, AuthorizationResponse):
            login = Login.of(code)
            redirect_uri = redirect_uri or code.redirect_uri
            code_verifier = code_verifier or code.code_verifier
            code = code.code or ""
        if redirect_uri is None:
            redirect_uri = getattr(config, "redirect_uri", None)
        self._begin(
            client, AuthorizationCodeGrant(code, redirect_uri, code_verifier, pairs(parameters), login), options=options
        )


class GrantHandler(GrantHandlerBase):
    """Obtains its first token by any grant, one of your own too, and renews it.

    It is renewed by its refresh token, or by showing the grant again where that is ``repeatable``. ``leeway``
    (seconds), ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the session's; further keywords
    are sent with each refresh request. RFC 6749 §4.5.
    """

    def __init__(self, client: object, grant: Grant, **keywords: object) -> None:
        if not isinstance(grant, Grant):
            raise TypeError(f"a grant has grant_type, repeatable and parameters(); a {type(grant).__name__} has not")
        options, parameters = _split(keywords)
        self._begin(client, grant, refresh_parameters=parameters, options=options)


class TokenExchangeHandler(GrantHandlerBase):
    """Exchanges a token at the first request, and again whenever what that brought is at its end.

    ``subject_token`` and ``actor_token`` may be callables, asked anew for each exchange. ``leeway`` (seconds),
    ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the session's; further keywords
    (``audience``, ``resource``, ...) are sent with each exchange. RFC 8693 §2.1.
    """

    def __init__(
        self,
        client: object,
        subject_token: object,
        subject_token_type: str | None = None,
        *,
        actor_token: object = None,
        actor_token_type: str | None = None,
        requested_token_type: str | None = None,
        scope: object = None,
        **keywords: object,
    ) -> None:
        options, parameters = _split(keywords)
        grant = TokenExchangeGrant(
            subject_token,
            subject_token_type,
            actor_token,
            actor_token_type,
            requested_token_type,
            scope_text(scope),
            pairs(parameters),
        )
        self._begin(client, grant, options=options)


class DeviceCodeHandler(GrantHandlerBase):
    """Waits, at the first request, until the person has approved on another device; renews by the refresh token.

    ``authorization`` is what ``authorize_device`` returned; ``on_poll(progress)`` is called after every question that
    brought no token. ``leeway`` (seconds), ``store``, ``store_key``, ``update_token`` and ``token_placement`` are the
    session's; further keywords are sent with the device code. RFC 8628 §3.4.
    """

    def __init__(
        self,
        client: object,
        authorization: DeviceAuthorization,
        *,
        on_poll: Callable[[PollProgress], object] | None = None,
        **keywords: object,
    ) -> None:
        if not isinstance(authorization, DeviceAuthorization):
            raise TypeError(f"pass what authorize_device() returned, not a {type(authorization).__name__}")
        options, parameters = _split(keywords)
        grant = DeviceCodeGrant(authorization.device_code, pairs(parameters))
        self._begin(
            client, PolledGrant(grant, authorization.expires_at, authorization.interval, on_poll), options=options
        )


class BackChannelAuthenticationHandler(GrantHandlerBase):
    """Waits, at the first request, until the person has agreed on their own device; renews by the refresh token.

    ``authentication`` is what ``backchannel_authentication_request`` returned; ``on_poll(progress)`` is called after
    every question that brought no token. ``leeway`` (seconds), ``store``, ``store_key``, ``update_token`` and
    ``token_placement`` are the session's; further keywords are sent with the request's id. CIBA Core §10.1.
    """

    def __init__(
        self,
        client: object,
        authentication: BackChannelAuthentication,
        *,
        on_poll: Callable[[PollProgress], object] | None = None,
        **keywords: object,
    ) -> None:
        if not isinstance(authentication, BackChannelAuthentication):
            raise TypeError(
                f"pass what backchannel_authentication_request() returned, not a {type(authentication).__name__}"
            )
        options, parameters = _split(keywords)
        grant = CIBAGrant(authentication.auth_req_id, pairs(parameters))
        self._begin(
            client, PolledGrant(grant, authentication.expires_at, authentication.interval, on_poll), options=options
        )
