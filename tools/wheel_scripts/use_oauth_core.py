"""Run inside an environment that holds oauth-core alone: importing it loads nothing but the standard library."""

import sys
import sysconfig
from pathlib import Path

import oauth_core

for name in oauth_core.__all__:
    getattr(oauth_core, name)

site = Path(sysconfig.get_path("purelib"))
foreign = {
    name.split(".")[0]
    for name, module in sys.modules.items()
    if (path := getattr(module, "__file__", None)) and site in Path(path).parents
}
assert foreign == {"oauth_core"}, f"oauth_core loaded {sorted(foreign - {'oauth_core'})}"
print("oauth_core loads nothing but the standard library")
