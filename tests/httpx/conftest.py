"""The six clients of ``flavours`` and a server on loopback, as fixtures."""

import pytest

from tests.httpx.flavours import FLAVOURS, new_server, serving
from tests.servers.fixtures import oauth1_server, oauth1_verifier

__all__ = ["oauth1_server", "oauth1_verifier"]


@pytest.fixture(params=FLAVOURS, ids=repr)
def flavour(request):
    """Each client in turn."""
    return request.param


@pytest.fixture
def server():
    """The fake server, listening on loopback."""
    with serving(new_server()) as loopback:
        yield loopback.server


@pytest.fixture
def elsewhere():
    """A second fake server, so another origin."""
    with serving(new_server()) as loopback:
        yield loopback.server
