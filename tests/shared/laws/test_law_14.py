"""Law 14: everything public is typed, documented and importable from the package's root."""

from __future__ import annotations

import importlib
import inspect
from importlib.resources import files


def own_methods(flavour):
    """The public methods of the flavour's session that are not the HTTP library's."""
    cls = flavour.type(flavour.session)
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        ours = str(getattr(function, "__module__", "")).startswith("oauth_")
        if not name.startswith("_") and inspect.isfunction(function) and ours:
            yield name, function


def test_typed(flavour):
    """Every method of a session has its parameters and result annotated, and the package says that it is typed."""
    bare = []
    for name, function in own_methods(flavour):
        signature = inspect.signature(function)
        parameters = [each for each in signature.parameters.values() if each.name not in {"self", "cls"}]
        if signature.return_annotation is signature.empty or any(each.annotation is each.empty for each in parameters):
            bare.append(name)
    assert bare == []
    root = flavour.module.partition(".")[0]
    for package in (root, "oauth_core"):
        assert files(package).joinpath("py.typed").is_file()


def test_documented(flavour):
    """Every method of a session says in a sentence what it does."""
    assert [name for name, function in own_methods(flavour) if not (function.__doc__ or "").strip()] == []
    assert (flavour.type(flavour.session).__doc__ or "").strip()


def test_importable_from_the_root(flavour):
    """The session's class is found in the package's root, under the name it gives itself."""
    cls = flavour.type(flavour.session)
    module = importlib.import_module(flavour.module)
    assert flavour.session in module.__all__
    assert cls.__module__ == flavour.module
    assert getattr(importlib.import_module(cls.__module__), cls.__qualname__) is cls


def test_errors_are_in_the_root():
    """Every class of the error tree can be imported from `oauth_core`."""
    import oauth_core

    def below(cls):
        for each in cls.__subclasses__():
            yield each
            yield from below(each)

    ours = {each for each in below(oauth_core.OAuthError) if each.__module__.startswith("oauth_core")}
    assert {each.__name__ for each in ours} - set(oauth_core.__all__) == set()
