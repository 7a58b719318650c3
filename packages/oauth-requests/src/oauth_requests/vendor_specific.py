"""Clients that know the endpoints of one vendor's servers: ``Auth0`` and ``Ping`` (PingFederate).

Rules of this room: a vendor is a table of paths below its host; whatever it does otherwise than the specifications is
corrected by a fix of oauth-compliance, not here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from oauth_core import UsageError

from ._api_client import ApiClient
from ._client import OAuth2Client
from ._handlers import OAuth2ClientCredentialsAuth

__all__ = ["Auth0", "Ping"]


def _host(name: str, what: str) -> str:
    """Return the host that a user names as host or as URL. Raises ``UsageError``."""
    parts = urlsplit(name if "//" in name else f"https://{name}")
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or parts.path.strip("/") or parts.query:
        raise UsageError(f"{what} is a host such as 'example.eu', or its https URL without a path")
    return parts.netloc


class Auth0:
    """Clients for an Auth0 tenant, named as ``mytenant.eu`` or by its own host."""

    @staticmethod
    def host(tenant: str) -> str:
        """Return the host of a tenant: ``mytenant.eu`` is ``mytenant.eu.auth0.com``, a host of one's own stays."""
        host = _host(tenant, "an Auth0 tenant")
        name, _, region = host.partition(".")
        if not region:
            return f"{name}.us.auth0.com"
        return f"{host}.auth0.com" if "." not in region else host

    @classmethod
    def client(
        cls, tenant: str, auth: object = None, *, session: requests.Session | None = None, **options: Any
    ) -> OAuth2Client:
        """Return a client of a tenant's endpoints; ``auth`` and the options are those of ``OAuth2Client``."""
        root = f"https://{cls.host(tenant)}"
        endpoints = {
            "authorization_endpoint": f"{root}/authorize",
            "device_authorization_endpoint": f"{root}/oauth/device/code",
            "end_session_endpoint": f"{root}/oidc/logout",
            "issuer": f"{root}/",
            "jwks_uri": f"{root}/.well-known/jwks.json",
            "pushed_authorization_request_endpoint": f"{root}/oauth/par",
            "registration_endpoint": f"{root}/oidc/register",
            "revocation_endpoint": f"{root}/oauth/revoke",
            "token_endpoint": f"{root}/oauth/token",
            "userinfo_endpoint": f"{root}/userinfo",
        }
        return OAuth2Client(auth=auth, session=session, **{**endpoints, **options})

    @classmethod
    def management_api_client(
        cls,
        tenant: str,
        auth: object = None,
        *,
        session: requests.Session | None = None,
        raise_for_status: bool = True,
        timeout: Any = None,
        **options: Any,
    ) -> ApiClient:
        """Return a client of a tenant's Management API, which obtains its tokens by client credentials.

        ``auth`` and the options are those of ``OAuth2Client``; ``raise_for_status`` and ``timeout`` (seconds) those of
        ``ApiClient``.
        """
        api = f"https://{cls.host(tenant)}/api/v2/"
        client = cls.client(tenant, auth, session=session, timeout=timeout, **options)
        handler = OAuth2ClientCredentialsAuth(client, audience=api)
        return ApiClient(api, auth=handler, session=session, raise_for_status=raise_for_status, timeout=timeout)


class Ping:
    """Clients for a PingFederate server, named by its issuer: a host or its URL."""

    @classmethod
    def client(
        cls, issuer: str, auth: object = None, *, session: requests.Session | None = None, **options: Any
    ) -> OAuth2Client:
        """Return a client of a server's endpoints; ``auth`` and the options are those of ``OAuth2Client``."""
        root = f"https://{_host(issuer, 'the issuer')}"
        endpoints = {
            "authorization_endpoint": f"{root}/as/authorization.oauth2",
            "backchannel_authentication_endpoint": f"{root}/as/bc-auth.ciba",
            "device_authorization_endpoint": f"{root}/as/device_authz.oauth2",
            "end_session_endpoint": f"{root}/idp/startSLO.ping",
            "introspection_endpoint": f"{root}/as/introspect.oauth2",
            "issuer": root,
            "jwks_uri": f"{root}/pf/JWKS",
            "pushed_authorization_request_endpoint": f"{root}/as/par.oauth2",
            "registration_endpoint": f"{root}/as/clients.oauth2",
            "revocation_endpoint": f"{root}/as/revoke_token.oauth2",
            "token_endpoint": f"{root}/as/token.oauth2",
            "userinfo_endpoint": f"{root}/idp/userinfo.openid",
        }
        return OAuth2Client(auth=auth, session=session, **{**endpoints, **options})
