"""The session methods of both colours: one token, callbacks, inference, and nothing remembered that should not be."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from oauth_core import (
    AuthorizationRefused,
    ClientSecretPost,
    InvalidTokenResponse,
    MemoryTokenStore,
    MismatchingIssuerError,
    MismatchingStateError,
    MissingTokenError,
    OAuth2Token,
    ProtocolViolation,
    ReauthorizationRequired,
    ServerRefusal,
    UsageError,
)
from oauth_core.testing import FakeAuthorizationServer, ManualClock, RegisteredClient, faults
from tests.core.clients import AsyncSession, Blocking, Session
from tests.core.core_support import ListStore

CALLBACK = "https://client.test/callback"
VERIFIER = "v" * 43


@pytest.fixture
def server():
    clock = ManualClock()
    return FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret")], clock=clock, sleep=clock.sleep)


@pytest.fixture(params=[Session, AsyncSession], ids=["sync", "async"])
def make(request, server):
    def make(**changes):
        return Blocking(
            request.param(
                **{
                    "perform": server.send,
                    "client_id": "app",
                    "client_secret": "s3cret",
                    "clock": server.authority.clock,
                    "metadata": server.metadata,
                    "redirect_uri": CALLBACK,
                    **changes,
                }
            )
        )

    return make


def body(server, name="token", number=-1):
    from urllib.parse import parse_qsl

    seen = server.seen(name)[number]
    return dict(parse_qsl(seen.body.decode() if isinstance(seen.body, bytes) else seen.body))


def approved(server, session, **parameters):
    url, _ = session.create_authorization_url(**parameters)
    return server.authorize(url)


def test_code_flow_by_the_callback_url(server, make):
    """The callback's URL is exchanged: state checked, the verifier that this object issued is sent, the token kept."""
    session = make(scope="read")
    callback = approved(server, session, code_verifier=VERIFIER)
    token = session.fetch_token(authorization_response=callback)
    assert token is session.token
    assert token.scope == "read"
    assert body(server)["code_verifier"] == VERIFIER
    assert session.token_source.current is token


def test_code_flow_over_two_objects(server, make):
    """Two web processes share state and verifier by hand; both spellings of the arguments work."""
    url, state = make().authorization_url(server.authorization_endpoint, code_verifier=VERIFIER, prompt="login")
    assert "prompt=login" in url
    other = make(state=state)
    token = other.fetch_token(
        server.token_endpoint, authorization_response_url=server.authorize(url), code_verifier=VERIFIER
    )
    assert token.refresh_token


def test_code_flow_by_the_request_object(server, make):
    """The response that a request object validated carries verifier and redirect URI by itself."""
    session = make()
    for name in ("code", "authorization_response"):
        request = session.authorization_request(scope="read")
        answer = request.validate_callback(server.authorize(request.uri))
        assert session.fetch_token(**{name: answer}).scope == "read"
    with pytest.raises(MismatchingStateError, match="belongs to another state"):
        session.fetch_token(authorization_response=answer, state="other")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.wrong_state(), MismatchingStateError),
        (faults.callback(state=None), MismatchingStateError),
        (faults.callback(state=["a", "b"]), ProtocolViolation),
        (faults.callback(code=["a", "b"]), ProtocolViolation),
        (faults.callback(code=None), UsageError),
        (faults.wrong_iss(), MismatchingIssuerError),
        (faults.callback(iss=None), MismatchingIssuerError),
        (faults.callback(error="access_denied"), AuthorizationRefused),
    ],
)
def test_bad_callbacks_are_refused_and_nothing_is_sent(server, make, fault, kind):
    """Wrong, missing and repeated state, code and iss, and error callbacks, are refused before any token request."""
    session = make()
    server.inject(fault, "authorize")
    with pytest.raises(kind):
        session.fetch_token(authorization_response=approved(server, session))
    assert server.count("token") == 0
    assert session.token is None


def test_error_callback_is_not_taken_for_client_credentials(server, make):
    """An error callback raises; no other grant is guessed, then or later."""
    session = make()
    with pytest.raises(AuthorizationRefused):
        session.fetch_token(authorization_response=f"{CALLBACK}?error=access_denied&iss=https://as.test")
    assert server.count("token") == 0
    with pytest.raises(MissingTokenError):
        session.ensure_active_token()


def test_state_that_came_with_a_bare_code(server, make):
    """A state passed beside a bare code is compared with the one this object issued or was given."""
    session = make(state="mine")
    with pytest.raises(MismatchingStateError):
        session.fetch_token(code="c", state="foreign")
    assert server.count("token") == 0
    session.new_state()
    callback = approved(server, session, state="s2")
    request = dict(pair.split("=") for pair in callback.partition("?")[2].split("&"))
    assert session.fetch_token(code=request["code"], state="s2").access_token


