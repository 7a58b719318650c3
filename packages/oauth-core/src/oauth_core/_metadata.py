"""What the authorization server says about itself, and how it is asked.

Rules of this room: a document is believed only when its issuer is the one that was asked, and its endpoints are
used only over HTTPS (this machine excepted); it is kept for a stated time. RFC 8414, OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from ._errors import InvalidMetadataError, OAuthError
from ._messages import Request, Response, bare_url
from ._urls import check_endpoint, same_origin

__all__ = [
    "ServerMetadata",
    "build_metadata_request",
    "metadata_urls",
    "parse_metadata_response",
]

DEFAULT_LIFETIME = 3600.0
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=\"?(\d{1,9})")
_URL_MEMBERS = re.compile(r"(?:.*_endpoint|jwks_uri)\Z")


class ServerMetadata(Mapping[str, object]):
    """The members of a metadata document, or the endpoints that a user configured. Immutable.

    Endpoints are attributes (``metadata.token_endpoint``), every member is an item. ``expires_at`` is in epoch
    seconds, None for what was configured. RFC 8414 §2.
    """

    __slots__ = ("_members", "expires_at")

    def __init__(
        self, members: Mapping[str, object] | None = None, /, *, expires_at: float | None = None, **more: object
    ) -> None:
        self._members = {name: value for name, value in {**(members or {}), **more}.items() if value is not None}
        self.expires_at = expires_at

    def __getitem__(self, name: str) -> object:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __hash__(self) -> int:
        return hash(frozenset(self._members))

    def __repr__(self) -> str:
        return f"<ServerMetadata of {self.issuer or 'no stated issuer'}: {', '.join(self._members)}>"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self._members, self.expires_at))

    def text(self, name: str) -> str | None:
        """Return a member that is text, or None."""
        value = self._members.get(name)
        return value if isinstance(value, str) and value else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a member that is a list of texts, or None where it is absent or something else."""
        value = self._members.get(name)
        return tuple(map(str, value)) if isinstance(value, (list, tuple)) else None

    def flag(self, name: str) -> bool:
        """Return a member that is a boolean; absent is False."""
        return self._members.get(name) is True

    def over(self, other: Mapping[str, object]) -> ServerMetadata:
        """Return both together: members of ``self`` win, those of ``other`` fill the gaps."""
        expires_at = other.expires_at if isinstance(other, ServerMetadata) else self.expires_at
        return ServerMetadata({**other, **self._members}, expires_at=expires_at)

    @property
    def issuer(self) -> str | None:
        """The issuer identifier."""
        return self.text("issuer")

    @property
    def authorization_endpoint(self) -> str | None:
        """The URL to which the user's browser is sent."""
        return self.text("authorization_endpoint")

    @property
    def token_endpoint(self) -> str | None:
        """The URL at which grants are exchanged for tokens."""
        return self.text("token_endpoint")

    @property
    def revocation_endpoint(self) -> str | None:
        """The URL at which tokens are revoked. RFC 7009."""
        return self.text("revocation_endpoint")

    @property
    def introspection_endpoint(self) -> str | None:
        """The URL at which tokens are introspected. RFC 7662."""
        return self.text("introspection_endpoint")

    @property
    def userinfo_endpoint(self) -> str | None:
        """The URL of the claims about the user."""
        return self.text("userinfo_endpoint")

    @property
    def jwks_uri(self) -> str | None:
        """The URL of the server's public keys."""
        return self.text("jwks_uri")

    def mtls_alias(self, name: str) -> str | None:
        """Return the URL of an endpoint for clients that show a certificate, or None. RFC 8705 §5."""
        aliases = self._members.get("mtls_endpoint_aliases")
        value = aliases.get(name) if isinstance(aliases, Mapping) else None
        return value if isinstance(value, str) and value else None

    @property
    def promises_iss(self) -> bool:
        """True where every authorization response will hold ``iss``. RFC 9207 §3."""
        return self.flag("authorization_response_iss_parameter_supported")


def _rebuild(members: Mapping[str, object], expires_at: float | None) -> ServerMetadata:
    return ServerMetadata(members, expires_at=expires_at)


def metadata_urls(issuer: str, *, allow_insecure_http: bool = False) -> tuple[str, str]:
    """Return where an issuer's document may be: OpenID Connect's place first, then that of RFC 8414 §3."""
    check_endpoint(issuer, "issuer", allow_insecure_http=allow_insecure_http)
    parts = urlsplit(issuer)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return (
        f"{root}{path}/.well-known/openid-configuration",
        f"{root}/.well-known/oauth-authorization-server{path}",
    )


