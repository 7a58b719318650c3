"""One OAuth 1.0 client without I/O: its credentials as they change, its signer, and the flows. RFC 5849 §2.

Rules of this room: sessions, clients and auth handlers of every HTTP library are thin faces on this object; a
resource request is signed in one call and passes through no flow; what is only for one step (callback, verifier)
is signed in that step alone; a token is replaced in one assignment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from ._errors import ServerRefusal, UsageError
from ._messages import Flow, Params, Request, Response, pairs, send
from ._oauth1_clock import Fixed, Shifted, clock_skew
from ._oauth1_credentials import OAuth1Credentials, OAuth1Token
from ._oauth1_endpoints import (
    build_authorization_url,
    build_temporary_credentials_request,
    build_token_credentials_request,
    parse_authorization_callback,
    parse_temporary_credentials_response,
    parse_token_credentials_response,
)
from ._oauth1_methods import SIGNATURE_HMAC_SHA1, SignatureMethod
from ._oauth1_signer import SIGNATURE_TYPE_HEADER, OAuth1Signer, SignedParts, generate_nonce

__all__ = ["OAUTH1_SPELLINGS", "OAuth1Core"]

# Alternate spelling -> canonical name, for constructors and attributes of every face.
OAUTH1_SPELLINGS: Mapping[str, str] = {
    "client_id": "client_key",
    "resource_owner_key": "token",
    "resource_owner_secret": "token_secret",
    "callback_uri": "redirect_uri",
    "callback": "redirect_uri",
    "placement": "signature_type",
}


class OAuth1Core:
    """The credentials, signer and flows of one OAuth 1.0 client.

    ``client_key``, ``client_secret``: the client's; ``token``, ``token_secret``: temporary or token credentials where
    there are any; ``redirect_uri``: where the user returns to, ``oob`` unless given (``omit_callback=True`` sends none,
    for servers older than RFC 5849); ``verifier``: what they brought back;
    ``rsa_key``, ``rsa_passphrase``: see ``OAuth1Credentials``. ``signature_method``, ``signature_type``, ``realm``,
    ``body_hash``, ``force_include_body`` and ``allow_insecure_http``: see ``OAuth1Signer``, of which ``client_class``
    is a subclass. ``nonce`` and ``timestamp`` are fixed values or functions, for tests; ``clock`` is epoch seconds.
    Raises ``UsageError`` for what cannot sign.
    """

    def __init__(
        self,
        client_key: str,
        client_secret: str | None = None,
        token: str | None = None,
        token_secret: str | None = None,
        redirect_uri: str | None = None,
        *,
        rsa_key: object = None,
        rsa_passphrase: str | bytes | None = None,
        verifier: str | None = None,
        signature_method: str | SignatureMethod = SIGNATURE_HMAC_SHA1,
        signature_type: str = SIGNATURE_TYPE_HEADER,
        realm: str | None = None,
        body_hash: str | None = None,
        force_include_body: bool = False,
        client_class: type[OAuth1Signer] | None = None,
        nonce: str | Callable[[], str] | None = None,
        timestamp: str | float | Callable[[], float] | None = None,
        clock: Callable[[], float] = time.time,
        allow_insecure_http: bool = False,
        require_callback_confirmed: bool = True,
        omit_callback: bool = False,
    ) -> None:
        if client_class is not None and not (isinstance(client_class, type) and issubclass(client_class, OAuth1Signer)):
            raise TypeError("client_class must be a subclass of oauth_core.OAuth1Signer")
        self._redirect_uri = redirect_uri
        self._verifier = verifier
        self._clock = clock if timestamp is None else timestamp if callable(timestamp) else Fixed(float(timestamp))
        self._offset = 0.0
        self._session_handle: str | None = None
        self._require_callback_confirmed = require_callback_confirmed
        self._omit_callback = omit_callback
        self._signer = (client_class or OAuth1Signer)(
            OAuth1Credentials(client_key, client_secret, token, token_secret, rsa_key, rsa_passphrase=rsa_passphrase),
            signature_method=signature_method,
            signature_type=signature_type,
            realm=realm,
            body_hash=body_hash,
            force_include_body=force_include_body,
            nonce=generate_nonce if nonce is None else nonce if callable(nonce) else Fixed(nonce),
            clock=self._clock,
            allow_insecure_http=allow_insecure_http,
        )
        self._step_signer: tuple[OAuth1Signer, tuple[str | None, str | None], OAuth1Signer] | None = None

    def __repr__(self) -> str:
        return f"<OAuth1Core {self._signer!r}{' with token' if self.credentials.token else ''}>"

    @property
    def credentials(self) -> OAuth1Credentials:
        """The credentials that the next request is signed with."""
        return self._signer.credentials

    @credentials.setter
    def credentials(self, value: OAuth1Credentials) -> None:
        self._signer = self._signer.replace(value)

    @property
    def signer(self) -> OAuth1Signer:
        """The signer of resource requests: without callback and verifier."""
        return self._signer

    @property
    def step_signer(self) -> OAuth1Signer:
        """The signer that also sends the callback or verifier where one is set: for auth handlers used by hand."""
        base, steps = self._signer, (self._redirect_uri, self._verifier)
        made = self._step_signer
        # What it was made from is kept with it, so that no thread can leave an outdated one behind.
        if made is None or made[0] is not base or made[1] != steps:
            named = zip(("oauth_callback", "oauth_verifier"), steps, strict=True)
            given = tuple((name, value) for name, value in named if value is not None)
            made = self._step_signer = (base, steps, base.with_parameters(given) if given else base)
        return made[2]

    @property
    def redirect_uri(self) -> str | None:
        """Where the user returns to: sent as ``oauth_callback`` when a request token is fetched."""
        return self._redirect_uri

    @redirect_uri.setter
    def redirect_uri(self, value: str | None) -> None:
        self._redirect_uri = value

    @property
    def verifier(self) -> str | None:
        """What the callback or the user brought: sent when the access token is fetched."""
        return self._verifier

    @verifier.setter
    def verifier(self, value: str | None) -> None:
        self._verifier = value

    @property
    def realm(self) -> str | None:
        """The realm named in the header."""
        return self._signer.realm

    @realm.setter
    def realm(self, value: str | None) -> None:
        self._signer = self._signer.replace(realm=value)

    @property
    def token(self) -> OAuth1Token:
        """The token in use, to persist and to restore: with secret, verifier and session handle where there are any."""
        known = {
            "oauth_token": self.credentials.token,
            "oauth_token_secret": self.credentials.token_secret,
            "oauth_verifier": self._verifier,
            "oauth_session_handle": self._session_handle,
        }
        return OAuth1Token({name: value for name, value in known.items() if value is not None})

    @token.setter
    def token(self, value: Mapping[str, str] | None) -> None:
        if value is None:
            self._verifier = self._session_handle = None
            self.credentials = self.credentials.with_token(None)
            return
        if not isinstance(value, Mapping):
            raise TypeError(f"token is a {type(value).__name__}; assign the dict that a fetch returned")
        if not value.get("oauth_token"):
            raise UsageError(f"the token has no oauth_token; it has {sorted(value)}")
        secret = value.get("oauth_token_secret", self.credentials.token_secret)
        if value.get("oauth_verifier"):
            self.verifier = value["oauth_verifier"]
        self._session_handle = value.get("oauth_session_handle", self._session_handle)
        self.credentials = self.credentials.with_token(value["oauth_token"], secret)

    @property
    def authorized(self) -> bool:
        """True where there is a token and all that the signature method needs to sign with it."""
        credentials = self.credentials
        if self._signer.signature_method.name.startswith("RSA"):
            return bool(credentials.token)
        return bool(credentials.client_secret and credentials.token and credentials.token_secret)

    def sign_parts(
        self, method: str, url: str, content_type: str | None = None, body: object = None, *, host: str | None = None
    ) -> SignedParts:
        """Sign a resource request; see ``OAuth1Signer.sign_parts``."""
        return self._signer.sign_parts(method, url, content_type, body, host=host)

    def create_authorization_url(self, url: str, request_token: str | None = None, **params: object) -> str:
        """Return the URL to send the user to, for ``request_token`` or the token in use. RFC 5849 §2.2."""
        return build_authorization_url(url, request_token or self.credentials.token or "", params=params)

    def parse_authorization_response(self, url: str) -> OAuth1Token:
        """Take token and verifier out of the callback's URL and return its parameters.

        Raises ``AuthorizationRefused``, and ``MismatchingStateError`` for another request token. RFC 5849 §2.2.
        """
        found = parse_authorization_callback(url, token=self.credentials.token)
        self.token = {name: found[name] for name in ("oauth_token", "oauth_verifier") if name in found}
        return found

    def fetch_request_token(
        self, url: str, realm: str | Iterable[str] | None = None, *, method: str = "POST", params: Params | None = None
    ) -> Flow[OAuth1Token]:
        """Fetch temporary credentials and use them from here on (a flow). RFC 5849 §2.1."""
        # A token of before does not belong into this request.
        bare = self.credentials.with_token(None)
        callback = self._redirect_uri or (None if self._omit_callback else "oob")

        def build() -> Request:
            return build_temporary_credentials_request(
                self._signer.replace(bare), url, callback=callback, realm=realm, params=params, method=method
            )

        def parse(response: Response) -> OAuth1Token:
            if not self._require_callback_confirmed:
                return parse_token_credentials_response(response)
            return parse_temporary_credentials_response(response, callback_sent=self._redirect_uri is not None)

        token = yield from self._fetch(build, parse)
        self.verifier = None
        self.token = token
        return token

    def fetch_access_token(
        self, url: str, verifier: str | None = None, *, method: str = "POST", params: Params | None = None
    ) -> Flow[OAuth1Token]:
        """Exchange the request token and its verifier for an access token and use that (a flow). RFC 5849 §2.3."""
        verifier = verifier or self._verifier
        if not verifier:
            raise UsageError(
                "the verifier is missing: pass verifier=, or parse the callback first "
                "(fetch_two_legged_token and fetch_xauth_token need none)"
            )
        if not self.credentials.token:
            raise UsageError("there is no request token to exchange; fetch one, or restore the one of this user")
        return self._exchange(url, verifier=verifier, method=method, params=params)

    def fetch_two_legged_token(
        self, request_token_url: str, access_token_url: str, *, method: str = "POST"
    ) -> Flow[OAuth1Token]:
        """Fetch an access token for the client itself: the exchange without a user in between (a flow)."""
        yield from self.fetch_request_token(request_token_url, method=method)
        return (yield from self._exchange(access_token_url, method=method))

    def fetch_xauth_token(
        self, url: str, username: str, password: str, *, params: Params | None = None
    ) -> Flow[OAuth1Token]:
        """Exchange a user's name and password for an access token, at providers that still allow xAuth (a flow)."""
        form = (
            *pairs(params),
            ("x_auth_mode", "client_auth"),
            ("x_auth_username", username),
            ("x_auth_password", password),
        )
        return self._exchange(url, params=form, password=password, without_token=True)

    def renew_access_token(
        self, url: str, session_handle: str | None = None, *, params: Params | None = None
    ) -> Flow[OAuth1Token]:
        """Renew an expired access token with its ``oauth_session_handle`` and use the new one (a flow).

        Without ``session_handle`` the one of the last answer is sent; an answer without one keeps it.
        """
        handle = session_handle or self._session_handle
        if not handle or not self.credentials.token:
            raise UsageError("there is no oauth_session_handle and token to renew with; the user must authorize again")
        return self._exchange(url, session_handle=handle, params=params)

    def adjust_clock(self, response: Response) -> bool:
        """Set the clock by a refusal that is about the timestamp; True where the request is worth signing anew.

        It reads ``oauth_acceptable_timestamps``, else the server's ``Date``. What follows a True is one attempt more,
        never two: a second call with the same answer returns False.
        """
        skew = clock_skew(response, self._clock() + self._offset)
        if skew is None:
            return False
        self._offset += skew
        self._signer = self._signer.replace(clock=Shifted(self._clock, self._offset))
        return True

    def _exchange(
        self,
        url: str,
        *,
        verifier: str | None = None,
        session_handle: str | None = None,
        method: str = "POST",
        params: Params | None = None,
        password: str = "",
        without_token: bool = False,
    ) -> Flow[OAuth1Token]:
        def build() -> Request:
            signer = self._signer.replace(self.credentials.with_token(None)) if without_token else self._signer
            return build_token_credentials_request(
                signer, url, verifier=verifier, session_handle=session_handle, params=params, method=method
            )

        token = yield from self._fetch(build, parse_token_credentials_response, password)
        if session_handle is not None:
            token.setdefault("oauth_session_handle", session_handle)
        self._session_handle = None
        self.token = token
        # It is spent; sent again it would spoil the signature of whatever comes next.
        self.verifier = None
        return token

    def _fetch(
        self, build: Callable[[], Request], parse: Callable[[Response], OAuth1Token], password: str = ""
    ) -> Flow[OAuth1Token]:
        response = yield from send(build())
        if self.adjust_clock(response):
            response = yield from send(build())
        try:
            return parse(response)
        except ServerRefusal as refusal:
            raise self._without_secrets(refusal, password) from None

    def _without_secrets(self, refusal: ServerRefusal, password: str) -> ServerRefusal:
        # Some servers explain a refusal with what they computed, key included.
        from ._echo import without_secrets

        known = (self.credentials.client_secret, self.credentials.token_secret, password)
        said = (refusal.description or "").encode("utf-8")
        text = without_secrets(said, [secret for secret in known if secret]).decode("utf-8")
        return ServerRefusal(
            text, error=refusal.error, status_code=refusal.status_code, retry_after=refusal.retry_after
        )
