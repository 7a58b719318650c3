"""The further endpoint methods, the same on every client of both adapters: synchronous face.

Rules of this room: as in ``_endpoints``: a method hands its arguments to the plan of its name and carries the plan out;
it decides nothing. ``_async_further_methods`` is the twin; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from ._errors import OAuthError
from ._further_plans import FurtherPlans

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest
    from ._ciba import BackChannelAuthentication
    from ._device import DeviceAuthorization
    from ._grants import Grant
    from ._logout import LogoutRequest
    from ._plans import Plan
    from ._polling import Polling, PollProgress
    from ._registration import ClientRegistration
    from ._token import OAuth2Token

__all__ = ["FurtherMethods"]

T = TypeVar("T")

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

    K = TypeVarWithDefault("K", bound=OAuth2Token, default=OAuth2Token)
else:
    K = TypeVar("K")


class FurtherMethods(FurtherPlans, Generic[K]):
    """Grants and endpoints beyond RFC 6749, one method each. Mixed into the synchronous clients.

    ``K`` is the class of the tokens that they return.
    """

    def _drive(self, plan: Plan[T]) -> T:
        raise NotImplementedError

    def _token(self, plan: Plan[OAuth2Token]) -> K:
        raise NotImplementedError

    def token_request(self, grant: Grant, **options: object) -> K:
        """Exchange any grant, one of your own too, for a token. RFC 6749 §4.5.

        ``options`` are ``url``, ``auth``, ``headers`` and those of the HTTP library. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_token_request(grant, options))

    def authorize_device(self, scope: object = None, **parameters: object) -> DeviceAuthorization:
        """Ask for a device code, and for what to show to the person. RFC 8628 §3.1.

        Further keywords are sent as parameters. Raises ``ServerRefusal``, ``ProtocolViolation``.
        """
        return self._drive(self._plan_authorize_device(scope, parameters))

    def device_code(self, device_code: str | DeviceAuthorization, **parameters: object) -> K:
        """Ask once for the token of a device code. RFC 8628 §3.4.

        Further keywords are sent as parameters. Raises ``ServerRefusal``, whose ``error`` is ``authorization_pending``
        as long as nobody has approved.
        """
        return self._token(self._plan_device_code(device_code, parameters))

    def poll_device_code(
        self,
        authorization: str | DeviceAuthorization,
        *,
        on_poll: Callable[[PollProgress], object] | None = None,
        **parameters: object,
    ) -> K:
        """Ask at the server's pace until the person has approved, and return the token. RFC 8628 §3.5.

        A bare code is asked about for half an hour, every five seconds. ``on_poll(progress)`` is called after every
        question that brought none. Raises ``ReauthorizationRequired`` (``expired_token``) at the end of the device
        code, ``ServerRefusal`` where the person declines.
        """
        polling = self._plan_polling("device_code", authorization, on_poll, parameters)
        while (token := self.poll_once(polling)) is None:
            continue
        return token

    def backchannel_authentication_request(
        self, scope: object = None, **parameters: object
    ) -> BackChannelAuthentication:
        """Ask the server to ask a person on a device of theirs. CIBA Core §7.1.

        One of ``login_hint``, ``id_token_hint`` and ``login_hint_token`` says who; also taken are ``binding_message``,
        ``requested_expiry`` (seconds), ``client_notification_token``, ``user_code``, ``acr_values``; further keywords
        are sent as parameters. Signed where a signer is configured and the server reads signed requests. Raises
        ``ServerRefusal``, ``ProtocolViolation``.
        """
        return self._drive(self._plan_backchannel(scope, parameters))

    def ciba(self, auth_req_id: str | BackChannelAuthentication, **parameters: object) -> K:
        """Ask once for the token of a backchannel authentication, as after a ping. CIBA Core §10.1.

        Further keywords are sent as parameters. Raises ``ServerRefusal``, whose ``error`` is ``authorization_pending``
        as long as the person has not decided.
        """
        return self._token(self._plan_ciba(auth_req_id, parameters))

    def poll_ciba(
        self,
        authentication: str | BackChannelAuthentication,
        *,
        on_poll: Callable[[PollProgress], object] | None = None,
        **parameters: object,
    ) -> K:
        """Ask at the server's pace until the person has decided, and return the token. CIBA Core §10.1.

        A bare id is asked about for half an hour, every five seconds. ``on_poll(progress)`` is called after every
        question that brought none. Raises ``ReauthorizationRequired`` (``expired_token``) at the end of the request,
        ``ServerRefusal`` where the person declines.
        """
        polling = self._plan_polling("ciba", authentication, on_poll, parameters)
        while (token := self.poll_once(polling)) is None:
            continue
        return token

    def poll_once(self, polling: Polling) -> K | None:
        """Wait as long as the server asks, ask once, and return the token, or None where it is still to come.

        Raises what ends the polling. RFC 8628 §3.5.
        """
        self._drive(self._plan_pause(polling))
        try:
            return self._token(self._plan_poll(polling))
        except OAuthError as exc:
            problem = exc
        self._drive(self._plan_judgement(polling, problem))
        return None

    def token_exchange(
        self,
        subject_token: object,
        subject_token_type: str | None = None,
        *,
        actor_token: object = None,
        actor_token_type: str | None = None,
        requested_token_type: str | None = None,
        scope: object = None,
        **parameters: object,
    ) -> K:
        """Exchange a token for another one. RFC 8693 §2.

        Types are names (``access_token``, ``id_token``, ``jwt``, ...) or URIs; a token that says what it is needs none.
        Further keywords (``resource``, ``audience``, ...) are sent as parameters. Raises ``ServerRefusal``, and
        ``InvalidTokenResponse`` where another type is issued than was asked for.
        """
        named = {
            "subject_token": subject_token,
            "subject_token_type": subject_token_type,
            "actor_token": actor_token,
            "actor_token_type": actor_token_type,
            "requested_token_type": requested_token_type,
        }
        return self._token(self._plan_exchange(named, scope, parameters))

    def jwt_bearer(self, assertion: object = None, *, scope: object = None, **parameters: object) -> K:
        """Obtain a token with a signed assertion. RFC 7523 §2.1.

        Without ``assertion`` one is signed from ``issuer``, ``subject``, ``audience``, ``claims``, ``key`` and
        ``header``, which needs oauth-jwt. With it, further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_assertion("jwt_bearer", assertion, scope, parameters))

    def saml2_bearer(self, assertion: object, *, scope: object = None, **parameters: object) -> K:
        """Obtain a token with a SAML 2.0 assertion, encoded in base64url. RFC 7522 §2.1.

        Further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_assertion("saml2_bearer", assertion, scope, parameters))

    def pushed_authorization_request(
        self, request: AuthorizationRequest | None = None, **parameters: object
    ) -> AuthorizationRequest:
        """Hand an authorization request, or a new one of these parameters, to the server. RFC 9126.

        Returns the request to open in the browser, whose ``uri`` refers to what was pushed. Raises ``ServerRefusal``,
        ``ProtocolViolation``.
        """
        return self._drive(self._plan_push(request, parameters))

    def register_client(
        self, metadata: Mapping[str, object] | None = None, *, initial_access_token: object = None, **fields: object
    ) -> ClientRegistration:
        """Register a client; ``metadata`` and further keywords are its metadata. RFC 7591 §3.1.

        ``ClientRegistration.options()`` are the keywords to construct it with. Raises ``ServerRefusal``,
        ``ProtocolViolation``.
        """
        return self._drive(self._plan_register(metadata, initial_access_token, fields))

    def read_registration(self, registration: ClientRegistration, **options: object) -> ClientRegistration:
        """Return a registration as the server has it now. Raises ``ServerRefusal``. RFC 7592 §2.1."""
        return self._drive(self._plan_read_registration(registration, options))

    def update_registration(self, registration: ClientRegistration, **changes: object) -> ClientRegistration:
        """Change a registration, None removes a member, and return the new one. RFC 7592 §2.2.

        Raises ``ServerRefusal``, ``ProtocolViolation``.
        """
        return self._drive(self._plan_update_registration(registration, changes))

    def delete_registration(self, registration: ClientRegistration, **options: object) -> None:
        """Delete a registration. Raises ``ServerRefusal``. RFC 7592 §2.3."""
        self._drive(self._plan_delete_registration(registration, options))

    def logout_request(
        self,
        id_token_hint: object = None,
        *,
        post_logout_redirect_uri: str | None = None,
        state: str | None = "",
        **parameters: object,
    ) -> LogoutRequest:
        """Return a request to end the user's session at the server, by the browser. RP-Initiated Logout §2.

        ``id_token_hint`` is an ID token or a token that holds one. Further keywords are sent as parameters. Raises
        ``UsageError`` where no ``end_session_endpoint`` is known.
        """
        return self._drive(self._plan_logout(id_token_hint, post_logout_redirect_uri, state, parameters))
