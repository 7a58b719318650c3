"""A strict fake authorization server and protected resource, for the tests of programs that use OAuth.

It needs the standard library alone, and no network: ``server.send`` answers in memory, `LoopbackServer` over a socket
of this machine. Everything it issues, refuses and has seen can be asked for; everything that servers do wrong can be
switched on (``faults``).
"""

from . import faults
from ._authority import (
    Authority,
    ClientAuthMethod,
    Endpoint,
    GrantHandler,
    Handler,
    Permission,
    ServerSettings,
    TokenRequest,
)
from ._bearer import presented_token
from ._certificates import CertifiedRequest, ClientCertificate
from ._client_auth import authenticate
from ._clients import FakeUser, RegisteredClient
from ._clock import ManualClock
from ._exchange import Decision, Exchange, SeenRequest
from ._loopback import CertifiedLoopbackServer, LoopbackServer
from ._oauth1 import IssuedOAuth1Token, OAuth1Provider, RegisteredOAuth1Client
from ._pending import PendingLogin, PushedRequest
from ._server import TESTING_PLUGIN_GROUP, FakeAuthorizationServer, NotRedirected
from ._switches import FaultSwitch
from ._tokens import IssuedCode, IssuedToken, TokenBook
from ._wire import ConnectionDropped, PacedResponse, Refusal, html_response, json_response, read_form

__all__ = [
    "TESTING_PLUGIN_GROUP",
    "Authority",
    "CertifiedLoopbackServer",
    "CertifiedRequest",
    "ClientAuthMethod",
    "ClientCertificate",
    "ConnectionDropped",
    "Decision",
    "Endpoint",
    "Exchange",
    "FakeAuthorizationServer",
    "FakeUser",
    "FaultSwitch",
    "GrantHandler",
    "Handler",
    "IssuedCode",
    "IssuedOAuth1Token",
    "IssuedToken",
    "LoopbackServer",
    "ManualClock",
    "NotRedirected",
    "OAuth1Provider",
    "PacedResponse",
    "PendingLogin",
    "Permission",
    "PushedRequest",
    "Refusal",
    "RegisteredClient",
    "RegisteredOAuth1Client",
    "SeenRequest",
    "ServerSettings",
    "TokenBook",
    "TokenRequest",
    "authenticate",
    "faults",
    "html_response",
    "json_response",
    "presented_token",
    "read_form",
]

for _name in __all__:
    if getattr(globals()[_name], "__module__", "").startswith(f"{__name__}._"):
        globals()[_name].__module__ = __name__  # public names read as the package, in errors and in pickles
del _name
