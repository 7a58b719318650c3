"""What importing ``oauth_requests`` brings into a program that has Requests already."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_is_loaded_before_it_is_used():
    """A session loads no event loop, no cryptography, and none of what building classes with dataclasses costs."""
    code = (
        "import sys, requests; requests.Session(); before = set(sys.modules)\n"
        "from oauth_requests import OAuth2Session\n"
        "OAuth2Session('app')\n"
        "new = set(sys.modules) - before\n"
        "bad = new & {'asyncio', 'anyio', 'trio', 'cryptography', 'httpx', 'dataclasses', 'inspect', 'ast'}\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
