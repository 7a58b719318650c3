"""How a client proves who it is at the token, revocation and introspection endpoints.

Rules of this room: a method is a value with one function, ``authenticate``, a flow that adds a header or form
parameters to one request; there is no switch over names but the one table at the end. A secret may be a callable,
read anew for every request. ``repr`` shows the client id alone.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast, runtime_checkable
from urllib.parse import quote

from ._auth_context import AuthContext, reveal
from ._errors import UsageError
from ._messages import Flow, Request, call
from ._plugins import load_plugin

__all__ = [
    "BindableAuth",
    "ClientAuth",
    "ClientSecretBasic",
    "ClientSecretPost",
    "CustomClientAuth",
    "PublicApp",
    "SelfSignedTLSClientAuth",
    "TLSClientAuth",
    "resolve_client_auth",
]


@runtime_checkable
class ClientAuth(Protocol):
    """A client authentication method, bound to one client. RFC 6749 §2.3."""

    @property
    def method(self) -> str:
        """The registered name, such as ``client_secret_basic``."""

    @property
    def client_id(self) -> str:
        """The client that is authenticated."""

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with the client's proof added (a flow)."""


@runtime_checkable
class BindableAuth(Protocol):
    """A method that still has to learn which client it authenticates: the client that receives it says so."""

    def bind(self, client_id: str, client_secret: object) -> ClientAuth:
        """Return the method for this client."""


def _quoted(text: str) -> str:
    return text if text.isalnum() and text.isascii() else quote(text, safe="")


@dataclass(frozen=True, slots=True, repr=False)
class ClientSecretBasic:
    """``client_secret_basic``: id and secret in the ``Authorization`` header.

    Both are percent-encoded first, as the specification demands; ``raw=True`` leaves them as they are, for servers
    that do not decode. RFC 6749 §2.3.1.
    """

    client_id: str
    client_secret: object
    raw: bool = False

    method = "client_secret_basic"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_id!r})"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with the ``Authorization`` header added (a flow)."""
        secret = yield from reveal(self.client_secret, sent=True)
        if self.raw:
            if ":" in self.client_id:
                raise UsageError("a client_id with a colon cannot be sent raw by client_secret_basic")
            userpass = f"{self.client_id}:{secret}"
        else:
            # %20 for a space: read alike by servers that decode forms and by those that only decode percents.
            userpass = f"{_quoted(self.client_id)}:{_quoted(secret)}"
        return request.with_header("Authorization", "Basic " + b64encode(userpass.encode("utf-8")).decode("ascii"))


@dataclass(frozen=True, slots=True, repr=False)
class ClientSecretPost:
    """``client_secret_post``: id and secret as form parameters. RFC 6749 §2.3.1."""

    client_id: str
    client_secret: object

    method = "client_secret_post"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_id!r})"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with the form parameters added (a flow)."""
        secret = yield from reveal(self.client_secret, sent=True)
        return request.with_params([("client_id", self.client_id), ("client_secret", secret)])


@dataclass(frozen=True, slots=True)
class PublicApp:
    """``none``: a public client, which only names itself. RFC 6749 §2.1."""

    client_id: str

    method = "none"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with ``client_id`` added (a flow)."""
        yield from ()
        return request.with_params([("client_id", self.client_id)])


@dataclass(frozen=True, slots=True)
class TLSClientAuth:
    """``tls_client_auth``: a certificate of a trusted authority, shown while TLS is set up. RFC 8705 §2.1.

    The certificate is given to the HTTP library: ``session.cert`` on Requests, ``verify=`` (an SSL context) on HTTPX.
    """

    client_id: str

    method = "tls_client_auth"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with ``client_id`` added (a flow)."""
        yield from ()
        return request.with_params([("client_id", self.client_id)])


