"""What a client knows before it asks for anything: who it is, and which server it talks to.

Rules of this room: configuration is a frozen value, changed by ``replace``; a token request is built
from it alone. What the server says about itself is looked up when it is first needed, and kept for its stated time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ._errors import OAuthError, ServerRefusal, UsageError
from ._hooks import Hooks
from ._messages import Flow, Request, Response, send
from ._metadata import ServerMetadata, build_metadata_request, check_origins, metadata_urls, parse_metadata_response
from ._token import OAuth2Token
from ._urls import check_endpoint
from ._value import Value, made

if TYPE_CHECKING:
    from ._client_auth import ClientAuth
    from ._dpop import DPoPProver
    from ._login import IDTokenJudge
    from ._pushed import RequestSigner
    from ._signed_answers import IntrospectionJudge, JARMJudge, UserInfoJudge

__all__ = ["ClientConfig", "Discovery", "authenticated", "discover", "endpoint_of", "server_of"]

logger = logging.getLogger("oauth_core")


class Discovery:
    """Where a server's metadata is found, and the copy that was read last.

    ``origins`` are where its endpoints may be besides the issuer's own; None is anywhere. With ``webfinger``, an
    account, a host or a URL, its host is asked for the issuer first, once.
    """

    __slots__ = ("issuer", "metadata", "origins", "url", "webfinger")

    def __init__(
        self,
        *,
        issuer: str | None = None,
        url: str | None = None,
        origins: tuple[str, ...] | None = None,
        webfinger: str | None = None,
    ) -> None:
        if not issuer and not url and not webfinger:
            raise UsageError("discovery needs the issuer or the URL of the metadata document")
        self.issuer = issuer
        self.url = url
        self.origins = origins
        self.webfinger = webfinger
        self.metadata: ServerMetadata | None = None

    def __repr__(self) -> str:
        return f"<Discovery of {self.issuer or self.url or self.webfinger}>"


class ClientConfig(Value):
    """A client of one authorization server. ``clock`` gives epoch seconds.

    ``auth`` is what ``resolve_client_auth`` reads; without it ``default_auth`` is used where the server's metadata does
    not exclude it, and ``none`` where there is no secret. ``parse_token`` stands in for ``parse_token_response``.
    ``request_object`` signs authorization requests, ``require_pushed_authorization_requests`` pushes them all, and
    ``certificate_bound_access_tokens`` says that a certificate is shown whatever the method (RFC 8705 §3).
    ``id_token_validator`` judges every ID token that comes, and no login goes without one where it was asked for.
    ``jarm_validator``, ``userinfo_validator`` and ``introspection_validator`` judge signed answers of these kinds, and
    an answer of the kind that is not signed is refused. ``dpop`` is the key that tokens are bound to.
    """

    client_id: str | None = None
    client_secret: object = None
    auth: object = None
    default_auth: str = "client_secret_basic"
    revocation_auth: object = None
    introspection_auth: object = None
    registered_auth: Mapping[str, object] = made(default_factory=dict)
    metadata: ServerMetadata = made(default_factory=ServerMetadata)
    discovery: Discovery | None = None
    scope: str | None = None
    redirect_uri: str | None = None
    code_challenge_method: str | None = "S256"
    hooks: Hooks = made(default_factory=Hooks)
    allow_insecure_http: bool = False
    clock: Callable[[], float] = time.time
    parse_token: Callable[[Response], OAuth2Token] | None = None
    request_object: RequestSigner | None = None
    require_pushed_authorization_requests: bool = False
    certificate_bound_access_tokens: bool = False
    id_token_validator: IDTokenJudge | None = None
    dpop: DPoPProver | None = None
    jarm_validator: JARMJudge | None = None
    userinfo_validator: UserInfoJudge | None = None
    introspection_validator: IntrospectionJudge | None = None

    def __repr__(self) -> str:
        return f"<ClientConfig of {self.client_id!r}>"


def discover(
    *,
    issuer: str | None = None,
    url: str | None = None,
    clock: Callable[[], float] = time.time,
    allow_insecure_http: bool = False,
) -> Flow[ServerMetadata]:
    """Fetch and check a server's metadata (a flow).

    With ``issuer`` alone OpenID Connect's well-known place is asked first, then that of RFC 8414 where the first is
    answered with 4xx. With ``url`` that document is read. Raises ``InvalidMetadataError``, ``ServerRefusal``.
    """
    if url is None and issuer is None:
        raise UsageError("discovery needs the issuer or the URL of the metadata document")
    urls = [url] if url else list(metadata_urls(str(issuer), allow_insecure_http=allow_insecure_http))
    while True:
        place = urls.pop(0)
        response = yield from send(build_metadata_request(place, allow_insecure_http=allow_insecure_http))
        try:
            return parse_metadata_response(
                response, issuer=issuer, url=place, clock=clock, allow_insecure_http=allow_insecure_http
            )
        except ServerRefusal as exc:
            if not urls or not 400 <= (exc.status_code or 0) < 500:
                raise


def server_of(config: ClientConfig) -> Flow[ServerMetadata]:
    """Return what is known of the server, configured members first; discovery is done where due (a flow)."""
    discovery = config.discovery
    if discovery is None:
        return config.metadata
    known = discovery.metadata
    if known is None or (known.expires_at is not None and known.expires_at <= config.clock()):
        if discovery.issuer is None and discovery.webfinger is not None:
            from ._webfinger import find_issuer

            discovery.issuer = yield from find_issuer(
                discovery.webfinger, clock=config.clock, allow_insecure_http=config.allow_insecure_http
            )
        try:
            found = yield from discover(
                issuer=discovery.issuer,
                url=discovery.url,
                clock=config.clock,
                allow_insecure_http=config.allow_insecure_http,
            )
            known = found if discovery.origins is None else check_origins(found, discovery.origins)
        except OAuthError as exc:
            if known is None:
                raise
            logger.warning("the metadata of %s could not be read again and stays in use: %s", discovery.issuer, exc)
            known = ServerMetadata(known, expires_at=config.clock() + 60)
        discovery.metadata = known
    return config.metadata.over(known)


def endpoint_of(config: ClientConfig, name: str, given: str | None = None) -> Flow[str]:
    """Return the URL of an endpoint: the one given to this call, the configured one, the discovered one (a flow).

    A client that shows a certificate is sent to the server's alias for such clients, where it has one. RFC 8705 §5.
    Raises ``UsageError`` where it is unknown and ``InsecureTransportError`` for plain HTTP to another machine.
    """
    shows_certificate = _shows_certificate(config)
    url = given or (config.metadata.mtls_alias(name) if shows_certificate else None) or config.metadata.text(name)
    if not url and config.discovery is not None:
        server = yield from server_of(config)
        url = (server.mtls_alias(name) if shows_certificate else None) or server.text(name)
    return check_endpoint(url, name, allow_insecure_http=config.allow_insecure_http)


def _shows_certificate(config: ClientConfig) -> bool:
    if config.certificate_bound_access_tokens:
        return True
    name = config.auth if isinstance(config.auth, str) else getattr(config.auth, "method", None)
    return name in ("tls_client_auth", "self_signed_tls_client_auth")


def authenticated(config: ClientConfig, request: Request, endpoint: str, auth: object = None) -> Flow[Request]:
    """Return the request with the client's proof added (a flow). ``auth`` stands in for the configured method."""
    from ._auth_context import AuthContext

    method = yield from client_auth_of(config, auth)
    issuer = config.metadata.issuer
    if issuer is None and config.discovery is not None:
        issuer = config.discovery.issuer or (yield from server_of(config)).issuer
    context = AuthContext(endpoint, issuer, config.clock, config.metadata.token_endpoint)
    return (yield from method.authenticate(request, context))


