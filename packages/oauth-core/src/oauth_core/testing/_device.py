"""Logins on another device at the fake server: device codes and backchannel authentication, and who decides.

Rules of this room: a pending login is decided by the test, or at once where the settings say so; asking too fast is
``slow_down``, as long as nobody has decided. RFC 8628, CIBA Core 1.0.
"""

from __future__ import annotations

import re

from oauth_core._messages import Response

from ._authority import Authority, Permission, TokenRequest
from ._client_auth import authenticate
from ._exchange import Decision, Exchange
from ._pending import PendingLogin
from ._pushed import read_signed
from ._wire import Refusal, json_response, read_form, required, single

__all__ = [
    "CIBA",
    "DEVICE_CODE",
    "backchannel_endpoint",
    "ciba_grant",
    "device_authorization_endpoint",
    "device_code_grant",
]

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
_HINTS = ("login_hint", "id_token_hint", "login_hint_token")
# What can stand in a Bearer header, up to the length of CIBA Core §7.1.
_NOTIFICATION_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,1024}=*\Z")
_LETTERS = re.compile(r"[^A-Z]")


def device_authorization_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Hand out a device code and what to show to the person. RFC 8628 §3.2."""
    form = read_form(exchange.request)
    client, _ = authenticate(authority, exchange.request, form)
    if not client.allows_grant(DEVICE_CODE):
        raise Refusal("unauthorized_client", "the client is not registered for device codes")
    letters = _LETTERS.sub("", authority.random().upper() + "BCDFGHJK")[:8]
    login = _begin(authority, client.client_id, authority.grant_scope(client, single(form, "scope")), exchange)
    login.user_code = f"{letters[:4]}-{letters[4:]}"
    page = authority.url("/device")
    return json_response(
        {
            "device_code": login.code,
            "user_code": login.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={login.user_code}",
            "expires_in": int(authority.settings.pending_lifetime),
            "interval": authority.settings.poll_interval,
        }
    )


def backchannel_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Begin to ask the person whom the hint names. CIBA Core §7.1, §7.3."""
    form = read_form(exchange.request)
    client, method = authenticate(authority, exchange.request, form)
    if method == "none":
        raise Refusal("invalid_client", "only a client that authenticates may ask for a person", status=401)
    if not client.allows_grant(CIBA):
        raise Refusal("unauthorized_client", "the client is not registered for backchannel authentication")
    if single(form, "request") is not None:
        form = read_signed(authority, (("client_id", client.client_id), *form))
    if "openid" not in (single(form, "scope") or "").split():
        raise Refusal("invalid_scope", "the scope must hold openid")
    hints = [(name, value) for name in _HINTS if (value := single(form, name)) is not None]
    if len(hints) != 1:
        raise Refusal("invalid_request", "exactly one hint says who is to be asked")
    login = _begin(authority, client.client_id, authority.grant_scope(client, single(form, "scope")), exchange)
    if hints[0][0] == "login_hint":
        login.user = hints[0][1]
        if login.user not in authority.users:
            del authority.pending[login.code]
            raise Refusal("unknown_user_id", "nobody is known by this hint")
    if client.metadata.get("backchannel_token_delivery_mode") == "ping":
        login.notification_endpoint = str(client.metadata.get("backchannel_client_notification_endpoint"))
        login.notification_token = single(form, "client_notification_token") or ""
        if not _NOTIFICATION_TOKEN.match(login.notification_token):
            del authority.pending[login.code]
            raise Refusal("invalid_request", "a client that is pinged sends a client_notification_token")
    asked = single(form, "requested_expiry")
    if asked is not None:
        if not asked.isdecimal() or not int(asked):
            raise Refusal("invalid_request", "requested_expiry is a positive number of seconds")
        login.expires_at = authority.clock() + int(asked)
    return json_response(
        {
            "auth_req_id": login.code,
            "expires_in": int(login.expires_at - authority.clock()),
            "interval": authority.settings.poll_interval,
        }
    )


def _begin(authority: Authority, client_id: str, scope: str, exchange: Exchange) -> PendingLogin:
    now = authority.clock()
    settings = authority.settings
    code, end = authority.random(), now + settings.pending_lifetime
    login = PendingLogin(code, client_id, scope, end, settings.poll_interval, asked_at=now)
    if settings.decide_at_once:
        login.decision = exchange.decision or Decision()
    authority.pending[login.code] = login
    return login


def device_code_grant(authority: Authority, request: TokenRequest) -> Permission:
    """Tell a device whether its person has decided. RFC 8628 §3.5."""
    return _decided(authority, request, required(request.form, "device_code"))


def ciba_grant(authority: Authority, request: TokenRequest) -> Permission:
    """Tell a client whether the person has decided. CIBA Core §11."""
    return _decided(authority, request, required(request.form, "auth_req_id"))


def _decided(authority: Authority, request: TokenRequest, code: str) -> Permission:
    login = authority.pending.get(code)
    if login is None or login.client_id != request.client.client_id or login.used:
        raise Refusal("invalid_grant", "the code is not one of this client, or was used")
    now = authority.clock()
    if now >= login.expires_at:
        raise Refusal("expired_token", "nobody has decided in time")
    # A client that rounds, or whose clock ticks otherwise, is not too fast.
    too_fast = now - login.asked_at < login.interval * 0.9
    login.asked_at = now
    if login.decision is None:
        if too_fast:
            login.interval += 5
            raise Refusal("slow_down", "the client asks too often")
        raise Refusal("authorization_pending", "nobody has decided yet")
    login.used = True
    if not login.decision.approve:
        raise Refusal("access_denied", "the person declined")
    name = login.decision.user or login.user or next(iter(authority.users), "")
    scope = login.scope if login.decision.scope is None else login.decision.scope
    return Permission(subject=authority.users[name].subject, scope=scope, refresh=True)
