"""The flows, driven by hand: what is sent for each grant, by which client, and what comes of the answer."""

import pytest

from oauth_core import (
    AuthorizationCodeGrant,
    ClientConfig,
    ClientCredentialsGrant,
    ClientSecretPost,
    Discovery,
    ExtensionGrant,
    Grant,
    InsecureTransportError,
    MissingTokenError,
    OAuth2Token,
    PasswordGrant,
    ProtocolViolation,
    ReauthorizationRequired,
    RefreshTokenGrant,
    Renewal,
    Response,
    ServerMetadata,
    ServerRefusal,
    TokenExpiredError,
    UsageError,
    authorize,
    fetch_token,
    grant_parameters,
    introspect,
    refresh,
    revoke,
    token_text,
    userinfo,
)
from oauth_core._renewal import renewal_settings
from tests.core.core_support import TOKEN_ENDPOINT, answer, config, drive, form, token_answer

FULL = ServerMetadata(
    issuer="https://as.test",
    token_endpoint=TOKEN_ENDPOINT,
    authorization_endpoint="https://as.test/authorize",
    revocation_endpoint="https://as.test/revoke",
    introspection_endpoint="https://as.test/introspect",
    userinfo_endpoint="https://as.test/me",
)


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (ClientCredentialsGrant(), [("grant_type", "client_credentials")]),
        (
            ClientCredentialsGrant("a b", (("resource", "1"), ("resource", "2"))),
            [("grant_type", "client_credentials"), ("scope", "a b"), ("resource", "1"), ("resource", "2")],
        ),
        (
            AuthorizationCodeGrant("c", "https://app.test/cb", "v"),
            [
                ("grant_type", "authorization_code"),
                ("code", "c"),
                ("redirect_uri", "https://app.test/cb"),
                ("code_verifier", "v"),
            ],
        ),
        (AuthorizationCodeGrant("c"), [("grant_type", "authorization_code"), ("code", "c")]),
        (
            RefreshTokenGrant("r", "a"),
            [("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", "a")],
        ),
        (
            PasswordGrant("u", lambda: "p&ä"),
            [("grant_type", "password"), ("username", "u"), ("password", "p&ä")],
        ),
        (ExtensionGrant("urn:x", (("a", "1"),)), [("grant_type", "urn:x"), ("a", "1")]),
    ],
)
def test_grants_send_what_they_hold(grant, expected):
    """Each grant sends its type and its parameters, and nothing else but the client's authentication."""
    token, (request,) = drive(fetch_token(config(), grant), token_answer())
    assert form(request) == expected
    assert request.header("authorization").startswith("Basic ")
    assert token.access_token == "access-1"
    assert isinstance(grant, Grant)


@pytest.mark.parametrize(
    "make",
    [
        lambda: AuthorizationCodeGrant(""),
        lambda: AuthorizationCodeGrant(None),
        lambda: AuthorizationCodeGrant(5),
        lambda: RefreshTokenGrant(""),
        lambda: RefreshTokenGrant(None),
        lambda: ExtensionGrant(""),
    ],
)
def test_grant_that_holds_nothing_is_refused(make):
    """A grant without its code, token or type is refused when it is made."""
    with pytest.raises(UsageError):
        make()


def test_grants_show_no_secret():
    """The repr of a grant shows no code, token, password or free parameter."""
    extra = (("client_assertion", "s3cret"),)
    for grant in (
        ClientCredentialsGrant("read", extra),
        AuthorizationCodeGrant("s3cret", "x", "s3cret", extra),
        RefreshTokenGrant("s3cret", "x", extra),
        PasswordGrant("u", "s3cret", "x", extra),
        ExtensionGrant("urn:x", extra),
        Renewal(config(), ExtensionGrant("urn:x", extra), extra),
    ):
        assert "s3cret" not in repr(grant)


def test_password_that_is_missing():
    """A password callable that returns nothing stops the request."""
    with pytest.raises(UsageError, match="password is empty"):
        drive(grant_parameters(PasswordGrant("u", lambda: "")))


def test_custom_grant_may_ask_a_callable():
    """A grant of the user's own is any object with the three members; its parameters may be a flow."""

    class Mine:
        grant_type = "urn:mine"
        repeatable = True

        def parameters(self):
            yield from ()
            return (("x", "1"),)

    _, (request,) = drive(fetch_token(config(), Mine()), token_answer())
    assert form(request) == [("grant_type", "urn:mine"), ("x", "1")]


