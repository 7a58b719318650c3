"""Imports run downward only, and the program that says so notices when they do not."""

import pytest

from tests.workspace.packages import ROOT
from tools import layers


def problems(tmp_path, files):
    """What the check says about packages made of these files (path below src, content)."""
    base = {"oauth_core/__init__.py": '__all__ = ["Token"]\n', "oauth_core/_token.py": ""}
    for path, content in (base | files).items():
        package = path.split("/")[0].replace("_", "-")
        target = tmp_path / "packages" / package / "src" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    return layers.check(layers.load(tmp_path))


def test_workspace_has_no_upward_import():
    """No module of the workspace imports what it may not."""
    assert layers.check(layers.load(ROOT)) == []


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("oauth_core/_a.py", "import requests", "does not depend on requests"),
        ("oauth_core/_a.py", "import oauth_jwt", "may use oauth_core and no other package"),
        ("oauth_core/_a.py", "import cryptography", "is an optional extra"),
        ("oauth_core/_a.py", "try:\n    import filelock\nexcept ImportError:\n    pass", "is an optional extra"),
        ("oauth_core/_a.py", "from . import Token", "not the package's root"),
        ("oauth_core/_a.py", "from oauth_core import Token", "not the package's root"),
        ("oauth_jwt/_a.py", "import oauth_core", "say `from oauth_core import"),
        ("oauth_jwt/_a.py", "from oauth_core import _token", "the module is private"),
        ("oauth_jwt/_a.py", "from oauth_core._token import Token", "the module is private"),
        ("oauth_jwt/_a.py", "from oauth_core import Secret", "Secret is not in the __all__"),
        ("oauth_jwt/_a.py", "from oauth_core.nowhere import Token", "there is no such module"),
        ("oauth_httpx/_a.py", "from oauth_requests import OAuth2Session", "no other package"),
        ("oauth_httpx/_a.py", "def f():\n    from oauth_jwt import DPoP", "no other package"),
        ("oauth_httpx/_a.py", "import requests", "does not depend on requests"),
        ("oauth_httpx/_a.py", "import httpx2", "is an optional extra"),
        ("oauth_other/_a.py", "import json", "does not know the package"),
    ],
)
def test_forbidden_import_is_found(tmp_path, path, content, reason):
    """An import that breaks a rule is reported with its file, its line and the rule."""
    (problem,) = problems(tmp_path, {path: content})
    assert reason in problem
    assert problem.startswith(f"packages/{path.split('/')[0].replace('_', '-')}/src/{path}:")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("oauth_core/_a.py", "import json\nfrom ._token import Token"),
        ("oauth_core/_a.py", "def f():\n    import cryptography"),
        ("oauth_core/_a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import filelock"),
        ("oauth_core/testing/__init__.py", "from oauth_core import Token"),
        ("oauth_jwt/_a.py", "from oauth_core import Token\nimport joserfc"),
        ("oauth_httpx/httpx2.py", "import httpx2"),
        ("oauth_httpx/_a.py", "import httpx"),
    ],
)
def test_allowed_import_passes(tmp_path, path, content):
    """What a package may import raises no objection."""
    assert problems(tmp_path, {path: content}) == []


@pytest.mark.parametrize(
    "back", ["from ._a import x", "def f():\n    from ._a import x", "from oauth_core._a import x"]
)
def test_circle_is_found(tmp_path, back):
    """Modules that import each other are reported, even where one of them does so inside a function."""
    files = {"oauth_core/_a.py": "from ._b import y", "oauth_core/_b.py": "from ._c import z", "oauth_core/_c.py": back}
    (problem,) = problems(tmp_path, files)
    assert problem.startswith("imports run in a circle: ")
    assert {"oauth_core._a", "oauth_core._b", "oauth_core._c"} == set(problem.split(": ")[1].split(" → "))


def test_public_names_behind_an_expression_are_read(tmp_path):
    """Names are public too where `__all__` is built from a literal table."""
    root = '_NAMES = {"Token": "_token"}\n__all__ = sorted(_NAMES)\n'
    files = {"oauth_core/__init__.py": root, "oauth_jwt/_a.py": "from oauth_core import Token"}
    assert problems(tmp_path, files) == []
