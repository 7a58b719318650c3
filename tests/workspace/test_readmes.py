"""What the readmes show works as it stands there."""

import re

import pytest

from tests.workspace.packages import ROOT, folder
from tools.versions import NAMES

EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_readme_example_runs(name):
    """The example in a package's readme runs to its end, with nothing added and nothing beyond this machine."""
    page = folder(name) / "README.md"
    text = page.read_text("utf-8")
    examples = list(EXAMPLE.finditer(text))
    assert examples, f"{page} has no example"
    namespace = {"__name__": "readme"}
    for example in examples:
        # Padded, so that a traceback shows the readme's own line.
        source = "\n" * text.count("\n", 0, example.start(1)) + example[1]
        exec(compile(source, str(page), "exec"), namespace)  # noqa: S102 - running it is the test


def test_readme_opens_with_two_commands():
    """The workspace's readme says what this is, then how to run the demo and the tests, in one command each."""
    opening = (ROOT / "README.md").read_text("utf-8").split("\n## ")[0]
    (block,) = re.findall(r"^```console\n(.*?)^```$", opening, re.DOTALL | re.MULTILINE)
    assert block.splitlines() == ["$ python3 tools/dev.py demo", "$ python3 tools/dev.py test"]
