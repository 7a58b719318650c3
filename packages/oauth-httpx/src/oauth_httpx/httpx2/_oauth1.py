"""OAuth 1.0 of this package, bound to httpx2.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx2

from oauth_httpx._oauth1 import OAuth1AuthBase
from oauth_httpx._oauth1_client import AsyncOAuth1ClientBase, OAuth1ClientBase

from ._binding import BINDING

__all__ = ["AsyncOAuth1Client", "OAuth1Auth", "OAuth1Client"]


class OAuth1Auth(OAuth1AuthBase, httpx2.Auth):
    __doc__ = OAuth1AuthBase.__doc__

    binding = BINDING


class OAuth1Client(OAuth1ClientBase[httpx2.Response], httpx2.Client):
    __doc__ = OAuth1ClientBase.__doc__

    binding = BINDING
    signing_auth = OAuth1Auth


class AsyncOAuth1Client(AsyncOAuth1ClientBase[httpx2.Response], httpx2.AsyncClient):
    __doc__ = AsyncOAuth1ClientBase.__doc__

    binding = BINDING
    signing_auth = OAuth1Auth
