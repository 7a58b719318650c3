"""The repository is laid out as the architecture says."""

import ast
import importlib
import tomllib

import pytest

from tests.workspace.packages import MODULES, ROOT, folder, public_modules, source
from tools.versions import NAMES

TOP_LEVEL = {"packages", "tests", "tools", "docs", "pyproject.toml", "hatch.toml", "README.md", "LICENSE"}
PRODUCTS = {"dist", "htmlcov"}
PROVEN = {"3.11", "3.12", "3.13"}


def test_top_level():
    """Besides what starts with a dot and what builds leave behind, the top level holds eight entries."""
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - PRODUCTS - {"__pycache__"} == TOP_LEVEL


@pytest.mark.parametrize("name", NAMES)
def test_package_folder(name):
    """A package holds its project file, readme, licence and sources, and the marker for type checkers."""
    assert {path.name for path in folder(name).iterdir() if not path.name.startswith(".")} - PRODUCTS == {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "src",
    }
    assert (source(name.replace("-", "_")) / "py.typed").read_bytes() == b""
    assert (folder(name) / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_classifiers_claim_what_is_tested(name):
    """The versions of Python that a package claims are those that every run tests, all of them in the matrix."""
    project = tomllib.loads((folder(name) / "pyproject.toml").read_text("utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    claimed = {entry.rsplit(" ", 1)[1] for entry in project["classifiers"] if entry.startswith(prefix)}
    matrix = tomllib.loads((ROOT / "hatch.toml").read_text("utf-8"))["envs"]["hatch-test"]["matrix"]
    assert claimed == PROVEN
    assert claimed <= set(matrix[0]["python"])
    assert project["requires-python"] == f">={min(PROVEN)}"
    assert "Typing :: Typed" in project["classifiers"]


@pytest.mark.parametrize("module", MODULES)
def test_modules_say_what_belongs_there(module):
    """Every module starts with a docstring or a comment."""
    silent = [
        str(path.relative_to(ROOT))
        for path in source(module).rglob("*.py")
        if not path.read_text("utf-8").startswith(("#", '"""', 'r"""'))
    ]
    assert not silent


def test_every_test_is_a_sentence():
    """Each test function has a docstring: the sentence that is true when it passes."""
    silent = [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("module", [name for name, _ in public_modules()])
def test_reference_has_every_public_module(module):
    """The API reference has a section for every module with public names, on a page that the start page leads to."""
    section = f"automodule:: {module}\n"
    pages = [page for page in (ROOT / "docs" / "api").glob("*.md") if section in page.read_text("utf-8")]
    assert len(pages) == bool(importlib.import_module(module).__all__)
    for page in pages:
        assert f"api/{page.stem}\n" in (ROOT / "docs" / "index.md").read_text("utf-8")