def test_call_overrides_for_one_exchange():
    """Endpoint, authentication, headers, body and method given to one exchange hold for it."""
    flow = fetch_token(
        config(),
        ClientCredentialsGrant(),
        url="https://other.test/t",
        auth=ClientSecretPost("x", "y"),
        headers=(("X-T", "1"),),
        body="b=2",
    )
    _, (request,) = drive(flow, token_answer())
    assert (request.url, request.header("x-t"), request.header("authorization")) == ("https://other.test/t", "1", None)
    assert form(request)[1:] == [("b", "2"), ("client_id", "x"), ("client_secret", "y")]
    _, (request,) = drive(fetch_token(config(), ClientCredentialsGrant(), method="GET"), token_answer())
    assert request.url == f"{TOKEN_ENDPOINT}?grant_type=client_credentials"


def test_insecure_endpoint_stops_the_exchange():
    """A token endpoint on plain HTTP is refused before the secret is even asked for."""

    def secret():
        raise AssertionError("asked")

    known = config(client_secret=secret, metadata=ServerMetadata(token_endpoint="http://as.test/token"))
    with pytest.raises(InsecureTransportError, match="token_endpoint"):
        drive(fetch_token(known, ClientCredentialsGrant()))


def test_own_parser_of_token_answers():
    """A configured parser stands in for the built-in one."""
    token = OAuth2Token(access_token="parsed")
    known = config(parse_token=lambda response: token)
    assert drive(fetch_token(known, ClientCredentialsGrant()), Response(200))[0] is token


# Which method the client uses.


@pytest.mark.parametrize(
    ("changes", "supported", "used"),
    [
        ({}, None, "Basic"),
        ({}, ["client_secret_post"], "client_secret"),
        ({}, ["client_secret_post", "client_secret_basic"], "Basic"),
        ({}, ["private_key_jwt"], "Basic"),
        ({"default_auth": "client_secret_post"}, None, "client_secret"),
        ({"default_auth": "client_secret_post"}, ["client_secret_basic"], "Basic"),
        ({"auth": "client_secret_post"}, ["client_secret_basic"], "client_secret"),
        ({"client_secret": None}, ["client_secret_basic"], "client_id"),
        ({"auth": ("other", "secret")}, None, "Basic"),
    ],
)
def test_method_of_client_authentication(changes, supported, used):
    """The configured method is used; the default unless metadata excludes it; none where there is no secret."""
    metadata = ServerMetadata(FULL, token_endpoint_auth_methods_supported=supported)
    _, (request,) = drive(fetch_token(config(metadata=metadata, **changes), ClientCredentialsGrant()), token_answer())
    if used == "Basic":
        assert request.header("authorization").startswith("Basic ")
        assert "client_secret" not in dict(form(request))
    else:
        assert request.header("authorization") is None
        assert used in dict(form(request))
        assert ("client_secret" in dict(form(request))) is (used == "client_secret")


def test_method_learns_issuer_endpoint_and_clock():
    """An authentication method is told the endpoint, the issuer and the clock; a discovered issuer too."""
    seen = []

    class Mine:
        method, client_id = "mine", "app"

        def authenticate(self, request, context):
            yield from ()
            seen.append((context.endpoint, context.issuer))
            return request

    drive(fetch_token(config(auth=Mine()), ClientCredentialsGrant()), token_answer())
    document = answer({"issuer": "https://found.test", "token_endpoint": "https://found.test/t"})
    place = "https://found.test/.well-known/openid-configuration"
    found = ClientConfig(client_id="app", auth=Mine(), discovery=Discovery(url=place))
    drive(fetch_token(found, ClientCredentialsGrant()), document, token_answer())
    named = ClientConfig(client_id="app", auth=Mine(), discovery=Discovery(issuer="https://as.test"))
    drive(fetch_token(named, ClientCredentialsGrant(), url="https://as.test/x"), token_answer())
    assert seen == [
        (TOKEN_ENDPOINT, "https://as.test"),
        ("https://found.test/t", "https://found.test"),
        ("https://as.test/x", "https://as.test"),
    ]


# Refresh.


def test_refresh_keeps_what_the_answer_leaves_out():
    """A refresh sends the old refresh token, and the new token keeps what the answer left out."""
    old = OAuth2Token(access_token="a", refresh_token="r", scope="read")
    new, (request,) = drive(refresh(config(), old, extra=(("audience", "x"),)), token_answer(refresh_token=None))
    assert form(request) == [("grant_type", "refresh_token"), ("refresh_token", "r"), ("audience", "x")]
    assert (new.refresh_token, new.scope) == ("r", "read")
    new, _ = drive(refresh(config(), "r"), token_answer(refresh_token=None))
    assert new.refresh_token == "r"


