"""The keywords of constructors and methods: their other spellings, their sorting, and the error for an unknown one.

Rules of this room: every alternate spelling of the documents people come from stands in one table and leads to one
canonical name; nothing unknown passes in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, cast

from ._config import ClientConfig, Discovery
from ._errors import UsageError
from ._hooks import Hooks
from ._metadata import ServerMetadata, check_metadata, check_origins
from ._token import OAuth2Token

if TYPE_CHECKING:
    from ._dpop import DPoPProver
    from ._grants import Grant
    from ._login import IDTokenJudge
    from ._pushed import RequestSigner
    from ._signed_answers import IntrospectionJudge, JARMJudge, UserInfoJudge

__all__ = ["OPTION_NAMES", "OAuth2Settings", "TokenCallback", "canonical", "unknown_keyword"]

SPELLINGS: Mapping[str, str] = {
    "auto_refresh_url": "token_endpoint",
    "callback_uri": "redirect_uri",
    "callback_url": "redirect_uri",
    "client_key": "client_id",
    "discovery_endpoint": "server_metadata_url",
    "metadata_url": "server_metadata_url",
    "token_url": "token_endpoint",
}

ENDPOINTS = (
    "authorization_endpoint",
    "backchannel_authentication_endpoint",
    "device_authorization_endpoint",
    "end_session_endpoint",
    "introspection_endpoint",
    "jwks_uri",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
    "revocation_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
)

_OWN = (
    *ENDPOINTS,
    "allow_insecure_http",
    "auto_refresh_kwargs",
    "certificate_bound_access_tokens",
    "client_id",
    "client_secret",
    "clock",
    "code_challenge_method",
    "dpop",
    "endpoint_origins",
    "grant",
    "grant_type",
    "hooks",
    "id_token_validator",
    "introspection_endpoint_auth_method",
    "introspection_validator",
    "issuer",
    "jarm_validator",
    "leeway",
    "metadata",
    "pkce",
    "redirect_uri",
    "request_object",
    "require_pushed_authorization_requests",
    "revocation_endpoint_auth_method",
    "scope",
    "server_metadata_url",
    "store",
    "store_key",
    "token",
    "token_endpoint_auth_method",
    "token_updater",
    "update_token",
    "userinfo_validator",
    "webfinger",
)
OPTION_NAMES = frozenset({*_OWN, *SPELLINGS})

# What each judge judges, who does it in oauth-jwt, and what it can be asked.
_JUDGES = {
    "id_token_validator": (
        "ID tokens",
        "IDTokenValidator",
        ("validate", "validate_front_channel", "validate_refreshed", "read"),
    ),
    "introspection_validator": ("signed introspection answers", "IntrospectionValidator", ("validate",)),
    "jarm_validator": ("signed authorization responses", "JARMValidator", ("validate",)),
    "userinfo_validator": ("signed userinfo", "UserInfoValidator", ("validate",)),
}

# What an API call takes and a call of the authorization server must not: it would be sent as a parameter, or lost.
REFUSED = frozenset({"allow_redirects", "cookies", "data", "files", "follow_redirects", "json", "params", "stream"})


def canonical(keywords: Mapping[str, object], spellings: Mapping[str, str] = SPELLINGS) -> dict[str, object]:
    """Return the keywords under their canonical names. Raises ``TypeError`` where two spellings of one disagree."""
    if spellings.keys().isdisjoint(keywords):
        return dict(keywords)
    found: dict[str, object] = {}
    spelt: dict[str, str] = {}
    for name, value in keywords.items():
        own = spellings.get(name, name)
        if value is not None and found.get(own) is not None and found[own] != value:
            raise TypeError(f"{spelt[own]!r} and {name!r} are two spellings of one parameter; pass one of them")
        if found.get(own) is None:
            found[own], spelt[own] = value, name
    return found


def unknown_keyword(where: str, name: str, known: Iterable[str]) -> TypeError:
    """Return the error for a keyword that nobody knows; it names the nearest one."""
    from difflib import get_close_matches  # only an error needs it

    near = get_close_matches(name, list(known), 1, 0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return TypeError(f"{where} got an unexpected keyword {name!r}{hint}")


def refuse_keywords(where: str, keywords: Iterable[str], refused: Iterable[str]) -> None:
    """Raise ``TypeError`` for a keyword of API calls that has no meaning in a call of the authorization server."""
    wrong = sorted(set(keywords) & set(refused))
    if wrong:
        raise TypeError(
            f"{where} takes no {', '.join(map(repr, wrong))}: a request to the authorization server is built from "
            "configuration; pass further parameters by their names"
        )


class TokenCallback:
    """A user's ``update_token(token, refresh_token=old, access_token=old)``, or ``token_updater(token)``.

    A callback that takes fewer parameters gets fewer; its signature is read once.
    """

    def __init__(self, function: Callable[..., object], *, token_alone: bool, may_be_async: bool) -> None:
        if not callable(function):
            raise TypeError(f"a token callback is a function, not a {type(function).__name__}")
        from inspect import iscoroutinefunction  # costs as much as the rest of a session's import

        is_async = iscoroutinefunction(function) or iscoroutinefunction(getattr(type(function), "__call__", None))  # noqa: B004 - its kind, not whether
        if is_async and not may_be_async:
            raise TypeError("this client is synchronous and cannot await an asynchronous token callback")
        self.function = function
        self._old = _accepted(function, () if token_alone else ("refresh_token", "access_token"))

    def __call__(self, token: OAuth2Token, old: OAuth2Token | None) -> object:
        """Call the user's function with the new token and what it takes of the old one."""
        return self.function(token, **{name: old.get(name) if old else None for name in self._old})


