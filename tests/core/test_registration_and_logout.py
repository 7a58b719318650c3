"""Registering a client while it runs, ending a session at the server, and endpoints for clients with a certificate."""

import json
import pickle
from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_core import (
    AuthorizationRefused,
    InvalidMetadataError,
    LogoutRequest,
    MismatchingStateError,
    OAuth2Settings,
    ProtocolViolation,
    SelfSignedTLSClientAuth,
    ServerMetadata,
    ServerRefusal,
    TLSClientAuth,
    UsageError,
    endpoint_of,
    parse_metadata_response,
    parse_registration_response,
)
from oauth_core.testing import NotRedirected, faults
from tests.core.core_support import answer, config, drive
from tests.core.further_support import LOGGED_OUT, Client, new_server

CALLBACK = "https://client.test/callback"


@pytest.fixture
def server():
    return new_server()


@pytest.fixture
def client(server):
    return Client(server)


def test_a_registered_client_works(server, client):
    """What the server gave at registration makes a client that logs in and gets a token."""
    made = client.register_client(
        {"redirect_uris": [CALLBACK], "client_name": "Tester"},
        grant_types=["authorization_code", "refresh_token"],
        scope=["read", "write"],
    )
    assert server.seen("register")[0].header("content-type") == "application/json"
    assert json.loads(server.seen("register")[0].body)["scope"] == "read write"
    assert (made.client_name, made.client_secret_expires_at) == ("Tester", None)
    assert made.client_secret not in repr(made) and made.registration_access_token not in repr(made)
    assert pickle.loads(pickle.dumps(made)) == made
    assert set(made.options()) == {
        "client_id",
        "client_secret",
        "token_endpoint_auth_method",
        "redirect_uri",
        "scope",
    }
    own = Client(server, **made.options())
    request = own.authorization_request()
    assert own.authorization_code(request.validate_callback(server.authorize(request.uri))).scope == "read write"


def test_a_registration_is_managed(server, client):
    """A registration is read, changed and deleted with the token that came with it."""
    made = client.register_client(redirect_uris=[CALLBACK], client_name="One")
    assert client.read_registration(made).client_name == "One"
    changed = client.update_registration(made, client_name="Two", policy_uri="https://c/p")
    assert (changed.client_name, changed.policy_uri, changed.client_secret) == (
        "Two",
        "https://c/p",
        made.client_secret,
    )
    again = client.update_registration(changed, policy_uri=None)
    assert again.get("policy_uri") is None
    sent = json.loads(server.seen("registration")[-1].body)
    assert "registration_access_token" not in sent and sent["client_id"] == made.client_id
    assert client.delete_registration(made) is None
    with pytest.raises(ServerRefusal, match="invalid_token"):
        client.read_registration(made)
    with pytest.raises(TypeError):
        client.read_registration(made, other=1)


def test_what_an_update_leaves_out_stays(server, client):
    """Where an answer leaves out secret, token or address, the ones in hand are kept."""
    made = client.register_client(redirect_uris=[CALLBACK])
    names = ("client_secret", "registration_access_token", "registration_client_uri")
    server.inject(faults.without(*names), "registration")
    read = client.read_registration(made)
    assert [getattr(read, name) for name in names] == [getattr(made, name) for name in names]


def test_initial_access_token(server, client):
    """A server that asks for a token before it registers is given one, as text or as a token."""
    server.settings.initial_access_token = "letme1n"
    with pytest.raises(ServerRefusal, match="invalid_token"):
        client.register_client(redirect_uris=[CALLBACK])
    assert client.register_client(redirect_uris=[CALLBACK], initial_access_token="letme1n").client_id
    assert client.register_client(redirect_uris=[CALLBACK], initial_access_token={"access_token": "letme1n"}).client_id


@pytest.mark.parametrize(
    "metadata",
    [
        {"redirect_uris": "text"},
        {"grant_types": ["authorization_code"]},
        {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "magic"},
        {"redirect_uris": [CALLBACK], "client_secret": "mine"},
    ],
)
def test_bad_metadata_is_refused_by_the_server(server, client, metadata):
    """The server refuses metadata that are no lists of text, lack an address, or choose what is its own to choose."""
    with pytest.raises(ServerRefusal) as caught:
        client.register_client(metadata)
    assert caught.value.error in {"invalid_client_metadata", "invalid_redirect_uri"}


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({}, "no client_id"),
        ({"client_id": 5}, "no client_id"),
        ({"client_id": "c", "registration_client_uri": "http://as.test/c"}, "unusable address"),
        ({"client_id": "c", "registration_client_uri": 5}, "unusable address"),
    ],
)
def test_bad_registration_answers(members, complaint):
    """An answer without `client_id`, or with an address that is not safe, is refused."""
    with pytest.raises(ProtocolViolation, match=complaint):
        parse_registration_response(answer(members, status=201))


def test_an_answer_about_another_client_is_refused(server, client):
    """A management answer that names another client is not taken."""
    made = client.register_client(redirect_uris=[CALLBACK])
    server.inject(faults.with_members({"client_id": "other"}), "registration")
    with pytest.raises(ProtocolViolation, match="another client"):
        client.read_registration(made)


def test_the_management_token_stays_at_home(server, client):
    """The token that manages a registration is not sent to another origin, nor anywhere without an address."""
    server.inject(faults.with_members({"registration_client_uri": "https://evil.test/c"}), "register")
    made = client.register_client(redirect_uris=[CALLBACK])
    with pytest.raises(ProtocolViolation, match="another origin"):
        client.delete_registration(made)
    server.inject(faults.without("registration_client_uri"), "register")
    bare = client.register_client(redirect_uris=[CALLBACK])
    with pytest.raises(UsageError, match="gave no URL"):
        client.read_registration(bare)
    with pytest.raises(UsageError, match="no JSON"):
        client.register_client(redirect_uris=[object()])


