"""The fake server's token endpoint: client authentication, form, and the grants of RFC 6749."""

import pytest

from oauth_core._messages import Request
from oauth_core.testing import FakeUser, Permission, Refusal, RegisteredClient, ServerSettings
from tests.core.testing_support import (
    CALLBACK,
    FORM,
    VERIFIER,
    authorization_url,
    basic,
    bearer,
    callback,
    callback_params,
    error,
    get,
    new_server,
    post,
    raw_basic,
    token,
)


def redeem(server, code, **changes):
    """Redeem a code of the public client; ``None`` leaves a parameter out."""
    params = {
        "grant_type": "authorization_code",
        "client_id": "spa",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return post(server, "/token", {name: value for name, value in params.items() if value is not None})


# Client authentication.


@pytest.mark.parametrize("secret", ["s3cret", "a b+c&d=e%f:g", "gr\u00fcn\u20ac"])
def test_basic_credentials_are_form_decoded(secret):
    """A Basic header is read as form-encoded id and secret in UTF-8."""
    server = new_server(RegisteredClient("the app:1", secret))
    assert token(server, basic("the app:1", secret), grant_type="client_credentials").status == 200


@pytest.mark.parametrize("secret", ["a+b", "a%41", "a%zz", "100%"])
def test_raw_basic_credentials_are_refused_by_default(secret):
    """A secret that is put into the Basic header without encoding does not authenticate."""
    server = new_server(RegisteredClient("app", secret))
    response = token(server, raw_basic("app", secret), grant_type="client_credentials")
    assert error(response) == (401, "invalid_client")
    assert response.header("www-authenticate") == 'Basic realm="token", charset="UTF-8"'


def test_raw_basic_credentials_are_read_as_sent_where_registered_so():
    """A client registered with raw_basic authenticates with unencoded credentials, and not with encoded ones."""
    server = new_server(RegisteredClient("my+app", "a+b%", raw_basic=True))
    assert token(server, raw_basic("my+app", "a+b%"), grant_type="client_credentials").status == 200
    assert error(token(server, raw_basic("my+app", "a%2Bb%25"), grant_type="client_credentials"))[0] == 401


def test_post_credentials_authenticate():
    """A client may send id and secret in the form."""
    response = token(new_server(), grant_type="client_credentials", client_id="app", client_secret="s3cret")
    assert response.status == 200


@pytest.mark.parametrize(
    ("headers", "params", "expected"),
    [
        ((basic("app", "wrong"),), {}, (401, "invalid_client")),
        ((basic("nobody", "s3cret"),), {}, (401, "invalid_client")),
        ((("Authorization", "Basic !!!"),), {}, (401, "invalid_client")),
        ((("Authorization", "Basic YXBw"),), {}, (401, "invalid_client")),
        ((("Authorization", "Basic /w=="),), {}, (401, "invalid_client")),
        ((("Authorization", "Bearer x"),), {"client_id": "spa"}, (401, "invalid_client")),
        ((), {"client_id": "app", "client_secret": "wrong"}, (401, "invalid_client")),
        ((), {"client_id": "spa", "client_secret": "any"}, (401, "invalid_client")),
        ((), {"client_secret": "s3cret", "client_id": ""}, (401, "invalid_client")),
        ((), {"client_id": "app"}, (401, "invalid_client")),
        ((), {"client_id": "nobody"}, (401, "invalid_client")),
        ((), {"client_id": ""}, (401, "invalid_client")),
        ((basic(),), {"client_id": "app", "client_secret": "s3cret"}, (400, "invalid_request")),
        ((basic(),), {"client_id": "spa"}, (400, "invalid_request")),
    ],
)
def test_a_client_that_does_not_prove_itself_is_refused(headers, params, expected):
    """A wrong, missing, malformed or doubled proof of the client is refused, each with the RFC's code."""
    server = new_server()
    assert error(token(server, *headers, grant_type="client_credentials", **params)) == expected


def test_the_clients_own_id_may_stand_beside_basic():
    """A client_id in the form beside Basic credentials of the same client is accepted."""
    assert token(new_server(), basic(), grant_type="client_credentials", client_id="app").status == 200


def test_only_a_registered_method_authenticates():
    """A client registered for one method alone is refused with a right secret in another."""
    server = new_server(RegisteredClient("app", "s3cret", auth_methods=("client_secret_post",)))
    assert error(token(server, basic(), grant_type="client_credentials")) == (401, "invalid_client")


# The request.


def test_the_token_endpoint_takes_posts_only():
    """A GET of the token endpoint is answered 405 with the allowed method."""
    response = get(new_server(), "/token")
    assert error(response) == (405, "invalid_request")
    assert response.header("allow") == "POST"


@pytest.mark.parametrize(
    ("url", "content_type", "body"),
    [
        ("/token", "application/json", b'{"grant_type": "client_credentials"}'),
        ("/token", None, b"grant_type=client_credentials"),
        ("/token", f"{FORM}; charset=latin-1", b"grant_type=client_credentials"),
        ("/token", FORM, "grant_type=client_credentials&scope=gr\u00fcn".encode()),
        ("/token", FORM, b"grant_type=client_credentials&scope=%FF"),
        ("/token", FORM, b"grant_type=client_credentials&scope=a&scope=b"),
        ("/token", FORM, b"grant_type=client_credentials&grant_type=client_credentials"),
        ("/token", FORM, b"grant_type="),
        ("/token?client_id=app", FORM, b"grant_type=client_credentials"),
        ("/token?client_secret=s3cret", FORM, b"grant_type=client_credentials"),
    ],
)
def test_a_malformed_token_request_is_refused(url, content_type, body):
    """Wrong content type, charset or encoding, a repeated or empty parameter, credentials in the URL: all refused."""
    server = new_server()
    headers = (basic(),) if content_type is None else (basic(), ("Content-Type", content_type))
    assert error(server.send(Request("POST", server.url(url), headers, body))) == (400, "invalid_request")


def test_resource_may_be_repeated():
    """The parameter resource may be sent several times, and a charset of UTF-8 may be named."""
    server = new_server()
    headers = (basic(), ("Content-Type", f'{FORM}; charset="UTF-8"'))
    body = b"grant_type=client_credentials&resource=https://a.test&resource=https://b.test"
    assert server.send(Request("POST", server.token_endpoint, headers, body)).status == 200


def test_unknown_and_unregistered_grants_are_told_apart():
    """A grant type nobody knows is unsupported; one the client is not registered for is unauthorized."""
    server = new_server(RegisteredClient("app", "s3cret", grant_types=("password",)))
    assert error(token(server, grant_type="telepathy")) == (400, "unsupported_grant_type")
    assert error(token(server, grant_type="client_credentials")) == (400, "unauthorized_client")


# Client credentials and password.


def test_client_credentials_give_a_token_without_a_refresh_token():
    """The answer holds token, type, lifetime and scope, no refresh token, and must not be cached."""
    server = new_server()
    response = token(server, grant_type="client_credentials", scope="read write")
    members = response.json()
    assert sorted(members) == ["access_token", "expires_in", "scope", "token_type"]
    assert (members["token_type"], members["expires_in"], members["scope"]) == ("Bearer", 3600, "read write")
    assert response.header("cache-control") == "no-store"
    assert server.find(members).subject is None


def test_a_public_client_gets_no_client_credentials():
    """A client that proves nothing may not act for itself, even where it is registered to."""
    server = new_server(RegisteredClient("spa", grant_types=("client_credentials",)), RegisteredClient("other"))
    for client_id in ("spa", "other"):
        response = token(server, grant_type="client_credentials", client_id=client_id)
        assert error(response) == (400, "unauthorized_client")


def test_a_password_gives_a_token_of_the_person():
    """The password grant yields a token with the person's subject, and a refresh token."""
    server = new_server(users=[FakeUser("bob", "p\u00e4ss word", {"sub": "u-1"})])
    members = token(server, grant_type="password", username="bob", password="p\u00e4ss word").json()
    assert server.find(members).subject == "u-1"
    assert members["refresh_token"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"username": "alice", "password": "wrong"}, "invalid_grant"),
        ({"username": "bob", "password": "wonderland"}, "invalid_grant"),
        ({"username": "alice"}, "invalid_request"),
        ({"password": "wonderland"}, "invalid_request"),
    ],
)
def test_a_wrong_or_missing_password_is_refused(params, code):
    """A wrong name or password is invalid_grant, a missing one invalid_request."""
    assert error(token(new_server(), grant_type="password", **params)) == (400, code)


