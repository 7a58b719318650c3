"""Each source distribution builds alone."""

import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.workspace.packages import folder
from tools.versions import NAMES


def build(kind, where, target):
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(target), str(where)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_sdist_builds_alone(name, tmp_path):
    """A wheel made from the unpacked sdist, far from the workspace, holds every source file and the licence."""
    module = name.replace("-", "_")
    shutil.copytree(folder(name), tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    build("sdist", tmp_path / name, tmp_path)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    build("wheel", unpacked, tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    sources = tmp_path / name / "src"
    expected = {str(path.relative_to(sources)) for path in sources.rglob("*") if path.is_file()}
    assert f"{module}/py.typed" in expected
    assert expected <= packed
    assert {path for path in packed - expected if ".dist-info/" not in path} == set()
    assert any(path.endswith(".dist-info/licenses/LICENSE") for path in packed)
