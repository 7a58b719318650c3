"""The tables of the guide to certification are true: each test that they name exists, and they leave out no file."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/shared/certification"
GUIDE = ROOT / "docs/guides/certification.md"

NAMED = re.compile(r"`(?P<file>[\w/]*test_\w+\.py)`: (?P<tests>`\w+`(?:, `\w+`)*)")
ROW = re.compile(r"^\| (?!case )(?P<case>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)


def named() -> list[tuple[str, str]]:
    text = GUIDE.read_text("utf-8")
    return [(found["file"], name) for found in NAMED.finditer(text) for name in re.findall(r"\w+", found["tests"])]


@pytest.mark.parametrize(("file", "name"), named(), ids=lambda value: value)
def test_what_is_named_exists(file, name):
    """Each test that the guide names is a function of that file."""
    tree = ast.parse((FOLDER / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test():
    """Each row of the guide's tables names a file and a test of it."""
    rows = [found for found in ROW.finditer(GUIDE.read_text("utf-8")) if not found["case"].startswith("-")]
    assert rows
    assert [row["case"] for row in rows if not NAMED.search(row["tests"])] == []


def test_every_file_is_named():
    """Each file of tests is named in the guide."""
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("test_*.py")}
    assert files == {file for file, _ in named()}, f"name each file of {FOLDER.name} in the tables of {GUIDE.name}"
