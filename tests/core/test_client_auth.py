"""How a client proves who it is."""

import asyncio
from base64 import b64decode
from urllib.parse import unquote

import pytest

from oauth_core import (
    AuthContext,
    BindableAuth,
    ClientAuth,
    ClientSecretBasic,
    ClientSecretPost,
    CustomClientAuth,
    MissingPluginError,
    PublicApp,
    Request,
    UsageError,
    arun,
    load_plugin,
    resolve_client_auth,
    run,
)
from oauth_core import _plugins as plugins
from tests.core.core_support import config, drive, form

REQUEST = Request("POST", "https://as.test/token", (("Accept", "application/json"),), b"a=1")
CONTEXT = AuthContext("https://as.test/token")


def authenticated(method):
    return drive(method.authenticate(REQUEST, CONTEXT))[0]


def credentials(request):
    kind, _, encoded = request.header("authorization").partition(" ")
    assert kind == "Basic"
    return b64decode(encoded).decode()


@pytest.mark.parametrize("value", ["plain", "s€cret %:+", "a b", "äöü", "100%", "a:b&c=d", "+", "~.-_", "💡"])
def test_basic_encodes_id_and_secret(value):
    """Id and secret are percent-encoded before they are joined, so colons, spaces and non-ASCII text survive."""
    request = authenticated(ClientSecretBasic(value, value))
    name, _, secret = credentials(request).partition(":")
    assert unquote(name) == unquote(secret) == value
    assert credentials(request).isascii()
    assert "+" not in credentials(request)
    assert request.body == b"a=1"


def test_raw_basic_leaves_them_as_they_are():
    """With raw=True id and secret are sent as they are; a colon in the id cannot be."""
    assert credentials(authenticated(ClientSecretBasic("id", "s€cret %:+", raw=True))) == "id:s€cret %:+"
    assert credentials(authenticated(resolve_client_auth("client_secret_basic_raw", "id", "a b"))) == "id:a b"
    with pytest.raises(UsageError, match="colon"):
        authenticated(ClientSecretBasic("i:d", "s", raw=True))


def test_post_and_none_add_form_parameters():
    """client_secret_post adds id and secret to the form, none adds the id alone."""
    assert form(authenticated(ClientSecretPost("id", "s€ &="))) == [
        ("a", "1"),
        ("client_id", "id"),
        ("client_secret", "s€ &="),
    ]
    assert form(authenticated(PublicApp("id"))) == [("a", "1"), ("client_id", "id")]


@pytest.mark.parametrize("kind", [ClientSecretBasic, ClientSecretPost])
def test_secret_may_be_a_callable_read_anew_each_time(kind):
    """A callable secret is asked for every request: secrets may expire."""
    secrets = iter(["one", "two"])
    method = kind("id", lambda: next(secrets))
    assert authenticated(method) != authenticated(method)
    assert "one" not in repr(method)


def test_async_secret():
    """An asynchronous secret is awaited by asynchronous clients and refused by synchronous ones."""

    async def secret():
        await asyncio.sleep(0)
        return "later"

    method = ClientSecretBasic("id", secret)
    flow = arun(method.authenticate(REQUEST, CONTEXT), None, sleep=asyncio.sleep)
    assert credentials(asyncio.run(flow)) == "id:later"
    with pytest.raises(TypeError, match="asynchronous"):
        run(method.authenticate(REQUEST, CONTEXT), None)


@pytest.mark.parametrize(
    ("secret", "message"),
    [(None, "empty or missing"), ("", "empty or missing"), (b"bytes", "is a bytes, not text"), (lambda: 7, "is a int")],
)
def test_missing_or_wrong_secret_is_said_before_anything_is_sent(secret, message):
    """A secret that is missing or no text stops the request; its value is not shown."""
    for kind in (ClientSecretBasic, ClientSecretPost):
        with pytest.raises(UsageError, match=message) as caught:
            authenticated(kind("id", secret))
        assert "bytes'" not in str(caught.value)


def test_custom_function():
    """A function gets (client, method, uri, headers, body) and its result is the request."""

    def sign(client, method, uri, headers, body):
        assert (method, client.client_id, client.client_secret) == ("POST", "id", "secret")
        headers["X-Signed"] = client.client_id
        return uri + "?signed", headers, body + "&b=ä"

    method = resolve_client_auth(sign, "id", "secret")
    assert (method.method, repr(method)) == ("sign", "CustomClientAuth('id', method='sign')")
    request = authenticated(method)
    assert (request.url, request.header("x-signed")) == ("https://as.test/token?signed", "id")
    assert form(request) == [("a", "1"), ("b", "ä")]


@pytest.mark.parametrize(("body", "sent"), [(None, b""), (b"raw", b"raw")])
def test_custom_function_may_return_bytes_or_nothing(body, sent):
    """The body that a function returns may be text, bytes or None."""
    method = resolve_client_auth(("mine", lambda client, m, uri, headers, _: (uri, headers, body)), "id")
    assert isinstance(method, CustomClientAuth)
    assert method.method == "mine"
    assert authenticated(method).body == sent


