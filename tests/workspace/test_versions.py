"""One version, pinned alike everywhere, and the program that raises it."""

import shutil
import tomllib

import pytest

from tests.workspace.packages import ROOT
from tools import versions


@pytest.fixture
def copy(tmp_path):
    """A tree that holds the pyproject.toml of every package."""
    for name in versions.NAMES:
        target = versions.project_file(tmp_path, name)
        target.parent.mkdir(parents=True)
        shutil.copy(versions.project_file(ROOT, name), target)
    return tmp_path


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_workspace_agrees():
    """All packages carry one version, and each pin of a sibling names it."""
    assert versions.check(ROOT) == []


@pytest.mark.parametrize("version", ["0.1.1", "0.2.0rc1", "10.20.30"])
def test_bump_writes_versions_and_pins(copy, version):
    """After a bump every version is the new one and every sibling is pinned to all of it, a pre-release included."""
    versions.bump(copy, version)
    assert versions.check(copy) == []
    for name in versions.NAMES:
        project = tomllib.loads(versions.project_file(copy, name).read_text("utf-8"))["project"]
        assert project["version"] == version
        if name != "oauth-core":
            assert f"oauth-core~={version}" in project["dependencies"]


def test_bump_changes_nothing_else(copy):
    """A bump there and back leaves every file as it was."""
    before = {name: versions.project_file(copy, name).read_text("utf-8") for name in versions.NAMES}
    current = versions.version_of(copy)
    versions.bump(copy, "7.8.9rc2")
    versions.bump(copy, current)
    assert {name: versions.project_file(copy, name).read_text("utf-8") for name in versions.NAMES} == before


def test_pin_of_an_extra_is_checked(copy):
    """A sibling that only an extra requires is held to the common version too."""
    current = versions.version_of(copy)
    replace(versions.project_file(copy, "oauth-requests"), f"oauth-jwt~={current}", "oauth-jwt~=0.0.1")
    assert versions.check(copy) == [
        f"oauth-requests: requires oauth-jwt~=0.0.1, which should be pinned ~={current}",
    ]


def test_foreign_version_is_found(copy):
    """A package whose version differs from oauth-core's is named."""
    current = versions.version_of(copy)
    replace(versions.project_file(copy, "oauth-jwt"), f'version = "{current}"', 'version = "9.9.9"')
    assert versions.check(copy) == [f"oauth-jwt: version 9.9.9, but oauth-core has {current}"]


def test_missing_dependency_on_the_core_is_found(copy):
    """Every package depends on oauth-core."""
    current = versions.version_of(copy)
    replace(versions.project_file(copy, "oauth-compliance"), f'"oauth-core~={current}",', "")
    assert versions.check(copy) == [f"oauth-compliance: does not depend on oauth-core~={current}"]


def test_unknown_package_is_found(copy):
    """A folder under packages/ that the program does not know is reported."""
    (copy / "packages" / "oauth-extra").mkdir()
    (problem,) = versions.check(copy)
    assert "oauth-extra" in problem


@pytest.mark.parametrize("arguments", [[], ["bump"], ["bump", "1.2"], ["bump", "v1.2.3"], ["bump", "1.2.3rc0"]])
def test_wrong_command_line(arguments, capsys):
    """Anything but a whole version is refused before a file is touched."""
    assert versions.main(arguments) == 2
    assert "bump 0.2.0" in capsys.readouterr().out
