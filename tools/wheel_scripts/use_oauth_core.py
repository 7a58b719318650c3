"""Where oauth-core was installed alone, all that it offers loads nothing but the standard library."""

import importlib
import sys
import sysconfig
from pathlib import Path

site = Path(sysconfig.get_path("purelib"))
before = set(sys.modules)
module = importlib.import_module("oauth_core")
for name in module.__all__:
    getattr(module, name)

foreign = {
    name.split(".")[0]
    for name in set(sys.modules) - before
    if (path := getattr(sys.modules[name], "__file__", None)) and site in Path(path).parents
}
assert foreign == {"oauth_core"}, f"oauth_core loaded {sorted(foreign - {'oauth_core'})}"
print("oauth_core loads nothing but the standard library")
