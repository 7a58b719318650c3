"""OIDCCClientTest UserinfoBearerHeader, InvalidSubInUserinfoResponse: whom the claims are about."""

from __future__ import annotations

import pytest

from oauth_core import ProtocolViolation, ServerRefusal
from oauth_core.testing import faults


def test_the_token_in_the_header(fake, client, log_in):
    """UserinfoBearerHeader: the token is sent in the header, and nowhere else."""
    token = log_in()
    assert client.userinfo()["sub"] == "alice"
    (seen,) = fake.seen("userinfo")
    assert (seen.method, seen.header("authorization")) == ("GET", f"Bearer {token.access_token}")
    assert token.access_token not in seen.url
    assert seen.body == b""


@pytest.mark.parametrize("subject", ["mallory", "", None, 7, ["alice"], "Alice"], ids=ascii)
def test_another_subject(fake, client, log_in, refused, subject):
    """InvalidSubInUserinfoResponse: claims about anybody but the user of the ID token are refused."""
    log_in()
    fake.inject(faults.with_members({"sub": subject}), "userinfo")
    with refused(ProtocolViolation, "userinfo", match="another subject"):
        client.userinfo()


def test_no_subject(fake, client, log_in, refused):
    """Claims that do not say whom they are about are refused."""
    log_in()
    fake.inject(faults.without("sub"), "userinfo")
    with refused(ProtocolViolation, "userinfo", match="another subject"):
        client.userinfo()


def test_the_subject_after_a_refresh(fake, client, log_in, refused):
    """The user that counts is that of the login, also after a renewal."""
    log_in()
    client.refresh_token()
    assert client.userinfo()["sub"] == "alice"
    fake.inject(faults.with_members({"sub": "mallory"}), "userinfo")
    with refused(ProtocolViolation, "userinfo", match="another subject"):
        client.userinfo()


@pytest.mark.parametrize("fault", [faults.html_ok(), faults.redirect("/elsewhere"), faults.unauthorized()], ids=repr)
def test_what_is_no_answer(fake, client, log_in, refused, fault):
    """A page, a redirect or a refused token is an error, and nothing follows."""
    log_in()
    fake.inject(fault, "userinfo")
    with refused((ProtocolViolation, ServerRefusal), "userinfo"):
        client.userinfo()