@pytest.mark.parametrize(
    ("arguments", "grant_type"),
    [
        ({}, "client_credentials"),
        ({"grant_type": "client_credentials"}, "client_credentials"),
        ({"username": "alice", "password": "wonderland"}, "password"),
        ({"username": "alice", "password": "wonderland", "grant_type": "password"}, "password"),
    ],
)
def test_grant_is_inferred_from_each_call(server, make, arguments, grant_type):
    """The grant follows from what was passed to this call."""
    token = make().fetch_token(**arguments, scope=["a", "b"], audience="x")
    assert token.scope == "a b"
    assert (body(server)["grant_type"], body(server)["audience"]) == (grant_type, "x")


def test_inference_is_not_remembered(server, make):
    """A password given once is not sent again by another call, and a URL given once is not used again."""
    session = make()
    session.fetch_token(username="alice", password="wonderland")
    session.fetch_token()
    assert body(server)["grant_type"] == "client_credentials"
    wrong = make(metadata=None, token_endpoint="https://wrong.test/token")
    wrong.fetch_token(server.token_endpoint)
    assert wrong.metadata["token_endpoint"] == "https://wrong.test/token"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"username": "alice"}, "needs username and password"),
        ({"password": "x"}, "needs username and password"),
        ({"grant_type": "authorization_code"}, "needs code"),
        ({"grant_type": "password"}, "needs username and password"),
        ({"authorization_response": f"{CALLBACK}?x=1&iss=https://as.test"}, "neither a code nor a token"),
    ],
)
def test_incomplete_calls_are_refused(server, make, arguments, message):
    """A call that lacks what its grant needs says so and sends nothing."""
    with pytest.raises(UsageError, match=message):
        make().fetch_token(**arguments)
    assert server.count("token") == 0


def test_two_urls_for_one_call(server, make):
    """Two different URLs for one call are refused; the same twice is one."""
    session = make()
    with pytest.raises(TypeError, match="two URLs"):
        session.fetch_token(server.token_endpoint, token_endpoint="https://else.test/t")
    assert session.fetch_token(server.token_endpoint, token_url=server.token_endpoint)


def test_extension_grant_by_its_name(server, make):
    """Another grant type is sent with the named parameters and the free ones."""
    with pytest.raises(ServerRefusal) as caught:
        make().fetch_token(grant_type="urn:x", username="u", code="c", x="1")
    assert caught.value.error == "unsupported_grant_type"
    sent = body(server)
    assert (sent["grant_type"], sent["username"], sent["code"], sent["x"]) == ("urn:x", "u", "c", "1")


def test_implicit_token(server, make):
    """A token in the fragment is kept, by either method; state is checked; one without type is refused."""
    session = make(state="s")
    fragment = f"{CALLBACK}#access_token=a&token_type=Bearer&expires_in=60&state=s&iss={server.issuer}"
    token = session.token_from_fragment(fragment)
    assert (token.access_token, session.token) == ("a", token)
    assert token.expires_at == server.authority.clock() + 60
    assert session.fetch_token(authorization_response=fragment).access_token == "a"
    with pytest.raises(MismatchingStateError):
        session.token_from_fragment(fragment, state="other")
    with pytest.raises(InvalidTokenResponse, match="no token_type"):
        session.token_from_fragment(fragment.replace("token_type", "x"))
    assert server.count("token") == 0


def test_refresh_by_hand_and_callback(server, make):
    """refresh_token() spends the session's refresh token, keeps the new token and tells the callback of the old one."""
    told = []

    def update(token, refresh_token=None, access_token=None):
        told.append((token.access_token, refresh_token, access_token))

    session = make(update_token=update)
    old = session.fetch_token(username="alice", password="wonderland")
    assert told == []
    new = session.refresh_token(server.token_endpoint)
    assert new is session.token
    assert told == [(new.access_token, old.refresh_token, old.access_token)]
    newer = session.fetch_token(grant_type="refresh_token", refresh_token=new.refresh_token, scope="")
    assert newer is session.token
    assert server.count("token") == 3


def test_refresh_of_another_token(server, make):
    """A refresh token that is not the session's is spent as given, and its refusal drops nothing."""
    session = make()
    own = session.fetch_token(username="alice", password="wonderland")
    with pytest.raises(ReauthorizationRequired):
        session.refresh_token(refresh_token="unknown")
    assert session.token is own
    other = server.issue_token("app", user="alice", scope="read")
    assert session.refresh_token(refresh_token=other["refresh_token"]).scope == "read"
    with pytest.raises(UsageError, match="no refresh_token"):
        make().refresh_token()


