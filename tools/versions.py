"""Check or raise the one version that the five packages share.

    python tools/versions.py check
    python tools/versions.py bump 0.2.0        # or 0.2.0rc1

Versions and pins are literal in each pyproject.toml, because an sdist must build alone. A sibling is pinned as
`~=` the common version, pre-release and all: `~=0.2.0` would exclude `0.2.0rc1`.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("oauth-core", "oauth-jwt", "oauth-requests", "oauth-httpx", "oauth-compliance")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(rc[1-9]\d*)?")
VERSION_LINE = re.compile(r'^version = "(?P<version>[^"]*)"$', re.MULTILINE)
SIBLING = re.compile(rf'"(?P<name>{"|".join(NAMES)})(?P<extras>\[[^\]]*\])?(?P<pin>[^"]*)"')


def main(arguments: list[str]) -> int:
    """Return 0 where all is well, 1 where the packages disagree, 2 for a wrong command line."""
    match arguments:
        case ["check"]:
            problems = check(ROOT)
            print("\n".join(problems) or f"versions: all packages and pins agree on {version_of(ROOT)}")
            return 1 if problems else 0
        case ["bump", version] if VERSION.fullmatch(version):
            bump(ROOT, version)
            print(f"versions: all packages and pins are at {version}")
            return 0
        case _:
            print(__doc__)
            return 2


def version_of(root: Path) -> str:
    """Return the version of oauth-core, which the others follow."""
    found: str = tomllib.loads(project_file(root, NAMES[0]).read_text("utf-8"))["project"]["version"]
    return found


def check(root: Path) -> list[str]:
    """Return a sentence for each version or pin that differs from oauth-core's version."""
    common = version_of(root)
    problems = [] if VERSION.fullmatch(common) else [f"oauth-core: {common} is not of the form X.Y.Z or X.Y.ZrcN"]
    folders = sorted(folder.name for folder in (root / "packages").iterdir() if folder.is_dir())
    if folders != sorted(NAMES):
        problems.append(f"packages/ holds {', '.join(folders)}; tools/versions.py knows {', '.join(sorted(NAMES))}")
    for name in NAMES:
        project = tomllib.loads(project_file(root, name).read_text("utf-8"))["project"]
        if project["name"] != name:
            problems.append(f"{name}: its pyproject.toml calls it {project['name']}")
        if project["version"] != common:
            problems.append(f"{name}: version {project['version']}, but oauth-core has {common}")
        extras = project.get("optional-dependencies", {})
        for requirement in [*project["dependencies"], *(item for extra in extras.values() for item in extra)]:
            sibling = SIBLING.fullmatch(f'"{requirement}"')
            if sibling and sibling["pin"] != f"~={common}":
                problems.append(f"{name}: requires {requirement}, which should be pinned ~={common}")
        if name != NAMES[0] and f"oauth-core~={common}" not in project["dependencies"]:
            problems.append(f"{name}: does not depend on oauth-core~={common}")
    return problems


def bump(root: Path, version: str) -> None:
    """Write the version and the pins of siblings into each pyproject.toml."""
    for name in NAMES:
        path = project_file(root, name)
        text, count = VERSION_LINE.subn(f'version = "{version}"', path.read_text("utf-8"))
        if count != 1:
            raise SystemExit(f"{path} has {count} version lines instead of one; nothing was written to it")
        # The package's own name stands in quotes too, without a pin.
        text = SIBLING.sub(lambda found: pinned(found, version), text)
        path.write_text(text, "utf-8")


def pinned(found: re.Match[str], version: str) -> str:
    """Return a requirement on a sibling with the new pin, and anything that is no requirement as it was."""
    if not found["pin"]:
        return found[0]
    return f'"{found["name"]}{found["extras"] or ""}~={version}"'


def project_file(root: Path, name: str) -> Path:
    """Return the pyproject.toml of a package."""
    return root / "packages" / name / "pyproject.toml"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
