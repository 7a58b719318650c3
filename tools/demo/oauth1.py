"""The OAuth 1.0 steps of the demo, against the provider that the fake server holds beside OAuth 2.0.

Rules of this room: as in ``steps``: a step does what its title says and checks it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import cast

from oauth_core import OAuthError
from oauth_core.testing import OAuth1Provider

from .browser import approve
from .flavours import Client
from .steps import LeftOut, NotAsItShouldBe, Stage, check, watched

__all__ = ["OAUTH1_STEPS"]

_CALLBACK = "https://client.test/callback"


def three_steps(stage: Stage) -> None:
    """Temporary credentials, the person's approval, token credentials, a signed call."""
    provider = _provider(stage)
    with _open(stage, redirect_uri=_CALLBACK) as client:
        client.fetch_request_token(provider.request_token_url)
        url = client.create_authorization_url(provider.authorization_url)
        callback = approve(url, _CALLBACK, stage.wire)
        client.parse_authorization_response(callback)
        token = client.fetch_access_token(provider.access_token_url)
        check(true=bool(token["oauth_token_secret"]), otherwise="the token has no secret")
        _call(client, provider.resource_url)


def placements(stage: Stage) -> None:
    """Sign with every HMAC method, in header, query and body."""
    provider = _provider(stage)
    token = provider.issue_token(stage.target.client_id)
    for method in ("HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512"):
        for placement in ("HEADER", "QUERY", "BODY"):
            with _open(stage, signature_method=method, signature_type=placement) as client:
                client.token = token
                _call(client, provider.resource_url + "?a=1&a=%C3%BC", data={"b": "two words"})


def wrong_secret(stage: Stage) -> None:
    """Ask for temporary credentials with a wrong secret."""
    provider = _provider(stage)
    with _open(stage, client_secret="another secret", redirect_uri=_CALLBACK) as client:
        try:
            client.fetch_request_token(provider.request_token_url)
        except OAuthError as exc:
            check(true=exc.error == "signature_invalid", otherwise=f"the error is {exc.error!r}")
            check(true="another secret" not in repr(exc), otherwise="the error shows the secret")
        else:
            raise NotAsItShouldBe("a wrong secret was taken for a right one")


def _provider(stage: Stage) -> OAuth1Provider:
    provider = stage.target.oauth1
    if provider is None:
        raise LeftOut("the server is asked for OAuth 2.0 only")
    return provider


def _open(stage: Stage, *, client_secret: str | None = None, **options: object) -> AbstractContextManager[Client]:
    flavour, target = stage.flavour, stage.target
    if flavour.library != "requests":
        options["transport"] = stage.wire.transport(flavour.http, asynchronous=flavour.asynchronous)
    build = cast("Callable[..., object]", flavour.type(flavour.oauth1))
    arguments = (target.client_id, client_secret or target.client_secret)
    opened = flavour.running(lambda: build(*arguments, clock=target.clock, **options))
    return watched(opened, stage.wire) if flavour.library == "requests" else opened


def _call(client: Client, url: str, **options: object) -> None:
    response = client.run(lambda: client.native.post(url, **options))
    status = response.status_code
    check(true=status == 200, otherwise=f"the API answered {status}")


OAUTH1_STEPS: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("OAuth 1.0: three steps to a token, and a signed call", three_steps),
    ("OAuth 1.0: three methods in header, query and body", placements),
    ("OAuth 1.0: a wrong secret is told as such", wrong_secret),
)
