"""The endpoint methods of both colours, against the fake server in memory."""

import asyncio
import inspect

import pytest

from oauth_core import (
    AsyncEndpointMethods,
    AsyncSessionMethods,
    AsyncTokenSource,
    AsyncTokenStore,
    AuthorizationResponse,
    ClientCredentialsGrant,
    EndpointMethods,
    InvalidMetadataError,
    MemoryTokenStore,
    ServerRefusal,
    SessionMethods,
    TokenSource,
    TokenStore,
    UsageError,
)
from oauth_core.testing import FakeAuthorizationServer, ManualClock, RegisteredClient, faults
from tests.core.clients import AsyncClient, Blocking, Client

CALLBACK = "https://client.test/callback"


@pytest.fixture
def server():
    clock = ManualClock()
    return FakeAuthorizationServer(
        clients=[RegisteredClient("app", "s€cret %:+"), RegisteredClient("spa")], clock=clock, sleep=clock.sleep
    )


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def kind(request):
    return request.param


def options(server, **changes):
    return {
        "perform": server.send,
        "client_id": "app",
        "client_secret": "s€cret %:+",
        "clock": server.authority.clock,
        "metadata": server.metadata,
        "redirect_uri": CALLBACK,
        **changes,
    }


def last(server, name="token"):
    return server.seen(name)[-1]


def body(server, name="token"):
    from urllib.parse import parse_qsl

    seen = last(server, name)
    return dict(parse_qsl(seen.body.decode() if isinstance(seen.body, bytes) else seen.body))


def test_client_credentials(server, kind):
    """A token for the client itself, with free keywords sent as parameters and HTTP options passed on."""
    client = Blocking(kind(**options(server, scope="read")))
    token = client.client_credentials(audience="https://api.test", resource=["a", "b"], timeout=3)
    assert token.scope == "read"
    assert body(server)["audience"] == "https://api.test"
    assert client.timeouts == [3]
    assert client.client_credentials(["x", "y"]).scope == "x y"


def test_authorization_code(server, kind):
    """A whole code flow with PKCE: request, approval, callback, exchange, userinfo, introspection, revocation."""
    client = Blocking(kind(**options(server, scope="openid read")))
    request = client.authorization_request()
    answer = request.validate_callback(server.authorize(request.uri))
    assert isinstance(answer, AuthorizationResponse)
    token = client.authorization_code(answer)
    assert client.userinfo(token)["sub"] == "alice"
    assert client.client.config.client_id == "app"
    renewed = client.client._plan_refresh(token, None, {})
    assert renewed.renewed


def test_code_as_text(server, kind):
    """A code given as text needs its redirect URI and verifier beside it; without a code nothing is sent."""
    client = Blocking(kind(**options(server)))
    request = client.authorization_request(scope="read")
    answer = request.validate_callback(server.authorize(request.uri))
    token = client.authorization_code(answer.code, code_verifier=request.code_verifier, redirect_uri=CALLBACK)
    assert token.scope == "read"
    with pytest.raises(UsageError, match="needs the code"):
        client.authorization_code()


def test_password(server, kind):
    """Name and password, the password by a callable."""
    client = Blocking(kind(**options(server)))
    assert client.resource_owner_password("alice", lambda: "wonderland", scope="read").scope == "read"


def test_credentials_for_one_call(server, kind):
    """client_id and client_secret of one call authenticate that call only; include_client_id sends the id too."""
    server.register(RegisteredClient("other", "s2"))
    client = Blocking(kind(**options(server)))
    client.client_credentials(client_id="other", client_secret="s2", include_client_id=True)
    assert server.find(client.client_credentials()).client_id == "app"
    first = server.seen("token")[0]
    assert b"client_id=other" in (first.body if isinstance(first.body, bytes) else first.body.encode())


def test_url_headers_body_and_method_of_one_call(server, kind):
    """A call may have its own URL (by any name), headers, form text and method; all are for that call."""
    client = Blocking(kind(**options(server, token_endpoint="https://wrong.test/t", metadata=None)))
    for name in ("url", "token_endpoint"):
        assert (
            client.client_credentials(**{name: server.token_endpoint}, headers={"X-T": "1"}, body=b"scope=a").scope
            == "a"
        )
    assert client.client._config.metadata.token_endpoint == "https://wrong.test/t"
    with pytest.raises(TypeError, match="body is form text"):
        client.client_credentials(body={"a": 1})


