"""Turning the arguments of the further endpoint methods into flows: device, CIBA, exchange, PAR, registration, logout.

Rules of this room: those of ``_plans``: every decision about arguments is made here, once, and what a plan needs is
imported when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from ._errors import OAuthError, UsageError
from ._messages import Flow, pairs
from ._options import scope_text
from ._plans import EndpointPlans, Plan

if TYPE_CHECKING:
    from ._authorization import AuthorizationRequest
    from ._ciba import BackChannelAuthentication
    from ._device import DeviceAuthorization
    from ._grants import Grant
    from ._logout import LogoutRequest
    from ._polling import Polling, PollProgress
    from ._registration import ClientRegistration
    from ._token import OAuth2Token

LIFE_OF_A_BARE_CODE = 1800.0  # seconds for which a code is asked about whose life the caller does not tell


class FurtherPlans(EndpointPlans):
    def _plan_token_request(self, grant: Grant, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        call = self._sort("token_request", parameters, "token_endpoint")
        if call.extra:
            raise TypeError(f"token_request takes no {sorted(call.extra)}: a grant carries its own parameters")
        return self._plan_grant(grant, call)

    def _plan_authorize_device(self, scope: object, parameters: Mapping[str, object]) -> Plan[DeviceAuthorization]:
        from ._further_flows import authorize_device

        call = self._sort("authorize_device", parameters, "device_authorization_endpoint")
        sent = pairs({"scope": self._scope(scope), **call.extra})
        flow = authorize_device(call.config, sent, url=call.url, auth=call.auth, headers=call.headers, body=call.body)
        return Plan(flow, call.options)

    def _plan_device_code(self, device_code: object, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        from ._device import DeviceCodeGrant

        call = self._sort("device_code", parameters, "token_endpoint")
        code = getattr(device_code, "device_code", device_code)
        return self._plan_grant(DeviceCodeGrant(cast("str", code), pairs(call.extra)), call)

    def _plan_backchannel(self, scope: object, parameters: Mapping[str, object]) -> Plan[BackChannelAuthentication]:
        from ._flows import token_text
        from ._further_flows import authenticate_by_backchannel

        call = self._sort("backchannel_authentication_request", parameters, "backchannel_authentication_endpoint")
        sent: dict[str, object] = {"scope": self._scope(scope) or "openid", **call.extra}
        if sent.get("id_token_hint") is not None:
            sent["id_token_hint"] = token_text(sent["id_token_hint"], "id_token")
        for name in ("acr_values", "ui_locales"):
            if isinstance(sent.get(name), (list, tuple)):
                sent[name] = " ".join(cast("list[str]", sent[name]))
        flow = authenticate_by_backchannel(
            call.config, sent, url=call.url, auth=call.auth, headers=call.headers, body=call.body
        )
        return Plan(flow, call.options)

    def _plan_ciba(self, auth_req_id: object, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        from ._ciba import CIBAGrant

        call = self._sort("ciba", parameters, "token_endpoint")
        request_id = getattr(auth_req_id, "auth_req_id", auth_req_id)
        return self._plan_grant(CIBAGrant(cast("str", request_id), pairs(call.extra)), call)

    def _plan_polling(
        self,
        kind: str,
        response: object,
        on_poll: Callable[[PollProgress], object] | None,
        parameters: Mapping[str, object],
        **pace: float | None,
    ) -> Polling:
        """Return the polling for a login that has begun; ``kind`` is ``device_code`` or ``ciba``."""
        from ._ciba import CIBAGrant
        from ._device import DeviceCodeGrant
        from ._polling import Polling

        call = self._sort(kind, parameters, "token_endpoint")
        extra = pairs(call.extra)
        grant: Grant
        if kind == "ciba":
            grant = CIBAGrant(cast("str", getattr(response, "auth_req_id", response)), extra)
        else:
            grant = DeviceCodeGrant(cast("str", getattr(response, "device_code", response)), extra)
        clock = self._config.clock
        told: dict[str, float] = {name: value for name, value in pace.items() if value is not None}
        if "expires_at" not in told:
            told["expires_at"] = getattr(response, "expires_at", None) or clock() + LIFE_OF_A_BARE_CODE
        told.setdefault("interval", getattr(response, "interval", 5.0))
        polling = Polling(grant, on_poll=on_poll, clock=clock, **told)
        polling.call = call
        return polling

    def _plan_pause(self, polling: Polling) -> Plan[None]:
        return Plan(polling.pausing(), {})

    def _plan_poll(self, polling: Polling) -> Plan[OAuth2Token]:
        call = polling.call if polling.call is not None else self._sort("poll_once", {})
        return self._plan_grant(polling.grant, call)

    def _plan_judgement(self, polling: Polling, problem: OAuthError) -> Plan[None]:
        return Plan(polling.judging(problem), {})

    def _plan_exchange(
        self, named: Mapping[str, object], scope: object, parameters: Mapping[str, object]
    ) -> Plan[OAuth2Token]:
        from ._token_exchange import TokenExchangeGrant

        call = self._sort("token_exchange", parameters, "token_endpoint")
        grant = TokenExchangeGrant(**named, scope=scope_text(scope), extra=pairs(call.extra))  # type: ignore[arg-type]  # names it knows
        return self._plan_grant(grant, call)

    def _plan_assertion(
        self, name: str, assertion: object, scope: object, parameters: Mapping[str, object]
    ) -> Plan[OAuth2Token]:
        from ._grants import ExtensionGrant

        call = self._sort(name, parameters, "token_endpoint")
        if isinstance(assertion, str) and assertion:
            grant_type = f"urn:ietf:params:oauth:grant-type:{name.replace('_', '-')}"
            sent = pairs({"assertion": assertion, "scope": self._scope(scope), **call.extra})
            return self._plan_grant(ExtensionGrant(grant_type, sent), call)
        from ._plugins import load_plugin

        make = cast("Callable[..., Grant]", load_plugin(name))
        given = {"assertion": assertion, "scope": self._scope(scope), **call.extra}
        return self._plan_grant(make(**{key: value for key, value in given.items() if value is not None}), call)

    def _plan_push(
        self, request: AuthorizationRequest | None, parameters: Mapping[str, object]
    ) -> Plan[AuthorizationRequest]:
        from ._flows import push_authorization_request, request_authorization

        own = "pushed_authorization_request_endpoint"
        names = {"url", own, "auth", "headers", *self._http_options}
        call = self._sort("pushed_authorization_request", {k: v for k, v in parameters.items() if k in names}, own)
        rest = {name: value for name, value in parameters.items() if name not in names}
        if request is not None and rest:
            raise TypeError(f"pass an authorization request or its parameters, not both: {sorted(rest)}")
        if request is not None and request.request_uri is not None:
            raise UsageError("this authorization request refers to one already; it cannot be pushed again")
        config = self._config

        def both() -> Flow[AuthorizationRequest]:
            made = request if request is not None else (yield from request_authorization(config, **rest))
            return (
                yield from push_authorization_request(config, made, url=call.url, auth=call.auth, headers=call.headers)
            )

        return Plan(both(), call.options)

    def _plan_register(
        self, metadata: Mapping[str, object] | None, token: object, parameters: Mapping[str, object]
    ) -> Plan[ClientRegistration]:
        from ._further_flows import register_client

        call = self._sort("register_client", parameters, "registration_endpoint")
        fields = _registered({**(metadata or {}), **call.extra})
        flow = register_client(call.config, fields, initial_access_token=token, url=call.url, headers=call.headers)
        return Plan(flow, call.options)

    def _plan_read_registration(
        self, registration: ClientRegistration, parameters: Mapping[str, object]
    ) -> Plan[ClientRegistration]:
        from ._further_flows import read_registration

        call = self._sort("read_registration", parameters)
        _nothing_else("read_registration", call.extra)
        return Plan(read_registration(call.config, registration, url=call.url, headers=call.headers), call.options)

    def _plan_update_registration(
        self, registration: ClientRegistration, parameters: Mapping[str, object]
    ) -> Plan[ClientRegistration]:
        from ._further_flows import update_registration

        # None is no absence here: it removes a member.
        call = self._sort("update_registration", parameters)
        flow = update_registration(
            call.config, registration, _registered(call.extra), url=call.url, headers=call.headers
        )
        return Plan(flow, call.options)

    def _plan_delete_registration(
        self, registration: ClientRegistration, parameters: Mapping[str, object]
    ) -> Plan[None]:
        from ._further_flows import delete_registration

        call = self._sort("delete_registration", parameters)
        _nothing_else("delete_registration", call.extra)
        return Plan(delete_registration(call.config, registration, url=call.url, headers=call.headers), call.options)

    def _plan_logout(
        self,
        id_token_hint: object,
        post_logout_redirect_uri: str | None,
        state: str | None,
        parameters: Mapping[str, object],
    ) -> Plan[LogoutRequest]:
        from ._further_flows import request_logout

        call = self._sort("logout_request", parameters, "end_session_endpoint")
        flow = request_logout(
            call.config,
            id_token_hint=id_token_hint,
            post_logout_redirect_uri=post_logout_redirect_uri,
            state=state,
            extra=pairs(call.extra),
            url=call.url,
        )
        return Plan(flow, call.options)


def _registered(fields: Mapping[str, object]) -> dict[str, object]:
    """Metadata as it is sent: a scope is text, a list of anything else a list."""
    found = dict(fields)
    if found.get("scope") is not None:
        found["scope"] = scope_text(found["scope"])
    return found


def _nothing_else(where: str, extra: Mapping[str, object]) -> None:
    if extra:
        raise TypeError(f"{where} takes no {sorted(extra)}")
