"""Configuration of Sphinx. Strict: `hatch run docs:build` fails on any warning; nothing is fetched while it builds."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

project = "OAuth for Python"
author = "The OAuth for Python authors"
copyright = f"2026, {author}"
release = tomllib.loads((ROOT / "packages/oauth-core/pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_preserve_defaults = True
add_module_names = False
python_use_unqualified_type_names = True

# References are checked among our own public names. Those of other libraries would need their inventories from the
# network; annotations name private modules and type variables, which have no page.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!oauth_(core|jwt|requests|httpx|compliance)\.).*"),
    (r"py:.*", r".*\._.*"),
]

html_theme = "furo"
html_title = project
html_copy_source = False
