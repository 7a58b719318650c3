"""Carrying oauth_core's requests to the authorization server over HTTPX or httpx2.

Rules of this room: a request to the authorization server goes out as it was built. The library's ``send`` would run
the client's event hooks around it (a ``raise_for_status`` hook would turn ``invalid_grant`` into another error), keep
its cookies in the user's jar and, with redirects on, post a client secret to another host; no public switch of the
library turns these off for one request. So each client of ours holds a second, plain client for this purpose alone,
made when it is first needed from the same transport, mounts, proxy, limits and TLS context: it has no hooks, no
parameters, no default auth, and a jar that takes no cookie. Whatever the libraries add to their clients later is not
on it, which is what makes this the most robust way; its price is a connection pool of its own.

The asynchronous one keeps connections open only inside ``async with``, in the event loop that entered: elsewhere
nobody promises to close them in the loop that opened them, and a source may be used from many loops.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from oauth_core import ACCEPT_ENCODING, BodyReader, Request, Response, TransportError, UsageError

from ._binding import Binding
from ._runtime import Deadline, current_runtime
from ._server_client import server_client

__all__ = ["TRANSPORT_OPTIONS", "AsyncServerTransport", "ServerSide", "ServerTransport", "share_tls"]

DEFAULT_TIMEOUT = 10.0  # seconds for each operation, unless the user sets another
_WHOLE = 30.0  # seconds: what a body may take in all, and the least that is granted until the headers are there

TRANSPORT_OPTIONS = frozenset(
    {"cert", "http1", "http2", "limits", "mounts", "proxy", "transport", "trust_env", "verify"}
)


def share_tls(binding: Binding, options: dict[str, Any]) -> None:
    """Make the TLS context now, so that both clients use one: making it is most of what a client costs."""
    if options.get("transport") is None:
        options["verify"] = binding.library.create_ssl_context(
            verify=options.get("verify", True),
            cert=options.pop("cert", None),
            trust_env=options.get("trust_env", True),
        )


class _Borrowed:
    """A transport of the user's client: used, but closed by its owner."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def handle_request(self, request: Any) -> Any:
        return self._transport.handle_request(request)

    async def handle_async_request(self, request: Any) -> Any:
        return await self._transport.handle_async_request(request)

    def close(self) -> None:
        """Leave it open."""

    async def aclose(self) -> None:
        """Leave it open."""


class _Transport:
    def __init__(self, binding: Binding, options: Mapping[str, Any], timeout: Callable[[], Any]) -> None:
        self._binding = binding
        self._options = {name: value for name, value in options.items() if name in TRANSPORT_OPTIONS}
        if (transport := self._options.get("transport")) is not None:
            self._options["transport"] = _Borrowed(transport)
        if mounts := self._options.get("mounts"):
            self._options["mounts"] = {
                pattern: None if mounted is None else _Borrowed(mounted) for pattern, mounted in mounts.items()
            }
        self._timeout = timeout
        self._own_headers = (
            ("Accept-Encoding", ACCEPT_ENCODING),
            ("User-Agent", f"oauth-httpx {binding.library.__name__}/{binding.library.__version__}"),
        )
        self._urls: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._closed = False

    def _client_options(self) -> dict[str, Any]:
        if self._closed:
            raise RuntimeError("Cannot send a request, as the client has been closed.")
        return dict(self._options)

    def _native(self, request: Request, options: Mapping[str, object]) -> Any:
        library = self._binding.library
        timeout = options.get("timeout")
        seconds = library.Timeout(self._timeout() if timeout is None else timeout)
        headers = list(request.headers)
        present = {name.lower() for name, _ in headers}
        headers += [pair for pair in self._own_headers if pair[0].lower() not in present]
        try:
            return library.Request(
                request.method,
                self._url(request),
                headers=headers,
                content=request.body,
                extensions={"timeout": seconds.as_dict()},
            )
        except library.InvalidURL:
            raise UsageError(f"{_place(request)} is not a URL that can be requested") from None

    def _url(self, request: Request) -> Any:
        """Return the library's URL of an endpoint, parsed once; a query may hold a secret and is not kept."""
        url = self._urls.get(request.url)
        if url is None:
            url = self._binding.library.URL(request.url)
            if "?" not in request.url and len(self._urls) < 100:
                self._urls[request.url] = url
        return url

    def _failure(self, request: Request, exc: Exception) -> TransportError:
        """Describe what the library raised. Its text may quote headers, so only that of network errors is kept."""
        library = self._binding.library
        text = f"{request.method} {_place(request)} got no answer: {type(exc).__name__}"
        if isinstance(exc, (library.NetworkError, library.ProxyError)) and str(exc):
            text += f" ({exc})"
        return TransportError(text, timeout=isinstance(exc, (library.TimeoutException, TimeoutError)))


