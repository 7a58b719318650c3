"""OIDCCClientTestDynamicRegistration, and what a client makes of what it was given (RFC 7591, RFC 7592)."""

from __future__ import annotations

import json

import pytest

from oauth_core import ClientRegistration, ProtocolViolation, ServerRefusal
from oauth_core.testing import faults
from oauth_jwt import Key, public_jwks
from tests.shared.certification.provider import asked

CALLBACK = "https://new.example/callback"


@pytest.fixture
def client(new_client, fake):
    """Somebody who is no client yet, and knows the issuer alone."""
    return new_client(issuer=fake.issuer)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_register_and_log_in(fake, operations, client, new_client, method):
    """A client registers and logs in with what it was given: id, secret, method, redirect URI, scope."""
    made = client.register_client(
        redirect_uris=[CALLBACK],
        token_endpoint_auth_method=method,
        scope=["openid", "read"],
        client_name="New",
        contacts=["ops@new.example"],
    )
    sent = json.loads(fake.seen("register")[0].body)
    assert (sent["scope"], sent["redirect_uris"]) == ("openid read", [CALLBACK])
    assert made.options()["token_endpoint_auth_method"] == method
    own = new_client(**made.options(), issuer=fake.issuer)
    request = own.authorization_request()
    assert request.redirect_uri == CALLBACK
    token = own.authorization_code(request.validate_callback(fake.authorize(request.uri)))
    assert token.scope == "openid read"
    basic = (fake.seen("token")[-1].header("authorization") or "").startswith("Basic ")
    assert basic == (method == "client_secret_basic")


def test_register_a_key(fake, operations, client, new_client):
    """A client that registers its public key authenticates with the private one."""
    key = Key.generate("ES256")
    made = client.register_client(
        redirect_uris=[CALLBACK],
        token_endpoint_auth_method="private_key_jwt",
        jwks=public_jwks(key),
        grant_types=["client_credentials"],
    )
    assert made.client_secret is None
    own = new_client(**{**made.options(), "client_secret": key}, issuer=fake.issuer)
    assert own.client_credentials().access_token


@pytest.mark.parametrize("name", ["client_id"])
@pytest.mark.parametrize("value", [None, "", 7])
def test_an_answer_without_an_id(fake, client, name, value):
    """An answer without a `client_id` that is text is no registration."""
    fault = faults.without(name) if value is None else faults.with_members({name: value})
    fake.inject(fault, "register")
    with pytest.raises(ProtocolViolation, match=name):
        client.register_client(redirect_uris=[CALLBACK])
    assert asked(fake) == ["metadata", "register"]


def test_a_registration_that_is_refused(fake, client):
    """A refused registration is raised by its code: here the redirect URI is missing."""
    with pytest.raises(ServerRefusal) as caught:
        client.register_client(client_name="New")
    assert caught.value.error == "invalid_redirect_uri"


def test_an_initial_access_token(fake, client):
    """Where the provider wants an initial access token, it goes as Bearer token; without it nobody is registered."""
    fake.settings.initial_access_token = "let-me-in"
    with pytest.raises(ServerRefusal, match="invalid_token"):
        client.register_client(redirect_uris=[CALLBACK])
    made = client.register_client(redirect_uris=[CALLBACK], initial_access_token="let-me-in")
    assert fake.seen("register")[-1].header("authorization") == "Bearer let-me-in"
    assert "let-me-in" not in repr(made)


def test_manage(fake, client):
    """A registration is read, changed and deleted with the token that came with it, at the URL that came with it."""
    made = client.register_client(redirect_uris=[CALLBACK], client_name="New")
    assert client.read_registration(made).client_name == "New"
    changed = client.update_registration(made, client_name="Newer", scope="read")
    sent = json.loads(fake.seen("registration")[-1].body)
    assert (sent["client_id"], sent["client_name"]) == (made.client_id, "Newer")
    assert not sent.keys() & {"registration_access_token", "registration_client_uri", "client_secret_expires_at"}
    assert (changed.client_name, changed.client_secret) == ("Newer", made.client_secret)
    client.delete_registration(changed)
    with pytest.raises(ServerRefusal, match="invalid_token"):
        client.read_registration(changed)
    tokens = {one.header("authorization") for one in fake.seen("registration")}
    assert tokens == {f"Bearer {made.registration_access_token}"}


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"registration_client_uri": "https://attacker.test/register/1"}, "another origin"),
        ({"registration_client_uri": "http://attacker.test/register/1"}, "unusable address"),
        ({"registration_client_uri": "javascript:alert(1)"}, "unusable address"),
        ({"registration_client_uri": 7}, "unusable address"),
    ],
)
def test_a_registration_that_is_managed_elsewhere(fake, client, members, named):
    """The token that manages a registration goes to the provider's own origin alone, and over HTTPS."""
    fake.inject(faults.with_members(members), "register")
    with pytest.raises(ProtocolViolation, match=named):
        client.read_registration(client.register_client(redirect_uris=[CALLBACK]))
    assert asked(fake) == ["metadata", "register"]


def test_an_answer_about_another_client(fake, client):
    """What is answered about another client than the one that was asked for is not used."""
    made = client.register_client(redirect_uris=[CALLBACK])
    fake.inject(faults.with_members({"client_id": "another"}), "registration")
    with pytest.raises(ProtocolViolation, match="another client"):
        client.read_registration(made)


def test_a_secret_that_ends(fake, client):
    """The end of a secret is told in epoch seconds; 0 says that it has none."""
    fake.inject(faults.with_members({"client_secret_expires_at": 4_000_000_000}), "register")
    assert client.register_client(redirect_uris=[CALLBACK]).client_secret_expires_at == 4_000_000_000
    made = client.register_client(redirect_uris=[CALLBACK])
    assert isinstance(made, ClientRegistration)
    assert made.client_secret_expires_at is None


def test_the_endpoint_client(fake, flavour, plain):
    """What a registration knows constructs each kind of client, the one of the endpoints alone too."""
    made = plain.run(
        lambda: flavour.type("OAuth2Client" if not flavour.asynchronous else flavour.session)(issuer=fake.issuer)
    )
    registered = plain.run(
        lambda: made.register_client(
            redirect_uris=[CALLBACK],
            grant_types=["client_credentials"],
            token_endpoint_auth_method="client_secret_basic",
        )
    )
    own = plain.run(lambda: type(made)(**registered.options(), issuer=fake.issuer))
    assert plain.run(own.client_credentials).access_token
    assert (fake.seen("token")[0].header("authorization") or "").startswith("Basic ")
    for one in (made, own):
        plain.run(one.aclose if flavour.asynchronous else one.close)
