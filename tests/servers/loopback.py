"""A WSGI application served on a free loopback port by a thread of this process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Quiet(WSGIRequestHandler):
    """Logs no request: tests read answers, not logs."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class LoopbackServer:
    """Listens from construction on, serves from `start()` to `close()`."""

    def __init__(self, name: str) -> None:
        self._application: WSGIApplication | None = None
        # The port is taken first: an application needs it for its issuer and is given afterwards.
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._call, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    @property
    def url(self) -> str:
        """The origin, without a final slash."""
        return f"http://127.0.0.1:{self._server.port}"

    def start(self, application: WSGIApplication) -> None:
        """Serve `application` from now on."""
        self._application = application
        self._thread.start()

    def close(self) -> None:
        """Stop serving, close the port and wait for the thread."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def _call(self, environ: Any, start_response: Any) -> Any:
        assert self._application is not None
        return self._application(environ, start_response)
