"""Where oauth-requests was installed alone, fetch a client-credentials token over loopback and call an API with it."""

import sys

from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, RegisteredClient
from oauth_requests import OAuth2Session

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

loaded = {"httpx", "httpx2", "cryptography", "joserfc"} & set(sys.modules)
assert not loaded, f"loaded although not needed: {loaded}"
print("oauth_requests fetched a token and called an API; httpx and cryptography are absent")
