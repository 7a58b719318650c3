"""The assertion clients of this package, bound to httpx2.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx2

from oauth_httpx._assertion import AssertionClientBase, AsyncAssertionClientBase

from ._clients import BINDING, ClientTokenAuth

__all__ = ["AssertionClient", "AsyncAssertionClient"]


class AssertionClient(AssertionClientBase[httpx2.Response], httpx2.Client):
    __doc__ = AssertionClientBase.__doc__

    binding = BINDING
    token_auth = ClientTokenAuth


class AsyncAssertionClient(AsyncAssertionClientBase[httpx2.Response], httpx2.AsyncClient):
    __doc__ = AsyncAssertionClientBase.__doc__

    binding = BINDING
    token_auth = ClientTokenAuth