def build_metadata_request(url: str, *, allow_insecure_http: bool = False) -> Request:
    """Return the request for a metadata document."""
    check_endpoint(url, "server_metadata_url", allow_insecure_http=allow_insecure_http)
    return Request("GET", url, (("Accept", "application/json"),))


def parse_metadata_response(
    response: Response,
    *,
    issuer: str | None = None,
    url: str | None = None,
    clock: Callable[[], float] = time.time,
    allow_insecure_http: bool = False,
) -> ServerMetadata:
    """Return the document when it can be trusted.

    ``issuer`` is the one that was asked for; without it ``url`` must be a well-known URL of the document's own
    issuer, or another place on its origin.

    ``expires_at`` follows ``Cache-Control: max-age`` (one hour without it, at least a minute, at most a day).
    Raises ``InvalidMetadataError``, and ``ServerRefusal`` for an error status. RFC 8414 §3.3.
    """
    from ._answers import json_answer  # configured endpoints need none

    members = json_answer(
        response, "the metadata document", InvalidMetadataError, request="the metadata request", clock=clock
    )
    return check_metadata(
        members,
        issuer=issuer,
        url=url,
        expires_at=clock() + _lifetime(response),
        allow_insecure_http=allow_insecure_http,
    )


def check_metadata(
    members: Mapping[str, object],
    *,
    issuer: str | None = None,
    url: str | None = None,
    expires_at: float | None = None,
    allow_insecure_http: bool = False,
) -> ServerMetadata:
    """Return members as metadata when issuer and endpoints are in order. Raises ``InvalidMetadataError``."""
    named = members.get("issuer")
    if issuer is not None and named != issuer:
        raise InvalidMetadataError(
            f"the metadata is that of the issuer {str(named)[:200]!r}, not of {issuer!r}; nothing of it was used"
        )
    if issuer is None and url is not None:
        if not isinstance(named, str) or not named:
            raise InvalidMetadataError("the metadata names no issuer")
        try:
            expected = metadata_urls(named, allow_insecure_http=allow_insecure_http)
        except OAuthError as exc:
            raise InvalidMetadataError(
                f"the metadata names an issuer that is no usable URL: {exc.description}"
            ) from None
        # A well-known URL says whose document it is; any other place must at least be the issuer's own origin.
        if url not in expected and ("/.well-known/" in url or not same_origin(url, named)):
            raise InvalidMetadataError(
                f"the metadata names the issuer {named[:200]!r}, which is not where it was fetched from; "
                "pass issuer= where this is right"
            )
    aliases = members.get("mtls_endpoint_aliases")
    if aliases is not None and not isinstance(aliases, Mapping):
        raise InvalidMetadataError("the metadata's mtls_endpoint_aliases are no JSON object")
    for name, value in (*members.items(), *(aliases or {}).items()):
        if _URL_MEMBERS.match(name) and value not in (None, ""):
            try:
                if not isinstance(value, str):
                    raise InvalidMetadataError(f"{name} is not text")
                check_endpoint(value, name, allow_insecure_http=allow_insecure_http)
            except OAuthError as exc:
                raise InvalidMetadataError(f"the metadata cannot be used: {exc.description}") from None
    return ServerMetadata(members, expires_at=expires_at)


def check_origins(server: ServerMetadata, origins: Iterable[str]) -> ServerMetadata:
    """Return metadata whose endpoints are all on the issuer's own origin or on one of these.

    Raises ``InvalidMetadataError``.
    """
    allowed = [*origins, *([server.issuer] if server.issuer else [])]
    aliases = server.get("mtls_endpoint_aliases")
    for name, value in (*server.items(), *(aliases.items() if isinstance(aliases, Mapping) else ())):
        if _URL_MEMBERS.match(name) and isinstance(value, str) and not any(same_origin(value, one) for one in allowed):
            raise InvalidMetadataError(
                f"the metadata's {name} is at {bare_url(value)[:200]}, an origin that endpoint_origins does not allow"
            )
    return server


def _lifetime(response: Response) -> float:
    match = _MAX_AGE.search((response.header("cache-control") or "").lower())
    return min(max(float(match[1]), 60.0), 86400.0) if match else DEFAULT_LIFETIME
