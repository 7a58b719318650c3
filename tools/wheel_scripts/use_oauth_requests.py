"""Where oauth-requests was installed alone, fetch a client-credentials token over loopback and call an API with it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from oauth_core import MissingPluginError
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from oauth_requests import AssertionSession, OAuth2Session


@contextmanager
def needs_oauth_jwt() -> Iterator[None]:
    """Expect the error that names the package which signs."""
    said = "nothing was raised"
    try:
        yield
    except MissingPluginError as exc:
        said = str(exc)
    assert "pip install oauth-jwt" in said, said


server = FakeAuthorizationServer(clients=[RegisteredClient("reporter", "s3cret")])

with (
    LoopbackServer(server),
    OAuth2Session(
        "reporter", "s3cret", token_endpoint=server.token_endpoint, grant_type="client_credentials"
    ) as session,
):
    token = session.fetch_token()
    answer = session.get(server.url("/api/reports"))
    assert answer.status_code == 200, answer
    assert answer.request.headers["Authorization"] == f"Bearer {token['access_token']}"

with needs_oauth_jwt():
    AssertionSession(server.token_endpoint, "issuer", "subject", key="key")
with (
    needs_oauth_jwt(),
    OAuth2Session(
        "reporter", "key", token_endpoint=server.token_endpoint, token_endpoint_auth_method="private_key_jwt"
    ) as signing,
):
    signing.fetch_token()

loaded = {"httpx", "httpx2", "cryptography", "joserfc"} & set(sys.modules)
assert not loaded, f"loaded although not needed: {loaded}"
print("oauth_requests fetched a token and called an API; httpx and cryptography are absent")
