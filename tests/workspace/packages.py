"""Where the workspace and its packages are, for the tests of this folder."""

from pathlib import Path

from tools.versions import NAMES

ROOT = Path(__file__).resolve().parents[2]
MODULES = tuple(name.replace("-", "_") for name in NAMES)


def folder(name: str) -> Path:
    """The folder of a distribution."""
    return ROOT / "packages" / name


def source(module: str) -> Path:
    """The folder of a package's sources."""
    return folder(module.replace("_", "-")) / "src" / module