def _place(request: Request) -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _response(native: Any, body: bytes) -> Response:
    return Response(native.status_code, tuple(native.headers.multi_items()), body)


def _reader(native: Any) -> BodyReader:
    return BodyReader(native.headers.get("Content-Encoding"))


def _read_already(native: Any) -> bytes:
    """Return the body of an answer that a transport without a network made and decoded."""
    reader = BodyReader()
    reader.feed(native.content)
    return reader.finish()


class ServerSide:
    """What a client adds for the requests to its server: their timeout is the client's, once that has been set."""

    _first_timeout: Any

    def _server_timeout(self) -> Any:
        current = cast("Any", self).timeout
        return DEFAULT_TIMEOUT if current == self._first_timeout else current


class ServerTransport(_Transport):
    """Sends requests to the authorization server, synchronously, from any thread."""

    _client: Any = None

    def send(self, request: Request, options: Mapping[str, object]) -> Response:
        """Send one request and return its answer. Raises ``TransportError``."""
        client = self._open()
        outgoing = self._native(request, options)
        library = self._binding.library
        try:
            native = client.send(outgoing, auth=library.Auth(), follow_redirects=False, stream=True)
            try:
                if native.is_stream_consumed:
                    return _response(native, _read_already(native))
                reader = _reader(native)
                for piece in native.iter_raw():
                    reader.feed(piece)
                return _response(native, reader.finish())
            finally:
                native.close()
        except library.RequestError as exc:
            failure = self._failure(request, exc)
        raise failure  # outside of `except`: the library's exception holds the request, and ours must not hold that

    def _open(self) -> Any:
        with self._lock:
            if self._client is None:
                library = self._binding.library
                self._client = server_client(library, library.Client, self._client_options())
            return self._client

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            client, self._client, self._closed = self._client, None, True
        if client is not None:
            client.close()


class AsyncServerTransport(_Transport):
    """Sends requests to the authorization server, asynchronously, from any task of any event loop."""

    def __init__(self, binding: Binding, options: Mapping[str, Any], timeout: Callable[[], Any]) -> None:
        super().__init__(binding, options, timeout)
        self._clients: dict[object, tuple[Callable[[], bool], Any]] = {}
        self._home: object = None

    async def send(self, request: Request, options: Mapping[str, object]) -> Response:
        """Send one request and return its answer. Raises ``TransportError``."""
        runtime = current_runtime()
        client = self._open(runtime)
        outgoing = self._native(request, options)
        library = self._binding.library
        seconds = outgoing.extensions["timeout"].values()
        until_headers = None if None in seconds else max(_WHOLE, sum(seconds))
        failure: Exception
        try:
            async with runtime.within(until_headers):
                native = await client.send(outgoing, auth=library.Auth(), follow_redirects=False, stream=True)
            try:
                if native.is_stream_consumed:
                    return _response(native, _read_already(native))
                reader = _reader(native)
                pieces = native.aiter_raw()
                try:
                    async with runtime.within(_WHOLE):
                        async for piece in pieces:
                            reader.feed(piece)
                finally:
                    await runtime.abandon(pieces)
                return _response(native, reader.finish())
            finally:
                await native.aclose()
        except (library.RequestError, TimeoutError) as exc:
            failure = self._failure(request, exc)
        raise failure  # outside of `except`, as above

    def _open(self, runtime: Deadline) -> Any:
        key = runtime.key()
        with self._lock:
            known = self._clients.get(key)
            if known is None:
                self._clients = {k: v for k, v in self._clients.items() if v[0]()}
                library = self._binding.library
                known = (runtime.alive(), server_client(library, library.AsyncClient, self._options_for(key)))
                self._clients[key] = known
            return known[1]

    def _options_for(self, key: object) -> dict[str, Any]:
        options = self._client_options()
        if key != self._home:
            limits = options.get("limits")
            most = limits.max_connections if limits is not None else 100
            options["limits"] = self._binding.library.Limits(max_connections=most, max_keepalive_connections=0)
        return options

    def enter(self) -> None:
        """Keep connections open from now on, in this event loop."""
        key = current_runtime().key()
        with self._lock:
            if self._home is None:
                self._home = key
                self._clients.pop(key, None)  # it keeps no connection, so there is nothing to close

    async def aclose(self) -> None:
        """Close the connections of this event loop; elsewhere none is kept."""
        with self._lock:
            clients, self._clients, self._closed = self._clients, {}, True
        here = clients.get(current_runtime().key()) if clients else None
        if here is not None:
            await here[1].aclose()
