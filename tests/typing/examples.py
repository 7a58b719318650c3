"""Code as users write it, checked by mypy and never run: what a caller's editor must understand.

Each `assert_type` is a promise; a change of a public signature that breaks one breaks users.
"""

from collections.abc import Mapping
from typing import assert_type

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
