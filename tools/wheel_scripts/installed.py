"""Check what one wheel installed, inside its environment: `installed.py NAME [MODULE THAT MUST BE ABSENT ...]`."""

import importlib
import importlib.metadata
import importlib.resources
import importlib.util
import sys
import sysconfig
from pathlib import Path

name, *absent = sys.argv[1:]
module_name = name.replace("-", "_")

module = importlib.import_module(module_name)
site = Path(sysconfig.get_path("purelib")).resolve()
assert site in Path(str(module.__file__)).resolve().parents, f"{module.__file__} does not come from the wheel"
assert importlib.resources.files(module_name).joinpath("py.typed").is_file(), "py.typed is missing"

missing = [public for public in module.__all__ if not hasattr(module, public)]
assert not missing, f"__all__ names what does not exist: {missing}"

distribution = importlib.metadata.distribution(name)
metadata = distribution.metadata
version = importlib.metadata.version(name)
assert metadata["Name"] == name, metadata["Name"]
assert metadata["Requires-Python"] == ">=3.11", metadata["Requires-Python"]
assert metadata["License-Expression"] == "MIT", metadata["License-Expression"]
assert metadata.get_all("License-File") == ["LICENSE"], metadata.get_all("License-File")
assert metadata["Description-Content-Type"] == "text/markdown", metadata["Description-Content-Type"]
assert metadata["Summary"], "the description is missing"
assert metadata["Keywords"], "the keywords are missing"
assert metadata.get_all("Project-URL"), "the URLs are missing"
classifiers = metadata.get_all("Classifier") or []
assert "Typing :: Typed" in classifiers, classifiers
assert "Programming Language :: Python :: 3.11" in classifiers, classifiers
for requirement in metadata.get_all("Requires-Dist") or []:
    if requirement.startswith("oauth-"):
        assert requirement.split(";")[0].strip().endswith(f"~={version}"), requirement

present = [each for each in absent if importlib.util.find_spec(each)]
assert not present, f"installed although {name} does not need it: {present}"

for entry_point in distribution.entry_points:
    entry_point.load()

own = {module_name, f"{module_name}-{version}.dist-info"}
strays = [str(path) for path in distribution.files or [] if path.parts[0] not in own]
assert not strays, f"the wheel installs files outside of {module_name}: {strays}"

installed = sorted(each.name for each in importlib.metadata.distributions() if each.name not in {"pip", "setuptools"})
counts = f"{len(module.__all__)} public names, {len(distribution.entry_points)} entry points"
print(f"{name} {version}: {counts}; installed here: {', '.join(installed)}")
