"""OIDCCClientTestBackChannelLogout, …AlgNone, …WrongAlg, …WrongAud, …WrongIssuer, …NoEvent, …WrongEvent, …WithNonce.

What judges is a value; it is made from what each client has found, and carried out over the fake server.
"""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from oauth_core import run
from oauth_jwt import InvalidJWTError, Key, LogoutTokenValidator, SeenTokens
from tests.servers.loopback import LoopbackServer
from tests.servers.oidc_clients import LOGOUT_URI
from tests.servers.protocol import REDIRECT_URI, RegisteredClient
from tests.shared.certification.provider import Now, altering, broken, heading, resigned

EVENT = "http://schemas.openid.net/event/backchannel-logout"
BAD = [
    {"aud": "other"},
    {"aud": None},
    {"aud": ["basic", "other"]},
    {"iss": "https://other.example"},
    {"iss": None},
    {"events": None},
    {"events": {}},
    {"events": EVENT},
    {"events": [EVENT]},
    {"events": {EVENT: "now"}},
    {"events": {"http://other.example/event": {}}},
    {"nonce": "a-nonce"},
    {"nonce": ""},
    {"jti": None},
    {"jti": 7},
    {"iat": None},
    {"iat": Now(86_400)},
    {"exp": None},
    {"exp": Now(-300)},
    {"sub": 7},
    {"sid": 7},
    {"sid": ""},
]


def name_of(changes):
    name, value = next(iter(changes.items()))
    return f"{name} {'missing' if value is None else value}"


@pytest.fixture
def client(fake_place, operations, new_client):
    """A session that knows the issuer and has found everything else."""
    client = new_client(**fake_place.discovered())
    client.load_server_metadata()
    return client


@pytest.fixture
def judge(fake_place, fake, client):
    """Judge a logout token by what the client has found: the claims, or an error."""
    seen = SeenTokens(clock=fake_place.clock)
    rules = LogoutTokenValidator.from_metadata(client.metadata, client.client_id, clock=fake_place.clock, remember=seen)
    fake.clear_log()
    return lambda token: run(rules.validate(token), fake.send)


@pytest.mark.parametrize("named", [{"sub": "alice"}, {"sid": "s-1"}, {"sub": "alice", "sid": "s-1"}], ids=str)
def test_a_good_token(operations, judge, named):
    """BackChannelLogout: a token names the user, the session or both."""
    claims = judge(operations.logout_token("basic", **named))
    assert {name: claims[name] for name in ("sub", "sid") if name in claims} == named


@pytest.mark.parametrize(
    "alter",
    [heading("logout", typ=None), heading("logout", typ="JWT"), altering("logout", aud=["basic"])],
    ids=["no type", "type JWT", "one audience"],
)
def test_what_is_no_fault(operations, judge, alter):
    """The type need not be there, and a list of one audience is the same audience."""
    operations.alter = alter
    assert judge(operations.logout_token("basic", sub="alice")).sub == "alice"


@pytest.mark.parametrize("changes", BAD, ids=name_of)
def test_a_bad_claim(operations, judge, refused, changes):
    """WrongAud, WrongIssuer, NoEvent, WrongEvent, WithNonce and their like: refused by the claim's name."""
    operations.alter = altering("logout", **changes)
    token = operations.logout_token("basic", sub="alice", sid="s-1")
    with refused(InvalidJWTError, "jwks", claim=next(iter(changes))):
        judge(token)


def test_a_token_that_names_nobody(operations, judge, refused):
    """A token without user and session is refused."""
    with refused(InvalidJWTError, "jwks", claim="sub", match="neither a user"):
        judge(operations.logout_token("basic"))


@pytest.mark.parametrize(
    ("forge", "claim", "fetched"),
    [
        (resigned(None, "logout", alg="none"), "alg", []),
        (resigned(Key.from_secret("s" * 40), "logout", alg="HS256"), "alg", []),
        (resigned(Key.generate("ES256"), "logout", alg="ES256"), "alg", []),
        (broken("logout"), "signature", ["jwks"]),
    ],
    ids=["AlgNone", "HS256", "ES256", "broken"],
)
def test_a_bad_signature(operations, judge, refused, forge, claim, fetched):
    """AlgNone, WrongAlg and a broken signature: refused."""
    operations.forge = forge
    token = operations.logout_token("basic", sub="alice")
    with refused(InvalidJWTError, *fetched, claim=claim):
        judge(token)


def test_a_token_of_another_type(operations, judge, refused):
    """A token of another type than a logout token's is refused."""
    operations.alter = heading("logout", typ="at+jwt")
    with refused(InvalidJWTError, "jwks", claim="typ"):
        judge(operations.logout_token("basic", sub="alice"))


def test_a_token_that_comes_again(operations, judge, refused):
    """A token ends sessions once: when it comes again it is refused by its `jti`."""
    token = operations.logout_token("basic", sub="alice")
    assert judge(token).sub == "alice"
    with refused(InvalidJWTError, claim="jti", match="came before"):
        judge(token)
    assert judge(operations.logout_token("basic", sub="alice")).sub == "alice"


def test_an_id_token_is_no_logout_token(fake_place, client, judge, refused):
    """An ID token that is posted as a logout token is refused."""
    request = client.authorization_request()
    token = client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
    with refused(InvalidJWTError, "jwks", claim="jti"):
        judge(token.id_token)


@pytest.fixture
def listener():
    """An application that takes logout tokens: its URL, and what was posted there."""
    server, posted = LoopbackServer("back-channel logout"), []

    def application(environ, start_response):
        posted.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
        start_response("200 OK", [("Cache-Control", "no-store")])
        return [b""]

    server.start(application)
    try:
        yield server.url, posted
    finally:
        server.close()


@pytest.mark.real_server
def test_a_token_of_a_real_provider(oidc_provider, new_client, flavour, listener):
    """oidc-provider ends a session and posts a logout token, which is believed once, and by its session."""
    url, posted = listener
    known = RegisteredClient(
        f"logout-{flavour.name}",
        "client_secret_basic",
        "a-secret-of-thirty-two-characters",
        redirect_uri=REDIRECT_URI,
        grant_types=frozenset({"authorization_code"}),
        metadata={
            "response_types": ["code"],
            "backchannel_logout_uri": url.replace("http:", "https:") + "/logout",
            "backchannel_logout_session_required": True,
        },
    )
    oidc_provider.add_client(known.client_id, known)
    client = new_client(
        client_id=known.client_id,
        client_secret=known.client_secret,
        redirect_uri=REDIRECT_URI,
        issuer=oidc_provider.issuer,
        scope="openid",
    )
    browser = oidc_provider.browser()
    request = client.authorization_request()
    token = client.authorization_code(request.validate_callback(browser.visit(request.uri)[0]))
    goodbye = client.logout_request(post_logout_redirect_uri=LOGOUT_URI)
    goodbye.validate_callback(browser.visit(goodbye.uri)[0])
    (body,) = posted
    (logout_token,) = parse_qs(body)["logout_token"]
    keys = client.get(client.metadata["jwks_uri"], withhold_token=True).json()
    rules = LogoutTokenValidator(oidc_provider.issuer, known.client_id, keys, remember=SeenTokens())
    claims = run(rules.validate(logout_token), None)
    assert claims["sid"]
    assert claims.sub == "alice"
    assert token.id_token
    with pytest.raises(InvalidJWTError, match="came before"):
        run(rules.validate(logout_token), None)
