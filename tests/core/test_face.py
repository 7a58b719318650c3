"""The face of oauth_core: every public name once, loaded when it is asked for."""

import importlib
import subprocess
import sys

import pytest

import oauth_core


def test_every_public_name_is_there_and_reads_as_the_package():
    """Each name of __all__ can be imported, is in dir(), and says that it belongs to oauth_core."""
    assert list(oauth_core.__all__) == sorted(set(oauth_core.__all__))
    for name in oauth_core.__all__:
        value = getattr(oauth_core, name)
        if isinstance(value, type):
            assert value.__module__ == "oauth_core", name
    assert set(oauth_core.__all__) <= set(dir(oauth_core))


def test_unknown_name_is_an_attribute_error():
    """A name that does not exist is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="'oauth_core' has no attribute 'Nothing'"):
        _ = oauth_core.Nothing


def test_names_of_private_modules_are_those_of_the_face():
    """Each private module's __all__ is on the face, and nothing else is."""
    found = {}
    for module in set(oauth_core._MODULES.values()):
        for name in getattr(importlib.import_module(f"oauth_core.{module}"), "__all__", ()):
            found[name] = module
    assert found == oauth_core._MODULES


@pytest.mark.parametrize("name", ["OAuth2Token", "TokenSource", "AuthorizationRequest"])
def test_a_name_loads_what_it_needs_and_no_more(name):
    """Importing one name in a fresh process loads no event loop, no network and no cryptography."""
    program = (
        f"import sys; from oauth_core import {name}; "
        "print(sorted({'asyncio', 'ssl', 'http.client', 'cryptography', 'trio', 'anyio', 'importlib.metadata'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