def _accepted(function: Callable[..., object], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of these names a callback takes beside the token. Raises ``TypeError`` where it takes no token."""
    from inspect import Parameter, signature

    try:
        found = signature(function)
    except ValueError:  # some built-in functions do not tell
        return ()
    parameters = found.parameters
    keyword = {Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
    if not any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values()):
        names = tuple(name for name in names if name in parameters and parameters[name].kind in keyword)
    try:
        found.bind(None, **dict.fromkeys(names))
    except TypeError as exc:
        raise TypeError(
            f"a token callback is called as update_token(token, refresh_token=..., access_token=...): {exc}"
        ) from None
    return names


class OAuth2Settings:
    """What the keywords of a session or client mean, read once at construction.

    ``keywords`` are all but the HTTP library's own. Raises ``TypeError`` and ``UsageError`` for what cannot be meant.
    """

    def __init__(
        self,
        keywords: Mapping[str, object],
        *,
        default_auth: str = "client_secret_basic",
        base: ClientConfig | None = None,
        may_be_async: bool = False,
    ) -> None:
        given = {name: value for name, value in canonical(keywords).items() if value is not None}
        self.config = _config(given, default_auth, base)
        self.token = cast("Mapping[str, object] | None", given.get("token"))
        self.store = given.get("store")
        if not may_be_async and self.store is not None:
            from ._store import refuse_asynchronous

            refuse_asynchronous(self.store)
        self.key = str(given.get("store_key", "default"))
        self.leeway = cast("float", given.get("leeway", 60))
        self.refresh_parameters = dict(cast("Mapping[str, object]", given.get("auto_refresh_kwargs", {})))
        self.grant = _grant(given, self.config)
        self.pkce = cast("str | None", given.get("pkce"))
        self.on_token: TokenCallback | None = None
        if "update_token" in given and "token_updater" in given:
            raise TypeError("pass update_token or token_updater, not both")
        for name, token_alone in (("update_token", False), ("token_updater", True)):
            if name in given:
                function = cast("Callable[..., object]", given[name])
                self.on_token = TokenCallback(function, token_alone=token_alone, may_be_async=may_be_async)


def _config(given: Mapping[str, object], default_auth: str, base: ClientConfig | None) -> ClientConfig:
    base = base or ClientConfig(default_auth=default_auth)
    insecure = bool(given.get("allow_insecure_http", base.allow_insecure_http))
    document = given.get("metadata")
    origins = _origins(given.get("endpoint_origins"))
    issuer = cast("str | None", given.get("issuer"))
    if issuer and "/.well-known/" in issuer:
        raise UsageError("issuer is the server's name, without /.well-known/...; pass this one as server_metadata_url=")
    metadata = ServerMetadata({name: given[name] for name in (*ENDPOINTS, "issuer") if name in given})
    if document is not None:
        if not isinstance(document, Mapping):
            raise TypeError("metadata is a mapping, such as the decoded metadata document")
        known = check_metadata(document, issuer=issuer, allow_insecure_http=insecure)
        metadata = metadata.over(known if origins is None else check_origins(known, origins))
    url = cast("str | None", given.get("server_metadata_url"))
    discovery = base.discovery
    webfinger = cast("str | None", given.get("webfinger"))
    if webfinger:
        if url or issuer or document is not None:
            raise TypeError("webfinger finds the issuer: pass it, or issuer, server_metadata_url or metadata")
        discovery = Discovery(webfinger=webfinger, origins=origins)
    elif url or (issuer and not (metadata.token_endpoint or metadata.authorization_endpoint)):
        discovery = Discovery(issuer=issuer, url=url, origins=origins)
    scope = given.get("scope", base.scope)
    if isinstance(given.get("client_secret"), (tuple, list)):
        raise TypeError("client_secret is one value: pass client_id and client_secret apart, token_endpoint= by name")
    return base.replace(
        client_id=cast("str | None", given.get("client_id", base.client_id)),
        client_secret=given.get("client_secret", base.client_secret),
        auth=given.get("token_endpoint_auth_method", base.auth),
        revocation_auth=given.get("revocation_endpoint_auth_method", base.revocation_auth),
        introspection_auth=given.get("introspection_endpoint_auth_method", base.introspection_auth),
        metadata=metadata.over(base.metadata),
        discovery=discovery,
        scope=scope_text(scope),
        redirect_uri=cast("str | None", given.get("redirect_uri", base.redirect_uri)),
        code_challenge_method=cast("str | None", given.get("code_challenge_method", base.code_challenge_method)),
        hooks=_hooks(given.get("hooks"), base),
        allow_insecure_http=insecure,
        clock=cast("Callable[[], float]", given.get("clock", base.clock)),
        request_object=_signer(given.get("request_object", base.request_object)),
        require_pushed_authorization_requests=bool(
            given.get("require_pushed_authorization_requests", base.require_pushed_authorization_requests)
        ),
        certificate_bound_access_tokens=bool(
            given.get("certificate_bound_access_tokens", base.certificate_bound_access_tokens)
        ),
        dpop=_prover(given.get("dpop", base.dpop)),
        id_token_validator=cast("IDTokenJudge | None", _judge("id_token_validator", given, base.id_token_validator)),
        jarm_validator=cast("JARMJudge | None", _judge("jarm_validator", given, base.jarm_validator)),
        userinfo_validator=cast("UserInfoJudge | None", _judge("userinfo_validator", given, base.userinfo_validator)),
        introspection_validator=cast(
            "IntrospectionJudge | None", _judge("introspection_validator", given, base.introspection_validator)
        ),
    )


def _prover(given: object) -> DPoPProver | None:
    if given is None:
        return None
    from ._dpop import check_prover

    return check_prover(given)


def _judge(option: str, given: Mapping[str, object], known: object) -> object:
    judge = given.get(option, known)
    if judge is None:
        return None
    subject, example, methods = _JUDGES[option]
    other = getattr(judge, "judges_as", option)
    if other != option and not isinstance(judge, type):
        raise TypeError(f"{option} judges {subject}; a {type(judge).__name__} goes into {other}=")
    if all(callable(getattr(judge, name, None)) for name in methods) and not isinstance(judge, type):
        return judge
    raise TypeError(f"{option} judges {subject}, as oauth-jwt's {example} does; a {type(judge).__name__} cannot")


def _origins(given: object) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError("endpoint_origins is a list of origins, such as ['https://api.example']")
    return tuple(map(str, given))


def _signer(given: object) -> RequestSigner | None:
    if given is None or callable(getattr(given, "sign", None)):
        return cast("RequestSigner | None", given)
    raise TypeError(
        f"request_object signs requests, as oauth-jwt's RequestObject does; a {type(given).__name__} cannot"
    )


def _hooks(given: object, base: ClientConfig) -> Hooks:
    if given is None:
        return base.hooks
    if not isinstance(given, Hooks):
        raise TypeError(f"hooks is a Hooks, with what is registered there, not a {type(given).__name__}")
    return given.copy()


def scope_text(scope: object) -> str | None:
    """Return a scope given as text or as an iterable of texts, as text. RFC 6749 §3.3."""
    if scope is None or isinstance(scope, str):
        return scope
    if isinstance(scope, Iterable):
        return " ".join(map(str, cast("Iterable[object]", scope)))
    raise TypeError(f"scope is text or a list of texts, not a {type(scope).__name__}")


def _grant(given: Mapping[str, object], config: ClientConfig) -> Grant | None:
    grant, kind = given.get("grant"), given.get("grant_type")
    if grant is None and kind is None:
        return None
    from ._grants import ClientCredentialsGrant, Grant

    if grant is not None:
        if kind is not None:
            raise TypeError("pass grant or grant_type, not both")
        if not isinstance(grant, Grant):
            raise TypeError(
                f"grant is a value with grant_type, repeatable and parameters(), not a {type(grant).__name__}"
            )
        return grant
    if kind in {None, "authorization_code", "refresh_token"}:
        return None
    if kind == "client_credentials":
        return ClientCredentialsGrant(config.scope)
    raise UsageError(f"grant_type={kind!r} needs parameters of its own: pass grant=, a grant value")
