"""What others ask of a client through the browser: to begin a login, and to end a session."""

import pickle

import pytest

from oauth_core import (
    FrontChannelLogout,
    LoginInitiation,
    MismatchingIssuerError,
    ProtocolViolation,
    UsageError,
    parse_front_channel_logout,
    parse_login_initiation,
)

ISSUER = "https://op.example"
START = "https://app.example/start?iss=https%3A%2F%2Fop.example"


def test_login_at_a_known_issuer():
    """A login begins at a known issuer, with the hint and the page that the user wants."""
    url = f"{START}&login_hint=alice&target_link_uri=https%3A%2F%2Fapp.example%2Fdeep%3Fx%3D1"
    expected = LoginInitiation(ISSUER, "alice", "https://app.example/deep?x=1")
    given = {"iss": ISSUER, "login_hint": "alice", "target_link_uri": "https://app.example/deep?x=1"}
    for request in (url, url.partition("?")[2], given):
        found = parse_login_initiation(
            request, issuers=[ISSUER, "https://other.example"], targets=["https://app.example"]
        )
        assert found == expected
    assert "alice" not in repr(found)
    assert pickle.loads(pickle.dumps(found)) == found
    assert parse_login_initiation(START, issuers=ISSUER) == LoginInitiation(ISSUER)
    assert parse_login_initiation(f"{START}&login_hint=&target_link_uri=", issuers=ISSUER) == LoginInitiation(ISSUER)


@pytest.mark.parametrize(
    "query", ["", "iss=", "iss=https://evil.example", "iss=https://op.example/", "iss=https://OP.example"]
)
def test_login_elsewhere(query):
    """A login at an issuer that is not known, exactly as it is written, is refused."""
    for issuers in ([ISSUER], [], [""], ISSUER):
        with pytest.raises(MismatchingIssuerError, match="none of those known here"):
            parse_login_initiation(query, issuers=issuers)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "http://app.example/",
        "https://app.example:8443/",
        "//evil.example/",
        "/relative",
        "javascript:alert(1)",
        "https://app.example\\@evil.example/",
        "https://[",
    ],
)
def test_a_page_elsewhere(target):
    """Nobody is led on to a page that is not the client's own, and to none where no own page is named."""
    request = {"iss": ISSUER, "target_link_uri": target}
    for targets in (["https://app.example"], "https://app.example", ()):
        with pytest.raises(ProtocolViolation) as caught:
            parse_login_initiation(request, issuers=[ISSUER], targets=targets)
        assert caught.value.error == "invalid_target_link_uri"


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
def test_repeated_parameters(name):
    """A parameter that decides may be there once."""
    with pytest.raises(ProtocolViolation, match=f"'{name}' more than once"):
        parse_login_initiation(f"{START}&{name}=a&{name}=b", issuers=[ISSUER])


def test_logout_of_this_session():
    """A logout of the issuer's session that is open here is taken."""
    url = "https://app.example/logout?iss=https%3A%2F%2Fop.example&sid=s1"
    found = parse_front_channel_logout(url, issuer=ISSUER, sid="s1")
    assert found == FrontChannelLogout(ISSUER, "s1")
    assert "s1" not in repr(found)
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", MismatchingIssuerError),
        ("sid=s1", MismatchingIssuerError),
        ("iss=https://other.example&sid=s1", MismatchingIssuerError),
        ("iss=https://op.example", ProtocolViolation),
        ("iss=https://op.example&sid=", ProtocolViolation),
        ("iss=https://op.example&sid=other", ProtocolViolation),
        ("iss=https://op.example&sid=s1&sid=s2", ProtocolViolation),
        ("iss=https://op.example&iss=https://op.example&sid=s1", ProtocolViolation),
    ],
)
def test_logout_of_another_session(query, error):
    """A logout without issuer or session, or with others, ends nothing; half of the pair is no pair."""
    with pytest.raises(error):
        parse_front_channel_logout(query, issuer=ISSUER, sid="s1")
    if query:
        with pytest.raises(error):
            parse_front_channel_logout(query, issuer=ISSUER, sid="s1", session_required=False)


def test_a_session_without_a_name():
    """A session of which no sid is known is ended by no sid; a bare request is taken where that was registered."""
    with pytest.raises(ProtocolViolation, match="another session"):
        parse_front_channel_logout({"iss": ISSUER, "sid": "s1"}, issuer=ISSUER, sid=None)
    bare = parse_front_channel_logout("https://app.example/logout", issuer=ISSUER, sid=None, session_required=False)
    assert bare == FrontChannelLogout()
    with pytest.raises(UsageError):
        parse_front_channel_logout("https://[", issuer=ISSUER, sid=None)
