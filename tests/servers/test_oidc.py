"""oidc-provider, tried with raw requests: what later suites rely on is really there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import node_packages
from tests.servers.oidc import OIDCProvider
from tests.servers.process import ServerError, ServerProcess
from tests.servers.wire import fetch, post_as

pytestmark = pytest.mark.real_server


def test_pkce_is_required(oidc_provider):
    """An authorization request without a code challenge is refused."""
    client = oidc_provider.clients["client_secret_basic"]
    callback = oidc_provider.authorize(
        f"{oidc_provider.authorization_endpoint}?response_type=code&client_id={client.client_id}&scope=openid"
    )
    assert "error=invalid_request" in callback
    assert "iss=" in callback


def test_no_token(oidc_provider):
    """A request to the API without a token is answered by two challenges in one header."""
    refused = fetch(oidc_provider.api_url)
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith('Bearer realm="api", DPoP algs=')


def test_short_tokens():
    """A server may be started with tokens of a chosen lifetime, and stops without leaving a process behind."""
    with OIDCProvider(access_token_ttl=2) as server:
        pid = server.pid
        client = server.clients["client_secret_basic"]
        form = [("grant_type", "client_credentials"), ("scope", "api")]
        assert post_as(client, server.token_endpoint, form).json["expires_in"] == 2
        before = server.change_settings(access_token_ttl=7)
        assert before == {"access_token_ttl": 2}
        assert post_as(client, server.token_endpoint, form).json["expires_in"] == 7
    assert not _exists(pid)


def test_orphan():
    """A server whose parent dies without a word ends too."""
    script = (
        "from tests.servers.oidc import OIDCProvider\n"
        "import os, signal\n"
        "print(OIDCProvider().start().pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    pid = int(result.stdout)
    deadline = time.monotonic() + 5
    while _exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _exists(pid)


def test_wrong_client():
    """Metadata that the provider refuses stops it at once, with the client's name."""
    with pytest.raises(ServerError, match=r"client faulty: redirect_uris must only contain"):
        OIDCProvider(clients=[{"client_id": "faulty", "client_secret": "x", "redirect_uris": ["not a uri"]}]).start()


def test_unknown_setting():
    """A server that does not start says why: the error holds the end of its log."""
    with pytest.raises(ServerError, match=r"(?s)did not start.*unknown setting: colour"):
        OIDCProvider(colour="red").start()


def test_slow_start():
    """A server that never gets ready is killed and reported."""
    process = ServerProcess(["sleep", "60"], name="sleeper")
    with pytest.raises(ServerError, match=r"sleeper did not start within 0\.2 s"):
        process.start(timeout=0.2)
    assert not _exists(process.pid)


def test_no_node(monkeypatch):
    """Without Node the error names the command to run."""
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ServerError, match="npm ci --prefix tests/servers/node"):
        node_packages.node()


def test_lock_file_has_no_addresses():
    """The lock file pins versions and digests, and leaves the registry to the user's configuration."""
    text = Path(node_packages.NODE_FOLDER, "package-lock.json").read_text()
    assert '"integrity"' in text
    assert '"resolved"' not in text
    assert "registry" not in text


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
