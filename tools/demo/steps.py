"""The steps of the demo, in their order, each written once for every flavour.

Rules of this room: a step does what its title says and checks it, with a plain sentence where it is not so; what a
server does not offer is left out and said, never passed over.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from oauth_core import DeviceCodeGrant, OAuth2Token, OAuthError, ServerRefusal, TokenExchangeGrant

from .browser import approve
from .flavours import Client, Flavour
from .servers import Target
from .wire import Wire

CALLS_AT_ONCE = 50
_A_DAY = 86_400


def open_client(flavour: Flavour, target: Target, wire: Wire, **options: object) -> AbstractContextManager[Client]:
    """Open a flavour's client of this server, on transports that the wire sees; a context manager."""
    if flavour.library != "requests":
        options["transport"] = wire.transport(flavour.http, asynchronous=flavour.asynchronous)
    opened = flavour.open(
        target.client_id,
        target.client_secret,
        issuer=target.issuer,
        redirect_uri=target.redirect_uri,
        clock=target.clock,
        **options,
    )
    return watched(opened, wire) if flavour.library == "requests" else opened


@contextmanager
def watched(opened: AbstractContextManager[Client], wire: Wire) -> Iterator[Client]:
    """Open a client of Requests, and let the wire see what it sends (a context manager)."""
    with opened as client:
        client.run(lambda: client.native.mount("http://", wire.adapter()))
        client.run(lambda: client.native.mount("https://", wire.adapter()))
        yield client


class LeftOut(Exception):
    """The server does not offer what this step shows; the reason is the text."""


class NotAsItShouldBe(Exception):
    """A step went through and its result is wrong."""


@dataclass(slots=True)
class Stage:
    """What the steps of one flavour work with."""

    flavour: Flavour
    client: Client
    target: Target
    wire: Wire

    @property
    def token(self) -> OAuth2Token:
        """The client's token; the steps after the first need one."""
        token = self.client.native.token
        if not isinstance(token, OAuth2Token):
            raise LeftOut("there is no token: the first step did not bring one")
        return token

    def endpoint(self, name: str) -> str:
        """Return an endpoint; the step is left out where the server has none."""
        found = self.target.endpoint(name)
        if found is None:
            raise LeftOut(f"the server has no {name}")
        return found

    def token_calls(self) -> int:
        """Return how many requests the token endpoint has seen from this flavour."""
        return self.wire.count(self.endpoint("token_endpoint"))

    def call_api(self) -> Any:
        """Ask the API for its answer: a response, or what an asynchronous client awaits for one."""
        if self.target.api_url is None:
            raise LeftOut("the server has no userinfo_endpoint; name an API with --api")
        return self.client.native.get(self.target.api_url)


def check(*, true: bool, otherwise: str) -> None:
    """Raise `NotAsItShouldBe` unless this is so."""
    if not true:
        raise NotAsItShouldBe(otherwise)


def metadata(stage: Stage) -> None:
    """Read the server's metadata and find its issuer in it."""
    found = stage.client.load_server_metadata()
    check(true=found["issuer"] == stage.target.issuer, otherwise="the metadata is another server's")


def authorization_code(stage: Stage) -> None:
    """Log a person in: request, browser, callback, code for token."""
    request = stage.client.authorization_request(**stage.target.user_prompt)
    check(true="code_challenge_method=S256" in request.uri, otherwise="the request goes without PKCE")
    callback = approve(request.uri, stage.target.redirect_uri, stage.wire)
    token = stage.client.authorization_code(request.validate_callback(callback))
    check(true=isinstance(token, OAuth2Token), otherwise="no token came back")
    check(true=stage.token == token, otherwise="the token was not kept")


def api_call(stage: Stage) -> None:
    """Call the API with the token."""
    _ = stage.token
    response = stage.client.run(stage.call_api)
    check(true=response.status_code == 200, otherwise=f"the API answered {response.status_code}")


def renewal(stage: Stage) -> None:
    """Let the token expire, and call the API as if nothing had happened."""
    old, before = _expired(stage), stage.token_calls()
    response = stage.client.run(stage.call_api)
    check(true=response.status_code == 200, otherwise=f"the API answered {response.status_code}")
    _renewed_once(stage, old, before)


def renewal_at_once(stage: Stage) -> None:
    """Let the token expire, and call the API fifty times at once."""
    old, before = _expired(stage), stage.token_calls()
    responses = stage.client.at_once(CALLS_AT_ONCE, stage.call_api)
    statuses = sorted({response.status_code for response in responses})
    check(true=statuses == [200], otherwise=f"the API answered {statuses}")
    _renewed_once(stage, old, before)


