"""The fake server remembers when a person logged in."""

from __future__ import annotations

from oauth_core.testing import FakeAuthorizationServer, ManualClock, RegisteredClient
from oauth_jwt.testing import KeyOperations
from oauth_requests import OAuth2Session
from oauth_requests.testing import mount
from tests.jwt.support import decode


def test_every_id_token_of_a_login_names_its_time():
    """The ID tokens of the exchange and of later refreshes have one auth_time, that of the approval."""
    clock = ManualClock()
    callback = "https://client.test/callback"
    server = FakeAuthorizationServer("https://as.test", clients=[RegisteredClient("web", "secret")], clock=clock)
    server.install(KeyOperations())
    session = OAuth2Session(
        "web", "secret", metadata=server.metadata, redirect_uri=callback, scope="openid", clock=clock
    )
    with mount(session, server):
        request = session.authorization_request()
        response = request.validate_callback(server.authorize(request.uri))
        approved = int(clock())
        clock.advance(7)
        first = session.authorization_code(response)
        clock.advance(600)
        second = session.refresh_token()
    assert [decode(token.id_token)[1]["auth_time"] for token in (first, second)] == [approved, approved]