@pytest.mark.parametrize("scope", ["admin", "read admin", 'read "x"', "read  write", "gr\u00fcn"])
def test_a_scope_that_may_not_be_asked_for_is_refused(scope):
    """A scope beyond the registration, or one with characters or spaces it may not have, is invalid_scope."""
    server = new_server(RegisteredClient("app", "s3cret", scopes=("read", "write")))
    assert error(token(server, grant_type="client_credentials", scope=scope)) == (400, "invalid_scope")


def test_the_default_scope_is_granted_where_none_is_asked():
    """A client's default scope fills in for one that was not asked for."""
    server = new_server(RegisteredClient("app", "s3cret", scopes=("read",), default_scope="read"))
    assert token(server, grant_type="client_credentials").json()["scope"] == "read"


# Authorization code.


def test_a_code_is_redeemed_with_its_verifier():
    """A code with the right redirect URI and verifier gives tokens of the person, in the approved scope."""
    server = new_server()
    response = redeem(server, callback(server, scope="read")["code"])
    members = response.json()
    assert (response.status, members["scope"], server.find(members).subject) == (200, "read", "alice")
    assert members["refresh_token"] != members["access_token"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "guess"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": "https://client.test/other"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"client_id": "app", "client_secret": "s3cret"}, "invalid_grant"),
    ],
)
def test_a_code_is_bound_to_its_request(changes, code):
    """Another code, redirect URI, verifier or client is refused, and nothing is issued."""
    server = new_server()
    response = redeem(server, **{"code": callback(server)["code"], **changes})
    assert error(response) == (400, code)
    assert list(server.authority.tokens) == []


