"""The OAuth 2.0 clients and handlers of this package, bound to HTTPX.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx

from ._auth import OAuth2AuthBase, TokenAuth
from ._client import AsyncOAuth2ClientBase, OAuth2ClientBase
from ._httpx_binding import BINDING

__all__ = ["BINDING", "AsyncOAuth2Client", "ClientTokenAuth", "OAuth2Auth", "OAuth2Client"]


class ClientTokenAuth(TokenAuth, httpx.Auth):
    binding = BINDING


class OAuth2Auth(OAuth2AuthBase, httpx.Auth):
    __doc__ = OAuth2AuthBase.__doc__

    binding = BINDING


class OAuth2Client(OAuth2ClientBase[httpx.Response], httpx.Client):
    __doc__ = OAuth2ClientBase.__doc__

    binding = BINDING
    token_auth = ClientTokenAuth


class AsyncOAuth2Client(AsyncOAuth2ClientBase[httpx.Response], httpx.AsyncClient):
    __doc__ = AsyncOAuth2ClientBase.__doc__

    binding = BINDING
    token_auth = ClientTokenAuth
