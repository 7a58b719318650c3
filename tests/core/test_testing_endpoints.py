"""The fake server's introspection, revocation, userinfo, metadata and key endpoints."""

import pytest

from oauth_core._messages import Request
from oauth_core.testing import FakeUser, RegisteredClient, ServerSettings
from tests.core.testing_support import basic, bearer, error, get, new_server, post


@pytest.fixture
def server():
    return new_server()


def introspect(server, value):
    return post(server, "/introspect", {"token": value}, basic()).json()


# Introspection.


def test_introspection_tells_what_a_token_is_good_for(server):
    """An active access or refresh token is described with client, person, scope and times."""
    members = server.issue_token("app", scope="read", user="alice", expires_in=60)
    now = int(server.authority.clock())
    facts = introspect(server, members["access_token"])
    assert facts == {
        "active": True,
        "iss": "https://as.test",
        "client_id": "app",
        "token_type": "Bearer",
        "scope": "read",
        "sub": "alice",
        "username": "alice",
        "iat": now,
        "exp": now + 60,
    }
    assert introspect(server, members["refresh_token"])["active"] is True


def test_introspection_of_a_clients_own_token_names_no_person(server):
    """A client-credentials token without scope or expiry has no sub, no scope and no exp."""
    server.settings.access_token_lifetime = None
    facts = introspect(server, server.issue_token("app")["access_token"])
    assert facts["active"] is True
    assert not facts.keys() & {"sub", "username", "scope", "exp"}


@pytest.mark.parametrize("spoil", ["unknown", "expired", "revoked"])
def test_introspection_of_a_dead_token_says_no_more_than_that(server, spoil):
    """An unknown, expired or revoked token is inactive, and nothing else is told."""
    members = server.issue_token("app", expires_in=60)
    if spoil == "expired":
        server.expire(members)
    elif spoil == "revoked":
        server.revoke(members)
    value = "guess" if spoil == "unknown" else members["access_token"]
    assert introspect(server, value) == {"active": False}


def test_introspection_demands_a_client_that_proves_itself(server):
    """A public client, a wrong secret and a missing token are refused."""
    assert error(post(server, "/introspect", {"token": "x", "client_id": "spa"})) == (401, "invalid_client")
    assert error(post(server, "/introspect", {"token": "x"}, basic("app", "wrong"))) == (401, "invalid_client")
    assert error(post(server, "/introspect", {}, basic())) == (400, "invalid_request")


# Revocation.


def test_a_revoked_access_token_is_dead_and_its_refresh_token_lives(server):
    """Revoking an access token ends that token alone; the answer is an empty 200."""
    members = server.issue_token("app")
    response = post(server, "/revoke", {"token": members["access_token"]}, basic())
    assert (response.status, response.body) == (200, b"")
    assert get(server, "/api/x", bearer(members)).status == 401
    assert introspect(server, members["refresh_token"])["active"] is True


def test_a_revoked_refresh_token_takes_its_family_along(server):
    """Revoking a refresh token ends the access tokens of the same approval."""
    members, other = server.issue_token("app"), server.issue_token("app")
    response = post(server, "/revoke", {"token": members["refresh_token"], "token_type_hint": "x"}, basic())
    assert response.status == 200
    assert introspect(server, members["refresh_token"]) == {"active": False}
    assert get(server, "/api/x", bearer(members)).status == 401
    assert get(server, "/api/x", bearer(other)).status == 200


def test_revocation_of_an_unknown_token_succeeds(server):
    """A token the server does not know is answered 200; a missing one and a client without proof are refused."""
    assert post(server, "/revoke", {"token": "guess"}, basic()).status == 200
    assert error(post(server, "/revoke", {}, basic())) == (400, "invalid_request")
    assert error(post(server, "/revoke", {"token": "guess"})) == (401, "invalid_client")


def test_a_client_cannot_revoke_the_token_of_another(server):
    """Revocation by another client is refused and the token stays good; a public client may revoke its own."""
    members, own = server.issue_token("app"), server.issue_token("spa")
    foreign = post(server, "/revoke", {"token": members["access_token"], "client_id": "spa"})
    assert error(foreign) == (400, "invalid_grant")
    assert get(server, "/api/x", bearer(members)).status == 200
    assert post(server, "/revoke", {"token": own["access_token"], "client_id": "spa"}).status == 200


