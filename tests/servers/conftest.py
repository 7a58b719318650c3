from tests.servers.fixtures import authlib_server, oidc_provider

__all__ = ["authlib_server", "oidc_provider"]
