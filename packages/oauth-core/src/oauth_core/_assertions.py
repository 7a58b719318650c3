"""Sessions that obtain their token by an assertion: what their arguments mean, for every HTTP library and colour.

Rules of this room: a ready assertion is sent as it is and needs nothing but this package; one that is to be signed,
read or encoded is the business of the plug-in that is registered for its grant. RFC 7521 §4.1, RFC 7523 §2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from ._auth_context import AuthContext
from ._errors import UsageError
from ._grants import ExtensionGrant
from ._messages import Flow, Pairs, Request, pairs
from ._options import scope_text
from ._session_plans import SessionPlans

if TYPE_CHECKING:
    from ._grants import Grant
    from ._plans import Plan
    from ._token import OAuth2Token

__all__ = ["AssertionPlans", "assertion_options"]

_URN = "urn:ietf:params:oauth:grant-type:"
_JWT_BEARER = f"{_URN}jwt-bearer"
_PLUGINS = {_JWT_BEARER: "jwt_bearer", f"{_URN}saml2-bearer": "saml2_bearer"}
_SIGNED = ("subject", "claims", "header", "key")


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Adds nothing: the assertion says who asks, and a client's own proof is optional. RFC 7521 §4.1."""

    method = "none"
    client_id = ""

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request as it is (a flow)."""
        yield from ()
        return request


class AssertionPlans(SessionPlans):
    """What a session that obtains its token by an assertion does otherwise: ``fetch_token`` shows the assertion."""

    def _plan_fetch(self, url: str | None, parameters: Mapping[str, object]) -> Plan[OAuth2Token]:
        call = self._sort_call("fetch_token", url, parameters)
        grant = self._settings.grant
        assert grant is not None  # `assertion_options` saw to it
        kind = call.extra.pop("grant_type", None)
        if kind is not None and kind != grant.grant_type:
            raise UsageError(f"this session shows an assertion ({grant.grant_type}), not {kind!r}")
        call.extra["scope"] = scope_text(call.extra.get("scope"))
        return self._plan_grant(_with(grant, pairs(call.extra)), call)


def _with(grant: Grant, added: Pairs) -> Grant:
    """Return the grant with further parameters, which stand in for its own; every grant made here has ``extra``."""
    names = {name for name, _ in added}
    own = cast("ExtensionGrant", grant)
    extra = (*(pair for pair in own.extra if pair[0] not in names), *added)
    changes: dict[str, object] = {"extra": extra}
    if "scope" in names and hasattr(own, "scope"):
        changes["scope"] = None
    return replace(own, **changes) if added else grant  # type: ignore[arg-type]  # fields of the grant


def assertion_options(
    options: Mapping[str, object],
    *,
    token_endpoint: str | None = None,
    issuer: str | None = None,
    subject: str | None = None,
    audience: str | None = None,
    grant_type: str | None = None,
    claims: Mapping[str, object] | None = None,
    scope: object = None,
    assertion: object = None,
    key: object = None,
    header: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return a session's keywords with the grant of these arguments among them.

    ``assertion`` is shown as it is; without it one is signed with ``key`` for every token, for the audience
    ``token_endpoint`` unless another is given. Raises ``TypeError`` for arguments in the places of another library's,
    ``UsageError`` where none of the two can be had and ``MissingPluginError`` where signing needs oauth-jwt.
    """
    if isinstance(token_endpoint, str) and token_endpoint.startswith("urn:"):
        raise TypeError("the first argument is the URL of the token endpoint; pass grant_type= by its name")
    kind = grant_type or _JWT_BEARER
    found = {**options, "token_endpoint": token_endpoint, "scope": scope}
    if found.get("client_id") is None and found.get("token_endpoint_auth_method") is None:
        found["token_endpoint_auth_method"] = Unidentified()
    sent = scope_text(scope)
    if assertion is not None:
        given = dict(zip(_SIGNED, (None, claims, header, key), strict=True))  # the parties of a ready one may be named
        if twice := [name for name, value in given.items() if value is not None]:
            raise TypeError(f"a ready assertion is shown as it is; {', '.join(twice)} would have to be signed into it")
        found["grant"] = _ready(kind, assertion, sent)
        return found
    if kind != _JWT_BEARER:
        raise UsageError(f"no assertion is made here for {kind!r}; pass assertion=")
    audience = audience or token_endpoint
    if key is None or not issuer or not audience:
        missing = {"key": key, "issuer": issuer, "audience": audience}
        names = " and ".join(f"{name}=" for name, value in missing.items() if not value)
        raise UsageError(f"signing an assertion needs {names}; or pass a ready one, assertion=")
    named = {"issuer": issuer, "audience": audience, "key": key, "subject": subject, "claims": claims}
    named |= {"header": header, "scope": sent, "clock": options.get("clock")}
    found["grant"] = _plugin(kind)(**{name: value for name, value in named.items() if value is not None})
    return found


def _ready(kind: str, assertion: object, scope: str | None) -> Grant:
    if isinstance(assertion, bytes):
        assertion = assertion.decode("ascii")
    if isinstance(assertion, str) and not assertion.lstrip().startswith("<"):  # XML has to be encoded
        if not assertion.strip():
            raise UsageError("the assertion is empty")
        return ExtensionGrant(kind, pairs({"assertion": assertion.strip(), "scope": scope}), repeatable=True)
    if kind not in _PLUGINS:
        raise UsageError(f"the assertion of {kind!r} is shown as text; pass it ready")
    return _plugin(kind)(**{"assertion": assertion, **({"scope": scope} if scope is not None else {})})


def _plugin(kind: str) -> Callable[..., Grant]:
    from ._plugins import load_plugin

    return cast("Callable[..., Grant]", load_plugin(_PLUGINS[kind]))
