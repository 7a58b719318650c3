"""Check who imports whom: `python tools/layers.py`.

- oauth_core imports the standard library alone, every other package also what it depends on (the table below);
  an optional extra is imported inside a function or under `TYPE_CHECKING`.
- A sibling imports oauth_core and no other package of the workspace, and of oauth_core only public names: those in the
  `__all__` of `oauth_core` or of a public subpackage such as `oauth_core.testing`.
- Inside a package, no module imports its own package's root, and imports run in no circle. `__init__` modules only
  gather names, so they may import any module below them and nothing may lean on them.

Reads the sources with `ast` and runs none of them.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = "oauth_core"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a package may import besides the standard library and oauth_core."""

    always: frozenset[str] = frozenset()
    lazily: frozenset[str] = frozenset()
    """Imported only inside functions, under TYPE_CHECKING, or by the modules in `homes`."""
    homes: frozenset[str] = frozenset()
    """Modules that exist for one extra and may import it at the top."""


PACKAGES = {
    # Type checkers bring typing_extensions along like the standard library; nothing imports it at run time.
    CORE: Allowed(lazily=frozenset({"cryptography", "filelock", "typing_extensions"})),
    "oauth_jwt": Allowed(always=frozenset({"cryptography", "joserfc"})),
    "oauth_requests": Allowed(
        always=frozenset({"requests", "urllib3"}),
        lazily=frozenset({"responses"}),
        homes=frozenset({"oauth_requests.testing"}),
    ),
    "oauth_httpx": Allowed(
        # anyio comes with httpx.
        always=frozenset({"httpx", "anyio"}),
        lazily=frozenset({"httpx2", "respx", "trio"}),
        homes=frozenset({"oauth_httpx.httpx2", "oauth_httpx.testing"}),
    ),
    "oauth_compliance": Allowed(),
}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module (or name of a module), and where it stands."""

    module: str
    name: str | None
    line: int
    lazy: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: its dotted name, whether it is a package, and what it imports."""

    name: str
    path: Path
    is_package: bool
    imports: tuple[Import, ...]
    exported: frozenset[str]


def main() -> int:
    """Return 0 where every import is allowed."""
    modules = load(ROOT)
    problems = check(modules)
    print("\n".join(problems) or f"layers: {len(modules)} modules of {len(PACKAGES)} packages import downward only")
    return 1 if problems else 0


def load(root: Path) -> dict[str, Module]:
    """Read every module of every package."""
    modules = {}
    for source in sorted((root / "packages").glob("*/src")):
        for path in sorted(source.rglob("*.py")):
            parts = list(path.relative_to(source).with_suffix("").parts)
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            tree = ast.parse(path.read_text("utf-8"), str(path))
            imports = tuple(found_imports(tree.body, name, is_package=is_package, lazy=False))
            modules[name] = Module(name, path.relative_to(root), is_package, imports, exported_names(tree))
    return modules


def found_imports(body: list[ast.stmt], name: str, *, is_package: bool, lazy: bool) -> Iterator[Import]:
    """Yield the imports of some statements, relative ones as absolute."""
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from (Import(alias.name, None, statement.lineno, lazy) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            if statement.level:
                drop = statement.level - (1 if is_package else 0)
                parent = name.split(".")[: len(name.split(".")) - drop]
                base = ".".join([*parent, base] if base else parent)
            yield from (Import(base, alias.name, statement.lineno, lazy) for alias in statement.names)
        else:
            inner_lazy = (
                lazy or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) or is_typing_guard(statement)
            )
            for inner in inner_bodies(statement):
                yield from found_imports(inner, name, is_package=is_package, lazy=inner_lazy)


def inner_bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield each block of a compound statement."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(statement, field, None)
        if isinstance(block, list):
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def is_typing_guard(statement: ast.stmt) -> bool:
    """Tell whether this is `if TYPE_CHECKING:`."""
    return isinstance(statement, ast.If) and ast.unparse(statement.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def exported_names(tree: ast.Module) -> frozenset[str]:
    """Return the strings of a literal `__all__`; a sorted() around it or a mapping's keys are read as well."""
    literals: dict[str, frozenset[str]] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
            ):
                literals[target] = strings_of(value, literals)
    return literals.get("__all__", frozenset())


