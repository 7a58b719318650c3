"""A session that is kept while the user is at the server."""

import pickle

import pytest

from oauth_core import ProtocolViolation
from oauth_requests import OAuth2Session


def test_a_login_outlives_pickling():
    """A session pickled between request and callback knows the nonce, and that the callback is to be signed."""
    session = OAuth2Session("client", authorization_endpoint="https://as.example/authorize", scope="openid")
    url, state = session.create_authorization_url(response_mode="jwt", nonce="n", code_verifier="v" * 43)
    kept = pickle.loads(pickle.dumps(session))
    assert "nonce=n" in url
    assert kept._nonce == "n"
    with pytest.raises(ProtocolViolation, match="not signed"):
        kept.fetch_token(
            "https://as.example/token", authorization_response=f"https://app.example/?code=c&state={state}"
        )
