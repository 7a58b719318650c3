"""The keywords of constructors: spellings, sorting, and errors that name the nearest."""

import functools

import pytest

from oauth_core import (
    OPTION_NAMES,
    AuthorizationCodeGrant,
    ClientConfig,
    ClientCredentialsGrant,
    Hooks,
    InvalidMetadataError,
    MemoryTokenStore,
    OAuth2Settings,
    OAuth2Token,
    TokenCallback,
    UsageError,
    unknown_keyword,
)
from oauth_core._options import SPELLINGS, canonical, refuse_keywords, scope_text
from oauth_core.testing import ManualClock
from tests.core.clients import Client
from tests.core.core_support import AsyncListStore

OLD, NEW = OAuth2Token(access_token="a0", refresh_token="r0"), OAuth2Token(access_token="a1")


def test_every_spelling_leads_to_its_canonical_name():
    """Each alternate spelling means the same as its canonical name; both together must agree."""
    for spelling, name in SPELLINGS.items():
        assert canonical({spelling: "x"}) == {name: "x"}
        assert canonical({spelling: "x", name: "x"}) == {name: "x"}
        assert canonical({spelling: None, name: "x"}) == {name: "x"}
        assert canonical({name: None, spelling: "x"}) == {name: "x"}
        with pytest.raises(TypeError, match="two spellings of one"):
            canonical({spelling: "x", name: "y"})
        assert {spelling, name} <= OPTION_NAMES


def test_unknown_keyword_names_the_nearest():
    """The error for an unknown keyword names the nearest known one, where one is near."""
    assert "did you mean 'token_endpoint'?" in str(unknown_keyword("X", "token_endpont", OPTION_NAMES))
    assert str(unknown_keyword("X", "zzzzzz", OPTION_NAMES)) == "X got an unexpected keyword 'zzzzzz'"


def test_keywords_of_api_calls_are_refused():
    """A keyword of API calls has no meaning at the authorization server and is refused."""
    with pytest.raises(TypeError, match="fetch_token takes no 'json', 'params': .*built from configuration"):
        refuse_keywords("fetch_token", ["params", "json", "scope"], {"params", "json", "data"})
    refuse_keywords("fetch_token", ["scope"], {"params"})


def test_settings_of_a_session():
    """Keywords become configuration, grant, token, store and callback."""
    clock, store, hooks = ManualClock(), MemoryTokenStore(), Hooks()
    settings = OAuth2Settings(
        {
            "client_id": "app",
            "client_secret": "s",
            "auto_refresh_url": "https://as.test/t",
            "auto_refresh_kwargs": {"audience": "x", "client_secret": "other"},
            "scope": ["a", "b"],
            "callback_uri": "https://app.test/cb",
            "token": OLD,
            "store": store,
            "store_key": "me",
            "leeway": 5,
            "clock": clock,
            "hooks": hooks,
            "grant_type": "client_credentials",
            "allow_insecure_http": None,
        }
    )
    config = settings.config
    assert (config.client_id, config.scope, config.redirect_uri) == ("app", "a b", "https://app.test/cb")
    assert (config.metadata.token_endpoint, config.clock) == ("https://as.test/t", clock)
    assert (settings.token, settings.store, settings.key, settings.leeway) == (OLD, store, "me", 5)
    assert settings.grant == ClientCredentialsGrant("a b")
    renewal = Client(perform=None).new_source(refresh_parameters=settings.refresh_parameters).renewal
    assert (renewal.config.client_secret, renewal.extra) == ("other", (("audience", "x"),))
    hooks.register("protected_request", len)
    assert "protected_request" not in config.hooks


def test_settings_on_the_base_of_a_client():
    """A client lends all of its configuration; keywords win over it."""
    clock = ManualClock()

    def parse(response):
        raise AssertionError

    base = ClientConfig(
        client_id="a", client_secret="s", auth="none", scope="x", clock=clock, parse_token=parse, redirect_uri="r"
    )
    config = OAuth2Settings({"client_id": "b"}, base=base).config
    assert (config.client_id, config.client_secret, config.auth, config.scope) == ("b", "s", "none", "x")
    assert (config.clock, config.parse_token, config.hooks) == (clock, parse, base.hooks)


