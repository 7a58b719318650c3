"""OAuth 1.0 at the fake server: temporary credentials, the person's decision, token credentials, signed requests.

Rules of this room: every signature, timestamp and nonce is verified as a server must, whatever the method and
placement; each refusal is reported in body and header with the code of the problem reporting extension; temporary
credentials and verifiers are good once.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from typing import cast
from urllib.parse import quote, urlencode, urlsplit

from oauth_core._messages import FORM, Pairs, Response, add_query
from oauth_core._oauth1_credentials import OAuth1Credentials
from oauth_core._oauth1_methods import SIGNATURE_METHODS
from oauth_core._oauth1_verify import InvalidSignatureError, NonceMemory, OAuth1Verifier, VerifiedRequest

from ._authority import Authority, Endpoint, Handler
from ._clients import FakeUser
from ._exchange import Exchange
from ._resource import public_resource
from ._wire import html_response, json_response, single

__all__ = ["IssuedOAuth1Token", "OAuth1Provider", "RegisteredOAuth1Client"]

_REALM = "fake"
_BAD_REQUESTS = frozenset(
    {"parameter_absent", "parameter_rejected", "version_rejected", "signature_method_rejected", "body_hash_invalid"}
)


@dataclass(frozen=True, slots=True)
class RegisteredOAuth1Client:
    """An OAuth 1.0 client as it is registered at the fake server.

    ``rsa_key`` is its public key or certificate (PEM) for the RSA methods. ``callbacks`` are what a callback must
    start with, None allows any; ``oob`` is always allowed. ``xauth`` lets it exchange a user's password.
    """

    client_key: str
    client_secret: str | None = field(default=None, repr=False)
    rsa_key: str | bytes | None = None
    callbacks: tuple[str, ...] | None = None
    xauth: bool = False


@dataclass(slots=True)
class IssuedOAuth1Token:
    """Temporary or token credentials that the fake server issued; ``user`` is who approved them."""

    value: str = field(repr=False)
    secret: str = field(repr=False)
    client_key: str
    temporary: bool
    callback: str | None = None
    verifier: str | None = field(default=None, repr=False)
    user: str | None = None
    expires_at: float | None = None
    session_handle: str | None = field(default=None, repr=False)
    revoked: bool = False


class _Problem(Exception):
    """A refusal with its code, its advice and further parameters of the report."""

    def __init__(self, code: str, advice: str, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.advice = advice
        self.more = more


class OAuth1Provider:
    """Adds OAuth 1.0 to a fake server: ``provider = OAuth1Provider(...)``, then ``server.install(provider)``.

    ``methods`` are the signature methods accepted, ``tolerance`` the seconds a timestamp may be off,
    ``token_lifetime`` the seconds an access token lives (None: for ever), ``session_handles`` issues what renews it.
    ``two_legged`` exchanges request tokens that nobody approved. ``json_answers`` answers in JSON instead of a form,
    ``confirm_callback=False`` leaves out what RFC 5849 §2.1 demands.
    """

    def __init__(
        self,
        clients: Iterable[RegisteredOAuth1Client] = (),
        *,
        methods: Iterable[str] = SIGNATURE_METHODS,
        tolerance: float = 300.0,
        temporary_lifetime: float = 600.0,
        token_lifetime: float | None = None,
        session_handles: bool = False,
        two_legged: bool = False,
        json_answers: bool = False,
        confirm_callback: bool = True,
    ) -> None:
        self.clients = {client.client_key: client for client in clients}
        self.tokens: dict[str, IssuedOAuth1Token] = {}
        self.methods = tuple(methods)
        self.tolerance = tolerance
        self.temporary_lifetime = temporary_lifetime
        self.token_lifetime = token_lifetime
        self.session_handles = session_handles
        self.two_legged = two_legged
        self.json_answers = json_answers
        self.confirm_callback = confirm_callback
        self._nonces = NonceMemory(window=2 * tolerance)
        self._authority: Authority | None = None

    def __repr__(self) -> str:
        return f"<OAuth1Provider {len(self.clients)} clients, {len(self.tokens)} tokens>"

    def __call__(self, authority: Authority) -> None:
        """Add the endpoints to a server's table: what ``install`` calls."""
        self._authority = authority
        authority.endpoints |= {
            "/oauth1/initiate": Endpoint("oauth1_initiate", self._reported(self._initiate)),
            "/oauth1/authorize": Endpoint("oauth1_authorize", self._reported(self._authorize)),
            "/oauth1/token": Endpoint("oauth1_token", self._reported(self._exchange)),
            "/signed/": Endpoint("signed", self._reported(self._resource)),
            "/signed/upload": Endpoint("signed", self._reported(self._upload), streams=True),
        }

    @property
    def request_token_url(self) -> str:
        """Where temporary credentials are asked for."""
        return self._url("/oauth1/initiate")

    @property
    def authorization_url(self) -> str:
        """Where the person is sent to."""
        return self._url("/oauth1/authorize")

    @property
    def access_token_url(self) -> str:
        """Where token credentials are asked for."""
        return self._url("/oauth1/token")

    @property
    def resource_url(self) -> str:
        """A resource that demands a signature and echoes the request."""
        return self._url("/signed/things")

    def issue_token(self, client_key: str, *, user: str | None = None) -> dict[str, str]:
        """Issue token credentials without any request; without ``user`` they are good all the same."""
        issued = self._issue(self._server(), client_key, temporary=False, user=user)
        return {"oauth_token": issued.value, "oauth_token_secret": issued.secret}

    def verifier_of(self, token: str) -> str:
        """Return the verifier that the person would read to the client (``oob``). Raises ``KeyError``."""
        verifier = self.tokens[token].verifier
        if verifier is None:
            raise KeyError("nobody has approved this request token")
        return verifier

    def _server(self) -> Authority:
        if self._authority is None:
            raise RuntimeError("install the provider first: server.install(provider)")
        return self._authority

    def _url(self, path: str) -> str:
        return self._server().url(path)

    # The endpoints.

    def _initiate(self, authority: Authority, exchange: Exchange) -> Response:
        seen = self._verified(authority, exchange)
        if seen.token is not None:
            raise _Problem("parameter_rejected", "a request for temporary credentials carries no oauth_token")
        callback = seen.oauth_parameters.get("oauth_callback")
        if not callback:
            raise _Problem("parameter_absent", "oauth_callback is missing", oauth_parameters_absent="oauth_callback")
        self._check_callback(self.clients[seen.client_key], callback)
        issued = self._issue(authority, seen.client_key, temporary=True, callback=callback)
        confirmed = {"oauth_callback_confirmed": "true"} if self.confirm_callback else {}
        return self._answer({"oauth_token": issued.value, "oauth_token_secret": issued.secret, **confirmed})

    def _check_callback(self, client: RegisteredOAuth1Client, callback: str) -> None:
        if callback == "oob":
            return
        absolute = urlsplit(callback).scheme and not urlsplit(callback).fragment
        if not absolute or not (client.callbacks is None or callback.startswith(client.callbacks)):
            raise _Problem("parameter_rejected", "this callback is not the client's")

    def _authorize(self, authority: Authority, exchange: Exchange) -> Response:
        issued = self.tokens.get(exchange.query_value("oauth_token") or "")
        if issued is None or not issued.temporary or issued.revoked or self._expired(authority, issued):
            return html_response("This request token is unknown, used or expired.", status=400)
        decision = exchange.decision
        if decision is not None and not decision.approve:
            issued.revoked = True
            if issued.callback in {None, "oob"}:
                return html_response("Declined.")
            answer = {"oauth_token": issued.value, "oauth_problem": "permission_denied"}
        else:
            named = decision.user if decision is not None else None
            user: FakeUser = authority.users[named] if named else next(iter(authority.users.values()))
            issued.user, issued.verifier = user.name, authority.random()
            if issued.callback in {None, "oob"}:
                return html_response(f"Your code: {issued.verifier}")
            answer = {"oauth_token": issued.value, "oauth_verifier": issued.verifier}
        target = add_query(issued.callback, urlencode(answer))
        return Response(302, (("Location", target), ("Content-Length", "0")))

    def _exchange(self, authority: Authority, exchange: Exchange) -> Response:
        seen = self._verified(authority, exchange, expired=True)
        parameters = seen.oauth_parameters
        if seen.token is None:
            user: str | None = self._xauth(authority, seen)
        else:
            old = self.tokens[seen.token]
            if "oauth_session_handle" in parameters:
                given = parameters["oauth_session_handle"]
                if old.temporary or not _same(old.session_handle, given):
                    raise _Problem("parameter_rejected", "this session handle does not belong to the token")
            elif not old.temporary:
                raise _Problem("token_rejected", "these are not temporary credentials")
            elif self._expired(authority, old):
                raise _Problem("token_expired", "the temporary credentials have expired")
            elif not (self.two_legged and old.verifier is None) and not _same(
                old.verifier, parameters.get("oauth_verifier")
            ):
                raise _Problem("permission_unknown", "the verifier is missing or wrong")
            old.revoked = True
            user = old.user
        issued = self._issue(authority, seen.client_key, temporary=False, user=user)
        members = {"oauth_token": issued.value, "oauth_token_secret": issued.secret}
        if issued.session_handle is not None:
            members["oauth_session_handle"] = issued.session_handle
        if self.token_lifetime is not None:
            members["oauth_expires_in"] = str(int(self.token_lifetime))
        return self._answer(members)

    def _xauth(self, authority: Authority, seen: VerifiedRequest) -> str:
        if not self.clients[seen.client_key].xauth or single(seen.parameters, "x_auth_mode") != "client_auth":
            raise _Problem("parameter_absent", "oauth_token is missing", oauth_parameters_absent="oauth_token")
        user = authority.users.get(single(seen.parameters, "x_auth_username") or "")
        if user is None or not _same(user.password, single(seen.parameters, "x_auth_password")):
            raise _Problem("permission_denied", "name or password is wrong")
        return user.name

    def _resource(self, authority: Authority, exchange: Exchange) -> Response:
        seen = self._admitted(authority, exchange)
        response = public_resource(authority, exchange)
        if response.status != 200:
            return response
        echo = cast("dict[str, object]", response.json())
        echo["oauth"] = {
            "client_key": seen.client_key,
            "user": self.tokens[seen.token].user if seen.token else None,
            "signature_method": seen.oauth_parameters["oauth_signature_method"],
            "signature_type": seen.signature_type,
            "realm": seen.realm,
        }
        return response.replace(body=json.dumps(echo).encode())

    def _upload(self, authority: Authority, exchange: Exchange) -> Response:
        self._admitted(authority, exchange)
        digest = sha256()
        for chunk in exchange.chunks or ():
            digest.update(chunk)
        return json_response({"bytes": exchange.body_size, "sha256": digest.hexdigest()})

    def _admitted(self, authority: Authority, exchange: Exchange) -> VerifiedRequest:
        seen = self._verified(authority, exchange)
        if seen.token is not None and self.tokens[seen.token].temporary:
            raise _Problem("token_rejected", "temporary credentials open no resource")
        return seen

    # Verifying, issuing, answering.

    def _verified(self, authority: Authority, exchange: Exchange, *, expired: bool = False) -> VerifiedRequest:
        verifier = OAuth1Verifier(
            self._credentials,
            methods=self.methods,
            tolerance=self.tolerance,
            nonces=self._nonces,
            clock=authority.clock,
        )
        request = exchange.request
        try:
            seen = verifier.verify(request.method, request.url, request.headers, request.body)
        except InvalidSignatureError as refused:
            raise self._problem(authority, refused) from None
        if seen.token is not None and not expired and self._expired(authority, self.tokens[seen.token]):
            raise _Problem("token_expired", "the token has expired")
        return seen

    def _problem(self, authority: Authority, refused: InvalidSignatureError) -> _Problem:
        more: dict[str, str] = {}
        if refused.error == "timestamp_refused":
            now = authority.clock()
            more["oauth_acceptable_timestamps"] = f"{int(now - self.tolerance)}-{int(now + self.tolerance)}"
        return _Problem(refused.error, refused.description or "", **more)

    def _credentials(self, client_key: str, token: str | None) -> OAuth1Credentials | None:
        client = self.clients.get(client_key)
        if client is None:
            return None
        secret = None
        if token is not None:
            issued = self.tokens.get(token)
            if issued is None or issued.client_key != client_key or issued.revoked:
                return None
            secret = issued.secret
        return OAuth1Credentials(client_key, client.client_secret, token, secret, client.rsa_key)

    def _expired(self, authority: Authority, issued: IssuedOAuth1Token) -> bool:
        return issued.expires_at is not None and authority.clock() >= issued.expires_at

    def _issue(
        self,
        authority: Authority,
        client_key: str,
        *,
        temporary: bool,
        callback: str | None = None,
        user: str | None = None,
    ) -> IssuedOAuth1Token:
        lifetime = self.temporary_lifetime if temporary else self.token_lifetime
        issued = IssuedOAuth1Token(
            value=authority.random(),
            secret=authority.random(),
            client_key=client_key,
            temporary=temporary,
            callback=callback,
            user=user,
            expires_at=None if lifetime is None else authority.clock() + lifetime,
            session_handle=authority.random() if self.session_handles and not temporary else None,
        )
        self.tokens[issued.value] = issued
        return issued

    def _answer(self, members: dict[str, str], *, status: int = 200, headers: Pairs = ()) -> Response:
        kind, body = ("application/json", json.dumps(members)) if self.json_answers else (FORM, urlencode(members))
        return Response(status, (("Content-Type", kind), ("Cache-Control", "no-store"), *headers), body.encode("ascii"))

    def _reported(self, handler: Handler) -> Handler:
        def handle(authority: Authority, exchange: Exchange) -> Response:
            try:
                return handler(authority, exchange)
            except _Problem as problem:
                members = {"oauth_problem": problem.code, "oauth_problem_advice": problem.advice, **problem.more}
                report = ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in members.items())
                headers = (
                    ("WWW-Authenticate", f'OAuth realm="{_REALM}", {report}'),
                    ("Date", formatdate(authority.clock(), usegmt=True)),
                )
                return self._answer(members, status=400 if problem.code in _BAD_REQUESTS else 401, headers=headers)

        return handle


def _same(expected: str | None, given: str | None) -> bool:
    return expected is not None and hmac.compare_digest(expected.encode(), (given or "").encode())
