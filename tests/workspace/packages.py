"""Where the workspace and its packages are, for the tests of this folder."""

import pkgutil
from collections.abc import Iterator
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


def public_modules() -> Iterator[tuple[str, bool]]:
    """Every package and its public modules and subpackages; whether each is a package."""
    for name in MODULES:
        yield name, True
        for info in pkgutil.iter_modules([str(source(name))]):
            if not info.name.startswith("_"):
                yield f"{name}.{info.name}", info.ispkg
