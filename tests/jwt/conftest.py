"""The real server that these tests share."""

from tests.servers.fixtures import oidc_provider

__all__ = ["oidc_provider"]
