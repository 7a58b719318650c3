# mypy: ignore-errors
# Authlib brings no types.
"""What Authlib's server stores: clients, codes, tokens and device codes, in memory. Times are epoch seconds."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc8628 import DeviceCredentialDict


@dataclass
class Client(ClientMixin):
    """A client with its metadata as RFC 7591 spells it."""

    client_id: str
    client_secret: str | None
    metadata: dict[str, Any]

    @property
    def auth_method(self) -> str:
        return str(self.metadata.get("token_endpoint_auth_method", "client_secret_basic"))

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        uris = self.metadata.get("redirect_uris", [])
        return uris[0] if len(uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str:
        allowed = self.metadata.get("scope", "").split()
        return " ".join(each for each in (scope or "").split() if each in allowed)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.metadata.get("redirect_uris", [])

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest((self.client_secret or "").encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return self.auth_method == method

    def check_response_type(self, response_type: str) -> bool:
        return response_type in self.metadata.get("response_types", ["code"])

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.metadata.get("grant_types", ["authorization_code"])


@dataclass
class Code(AuthorizationCodeMixin):
    """An authorization code; it lives a minute."""

    code: str
    client_id: str
    username: str
    redirect_uri: str | None
    scope: str
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: float = field(default_factory=lambda: time.time() + 60)

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Token(TokenMixin):
    """An access token with the refresh token that was issued beside it."""

    access_token: str
    refresh_token: str | None
    client: Client
    username: str | None
    scope: str
    expires_in: int
    issued_at: float = field(default_factory=time.time)
    expired: bool = False
    refresh_expired: bool = False
    revoked: bool = False
    refresh_revoked: bool = False

    def check_client(self, client: Client) -> bool:
        return self.client.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return self.expires_in

    def is_expired(self) -> bool:
        return self.expired or time.time() >= self.issued_at + self.expires_in

    def is_revoked(self) -> bool:
        return self.revoked

    def get_user(self) -> str | None:
        return self.username

    def get_client(self) -> Client:
        return self.client


@dataclass
class Store:
    """Everything that the server knows."""

    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    device_codes: dict[str, DeviceCredentialDict] = field(default_factory=dict)
    decisions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """User code to (user name, approved)."""
    registration_tokens: dict[str, str] = field(default_factory=dict)
    """Registration access token to client id."""
    used_assertions: set[tuple[str, str]] = field(default_factory=set)

    def by_access_token(self, value: str) -> Token | None:
        return next((each for each in self.tokens if each.access_token == value), None)

    def by_refresh_token(self, value: str) -> Token | None:
        return next((each for each in self.tokens if each.refresh_token == value), None)

    def find(self, value: str, hint: str | None = None) -> Token | None:
        """A token by its value; the hint only says where to look first (RFC 7009 §2.1)."""
        return self.by_access_token(value) or self.by_refresh_token(value)
