"""Profiles: what there is to know of a provider, as data.

Rules of this room: a profile is frozen; its texts may hold ``{parameter}``, and ``filled`` is the one place where they
are put in, after a check that a value cannot leave its place in a URL. ``checked`` is the day on which ``source``, a
document of the provider's own, was last read, None where none could be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from typing import Any, Self, TypeVar, cast

from oauth_core import UsageError

from ._answer_changes import SplitScope
from ._changes import Change
from ._fix import Fix
from ._request_changes import AddParameters, JoinScope, MoveToken
from ._user import UserClaims, UserProfile

__all__ = ["OAuth1Profile", "Parameter", "Profile"]

T = TypeVar("T")

_PLACE = re.compile(r"\{([a-z_]+)\}")
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "userinfo_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "jwks_uri",
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of a profile that differs from user to user: a tenant, a shop, a region.

    Without ``default`` it has to be given. A value matches ``pattern`` as a whole; the usual one is a host or a name.
    """

    description: str
    default: str | None = None
    pattern: str = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"


HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
TEXT = r"[^\x00-\x1f\x7f]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    name: str
    title: str
    documentation: str
    deviation: str = ""
    source: str = ""
    checked: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    api_base: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.title}, {self.deviation or 'follows the standard'} ({self.verified})"

    @property
    def verified(self) -> str:
        """When its source was last read, or ``unverified``."""
        return f"checked {self.checked}" if self.checked else "unverified"

    def filled(self, values: Mapping[str, str | None]) -> Self:
        """Return the profile with its parameters put in.

        Raises ``UsageError`` for one that is missing or not usable and ``TypeError`` for one that it does not have.
        """
        known = self.parameters
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, 1, 0.5)
                hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known) or 'none'}"
                raise TypeError(f"the profile {self.name!r} has no parameter {name!r}; {hint}")
        given: dict[str, str] = {}
        for name, parameter in known.items():
            value = values.get(name)
            value = parameter.default if value is None else value
            if value is None:
                raise UsageError(f"the profile {self.name!r} needs {name}=: {parameter.description}")
            if not isinstance(value, str) or (
                value != parameter.default and not re.fullmatch(parameter.pattern, value)
            ):
                raise UsageError(f"{name}= of the profile {self.name!r} is not usable; it is {parameter.description}")
            given[name] = value
        if not known:
            return self
        changes = {
            one.name: _fill(getattr(self, one.name), given)
            for one in fields(self)
            if one.name not in {"name", "parameters"}
        }
        return replace(self, **changes, parameters={})


def _fill(value: T, given: Mapping[str, str]) -> T:
    """Return a value with the parameters put into every text inside it."""
    if isinstance(value, str):
        return cast("T", _PLACE.sub(lambda place: given.get(place[1], place[0]), value))
    if isinstance(value, tuple):
        return cast("T", tuple(_fill(one, given) for one in value))
    if isinstance(value, Mapping):
        return cast("T", {name: _fill(one, given) for name, one in value.items()})
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _fill(getattr(value, one.name), given) for one in fields(value)})
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(_Provider):
    """An OAuth 2.0 or OpenID Connect provider.

    ``auth_method`` is how a confidential client authenticates; ``pkce`` is ``required``, ``supported`` or ``unknown``;
    ``authorization_parameters`` are sent with every authorization request that does not say otherwise;
    ``token_placement`` is ``header`` or ``uri``; ``user`` says where the userinfo answer holds what. Empty texts stand
    for what the provider does not have.
    """

    issuer: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    revocation_endpoint: str = ""
    introspection_endpoint: str = ""
    userinfo_endpoint: str = ""
    device_authorization_endpoint: str = ""
    pushed_authorization_request_endpoint: str = ""
    jwks_uri: str = ""
    auth_method: str = ""
    pkce: str = "unknown"
    scope_separator: str = " "
    authorization_parameters: Mapping[str, str] = field(default_factory=dict)
    token_placement: str = "header"
    user: UserClaims = field(default_factory=UserClaims)
    changes: tuple[Change, ...] = ()

    version = "2.0"

    @property
    def fix(self) -> Fix:
        """What corrects this provider's deviations, in its order."""
        own: list[Change] = []
        if any(self.authorization_parameters.values()):
            own.append(AddParameters(self.authorization_parameters, at=("authorization_request",)))
        if self.scope_separator != " ":
            own += [JoinScope(self.scope_separator), SplitScope(self.scope_separator)]
        if self.token_placement == "uri":
            own.append(MoveToken(query="access_token"))
        return Fix(self.name, (*self.changes, *own))

    @property
    def endpoints(self) -> dict[str, str]:
        """The endpoints that the provider has, under the names of the metadata. RFC 8414 §2."""
        return {name: url for name in ENDPOINTS if (url := getattr(self, name))}

    def session_options(self) -> dict[str, Any]:
        """Return the keywords of a session of Requests or of a client of HTTPX, its fixes included.

        They are new at each call: ``OAuth2Session(**profile("github").session_options(), client_id=...)``.
        """
        options = self._server_options()
        if self.auth_method:
            options["token_endpoint_auth_method"] = self.auth_method
        return {**options, **self.handler_options()}

    def client_options(self) -> dict[str, Any]:
        """Return the keywords of ``oauth_requests.OAuth2Client``; ``client_id`` and ``client_secret`` go with them."""
        options = self._server_options()
        if self.auth_method:
            options["auth"] = self.auth_method
        return options

    def handler_options(self) -> dict[str, Any]:
        """Return the keywords of the auth handlers; the fixes come from the client that a handler is made with."""
        return {} if self.token_placement == "header" else {"token_placement": self.token_placement}

    def user_profile(self, raw: Mapping[str, object]) -> UserProfile:
        """Return the user that a userinfo answer describes. Raises ``ProtocolViolation`` without an identifier."""
        return self.user.read(raw)

    def _server_options(self) -> dict[str, Any]:
        options: dict[str, Any] = dict(self.endpoints)
        if self.issuer and "{" not in self.issuer:
            options["issuer"] = self.issuer
        fix = self.fix
        if fix:
            options["hooks"] = fix.new_hooks()
        return options


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth1Profile(_Provider):
    """An OAuth 1.0 provider: its three endpoints, and how it wants requests to be signed. RFC 5849."""

    request_token_url: str = ""
    authorization_url: str = ""
    access_token_url: str = ""
    signature_method: str = "HMAC-SHA1"
    signature_type: str = "HEADER"
    realm: str = ""
    user_url: str = ""
    user: UserClaims = field(default_factory=UserClaims)

    version = "1.0"

    @property
    def fix(self) -> Fix:
        """Nothing: what OAuth 1 providers want is said by the signer's options."""
        return Fix(self.name)

    def session_options(self) -> dict[str, Any]:
        """Return the signer's options, which every OAuth 1 session, client and handler takes."""
        options: dict[str, Any] = {
            "signature_method": self.signature_method,
            "signature_type": self.signature_type,
        }
        if self.realm:
            options["realm"] = self.realm
        return options

    def client_options(self) -> dict[str, Any]:
        """Return the signer's options, as ``session_options`` does."""
        return self.session_options()

    def handler_options(self) -> dict[str, Any]:
        """Return the signer's options, as ``session_options`` does."""
        return self.session_options()

    def user_profile(self, raw: Mapping[str, object]) -> UserProfile:
        """Return the user that an answer of ``user_url`` describes. Raises ``ProtocolViolation``."""
        return self.user.read(raw)
