"""A server in a process of its own: start it, wait until it says READY, stop it, and leave nothing behind.

The child's standard input is a pipe that we hold: when this process dies, however it dies, the pipe closes and the
child ends. Its output goes to a log file, whose tail is part of every error.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

READY = "READY "


class ServerError(RuntimeError):
    """A server did not start, or died; the message ends with the tail of its log."""


class ServerProcess:
    """A child process that prints one line `READY {json}` when it listens."""

    def __init__(self, command: Sequence[str], *, name: str, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._command = list(command)
        self._env = None if env is None else dict(env)
        self._process: subprocess.Popen[str] | None = None
        self._pid: int | None = None
        self._log = tempfile.TemporaryDirectory(prefix=f"{name}-")
        self._log_file = Path(self._log.name, "server.log")

    @property
    def pid(self) -> int:
        """The id of the process, which may have ended; a ServerError when it was never started."""
        if self._pid is None:
            raise ServerError(f"{self.name} was not started")
        return self._pid

    def start(self, *, timeout: float = 20.0) -> dict[str, object]:
        """Start and return what the server printed after READY; ServerError if that takes longer than `timeout` s."""
        with self._log_file.open("w") as log:
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=self._env,
                )
            except OSError as error:
                self._log.cleanup()
                raise ServerError(f"{self.name} could not be started: {error}") from error
        self._pid = self._process.pid
        line = self._first_line(timeout)
        if not line.startswith(READY):
            self.stop()
            message = f"{self.name} did not start within {timeout:g} s.\n{self.log_tail()}"
            self.close()
            raise ServerError(message)
        threading.Thread(target=self._drain, name=f"{self.name}-output", daemon=True).start()
        ready = json.loads(line.removeprefix(READY))
        if not isinstance(ready, dict):
            raise ServerError(f"{self.name} announced something other than an object: {line!r}")
        return ready

    def _first_line(self, timeout: float) -> str:
        assert self._process is not None and self._process.stdout is not None
        # A timer that kills is the portable way to put a limit on a blocking read.
        timer = threading.Timer(timeout, self._process.kill)
        timer.start()
        try:
            return self._process.stdout.readline()
        finally:
            timer.cancel()

    def _drain(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        with self._log_file.open("a") as log:
            for line in process.stdout:
                log.write(line)

    def log_tail(self, lines: int = 30) -> str:
        """The last lines that the server wrote."""
        text = self._log_file.read_text(errors="replace") if self._log_file.exists() else ""
        tail = "\n".join(text.splitlines()[-lines:])
        return f"--- log of {self.name} ---\n{tail or '(empty)'}"

    def stop(self, *, timeout: float = 5.0) -> None:
        """Ask the server to end, insist after `timeout` s; does nothing when it has ended already."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def close(self) -> None:
        """Stop and remove the log."""
        self.stop()
        self._process = None
        self._log.cleanup()
