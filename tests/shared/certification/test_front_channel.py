"""OIDCCClientTest 3rdPartyInitiatedLogin, FrontChannelLogout: what others ask for through the user's browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from oauth_core import (
    MismatchingIssuerError,
    ProtocolViolation,
    parse_front_channel_logout,
    parse_login_initiation,
)
from tests.shared.certification.provider import altering

HOME = "https://client.example"
OTHER = "https://other.example"


@pytest.fixture
def initiated(fake):
    """The URL at which another party sends a user to us; None leaves a parameter out, a list repeats it."""

    def make(**changes):
        members = {"iss": fake.issuer, "login_hint": "alice", "target_link_uri": f"{HOME}/deep", **changes}
        sent = {name: value for name, value in members.items() if value is not None}
        return f"{HOME}/login?{urlencode(sent, doseq=True)}"

    return make


@pytest.mark.parametrize("posted", [False, True], ids=["query", "form"])
def test_an_initiated_login(fake, client, fake_place, initiated, posted):
    """3rdPartyInitiatedLogin: a login of our own begins at the known issuer, with the hint, and leads to our page."""
    url = initiated(state="theirs", nonce="theirs", redirect_uri=OTHER)
    sent = parse_qs(urlsplit(url).query)
    found = parse_login_initiation(
        {name: value for name, (value,) in sent.items()} if posted else url,
        issuers=[OTHER, fake.issuer],
        targets=[HOME],
    )
    request = client.authorization_request(login_hint=found.login_hint)
    assert client.authorization_code(request.validate_callback(fake_place.authorize(request.uri))).id_token
    assert client.userinfo()["sub"] == "alice"
    (seen,) = fake.seen("authorize")
    asked = parse_qs(urlsplit(seen.url).query)
    assert asked["login_hint"] == ["alice"]
    assert "theirs" not in {*asked["state"], *asked["nonce"]}
    assert asked["redirect_uri"] == [client.redirect_uri]
    assert (found.iss, found.target_link_uri) == (fake.issuer, f"{HOME}/deep")


@pytest.mark.parametrize("iss", [OTHER, None, "", "slash", "upper", "twice"])
def test_a_login_at_an_unknown_issuer(fake, client, initiated, refused, iss):
    """An issuer that is not known exactly, or none, or two, starts nothing: no server is asked."""
    known = fake.issuer
    iss = {"slash": f"{known}/", "upper": known.upper(), "twice": [known, OTHER]}.get(iss, iss)
    with refused((MismatchingIssuerError, ProtocolViolation)) as caught:
        client.authorization_request(
            login_hint=parse_login_initiation(initiated(iss=iss), issuers=[known], targets=[HOME]).login_hint
        )
    assert "iss" in str(caught.value)
    assert fake.requests == ()


@pytest.mark.parametrize(
    "target", [f"{OTHER}/", "//other.example/", "javascript:alert(1)", f"{HOME}.attacker.test/", "x"]
)
def test_a_target_that_is_not_ours(fake, initiated, refused, target):
    """A page to go on to that is not our own is refused, so that nobody is led elsewhere."""
    with refused(ProtocolViolation, match="target_link_uri"):
        parse_login_initiation(initiated(target_link_uri=target), issuers=[fake.issuer], targets=[HOME])


def test_an_initiated_login_without_more(fake, initiated):
    """A hint and a target need not be there."""
    found = parse_login_initiation(initiated(login_hint=None, target_link_uri=None), issuers=[fake.issuer])
    assert (found.iss, found.login_hint, found.target_link_uri) == (fake.issuer, None, None)


@pytest.fixture
def session(operations, log_in, validator):
    """The claims of the user who is logged in, of the session `s-1` at the provider."""
    operations.alter = altering(sid="s-1")
    return validator.read(log_in().id_token)


@pytest.fixture
def logging_out(session):
    """The URL that the provider loads in a frame of the user's browser, judged by the session that is open here."""

    def judge(**changes):
        members = {"iss": session["iss"], "sid": session["sid"], **changes}
        sent = {name: value for name, value in members.items() if value is not None}
        url = f"{HOME}/logout?{urlencode(sent, doseq=True)}"
        return parse_front_channel_logout(url, issuer=session["iss"], sid=session["sid"])

    return judge


def test_a_logout(client, session, logging_out):
    """FrontChannelLogout: a request of the session's issuer and `sid` ends it."""
    found = logging_out()
    assert (found.iss, found.sid) == (session["iss"], "s-1")
    client.token = None
    assert client.token is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"iss": OTHER}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"sid": "s-2"}, "sid"),
        ({"sid": None}, "sid"),
        ({"sid": ""}, "sid"),
        ({"iss": None, "sid": None}, "issuer"),
        ({"sid": ["s-1", "s-2"]}, "sid"),
        ({"iss": [OTHER, OTHER]}, "iss"),
    ],
    ids=str,
)
def test_a_logout_of_another_session(client, session, logging_out, refused, changes, named):
    """A request of another issuer, or about another session or none, ends nothing."""
    with refused((MismatchingIssuerError, ProtocolViolation), match=named):
        logging_out(**changes)
    assert client.token["id_token"]


def test_a_logout_that_names_nothing(session):
    """Where the client did not ask for it to be named, a request that names no session is taken."""
    found = parse_front_channel_logout("", issuer=session["iss"], sid=session["sid"], session_required=False)
    assert (found.iss, found.sid) == (None, None)
    with pytest.raises(MismatchingIssuerError):
        parse_front_channel_logout("sid=s-1", issuer=session["iss"], sid=session["sid"], session_required=False)
