"""Authorization servers as the scenarios see them: the fake one behind the same face as the real ones.

What a place supports is known before it is started, so that a scenario is made for the places that can play it and
nothing has to be skipped.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from oauth_core import Pairs
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, ServerSettings
from oauth_core.testing import RegisteredClient as FakeClient
from tests.servers.protocol import REDIRECT_URI, AuthorizationServer, RegisteredClient

A_DAY = 86_400.0
LOGOUT_URI = "https://client.example/logged-out"

FAKE_SUPPORTS = frozenset(
    {
        "api_body_token",
        "api_query_token",
        "authorization_code",
        "ciba",
        "client_credentials",
        "device_code",
        "discovery",
        "end_session",
        "form_post",
        "introspection",
        "iss",
        "par",
        "password",
        "pkce_required",
        "rar",
        "refresh_token",
        "registration",
        "registration_management",
        "revocation",
        "token_exchange",
        "userinfo",
        # A place that counts the requests to its token endpoint.
        "counts",
    }
)


class Clock:
    """The time of day, put forward by hand; epoch seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Place:
    """A server, the clock of its clients, and what a scenario wants to know of it."""

    name: str
    server: AuthorizationServer
    token_calls: Callable[[], int]
    subject: Callable[[Mapping[str, object]], object]
    clock: Clock = field(default_factory=Clock)

    @property
    def api_url(self) -> str:
        return f"{self.server.api_url}/echo"

    def authorize(self, url: str) -> str:
        """Play the browser: the callback URL."""
        return self.server.authorize(url)

    def discovered(self, name: str = "client_secret_basic") -> dict[str, object]:
        """The constructor keywords of a registered client that finds all endpoints by itself."""
        return {key: value for key, value in self.options(name).items() if not key.endswith("_endpoint")}

    def let_expire(self) -> None:
        """Let every token so far be past its end, as far as clients can tell."""
        self.clock.ahead += A_DAY

    def options(self, name: str = "client_secret_basic") -> dict[str, object]:
        """The constructor keywords of a registered client, all endpoints included."""
        client, server = self.server.clients[name], self.server
        return {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "token_endpoint_auth_method": client.auth_method,
            "redirect_uri": client.redirect_uri,
            "scope": client.scope,
            "issuer": server.issuer,
            "authorization_endpoint": server.authorization_endpoint,
            "token_endpoint": server.token_endpoint,
            "revocation_endpoint": server.revocation_endpoint,
            "introspection_endpoint": server.introspection_endpoint,
            "userinfo_endpoint": server.userinfo_endpoint,
            "clock": self.clock,
        }


class FakePlace:
    """The fake server on loopback, behind the face of the real ones; ``fake`` is the server itself."""

    supports = FAKE_SUPPORTS

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clients = _clients()
        self.fake = FakeAuthorizationServer(
            clock=clock,
            clients=[
                FakeClient(
                    each.client_id,
                    each.client_secret,
                    auth_methods=(each.auth_method,),
                    redirect_uris=(each.redirect_uri,),
                    require_pkce=True,
                    metadata={"post_logout_redirect_uris": [LOGOUT_URI]},
                )
                for each in self.clients.values()
            ],
            settings=ServerSettings(poll_interval=0.05),
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[FakePlace]:
        """Listen on loopback."""
        with LoopbackServer(self.fake):
            yield self

    def __getattr__(self, name: str) -> object:
        endpoints = self.fake.metadata
        if name in endpoints:
            return endpoints[name]
        raise AttributeError(name)

    @property
    def api_url(self) -> str:
        return self.fake.url("/api")

    @property
    def metadata_url(self) -> str:
        return self.fake.url("/.well-known/openid-configuration")

    def authorize_form(self, url: str) -> tuple[str, Pairs]:
        """Approve, where the answer is a form: the callback's URL and what is posted there."""
        return self.fake.authorize_form(url)

    def authorize(self, url: str) -> str:
        """Approve; ``login_hint=deny`` refuses, as at the real servers."""
        return self.fake.authorize(url, approve="deny" not in parse_qs(urlsplit(url).query).get("login_hint", []))

    def expire(self, token: str) -> None:
        self.fake.expire(token)

    def decide_device(self, user_code: str, *, approve: bool) -> None:
        """Decide about a pending device code as its user would."""
        self.fake.decide(user_code, user="alice", approve=approve)

    def decide_ciba(self, auth_req_id: str, *, approve: bool) -> None:
        """Decide about a pending CIBA request as its user would."""
        self.fake.decide(auth_req_id, user="alice", approve=approve)


def _clients() -> dict[str, RegisteredClient]:
    def client(client_id: str, method: str, secret: str | None) -> RegisteredClient:
        return RegisteredClient(client_id, method, secret, redirect_uri=REDIRECT_URI, scope="openid read write api")

    return {
        "client_secret_basic": client("basic", "client_secret_basic", "a-secret"),
        "client_secret_post": client("post", "client_secret_post", "another-secret"),
        "none": client("public", "none", None),
        "odd": client("ödd:id+ %41", "client_secret_basic", "p%ss:w+rd &=/?%2B~\"'€𝄞"),
    }
