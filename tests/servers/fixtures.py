"""Pytest fixtures for the real servers: one server a test session, and with xdist one a worker.

A conftest imports the fixtures it wants by name. A server that cannot start fails the test with what to do about it;
it is never skipped. A server's libraries are imported when its fixture is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.servers.authlib_server import AuthlibServer
    from tests.servers.oauth1_server import OAuth1Server
    from tests.servers.oauth1_verifier import OAuth1Verifier
    from tests.servers.oidc import OIDCProvider


@pytest.fixture(scope="session")
def oidc_provider() -> Iterator[OIDCProvider]:
    """oidc-provider with tokens that live ten minutes; a test lets one expire with `expire()`."""
    from tests.servers.oidc import OIDCProvider

    with OIDCProvider() as server:
        yield server


@pytest.fixture(scope="session")
def authlib_server() -> Iterator[AuthlibServer]:
    """Authlib's server, in this process; it knows neither OpenID nor DPoP."""
    from tests.servers.authlib_server import AuthlibServer

    with AuthlibServer() as server:
        yield server


@pytest.fixture(scope="session")
def oauth1_server() -> Iterator[OAuth1Server]:
    """An OAuth 1.0 provider on oauthlib's endpoints, in this process."""
    from tests.servers.oauth1_server import OAuth1Server

    with OAuth1Server() as server:
        yield server


@pytest.fixture(scope="session")
def oauth1_verifier() -> Iterator[OAuth1Verifier]:
    """An OAuth 1.0 verifier by other hands, on Node."""
    from tests.servers.oauth1_verifier import OAuth1Verifier

    with OAuth1Verifier() as server:
        yield server
