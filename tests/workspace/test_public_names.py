"""What is public is what `__all__` says, and static tools see the same."""

import ast
import importlib
import inspect
import types

import pytest

from tests.workspace.packages import MODULES, public_modules

FROM_ELSEWHERE = {"annotations", "TYPE_CHECKING"}


ALL = [name for name, _ in public_modules()]
PACKAGES = [name for name, is_package in public_modules() if is_package]


@pytest.mark.parametrize("name", ALL)
def test_all_resolves(name):
    """Everything that `__all__` names is there."""
    module = importlib.import_module(name)
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_namespace_is_all(name):
    """A package's namespace holds the names of `__all__` and no other that lacks an underscore."""
    module = importlib.import_module(name)
    for public in module.__all__:
        getattr(module, public)
    namespace = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_")
        and key not in FROM_ELSEWHERE
        and not (
            isinstance(value, types.ModuleType) and value.__name__ == f"{name}.{key}" and key not in module.__all__
        )
    }
    assert namespace == set(module.__all__)


@pytest.mark.parametrize("name", ALL)
def test_all_is_sorted_and_named_by_dir(name):
    """`__all__` has no duplicates, and `dir()` lists all of it."""
    module = importlib.import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("name", ALL)
def test_module_of_public_names(name):
    """A public class or function says that it lives in the package, not in a private module."""
    module = importlib.import_module(name)
    wrong = {
        public: value.__module__
        for public in module.__all__
        if (inspect.isclass(value := getattr(module, public)) or inspect.isfunction(value))
        and value.__module__.startswith(name)
        and value.__module__ != name
    }
    assert not wrong


@pytest.mark.parametrize("name", ALL)
def test_public_names_are_documented(name):
    """Every public class and function has a docstring of its own, and so has the package."""
    module = importlib.import_module(name)
    assert module.__doc__
    missing = [
        public
        for public in module.__all__
        if (inspect.isclass(value := getattr(module, public)) or inspect.isfunction(value)) and not value.__doc__
    ]
    assert not missing


@pytest.mark.parametrize("name", ALL)
def test_static_tools_see_the_same(name):
    """What a lazy package imports under TYPE_CHECKING is exactly what it hands out at run time."""
    module = importlib.import_module(name)
    tree = ast.parse(inspect.getsource(module))
    guarded = {
        alias.asname or alias.name
        for block in tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for statement in block.body
        if isinstance(statement, ast.ImportFrom) and (statement.level or statement.module == "oauth_core")
        for alias in statement.names
    }
    if hasattr(module, "__getattr__"):
        assert guarded == set(module.__all__) - set(assigned(tree))
    else:
        assert not guarded & set(module.__all__)


def assigned(tree):
    """The names that a module defines itself, at its top level."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.ImportFrom) and statement.level:
            yield from (alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("name", MODULES)
def test_unknown_name_is_an_attribute_error(name):
    """Asking a package for a name that it does not have is an AttributeError, lazily loaded or not."""
    module = importlib.import_module(name)
    with pytest.raises(AttributeError, match="no_such_name"):
        module.no_such_name  # noqa: B018 - the access is the test
