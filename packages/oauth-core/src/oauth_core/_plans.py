"""Turning the arguments of an endpoint method into a flow: what both colours of every client share.

Rules of this room: every decision about arguments is made here, once. What a plan needs is imported when the plan is
made: most programs use two or three of these methods, and importing an adapter must stay cheap. An adapter supplies
``_config`` and ``_http_options``, the names of the HTTP options that its ``_send`` takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from ._config import ClientConfig, client_keys, with_credentials
from ._errors import UsageError
from ._messages import Flow, Response, pairs
from ._metadata import check_metadata
from ._options import REFUSED, refuse_keywords, scope_text
from ._renewal import Renewal, renewal_settings
from ._sorted_call import SortedCall

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest, AuthorizationResponse
    from ._claim_sources import ClaimsJudge, SourcedClaim
    from ._grants import Grant
    from ._login import Login
    from ._token import OAuth2Token

T = TypeVar("T")

Callback: TypeAlias = "str | Mapping[str, object] | Iterable[tuple[str, str]]"

# HTTP options of one library or the other: never sent as parameters, refused where this library has no such option.
_HTTP_OPTIONS = frozenset({"cert", "proxies", "proxy", "timeout", "verify"})
_KNOWN_OPTIONS = REFUSED | _HTTP_OPTIONS


class Plan(Generic[T]):
    """A flow that is ready to be carried out, and the HTTP options of this call."""

    __slots__ = ("flow", "grant", "options", "renewed")

    def __init__(
        self, flow: Flow[T], options: Mapping[str, object], grant: Grant | None = None, *, renewed: bool = False
    ) -> None:
        self.flow = flow
        self.options = options
        self.grant = grant
        self.renewed = renewed


class EndpointPlans:
    _config: ClientConfig
    _http_options: frozenset[str] = frozenset({"timeout"})

    @property
    def metadata(self) -> Mapping[str, object]:
        """What is configured or known of the server."""
        discovery = self._config.discovery
        known = discovery.metadata if discovery is not None else None
        return self._config.metadata if known is None else self._config.metadata.over(known)

    @property
    def config(self) -> ClientConfig:
        """Who this client is and which server it talks to."""
        return self._config

    @property
    def client_jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public halves of this client's keys, as a JWK set to register or to serve at its ``jwks_uri``.

        They are those by which it authenticates and signs its requests; a key that is held elsewhere is not among them.
        Raises ``UsageError`` where the client's authentication is not configured whole. RFC 7517 §5.
        """
        return client_keys(self._config)

    def __init__(self, **options: object) -> None:
        raise NotImplementedError

    def _sort(self, where: str, parameters: Mapping[str, object], *urls: str) -> SortedCall:
        """Sort free keywords into this call's own configuration, HTTP options and request parameters."""
        rest = dict(parameters)
        if not _KNOWN_OPTIONS.isdisjoint(rest):
            refuse_keywords(where, rest, REFUSED | (_HTTP_OPTIONS - self._http_options))
        options = {name: rest.pop(name) for name in self._http_options if name in rest}
        url = rest.pop("url", None)
        for name in urls:
            other = rest.pop(name, None)
            url = other if url is None else url
        config = with_credentials(self._config, rest)
        if rest.pop("include_client_id", None) and config.client_id:
            rest["client_id"] = config.client_id
        return SortedCall(
            config,
            cast("str | None", url),
            auth=rest.pop("auth", None),
            headers=pairs(cast("Mapping[str, object] | None", rest.pop("headers", None))),
            body=_body(rest.pop("body", "")),
            method=str(rest.pop("method", None) or "POST").upper(),
            options=options,
            extra=rest,
        )

    def _plan_grant(self, grant: Grant, call: SortedCall) -> Plan[OAuth2Token]:
        from ._flows import fetch_token

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
        from ._grants import ClientCredentialsGrant

        call = self._sort("client_credentials", parameters, "token_endpoint")
        return self._plan_grant(ClientCredentialsGrant(self._scope(scope), pairs(call.extra)), call)

    def _plan_password(
        self, username: str, password: object, scope: object, parameters: Mapping[str, object]
    ) -> Plan[OAuth2Token]:
        from ._grants import PasswordGrant

        call = self._sort("resource_owner_password", parameters, "token_endpoint")
        return self._plan_grant(PasswordGrant(username, password, self._scope(scope), pairs(call.extra)), call)

    def _plan_callback(
        self, request: AuthorizationRequest, response: Callback, parameters: Mapping[str, object]
    ) -> Plan[AuthorizationResponse]:
        from ._signed_answers import validate_callback

        call = self._sort("validate_callback", parameters)
        if call.extra:
            raise TypeError(f"validate_callback takes no {sorted(call.extra)}")
        return Plan(validate_callback(self._config.jarm_validator, request, response), call.options)

    def _plan_id_token(
        self, response: AuthorizationResponse, parameters: Mapping[str, object]
    ) -> Plan[dict[str, object]]:
        from ._login import claims_of

        call = self._sort("validate_id_token", parameters)
        if call.extra:
            raise TypeError(f"validate_id_token takes no {sorted(call.extra)}")
        return Plan(claims_of(self._config.id_token_validator, response), call.options)

    def _plan_code(
        self,
        code: object,
        redirect_uri: str | None,
        code_verifier: str | None,
        parameters: Mapping[str, object],
        request: AuthorizationRequest | None = None,
    ) -> Plan[OAuth2Token]:
        from ._authorization import AuthorizationResponse
        from ._grants import AuthorizationCodeGrant

        call = self._sort("authorization_code", parameters, "token_endpoint")
        if request is not None and not isinstance(code, AuthorizationResponse):
            flow = self._exchanging(request, cast("Callback", code), (redirect_uri, code_verifier, parameters))
            return Plan(flow, call.options)
        login = self._login(code, call)
        if isinstance(code, AuthorizationResponse):
            redirect_uri = redirect_uri or code.redirect_uri
            code_verifier = code_verifier or code.code_verifier
            code = code.code
        if not isinstance(code, str) or not code:
            raise UsageError(
                "authorization_code needs the code, the authorization response that holds it, or the callback together "
                "with request="
            )
        if "://" in code and "code=" in code:
            raise UsageError(
                "this is a whole callback, not a code: pass with it, as request=, the authorization request that it "
                "answers, or pass what that request's validate_callback() returned"
            )
        grant = AuthorizationCodeGrant(
            code, redirect_uri or self._config.redirect_uri, code_verifier, pairs(call.extra), login
        )
        return self._plan_grant(grant, call)

    def _exchanging(
        self,
        request: AuthorizationRequest,
        callback: Callback,
        rest: tuple[str | None, str | None, Mapping[str, object]],
    ) -> Flow[OAuth2Token]:
        """Judge the callback of a request, then exchange its code (a flow)."""
        from ._signed_answers import validate_callback

        response = yield from validate_callback(self._config.jarm_validator, request, callback)
        return (yield from self._plan_code(response, *rest).flow)

    def _login(self, response: object, call: SortedCall, issued: str | None = None) -> Login | None:
        """Return what the ID token of this login is compared with; ``issued`` is a nonce that this object made."""
        if self._config.id_token_validator is None:
            return None
        from ._authorization import AuthorizationResponse
        from ._login import Login

        nonce = cast("str | None", call.extra.pop("nonce", None))
        if isinstance(response, AuthorizationResponse):
            if nonce is not None and nonce != response.nonce:
                raise UsageError("nonce= is another than that of the authorization response")
            return Login.of(response)
        nonce = nonce or issued
        openid = nonce is not None or "openid" in (call.config.scope or "").split()
        return Login(openid=openid, nonce=nonce)

    def _plan_refresh(self, token: object, scope: object, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        from ._flows import refresh

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
        from ._flows import revoke

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
        from ._flows import introspect

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
        self, token: object, subject: str | None, token_placement: str, parameters: Mapping[str, object]
    ) -> Plan[dict[str, object]]:
        from ._flows import userinfo

        call = self._sort("userinfo", parameters, "userinfo_endpoint")
        if call.extra:
            raise TypeError(f"userinfo takes no {sorted(call.extra)}")
        flow = userinfo(call.config, token, url=call.url, subject=subject, token_placement=token_placement)
        return Plan(flow, call.options)

    def _plan_issuer(self, identifier: str, parameters: Mapping[str, object]) -> Plan[str]:
        from ._webfinger import find_issuer

        call = self._sort("find_issuer", parameters)
        if call.extra:
            raise TypeError(f"find_issuer takes no {sorted(call.extra)}")
        config = self._config
        flow = find_issuer(identifier, clock=config.clock, allow_insecure_http=config.allow_insecure_http)
        return Plan(flow, call.options)

    def _plan_claims(
        self,
        claims: Mapping[str, object],
        judges: Mapping[str, ClaimsJudge],
        names: Iterable[str] | None,
        parameters: Mapping[str, object],
    ) -> Plan[dict[str, SourcedClaim]]:
        from ._claim_sources import resolve_claims

        call = self._sort("resolve_claims", parameters)
        if call.extra:
            raise TypeError(f"resolve_claims takes no {sorted(call.extra)}")
        flow = resolve_claims(claims, judges, names=names, allow_insecure_http=self._config.allow_insecure_http)
        return Plan(flow, call.options)

    def _plan_authorize(self, parameters: Mapping[str, object]) -> Plan[AuthorizationRequest]:
        from ._flows import authorize

        rest = dict(parameters)
        refuse_keywords("authorization_request", rest, REFUSED)
        options = {name: rest.pop(name) for name in self._http_options & rest.keys()}
        return Plan(authorize(self._config, **rest), options)

    def _renewal(self, grant: Grant | None, refresh_parameters: Mapping[str, object] | None) -> Renewal:
        config, extra = renewal_settings(self._config, refresh_parameters or {})
        return Renewal(config, grant, extra)

    def _scope(self, scope: object) -> str | None:
        return self._config.scope if scope is None else scope_text(scope)


def discovering(url: str | None, issuer: str | None, options: Mapping[str, object]) -> dict[str, object]:
    if not url and not issuer:
        raise UsageError("pass the URL of the metadata document, or issuer=")
    return {**options, "server_metadata_url": url, "issuer": issuer}


def described(document: Mapping[str, object], issuer: str | None, options: Mapping[str, object]) -> dict[str, object]:
    insecure = bool(options.get("allow_insecure_http", False))
    return {**options, "metadata": check_metadata(document, issuer=issuer, allow_insecure_http=insecure)}


def _body(body: object) -> str:
    if body is None or isinstance(body, str):
        return body or ""
    if isinstance(body, bytes):
        return body.decode("utf-8")
    raise TypeError(f"body is form text, already encoded, not a {type(body).__name__}")
