"""The OAuth 1.0 verifier on Node, as the tests see it: a protected API and the credentials that open it."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Self

from tests.servers.node_packages import NODE_FOLDER, install_packages, node
from tests.servers.oauth1_credentials import OAuth1Client, Token, new_token
from tests.servers.process import ServerProcess


class OAuth1Verifier:
    """A running verifier; use it as a context manager, or `start()` and `close()` it."""

    def __init__(self) -> None:
        self.client = OAuth1Client()
        self.token: Token = new_token()
        self._process: ServerProcess | None = None
        self._ready: dict[str, object] = {}

    def start(self) -> Self:
        """Start the server; ServerError says what to do when that fails."""
        install_packages()
        config = {
            "client_key": self.client.client_key,
            "client_secret": self.client.client_secret,
            "public_key": self.client.public_pem,
            "tokens": {self.token.token: self.token.secret},
        }
        command = [node(), str(NODE_FOLDER / "oauth1.mjs"), "--watch-stdin", "--config", json.dumps(config)]
        self._process = ServerProcess(command, name="oauth1-verifier")
        self._ready = self._process.start()
        return self

    def close(self) -> None:
        """Stop the server; harmless when it does not run."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def api_url(self) -> str:
        """Any path below it, with any method: JSON about the request, or 401 with the base string it expected."""
        return str(self._ready["api"])
