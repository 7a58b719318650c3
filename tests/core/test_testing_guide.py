"""The guide to the fake server is true."""

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "testing.md"


def test_the_examples_of_the_guide_run():
    """The guide's Python blocks run one after the other, as a reader would try them, and their assertions hold.

    Those that put the server behind an HTTP library are run with the adapters' tests.
    """
    found = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    blocks = [block for block in found if "oauth_requests" not in block and "oauth_httpx" not in block]
    assert len(blocks) == 8
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"{GUIDE.name}, block {number}", "exec"), names)  # noqa: S102 - our own page


def test_the_guide_names_every_fault():
    """The table of faults in the guide is complete."""
    from oauth_core.testing import faults

    text = GUIDE.read_text("utf-8")
    assert [name for name in faults.__all__ if name != "Fault" and f"`{name}(" not in text] == []
