"""Runs examples of the documents that people come from, as they stand there, against the fake server.

The texts are in tests/vectors/seed: indentation is restored and import lines lead to these packages; nothing else is
changed. What a harness may do is done here: URLs are routed to the fake server, free names are bound, `input` and
`open` are replaced, and an elision (`...`) is filled in.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_hmac
from pathlib import Path

import httpx
import requests

from oauth_core import Request, Response
from oauth_core.testing import FakeAuthorizationServer, IssuedCode, IssuedToken, Refusal
from oauth_requests.testing import FakeServerAdapter

TEXTS = Path(__file__).parent.parent / "vectors" / "seed"


class Router:
    """Puts the fake server behind the addresses of the examples."""

    def __init__(self, fake: FakeAuthorizationServer, routes: Mapping[str, str]) -> None:
        self.fake = fake
        self.routes = routes

    def rewritten(self, url: str) -> str:
        """Return the address at the fake server that stands for one of an example."""
        known = [prefix for prefix in self.routes if url.startswith(prefix)]
        assert known, f"the example asks for {url}, which nothing stands for"
        prefix = max(known, key=len)
        return self.fake.url(self.routes[prefix] + url[len(prefix) :])

    def send(self, request: Request) -> Response:
        return self.fake.send(request.replace(url=self.rewritten(request.url)))

    def patch(self, monkeypatch) -> None:
        """Route whatever Requests and HTTPX send."""
        adapter = FakeServerAdapter(self)
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda _, request, **__: adapter.send(request))

        def answer(request: httpx.Request, body: bytes) -> httpx.Response:
            headers = tuple(request.headers.multi_items())
            found = self.send(Request(request.method, str(request.url), headers, body))
            return httpx.Response(found.status, headers=list(found.headers), content=found.body, request=request)

        async def answer_later(_, request: httpx.Request) -> httpx.Response:
            return answer(request, await request.aread())

        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: answer(request, request.read()))
        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer_later)


def run_example(example: str, /, *, elided: Mapping[str, str] | None = None, **names: object) -> dict[str, object]:
    """Run an example with these names bound, and return all names at its end."""
    text = (TEXTS / f"{example}.py.txt").read_text("utf-8")
    for elision, filling in (elided or {}).items():
        assert elision in text, f"{elision} is not in the example"
        text = text.replace(elision, filling)
    code = compile(text, example, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, names))  # noqa: S307 - a file of ours
    else:
        exec(code, names)  # noqa: S102 - a file of ours
    return names


def know_token(fake: FakeAuthorizationServer, value: str, client_id: str, *, kind: str = "access_token") -> None:
    """Let the server have issued a token of this value."""
    now = fake.authority.clock()
    fake.authority.tokens.add(IssuedToken(value, kind, client_id, "alice", "", value, now, now + 3600))


def know_code(fake: FakeAuthorizationServer, value: str, client_id: str) -> None:
    """Let the server have issued a code of this value."""
    now = fake.authority.clock()
    fake.authority.tokens.add_code(IssuedCode(value, client_id, "alice", "", value, None, None, now + 60))


class SecretJWT:
    """`client_secret_jwt` at the fake server, checked with the standard library: HS256 over the client's secret."""

    def read(self, authority, request, form) -> str | None:
        assertion = dict(form).get("client_assertion")
        return None if assertion is None else str(_decoded(assertion.split(".")[1])["sub"])

    def verify(self, authority, client, request, form) -> str:
        signed, _, signature = dict(form)["client_assertion"].rpartition(".")
        expected = new_hmac(client.client_secret.encode(), signed.encode(), sha256).digest()
        if not compare_digest(expected, urlsafe_b64decode(signature + "==")):
            raise Refusal("invalid_client", "the signature is wrong", status=401)
        claims = _decoded(signed.split(".")[1])
        if not claims["iss"] == claims["sub"] == client.client_id or claims["exp"] <= authority.clock():
            raise Refusal("invalid_client", "the assertion is another's, or too old", status=401)
        return "client_secret_jwt"


def _decoded(part: str) -> dict[str, object]:
    return json.loads(urlsafe_b64decode(part + "=="))


def with_secret_jwt(fake: FakeAuthorizationServer) -> None:
    """Let the server know `client_secret_jwt`."""
    fake.authority.auth_methods["client_secret_jwt"] = SecretJWT()
