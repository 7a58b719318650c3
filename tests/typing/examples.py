"""Code as users write it, checked by mypy and never run: what a caller's editor must understand.

Each `assert_type` is a promise; a change of a public signature that breaks one breaks users.
"""

from collections.abc import Mapping
from typing import assert_type

import httpx
import httpx2
import requests

import oauth_httpx
import oauth_httpx.httpx2
import oauth_requests
from oauth_compliance import Fix, OAuth1Profile, Profile, UserProfile, apply, profile
from oauth_core import (
    AuthorizationRequest,
    AuthorizationResponse,
    Flow,
    MemoryTokenStore,
    OAuth2Token,
    OAuthError,
    ReauthorizationRequired,
    Request,
    Response,
    TokenStore,
    run,
    send,
)


def tokens(answer: dict[str, object]) -> None:
    """A token is a dict that also reads as an object."""
    token = OAuth2Token(answer)
    assert_type(token.access_token, str)
    assert_type(token.refresh_token, str | None)
    assert_type(token.expires_in, int | None)
    assert_type(token["expires_in"], object)
    assert_type(token.is_expired(leeway=60), bool)
    as_mapping: Mapping[str, object] = token
    again = OAuth2Token.from_dict(as_mapping)
    assert_type(again, OAuth2Token)


def errors(error: Exception) -> None:
    """Errors are told apart by class where it matters and by the RFC's code elsewhere."""
    if isinstance(error, ReauthorizationRequired):
        assert_type(error.error, str)
    elif isinstance(error, OAuthError):
        assert_type(error.description, str | None)
        assert_type(error.status_code, int | None)
        assert_type(error.retry_after, float | None)


def authorization(callback: str) -> str:
    """An authorization request survives the trip through a browser as JSON."""
    request = AuthorizationRequest(
        "https://as.example/authorize",
        "client",
        redirect_uri="https://client.example/cb",
        scope=["openid", "profile"],
        resource=["https://api.example/a", "https://api.example/b"],
    )
    assert_type(request.uri, str)
    restored = AuthorizationRequest.from_json(request.to_json())
    assert_type(restored, AuthorizationRequest)
    response = restored.validate_callback(callback)
    assert_type(response, AuthorizationResponse)
    assert_type(response.code, str | None)
    return request.uri


class FileStore:
    """A store of one's own needs no base class."""

    def load(self, key: str) -> Mapping[str, object] | None:
        """Read a token."""
        raise NotImplementedError(key)

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Write a token."""
        raise NotImplementedError(key, token, previous)

    def delete(self, key: str) -> None:
        """Forget a token."""
        raise NotImplementedError(key)


def stores() -> list[TokenStore]:
    """The memory store and a store of the user's fit the same protocol."""
    return [MemoryTokenStore(), FileStore()]


def own_flow(url: str) -> Flow[int]:
    """A flow of one's own yields requests and returns a value."""
    response = yield from send(Request("GET", url))
    assert_type(response, Response)
    return response.status


def own_driver(url: str) -> None:
    """Any function that performs one request drives a flow."""

    def transport(request: Request) -> Response:
        raise NotImplementedError(request.url)

    assert_type(run(own_flow(url), transport), int)


def on_requests(token: OAuth2Token) -> None:
    """A session is a requests.Session, and a handler fits any session."""
    with oauth_requests.OAuth2Session("client", "secret", token_endpoint="https://as.example/token") as session:
        as_session: requests.Session = session
        assert_type(session.fetch_token(), OAuth2Token)
        assert_type(session.token, OAuth2Token | None)
        assert_type(session.get("https://api.example/"), requests.Response)
        assert_type(session.authorization_request(), AuthorizationRequest)
        assert_type(session.refresh_token(refresh_token="r"), OAuth2Token)
        as_session.close()
    auth: requests.auth.AuthBase = oauth_requests.OAuth2Auth(token)
    requests.get("https://api.example/", auth=auth, timeout=10)


def on_httpx(token: OAuth2Token) -> None:
    """A client is an httpx.Client, and a handler fits any client."""
    with oauth_httpx.OAuth2Client("client", "secret", token_endpoint="https://as.example/token") as client:
        as_client: httpx.Client = client
        assert_type(client.fetch_token(), OAuth2Token)
        assert_type(client.get("https://api.example/"), httpx.Response)
        as_client.close()
    auth: httpx.Auth = oauth_httpx.OAuth2Auth(token)
    httpx.get("https://api.example/", auth=auth)


async def on_httpx_async() -> None:
    """The same on asyncio or trio."""
    async with oauth_httpx.AsyncOAuth2Client("client", "secret", token_endpoint="https://as.example/token") as client:
        as_client: httpx.AsyncClient = client
        assert_type(await client.fetch_token(), OAuth2Token)
        assert_type(await client.get("https://api.example/"), httpx.Response)
        assert_type(await client.authorization_request(), AuthorizationRequest)
        await as_client.aclose()


async def on_httpx2(token: OAuth2Token) -> None:
    """The user's choice of module decides between httpx and httpx2."""
    with oauth_httpx.httpx2.OAuth2Client("client", "secret") as client:
        assert_type(client.get("https://api.example/"), httpx2.Response)
    async with oauth_httpx.httpx2.AsyncOAuth2Client("client", "secret") as async_client:
        assert_type(await async_client.get("https://api.example/"), httpx2.Response)
    auth: httpx2.Auth = oauth_httpx.httpx2.OAuth2Auth(token)
    httpx2.get("https://api.example/", auth=auth)


def providers(name: str) -> None:
    """A name that is written out gives a profile of its kind, whose options every client takes."""
    github = profile("github")
    assert_type(github, Profile)
    assert_type(profile("netsuite", account="1", host="1"), OAuth1Profile)
    assert_type(profile(name), Profile | OAuth1Profile)
    session = oauth_requests.OAuth2Session(**github.session_options(), client_id="app")
    oauth_requests.OAuth2Client(**github.client_options(), client_id="app")
    oauth_httpx.AsyncOAuth2Client(**github.session_options(), client_id="app")
    assert_type(apply(session, "slack"), Fix)
    assert_type(github.user_profile({"id": 1}), UserProfile)
