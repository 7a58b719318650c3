"""Grants: what a client shows at the token endpoint to be given a token.

Rules of this room: a grant is a frozen value that carries all its parameters, so that the first use and every
renewal send the same; ``repeatable`` says that it can be shown again without a person. A grant of the user's own is
any object with ``grant_type``, ``repeatable`` and ``parameters()``.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from ._auth_context import reveal
from ._errors import UsageError
from ._messages import Flow, Pairs

if TYPE_CHECKING:
    from ._login import Login

__all__ = [
    "AuthorizationCodeGrant",
    "ClientCredentialsGrant",
    "ExtensionGrant",
    "Grant",
    "PasswordGrant",
    "RefreshTokenGrant",
    "grant_parameters",
]


@runtime_checkable
class Grant(Protocol):
    """What is exchanged for a token. RFC 6749 §4, RFC 6749 §4.5 for extensions."""

    @property
    def grant_type(self) -> str:
        """The value of ``grant_type``."""

    @property
    def repeatable(self) -> bool:
        """True where the same grant may be shown again, without a person, to renew the token."""

    def parameters(self) -> Pairs | Flow[Pairs]:
        """Return the form parameters besides ``grant_type``: pairs, or a flow where a callable has to be asked."""


def grant_parameters(grant: Grant) -> Flow[Pairs]:
    """Return all form parameters of a grant, its type first (a flow)."""
    parameters = grant.parameters()
    if isinstance(parameters, Generator):
        parameters = yield from parameters
    return (("grant_type", grant.grant_type), *parameters)


def _some(**parameters: str | None) -> Pairs:
    return tuple((name, value) for name, value in parameters.items() if value is not None)


@dataclass(frozen=True, slots=True, repr=False)
class ClientCredentialsGrant:
    """The client itself is the owner. RFC 6749 §4.4."""

    scope: str | None = None
    extra: Pairs = ()

    grant_type: ClassVar[str] = "client_credentials"
    repeatable: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for scope {self.scope!r}>"

    def parameters(self) -> Pairs:
        """Return the form parameters besides ``grant_type``."""
        return (*_some(scope=self.scope), *self.extra)


@dataclass(frozen=True, slots=True, repr=False)
class AuthorizationCodeGrant:
    """The code of an authorization response, good once. RFC 6749 §4.1.3, RFC 7636 §4.5.

    ``login`` is what the ID token that comes with the token is compared with.
    """

    code: str
    redirect_uri: str | None = None
    code_verifier: str | None = None
    extra: Pairs = ()
    login: Login | None = None

    grant_type: ClassVar[str] = "authorization_code"
    repeatable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.code or not isinstance(self.code, str):
            raise UsageError("an authorization code is needed; pass code=, or the authorization response")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def parameters(self) -> Pairs:
        """Return the form parameters besides ``grant_type``."""
        shown = _some(code=self.code, redirect_uri=self.redirect_uri, code_verifier=self.code_verifier)
        return (*shown, *self.extra)


@dataclass(frozen=True, slots=True, repr=False)
class RefreshTokenGrant:
    """A refresh token. RFC 6749 §6."""

    refresh_token: str
    scope: str | None = None
    extra: Pairs = ()

    grant_type: ClassVar[str] = "refresh_token"
    repeatable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.refresh_token or not isinstance(self.refresh_token, str):
            raise UsageError("there is no refresh token; pass refresh_token=, or a token that holds one")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def parameters(self) -> Pairs:
        """Return the form parameters besides ``grant_type``."""
        return (*_some(refresh_token=self.refresh_token, scope=self.scope), *self.extra)


@dataclass(frozen=True, slots=True, repr=False)
class PasswordGrant:
    """The resource owner's name and password; the password may be a callable. RFC 6749 §4.3."""

    username: str
    password: object
    scope: str | None = None
    extra: Pairs = ()

    grant_type: ClassVar[str] = "password"
    repeatable: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def parameters(self) -> Flow[Pairs]:
        """Return the form parameters besides ``grant_type`` (a flow)."""
        password = yield from reveal(self.password, "password")
        return (*_some(username=self.username, password=password, scope=self.scope), *self.extra)


@dataclass(frozen=True, slots=True, repr=False)
class ExtensionGrant:
    """A grant of any other type with fixed parameters. RFC 6749 §4.5."""

    grant_type: str
    extra: Pairs = ()
    repeatable: bool = False

    def __post_init__(self) -> None:
        if not self.grant_type:
            raise UsageError("a grant needs its grant_type")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.grant_type}>"

    def parameters(self) -> Pairs:
        """Return the form parameters besides ``grant_type``."""
        return self.extra
