"""Write the page that lists the providers: `python tools/provider_page.py`, or `--check` to compare it only.

`docs/guides/providers.md` is made from the same profiles that `oauth_compliance.profile` hands out, so the page cannot
say anything else than the code does. It is committed, and a test compares it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from oauth_compliance import OAuth1Profile, Profile, profiles

PAGE = Path(__file__).resolve().parent.parent / "docs/guides/providers.md"

HEAD = """\
# Providers

<!-- Made by `python tools/provider_page.py` from the profiles themselves: change those, not this page. -->

What `profile(name)` knows. *checked* is the day on which the provider's own document was last read; where none could be
read, the row says *unverified*: the profile is what public clients are known to do. A provider without a note follows
the standard. [How to use profiles and fixes](compliance.md).
"""


def main(arguments: list[str]) -> int:
    """Return 0 where the page is written, or is as it should be."""
    text = page()
    if arguments == ["--check"]:
        if PAGE.read_text("utf-8") == text:
            return 0
        print(f"{PAGE} is not what the profiles say: run python tools/provider_page.py", file=sys.stderr)
        return 1
    PAGE.write_text(text, "utf-8")
    return 0


def page() -> str:
    """Return the page's text."""
    known = profiles()
    modern = [row(one, auth(one)) for one in known if isinstance(one, Profile)]
    old = [row(one, signature(one)) for one in known if isinstance(one, OAuth1Profile)]
    return "\n".join(
        [
            HEAD,
            *table("OAuth 2.0 and OpenID Connect", "client authentication", modern),
            *table("OAuth 1.0", "signature", old),
        ]
    )


def table(title: str, column: str, rows: list[str]) -> list[str]:
    """Return the lines of one table."""
    head = f"| name | provider | parameters | {column} | where it deviates | source |"
    return [f"## {title} ({len(rows)})", "", head, "|---|---|---|---|---|---|", *rows, ""]


def row(one: Profile | OAuth1Profile, method: str) -> str:
    """Return the line of one provider."""
    cells = (f"`{one.name}`", link(one), parameters(one), method, cell(one.deviation), source(one))
    return f"| {' | '.join(cells)} |"


def link(one: Profile | OAuth1Profile) -> str:
    """Return the provider's title, linked to its documentation."""
    return f"[{cell(one.title)}](<{one.documentation}>)"


def source(one: Profile | OAuth1Profile) -> str:
    """Return when the source was read, linked to it."""
    return f"[{one.verified}](<{one.source}>)"


def parameters(one: Profile | OAuth1Profile) -> str:
    """Return the parameters, those that have to be given in bold."""
    return ", ".join(f"**`{name}`**" if each.default is None else f"`{name}`" for name, each in one.parameters.items())


def auth(one: Profile) -> str:
    """Return how a client authenticates, and whether PKCE is required."""
    method = f"`{one.auth_method}`" if one.auth_method else ""
    return f"{method}, PKCE required".lstrip(", ") if one.pkce == "required" else method


def signature(one: OAuth1Profile) -> str:
    """Return the signature's method, and its place where that is not the header."""
    method = one.parameters["method"].default if "{" in one.signature_method else one.signature_method
    return str(method) if one.signature_type == "HEADER" else f"{method}, in the {one.signature_type.lower()}"


def cell(text: str) -> str:
    """Return text that stays in its cell."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
