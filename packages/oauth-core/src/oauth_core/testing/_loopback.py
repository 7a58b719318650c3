"""The fake server behind a real socket on this machine.

Rules of this room: it listens on loopback only, on a port the system chooses; bodies pass in both directions without
being held in memory; everything that waits is woken by ``close``, which leaves no thread and no socket behind.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from threading import Event, Lock, Thread, current_thread
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from oauth_core._errors import UsageError
from oauth_core._messages import Request, Response

from ._certificates import CertifiedRequest, ClientCertificate
from ._server import FakeAuthorizationServer
from ._wire import ConnectionDropped, PacedResponse, json_response

__all__ = ["CertifiedLoopbackServer", "LoopbackServer"]

_CHUNK = 64 * 1024
_MAX_LINE = 1024


class LoopbackServer:
    """Serves a fake server over HTTP/1.1 on loopback, with a thread for each connection (a context manager).

    Starting it moves the fake server's issuer to the URL it listens on, the issuer's path kept. ``ssl_context``
    makes it HTTPS, and asks for client certificates where its ``verify_mode`` says so. A second origin is a second
    `LoopbackServer`.
    """

    def __init__(
        self,
        server: FakeAuthorizationServer | None = None,
        *,
        host: str = "127.0.0.1",
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.server = server or FakeAuthorizationServer()
        self._host = host
        self._ssl = ssl_context
        self._listener: socket.socket | None = None
        self._port = 0
        self._acceptor: Thread | None = None
        self._connections: dict[socket.socket, Thread] = {}
        self._lock = Lock()
        self.stopping = Event()

    def __repr__(self) -> str:
        return f"<LoopbackServer {self.url if self._port else 'not started'}>"

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end. Raises ``RuntimeError`` before the start."""
        if not self._port:
            raise RuntimeError("the loopback server is not started; use it in a with statement")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._ssl else 'http'}://{host}:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listen, and answer in threads from now on."""
        if self._listener is not None:
            raise RuntimeError("the loopback server is started already")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, 0), family=family, backlog=256)
        self._port = cast("int", self._listener.getsockname()[1])
        self._announce()
        self.stopping.clear()
        self._acceptor = Thread(target=self._accept, args=(self._listener,), name="loopback-accept", daemon=True)
        self._acceptor.start()

    def _announce(self) -> None:
        self.server.issuer = self.url + urlsplit(self.server.issuer).path

    def close(self) -> None:
        """Stop: wake whatever waits, close every connection, and return when the last thread is gone."""
        listener, acceptor = self._listener, self._acceptor
        if listener is None or acceptor is None:
            return
        self._listener = self._acceptor = None
        self.stopping.set()
        # A thread in accept() notices a closed listener on some systems only; a connection wakes it on all.
        with suppress(OSError):
            socket.create_connection((self._host, self._port), timeout=1).close()
        acceptor.join()
        listener.close()
        with self._lock:
            open_now = dict(self._connections)
        for connection, thread in open_now.items():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, address = listener.accept()
            if self.stopping.is_set():
                connection.close()
                return
            thread = Thread(target=self._serve, args=(connection, address), name="loopback-connection", daemon=True)
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket, address: object) -> None:
        served = connection
        certificate: ClientCertificate | None = None
        try:
            if self._ssl is not None:
                # The handshake waits for the client: close() must be able to find the socket before it.
                secure = self._ssl.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                served = secure
                with self._lock:
                    self._connections[secure] = self._connections.pop(connection, current_thread())
                if self.stopping.is_set():
                    return
                secure.do_handshake()
                der = secure.getpeercert(binary_form=True)
                certificate = None if der is None else ClientCertificate.from_peer(der, secure.getpeercert() or {})
            _Connection(served, address, self, certificate)
        except OSError:
            # The client went away, or close() cut the connection: nobody is left to answer.
            pass
        finally:
            with suppress(OSError):
                served.shutdown(socket.SHUT_RDWR)
            served.close()
            with self._lock:
                self._connections.pop(served, None)


class CertifiedLoopbackServer(LoopbackServer):
    """A second origin of a fake server, for clients that show a certificate. RFC 8705 §5.

    While it runs the metadata name its endpoints as ``mtls_endpoint_aliases``; the issuer stays where it is.
    ``ssl_context`` needs ``verify_mode = ssl.CERT_OPTIONAL``, and trust in the clients' certificates or authorities.
    """

    def __init__(
        self, server: FakeAuthorizationServer, ssl_context: ssl.SSLContext, *, host: str = "127.0.0.1"
    ) -> None:
        if ssl_context.verify_mode == ssl.CERT_NONE:
            raise ValueError("this context asks for no certificate: set verify_mode to ssl.CERT_OPTIONAL")
        super().__init__(server, host=host, ssl_context=ssl_context)

    def _announce(self) -> None:
        self.server.authority.certified_url = self.url + urlsplit(self.server.issuer).path.rstrip("/")

    def close(self) -> None:
        """Stop as any loopback server does; the metadata name no aliases any more."""
        self.server.authority.certified_url = None
        super().close()


