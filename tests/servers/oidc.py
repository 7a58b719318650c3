"""`oidc-provider` on loopback, as the tests see it. Run as a module it serves until it is interrupted.

The server itself is in tests/servers/node; clients, keys and secrets are made here and handed to it.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.servers.browser import Browser
from tests.servers.certificates import make_certificates
from tests.servers.node_packages import NODE_FOLDER, install_packages, node
from tests.servers.oidc_clients import make_clients, make_tls_clients, registration
from tests.servers.process import ServerError, ServerProcess
from tests.servers.protocol import FEATURES, RegisteredClient, User
from tests.servers.wire import fetch, post_json


class OIDCProvider:
    """A running oidc-provider; use it as a context manager, or `start()` and `close()` it."""

    supports = FEATURES
    user = User("alice", "wonderland")

    def __init__(self, **settings: object) -> None:
        """`settings` are those of node/oidc/settings.mjs, such as `access_token_ttl=2` (seconds)."""
        self._clients = make_clients()
        self._settings = settings
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ca_file: Path | None = None
        self._process: ServerProcess | None = None
        self._ready: dict[str, object] = {}
        self._metadata: dict[str, object] = {}

    # -- life

    def start(self) -> Self:
        """Start the server and read its metadata; ServerError says what to do when that fails."""
        install_packages()
        settings = json.dumps(self._tls_settings() | self._settings)
        command = [node(), str(NODE_FOLDER / "oidc.mjs"), "--watch-stdin", "--config", settings]
        self._process = ServerProcess(command, name="oidc-provider")
        try:
            self._ready = self._process.start()
            self._metadata = fetch(self.metadata_url).json
        except BaseException:
            self.close()
            raise
        return self

    def _tls_settings(self) -> dict[str, object]:
        self._folder = tempfile.TemporaryDirectory(prefix="oidc-provider-certificates-")
        made = make_certificates(Path(self._folder.name))
        self._ca_file = made.authority.certificate_file
        self._clients |= make_tls_clients(made)
        tls = {
            "key": made.server.key_file.read_text(),
            "cert": made.server.certificate_file.read_text(),
            "ca": made.authority.certificate_file.read_text(),
        }
        return {"clients": [registration(each) for each in self._clients.values()], "tls": tls}

    def close(self) -> None:
        """Stop the server; harmless when it does not run."""
        if self._process is not None:
            self._process.close()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._running().pid

    def log_tail(self) -> str:
        """The last lines of the server's log, for the message of a failing test."""
        return self._running().log_tail()

    def _running(self) -> ServerProcess:
        if self._process is None:
            raise ServerError("oidc-provider is not running: call start() or use it as a context manager")
        return self._process

    # -- addresses

    @property
    def issuer(self) -> str:
        return str(self._ready["issuer"])

    @property
    def metadata_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def metadata(self) -> Mapping[str, object]:
        """The discovery document as it was when the server started."""
        return self._metadata

    @property
    def authorization_endpoint(self) -> str:
        return self.endpoint("authorization_endpoint")

    @property
    def token_endpoint(self) -> str:
        return self.endpoint("token_endpoint")

    @property
    def revocation_endpoint(self) -> str:
        return self.endpoint("revocation_endpoint")

    @property
    def introspection_endpoint(self) -> str:
        return self.endpoint("introspection_endpoint")

    @property
    def userinfo_endpoint(self) -> str:
        return self.endpoint("userinfo_endpoint")

    def endpoint(self, name: str) -> str:
        """Any endpoint by its name in the metadata; KeyError when the server has none such."""
        return str(self._metadata[name])

    @property
    def api_url(self) -> str:
        return str(self._ready["api"])

    @property
    def mtls_api_url(self) -> str:
        """The same API behind mutual TLS, for tokens that are bound to a certificate."""
        return f"{self._ready['mtls']}/api"

    @property
    def ca_file(self) -> str:
        """The authority that a client has to trust to reach the addresses of mutual TLS."""
        return str(self._ca_file)

    @property
    def other_api_url(self) -> str:
        """The same API at another origin."""
        return str(self._ready["other_api"])

    # -- people and clients

    @property
    def clients(self) -> Mapping[str, RegisteredClient]:
        return self._clients

    def authorize(self, url: str) -> str:
        """Log in and consent (`login_hint=deny` refuses): the URL of the callback. Form posts: `authorize_form`."""
        return self.authorize_form(url)[0]

    def browser(self) -> Browser:
        """A browser with its own cookies, for what takes several visits."""
        return Browser(self.issuer)

    def authorize_form(self, url: str) -> tuple[str, list[tuple[str, str]]]:
        """As `authorize`, with the fields that the browser would post to the callback (empty for a redirect)."""
        return self.browser().visit(url)

    # -- what only a test may do

    def expire(self, token: str) -> None:
        """Let an opaque access token or a refresh token expire at once; ServerError when it is unknown."""
        if not self.admin("expire_token", token=token)["found"]:
            raise ServerError("the server does not know this token, so it cannot let it expire")

    def forget(self, token: str) -> None:
        """Make the server forget a token, as a revocation by somebody else would."""
        if not self.admin("forget_token", token=token)["found"]:
            raise ServerError("the server does not know this token, so it cannot forget it")

    def change_settings(self, **settings: object) -> dict[str, object]:
        """Change settings for requests to come; returns their former values, to be put back."""
        return self.admin("settings", **settings)

    def decide_device(self, user_code: str, *, approve: bool) -> None:
        """Decide about a pending device code as its user would."""
        self.admin("decide", kind="device", decision=_decision(approve), user_code=user_code)

    def decide_ciba(self, auth_req_id: str, *, approve: bool) -> None:
        """Decide about a pending CIBA request as its user would."""
        self.admin("decide", kind="ciba", decision=_decision(approve), auth_req_id=auth_req_id)

    @contextlib.contextmanager
    def standing_decision(
        self, kind: Literal["device", "ciba"], *, approve: bool, after_polls: int = 0
    ) -> Iterator[None]:
        """Within the block, decide about new requests at once, or once `after_polls` polls were told to wait."""
        self.admin("decide", kind=kind, decision=_decision(approve), after_polls=after_polls)
        try:
            yield
        finally:
            self.admin("decide", kind=kind, decision="pending")

    def slow_down(self, times: int) -> None:
        """Answer the next polls of a pending request with `slow_down`."""
        self.admin("slow_down", times=times)

    @contextlib.contextmanager
    def settings(self, **settings: object) -> Iterator[None]:
        """Within the block, other settings; see node/oidc/settings.mjs."""
        before = self.change_settings(**settings)
        try:
            yield
        finally:
            self.change_settings(**before)

    def new_api_nonce(self) -> None:
        """Let the API ask for another DPoP nonce."""
        self.admin("new_api_nonce")

    def counts(self) -> dict[str, object]:
        """How often each path was asked for ("POST /token") and each grant succeeded ("grant refresh_token")."""
        return self.admin("counts")

    def reset_counts(self) -> None:
        """Count from zero."""
        self.admin("reset_counts")

    def add_client(self, name: str, client: RegisteredClient) -> None:
        """Register one more client while the server runs."""
        self.admin("add_client", **registration(client))
        self._clients[name] = client

    def trust_issuer(self, issuer: str, jwks: Mapping[str, object]) -> None:
        """Take assertions (JWT bearer, token exchange) that this issuer signed with one of these public keys."""
        self.admin("trust_issuer", issuer=issuer, jwks=jwks)

    def rotate_keys(self, *, keep: bool = False) -> None:
        """Sign with new keys from now on; the old ones disappear unless `keep`."""
        self.admin("rotate_keys", keep=keep)

    def admin(self, action: str, **body: object) -> dict[str, object]:
        """Call an action of node/oidc/admin.mjs; ServerError with its message when it is refused."""
        answer = post_json(f"{self.issuer}/admin/{action}", body)
        if answer.status != 200:
            raise ServerError(f"the action {action} was refused: {answer.body}")
        return answer.json


def _decision(approve: bool) -> str:
    return "approve" if approve else "deny"


def main() -> None:
    """Serve until interrupted, and print what a client needs to know."""
    with OIDCProvider() as server:
        print(f"issuer {server.issuer}\napi    {server.api_url}")
        for name, client in server.clients.items():
            print(f"{name}: client_id={client.client_id!r} client_secret={client.client_secret!r}")
        print(f"redirect_uri {next(iter(server.clients.values())).redirect_uri}\nStop with Ctrl-C.", flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
