"""The real servers, for the tests of the Requests adapter."""

from tests.servers.fixtures import oauth1_server, oauth1_verifier

__all__ = ["oauth1_server", "oauth1_verifier"]
