"""Constructors and public names: what is taken, what is refused, and that nothing of the libraries is shadowed."""

import ast
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import httpx
import httpx2
import pytest

import oauth_core
import oauth_httpx
import oauth_httpx.httpx2
from oauth_core import OAuthError, UsageError
from tests.httpx.flavours import FLAVOURS

MODULES = [pytest.param(oauth_httpx, httpx, id="httpx"), pytest.param(oauth_httpx.httpx2, httpx2, id="httpx2")]
PAIRS = [("OAuth2Client", "Client"), ("AsyncOAuth2Client", "AsyncClient")]


@pytest.mark.parametrize(("module", "native"), MODULES)
@pytest.mark.parametrize("name", ["OAuth2Client", "AsyncOAuth2Client"])
def test_an_unknown_keyword_names_the_nearest(module, native, name):
    """A keyword that nobody knows is a ``TypeError`` with the nearest known one, of ours or of the library's."""
    cls = getattr(module, name)
    for wrong, near in {
        "token_endpont": "token_endpoint",
        "follow_redirect": "follow_redirects",
        "lee_way": "leeway",
    }.items():
        with pytest.raises(TypeError, match=f"did you mean '{near}'"):
            cls("app", **{wrong: 1})
    with pytest.raises(TypeError, match="token_endpoint_auth_method="):
        cls("app", auth=("a", "b"))
    with pytest.raises(UsageError, match="header, body, uri"):
        cls("app", token_placement="query")
    with pytest.raises(UsageError, match="hook point"):
        cls("app").register_compliance_hook("token_response", print)


@pytest.mark.parametrize(("module", "native"), MODULES)
@pytest.mark.parametrize(("name", "native_name"), PAIRS)
def test_a_client_is_the_librarys_client(module, native, name, native_name):
    """It is a subclass with the library's own methods, and takes the library's parameters."""
    cls, base = getattr(module, name), getattr(native, native_name)
    client = cls("app", base_url="https://api.test", headers={"a": "b"}, http2=False, max_redirects=3, trust_env=False)
    assert isinstance(client, base)
    assert (client.base_url.host, client.headers["a"], client.max_redirects) == ("api.test", "b", 3)
    assert "app" in repr(client)


@pytest.mark.parametrize(("module", "native"), MODULES)
@pytest.mark.parametrize(("name", "native_name"), PAIRS)
def test_nothing_of_the_library_is_shadowed(module, native, name, native_name):
    """No method or attribute of ours has the name of one of the library's, but for those that wrap it on purpose."""
    cls, base = getattr(module, name), getattr(native, native_name)
    wrapped = {"request", "stream", "send", "get", "options", "head", "delete", "post", "put", "patch"}
    wrapped |= {
        "close",
        "aclose",
        "__exit__",
        "__aenter__",
        "__aexit__",
        "__init__",
        "__repr__",
        "event_hooks",
        "__reduce_ex__",
    }
    theirs = {name for one in base.__mro__[:-1] for name in vars(one)} | set(vars(base()))
    ours = {name for one in cls.__mro__ if one not in base.__mro__ for name in vars(one)}
    plain = set(vars(cls())) - set(vars(base()))
    housekeeping = {"__module__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__parameters__"}
    housekeeping |= {"__firstlineno__", "__static_attributes__"}  # of Python 3.13
    assert (ours | plain) & theirs - wrapped - housekeeping == set()


def test_the_two_modules_have_the_same_names():
    """``oauth_httpx`` and ``oauth_httpx.httpx2`` export the same names, each bound to its library."""
    assert oauth_httpx.__all__ == oauth_httpx.httpx2.__all__ == sorted(oauth_httpx.__all__)
    assert set(oauth_httpx.__all__) <= set(dir(oauth_httpx))
    for name in oauth_httpx.__all__:
        one, other = getattr(oauth_httpx, name), getattr(oauth_httpx.httpx2, name)
        assert inspect.getdoc(one) == inspect.getdoc(other)
        if one is not getattr(oauth_core, name, None):
            assert one is not other
            assert (one.__module__, other.__module__) == ("oauth_httpx", "oauth_httpx.httpx2")
    assert oauth_httpx.OAuthError is OAuthError
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = oauth_httpx.nothing


def test_twins_are_equal():
    """The synchronous and the asynchronous client have the same public methods with the same parameters."""
    native = set(dir(httpx.Client)) | set(dir(httpx.AsyncClient))
    sync = {n for n in dir(oauth_httpx.OAuth2Client) if not n.startswith("_")} - native
    other = {n for n in dir(oauth_httpx.AsyncOAuth2Client) if not n.startswith("_")} - native
    assert sync == other
    for name in [*sync, "__init__", "request", "stream", "get", "post"]:
        one, two = getattr(oauth_httpx.OAuth2Client, name), getattr(oauth_httpx.AsyncOAuth2Client, name)
        if inspect.isfunction(one):
            assert list(inspect.signature(one).parameters) == list(inspect.signature(two).parameters), name
        assert name == "__init__" or inspect.getdoc(one) == inspect.getdoc(two), name


def test_nothing_is_loaded_before_it_is_used():
    """Importing the package loads no HTTP library; HTTPX's classes load no httpx2, no event loop, no requests."""
    code = (
        "import sys, oauth_httpx\n"
        "assert not {'httpx', 'httpx2'} & set(sys.modules)\n"
        "import httpx; httpx.Client(); before = set(sys.modules)\n"
        "from oauth_httpx import OAuth2Client\n"
        "OAuth2Client('app')\n"
        "new = set(sys.modules) - before\n"
        "bad = new & {'httpx2', 'trio', 'asyncio', 'anyio', 'requests', 'cryptography'}\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_module_but_the_bound_ones_imports_a_library():
    """All logic serves both libraries: only the modules that bind it, and the face of respx, import one."""
    folder = Path(oauth_httpx.__file__).parent
    importing = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name.partition(".")[0] in {"httpx", "httpx2"} and not getattr(node, "level", 0)
    }
    bound = {path.relative_to(folder).as_posix() for path in folder.glob("_httpx*.py")}
    bound |= {path.relative_to(folder).as_posix() for path in folder.glob("httpx2/*.py")} - {"httpx2/__init__.py"}
    assert importing - {"testing.py"} == bound


@pytest.mark.parametrize("flavour", [f for f in FLAVOURS if f.loop == "sync"], ids=repr)
def test_a_client_does_not_pickle_half_way(flavour):
    """Pickling a client fails; it never yields one without its connections or its secrets."""
    with pytest.raises(TypeError):
        pickle.dumps(flavour.module.OAuth2Client("app", "s3cret"))