class _Connection(BaseHTTPRequestHandler):
    """Reads requests from one connection until it ends, and writes their answers."""

    protocol_version = "HTTP/1.1"
    server_version = "FakeAuthorizationServer"
    disable_nagle_algorithm = True
    wbufsize = _CHUNK

    def __init__(
        self,
        connection: socket.socket,
        address: object,
        loopback: LoopbackServer,
        certificate: ClientCertificate | None,
    ) -> None:
        self._loopback = loopback
        self._certificate = certificate
        # The base class wants a socketserver; all it does with it is keep it.
        super().__init__(connection, address, None)  # type: ignore[arg-type]  # no socketserver here

    def version_string(self) -> str:
        """Return the name for the ``Server`` header."""
        return self.server_version

    def handle_expect_100(self) -> bool:
        """Ask for the body at once: the client waits for it, and the output is buffered."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: what was seen is in the fake server's log."""

    def do_GET(self) -> None:
        """Answer a request of any method."""
        body = self._body()
        try:
            response = self._loopback.server.handle(self._request(), body=body)
        except UsageError as exc:
            # A header or a body that no HTTP client should have sent; where the next request starts is unknown.
            self.close_connection = True
            response = json_response({"error": "invalid_request", "error_description": str(exc)}, status=400)
        except ConnectionDropped:
            self.close_connection = True
            return
        # A refused upload is read to its end: a client that still sends would not look at the answer.
        for _ in body:
            pass
        self._answer(response)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - named by the base class

    def _request(self) -> Request:
        host = self.headers.get("Host") or urlsplit(self._loopback.url).netloc
        scheme = urlsplit(self._loopback.url).scheme
        url = self.path if self.path.startswith("http") else f"{scheme}://{host}{self.path}"
        headers = tuple(self.headers.items())
        if self._certificate is None:
            return Request(self.command, url, headers)
        return CertifiedRequest(self.command, url, headers, certificate=self._certificate)

    def _body(self) -> Iterator[bytes]:
        """Yield the body as it arrives."""
        if (self.headers.get("Transfer-Encoding") or "").lower() == "chunked":
            while size := _number(self.rfile.readline(_MAX_LINE).partition(b";")[0], 16):
                yield from self._exactly(size)
                self.rfile.readline(_MAX_LINE)
            while self.rfile.readline(_MAX_LINE) not in {b"\r\n", b"\n", b""}:
                pass
            return
        yield from self._exactly(_number((self.headers.get("Content-Length") or "0").encode(), 10))

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            chunk = self.rfile.read1(min(size, _CHUNK))
            if not chunk:
                raise ConnectionResetError("the client left in the middle of its body")
            size -= len(chunk)
            yield chunk

    def _answer(self, response: Response) -> None:
        paced = response if isinstance(response, PacedResponse) else None
        if paced is not None and paced.delay and self._stopped_after(paced.delay):
            return
        streamed = paced is not None and paced.chunks is not None
        length = paced.length if paced is not None and streamed else len(response.body)
        chunked = length is None and self.request_version != "HTTP/1.0"
        self.send_response(response.status)
        for name, value in response.headers:
            if name.lower() not in {"content-length", "transfer-encoding"}:
                self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif length is None:
            self.close_connection = True
        elif response.status not in {204, 304}:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD" or response.status in {204, 304}:
            return
        if paced is None:
            self.wfile.write(response.body)
            return
        self._stream(paced, chunked=chunked)

    def _stream(self, response: PacedResponse, *, chunked: bool) -> None:
        for index, chunk in enumerate(response.iter_body()):
            if index and response.pause:
                self.wfile.flush()
                if self._stopped_after(response.pause):
                    return
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _stopped_after(self, seconds: float) -> bool:
        """Let time pass; tell whether the server is being closed."""
        if self._loopback.stopping.wait(seconds):
            self.close_connection = True
            return True
        return False


def _number(text: bytes, base: int) -> int:
    """Return the size that a body announces. Raises ``UsageError`` where it is none."""
    try:
        size = int(text, base)
    except ValueError:
        size = -1
    if size < 0:
        raise UsageError("the size of the body is not a number")
    return size