def strings_of(value: ast.expr, literals: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the strings that a literal, or an expression over earlier literals, lists."""
    if isinstance(value, ast.Dict):
        elements: list[ast.expr] = [key for key in value.keys if key is not None]
    elif isinstance(value, ast.List | ast.Tuple | ast.Set):
        elements = value.elts
    elif isinstance(value, ast.Name):
        return literals.get(value.id, frozenset())
    elif isinstance(value, ast.Call):
        elements = value.args
    else:
        return frozenset()
    found = {item.value for item in elements if isinstance(item, ast.Constant) and isinstance(item.value, str)}
    inner = [item.value if isinstance(item, ast.Starred) else item for item in elements]
    nested = [strings_of(item, literals) for item in inner if not isinstance(item, ast.Constant)]
    return frozenset(found).union(*nested)


def check(modules: dict[str, Module]) -> list[str]:
    """Return a sentence for each import that is not allowed."""
    problems = []
    for module in modules.values():
        for item in module.imports:
            reason = refusal(module, item, modules)
            if reason:
                problems.append(f"{module.path}:{item.line}: {module.name} imports {spelled(item)}: {reason}")
    return problems + circles(modules)


def spelled(item: Import) -> str:
    """Return the import as a reader would name it."""
    return f"{item.module}.{item.name}" if item.name else item.module


def refusal(module: Module, item: Import, modules: dict[str, Module]) -> str | None:
    """Return why a module may not import something, or None."""
    package, top = module.name.split(".")[0], item.module.split(".")[0]
    allowed = PACKAGES.get(package)
    if allowed is None:
        return f"tools/layers.py does not know the package {package}"
    if top == package:
        inside = module.name != package and target(item, modules) == package and ".testing" not in module.name
        return "modules of a package import each other, not the package's root" if inside else None
    if top == CORE:
        return core_refusal(item, modules)
    if top in PACKAGES:
        return f"{package} may use {CORE} and no other package of the workspace"
    if top in sys.stdlib_module_names or top in allowed.always:
        return None
    if top in allowed.lazily:
        at_home = any(module.name == home or module.name.startswith(f"{home}.") for home in allowed.homes)
        return (
            None if item.lazy or at_home else f"{top} is an optional extra: import it inside the function that needs it"
        )
    return f"{package} does not depend on {top}"


def core_refusal(item: Import, modules: dict[str, Module]) -> str | None:
    """Return why a sibling may not import this from oauth_core, or None."""
    if item.name is None:
        return f"say `from {item.module} import <public name>`"
    imported = target(item, modules)
    if "._" in f".{imported}" or "._" in f".{item.module}":
        return "the module is private"
    holder = modules.get(item.module)
    if holder is None:
        return "there is no such module"
    is_module = imported != item.module
    return None if is_module or item.name in holder.exported else f"{item.name} is not in the __all__ of {item.module}"


def target(item: Import, modules: dict[str, Module]) -> str:
    """Return the module that an import reaches: `from a import b` may name the module a.b or a name in a."""
    inner = f"{item.module}.{item.name}"
    return inner if inner in modules else item.module


def circles(modules: dict[str, Module]) -> list[str]:
    """Return a sentence for each circle of imports, lazy and type-only ones included."""
    graph = {}
    for module in modules.values():
        reached = {target(item, modules) for item in module.imports if item.module.split(".")[0] in PACKAGES}
        # What gathers names may lean on everything below it; a circle through it is a use of the root, found above.
        is_root = module.is_package and module.name in PACKAGES
        graph[module.name] = set() if is_root else reached - {module.name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [f"imports run in a circle: {' → '.join(reversed(error.args[1]))}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