def test_a_code_expires():
    """A code is refused once its lifetime is over."""
    server = new_server(settings=ServerSettings(code_lifetime=10))
    fresh, stale = callback(server)["code"], callback(server)["code"]
    server.authority.clock.advance(9.9)
    assert redeem(server, fresh).status == 200
    server.authority.clock.advance(0.1)
    assert error(redeem(server, stale)) == (400, "invalid_grant")


def test_a_replayed_code_revokes_what_it_gave():
    """A code used twice is refused, and every token that grew out of it is revoked, renewed ones too."""
    server = new_server()
    code = callback(server)["code"]
    first = redeem(server, code).json()
    renewed = token(server, grant_type="refresh_token", client_id="spa", refresh_token=first["refresh_token"]).json()
    assert get(server, "/api/x", bearer(renewed)).status == 200
    assert error(redeem(server, code)) == (400, "invalid_grant")
    assert [get(server, "/api/x", bearer(members)).status for members in (first, renewed)] == [401, 401]


def test_a_verifier_without_a_challenge_is_a_downgrade():
    """A verifier is refused where the authorization request held no challenge."""
    server = new_server()
    url = authorization_url(server, client_id="app", code_challenge=None, code_challenge_method=None)
    code = callback_params(server.authorize(url))["code"]
    params = {"client_id": "app", "client_secret": "s3cret"}
    assert error(redeem(server, code, **params)) == (400, "invalid_grant")
    assert redeem(server, code, **params, code_verifier=None).status == 200


@pytest.mark.parametrize(("sent", "status"), [(None, 200), (CALLBACK, 200), ("https://client.test/other", 400)])
def test_a_redirect_uri_that_was_left_out_may_be_named_later(sent, status):
    """Where the request left the only registered redirect URI out, the token request may leave it out or name it."""
    server = new_server()
    assert redeem(server, callback(server, redirect_uri=None)["code"], redirect_uri=sent).status == status


# Refresh tokens.


def renew(server, members, **params):
    return token(server, grant_type="refresh_token", refresh_token=members["refresh_token"], **params)


def test_a_refresh_token_is_rotated():
    """A renewal gives a new access token and a new refresh token, which works in turn."""
    server = new_server()
    first = server.issue_token("app", scope="read", user="alice")
    second = renew(server, first).json()
    third = renew(server, second).json()
    assert len({m[k] for m in (first, second, third) for k in ("access_token", "refresh_token")}) == 6
    assert server.find(third).subject == "alice"


