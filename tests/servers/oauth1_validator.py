# mypy: ignore-errors
# oauthlib brings no types.
"""What oauthlib's OAuth 1.0 endpoints ask of their operator: credentials, tokens, nonces and the clock."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from oauthlib.oauth1 import RequestValidator

from tests.servers.oauth1_credentials import SIGNATURE_METHODS, OAuth1Client, Token

WINDOW = 300  # seconds that a timestamp may be away from the server's clock


@dataclass
class Temporary:
    """A request token on its way to becoming an access token."""

    secret: str
    callback: str
    verifier: str | None = None


@dataclass
class OAuth1Store:
    """Everything that the server knows."""

    client: OAuth1Client
    temporary: dict[str, Temporary] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    """Access token to secret."""
    session_handles: dict[str, str] = field(default_factory=dict)
    """Session handle to the access token that it renews."""
    used: set[tuple[str, str, str, str | None]] = field(default_factory=set)
    clock_offset: float = 0.0
    """Seconds by which the server's clock is wrong."""

    def now(self) -> float:
        return time.time() + self.clock_offset


class Validator(RequestValidator):
    """Answers oauthlib's questions from the store, and remembers why it refused the request in hand."""

    enforce_ssl = False  # loopback
    allowed_signature_methods = SIGNATURE_METHODS
    # The window is ours, below, because the clock of the tests is adjustable.
    timestamp_lifetime = 10**9
    dummy_client = "dummy-client"
    dummy_request_token = "dummy-request-token"
    dummy_access_token = "dummy-access-token"
    realms = ("photos",)

    def __init__(self, store: OAuth1Store) -> None:
        super().__init__()
        self.store = store
        self._reason = threading.local()

    @property
    def problem(self) -> str | None:
        """Why the request that this thread works on was refused; None when its signature was wrong."""
        return getattr(self._reason, "name", None)

    def start(self) -> None:
        """Forget the reason of the request before."""
        self._reason.name = None

    def _refuse(self, name: str) -> bool:
        # oauthlib goes on after a refusal, so that every one takes as long: the first reason counts.
        self._reason.name = self.problem or name
        return False

    # Any printable value is a fine key, token, nonce or verifier here.

    def check_client_key(self, client_key):
        return client_key.isprintable()

    check_request_token = check_access_token = check_nonce = check_verifier = check_client_key

    # Clients

    def validate_client_key(self, client_key, request):
        return client_key == self.store.client.client_key or self._refuse("consumer_key_unknown")

    def get_client_secret(self, client_key, request):
        return self.store.client.client_secret if client_key == self.store.client.client_key else "dummy"

    def get_rsa_key(self, client_key, request):
        return self.store.client.public_pem

    # Temporary credentials

    def get_default_realms(self, client_key, request):
        return []

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri == "oob" or redirect_uri.startswith("https://client.example/")

    def save_request_token(self, token, request):
        self.store.temporary[token["oauth_token"]] = Temporary(token["oauth_token_secret"], request.redirect_uri)

    def verify_request_token(self, token, request):
        return token in self.store.temporary

    def validate_request_token(self, client_key, token, request):
        return token in self.store.temporary or self._refuse("token_rejected")

    def get_request_token_secret(self, client_key, token, request):
        found = self.store.temporary.get(token)
        return found.secret if found else "dummy"

    def invalidate_request_token(self, client_key, request_token, request):
        del self.store.temporary[request_token]

    # The user's approval

    def get_realms(self, token, request):
        return []

    def verify_realms(self, token, realms, request):
        return True

    def get_redirect_uri(self, token, request):
        return self.store.temporary[token].callback

    def save_verifier(self, token, verifier, request):
        self.store.temporary[token].verifier = verifier["oauth_verifier"]

    def validate_verifier(self, client_key, token, verifier, request):
        found = self.store.temporary.get(token)
        return (found is not None and found.verifier == verifier) or self._refuse("permission_denied")

    # Access tokens

    def save_access_token(self, token, request):
        self.store.access[token["oauth_token"]] = token["oauth_token_secret"]

    def validate_access_token(self, client_key, token, request):
        return token in self.store.access or self._refuse("token_rejected")

    def get_access_token_secret(self, client_key, token, request):
        return self.store.access.get(token, "dummy")

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    # Time and nonces

    def validate_timestamp_and_nonce(
        self, client_key, timestamp, nonce, request, request_token=None, access_token=None
    ):
        if abs(self.store.now() - int(timestamp)) > WINDOW:
            return self._refuse("timestamp_refused")
        use = (client_key, timestamp, nonce, request_token or access_token)
        if use in self.store.used:
            return self._refuse("nonce_used")
        self.store.used.add(use)
        return True


def add_access_token(store: OAuth1Store, token: Token) -> None:
    """Let an access token be known without the three-legged flow."""
    store.access[token.token] = token.secret
