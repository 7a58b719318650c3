"""The package as a whole: what is public, what an import costs, how other packages find it."""

import subprocess
import sys
from pathlib import Path

import pytest

import oauth_jwt
from oauth_core import AuthContext, ClientAuth, Grant, Request, UsageError
from oauth_jwt import (
    ClientSecretJWT,
    ClientSecretJwt,
    DPoP,
    ExternalKey,
    JsonWebToken,
    JWKSCache,
    PrivateKeyJWT,
    PrivateKeyJwt,
    _plugins,
)
from tests.jwt.support import SECRET, carry, copied, decode, key

SOURCE = Path(oauth_jwt.__file__).parent


def loaded_after(code):
    """The names of the modules that a fresh interpreter has loaded after this code."""
    script = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_loads_nothing():
    """Importing the package loads neither joserfc nor cryptography nor a module of its own."""
    loaded = loaded_after("import oauth_jwt")
    assert not {name for name in loaded if name.startswith(("joserfc", "cryptography", "oauth_jwt.", "oauth_core"))}


def test_signing_does_not_load_joserfc():
    """Signing an assertion and a proof loads no joserfc; a shared secret does not even load cryptography."""
    sign = """
from oauth_core import AuthContext, Request, run
from oauth_jwt import ClientSecretJwt
run(ClientSecretJwt("me", "s" * 40).authenticate(Request("POST", "https://as.example"), AuthContext("x")), None)
"""
    assert not {name for name in loaded_after(sign) if name.startswith(("joserfc", "cryptography"))}
    loaded = loaded_after("from oauth_jwt import DPoP\nDPoP().proof('GET', 'https://api.example/')")
    assert "cryptography" in loaded
    assert not {name for name in loaded if name.startswith("joserfc")}


def test_public_names_are_those_listed():
    """Every name in ``__all__`` is there, reads as the package's, and is sorted; no other is."""
    assert list(oauth_jwt.__all__) == sorted(oauth_jwt.__all__)
    for name in oauth_jwt.__all__:
        assert getattr(oauth_jwt, name).__module__ == "oauth_jwt"
        assert name in dir(oauth_jwt)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        oauth_jwt.nonsense  # noqa: B018


def test_only_public_names_of_the_core_are_used():
    """No module reaches into a private module of oauth_core, or into an HTTP library, or imports joserfc but one."""
    for path in SOURCE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "oauth_core._" not in text, path
        for library in ("requests", "httpx"):
            assert f"import {library}" not in text, path
        assert ("joserfc import" in text or "joserfc." in text) == (path.name == "_jose.py"), path


def test_methods_are_found_by_name():
    """The factories for ``client_secret_jwt``, ``private_key_jwt`` and ``jwt_bearer`` make what their names say."""
    for factory, secret, alg in (
        (_plugins.client_secret_jwt, SECRET, "HS256"),
        (_plugins.private_key_jwt, key("ES256").private_jwk(), "ES256"),
    ):
        auth = factory("me", secret)
        assert isinstance(auth, ClientAuth)
        assert auth.method == factory.__name__
        url = "https://as.example/token"
        sent = carry(auth.authenticate(Request("POST", url), AuthContext(url))).body.decode()
        assert decode(sent.partition("client_assertion=")[2])[0]["alg"] == alg
    grant = _plugins.jwt_bearer(issuer="me", audience="https://as.example", key=key("ES256"), subject="you")
    assert isinstance(grant, Grant)
    assert decode(dict(carry(grant.parameters()))["assertion"])[1]["sub"] == "you"
    assert dict(carry(_plugins.jwt_bearer(assertion="ready").parameters())) == {"assertion": "ready"}
    saml = _plugins.saml2_bearer(assertion="<a/>")
    assert dict(carry(saml.parameters())) == {"assertion": "PGEvPg"}


def test_entry_points_name_the_factories():
    """The project file registers each factory under its own name."""
    import tomllib

    project = tomllib.loads((SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    registered = project["project"]["entry-points"]["oauth_core.plugins"]
    for name, target in registered.items():
        module, _, attribute = target.partition(":")
        assert module == "oauth_jwt._plugins"
        assert callable(getattr(_plugins, attribute)), name
    assert {"client_secret_jwt", "private_key_jwt", "jwt_bearer", "saml2_bearer"} <= registered.keys()


def test_grant_needs_an_assertion_or_a_key():
    """The factory of the grant says what it needs."""
    with pytest.raises(UsageError, match="pass assertion=, or issuer="):
        _plugins.jwt_bearer(issuer="me", audience="https://as.example")


def values():
    """One of each public value that is no dataclass."""
    own = key("ES256")
    return [
        own,
        ClientSecretJWT("https://as.example/token", {"a": 1}),
        PrivateKeyJWT("https://as.example/token", kid="k"),
        ClientSecretJwt("me", SECRET),
        PrivateKeyJwt("me", own, kid="k"),
        DPoP(own),
        ExternalKey(own.sign, "ES256", kid="k"),
        JWKSCache("https://as.example/jwks"),
        JsonWebToken(["ES256"]),
    ]


@pytest.mark.parametrize("value", values(), ids=lambda value: type(value).__name__)
def test_values_do_not_change(value):
    """No public attribute of a value can be assigned or deleted, and a copy by pickle cannot be changed either."""
    names = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ()) if name[0] != "_"]
    assert names
    every = [value] if isinstance(value, (ExternalKey, JsonWebToken)) else [value, copied(value)]
    for each in every:
        for name in names:
            before = getattr(each, name)
            with pytest.raises(AttributeError, match=f"a {type(value).__name__} does not change; make another one"):
                setattr(each, name, "other")
            with pytest.raises(AttributeError, match="does not change"):
                delattr(each, name)
            assert getattr(each, name) is before
        with pytest.raises(AttributeError):
            each.nothing_like_it = 1


def test_mappings_that_were_passed_are_copied():
    """A change to the claims or headers that were passed changes nothing in the method."""
    claims, headers = {"a": 1}, {"b": 2}
    method = PrivateKeyJWT(claims=claims, headers=headers)
    claims["iss"] = headers["kid"] = "eve"
    assert (method.claims, method.headers) == ({"a": 1}, {"b": 2})
