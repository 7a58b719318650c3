"""The methods of a session: a client of the authorization server that also holds one token for API calls.

``_async_session`` is the twin.

Rules of this room: as in ``_endpoints``, a method hands its arguments to the plan of its name and carries it out. A
token that a method obtains becomes the session's token.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from ._endpoints import EndpointMethods
from ._messages import Response
from ._session_plans import SessionPlans
from ._source import TokenSource

if TYPE_CHECKING:
    from ._plans import Plan
    from ._token import OAuth2Token

__all__ = ["SessionMethods"]


class SessionMethods(SessionPlans, EndpointMethods["OAuth2Token"]):
    """What a synchronous session adds to the endpoint methods."""

    _source: TokenSource

    @property
    def token_source(self) -> TokenSource:
        """The source of this session's token; auth handlers and other clients may share it."""
        return self._source

    def _token(self, plan: Plan[OAuth2Token]) -> OAuth2Token:
        send = partial(self._send, options=plan.options)
        return self._source.keep(self._keeping(plan), renewed=plan.renewed, send=send)

    def _live(self, token: object) -> object:
        return self._source.get() if token is None else token

    def fetch_token(self, url: str | None = None, **parameters: object) -> OAuth2Token:
        """Obtain a token, make it the session's and return it.

        The grant is inferred for each call: ``code`` or ``authorization_response`` (the callback's URL, whose state,
        issuer and error are checked) exchanges a code, ``username`` and ``password`` are sent as such, anything else is
        client credentials; ``grant_type`` names another. Also taken: ``scope``, ``state``, ``redirect_uri``,
        ``code_verifier``, ``auth``, ``client_id`` and ``client_secret`` (for this call alone), ``headers``, ``body``
        (form text), ``method``, ``include_client_id`` and the HTTP options such as ``timeout``; further keywords are
        sent as parameters. An ID token that comes is judged by the ``id_token_validator``, where one is configured;
        ``nonce`` is then the one that was sent, where this session did not make it. Raises ``ServerRefusal``,
        ``ProtocolViolation``, ``TransportError``. RFC 6749 §4.
        """
        return self._token(self._plan_fetch(url, parameters))

    def refresh_token(
        self,
        url: str | None = None,
        refresh_token: object = None,
        body: str = "",
        auth: object = None,
        headers: Mapping[str, str] | None = None,
        **parameters: object,
    ) -> OAuth2Token:
        """Spend a refresh token, the session's unless given, and keep the new token.

        Takes what else ``fetch_token`` takes. Raises ``ReauthorizationRequired`` where it is no longer accepted.
        RFC 6749 §6.
        """
        named = {"refresh_token": refresh_token, "body": body, "auth": auth, "headers": headers}
        return self._token(self._plan_session_refresh(url, {**parameters, **named}))

    def revoke_token(
        self,
        url: str | None = None,
        token: object = None,
        token_type_hint: str | None = None,
        body: str = "",
        auth: object = None,
        headers: Mapping[str, str] | None = None,
        **parameters: object,
    ) -> Response:
        """Ask the server to forget a token and return its answer; without ``token`` the session's refresh token.

        Raises ``ServerRefusal``. RFC 7009 §2.
        """
        named = {**parameters, "body": body, "auth": auth, "headers": headers}
        return self._drive(self._plan_session_revoke(url, token, token_type_hint, named))

    def revoke_access_token(self, token: object = None, **parameters: object) -> Response:
        """Ask the server to forget an access token, the session's unless given. RFC 7009 §2.1."""
        return self._drive(self._plan_session_revoke(None, token, "access_token", parameters))

    def revoke_refresh_token(self, token: object = None, **parameters: object) -> Response:
        """Ask the server to forget a refresh token, the session's unless given. RFC 7009 §2.1."""
        return self._drive(self._plan_session_revoke(None, token, "refresh_token", parameters))

    def introspect_token(
        self,
        url: str | None = None,
        token: object = None,
        token_type_hint: str | None = None,
        body: str = "",
        auth: object = None,
        headers: Mapping[str, str] | None = None,
        **parameters: object,
    ) -> dict[str, object]:
        """Return what the server says about a token; without ``token`` the session's access token.

        Raises ``ServerRefusal``, ``ProtocolViolation``. RFC 7662 §2.
        """
        named = {**parameters, "body": body, "auth": auth, "headers": headers}
        return self._drive(self._plan_session_introspect(url, token, token_type_hint, named))

    def ensure_active_token(self, min_validity: float | Mapping[str, object] | None = None) -> OAuth2Token:
        """Return a token that is good for so many seconds (the leeway unless given), renewed where it has to be.

        The session's own token may be passed instead of a number. Raises ``MissingTokenError``,
        ``TokenExpiredError``, ``ReauthorizationRequired``.
        """
        return self._source.get(self._validity(min_validity))
