"""OAuth clients and auth handlers for httpx2: the names of ``oauth_httpx``, bound to that library.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library. What a program
imports decides which library it uses, never what happens to be installed.
"""

from __future__ import annotations

import httpx2

from oauth_core import OAuthError

from ._auth import OAuth2AuthBase, OAuth2ClientAuthBase, TokenAuth
from ._binding import Binding, CappedStream, CappedStreamAsync, SealedStream
from ._client import AsyncOAuth2ClientBase, OAuth2ClientBase

__all__ = ["AsyncOAuth2Client", "OAuth2Auth", "OAuth2Client", "OAuth2ClientAuth", "OAuthError"]


class _Sealed(SealedStream, httpx2.ByteStream):
    pass


class _Capped(CappedStream, httpx2.SyncByteStream):
    pass


class _CappedAsync(CappedStreamAsync, httpx2.AsyncByteStream):
    pass


BINDING = Binding(httpx2, _Sealed, _Capped, _CappedAsync)


class _ClientTokenAuth(TokenAuth, httpx2.Auth):
    binding = BINDING


class OAuth2Auth(OAuth2AuthBase, httpx2.Auth):  # noqa: D101 - its base says it
    __doc__ = OAuth2AuthBase.__doc__

    binding = BINDING


class OAuth2ClientAuth(OAuth2ClientAuthBase, httpx2.Auth):  # noqa: D101 - its base says it
    __doc__ = OAuth2ClientAuthBase.__doc__

    binding = BINDING


class OAuth2Client(OAuth2ClientBase[httpx2.Response], httpx2.Client):  # noqa: D101 - its base says it
    __doc__ = OAuth2ClientBase.__doc__

    binding = BINDING
    token_auth = _ClientTokenAuth


class AsyncOAuth2Client(AsyncOAuth2ClientBase[httpx2.Response], httpx2.AsyncClient):  # noqa: D101 - its base says it
    __doc__ = AsyncOAuth2ClientBase.__doc__

    binding = BINDING
    token_auth = _ClientTokenAuth
