"""The OAuth 1.0 examples of the page on HTTP clients."""

from __future__ import annotations

import asyncio

import pytest

from oauth_core.testing import FakeAuthorizationServer, NotRedirected, OAuth1Provider, RegisteredOAuth1Client
from tests.shared.seed_harness import Router, run_example

ENDPOINTS = {
    "/oauth/request_token": "/oauth1/initiate",
    "/oauth/authorize": "/oauth1/authorize",
    "/oauth/access_token": "/oauth1/token",
    "/user": "/signed/",
}


class Straight(Router):
    """Sends requests on to the address that was signed."""

    def rewritten(self, url: str) -> str:
        assert url.startswith(("https://provider.com/", "https://api.provider.com/")), url
        return url


class Approving(OAuth1Provider):
    """A provider whose user has already read out the verifiers of the examples, in their order."""

    verifiers = ["user-provided-verifier", "user-verifier"]

    def _issue(self, *arguments, **options):
        issued = super()._issue(*arguments, **options)
        if issued.temporary and self.verifiers:
            issued.verifier, issued.user = self.verifiers.pop(0), "alice"
        return issued


def served_by(provider: OAuth1Provider, monkeypatch) -> FakeAuthorizationServer:
    fake = FakeAuthorizationServer("https://provider.com")
    fake.install(provider)
    endpoints = fake.authority.endpoints
    endpoints.update({path: endpoints[own] for path, own in ENDPOINTS.items()})
    Straight(fake, {}).patch(monkeypatch)
    return fake


@pytest.fixture
def client() -> RegisteredOAuth1Client:
    return RegisteredOAuth1Client("your-client-key", "your-client-secret")


def test_requests_session(client, monkeypatch, capsys):
    """The session takes the three steps, with the verifier that the person types, and calls the API."""
    provider = OAuth1Provider([client])
    fake = served_by(provider, monkeypatch)

    def person(prompt: str) -> str:
        url = capsys.readouterr().out.removeprefix("Please visit: ").strip()
        with pytest.raises(NotRedirected):  # the person reads the verifier from a page
            fake.authorize(url)
        return provider.verifier_of(url.partition("oauth_token=")[2])

    found = run_example("requests_oauth1_session", input=person)
    assert found["response"].status_code == 200
    assert found["client"].token["oauth_token"] == found["access_token"]["oauth_token"]


def test_httpx_clients(client, monkeypatch):
    """The client takes the three steps synchronously and asynchronously, and calls the API."""
    served_by(Approving([client]), monkeypatch)
    found = run_example("httpx_oauth1_client", asyncio=asyncio)
    assert found["auth_url"].endswith(f"oauth_token={found['request_token']['oauth_token']}")
    assert found["response"].status_code == 200
    assert found["user_data"]["method"] == "GET"
