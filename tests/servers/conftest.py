from tests.servers.fixtures import authlib_server, oauth1_server, oauth1_verifier, oidc_provider

__all__ = ["authlib_server", "oauth1_server", "oauth1_verifier", "oidc_provider"]
