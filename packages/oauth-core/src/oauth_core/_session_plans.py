"""Turning the arguments of a session's methods into flows, and the attributes that sessions of both colours share.

Rules of this room: every decision is made here, once, with what it needs imported when it is made. Nothing of one call
is remembered for the next but the token, the state and the verifier that this object issued itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from ._errors import MismatchingStateError, ReauthorizationRequired, UsageError
from ._further_plans import FurtherPlans
from ._messages import Flow, Pairs, Response, pairs
from ._options import OAuth2Settings, canonical, scope_text
from ._plans import Plan
from ._renewal import renewal_settings
from ._source_state import SourceState
from ._token import OAuth2Token

if TYPE_CHECKING:
    from ._logout import LogoutRequest
    from ._sorted_call import SortedCall

_METHOD_SPELLINGS = {
    "authorization_response_url": "authorization_response",
    "callback_uri": "redirect_uri",
    "introspection_endpoint": "url",
    "revocation_endpoint": "url",
    "token_endpoint": "url",
    "token_url": "url",
}
# What makes a token request another one than for the client itself.
_DECIDING = frozenset(
    {"authorization_response", "code", "code_verifier", "password", "redirect_uri", "state", "username"}
)


class SessionPlans(FurtherPlans):
    _settings: OAuth2Settings
    _source: SourceState
    state: str | None = None
    _code_verifier: str | None = None
    _nonce: str | None = None
    _signed: bool | None = None

    def _set_up(self, settings: OAuth2Settings, state: str | None, new_source: Callable[..., SourceState]) -> None:
        self._settings = settings
        self._config = settings.config
        self._source = new_source(
            settings.grant,
            token=settings.token,
            refresh_parameters=settings.refresh_parameters,
            store=settings.store,
            key=settings.key,
            leeway=settings.leeway,
            on_token=settings.on_token,
        )
        self.state = state
        self._code_verifier = None
        self._nonce = None
        self._signed = None

    def _configure(self, **changes: object) -> None:
        self._config = self._config.replace(**changes)
        config, extra = renewal_settings(self._config, self._settings.refresh_parameters)
        self._source.renewal = self._source.renewal.replace(config=config, extra=extra)

    @property
    def token(self) -> OAuth2Token | None:
        """The token in memory, expired or not. Assign a token or its members to replace it, None to forget it."""
        return self._source.current

    @token.setter
    def token(self, token: Mapping[str, object] | None) -> None:
        self._source.set(token)
        if token is None:
            self._source.renewal = self._source.renewal.replace(grant=self._settings.grant)

    @property
    def authorized(self) -> bool:
        """True where there is a token, expired or not."""
        return self._source.current is not None

    @property
    def access_token(self) -> str | None:
        """The access token in memory as text, expired or not; None where there is none."""
        current = self._source.current
        return None if current is None else current.access_token

    @property
    def client_id(self) -> str | None:
        """The client's identifier."""
        return self._config.client_id

    @client_id.setter
    def client_id(self, client_id: str | None) -> None:
        self._configure(client_id=client_id)

    @property
    def client_secret(self) -> object:
        """The client's secret, or the callable that gives it."""
        return self._config.client_secret

    @client_secret.setter
    def client_secret(self, client_secret: object) -> None:
        self._configure(client_secret=client_secret)

    @property
    def scope(self) -> str | None:
        """The scope that is asked for."""
        return self._config.scope

    @scope.setter
    def scope(self, scope: object) -> None:
        self._configure(scope=scope_text(scope))

    @property
    def redirect_uri(self) -> str | None:
        """The URL to which the server sends the user back."""
        return self._config.redirect_uri

    @redirect_uri.setter
    def redirect_uri(self, redirect_uri: str | None) -> None:
        self._configure(redirect_uri=redirect_uri)

    @property
    def leeway(self) -> float:
        """Seconds before its end at which a token is renewed."""
        return self._source.leeway

    def new_state(self) -> str:
        """Return a new random state, remembered for the callback's check."""
        from ._pkce import generate_token

        self.state = generate_token()
        return self.state

    def register_client_auth_method(self, auth: object) -> None:
        """Make a client authentication method known by its name: a ``ClientAuth`` or a ``(name, function)`` pair."""
        from ._client_auth import BindableAuth, ClientAuth

        if isinstance(auth, tuple) and len(auth) == 2 and callable(auth[1]):
            name = str(auth[0])
        elif isinstance(auth, (ClientAuth, BindableAuth)):
            name = str(getattr(auth, "method", None) or getattr(auth, "name", ""))
        else:
            raise TypeError("pass a client authentication method, or a pair of its name and a function")
        self._configure(registered_auth={**self._config.registered_auth, name: auth})

    def register_compliance_hook(self, hook_type: str, hook: Callable[..., object]) -> None:
        """Add a correction for a server that deviates; ``HOOK_POINTS`` lists where. Raises ``UsageError``."""
        self._config.hooks.register(hook_type, hook)

    def remove_compliance_hook(self, hook_type: str, hook: Callable[..., object]) -> None:
        """Remove a correction."""
        self._config.hooks.remove(hook_type, hook)

    def create_authorization_url(
        self, url: str | None = None, state: str | None = None, code_verifier: str | None = None, **kwargs: object
    ) -> tuple[str, str]:
        """Return the URL to open in the user's browser, and its state, which is made anew unless given.

        PKCE is sent when ``code_verifier`` or ``code_challenge`` is given, or where the constructor was given ``pkce``
        (a method, ``S256``): the verifier is then made and kept by this object. Further keywords are sent as
        parameters. Raises ``UsageError`` where no endpoint is known. RFC 6749 §4.1.1.
        """
        from ._front_channel import authorization_request

        if self._settings.pkce is not None and kwargs.get("code_challenge") is None:
            from ._pkce import generate_code_verifier

            code_verifier = code_verifier or generate_code_verifier()
            kwargs.setdefault("code_challenge_method", self._settings.pkce)
        request, uri = authorization_request(self._config, self.metadata, url, state, code_verifier, kwargs)
        self.state = issued = cast("str", request.state)
        self._code_verifier, self._nonce = code_verifier, request.nonce
        self._signed = request.wants_signed_response
        return uri, issued

    def authorization_url(
        self, url: str | None = None, state: str | None = None, code_verifier: str | None = None, **kwargs: object
    ) -> tuple[str, str]:
        """Return the URL to open in the user's browser, and its state: ``create_authorization_url`` by another name."""
        return self.create_authorization_url(url, state, code_verifier, **kwargs)

    def token_from_fragment(
        self,
        authorization_response: str | None = None,
        state: str | None = None,
        *,
        authorization_response_url: str | None = None,
    ) -> OAuth2Token:
        """Keep and return the token in the fragment of an implicit response, given as its URL. RFC 6749 §4.2.2.

        Raises ``AuthorizationRefused``, ``MismatchingStateError``, ``InvalidTokenResponse``.
        """
        from ._front_channel import implicit_token

        if self._config.id_token_validator is not None:
            raise UsageError("ID tokens are validated here: use fetch_token(authorization_response=...) instead")
        given = authorization_response or authorization_response_url
        if not given:
            raise UsageError("pass the whole URL that the user came back to, its fragment included")
        self.token = token = implicit_token(self._checked(given, state), self._config.clock)
        return token

    @property
    def _signature_demanded(self) -> bool:
        """Whether a callback has to be signed: as this session's own request said, else where a judge is configured."""
        return self._config.jarm_validator is not None if self._signed is None else self._signed

    def _fetching_signed(self, url: str | None, parameters: Mapping[str, object], token: str) -> Flow[OAuth2Token]:
        """Verify a signed callback, then go on as with a plain one (a flow)."""
        from ._signed_answers import unwrapped

        inner = yield from unwrapped(self._config.jarm_validator, token)
        rest = {name: value for name, value in parameters.items() if name != "authorization_response_url"}
        return (yield from self._plan_fetch(url, {**rest, "authorization_response": inner}).flow)

    def _checked(self, response: object, state: str | None) -> Pairs:
        from ._front_channel import checked_callback

        return checked_callback(
            response, state, issued=self.state, known=self.metadata, demanded=self._signature_demanded
        )

    def _plan_fetch(self, url: str | None, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        """Infer the grant of this call, and of this call alone, from what was passed."""
        from ._grants import ClientCredentialsGrant

        call = self._sort_call("fetch_token", url, parameters)
        extra = call.extra
        if _DECIDING.isdisjoint(extra) and extra.get("grant_type") in {None, "client_credentials"}:
            extra.pop("grant_type", None)
            scope = extra.pop("scope", None)
            return self._plan_grant(ClientCredentialsGrant(self._scope(scope), pairs(extra)), call)
        response = extra.get("authorization_response")
        if response is not None:
            from ._front_channel import signed_callback

            signed = signed_callback(response, demanded=self._signature_demanded)
            if signed is not None:
                return Plan(self._fetching_signed(url, parameters, signed), call.options)
        return self._plan_shown(call, parameters)

    def _plan_shown(self, call: SortedCall, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        """Infer the grant from what a person or the caller supplied: a callback, a code, a password, another grant."""
        from ._authorization import AuthorizationResponse
        from ._inference import inferred_grant

        extra = call.extra
        response = extra.pop("authorization_response", None)
        state = cast("str | None", extra.pop("state", None))
        kind = cast("str | None", extra.pop("grant_type", None))
        code = extra.pop("code", None)
        redirect_uri = cast("str | None", extra.pop("redirect_uri", None))
        verifier = cast("str | None", extra.pop("code_verifier", None))
        if isinstance(code, AuthorizationResponse):
            response, code = code, None
        login = self._login(response, call, self._nonce) if response is not None or code is not None else None
        if response is not None:
            from ._front_channel import callback_login, implicit_token, judged_implicit

            found = dict(self._checked(response, state))
            login = callback_login(login, response, found)
            if "access_token" in found and "code" not in found:
                given = implicit_token(found, call.config.clock)
                return Plan(judged_implicit(given, call.config.id_token_validator, login), call.options)
            code = found.get("code")
            if not code:
                raise UsageError(
                    "the authorization response holds neither a code nor a token; pass the whole callback URL"
                )
            if isinstance(response, AuthorizationResponse):
                verifier = verifier or response.code_verifier
                redirect_uri = redirect_uri or response.redirect_uri
        elif code is not None and None not in {state, self.state} and state != self.state:
            raise MismatchingStateError("the state that came with this code is another than that of this session")
        if kind == "refresh_token":
            return self._plan_session_refresh(call.url, {**parameters, "grant_type": None, "url": None})
        if kind in {None, "authorization_code"}:
            verifier = verifier or self._code_verifier
        grant = inferred_grant(
            call.config, kind, extra, code=code, redirect_uri=redirect_uri, code_verifier=verifier, login=login
        )
        return self._plan_grant(grant, call)

    def _sort_call(self, where: str, url: str | None, parameters: Mapping[str, object]) -> SortedCall:
        rest = canonical(parameters, _METHOD_SPELLINGS)
        if url is not None:
            if rest.get("url") not in {None, url}:
                raise TypeError(f"{where} got two URLs; pass one")
            rest["url"] = url
        return self._sort(where, rest)

    def _plan_session_refresh(self, url: str | None, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        call = self._sort_call("refresh_token", url, parameters)
        token = call.extra.pop("refresh_token", None)
        scope = call.extra.pop("scope", None)
        flow = self._refreshing(call, token, scope_text(scope))
        return Plan(flow, call.options, renewed=True)

    def _refreshing(self, call: SortedCall, token: object, scope: str | None) -> Flow[OAuth2Token]:
        from ._flows import refresh, token_text

        def spend(
            refresh_token: object, rescue: Callable[[OAuth2Token], Flow[None]] | None = None
        ) -> Flow[OAuth2Token]:
            return refresh(
                call.config,
                refresh_token,
                scope=scope,
                extra=pairs(call.extra),
                url=call.url,
                auth=call.auth,
                headers=call.headers,
                body=call.body,
                rescue=rescue,
            )

        known = self._source.current
        if token is not None and (known is None or token_text(token, "refresh_token") != known.refresh_token):
            return (yield from spend(token))
        current = yield from self._source.latest()
        try:
            return (yield from spend(current, self._source.rescuing(current)))
        except ReauthorizationRequired:
            newer = yield from self._source.latest()
            if newer is None or current is None or newer.refresh_token == current.refresh_token:
                yield from self._source.dropping()
                raise
        # Another process has spent it meanwhile, and stored its successor.
        return (yield from spend(newer, self._source.rescuing(newer)))

    def _validity(self, given: float | Mapping[str, object] | None) -> float | None:
        """Read what ``ensure_active_token`` was given: seconds, or the session's own token."""
        if not isinstance(given, Mapping):
            return given
        current = self._source.current
        if current is None or given.get("access_token") != current.get("access_token"):
            raise UsageError("a session renews its own token alone: assign this one to token= first")
        return None

    def _subject(self, token: object, hint: str | None, *, prefer_refresh: bool) -> object:
        if token is not None:
            return token
        current = self._source.current
        if current is None:
            raise UsageError("there is no token to send: pass token=")
        if hint is None and prefer_refresh and current.refresh_token:
            return current.refresh_token
        return current

    def _plan_session_revoke(
        self, url: str | None, token: object, hint: str | None, parameters: Mapping[str, object]
    ) -> Plan[Response]:
        rest = canonical({**parameters, "url": parameters.get("url") or url}, _METHOD_SPELLINGS)
        return self._plan_revoke(self._subject(token, hint, prefer_refresh=True), hint, rest)

    def _plan_session_introspect(
        self, url: str | None, token: object, hint: str | None, parameters: Mapping[str, object]
    ) -> Plan[dict[str, object]]:
        rest = canonical({**parameters, "url": parameters.get("url") or url}, _METHOD_SPELLINGS)
        return self._plan_introspect(self._subject(token, hint, prefer_refresh=False), hint, rest)

    def _plan_revoke(
        self, token: object, token_type_hint: str | None, parameters: Mapping[str, object]
    ) -> Plan[Response]:
        subject = self._subject(token, token_type_hint, prefer_refresh=False)
        return super()._plan_revoke(subject, token_type_hint, parameters)

    def _plan_logout(
        self,
        id_token_hint: object,
        post_logout_redirect_uri: str | None,
        state: str | None,
        parameters: Mapping[str, object],
    ) -> Plan[LogoutRequest]:
        current = self._source.current
        if id_token_hint is None and current is not None:
            id_token_hint = current.id_token
        return super()._plan_logout(id_token_hint, post_logout_redirect_uri, state, parameters)

    def _keeping(self, plan: Plan[OAuth2Token]) -> Flow[OAuth2Token]:
        """Carry a plan out; a grant that can be shown again will renew the token it gave, and no other will."""
        token = yield from plan.flow
        if not plan.renewed:
            grant = plan.grant if plan.grant is not None and plan.grant.repeatable else None
            if grant != self._source.renewal.grant:
                self._source.renewal = self._source.renewal.replace(grant=grant)
        return token
