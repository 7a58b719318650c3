"""Build the distributions, and check each built wheel alone.

    python tools/wheels.py build             # dist/ anew: every sdist, and every wheel from its sdist
    python tools/wheels.py check [NAME ...]  # each wheel in an environment of its own, then the scripts for it

An environment gets one wheel, the siblings that it requires (as files from dist/, never from an index) and what those
require from outside. The scripts in tools/wheel_scripts run there, isolated from the workspace: `installed.py` for
each wheel, and `use_<module>.py` where a package has more to show.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from versions import NAMES, ROOT

DIST = ROOT / "dist"
SCRIPTS = ROOT / "tools" / "wheel_scripts"
ABSENT = {
    "oauth-core": ("requests", "httpx", "httpx2", "cryptography", "joserfc", "filelock", "redis"),
    "oauth-jwt": ("requests", "httpx", "httpx2"),
    "oauth-requests": ("httpx", "httpx2", "cryptography", "joserfc"),
    "oauth-httpx": ("requests", "urllib3", "httpx2", "cryptography", "joserfc"),
    "oauth-compliance": ("requests", "httpx", "httpx2", "cryptography", "joserfc"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What the check of one wheel printed and how it ended."""

    name: str
    passed: bool
    output: str
    seconds: float


def main(arguments: list[str]) -> int:
    """Return 0 where everything was built, or every wheel passed."""
    match arguments:
        case ["build"]:
            return build()
        case ["check", *names] if set(names) <= set(NAMES):
            return check(tuple(names) or NAMES)
        case _:
            print(__doc__)
            return 2


def build() -> int:
    """Write every distribution into an empty dist/; the wheel is made from the sdist, which shows it is complete."""
    shutil.rmtree(DIST, ignore_errors=True)
    for name in NAMES:
        command = [
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            "--outdir",
            str(DIST),
            str(ROOT / "packages" / name),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{done.stdout}{done.stderr}\nwheels: {name} was not built")
            return 1
    print("\n".join(path.name for path in sorted(DIST.iterdir())))
    return 0


def check(names: tuple[str, ...]) -> int:
    """Check some wheels, two at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        reports = list(pool.map(check_alone, names))
    for report in reports:
        verdict = "ok" if report.passed else "FAILED"
        print(f"wheels: {report.name} alone … {verdict} ({report.seconds:.1f} s)\n{report.output}".rstrip())
    return 0 if all(report.passed for report in reports) else 1


def check_alone(name: str) -> Report:
    """Install one wheel with its siblings into a fresh environment and run its scripts there."""
    started = time.monotonic()
    module = name.replace("-", "_")
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        wheels = [str(wheel_of(each)) for each in closure(name)]
        commands = [
            [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *wheels],
            [python, "-m", "pip", "check", "--disable-pip-version-check"],
            [python, "-I", "-W", "error", str(SCRIPTS / "installed.py"), name, *ABSENT.get(name, ())],
        ]
        script = SCRIPTS / f"use_{module}.py"
        if script.is_file():
            commands.append([python, "-I", "-W", "error", str(script)])
        for command in commands:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300
            )
            lines.append((done.stdout + done.stderr).strip())
            if done.returncode:
                lines.append(f"failed with {done.returncode}: {' '.join(command)}")
                return Report(name, passed=False, output=indented(lines), seconds=time.monotonic() - started)
    return Report(name, passed=True, output=indented(lines), seconds=time.monotonic() - started)


def closure(name: str) -> list[str]:
    """Return the package and every sibling that it requires without an extra."""
    found = [name]
    for each in found:
        with zipfile.ZipFile(wheel_of(each)) as archive:
            (member,) = (item for item in archive.namelist() if item.endswith(".dist-info/METADATA"))
            headers = HeaderParser().parsestr(archive.read(member).decode("utf-8"))
        for requirement in headers.get_all("Requires-Dist", []):
            required = re.split(r"[^A-Za-z0-9.-]", requirement, maxsplit=1)[0]
            if required in NAMES and required not in found and "extra ==" not in requirement:
                found.append(required)
    return found


def wheel_of(name: str) -> Path:
    """Return the one wheel of a package in dist/."""
    found = sorted(DIST.glob(f"{name.replace('-', '_')}-*.whl"))
    if len(found) != 1:
        raise SystemExit(f"dist/ holds {len(found)} wheels of {name} instead of one: run `hatch run dist:build`")
    return found[0]


def indented(lines: list[str]) -> str:
    """Return the lines that say something, set in."""
    return "\n".join(f"  {line}" for block in lines for line in block.splitlines() if line.strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