# Userinfo.


def test_userinfo_returns_the_claims_of_the_person():
    """A token of a person gives sub, name and claims, by GET and by POST."""
    server = new_server(users=[FakeUser("bob", claims={"sub": "u-1", "email": "bob@mail.test"})])
    members = server.issue_token("app", user="bob")
    for method in ("GET", "POST"):
        claims = get(server, "/userinfo", bearer(members), method=method).json()
        assert claims == {"sub": "u-1", "preferred_username": "bob", "email": "bob@mail.test"}


def test_userinfo_needs_a_token_of_a_person(server):
    """Without a token it is 401, with a client's own token 403, with another method 405."""
    assert get(server, "/userinfo").header("www-authenticate") == 'Bearer realm="api"'
    response = get(server, "/userinfo", bearer(server.issue_token("app")))
    assert error(response) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in response.header("www-authenticate")
    assert get(server, "/userinfo", method="DELETE").status == 405


# Metadata and keys.


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://as.test", "https://as.test/.well-known/oauth-authorization-server"),
        ("https://as.test", "https://as.test/.well-known/openid-configuration"),
        ("https://as.test/one", "https://as.test/.well-known/oauth-authorization-server/one"),
        ("https://as.test/one", "https://as.test/.well-known/openid-configuration/one"),
        ("https://as.test/one", "https://as.test/one/.well-known/openid-configuration"),
    ],
)
def test_metadata_is_at_both_well_known_places(issuer, url):
    """The metadata names issuer and endpoints, at both places, with and without a path in the issuer."""
    server = new_server(issuer=issuer)
    document = server.send(Request("GET", url)).json()
    assert document == server.metadata
    assert (document["issuer"], document["token_endpoint"]) == (issuer, f"{issuer}/token")
    assert document["authorization_endpoint"] == server.authorization_endpoint
    assert document["introspection_endpoint"] == server.endpoint("introspect")
    assert "jwks_uri" not in document
    assert server.count("metadata") == 1


def test_metadata_follows_the_tables_and_what_is_set_by_hand():
    """Members come from methods, grants and settings, and a member set by hand wins."""
    server = new_server(settings=ServerSettings(allow_plain_pkce=False))
    server.authority.metadata["token_endpoint_auth_methods_supported"] = ["private_key_jwt"]
    document = server.metadata
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert document["revocation_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "none",
        "self_signed_tls_client_auth",
        "tls_client_auth",
    ]
    assert document["response_types_supported"] == ["code", "token"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert get(server, "/.well-known/openid-configuration", method="POST").status == 405


def test_an_issuer_with_a_path_serves_nothing_outside_it():
    """Where the issuer has a path, every endpoint is below it."""
    server = new_server(issuer="https://as.test/one/")
    members = server.issue_token("app")
    assert get(server, "/api/x", bearer(members)).json()["path"] == "/api/x"
    assert server.send(Request("GET", "https://as.test/api/x", (bearer(members),))).status == 404
    assert (server.count("/api/x"), server.count("api")) == (1, 1)


def test_keys_are_served_once_there_are_some(server):
    """/jwks is 404 and unnamed without keys, and serves what was added."""
    assert error(get(server, "/jwks")) == (404, "not_found")
    server.authority.keys.append({"kty": "oct", "kid": "1"})
    assert get(server, "/jwks").json() == {"keys": [{"kty": "oct", "kid": "1"}]}
    assert server.metadata["jwks_uri"] == server.url("/jwks")


def test_clients_are_registered_by_id():
    """Registering an id again replaces the client, and an empty id is refused."""
    server = new_server(RegisteredClient("app", "old"))
    assert server.register(RegisteredClient("app", "s3cret")).client_secret == "s3cret"
    assert post(server, "/token", {"grant_type": "client_credentials"}, basic()).status == 200
    with pytest.raises(ValueError, match="needs a client_id"):
        RegisteredClient("")
