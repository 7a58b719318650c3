"""The endpoint client's readme, whole: each section has its examples here, and what it says beside them is true."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from oauth_core import OAuthError, ProtocolViolation, Response
from oauth_core import _options as canonical
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient, faults
from oauth_requests import BearerToken, OAuth2Client
from oauth_requests.testing import FakeServerAdapter

HERE = Path(__file__).parent
TEXTS = HERE.parent / "vectors" / "seed" / "readme"
MOVING = HERE.parents[1] / "docs" / "guides" / "moving.md"

# The readme's headings, in its order, each with the examples that stand below it.
SECTIONS = {
    "Calling APIs with Access Tokens": {"bearer_token_auth"},
    "Using an OAuth2Client": {"oauth2_client"},
    "Obtaining tokens": {"bearer_token"},
    "Client Credentials grant": {"client_credentials"},
    "Client Credentials grant, as Auth Handler": {"client_credentials_auth", "leeway"},
    "Generating Authorization Requests": {"authorization_request"},
    "Validating the Authorization Response": {"validate_callback"},
    "Exchanging code for tokens": {"authorization_code", "authorization_code_by_hand"},
    "Authorization Code Grant, as Auth Handler": {"authorization_code_auth"},
    "Note on AuthorizationRequest": {"authorization_request_alone"},
    "Device Authorization Grant": {"device_authorization"},
    "Device Authorization Grant, as Auth Handler": {"device_code_auth"},
    "Client-Initiated BackChannel Authentication (CIBA)": {"backchannel_authentication"},
    "Token Exchange": {"token_exchange", "token_exchange_short_names", "token_exchange_guessed"},
    "Client Secret Basic": {"client_secret_basic"},
    "Client Secret Post": {"client_secret_post"},
    "Client Secret JWT": {"client_secret_jwt"},
    "Private Key JWT": {"private_key_jwt"},
    "None": {"public_app"},
    "Token Revocation": {"revocation"},
    "Token Introspection": {"introspection"},
    "UserInfo Requests": {"userinfo"},
    "Initializing an OAuth2Client from a discovery document": {"discovery"},
    "Specialized API Client": {"api_client", "api_client_parts", "api_client_errors", "api_client_session"},
    "Vendor-Specific clients": {"vendor_specific"},
}


@pytest.fixture
def fake() -> FakeAuthorizationServer:
    return FakeAuthorizationServer(clients=[RegisteredClient("app", "s3cret", require_pkce=False)])


@pytest.fixture
def client(fake) -> OAuth2Client:
    return opened(fake)


def opened(fake, cls=OAuth2Client, **options) -> OAuth2Client:
    """An endpoint client whose session leads to the fake server."""
    made = cls.from_discovery_endpoint(issuer=fake.issuer, auth=("app", "s3cret"), session=session_of(fake), **options)
    assert isinstance(made, cls)
    return made


def session_of(fake):
    import requests

    session = requests.Session()
    session.mount("https://", FakeServerAdapter(fake))
    return session


def test_every_section_has_its_examples():
    """The texts are those of the readme's sections, each of one section."""
    named = [name for examples in SECTIONS.values() for name in examples]
    assert sorted(named) == sorted(path.name.removesuffix(".py.txt") for path in TEXTS.iterdir())


@pytest.mark.parametrize("name", sorted(name for examples in SECTIONS.values() for name in examples))
def test_every_example_is_run(name):
    """Each text is run by a test."""
    tests = "".join(path.read_text("utf-8") for path in HERE.glob("test_seed_*.py") if path != Path(__file__))
    assert re.search(rf'run(_example)?\(\s*f?"(readme/)?{name}"', tests)


def test_everything_from_the_root():
    """`from oauth_requests import *` binds every public name; Requests itself is imported by who uses it."""
    names: dict[str, object] = {}
    exec("from oauth_requests import *", names)  # noqa: S102 - the statement of the readme
    assert names["OAuth2Client"] is OAuth2Client
    assert "requests" not in names
    assert "import requests" in MOVING.read_text("utf-8")


def test_members_of_a_token(fake, client):
    """Whatever came with a token is an attribute, and by subscription also what is no name of Python."""
    fake.inject(faults.with_members({"custom_attr": "a", "my.custom.attr": "b"}), "token")
    token = client.client_credentials()
    assert (token.custom_attr, token["my.custom.attr"]) == ("a", "b")