@pytest.mark.parametrize(
    ("keywords", "discovers"),
    [
        ({"issuer": "https://as.test"}, True),
        ({"server_metadata_url": "https://as.test/m"}, True),
        ({"issuer": "https://as.test", "token_endpoint": "https://as.test/t"}, False),
        ({"metadata": {"issuer": "https://as.test", "token_endpoint": "https://as.test/t"}}, False),
        ({}, False),
    ],
)
def test_when_the_server_is_discovered(keywords, discovers):
    """The server is discovered where an issuer or a URL is given and no endpoint is known."""
    assert (OAuth2Settings(keywords).config.discovery is not None) is discovers


@pytest.mark.parametrize(
    ("keywords", "kind", "message"),
    [
        ({"update_token": len, "token_updater": len}, TypeError, "not both"),
        ({"update_token": "x"}, TypeError, "a token callback is a function, not a str"),
        ({"store": AsyncListStore()}, TypeError, "cannot await an asynchronous token store"),
        ({"scope": 5}, TypeError, "scope is text or a list"),
        ({"metadata": "https://as.test"}, TypeError, "metadata is a mapping"),
        ({"metadata": {"issuer": "x"}, "issuer": "y"}, InvalidMetadataError, "not of 'y'"),
        ({"metadata": {"token_endpoint": "http://as.test"}}, InvalidMetadataError, "unencrypted"),
        ({"hooks": {}}, TypeError, "hooks is a Hooks"),
        ({"grant": 5}, TypeError, "grant is a value with"),
        ({"grant": ClientCredentialsGrant(), "grant_type": "client_credentials"}, TypeError, "not both"),
        ({"grant_type": "password"}, UsageError, "needs parameters of its own"),
        ({"client_key": "a", "client_id": "b"}, TypeError, "two spellings"),
    ],
)
def test_keywords_that_cannot_be_meant(keywords, kind, message):
    """What cannot be meant is an error at construction that says what to do."""
    with pytest.raises(kind, match=message):
        OAuth2Settings(keywords)


def test_grants_of_the_constructor():
    """A grant value is taken as it is; the names of grants that need a call of their own configure none."""
    grant = AuthorizationCodeGrant("c")
    assert OAuth2Settings({"grant": grant}).grant is grant
    for name in ("authorization_code", "refresh_token"):
        assert OAuth2Settings({"grant_type": name}).grant is None


def test_scope_in_all_its_forms():
    """A scope is text, a list, any iterable of texts, or nothing."""
    assert [scope_text(s) for s in (None, "a b", ["a", "b"], ("a",), iter(["a", "b"]))] == [
        None,
        "a b",
        "a b",
        "a",
        "a b",
    ]


# Callbacks.


def told(function, *, token_alone=False, may_be_async=False):
    return TokenCallback(function, token_alone=token_alone, may_be_async=may_be_async)


def test_callback_gets_what_it_takes():
    """A callback gets the old tokens by keyword, as many as its signature takes."""
    seen = []

    def all_of_it(token, refresh_token=None, access_token=None):
        seen.append((token, refresh_token, access_token))

    def one(token, *, access_token):
        seen.append((token, access_token))

    def alone(token):
        seen.append((token,))

    def positional(token, refresh_token="default", /):
        seen.append((token, refresh_token))

    def anything(*args, **kwargs):
        seen.append((*args, *kwargs.values()))

    for function in (all_of_it, one, alone, positional, anything, functools.partial(all_of_it, access_token=1)):
        told(function)(NEW, OLD)
    assert seen == [(NEW, "r0", "a0"), (NEW, "a0"), (NEW,), (NEW, "default"), (NEW, "r0", "a0"), (NEW, "r0", "a0")]
    seen.clear()
    told(all_of_it)(NEW, None)
    told(anything, token_alone=True)(NEW, OLD)
    told(dict)(NEW, OLD)
    assert seen == [(NEW, None, None), (NEW,)]


def test_async_callback_needs_an_async_client():
    """An asynchronous callback, or an object with an asynchronous __call__, is refused by synchronous clients."""

    async def later(token):
        raise AssertionError

    class Later:
        async def __call__(self, token):
            raise AssertionError

    for function in (later, Later(), functools.partial(later)):
        with pytest.raises(TypeError, match="cannot await an asynchronous token callback"):
            told(function)
        assert told(function, may_be_async=True).function is function
    assert OAuth2Settings({"update_token": later, "store": AsyncListStore()}, may_be_async=True).on_token is not None
    assert OAuth2Settings({"token_updater": len}).on_token.function is len
