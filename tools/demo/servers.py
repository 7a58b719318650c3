"""The authorization server of a demo: the fake one of oauth_core.testing on loopback, or a real one.

Rules of this room: a server is described by the same few facts either way, most of them from its metadata.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import urlopen

from oauth_core.testing import (
    FakeAuthorizationServer,
    LoopbackServer,
    OAuth1Provider,
    RegisteredClient,
    RegisteredOAuth1Client,
    ServerSettings,
)

REDIRECT_URI = "http://127.0.0.1/callback"


class Clock:
    """The time of day, which the demo puts forward to let tokens expire; epoch seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        """Return what time it is for clients and fake server."""
        return time.time() + self.ahead


@dataclass(slots=True)
class Target:
    """What the demo needs to know about a server and about its own registration there."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    metadata: Mapping[str, object]
    api_url: str | None
    scope: str | None
    client_scope: str | None = None
    clock: Clock = field(default_factory=Clock)
    oauth1: OAuth1Provider | None = None
    user_prompt: Mapping[str, str] = field(default_factory=dict)
    approve_device: Callable[[str], None] | None = None

    def endpoint(self, name: str) -> str | None:
        """Return an endpoint of the metadata, or None where there is none."""
        found = self.metadata.get(name)
        return found if isinstance(found, str) else None

    def offers(self, grant_type: str) -> bool:
        """Tell whether the server says that it knows a grant type. RFC 8414 §2 has a default."""
        known = self.metadata.get("grant_types_supported", ["authorization_code", "implicit"])
        return isinstance(known, list) and grant_type in known


@contextmanager
def fake_target() -> Iterator[Target]:
    """Run the fake server on loopback, under the same clock as its clients."""
    clock = Clock()
    client = RegisteredClient("demo", "a secret: with %, + and ü", redirect_uris=(REDIRECT_URI,))
    server = FakeAuthorizationServer(clients=[client], clock=clock, settings=ServerSettings(poll_interval=0.1))
    provider = OAuth1Provider([RegisteredOAuth1Client(client.client_id, client.client_secret)])
    server.install(provider)
    with LoopbackServer(server):
        yield Target(
            issuer=server.issuer,
            client_id=client.client_id,
            client_secret=client.client_secret,
            redirect_uri=REDIRECT_URI,
            metadata=server.metadata,
            api_url=server.url("/api/hello"),
            scope="openid read",
            client_scope="read",
            clock=clock,
            oauth1=provider,
            approve_device=server.decide,
        )


def real_target(
    issuer: str, client_id: str, client_secret: str | None, *, redirect_uri: str, api_url: str | None, scope: str | None
) -> Target:
    """Read the metadata of a real server. Raises ``OSError`` and ``ValueError`` where there is none."""
    with urlopen(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=10) as answer:
        metadata = json.load(answer)
    offered = metadata.get("scopes_supported") or []
    wanted = [each for each in ("openid", "offline_access") if each in offered]
    return Target(
        issuer=issuer,
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
        metadata=metadata,
        api_url=api_url or metadata.get("userinfo_endpoint"),
        scope=scope or " ".join(wanted) or None,
        # OpenID Connect Core §11: a refresh token for later is given only where the person is asked.
        user_prompt={"prompt": "consent"} if "offline_access" in (scope or " ".join(wanted)).split() else {},
    )
