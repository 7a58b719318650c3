"""An error answer never carries back what it was sent."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from oauth_core import Request, Response, run, send

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = (("Content-Type", "application/json"),)


def answer(request: Request, status: int, body: str) -> str:
    return run(send(request), lambda _: Response(status, JSON, body.encode())).text


@pytest.mark.parametrize("name", ["code", "client_secret", "password", "refresh_token", "assertion", "code_verifier"])
def test_a_secret_parameter_is_taken_out(name):
    """Whatever the server quotes of the form is replaced, raw, percent-encoded or escaped for JSON."""
    request = Request("POST", "https://as.test/token", (FORM,)).with_params([(name, "se cret/ü"), ("scope", "read")])
    echoed = json.dumps({"error": "x", "error_description": "se cret/ü or se+cret%2F%C3%BC", "scope": "read"})
    assert "cret" not in answer(request, 400, echoed)
    assert "read" in answer(request, 400, echoed)


@pytest.mark.parametrize(
    "credentials", ["Basic " + b64encode(b"id:s%25cret-value").decode(), "Bearer s%cret-value", "DPoP s%cret-value"]
)
def test_a_secret_of_the_header_is_taken_out(credentials):
    """Basic credentials, decoded as servers decode them, and tokens are replaced."""
    request = Request("GET", "https://as.test/x", (("Authorization", credentials),))
    assert "cret" not in answer(request, 401, '{"error": "x", "error_description": "wrong: s%cret-value"}')


def test_broken_credentials_harm_nothing():
    """A header that is no base64 is left alone, and the answer with it."""
    request = Request("GET", "https://as.test/x", (("Authorization", "Basic !"),))
    assert answer(request, 401, "text") == "text"


def test_a_success_stays_as_it_is():
    """A server that does not rotate sends the refresh token back, and it must arrive."""
    request = Request("POST", "https://as.test/token", (FORM,), b"refresh_token=the-same-one")
    body = '{"access_token": "a", "refresh_token": "the-same-one"}'
    assert answer(request, 200, body) == body


def test_an_error_with_status_200_is_an_error():
    """A body with an error member is treated as one, whatever its status."""
    request = Request("POST", "https://as.test/token", (FORM,), b"code=the-code")
    assert "the-code" not in answer(request, 200, '{"error": "bad", "error_description": "the-code"}')
