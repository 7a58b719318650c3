"""The methods of a client of the authorization server, the same on every client of both adapters: synchronous face.

Rules of this room: a method hands its arguments to the plan of its name and carries the plan out; it decides nothing.
An adapter supplies ``_send(request, options)``. ``_async_endpoints`` is the twin; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar, cast

from ._config import server_of
from ._drivers import run
from ._further_methods import FurtherMethods, K
from ._messages import Request, Response
from ._plans import Plan, described, discovering
from ._source import TokenSource

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest, AuthorizationResponse
    from ._claim_sources import ClaimsJudge, SourcedClaim
    from ._grants import Grant
    from ._metadata import ServerMetadata
    from ._plans import Callback
    from ._token import OAuth2Token

__all__ = ["EndpointMethods"]

T = TypeVar("T")


class EndpointMethods(FurtherMethods[K]):
    """The endpoints of an authorization server, one method each. Mixed into the synchronous clients.

    ``K`` is the class of the tokens that they return.
    """

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        raise NotImplementedError

    def _perform(self, request: Request) -> Response:
        return self._send(request, {})

    def new_source(
        self,
        grant: Grant | None = None,
        *,
        token: Mapping[str, object] | None = None,
        refresh_parameters: Mapping[str, object] | None = None,
        **options: object,
    ) -> TokenSource:
        """Return a source of tokens that this client obtains by ``grant`` and renews.

        ``options`` are those of ``TokenSource``: ``store``, ``key``, ``leeway`` (seconds), ``on_token``.
        """
        renewal = self._renewal(grant, refresh_parameters)
        build = cast("Callable[..., TokenSource]", TokenSource)
        return build(renewal, self._perform, token=token, clock=self._config.clock, **options)

    def _drive(self, plan: Plan[T]) -> T:
        return run(plan.flow, partial(self._send, options=plan.options))

    def _token(self, plan: Plan[OAuth2Token]) -> K:
        return cast("K", self._drive(plan))

    def _live(self, token: object) -> object:
        return token

    def client_credentials(self, scope: object = None, **parameters: object) -> K:
        """Obtain a token for the client itself. RFC 6749 §4.4.

        Further keywords (``audience``, ``resource``, ...) are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_client_credentials(scope, parameters))

    def authorization_code(
        self,
        code: Callback | AuthorizationResponse | None = None,
        *,
        request: AuthorizationRequest | None = None,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
        **parameters: object,
    ) -> K:
        """Exchange an authorization code, or the response that holds it, for a token. RFC 6749 §4.1.3.

        With ``request``, the authorization request, ``code`` is its callback, judged by ``validate_callback`` first.
        Further keywords are sent as parameters. Where an ``id_token_validator`` is configured, it judges the ID token;
        a bare code then takes the ``nonce`` that was sent. Raises ``ServerRefusal``, and what the validator raises.
        """
        return self._token(self._plan_code(code, redirect_uri, code_verifier, parameters, request))

    def resource_owner_password(
        self, username: str, password: object, *, scope: object = None, **parameters: object
    ) -> K:
        """Obtain a token with a user's name and password; the password may be a callable. RFC 6749 §4.3.

        Further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_password(username, password, scope, parameters))

    def authorization_request(self, **parameters: object) -> AuthorizationRequest:
        """Return a new authorization request with state, PKCE, and a nonce where the scope has ``openid``.

        Keywords stand in for what is configured; further ones are sent as parameters. RFC 6749 §4.1.1.
        """
        return self._drive(self._plan_authorize(parameters))

    def validate_callback(
        self, request: AuthorizationRequest, response: Callback, **options: object
    ) -> AuthorizationResponse:
        """Return the authorization response when it belongs to ``request`` and is no error.

        ``response`` is the whole callback URL, its query, or the parameters; a signed one is verified by the
        ``jarm_validator``. ``options`` are those of the HTTP library: keys may have to be fetched. Raises what
        ``AuthorizationRequest.validate_callback`` raises, and what the validator raises. JARM §2.4.
        """
        return self._drive(self._plan_callback(request, response, options))

    def validate_id_token(self, response: AuthorizationResponse, **options: object) -> dict[str, object]:
        """Return the claims of the ID token in an authorization response, judged by the ``id_token_validator``.

        That is all of a login with ``response_type="id_token"``, which brings no token. ``options`` are those of the
        HTTP library. Raises ``InvalidTokenResponse`` where there is none, and what the validator raises. OIDC Core
        §3.2.2.11.
        """
        return self._drive(self._plan_id_token(response, options))

    def userinfo(
        self, token: object = None, *, subject: str | None = None, token_placement: str = "header", **options: object
    ) -> dict[str, object]:
        """Return the claims about the token's user. OIDC Core §5.3.

        The token goes in the header or, with ``token_placement="body"``, in a form. A signed or encrypted answer is
        verified by the ``userinfo_validator``, and refused without one; where one is configured, any other answer is
        refused. So are claims of another user than ``subject``, or than the ID token's. Raises ``ServerRefusal``,
        ``ProtocolViolation``.
        """
        return self._drive(self._plan_userinfo(self._live(token), subject, token_placement, options))

    def find_issuer(self, identifier: str, **options: object) -> str:
        """Return the issuer that speaks for ``acct:user@host``, ``user@host``, a host or a URL, not yet verified.

        ``options`` are those of the HTTP library. Raises as ``from_webfinger``, which verifies it too. RFC 7033.
        """
        return self._drive(self._plan_issuer(identifier, options))

    def resolve_claims(
        self,
        claims: Mapping[str, object],
        judges: Mapping[str, ClaimsJudge],
        *,
        names: Iterable[str] | None = None,
        **options: object,
    ) -> dict[str, SourcedClaim]:
        """Return the aggregated and distributed claims of userinfo or an ID token, each with who vouches for it.

        ``judges`` verify, by issuer (``ClaimsValidator`` of oauth-jwt); the JWT of another issuer is refused. ``names``
        asks for some claims alone. A source elsewhere is shown the access token that came with the claims, or none.
        ``options`` are those of the HTTP library. Raises ``ProtocolViolation``, ``ServerRefusal``, and what a judge
        raises. OIDC Core §5.6.2.
        """
        return self._drive(self._plan_claims(claims, judges, names, options))

    def load_server_metadata(self) -> ServerMetadata:
        """Return what is known of the server, read from its metadata document where that is due. RFC 8414.

        Raises ``InvalidMetadataError``, ``ServerRefusal``.
        """
        return self._drive(Plan(server_of(self._config), {}))

    @classmethod
    def from_discovery_endpoint(cls, url: str | None = None, *, issuer: str | None = None, **options: object) -> Self:
        """Return a client of the server whose metadata is found at ``url``, or at the well-known URL of ``issuer``.

        ``options`` are the constructor's. The document's issuer must be ``issuer``. Raises ``InvalidMetadataError``,
        ``ServerRefusal``. RFC 8414 §3.
        """
        client = cls(**discovering(url, issuer, options))
        client.load_server_metadata()
        return client

    @classmethod
    def from_webfinger(cls, identifier: str, **options: object) -> Self:
        """Return a client of the server that speaks for ``acct:user@host``, ``user@host``, a host or a URL.

        The host is asked for the issuer, and the issuer's metadata must be its own. ``options`` are the constructor's.
        Raises ``UsageError`` for what is no identifier, ``ServerRefusal`` (status 404 where the host does not know it),
        ``ProtocolViolation``, ``InvalidMetadataError``. RFC 7033, OpenID Connect Discovery §2.
        """
        client = cls(**{**options, "webfinger": identifier})
        client.load_server_metadata()
        return client

    @classmethod
    def from_discovery_document(
        cls, document: Mapping[str, object], *, issuer: str | None = None, **options: object
    ) -> Self:
        """Return a client of the server that this metadata document describes.

        ``options`` are the constructor's. The document's issuer must be ``issuer`` where that is given. Raises
        ``InvalidMetadataError``. RFC 8414 §3.3.
        """
        return cls(**described(document, issuer, options))