def test_refresh_with_a_narrower_scope():
    """An answer that names no scope granted what was asked for."""
    old = OAuth2Token(access_token="a", refresh_token="r", scope="read write")
    new, (request,) = drive(refresh(config(), old, scope="read"), token_answer())
    assert dict(form(request))["scope"] == "read"
    assert new.scope == "read"
    new, _ = drive(refresh(config(), old, scope="read"), token_answer(scope="less"))
    assert new.scope == "less"


def test_refused_refresh():
    """invalid_grant says that a person must authorize again; another refusal stays what it is."""
    refused = answer({"error": "invalid_grant", "error_description": "spent", "error_uri": "u"}, status=400)
    with pytest.raises(ReauthorizationRequired, match="authorize again.*spent") as caught:
        drive(refresh(config(), "r"), refused)
    assert (caught.value.status_code, caught.value.uri, caught.value.error) == (400, "u", "invalid_grant")
    with pytest.raises(ServerRefusal) as caught:
        drive(refresh(config(), "r"), answer({"error": "invalid_scope"}, status=400))
    assert not isinstance(caught.value, ReauthorizationRequired)


@pytest.mark.parametrize("token", [None, "", {}, OAuth2Token(access_token="a"), 5])
def test_refresh_without_refresh_token(token):
    """Without a refresh token nothing is sent, and the error says what to pass."""
    with pytest.raises(UsageError, match="no refresh_token to send"):
        drive(refresh(config(), token))


def test_token_text():
    """A function that takes a token takes text, a token or a mapping."""
    assert token_text("x") == token_text({"access_token": "x"}) == token_text(OAuth2Token(access_token="x")) == "x"
    assert token_text({"refresh_token": "r"}, "refresh_token") == "r"
    with pytest.raises(UsageError, match="no access_token"):
        token_text({"access_token": 5})


# Renewal.


def test_renewal_knows_what_is_possible():
    """A renewal is possible by an unspent or repeatable grant, or by a refresh token whose endpoint is known."""
    token, with_refresh = OAuth2Token(access_token="a"), OAuth2Token(access_token="a", refresh_token="r")
    assert not Renewal(config()).possible(None)
    assert not Renewal(config()).possible(token)
    assert Renewal(config()).possible(with_refresh)
    assert not Renewal(ClientConfig()).possible(with_refresh)
    assert Renewal(ClientConfig(discovery=Discovery(issuer="https://as.test"))).possible(with_refresh)
    assert not Renewal(config()).possible({"refresh_token": 5})
    assert Renewal(config(), AuthorizationCodeGrant("c")).possible(None)
    assert Renewal(config(), AuthorizationCodeGrant("c")).possible(token)
    assert not Renewal(config(), AuthorizationCodeGrant("c")).spent().possible(token)
    assert Renewal(config(), ClientCredentialsGrant()).possible(token)


def test_renewal_without_means():
    """What cannot be renewed is told apart: no token at all, no refresh token, no endpoint."""
    with pytest.raises(MissingTokenError):
        drive(Renewal(config()).obtain(None))
    with pytest.raises(TokenExpiredError, match="without a refresh token"):
        drive(Renewal(config()).obtain(OAuth2Token(access_token="a")))
    with pytest.raises(TokenExpiredError, match="no token_endpoint"):
        drive(Renewal(ClientConfig()).obtain(OAuth2Token(access_token="a", refresh_token="r")))
    with pytest.raises(TokenExpiredError):
        drive(Renewal(config()).obtain(OAuth2Token(access_token="a", refresh_token=5)))


def test_refused_refresh_token_beside_a_one_shot_grant():
    """A refused refresh token is not answered by a grant that may be shown only once."""
    token = OAuth2Token(access_token="a", refresh_token="r")
    with pytest.raises(ReauthorizationRequired):
        drive(Renewal(config(), AuthorizationCodeGrant("c")).obtain(token), answer({"error": "invalid_grant"}))


def test_extra_parameters_of_renewals():
    """auto_refresh_kwargs are form parameters of renewals; credentials among them are the renewal's own."""
    own, extra = renewal_settings(config(), {"audience": "x", "client_id": "other", "client_secret": "s"})
    assert (own.client_id, own.client_secret, extra) == ("other", "s", (("audience", "x"),))
    same, _ = renewal_settings(config(), {})
    assert same.client_id == "app"