@dataclass(frozen=True, slots=True)
class SelfSignedTLSClientAuth:
    """``self_signed_tls_client_auth``: a certificate that is registered for the client. RFC 8705 §2.2.

    The certificate is given to the HTTP library: ``session.cert`` on Requests, ``verify=`` (an SSL context) on HTTPX.
    """

    client_id: str

    method = "self_signed_tls_client_auth"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with ``client_id`` added (a flow)."""
        yield from ()
        return request.with_params([("client_id", self.client_id)])


CustomFunction: TypeAlias = Callable[
    ["CustomClientAuth", str, str, MutableMapping[str, str], str],
    object,
]


@dataclass(frozen=True, slots=True, repr=False)
class CustomClientAuth:
    """A function of the user's as a method: ``(client, method, uri, headers, body) -> (uri, headers, body)``.

    ``client`` is this value, with ``client_id`` and ``client_secret``.
    """

    client_id: str
    client_secret: object
    function: CustomFunction
    method: str = "custom"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_id!r}, method={self.method!r})"

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request as the user's function leaves it (a flow). Raises ``TypeError`` for another result."""
        headers = dict(request.headers)
        result = yield from call(
            self.function, self, request.method, request.url, headers, request.body.decode("utf-8")
        )
        if not isinstance(result, tuple) or len(result) != 3:
            raise TypeError(f"the client authentication method {self.method!r} must return (uri, headers, body)")
        uri, headers, body = cast("tuple[str, dict[str, str], str | bytes | None]", result)
        encoded = body.encode("utf-8") if isinstance(body, str) else body or b""
        return Request(request.method, uri, tuple(headers.items()), encoded)


def _plugin_method(name: str) -> Callable[[str, object], ClientAuth]:
    def make(client_id: str, client_secret: object) -> ClientAuth:
        factory = cast("Callable[[str, object], ClientAuth]", load_plugin(name))
        return factory(client_id, client_secret)

    return make


_METHODS: dict[str, Callable[[str, object], ClientAuth]] = {
    "client_secret_basic": ClientSecretBasic,
    "client_secret_basic_raw": lambda client_id, secret: ClientSecretBasic(client_id, secret, raw=True),
    "client_secret_post": ClientSecretPost,
    "none": lambda client_id, _: PublicApp(client_id),
    "client_secret_jwt": _plugin_method("client_secret_jwt"),
    "private_key_jwt": _plugin_method("private_key_jwt"),
    "self_signed_tls_client_auth": lambda client_id, _: SelfSignedTLSClientAuth(client_id),
    "tls_client_auth": lambda client_id, _: TLSClientAuth(client_id),
}


def resolve_client_auth(
    method: object,
    client_id: str | None,
    client_secret: object = None,
    *,
    registered: Mapping[str, object] | None = None,
    pair_method: str = "client_secret_basic",
) -> ClientAuth:
    """Return the ``ClientAuth`` that the user's words mean.

    ``method`` is a name, a ``ClientAuth``, a value with ``bind``, a pair of id and secret (sent by ``pair_method``) or
    of id and private JWK, a ``(name, function)`` pair or a function. Raises ``UsageError`` for an unknown name or a
    missing client id and ``TypeError`` for anything else.
    """
    if not isinstance(method, str) and isinstance(method, ClientAuth):  # asking a protocol costs more than the rest
        return method
    if not isinstance(method, (str, tuple)) and isinstance(username := getattr(method, "username", None), str):
        method = (username, getattr(method, "password", None))  # HTTPBasicAuth and its like
    if isinstance(method, tuple) and len(method) == 2:
        first, second = method
        if isinstance(second, str):
            return _METHODS[pair_method](first, second)
        if isinstance(second, Mapping):
            return _METHODS["private_key_jwt"](first, second)
        if isinstance(second, ClientAuth):
            return second
        if not callable(second) or isinstance(second, BindableAuth):
            method = second
        else:
            return CustomClientAuth(_need_id(client_id), client_secret, cast("CustomFunction", second), str(first))
    if isinstance(method, str):
        own = (registered or {}).get(method)
        if own is not None:
            return resolve_client_auth(own, client_id, client_secret)
        factory = _METHODS.get(method)
        if factory is None:
            known = ", ".join(sorted({*_METHODS, *(registered or {})}))
            raise UsageError(
                f"unknown client authentication method {method!r}; known are {known}. "
                "Pass one such as PublicApp(client_id) or a function; register_client_auth_method makes names known"
            )
        return factory(_need_id(client_id), client_secret)
    if isinstance(method, BindableAuth):
        return method.bind(_need_id(client_id), client_secret)
    if callable(method):
        name = getattr(method, "__name__", "custom")
        return CustomClientAuth(_need_id(client_id), client_secret, cast("CustomFunction", method), name)
    raise TypeError(
        f"a client authentication method is a name, a function, a (name, function) pair or a ClientAuth, "
        f"not a {type(method).__name__}"
    )


def _need_id(client_id: str | None) -> str:
    if not client_id:
        raise UsageError("no client_id is configured; pass client_id=")
    return client_id
