"""Everything that oauth_core and its adapters raise.

OAuthError
├── UsageError                    the caller asked for something that cannot work
│   ├── InsecureTransportError    a secret would travel in the clear
│   ├── MissingTokenError         there is no token and no grant to obtain one
│   └── MissingPluginError        a package that fills this need is not installed
├── ServerRefusal                 the server said no
│   ├── ErrorStatusReceived       ... with an HTTP error status and no OAuth error
│   ├── AuthorizationRefused      ... at the authorization endpoint (the callback holds an error)
│   └── ReauthorizationRequired   ... for good: a person must authorize again
│       └── TokenExpiredError     the token is past its end and nothing can renew it
├── ProtocolViolation             the server broke the protocol
│   ├── InvalidTokenResponse      a token answer without a usable token
│   ├── UnsupportedTokenTypeError a token of a type nobody here can present
│   ├── MismatchingStateError     a callback that does not belong to this request
│   ├── MismatchingIssuerError    an answer from another authorization server
│   └── InvalidMetadataError      a metadata document that cannot be trusted
├── TransportError                no usable answer arrived
└── TokenNotSavedError            a new token is in memory, but its store or callback failed

Rules of this room: the RFC's code is data (``exc.error``); no exception holds a client, a native
response or a secret; every exception pickles and copies (threads that wait for one renewal each
raise their own copy).
"""

from __future__ import annotations

__all__ = [
    "AuthlibHTTPError",
    "AuthorizationRefused",
    "ErrorStatusReceived",
    "InsecureTransportError",
    "InvalidMetadataError",
    "InvalidTokenResponse",
    "MismatchingIssuerError",
    "MismatchingStateError",
    "MissingPluginError",
    "MissingTokenError",
    "OAuthError",
    "ProtocolViolation",
    "ReauthorizationRequired",
    "ServerRefusal",
    "TokenExpiredError",
    "TokenNotSavedError",
    "TransportError",
    "UnsupportedTokenTypeError",
    "UsageError",
    "printable",
]

_MAX_TEXT = 500


def printable(text: str, limit: int = _MAX_TEXT) -> str:
    """Return text fit for one line of a log: control characters escaped, at most ``limit`` characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"


def described(problem: BaseException) -> str:
    """Name a failure of somebody's store, callback or lock without its text, which may hold what it failed on.

    Its type and the place it was raised at; an error that was raised here has a text without secrets, and shows it.
    """
    kind, place = type(problem).__name__, problem.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return kind
    frame = place.tb_frame
    if isinstance(problem, (OAuthError, TypeError)) and frame.f_globals.get("__name__", "").startswith("oauth_core."):
        return f"{kind}: {printable(str(problem))}"
    file = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{kind} in {frame.f_code.co_qualname}, {file} line {place.tb_lineno}"


class OAuthError(Exception):
    """The root of every error of this family of packages.

    ``error`` is the code of the RFC that governs the exchange (``invalid_grant``) or, for errors
    found on this side, a code of the same style; ``description`` says what happened and what to do;
    ``uri`` is the server's link, ``status_code`` the HTTP status, ``retry_after`` seconds to wait.
    """

    error: str = "oauth_error"

    def __init__(
        self,
        description: str | None = None,
        *,
        error: str | None = None,
        uri: str | None = None,
        status_code: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        if error is not None:
            self.error = error
        self.description = description
        self.uri = uri
        self.status_code = status_code
        self.retry_after = retry_after
        super().__init__(description)

    def __str__(self) -> str:
        text = printable(self.error, 100)
        if self.description:
            text = f"{text}: {printable(self.description)}"
        if self.status_code is not None:
            text = f"{text} (status {self.status_code})"
        return text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _rebuild(cls: type[OAuthError], args: tuple[object, ...], state: dict[str, object]) -> OAuthError:
    exc = cls.__new__(cls, *args)
    exc.args = args
    exc.__dict__.update(state)
    return exc


class UsageError(OAuthError):
    """The caller asked for something that cannot work; nothing was sent."""

    error = "invalid_usage"


class InsecureTransportError(UsageError):
    """A credential or a token would travel over plain HTTP to a host that is not this machine."""

    error = "insecure_transport"


class MissingTokenError(UsageError):
    """There is no token, and no grant is configured to obtain one."""

    error = "missing_token"


class MissingPluginError(UsageError):
    """A feature was asked for whose package is not installed; the message names it."""

    error = "missing_package"


class ServerRefusal(OAuthError):
    """The server answered with an error: an OAuth error code, or an HTTP error status without one."""

    error = "server_error"


class ErrorStatusReceived(ServerRefusal):
    """The server answered with an HTTP error status and no OAuth error: a proxy, a wrong URL, an outage."""


class AuthorizationRefused(ServerRefusal):
    """The callback of an authorization request holds an error such as ``access_denied``. RFC 6749 §4.1.2.1."""

    error = "access_denied"


class ReauthorizationRequired(ServerRefusal):
    """The grant is spent for good: a person must authorize again."""

    error = "invalid_grant"


class TokenExpiredError(ReauthorizationRequired):
    """The access token has expired, and there is no refresh token or repeatable grant to renew it."""

    error = "token_expired"


class ProtocolViolation(OAuthError):
    """The server's answer breaks the protocol; it was not used."""

    error = "invalid_response"


class InvalidTokenResponse(ProtocolViolation):
    """A successful answer of the token endpoint holds no usable access token. RFC 6749 §5.1."""

    error = "invalid_token_response"


class UnsupportedTokenTypeError(ProtocolViolation):
    """A token whose type is unknown: it cannot be presented to an API. RFC 6749 §7.1."""

    error = "unsupported_token_type"


class MismatchingStateError(ProtocolViolation):
    """The ``state`` of a callback is missing, or belongs to another authorization request. RFC 6749 §10.12."""

    error = "mismatching_state"


class MismatchingIssuerError(ProtocolViolation):
    """The ``iss`` of an answer is missing or names another authorization server. RFC 9207 §2.4."""

    error = "mismatching_issuer"


class InvalidMetadataError(ProtocolViolation):
    """A metadata document of another issuer, or with unusable endpoints. RFC 8414 §3.3."""

    error = "invalid_metadata"


class TransportError(OAuthError):
    """No usable answer arrived: connection, TLS or time-out, or an answer past the size limit.

    ``timeout`` is true where time ran out.
    """

    error = "transport_error"

    def __init__(self, description: str | None = None, *, timeout: bool = False) -> None:
        super().__init__(description)
        self.timeout = timeout


class TokenNotSavedError(OAuthError):
    """A new token was obtained and is in memory, but its store or callback failed."""

    error = "token_not_saved"


AuthlibHTTPError = OAuthError  # the name that people bring along from Authlib


for _name in __all__:  # as tracebacks name them: the first error may come before anybody has asked the package for one
    globals()[_name].__module__ = "oauth_core"