@pytest.mark.parametrize("result", [None, ("uri",), "uri", ["uri", {}, ""]])
def test_custom_function_that_returns_something_else(result):
    """Another result than (uri, headers, body) is a TypeError that names the method."""
    with pytest.raises(TypeError, match="'broken' must return"):
        authenticated(resolve_client_auth(("broken", lambda *_: result), "id"))


def test_custom_function_may_be_asynchronous():
    """An asynchronous function works where it can be awaited."""

    async def sign(client, method, uri, headers, body):
        await asyncio.sleep(0)
        return uri, {**headers, "X": "1"}, body

    flow = resolve_client_auth(sign, "id").authenticate(REQUEST, CONTEXT)
    assert asyncio.run(arun(flow, None, sleep=asyncio.sleep)).header("x") == "1"
    with pytest.raises(TypeError, match="asynchronous"):
        run(resolve_client_auth(sign, "id").authenticate(REQUEST, CONTEXT), None)


class Bindable:
    method = "bound"

    def bind(self, client_id, client_secret):
        return ClientSecretPost(client_id, client_secret)


class BasicAuthLike:
    username = "id"
    password = "secret"


def test_all_the_words_for_a_method():
    """A name, a ClientAuth, something to bind, pairs of several kinds and a Basic auth object are understood."""
    ready = PublicApp("other")
    assert resolve_client_auth(ready, "id") is ready
    assert resolve_client_auth(("name", ready), "id") is ready
    assert isinstance(resolve_client_auth(Bindable(), "id", "s"), ClientSecretPost)
    assert isinstance(resolve_client_auth(("bound", Bindable()), "id", "s"), ClientSecretPost)
    assert resolve_client_auth(("id", "s"), None) == ClientSecretBasic("id", "s")
    assert resolve_client_auth(("id", "s"), None, pair_method="client_secret_post") == ClientSecretPost("id", "s")
    assert resolve_client_auth(BasicAuthLike(), None) == ClientSecretBasic("id", "secret")
    assert resolve_client_auth("none", "id") == PublicApp("id")
    assert resolve_client_auth("client_secret_post", "id", "s") == ClientSecretPost("id", "s")
    for value in (ready, ClientSecretBasic("id", "s"), CustomClientAuth("id", "s", print)):
        assert isinstance(value, ClientAuth)
    assert isinstance(Bindable(), BindableAuth)


def test_registered_methods_are_known_by_name():
    """A registered name leads to its function, and the built-in names stay known."""
    own = {"mine": ("mine", lambda *args: args[2:])}
    assert resolve_client_auth("mine", "id", registered=own).method == "mine"
    with pytest.raises(UsageError, match="unknown.*'other'; known are client_secret_basic.*mine.*none"):
        resolve_client_auth("other", "id", registered=own)


@pytest.mark.parametrize("wrong", [5, None, ("a", "b", "c"), ("id", None), object()])
def test_what_is_no_method_is_a_type_error(wrong):
    """Anything else is a TypeError that says what a method is."""
    with pytest.raises(TypeError, match="is a name, a function"):
        resolve_client_auth(wrong, "id")


@pytest.mark.parametrize("method", ["client_secret_basic", "none", Bindable(), lambda *_: None, ("x", lambda *_: None)])
def test_missing_client_id_is_said(method):
    """Without a client id the error says which keyword to pass."""
    with pytest.raises(UsageError, match="pass client_id="):
        resolve_client_auth(method, None, "s")


def test_repr_shows_no_secret():
    """Methods, contexts and configuration show the client id alone."""
    for value in (
        ClientSecretBasic("id", "s3cret"),
        ClientSecretPost("id", "s3cret"),
        CustomClientAuth("id", "s3cret", print),
        config(client_secret="s3cret"),
    ):
        assert "s3cret" not in repr(value)
        assert "id" in repr(value) or "app" in repr(value)


# Plug-ins.


def test_missing_plugin_names_the_package(monkeypatch):
    """A method whose package is not installed is an error that says what to install."""
    monkeypatch.setattr(plugins, "_loaded", {})
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: ())
    with pytest.raises(MissingPluginError, match="pip install oauth-jwt"):
        resolve_client_auth("private_key_jwt", "id", "key")
    with pytest.raises(MissingPluginError, match="pip install my-package"):
        load_plugin("mine", package="my-package")


def test_plugin_is_loaded_once(monkeypatch):
    """A plug-in is found by its entry point and loaded once; a JWK beside the id means private_key_jwt."""
    loads = []

    class Entry:
        def load(self):
            loads.append(1)
            return lambda client_id, key: PublicApp(f"{client_id} with {sorted(key)}")

    monkeypatch.setattr(plugins, "_loaded", {})
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: (Entry(),))
    assert resolve_client_auth(("id", {"kty": "EC"}), None) == PublicApp("id with ['kty']")
    assert resolve_client_auth("private_key_jwt", "id", {"kty": "EC"}).method == "none"
    assert loads == [1]


def test_context_shows_the_endpoint_alone():
    """The context of a method holds what is known of the server and shows the endpoint that is asked."""
    context = AuthContext("https://as.test/revoke", token_endpoint="https://as.test/token")
    assert repr(context) == "<AuthContext of 'https://as.test/revoke'>"
    assert (context.issuer, context.token_endpoint) == (None, "https://as.test/token")
