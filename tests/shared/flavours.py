"""The client flavours that every scenario runs over, and the abstraction of the demo that drives them alike."""

from __future__ import annotations

import ssl

from tools.demo.flavours import Client, Flavour

__all__ = ["FLAVOURS", "Client", "Flavour", "native_options"]

FLAVOURS = (
    Flavour("requests", "oauth_requests", "OAuth2Session", "requests"),
    Flavour("httpx", "oauth_httpx", "OAuth2Client", "httpx"),
    Flavour("httpx-asyncio", "oauth_httpx", "AsyncOAuth2Client", "httpx", "asyncio"),
    Flavour("httpx-trio", "oauth_httpx", "AsyncOAuth2Client", "httpx", "trio"),
    Flavour("httpx2", "oauth_httpx.httpx2", "OAuth2Client", "httpx2"),
    Flavour("httpx2-asyncio", "oauth_httpx.httpx2", "AsyncOAuth2Client", "httpx2", "asyncio"),
)

# Making a TLS context is most of what a client costs, and nothing here speaks TLS.
_TLS = ssl.create_default_context()


def native_options(flavour: Flavour) -> dict[str, object]:
    """Keywords of the HTTP library that keep a run short."""
    return {} if flavour.library == "requests" else {"verify": _TLS}
