"""A Redis of Debian's package, on a socket file of its own: nothing is saved, nothing listens on a port."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.process import ServerError


@contextmanager
def redis_socket() -> Iterator[str]:
    """Start a Redis and provide the path of its socket; skips the test where no redis-server is installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        path = Path(folder, "redis.sock")
        kept_nowhere = ["--save", "", "--appendonly", "no", "--dir", folder]
        command = [program, "--port", "0", "--unixsocket", str(path), *kept_nowhere]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            until = time.monotonic() + 20
            while not path.exists():
                if server.poll() is not None or time.monotonic() > until:
                    server.kill()
                    raise ServerError(f"redis-server did not start:\n{server.communicate()[0][-2000:]}")
                time.sleep(0.01)
            yield str(path)
        finally:
            server.kill()
            server.communicate()
