"""The handlers' arguments, polled grants in a token source, and what a session will not do without the server."""

import pickle
from functools import partial

import pytest

from oauth_core import (
    BackChannelAuthenticationHandler,
    ClientCredentialsGrant,
    DeviceCodeHandler,
    ExtensionGrant,
    GrantHandler,
    OAuth2Token,
    ReauthorizationRequired,
    ServerRefusal,
    TokenExchangeGrant,
    TokenExchangeHandler,
    TokenSource,
    UsageError,
    _source,
)
from oauth_core._session_plans import SessionPlans
from oauth_core.testing import faults
from tests.core.further_support import Client, new_server, settings_of


class Taker:
    """What an adapter's base class does with a handler's arguments: here they are kept."""

    def _begin(self, client, grant, *, token=None, refresh_parameters=None, options):
        self.grant, self.refresh_parameters, self.options = grant, refresh_parameters, options


@pytest.fixture
def server():
    return new_server()


@pytest.fixture
def client(server):
    return Client(server)


def handler(kind, *arguments, **keywords):
    return type("Handler", (kind, Taker), {"_begin": Taker._begin})(None, *arguments, **keywords)


def test_a_handlers_keywords_are_sorted(client):
    """Options stay options, everything else becomes a parameter of the grant or of the refresh."""
    login = client.authorize_device()
    device = handler(DeviceCodeHandler, login, leeway=5, tenant="t")
    assert device.options == {"leeway": 5}
    assert ("tenant", "t") in device.grant.grant.parameters()
    assert (device.grant.expires_at, device.grant.interval) == (login.expires_at, login.interval)
    own = handler(GrantHandler, ExtensionGrant("x", repeatable=True), store_key="k", tenant="t")
    assert (own.options, own.refresh_parameters) == ({"store_key": "k"}, {"tenant": "t"})
    exchange = handler(TokenExchangeHandler, "subject", "jwt", scope=["a", "b"], audience="https://a/")
    assert isinstance(exchange.grant, TokenExchangeGrant)
    assert (exchange.grant.scope, exchange.grant.extra) == ("a b", (("audience", "https://a/"),))
    ciba = handler(BackChannelAuthenticationHandler, client.backchannel_authentication_request(login_hint="alice"))
    assert ciba.grant.grant_type.endswith("ciba") and not ciba.grant.repeatable


@pytest.mark.parametrize("kind", [DeviceCodeHandler, BackChannelAuthenticationHandler, GrantHandler])
def test_a_handler_takes_what_it_is_for(kind):
    """A handler that is given something else says what it takes."""
    with pytest.raises(TypeError):
        handler(kind, "a bare code")
    with pytest.raises(TypeError, match="params"):
        handler(GrantHandler, ClientCredentialsGrant(), params={})


def test_a_source_waits_for_the_person(server, client, monkeypatch):
    """A source that begins with a device code asks until it is approved, then renews by the refresh token."""
    login = client.authorize_device()
    steps = []

    def progress(step):
        steps.append(step.error)
        server.decide(login.user_code)

    grant = handler(DeviceCodeHandler, login, on_poll=progress).grant
    assert login.device_code not in repr(grant)
    assert pickle.loads(pickle.dumps(handler(DeviceCodeHandler, login).grant)).interval == 5
    tokens = client.new_source(grant)
    assert isinstance(tokens, TokenSource)
    monkeypatch.setattr(_source, "run", partial(_source.run, sleep=client._pass))
    first = tokens.get()
    assert (steps, client.waits) == (["authorization_pending"], [5, 5])
    server.authority.clock.advance(3600)
    assert tokens.get().access_token != first.access_token
    assert [dict(seen.form)["grant_type"] for seen in server.seen("token")][-1] == "refresh_token"


def test_a_source_whose_person_declines(server, client, monkeypatch):
    """A source whose person declines, or never decides, raises what ended it; it does not ask again by itself."""
    monkeypatch.setattr(_source, "run", partial(_source.run, sleep=client._pass))
    login = client.authorize_device()
    server.decide(login.user_code, approve=False)
    with pytest.raises(ServerRefusal, match="access_denied"):
        client.new_source(handler(DeviceCodeHandler, login).grant).get()
    login = client.authorize_device()
    with pytest.raises(ReauthorizationRequired, match="expired_token"):
        client.new_source(handler(DeviceCodeHandler, login).grant).get()


def test_a_url_cannot_be_pushed_or_signed_on_the_way(server):
    """`create_authorization_url` sends nothing, so it refuses where a request has to be pushed or signed."""

    class Session(SessionPlans, Client):
        def __init__(self, **options):
            self._do = server.send
            self._set_up(settings_of(server, options), None, self.new_source)

    with pytest.raises(UsageError, match="pushed"):
        Session(require_pushed_authorization_requests=True).create_authorization_url()
    server.settings.require_pushed = True
    with pytest.raises(UsageError, match="pushed"):
        Session().create_authorization_url()
    server.settings.require_pushed = False

    class Signer:
        def sign(self, parameters):
            raise AssertionError("nothing is signed here")

    with pytest.raises(UsageError, match="signed"):
        Session(request_object=Signer()).create_authorization_url()
    session = Session(token=OAuth2Token(access_token="a", id_token="i.d.t"))
    session.waits, session.server = [], server
    assert dict(session.logout_request().parameters)["id_token_hint"] == "i.d.t"


def test_a_fault_reaches_answers_of_creation(server, client):
    """Faults edit answers with status 201 as they edit those with 200."""
    server.inject(faults.with_members({"brand": "x"}), "register")
    assert client.register_client(redirect_uris=["https://client.test/callback"]).brand == "x"