@pytest.mark.parametrize("name", ["params", "json", "data", "files", "cookies", "verify", "proxies", "allow_redirects"])
def test_arguments_of_api_calls_are_refused(server, kind, name):
    """What belongs to API requests is refused and cannot reach the token endpoint."""
    client = Blocking(kind(**options(server)))
    with pytest.raises(TypeError, match=f"takes no '{name}'"):
        client.client_credentials(**{name: {"x": "1"}})
    assert server.count("token") == 0


def test_userinfo_takes_no_parameters(server, kind):
    """Userinfo takes no free keywords."""
    with pytest.raises(TypeError, match="userinfo takes no"):
        Blocking(kind(**options(server))).userinfo("t", scope="x")


def test_unknown_keyword_of_the_constructor(server, kind):
    """An unknown keyword of a constructor names the nearest."""
    with pytest.raises(TypeError, match="did you mean 'client_secret'"):
        kind(**options(server, client_secrt="x"))


def test_discovery(server, kind):
    """A client made from discovery knows the endpoints; a document of another issuer is refused; so is no place."""

    def make(*args, **kwargs):
        made = kind.from_discovery_endpoint(*args, **kwargs, perform=server.send, client_id="app")
        return made if kind is Client else asyncio.run(made)

    assert make(issuer=server.issuer).load_server_metadata is not None
    url = f"{server.issuer}/.well-known/openid-configuration"
    assert Blocking(make(url)).load_server_metadata().token_endpoint == server.token_endpoint
    assert server.count("metadata") == 2
    server.inject(faults.wrong_issuer(), "metadata")
    with pytest.raises(InvalidMetadataError):
        make(issuer=server.issuer)
    with pytest.raises(UsageError, match="or issuer="):
        make()


def test_discovery_document(server, kind):
    """A client made from a document believes it when it is the issuer's."""
    made = kind.from_discovery_document(server.metadata, issuer=server.issuer, perform=server.send)
    assert made.config.metadata.issuer == server.issuer
    with pytest.raises(InvalidMetadataError):
        kind.from_discovery_document(server.metadata, issuer="https://else.test", perform=server.send)


def test_source_of_a_client(server, kind):
    """A client makes sources that renew through it."""
    client = Blocking(kind(**options(server)))
    tokens = Blocking(
        client.new_source(ClientCredentialsGrant("read"), refresh_parameters={"x": "1"}, store=MemoryTokenStore())
    )
    first = tokens.get()
    assert first.scope == "read"
    server.authority.clock.advance(3600)
    assert tokens.get() != first
    assert server.count("token") == 2


def test_errors_of_the_server(server, kind):
    """A refusal is one exception with code and status."""
    client = Blocking(kind(**options(server, client_secret="wrong")))
    with pytest.raises(ServerRefusal) as caught:
        client.client_credentials()
    assert (caught.value.error, caught.value.status_code) == ("invalid_client", 401)


# Twins.


def public(cls):
    return {
        name: member
        for owner in reversed(cls.__mro__)
        for name, member in vars(owner).items()
        if not name.startswith("_") and owner is not object and member is not None
    }


def shape(member):
    """Signature without the colour of types, and docstring."""
    if isinstance(member, property):
        return ("property", inspect.getdoc(member))
    function = member.__func__ if isinstance(member, classmethod) else member
    parameters = [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]
    return (parameters, inspect.getdoc(function))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (EndpointMethods, AsyncEndpointMethods),
        (SessionMethods, AsyncSessionMethods),
        (TokenSource, AsyncTokenSource),
        (TokenStore, AsyncTokenStore),
    ],
)
def test_twins_are_equal(one, other):
    """The synchronous and the asynchronous twin have the same names, parameters and docstrings."""
    first, second = public(one), public(other)
    assert set(first) == set(second)
    if one is TokenStore:
        first.pop("save")
    for name, member in first.items():
        assert shape(member) == shape(second[name]), name


@pytest.mark.parametrize("cls", [EndpointMethods, AsyncEndpointMethods, SessionMethods, AsyncSessionMethods])
def test_public_methods_are_documented(cls):
    """Every public member has a docstring."""
    for name, member in public(cls).items():
        assert inspect.getdoc(member), name


def test_mixins_alone_do_nothing():
    """What an adapter has to supply is named by an error where it is missing."""
    for cls in (EndpointMethods, AsyncEndpointMethods):
        with pytest.raises(NotImplementedError):
            cls()
    bare = object.__new__(EndpointMethods)
    with pytest.raises(NotImplementedError):
        bare._send(None, {})
    other = object.__new__(AsyncEndpointMethods)
    with pytest.raises(NotImplementedError):
        other._runtime()
    with pytest.raises(NotImplementedError):
        asyncio.run(other._send(None, {}))