def test_a_reused_refresh_token_revokes_its_family():
    """The second use of a rotated refresh token is refused and ends every token of the family."""
    server = new_server()
    other = server.issue_token("app")
    first = server.issue_token("app")
    second = renew(server, first).json()
    assert error(renew(server, first)) == (400, "invalid_grant")
    assert error(renew(server, second)) == (400, "invalid_grant")
    assert get(server, "/api/x", bearer(second)).status == 401
    assert get(server, "/api/x", bearer(other)).status == 200


def test_without_rotation_a_refresh_token_stays():
    """Where rotation is off, the answer holds no refresh token and the old one works again and again."""
    server = new_server(settings=ServerSettings(rotate_refresh_tokens=False))
    first = server.issue_token("app")
    answers = [renew(server, first) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert all("refresh_token" not in answer.json() for answer in answers)


def test_a_renewal_may_narrow_the_scope_and_widen_it_again():
    """A renewal gives part of the granted scope, never more; the refresh token keeps the whole."""
    server = new_server()
    narrow = renew(server, server.issue_token("app", scope="read write"), scope="read").json()
    assert narrow["scope"] == "read"
    assert error(renew(server, narrow, scope="read admin")) == (400, "invalid_scope")
    assert renew(server, narrow).json()["scope"] == "read write"


@pytest.mark.parametrize("spoil", ["expired", "revoked", "foreign", "unknown", "access"])
def test_a_refresh_token_that_is_not_good_is_refused(spoil):
    """An expired, revoked, foreign or unknown refresh token, and an access token in its place, is invalid_grant."""
    server = new_server(
        RegisteredClient("app", "s3cret"),
        RegisteredClient("thief", "s3cret"),
        settings=ServerSettings(refresh_token_lifetime=100),
    )
    members = server.issue_token("app")
    headers = (basic("thief"),) if spoil == "foreign" else ()
    if spoil == "expired":
        server.authority.clock.advance(100)
    elif spoil == "revoked":
        server.revoke(str(members["refresh_token"]))
    elif spoil == "unknown":
        members["refresh_token"] = "guess"
    elif spoil == "access":
        members["refresh_token"] = members["access_token"]
    response = token(server, *headers, grant_type="refresh_token", refresh_token=members["refresh_token"])
    assert error(response) == (400, "invalid_grant")


@pytest.mark.parametrize("how", ["setting", "registration"])
def test_refresh_tokens_can_be_withheld(how):
    """No refresh token is issued where the settings or the client's registration exclude it."""
    grants = ("password",) if how == "registration" else None
    server = new_server(RegisteredClient("app", "s3cret", grant_types=grants))
    server.settings.issue_refresh_tokens = how == "registration"
    members = token(server, grant_type="password", username="alice", password="wonderland").json()
    assert "refresh_token" not in members


# Extensions.


def test_a_grant_can_be_added():
    """A handler of a new grant type decides, issues its members, and refuses in the RFC's form."""

    def magic(authority, request):
        if request.value("word") != "abracadabra":
            raise Refusal("invalid_grant", "wrong word", members={"hint": "a..."})
        return Permission(subject="alice", scope="all", expires_in=5, members={"issued_token_type": "magic"})

    server = new_server()
    server.add_grant("urn:test:magic", magic)
    members = token(server, grant_type="urn:test:magic", word="abracadabra").json()
    assert (members["issued_token_type"], members["expires_in"]) == ("magic", 5)
    refused = token(server, grant_type="urn:test:magic", word="x")
    assert error(refused) == (400, "invalid_grant")
    assert refused.json()["hint"] == "a..."
    assert "urn:test:magic" in server.metadata["grant_types_supported"]


def test_an_extension_can_add_to_every_token_response():
    """A function in token_members adds to the answer of every grant."""
    server = new_server()
    server.authority.token_members.append(lambda authority, request, permission: {"id_token": request.client.client_id})
    assert token(server, grant_type="client_credentials").json()["id_token"] == "app"


def test_a_token_can_live_for_ever():
    """A lifetime of None sends no expires_in, and the token never expires."""
    server = new_server(settings=ServerSettings(access_token_lifetime=None))
    members = token(server, grant_type="client_credentials").json()
    assert "expires_in" not in members
    server.authority.clock.advance(10**9)
    assert get(server, "/api/x", bearer(members)).status == 200
