"""Where oauth-jwt was installed alone, sign a client assertion, have it judged, and read an ID token."""

import importlib.util
import sys
import time

from oauth_core import AuthContext, ClientConfig, ClientCredentialsGrant, ServerMetadata, fetch_token, run
from oauth_core.testing import FakeAuthorizationServer, RegisteredClient
from oauth_jwt import IDTokenValidator, JsonWebToken, Key, PrivateKeyJwt, public_jwks


def no_request(request: object) -> object:
    """Refuse: whatever uses this has all that it needs."""
    raise AssertionError(f"{request!r} was not expected")


for absent in ("requests", "httpx", "httpx2"):
    assert importlib.util.find_spec(absent) is None, f"{absent} is installed"

key = Key.generate("ES256")
endpoint = "https://as.example/token"
assertion = run(PrivateKeyJwt("reporter", key).assertion(AuthContext(endpoint)), no_request)
assert assertion.count(".") == 2, assertion
assert "joserfc" not in sys.modules, "joserfc was loaded to sign"
assert JsonWebToken(["ES256"]).decode(assertion, key.public_jwk())["aud"] == endpoint

server = FakeAuthorizationServer(
    clients=[RegisteredClient("reporter", auth_methods=("private_key_jwt",), metadata={"jwks": public_jwks(key)})]
)
config = ClientConfig("reporter", key, auth="private_key_jwt", metadata=ServerMetadata(server.metadata))
assert run(fetch_token(config, ClientCredentialsGrant()), server.send)["access_token"]

now = int(time.time())
claims = {"iss": "https://op.example", "aud": "reporter", "sub": "jane", "iat": now, "exp": now + 60}
text = JsonWebToken(["ES256"]).encode({"alg": "ES256"}, claims, key)
rules = IDTokenValidator("https://op.example", "reporter", public_jwks(key), algorithms=("ES256",))
assert run(rules.validate(text), no_request).sub == "jane"
print("oauth_jwt signed an assertion that the fake server took, and validated an ID token; no HTTP library is present")
