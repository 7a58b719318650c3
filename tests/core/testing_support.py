"""Shorthand for the tests of the fake server: requests as a client would make them, without any client of ours."""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from oauth_core._messages import Request, Response
from oauth_core.testing import FakeAuthorizationServer, ManualClock, RegisteredClient

FORM = "application/x-www-form-urlencoded"
CALLBACK = "https://client.test/callback"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

CONFIDENTIAL = RegisteredClient("app", "s3cret")
PUBLIC = RegisteredClient("spa")


def new_server(*clients, **options):
    """A server with a clock that stands still, and the two clients above unless others are given."""
    clock = options.pop("clock", None) or ManualClock()
    options.setdefault("sleep", clock.sleep)
    return FakeAuthorizationServer(clients=clients or (CONFIDENTIAL, PUBLIC), clock=clock, **options)


def basic(client_id="app", secret="s3cret"):
    """A Basic header, form-encoded as the RFC has it."""
    return raw_basic(quote_plus(client_id), quote_plus(secret))


def raw_basic(client_id, secret):
    """A Basic header of just these characters."""
    return ("Authorization", "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode())


def post(server, path, params, *headers) -> Response:
    """Post a form, as text, pairs or mapping."""
    body = params if isinstance(params, str) else urlencode(params, doseq=True)
    return server.send(Request("POST", server.url(path), (("Content-Type", FORM), *headers), body.encode()))


def token(server, *headers, **params) -> Response:
    """Post a token request, authenticated by Basic unless there are headers or a client_id."""
    if not headers and "client_id" not in params:
        headers = (basic(),)
    return post(server, "/token", params, *headers)


def get(server, path, *headers, method="GET") -> Response:
    """Send a request without a body."""
    return server.send(Request(method, server.url(path), headers))


def bearer(members):
    """The header that carries the access token of a token response."""
    value = members if isinstance(members, str) else members["access_token"]
    return ("Authorization", f"Bearer {value}")


def authorization_url(server: FakeAuthorizationServer, **params) -> str:
    """An authorization URL of the public client with PKCE; ``None`` leaves a parameter out."""
    proper = {
        "response_type": "code",
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    merged = {name: value for name, value in {**proper, **params}.items() if value is not None}
    return f"{server.authorization_endpoint}?{urlencode(merged)}"


def callback(server, **params) -> dict[str, str]:
    """Let the person approve, and return the parameters of the callback."""
    return callback_params(server.authorize(authorization_url(server, **params)))


def callback_params(url: str) -> dict[str, str]:
    """The parameters of a callback URL, from its query or its fragment."""
    parts = urlsplit(url)
    found = parse_qsl(parts.query) + parse_qsl(parts.fragment)
    assert len(dict(found)) == len(found), f"a parameter is repeated: {found}"
    return dict(found)


def error(response: Response) -> tuple[int, str]:
    """Status and error code of a refusal."""
    body = response.json()
    assert isinstance(body, dict) and body["error_description"]
    return response.status, body["error"]
