"""Raw OAuth requests with the standard library, so that the servers are tried without any client of ours."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

from tests.servers.protocol import AuthorizationServer, RegisteredClient

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> dict[str, object]:
        """The body as a JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict), self.body
        return value

    def text(self, name: str) -> str:
        """A string member of the body; AssertionError that shows the body when it is not there."""
        value = self.json.get(name)
        assert isinstance(value, str), self.body
        return value


def fetch(
    url: str, form: Pairs | None = None, *, headers: Mapping[str, str] | None = None, method: str | None = None
) -> Answer:
    """GET, or POST a form."""
    data = None if form is None else urllib.parse.urlencode(form).encode()
    return _send(urllib.request.Request(url, data, dict(headers or {}), method=method))


def post_json(url: str, body: Mapping[str, object], *, token: str | None = None, method: str = "POST") -> Answer:
    """Send JSON, with a bearer token if one is given."""
    headers = {"Content-Type": "application/json"} | ({} if token is None else bearer(token))
    return _send(urllib.request.Request(url, json.dumps(body).encode(), headers, method=method))


def _send(request: urllib.request.Request) -> Answer:
    try:
        with _OPENER.open(request, timeout=10) as response:
            return _answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


def _answer(status: int, headers: Message, body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body.decode())


def bearer(token: str) -> dict[str, str]:
    """The header that presents a bearer token."""
    return {"Authorization": f"Bearer {token}"}


def post_as(client: RegisteredClient, url: str, form: Pairs) -> Answer:
    """POST a form as a client that authenticates with a secret, or not at all."""
    if client.auth_method == "client_secret_basic":
        # `quote` with nothing safe is read alike by servers that take "+" for a space and by those that do not.
        pair = f"{urllib.parse.quote(client.client_id, '')}:{urllib.parse.quote(client.client_secret or '', '')}"
        credentials = base64.b64encode(pair.encode()).decode()
        return fetch(url, form, headers={"Authorization": f"Basic {credentials}"})
    extra = [("client_id", client.client_id)]
    if client.auth_method == "client_secret_post":
        extra.append(("client_secret", client.client_secret or ""))
    return fetch(url, [*form, *extra])


def log_in(server: AuthorizationServer, client: RegisteredClient, **extra: str) -> Answer:
    """The authorization code flow with PKCE, up to the answer of the token endpoint."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": client.scope,
        "state": "a-state",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    } | extra
    callback = server.authorize(f"{server.authorization_endpoint}?{urllib.parse.urlencode(query)}")
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(callback).query))
    assert answer.get("state") == "a-state", callback
    assert "code" in answer, callback
    form = [
        ("grant_type", "authorization_code"),
        ("code", answer["code"]),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", verifier),
    ]
    return post_as(client, server.token_endpoint, form)