def test_refused_refresh_by_hand_drops_the_token(server, make):
    """invalid_grant on the session's own refresh token drops it here and in the store."""
    store = ListStore()
    session = make(store=store)
    token = session.fetch_token(username="alice", password="wonderland")
    server.revoke(token.refresh_token)
    with pytest.raises(ReauthorizationRequired):
        session.refresh_token()
    assert (session.token, store.held()) == (None, None)


def test_refresh_by_hand_looks_into_the_store_first(server, make):
    """Two workers on one store: a refresh by hand spends the store's refresh token, not an old one from memory."""
    store = ListStore()
    one, two = make(store=store), make(store=store)
    one.fetch_token(username="alice", password="wonderland")
    two.ensure_active_token()
    renewed = one.refresh_token()
    assert two.refresh_token()["refresh_token"] != renewed["refresh_token"]
    assert server.count("token") == 3


def test_refresh_by_hand_that_another_worker_overtook(server, make):
    """Where another worker spends the refresh token in the very moment, its stored successor is spent instead."""
    store = ListStore()
    session = make(store=store)
    session.fetch_token(username="alice", password="wonderland")
    other = make(store=store)
    other.ensure_active_token()
    send = server.send
    overtaken = []

    def overtake(request):
        if not overtaken:
            with ThreadPoolExecutor() as pool:
                overtaken.append(pool.submit(other.refresh_token).result())
            return faults.error("invalid_grant").apply(server.authority, None)
        return send(request)

    session.client._do = overtake
    assert session.refresh_token()["access_token"] != overtaken[0]["access_token"]


def test_expired_token_is_renewed_with_extra_parameters(server, make):
    """ensure_active_token() renews in time, with the parameters and credentials of renewals alone."""
    server.register(RegisteredClient("app", "s3cret"))
    session = make(auto_refresh_kwargs={"audience": "x"}, leeway=60)
    session.fetch_token(username="alice", password="wonderland")
    first = session.token
    assert session.ensure_active_token() is first
    server.authority.clock.advance(3550)
    renewed = session.ensure_active_token()
    assert renewed is session.token is not first
    assert (body(server)["audience"], session.leeway) == ("x", 60)
    server.authority.clock.advance(2000)
    assert session.ensure_active_token(1500) is renewed
    assert session.ensure_active_token(1700) is not renewed


def test_grant_that_fetched_renews(server, make):
    """A client-credentials token fetched by a call is renewed with all of that call's parameters."""
    session = make()
    session.fetch_token(scope="read", audience="x")
    server.authority.clock.advance(3600)
    session.ensure_active_token()
    assert body(server, number=0) == body(server, number=1)


def test_configured_grant_fetches_by_itself(server, make):
    """A session with a grant obtains its first token by itself, and again after the token was set to None."""
    session = make(grant_type="client_credentials", scope="read")
    assert session.ensure_active_token().scope == "read"
    session.token = None
    assert session.token is None
    assert session.ensure_active_token().scope == "read"
    session.token = {"access_token": "mine", "token_type": "Bearer"}
    assert session.ensure_active_token().access_token == "mine"


def test_tokens_reach_the_store(server, make):
    """The first token and every later one reach the store."""
    store = MemoryTokenStore()
    session = make(store=store, store_key="me")
    first = session.fetch_token(username="alice", password="wonderland")
    assert store.load("me") == first
    assert store.load("me") != session.refresh_token()
    assert store.load("me") == session.token


def test_revocation_and_introspection(server, make):
    """Without a token the session's is meant: the refresh token is revoked, the access token introspected."""
    session = make()
    token = session.fetch_token(username="alice", password="wonderland", scope="read")
    assert session.introspect_token()["scope"] == "read"
    assert session.introspect_token(server.endpoint("introspect"), token=token.refresh_token)["active"] is True
    assert session.userinfo()["sub"] == "alice"
    assert session.revoke_token(token_type_hint="access_token").status == 200
    assert body(server, "revoke")["token"] == token.access_token
    session.revoke_token(url=server.endpoint("revoke"))
    assert body(server, "revoke")["token"] == token.refresh_token
    assert session.introspect_token(token=token)["active"] is False
    with pytest.raises(UsageError, match="pass token="):
        make().revoke_token()
    with pytest.raises(UsageError, match="pass token="):
        make().introspect_token()
    with pytest.raises(MissingTokenError):
        make().userinfo()