def test_a_token_in_the_place_of_its_text(fake, client):
    """A `BearerToken` is taken wherever the text of a token is."""
    token = BearerToken.from_dict(fake.issue_token("app", user="alice", scope="openid"))
    assert client.userinfo(token)["sub"] == "alice"
    assert client.introspect_token(token)["active"] is True
    assert client.token_exchange(token).access_token
    assert client.refresh_token(token).access_token != token.access_token
    assert client.revoke_token(token) is True
    assert client.revoke_refresh_token(token) is True
    assert {seen.status for seen in fake.requests} == {200}


def test_without_pkce(fake):
    """`code_challenge_method=None` turns PKCE off for a whole client."""
    client = opened(fake, code_challenge_method=None)
    request = client.authorization_request(scope="read")
    assert not {"code_challenge", "code_challenge_method"} & parse_qs(urlsplit(request.uri).query).keys()
    assert client.authorization_code(request.validate_callback(fake.authorize(request.uri))).scope == "read"


def test_values_of_ones_own(fake, client):
    """State, nonce and verifier are taken as they are given, the challenge is made from the verifier."""
    request = client.authorization_request(scope="openid", state="s", nonce="n", code_verifier="v" * 43)
    sent = dict(parse_qsl(urlsplit(request.uri).query))
    assert (sent["state"], sent["nonce"], request.code_verifier) == ("s", "n", "v" * 43)
    assert sent["code_challenge"] == request.code_challenge


def test_extension_points(fake):
    """A subclass may read a server's own answers, and raise what it likes for its errors."""

    class QuotaError(OAuthError):
        """Too much was asked for."""

    class Vendor(OAuth2Client):
        def parse_token_response(self, response: Response) -> BearerToken:
            members = response.json()
            if isinstance(members, dict) and "token" in members:
                return BearerToken(str(members["token"]))
            return super().parse_token_response(response)

        def on_token_error(self, response, error):
            if error.error == "quota":
                raise QuotaError("come back tomorrow")
            return super().on_token_error(response, error)

    client = opened(fake, Vendor)
    fake.inject(faults.with_members({"token": "theirs"}), "token")
    assert client.client_credentials() == BearerToken("theirs")
    fake.inject(faults.error("quota"), "token")
    with pytest.raises(QuotaError):
        client.client_credentials()
    assert client.client_credentials().access_token != "theirs"


def test_revocation_without_an_oauth_error(fake, client):
    """An error status without an OAuth error is False, one with an OAuth error is raised."""
    fake.inject(faults.html_error(500), "revoke")
    assert client.revoke_token("mytoken") is False
    fake.inject(faults.error("unsupported_token_type"), "revoke")
    with pytest.raises(OAuthError, match="unsupported_token_type"):
        client.revoke_token("mytoken")


def test_an_issuer_that_is_another(fake, client):
    """The issuer that was named is compared with the document's."""
    fake.inject(faults.wrong_issuer(), "metadata", times=None)
    with pytest.raises(ProtocolViolation, match=r"attacker\.test"):
        opened(fake).client_credentials()


SPELLINGS = re.compile(r"^\| `(\w+)` \| (`[^|]*)\|$", re.MULTILINE)


def test_the_table_of_spellings():
    """The page on moving names every other spelling of a constructor's keyword, beside the one that it stands for."""
    text = MOVING.read_text("utf-8").partition("Both spellings")[2]
    told = {(name, here) for here, also in SPELLINGS.findall(text) for name in re.findall(r"`(\w+)`", also)}
    assert canonical.SPELLINGS.items() <= told
    assert {("authorization_url", "create_authorization_url"), ("token_updater", "update_token")} <= told


def test_the_method_by_its_other_name(fake):
    """A method may be named as registrations and profiles name it, but not in two ways at once."""
    named = {"client_id": "app", "client_secret": "s3cret", "token_endpoint_auth_method": "client_secret_basic"}
    OAuth2Client(fake.token_endpoint, **named, session=session_of(fake)).client_credentials()
    assert fake.seen("token")[0].header("authorization").startswith("Basic ")
    with pytest.raises(TypeError, match="not both"):
        OAuth2Client(fake.token_endpoint, ("app", "s3cret"), token_endpoint_auth_method="client_secret_basic")
