"""The assertion clients of this package, bound to HTTPX.

Rules of this room: nothing is decided here; each class ties one of this package to one of the library.
"""

from __future__ import annotations

import httpx

from ._assertion import AssertionClientBase, AsyncAssertionClientBase
from ._httpx import BINDING, ClientTokenAuth

__all__ = ["AssertionClient", "AsyncAssertionClient"]


class AssertionClient(AssertionClientBase[httpx.Response], httpx.Client):
    __doc__ = AssertionClientBase.__doc__

    binding = BINDING
    token_auth = ClientTokenAuth


class AsyncAssertionClient(AsyncAssertionClientBase[httpx.Response], httpx.AsyncClient):
    __doc__ = AsyncAssertionClientBase.__doc__

    binding = BINDING
    token_auth = ClientTokenAuth