@pytest.mark.parametrize(
    ("auth", "given", "expected"),
    [
        (("a", "b"), {"client_secret": "new"}, "client_secret_basic app new"),
        (ClientSecretPost("a", "b"), {"client_secret": "new"}, "client_secret_post app new"),
        (ClientSecretPost("a", "b"), {"client_id": "a"}, "client_secret_post a b"),
        (ClientSecretPost("a", "b"), {"client_id": "x", "client_secret": "y"}, "client_secret_post x y"),
        ("client_secret_post", {"client_secret": "new"}, "client_secret_post app new"),
    ],
)
def test_credentials_of_one_call_win_over_those_a_method_holds(auth, given, expected):
    """Credentials given to one call replace those that a configured method holds."""
    own, _ = renewal_settings(config(auth=auth), given)
    _, (request,) = drive(fetch_token(own, ClientCredentialsGrant()), token_answer())
    sent = dict(form(request))
    if expected.startswith("client_secret_post"):
        assert expected == f"client_secret_post {sent['client_id']} {sent['client_secret']}"
    else:
        from base64 import b64decode

        shown = b64decode(request.header("authorization")[6:]).decode().replace(":", " ")
        assert expected == f"client_secret_basic {shown}"


def test_custom_method_stays_with_other_credentials():
    """A function of the user's stays the method; it is shown the call's credentials."""

    def mine(client, method, uri, headers, body):
        return uri, {**headers, "X": f"{client.client_id}/{client.client_secret}"}, body

    own, _ = renewal_settings(config(auth=mine), {"client_secret": "new"})
    _, (request,) = drive(fetch_token(own, ClientCredentialsGrant()), token_answer())
    assert request.header("x") == "app/new"


# Revocation, introspection, userinfo.


@pytest.mark.parametrize(
    ("flow", "name"), [(revoke, "revoke"), (introspect, "introspect")], ids=["revoke", "introspect"]
)
def test_revocation_and_introspection_requests(flow, name):
    """The token, its hint and free parameters are posted, authenticated by the endpoint's own method where set."""
    token = OAuth2Token(access_token="a", refresh_token="r")
    good = answer({"active": True})
    _, (request,) = drive(flow(config(metadata=FULL), token, extra=(("x", "1"),)), good)
    assert (request.url, form(request)) == (f"https://as.test/{name}", [("token", "a"), ("x", "1")])
    _, (request,) = drive(flow(config(metadata=FULL), token, token_type_hint="refresh_token"), good)
    assert form(request) == [("token", "r"), ("token_type_hint", "refresh_token")]
    known = config(metadata=FULL, revocation_auth="client_secret_post", introspection_auth="client_secret_post")
    _, (request,) = drive(flow(known, "text"), good)
    assert dict(form(request))["client_secret"] == "s3cret"
    _, (request,) = drive(
        flow(known, "text", auth="none", url="https://as.test/x", headers=(("A", "b"),), body="c=d"), good
    )
    assert (request.url, request.header("a")) == ("https://as.test/x", "b")
    assert form(request) == [("token", "text"), ("c", "d"), ("client_id", "app")]
    with pytest.raises(UsageError, match="no access_token"):
        drive(flow(known, {}))


def test_userinfo_request():
    """Userinfo is asked with the token in the header, and its subject is compared."""
    claims, (request,) = drive(userinfo(config(metadata=FULL), "tok", subject="a"), answer({"sub": "a"}))
    assert (claims, request.url) == ({"sub": "a"}, "https://as.test/me")
    assert request.header("authorization") == "Bearer tok"
    with pytest.raises(ProtocolViolation):
        drive(userinfo(config(metadata=FULL), "tok", subject="b"), answer({"sub": "a"}))


# The authorization request of a client.


def test_authorization_request_from_configuration():
    """The request has all that is configured, PKCE and issuer included; keywords stand in and are sent."""
    metadata = ServerMetadata(FULL, authorization_response_iss_parameter_supported=True)
    known = config(metadata=metadata, redirect_uri="https://app.test/cb", scope="read")
    made, _ = drive(authorize(known, prompt="login"))
    assert (made.client_id, made.scope, made.issuer, made.iss_required) == ("app", "read", "https://as.test", True)
    assert made.code_challenge
    assert made.prompt == "login"
    other, _ = drive(authorize(known, scope="x", client_id="y", authorization_endpoint="https://else.test/a"))
    assert (other.scope, other.client_id) == ("x", "y")
    assert other.uri.startswith("https://else.test/a?")
    with pytest.raises(UsageError, match="pass client_id="):
        drive(authorize(config(metadata=metadata, client_id=None)))
    plain, _ = drive(authorize(config(metadata=metadata, code_challenge_method=None)))
    assert plain.code_challenge is None


def test_authorization_request_is_sent_as_its_hook_leaves_it():
    """The authorization_request hook may rename what it likes."""
    known = config(metadata=FULL)
    known.hooks.register(
        "authorization_request", lambda url, headers, body: (url.replace("client_id=", "client_key="), headers, body)
    )
    made, _ = drive(authorize(known))
    assert "client_key=app" in made.uri
    assert "client_id" not in made.uri