def _expired(stage: Stage) -> OAuth2Token:
    token = stage.token
    if token.refresh_token is None:
        raise LeftOut("the server gave no refresh token")
    stage.target.clock.ahead += max(_A_DAY, token.expires_in or 0)
    if not token.is_expired(clock=stage.target.clock):
        raise LeftOut("the server gave a token without an end")
    return token


def _renewed_once(stage: Stage, old: OAuth2Token, before: int) -> None:
    calls = stage.token_calls() - before
    check(true=calls == 1, otherwise=f"{calls} token requests instead of one")
    check(true=stage.token.access_token != old.access_token, otherwise="the token is still the old one")


def client_credentials(stage: Stage) -> None:
    """Fetch a token for the client itself, with a client that needs no call for it."""
    target = stage.target
    if target.client_secret is None:
        raise LeftOut("the client has no secret; only a confidential client has a token of its own")
    if not target.offers("client_credentials"):
        raise LeftOut("the server does not offer the grant")
    with open_client(
        stage.flavour, target, stage.wire, grant_type="client_credentials", scope=target.client_scope
    ) as client:
        token = client.ensure_active_token()
        check(true=bool(token.access_token), otherwise="no token came back")


def device_login(stage: Stage) -> None:
    """Log a person in on another device: show a code, and ask until it is approved."""
    target = stage.target
    stage.endpoint("device_authorization_endpoint")
    if not target.offers(DeviceCodeGrant.grant_type):
        raise LeftOut("the server does not offer the grant")
    with open_client(stage.flavour, target, stage.wire, scope=target.scope) as client:
        login = client.authorize_device()
        if target.approve_device is not None:
            target.approve_device(login.user_code)
        elif sys.stdin.isatty():
            print(f"\n    Open {login.verification_uri} and enter {login.user_code}")
        else:
            _approved_already(client, login)
            return
        token = client.poll_device_code(login)
        check(true=client.native.token == token, otherwise="the token was not kept")


def _approved_already(client: Client, login: object) -> None:
    """Ask once: nobody is here to approve, but the server may do it by itself."""
    try:
        client.device_code(login)
    except ServerRefusal as exc:
        if exc.error != "authorization_pending":
            raise
        raise LeftOut("nobody is here to approve; run the demo in a terminal") from None


def token_exchange(stage: Stage) -> None:
    """Exchange the token for another one, with a client of its own."""
    target = stage.target
    if target.client_secret is None:
        raise LeftOut("the client has no secret; an exchange demands authentication")
    if not target.offers(TokenExchangeGrant.grant_type):
        raise LeftOut("the server does not offer the grant")
    with open_client(stage.flavour, target, stage.wire) as client:
        token = client.token_exchange(stage.token, requested_token_type="access_token")
        check(true=token.access_token != stage.token.access_token, otherwise="the token is still the old one")


def introspection(stage: Stage) -> None:
    """Ask the server what the token stands for."""
    stage.endpoint("introspection_endpoint")
    if stage.target.client_secret is None:
        raise LeftOut("the client has no secret; introspection demands authentication")
    claims = stage.client.introspect_token(token=stage.token)
    check(true=claims.get("active") is True, otherwise="the server says that the token is not active")


def revocation(stage: Stage) -> None:
    """Revoke the refresh token, and find that it cannot be used any more."""
    stage.endpoint("revocation_endpoint")
    token = stage.token.refresh_token
    if token is None:
        raise LeftOut("the server gave no refresh token")
    stage.client.revoke_token(token=token, token_type_hint="refresh_token")
    _refused(stage, lambda: stage.client.refresh_token(refresh_token=token), "invalid_grant")


def error(stage: Stage) -> None:
    """Exchange a code that nobody issued."""
    _refused(
        stage,
        lambda: stage.client.authorization_code("no-such-code", code_verifier="v" * 43),
        "invalid_grant",
    )


def _refused(stage: Stage, call: Callable[[], object], code: str) -> None:
    try:
        call()
    except OAuthError as exc:
        check(true=exc.error == code, otherwise=f"the error is {exc.error!r} instead of {code!r}")
        secret = stage.target.client_secret
        check(true=secret is None or secret not in repr(exc), otherwise="the error shows the secret")
    else:
        raise NotAsItShouldBe(f"no error instead of {code!r}")


STEPS: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("server metadata", metadata),
    ("authorization code with PKCE", authorization_code),
    ("an API call", api_call),
    ("an expired token renews itself", renewal),
    ("fifty calls at once meet an expired token: one renewal", renewal_at_once),
    ("client credentials", client_credentials),
    ("a login on another device", device_login),
    ("token exchange", token_exchange),
    ("introspection", introspection),
    ("revocation", revocation),
    ("an error is told as such", error),
)
