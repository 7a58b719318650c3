# mypy: ignore-errors
# oauthlib brings no types.
"""An OAuth 1.0 provider on oauthlib's endpoints, embedded in this process on loopback.

Three-legged flow with a user who approves at once, xAuth, renewal by session handle, and a protected API under all
seven signature methods and three placements. A body hash is not looked at. Refusals carry an `oauth_problem` report.
"""

from __future__ import annotations

import json
import secrets
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth1 import (
    AccessTokenEndpoint,
    AuthorizationEndpoint,
    OAuth1Error,
    RequestTokenEndpoint,
    ResourceEndpoint,
    SignatureOnlyEndpoint,
)
from werkzeug.wrappers import Request, Response

from tests.servers.browser import Browser
from tests.servers.loopback import LoopbackServer
from tests.servers.oauth1_credentials import OAuth1Client, Token
from tests.servers.oauth1_validator import WINDOW, OAuth1Store, Validator, add_access_token
from tests.servers.protocol import User

FORM = "application/x-www-form-urlencoded"


class OAuth1Server:
    """A running OAuth 1.0 provider; use it as a context manager, or `start()` and `close()` it."""

    user = User("alice", "wonderland")

    def __init__(self) -> None:
        # Plain secrets: oauthlib undoes the escapes of protocol parameters in query and body once too often, so that
        # a PLAINTEXT signature with an escaped secret in it fails there. The verifier on Node has the odd ones.
        self.client = OAuth1Client(client_secret=secrets.token_hex(20))
        self._store = OAuth1Store(self.client)
        self._server: LoopbackServer | None = None
        self._url = ""

    def start(self) -> Self:
        """Listen and serve."""
        self._server = LoopbackServer("oauth1-server")
        self._url = self._server.url
        self._server.start(Request.application(_Application(self._store, self.user)))
        return self

    def close(self) -> None:
        """Stop; harmless when it does not run."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def request_token_url(self) -> str:
        """Where temporary credentials come from."""
        return f"{self._url}/initiate"

    @property
    def authorization_url(self) -> str:
        """Where the user approves."""
        return f"{self._url}/authorize"

    @property
    def access_token_url(self) -> str:
        """Where token credentials come from; xAuth and renewal by `oauth_session_handle` too."""
        return f"{self._url}/token"

    @property
    def api_url(self) -> str:
        """Any path below it, with any method, answers JSON about the request; with or without a token."""
        return f"{self._url}/api"

    def authorize(self, url: str) -> str:
        """Approve: the URL of the callback."""
        return Browser(self._url).visit(url)[0]

    def issue_token(self) -> Token:
        """A new access token without the three-legged flow."""
        token = _plain_token()
        add_access_token(self._store, token)
        return token

    def forget(self, token: str) -> None:
        """Make an access token unknown."""
        del self._store.access[token]

    def set_clock_offset(self, seconds: float) -> None:
        """Let the server's clock be wrong by so many seconds."""
        self._store.clock_offset = seconds


