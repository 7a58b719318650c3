"""``OAuth2Client``: a client of an authorization server's endpoints, one method each; it holds no token.

Rules of this room: arguments become configuration here; what is sent and how an answer is judged is oauth_core's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import requests

from oauth_core import (
    OPTION_NAMES,
    ClientAuth,
    EndpointMethods,
    ErrorStatusReceived,
    OAuth2Settings,
    Request,
    Response,
    ServerRefusal,
    parse_token_response,
    unknown_keyword,
)

from ._bearer import BearerToken
from ._transport import HTTP_OPTIONS, perform

__all__ = ["OAuth2Client"]

_OPTIONS = OPTION_NAMES - {
    "auto_refresh_kwargs",
    "auto_refresh_url",
    "grant",
    "grant_type",
    "leeway",
    "pkce",
    "store",
    "store_key",
    "token",
    "token_updater",
    "update_token",
}


class OAuth2Client(EndpointMethods[BearerToken]):
    """A client of one authorization server.

    ``auth`` is how it authenticates: a pair of id and secret (sent by ``client_secret_post``) or of id and private JWK,
    a ``ClientAuth`` such as ``ClientSecretBasic(id, secret)`` or ``PublicApp(id)``, or the name of a method beside
    ``client_id`` and ``client_secret``, also taken as ``token_endpoint_auth_method``. ``session`` is the Requests
    session whose transport is used. ``timeout`` is in seconds for each operation. Further keywords are endpoints
    (``revocation_endpoint`` and so on), ``issuer``, ``redirect_uri``, ``scope``, ``code_challenge_method`` (``None``
    gives up PKCE), ``allow_insecure_http``, ``clock``, ``dpop`` (the key that tokens are bound to),
    ``id_token_validator``, ``jarm_validator``, ``userinfo_validator``, ``introspection_validator`` (what judges the
    server's signatures).
    Raises ``TypeError`` for an unknown one.
    """

    _http_options = HTTP_OPTIONS

    def __init__(
        self,
        token_endpoint: str | None = None,
        auth: object = None,
        *,
        client_id: str | None = None,
        client_secret: object = None,
        private_jwk: Mapping[str, object] | None = None,
        session: requests.Session | None = None,
        timeout: Any = None,
        **options: Any,
    ) -> None:
        for name in options:
            if name not in _OPTIONS:
                raise unknown_keyword(type(self).__name__, name, _OPTIONS)
        named = options.pop("token_endpoint_auth_method", None)
        if named is not None:
            if auth is not None:
                raise TypeError("pass auth or token_endpoint_auth_method, not both")
            auth = named
        if private_jwk is not None:
            if auth is not None:
                raise TypeError("pass auth or private_jwk, not both")
            auth = (client_id, private_jwk)
        if client_id is None:
            client_id = _id_of(auth)
        if token_endpoint is not None and "://" not in token_endpoint:
            raise TypeError("the first argument is the URL of the token endpoint; pass auth=(client_id, client_secret)")
        settings = OAuth2Settings(
            {
                **options,
                "client_id": client_id,
                "client_secret": client_secret,
                "token_endpoint": token_endpoint,
                "token_endpoint_auth_method": auth,
            },
            default_auth="client_secret_post",
        )
        method = options.get("code_challenge_method", "S256")
        self._config = settings.config.replace(parse_token=self.parse_token_response, code_challenge_method=method)
        self.session = session or requests.Session()
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.client_id!r} at {self.metadata.get('token_endpoint')!r}>"

    @property
    def client_id(self) -> str | None:
        """The client's identifier."""
        return self._config.client_id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the session's connections."""
        self.session.close()

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return perform(self.session, request, options, timeout=self.timeout)

    def parse_token_response(self, response: Response) -> BearerToken:
        """Return the token of a token endpoint's answer; override it for servers with answers of their own.

        Raises what ``on_token_error`` raises, and ``ProtocolViolation`` for a success without a usable token.
        """
        try:
            return BearerToken(parse_token_response(response, clock=self._config.clock))
        except ServerRefusal as exc:
            return self.on_token_error(response, exc)

    def on_token_error(self, response: Response, error: ServerRefusal) -> BearerToken:
        """Raise ``error``, which ``response`` stands for; override it to raise another, or to return a token."""
        raise error

    def refresh_token(self, refresh_token: object = None, *, scope: object = None, **parameters: object) -> BearerToken:
        """Spend a refresh token, given as text or as the token that holds it, and return the new token.

        Further keywords are sent as parameters. Raises ``ReauthorizationRequired``. RFC 6749 §6.
        """
        token = parameters.pop("token", None) if refresh_token is None else refresh_token
        return BearerToken.from_dict(self._token(self._plan_refresh(token, scope, parameters)))

    def revoke_token(self, token: object = None, token_type_hint: str | None = None, **parameters: object) -> bool:
        """Ask the server to forget a token. False where it answers with an error status and no OAuth error.

        Raises ``ServerRefusal`` for an OAuth error. RFC 7009 §2.
        """
        try:
            self._drive(self._plan_revoke(token, token_type_hint, parameters))
        except ErrorStatusReceived:
            return False
        return True

    def revoke_access_token(self, token: object = None, **parameters: object) -> bool:
        """Ask the server to forget an access token, as ``revoke_token`` does."""
        return self.revoke_token(token, "access_token", **parameters)

    def revoke_refresh_token(self, token: object = None, **parameters: object) -> bool:
        """Ask the server to forget a refresh token, as ``revoke_token`` does."""
        return self.revoke_token(token, "refresh_token", **parameters)

    def introspect_token(
        self, token: object = None, token_type_hint: str | None = None, **parameters: object
    ) -> dict[str, object]:
        """Return what the server says about a token. Raises ``ServerRefusal``, ``ProtocolViolation``. RFC 7662 §2."""
        return self._drive(self._plan_introspect(token, token_type_hint, parameters))


def _id_of(auth: object) -> str | None:
    if isinstance(auth, tuple) and len(auth) == 2 and isinstance(auth[0], str) and not callable(auth[1]):
        return auth[0]
    return auth.client_id if isinstance(auth, ClientAuth) else None
