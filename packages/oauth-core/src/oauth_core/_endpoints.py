"""The methods of a client of the authorization server, the same on every client of both adapters.

Rules of this room: ``_EndpointPlans`` decides, colourless: it turns arguments into a flow. The two faces below only
carry plans out; they hold no decision. An adapter supplies ``_config``, ``_http_options`` (the names of the HTTP
options that its ``_send`` takes) and ``_send(request, options)``; an asynchronous one ``_runtime()`` too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, Self, TypeVar, cast

from ._authorization import AuthorizationRequest, AuthorizationResponse
from ._config import ClientConfig, server_of
from ._drivers import arun, run
from ._errors import UsageError
from ._flows import authorize, fetch_token, introspect, refresh, revoke, userinfo
from ._grants import AuthorizationCodeGrant, ClientCredentialsGrant, Grant, PasswordGrant
from ._messages import Flow, Pairs, Request, Response, pairs
from ._metadata import ServerMetadata, check_metadata
from ._options import REFUSED, refuse_keywords, scope_text
from ._renewal import Renewal, renewal_settings
from ._runtime import Runtime
from ._source import AsyncTokenSource, TokenSource
from ._token import OAuth2Token

__all__ = ["AsyncEndpointMethods", "EndpointMethods"]

T = TypeVar("T")

# HTTP options of one library or the other: never sent as parameters, refused where this library has no such option.
_HTTP_OPTIONS = frozenset({"cert", "proxies", "proxy", "timeout", "verify"})


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """A flow that is ready to be carried out, and the HTTP options of this call."""

    flow: Flow[T]
    options: Mapping[str, object]
    grant: Grant | None = None
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class SortedCall:
    """The arguments that every endpoint method takes, sorted."""

    config: ClientConfig
    url: str | None
    auth: object
    headers: Pairs
    body: str
    method: str
    options: Mapping[str, object]
    extra: dict[str, object]


class _EndpointPlans:
    _config: ClientConfig
    _http_options: frozenset[str] = frozenset({"timeout"})

    @property
    def config(self) -> ClientConfig:
        """Who this client is and which server it talks to."""
        return self._config

    def __init__(self, **options: object) -> None:
        raise NotImplementedError

    def _sort(self, where: str, parameters: Mapping[str, object], *urls: str) -> SortedCall:
        """Sort free keywords into this call's own configuration, HTTP options and request parameters."""
        rest = dict(parameters)
        refuse_keywords(where, rest, REFUSED | (_HTTP_OPTIONS - self._http_options))
        options = {name: rest.pop(name) for name in self._http_options & rest.keys()}
        url = next((rest.pop(name) for name in ("url", *urls) if rest.get(name) is not None), None)
        for name in ("url", *urls):
            rest.pop(name, None)
        config = self._config
        changes: dict[str, object] = {}
        for name in ("client_id", "client_secret"):
            value = rest.pop(name, None)
            if value is not None:
                changes[name] = value
        if changes:
            config = replace(config, **changes)  # type: ignore[arg-type]  # the two names above
        if rest.pop("include_client_id", None) and config.client_id:
            rest["client_id"] = config.client_id
        return SortedCall(
            config=config,
            url=cast("str | None", url),
            auth=rest.pop("auth", None),
            headers=pairs(cast("Mapping[str, object] | None", rest.pop("headers", None))),
            body=_body(rest.pop("body", "")),
            method=str(rest.pop("method", None) or "POST").upper(),
            options=options,
            extra=rest,
        )

    def _plan_grant(self, grant: Grant, call: SortedCall) -> Plan[OAuth2Token]:
        flow = fetch_token(
            call.config,
            grant,
            url=call.url,
            auth=call.auth,
            headers=call.headers,
            method=call.method,
            body=call.body,
        )
        return Plan(flow, call.options, grant)

    def _plan_client_credentials(self, scope: object, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        call = self._sort("client_credentials", parameters, "token_endpoint")
        return self._plan_grant(ClientCredentialsGrant(self._scope(scope), pairs(call.extra)), call)

    def _plan_password(
        self, username: str, password: object, scope: object, parameters: Mapping[str, object]
    ) -> Plan[OAuth2Token]:
        call = self._sort("resource_owner_password", parameters, "token_endpoint")
        return self._plan_grant(PasswordGrant(username, password, self._scope(scope), pairs(call.extra)), call)

    def _plan_code(
        self,
        code: str | AuthorizationResponse | None,
        redirect_uri: str | None,
        code_verifier: str | None,
        parameters: Mapping[str, object],
    ) -> Plan[OAuth2Token]:
        call = self._sort("authorization_code", parameters, "token_endpoint")
        if isinstance(code, AuthorizationResponse):
            redirect_uri = redirect_uri or code.redirect_uri
            code_verifier = code_verifier or code.code_verifier
            code = code.code
        if not code:
            raise UsageError("authorization_code needs the code, or the authorization response that holds it")
        grant = AuthorizationCodeGrant(
            code, redirect_uri or self._config.redirect_uri, code_verifier, pairs(call.extra)
        )
        return self._plan_grant(grant, call)

    def _plan_refresh(self, token: object, scope: object, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        call = self._sort("refresh_token", parameters, "token_endpoint", "token_url")
        flow = refresh(
            call.config,
            token,
            scope=scope_text(scope),
            extra=pairs(call.extra),
            url=call.url,
            auth=call.auth,
            headers=call.headers,
            body=call.body,
        )
        return Plan(flow, call.options, renewed=True)

    def _plan_revoke(
        self, token: object, token_type_hint: str | None, parameters: Mapping[str, object]
    ) -> Plan[Response]:
        call = self._sort("revoke_token", parameters, "revocation_endpoint")
        flow = revoke(
            call.config,
            token,
            token_type_hint=token_type_hint,
            url=call.url,
            auth=call.auth,
            headers=call.headers,
            body=call.body,
            extra=pairs(call.extra),
        )
        return Plan(flow, call.options)

    def _plan_introspect(
        self, token: object, token_type_hint: str | None, parameters: Mapping[str, object]
    ) -> Plan[dict[str, object]]:
        call = self._sort("introspect_token", parameters, "introspection_endpoint")
        flow = introspect(
            call.config,
            token,
            token_type_hint=token_type_hint,
            url=call.url,
            auth=call.auth,
            headers=call.headers,
            body=call.body,
            extra=pairs(call.extra),
        )
        return Plan(flow, call.options)

    def _plan_userinfo(
        self, token: object, subject: str | None, parameters: Mapping[str, object]
    ) -> Plan[dict[str, object] | str]:
        call = self._sort("userinfo", parameters, "userinfo_endpoint")
        if call.extra:
            raise TypeError(f"userinfo takes no {sorted(call.extra)}")
        return Plan(userinfo(call.config, token, url=call.url, subject=subject), call.options)

    def _plan_authorize(self, parameters: Mapping[str, object]) -> Plan[AuthorizationRequest]:
        rest = dict(parameters)
        refuse_keywords("authorization_request", rest, REFUSED)
        options = {name: rest.pop(name) for name in self._http_options & rest.keys()}
        return Plan(authorize(self._config, **rest), options)

    def _renewal(self, grant: Grant | None, refresh_parameters: Mapping[str, object] | None) -> Renewal:
        config, extra = renewal_settings(self._config, refresh_parameters or {})
        return Renewal(config, grant, extra)

    def _scope(self, scope: object) -> str | None:
        return self._config.scope if scope is None else scope_text(scope)


def _discovering(url: str | None, issuer: str | None, options: Mapping[str, object]) -> dict[str, object]:
    if not url and not issuer:
        raise UsageError("pass the URL of the metadata document, or issuer=")
    return {**options, "server_metadata_url": url, "issuer": issuer}


def _described(document: Mapping[str, object], issuer: str | None, options: Mapping[str, object]) -> dict[str, object]:
    insecure = bool(options.get("allow_insecure_http", False))
    return {**options, "metadata": check_metadata(document, issuer=issuer, allow_insecure_http=insecure)}


def _body(body: object) -> str:
    if body is None or isinstance(body, str):
        return body or ""
    if isinstance(body, bytes):
        return body.decode("utf-8")
    raise TypeError(f"body is form text, already encoded, not a {type(body).__name__}")


class EndpointMethods(_EndpointPlans):
    """The endpoints of an authorization server, one method each. Mixed into the synchronous clients."""

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

    def _token(self, plan: Plan[OAuth2Token]) -> OAuth2Token:
        return self._drive(plan)

    def _live(self, token: object) -> object:
        return token

    def client_credentials(self, scope: object = None, **parameters: object) -> OAuth2Token:
        """Obtain a token for the client itself. RFC 6749 §4.4.

        Further keywords (``audience``, ``resource``, ...) are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_client_credentials(scope, parameters))

    def authorization_code(
        self,
        code: str | AuthorizationResponse | None = None,
        *,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
        **parameters: object,
    ) -> OAuth2Token:
        """Exchange an authorization code, or the response that holds it, for a token. RFC 6749 §4.1.3.

        Further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_code(code, redirect_uri, code_verifier, parameters))

    def resource_owner_password(
        self, username: str, password: object, *, scope: object = None, **parameters: object
    ) -> OAuth2Token:
        """Obtain a token with a user's name and password; the password may be a callable. RFC 6749 §4.3.

        Further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return self._token(self._plan_password(username, password, scope, parameters))

    def authorization_request(self, **parameters: object) -> AuthorizationRequest:
        """Return a new authorization request with state, PKCE, and a nonce where the scope has ``openid``.

        Keywords stand in for what is configured; further ones are sent as parameters. RFC 6749 §4.1.1.
        """
        return self._drive(self._plan_authorize(parameters))

    def userinfo(
        self, token: object = None, *, subject: str | None = None, **options: object
    ) -> dict[str, object] | str:
        """Return the claims about the token's user; a signed answer is returned as its JWT. OIDC Core §5.3.

        Claims of another user than ``subject`` are refused. Raises ``ServerRefusal``, ``ProtocolViolation``.
        """
        return self._drive(self._plan_userinfo(self._live(token), subject, options))

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
        client = cls(**_discovering(url, issuer, options))
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
        return cls(**_described(document, issuer, options))


class AsyncEndpointMethods(_EndpointPlans):
    """The endpoints of an authorization server, one method each. Mixed into the asynchronous clients."""

    async def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        raise NotImplementedError

    def _runtime(self) -> Runtime:
        raise NotImplementedError

    async def _perform(self, request: Request) -> Response:
        return await self._send(request, {})

    def new_source(
        self,
        grant: Grant | None = None,
        *,
        token: Mapping[str, object] | None = None,
        refresh_parameters: Mapping[str, object] | None = None,
        **options: object,
    ) -> AsyncTokenSource:
        """Return a source of tokens that this client obtains by ``grant`` and renews.

        ``options`` are those of ``TokenSource``: ``store``, ``key``, ``leeway`` (seconds), ``on_token``.
        """
        renewal = self._renewal(grant, refresh_parameters)
        build = cast("Callable[..., AsyncTokenSource]", AsyncTokenSource)
        return build(renewal, self._perform, runtime=self._runtime, token=token, clock=self._config.clock, **options)

    async def _drive(self, plan: Plan[T]) -> T:
        runtime = self._runtime()
        send = partial(self._send, options=plan.options)
        return await arun(plan.flow, send, sleep=runtime.sleep, to_thread=runtime.to_thread)

    async def _token(self, plan: Plan[OAuth2Token]) -> OAuth2Token:
        return await self._drive(plan)

    async def _live(self, token: object) -> object:
        return token

    async def client_credentials(self, scope: object = None, **parameters: object) -> OAuth2Token:
        """Obtain a token for the client itself. RFC 6749 §4.4.

        Further keywords (``audience``, ``resource``, ...) are sent as parameters. Raises ``ServerRefusal``.
        """
        return await self._token(self._plan_client_credentials(scope, parameters))

    async def authorization_code(
        self,
        code: str | AuthorizationResponse | None = None,
        *,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
        **parameters: object,
    ) -> OAuth2Token:
        """Exchange an authorization code, or the response that holds it, for a token. RFC 6749 §4.1.3.

        Further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return await self._token(self._plan_code(code, redirect_uri, code_verifier, parameters))

    async def resource_owner_password(
        self, username: str, password: object, *, scope: object = None, **parameters: object
    ) -> OAuth2Token:
        """Obtain a token with a user's name and password; the password may be a callable. RFC 6749 §4.3.

        Further keywords are sent as parameters. Raises ``ServerRefusal``.
        """
        return await self._token(self._plan_password(username, password, scope, parameters))

    async def authorization_request(self, **parameters: object) -> AuthorizationRequest:
        """Return a new authorization request with state, PKCE, and a nonce where the scope has ``openid``.

        Keywords stand in for what is configured; further ones are sent as parameters. RFC 6749 §4.1.1.
        """
        return await self._drive(self._plan_authorize(parameters))

    async def userinfo(
        self, token: object = None, *, subject: str | None = None, **options: object
    ) -> dict[str, object] | str:
        """Return the claims about the token's user; a signed answer is returned as its JWT. OIDC Core §5.3.

        Claims of another user than ``subject`` are refused. Raises ``ServerRefusal``, ``ProtocolViolation``.
        """
        return await self._drive(self._plan_userinfo(await self._live(token), subject, options))

    async def load_server_metadata(self) -> ServerMetadata:
        """Return what is known of the server, read from its metadata document where that is due. RFC 8414.

        Raises ``InvalidMetadataError``, ``ServerRefusal``.
        """
        return await self._drive(Plan(server_of(self._config), {}))

    @classmethod
    async def from_discovery_endpoint(
        cls, url: str | None = None, *, issuer: str | None = None, **options: object
    ) -> Self:
        """Return a client of the server whose metadata is found at ``url``, or at the well-known URL of ``issuer``.

        ``options`` are the constructor's. The document's issuer must be ``issuer``. Raises ``InvalidMetadataError``,
        ``ServerRefusal``. RFC 8414 §3.
        """
        client = cls(**_discovering(url, issuer, options))
        await client.load_server_metadata()
        return client

    @classmethod
    def from_discovery_document(
        cls, document: Mapping[str, object], *, issuer: str | None = None, **options: object
    ) -> Self:
        """Return a client of the server that this metadata document describes.

        ``options`` are the constructor's. The document's issuer must be ``issuer`` where that is given. Raises
        ``InvalidMetadataError``. RFC 8414 §3.3.
        """
        return cls(**_described(document, issuer, options))