def test_attributes_change_what_is_sent(server, make):
    """Identity, secret, scope and redirect URI can be changed, for calls and renewals alike."""
    server.register(RegisteredClient("other", "s2"))
    session = make()
    session.client_id, session.client_secret, session.scope = "other", "s2", ["read"]
    session.redirect_uri = "https://client.test/2"
    assert (session.client_id, session.client_secret, session.scope) == ("other", "s2", "read")
    assert session.redirect_uri == "https://client.test/2"
    token = session.fetch_token()
    assert (server.find(token).client_id, token.scope) == ("other", "read")
    server.authority.clock.advance(3600)
    assert server.find(session.ensure_active_token()).client_id == "other"


class Bindable:
    name = "bound"

    def bind(self, client_id, client_secret):
        return ClientSecretPost(client_id, client_secret)


def test_registered_methods(server, make):
    """A method is registered under its name: a pair, a ClientAuth or something to bind; anything else is refused."""

    def post(client, method, uri, headers, body):
        return uri, headers, f"{body}&client_id={client.client_id}&client_secret={client.client_secret}"

    for auth, name in ((("mine", post), "mine"), (ClientSecretPost("app", "s3cret"), "client_secret_post")):
        session = make(token_endpoint_auth_method=name)
        session.register_client_auth_method(auth)
        assert session.fetch_token().access_token
        assert body(server)["client_secret"] == "s3cret"
    session = make(token_endpoint_auth_method="bound")
    session.register_client_auth_method(Bindable())
    assert session.fetch_token().access_token
    with pytest.raises(TypeError, match="pair of its name and a function"):
        session.register_client_auth_method("client_secret_post")


def test_compliance_hooks(server, make):
    """Hooks are registered and removed on the session; one mends an answer without a type."""
    session = make()

    def mend(response):
        members = response.json()
        response.json = lambda: {**members, "token_type": "Bearer"}
        return response

    server.inject(faults.without("token_type"), "token", times=2)
    session.register_compliance_hook("access_token_response", mend)
    assert session.fetch_token().token_type == "Bearer"
    session.remove_compliance_hook("access_token_response", mend)
    with pytest.raises(InvalidTokenResponse, match="a hook can supply it"):
        session.fetch_token()
    with pytest.raises(UsageError, match="did you mean"):
        session.register_compliance_hook("access_token_respons", mend)


def test_authorization_url_in_all_its_forms(server, make):
    """PKCE is sent when a verifier or a challenge is given; the URL is found or passed by either name."""
    session = make(scope="read")
    url, state = session.create_authorization_url()
    assert state == session.state
    assert "code_challenge" not in url
    assert "nonce" not in url
    url, _ = session.create_authorization_url(code_challenge="c" * 43, nonce="n", state="given")
    assert "code_challenge=ccc" in url
    assert "code_challenge_method=S256" in url
    assert "nonce=n" in url
    assert session.state == "given"
    url, _ = session.create_authorization_url(
        authorization_endpoint="https://else.test/a", callback_uri="https://x.test/", scope="", client_id="y"
    )
    assert url.startswith("https://else.test/a?response_type=code&client_id=y&redirect_uri=https%3A%2F%2Fx.test%2F")
    with pytest.raises(TypeError, match="takes no 'params'"):
        session.create_authorization_url(params={})


def test_authorization_url_without_an_endpoint(server, make):
    """Where no endpoint is known the error says what to do; discovered metadata has to be read first."""
    with pytest.raises(UsageError, match="no authorization_endpoint is known"):
        make(metadata=None).create_authorization_url()
    session = make(metadata=None, issuer=server.issuer)
    with pytest.raises(UsageError, match="load_server_metadata"):
        session.create_authorization_url()
    session.load_server_metadata()
    assert session.metadata["issuer"] == server.issuer
    assert session.create_authorization_url()[0].startswith(server.authorization_endpoint)


def test_refused_authorization_url_changes_nothing(server, make):
    """A request that is refused leaves state and verifier of the one before it, whose callback is still expected."""
    session = make()
    url, state = session.create_authorization_url(code_verifier="v" * 43)
    with pytest.raises(UsageError, match="verifier"):
        session.create_authorization_url(code_verifier="short")
    assert session.state == state
    assert session.fetch_token(authorization_response=server.authorize(url))["access_token"]


def test_authorization_url_runs_its_hook(server, make):
    """The authorization_request hook corrects the URL."""
    session = make()
    session.register_compliance_hook(
        "authorization_request", lambda url, headers, body: (url + "&user_scope=x", headers, body)
    )
    assert session.create_authorization_url()[0].endswith("&user_scope=x")


def test_token_of_the_constructor(server, make):
    """A token given to the constructor is used; one that is no mapping is refused."""
    token = OAuth2Token(access_token="a", expires_in=100, clock=server.authority.clock)
    assert make(token=token).token is token
    with pytest.raises(TypeError, match="a token is a mapping"):
        make(token="a")