def with_credentials(config: ClientConfig, parameters: dict[str, object]) -> ClientConfig:
    """Take ``client_id`` and ``client_secret`` out of the parameters of one call, and return its configuration.

    A configured method that holds credentials of its own gives way: those of the call count.
    """
    if "client_id" not in parameters and "client_secret" not in parameters:
        return config
    given = {name: parameters.pop(name, None) for name in ("client_id", "client_secret")}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        return config
    auth = config.auth
    if auth is not None and not isinstance(auth, str):
        from ._client_auth import CustomClientAuth

        own = _resolved(config, auth)
        if not isinstance(own, CustomClientAuth) and (
            "client_secret" in changes or own.client_id != changes["client_id"]
        ):
            auth = own.method if own.method in {"client_secret_basic", "client_secret_post"} else None
    return config.replace(auth=auth, **changes)


def client_auth_of(config: ClientConfig, auth: object = None) -> Flow[ClientAuth]:
    """Return the method by which the client authenticates (a flow, since metadata may have to be read)."""
    method = auth or config.auth
    if method is None:
        if config.client_secret is None:
            method = "none"
        else:
            method = config.default_auth
            supported = (yield from server_of(config)).texts("token_endpoint_auth_methods_supported")
            if supported and method not in supported:
                usable = [name for name in ("client_secret_basic", "client_secret_post") if name in supported]
                method = usable[0] if usable else method
    return _resolved(config, method)


def _resolved(config: ClientConfig, method: object) -> ClientAuth:
    from ._client_auth import resolve_client_auth

    return resolve_client_auth(
        method,
        config.client_id,
        config.client_secret,
        registered=config.registered_auth,
        pair_method=config.default_auth,
    )


def client_keys(config: ClientConfig) -> dict[str, list[dict[str, str]]]:
    """Return the public halves of the keys by which a client authenticates and signs, as a JWK set."""
    auth = None if config.auth is None else _resolved(config, config.auth)
    found: list[dict[str, str]] = []
    for each in (auth, config.request_object):
        published: Mapping[str, list[dict[str, str]]] = getattr(each, "public_jwks", {})
        found += [key for key in published.get("keys", ()) if key not in found]
    return {"keys": found}
