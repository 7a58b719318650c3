"""The guide, and the page that is made from the profiles."""

import re

import pytest

from tests.workspace.packages import ROOT
from tools import provider_page

GUIDE = ROOT / "docs/guides/compliance.md"
EXAMPLES = [
    match[1] for match in re.finditer(r"^```python\n(.*?)^```$", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"example-{number}" for number in range(1, len(EXAMPLES) + 1)])
def test_an_example_of_the_guide_runs(example):
    """Each example of the guide runs as it stands there."""
    exec(compile(example, str(GUIDE), "exec"), {"__name__": "guide"})  # noqa: S102 - running it is the test


def test_the_page_of_providers_is_what_the_profiles_say():
    """The committed table is what the tool makes of the profiles now."""
    assert provider_page.PAGE.read_text("utf-8") == provider_page.page()


def test_the_page_says_what_is_unverified():
    """Every provider has its row, with the day on which its source was read or the word unverified."""
    rows = [line for line in provider_page.page().splitlines() if line.startswith("| `")]
    known = {one.name: one for one in provider_page.profiles()}
    assert [row.split("`")[1] for row in rows] == sorted(known, key=lambda name: (known[name].version != "2.0", name))
    for row in rows:
        one = known[row.split("`")[1]]
        assert f"[{one.verified}]" in row


def test_the_tool_compares_and_writes(tmp_path, monkeypatch, capsys):
    """`--check` refuses a page that differs and writes nothing; without it the page is written."""
    page = tmp_path / "providers.md"
    page.write_text("old", "utf-8")
    monkeypatch.setattr(provider_page, "PAGE", page)
    assert provider_page.main(["--check"]) == 1
    assert "run python tools/provider_page.py" in capsys.readouterr().err
    assert page.read_text("utf-8") == "old"
    assert provider_page.main([]) == 0
    assert provider_page.main(["--check"]) == 0
