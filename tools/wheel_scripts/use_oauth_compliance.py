"""Where oauth-compliance was installed alone, every provider loads, and with it nothing but oauth_core."""

import sys
import sysconfig
from pathlib import Path

site = Path(sysconfig.get_path("purelib"))
before = set(sys.modules)

import oauth_compliance  # noqa: E402 - after the census

assert not [name for name in sys.modules if name.startswith("oauth_compliance.")], (
    "importing it loaded a module of its own"
)
known = oauth_compliance.profiles()
assert len(known) >= 40, len(known)
for one in known:
    print(one)

foreign = {
    name.split(".")[0]
    for name in set(sys.modules) - before
    if (path := getattr(sys.modules[name], "__file__", None)) and site in Path(path).parents
}
assert foreign == {"oauth_core", "oauth_compliance"}, f"oauth_compliance loaded {sorted(foreign)}"
print(f"oauth_compliance knows {len(known)} providers and loads nothing but oauth_core")