class _Application:
    """Raw requests in, oauthlib's judgement out."""

    def __init__(self, store: OAuth1Store, user: User) -> None:
        validator = self._validator = Validator(store)
        self._store = store
        self._user = user
        self._initiate = RequestTokenEndpoint(validator)
        self._approve = AuthorizationEndpoint(validator)
        self._token = AccessTokenEndpoint(validator)
        self._resource = ResourceEndpoint(validator)
        self._signature_only = SignatureOnlyEndpoint(validator)

    def __call__(self, request: Request) -> Response:
        self._validator.start()
        # What was signed is what was sent: the raw target, not werkzeug's idea of it.
        uri = f"http://{request.host}{request.environ['RAW_URI']}"
        raw = request.get_data()
        body = raw.decode() if request.mimetype == FORM else ""
        arguments = (uri, request.method, body, dict(request.headers))
        match request.path.split("/")[1]:
            case "initiate":
                return self._respond(self._initiate.create_request_token_response(*arguments))
            case "authorize":
                return self._authorize(uri)
            case "token":
                return self._access_token(arguments)
            case "api":
                return self._api(request, raw, arguments)
            case _:
                return Response("no such path", 404)

    def _authorize(self, uri: str) -> Response:
        try:
            headers, text, status = self._approve.create_authorization_response(uri, realms=[])
        except OAuth1Error as error:
            return Response(error.urlencoded, error.status_code, content_type=FORM)
        return Response(text, status, headers)

    def _access_token(self, arguments) -> Response:
        parameters = _protocol_parameters(arguments)
        if parameters.get("x_auth_mode") == "client_auth":
            valid, _ = self._signature_only.validate_request(*arguments)
            given = (parameters.get("x_auth_username"), parameters.get("x_auth_password"))
            if not valid or given != (self._user.username, self._user.password):
                return self._refuse()
            return self._issue(screen_name=self._user.username)
        if "oauth_session_handle" in parameters:
            valid, _ = self._resource.validate_protected_resource_request(*arguments)
            renewed = self._store.session_handles.pop(parameters["oauth_session_handle"], None)
            if not valid or renewed != parameters["oauth_token"]:
                return self._refuse()
            del self._store.access[renewed]
            return self._issue()
        response = self._respond(self._token.create_access_token_response(*arguments))
        if response.status_code == 200:
            self._add_session_handle(response)
        return response

    def _issue(self, **extra: str) -> Response:
        token = _plain_token()
        add_access_token(self._store, token)
        pairs = {"oauth_token": token.token, "oauth_token_secret": token.secret} | extra
        response = Response(urlencode(pairs), 200, content_type=FORM)
        self._add_session_handle(response)
        return response

    def _add_session_handle(self, response: Response) -> None:
        text = response.get_data(as_text=True)
        handle = secrets.token_hex(8)
        self._store.session_handles[handle] = dict(parse_qsl(text))["oauth_token"]
        response.set_data(f"{text}&oauth_session_handle={handle}&oauth_expires_in=3600")

    def _api(self, request: Request, raw: bytes, arguments) -> Response:
        if "oauth_token" in _protocol_parameters(arguments):
            valid, seen = self._resource.validate_protected_resource_request(*arguments)
        else:
            valid, seen = self._signature_only.validate_request(*arguments)
        if not valid:
            return self._refuse()
        answer = {
            "method": request.method,
            "path": request.path,
            "query": list(request.args.items(multi=True)),
            "form": list(request.form.items(multi=True)),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": raw.decode("utf-8", errors="replace"),
            "length": len(raw),
            "client_key": seen.client_key,
            "token": seen.resource_owner_key,
            "signature_method": seen.signature_method,
        }
        return Response(json.dumps(answer), 200, content_type="application/json")

    def _respond(self, answer) -> Response:
        headers, text, status = answer
        if status == 401:
            return self._refuse()
        return Response(text, status, headers)

    def _refuse(self) -> Response:
        """401 with a problem report."""
        problem = self._validator.problem or "signature_invalid"
        report = {"oauth_problem": problem}
        if problem == "timestamp_refused":
            now = int(self._store.now())
            report["oauth_acceptable_timestamps"] = f"{now - WINDOW}-{now + WINDOW}"
        challenge = ", ".join(['OAuth realm="photos"', *(f'{name}="{value}"' for name, value in report.items())])
        return Response(urlencode(report), 401, {"WWW-Authenticate": challenge}, content_type=FORM)


def _plain_token() -> Token:
    return Token(f"token-{secrets.token_hex(6)}", secrets.token_hex(20))


def _protocol_parameters(arguments) -> dict[str, str]:
    """All parameters, wherever they stand; only used to see which kind of request this is."""
    uri, _, body, headers = arguments
    found = dict(parse_qsl(uri.partition("?")[2], keep_blank_values=True)) | dict(parse_qsl(body))
    header = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
    for part in header.removeprefix("OAuth ").split(","):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value.strip('"'))
    return found