def test_logout(server, client):
    """A person is sent to the server and comes back with the state that was sent."""
    request = client.logout_request({"id_token": "i.d.t"}, post_logout_redirect_uri=LOGGED_OUT, ui_locales="de")
    sent = dict(parse_qsl(urlsplit(request.uri).query))
    assert sent == {
        "id_token_hint": "i.d.t",
        "client_id": "app",
        "post_logout_redirect_uri": LOGGED_OUT,
        "state": request.state,
        "ui_locales": "de",
    }
    assert "i.d.t" not in repr(request) + str(request)
    again = LogoutRequest.from_json(request.to_json())
    assert again == request
    assert again.validate_callback(server.authorize(request.uri)) == (("state", request.state),)
    for bad in (LOGGED_OUT, f"{LOGGED_OUT}?state=other", f"{LOGGED_OUT}?state="):
        with pytest.raises(MismatchingStateError):
            request.validate_callback(bad)
    with pytest.raises(AuthorizationRefused):
        request.validate_callback(f"{LOGGED_OUT}?state={request.state}&error=denied")
    with pytest.raises(UsageError):
        LogoutRequest.from_json("{}")


def test_logout_without_a_way_back(server, client):
    """Without an address to come back to no state is sent; `state=None` gives it up by choice."""
    plain = client.logout_request()
    assert plain.state is None and plain.validate_callback("") == ()
    with pytest.raises(NotRedirected, match="logged out"):
        server.authorize(plain.uri)
    given_up = client.logout_request(post_logout_redirect_uri=LOGGED_OUT, state=None)
    assert given_up.validate_callback(server.authorize(given_up.uri)) == ()
    with pytest.raises(NotRedirected, match="not registered"):
        server.authorize(client.logout_request(post_logout_redirect_uri="https://evil.test/").uri)


ALIASES = {"token_endpoint": "https://mtls.as.test/token"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "https://as.test/token"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "https://mtls.as.test/token"),
        ({"token_endpoint_auth_method": "self_signed_tls_client_auth"}, "https://mtls.as.test/token"),
        ({"token_endpoint_auth_method": TLSClientAuth("app")}, "https://mtls.as.test/token"),
        ({"certificate_bound_access_tokens": True}, "https://mtls.as.test/token"),
    ],
)
def test_endpoint_aliases(server, options, expected):
    """A client that shows a certificate is sent to the aliases; where there is none, to the endpoint itself."""
    metadata = {**server.metadata, "mtls_endpoint_aliases": ALIASES}
    own = OAuth2Settings({"client_id": "app", "metadata": metadata, **options}).config
    assert drive(endpoint_of(own, "token_endpoint"))[0] == expected
    assert drive(endpoint_of(own, "token_endpoint", "https://given.test/t"))[0] == "https://given.test/t"
    assert drive(endpoint_of(own, "revocation_endpoint"))[0] == server.metadata["revocation_endpoint"]


def test_bad_aliases_are_refused():
    """Aliases that are no object, or hold an unusable address, spoil the metadata."""
    for aliases in ("text", {"token_endpoint": "http://as.test/t"}, {"token_endpoint": 5}):
        members = {"issuer": "https://as.test", "mtls_endpoint_aliases": aliases}
        with pytest.raises(InvalidMetadataError):
            parse_metadata_response(answer(members), issuer="https://as.test")
    assert ServerMetadata(mtls_endpoint_aliases={"token_endpoint": 5}).mtls_alias("token_endpoint") is None


@pytest.mark.parametrize("kind", [TLSClientAuth, SelfSignedTLSClientAuth])
def test_mutual_tls_only_names_the_client(kind):
    """The certificate is the proof, so what is sent is the client's id alone, by value and by name."""
    from oauth_core import AuthContext, Request, authenticated

    request = Request("POST", "https://as.test/token", body=b"grant_type=x")
    sent, _ = drive(kind("app").authenticate(request, AuthContext(request.url)))
    assert sent.body == b"grant_type=x&client_id=app"
    by_name, _ = drive(authenticated(config(auth=kind("app").method), request, request.url))
    assert by_name.body == sent.body
    assert by_name.header("authorization") is None


def test_origins_of_endpoints(server):
    """With `endpoint_origins` endpoints are at the issuer's origin or at these; elsewhere they are refused."""
    document = {**server.metadata, "revocation_endpoint": "https://other.test/revoke"}
    for options in ({"metadata": document}, {"issuer": server.issuer, "metadata": None}):
        server.authority.metadata["revocation_endpoint"] = "https://other.test/revoke"
        with pytest.raises(InvalidMetadataError, match="revocation_endpoint is at https://other.test/revoke"):
            Client(server, endpoint_origins=[], **options).load_server_metadata()
        allowed = Client(server, endpoint_origins=["https://other.test"], **options)
        assert allowed.load_server_metadata()["revocation_endpoint"] == "https://other.test/revoke"
        assert Client(server, **options).load_server_metadata()["issuer"] == server.issuer
    aliased = {**server.metadata, "revocation_endpoint": None, "mtls_endpoint_aliases": ALIASES}
    with pytest.raises(InvalidMetadataError, match="token_endpoint"):
        Client(server, endpoint_origins=[], metadata=aliased)
    with pytest.raises(TypeError, match="endpoint_origins"):
        Client(server, endpoint_origins="https://other.test")
