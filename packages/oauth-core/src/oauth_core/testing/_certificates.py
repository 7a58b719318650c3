"""Client certificates at the fake server: clients that authenticate with one, and tokens that are bound to one.

Rules of this room: whether a certificate is good is TLS's business, before any request; here it is only compared with
what is registered and with what a token is bound to. A certificate beside another proof authenticates nobody, it
binds. RFC 8705.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Self, TypeAlias, cast

from oauth_core._messages import Pairs, Request

from ._clients import RegisteredClient
from ._wire import Refusal, single

if TYPE_CHECKING:
    from ._authority import Authority, TokenRequest

__all__ = [
    "CertificateMethod",
    "CertifiedRequest",
    "ClientCertificate",
    "bound_thumbprint",
    "certificate_binding",
    "shown_thumbprint",
]

PKI, SELF_SIGNED = "tls_client_auth", "self_signed_tls_client_auth"
BINDS = "tls_client_certificate_bound_access_tokens"

_Name: TypeAlias = "Iterable[Iterable[tuple[str, str]]]"

# The names of RFC 4514 §3 for what the standard library calls by its long name.
_SHORT = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}
_ESCAPED = re.compile(r'([,+"\\<>;=]|^[ #]| $)')
# The member of RFC 8705 §2.1.2 that names one, by what the standard library calls the kind.
_NAMES = {
    "DNS": "tls_client_auth_san_dns",
    "URI": "tls_client_auth_san_uri",
    "IP Address": "tls_client_auth_san_ip",
    "email": "tls_client_auth_san_email",
}


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate that a client showed: its DER bytes, subject and issuer as RFC 4514 writes them, other names.

    ``names`` are pairs of the registration's member and the name: ``("tls_client_auth_san_dns", "app.test")``.
    """

    der: bytes
    subject: str = ""
    issuer: str = ""
    names: Pairs = ()

    @classmethod
    def from_peer(cls, der: bytes, facts: Mapping[str, object]) -> Self:
        """Return the certificate of ``ssl.SSLSocket.getpeercert``, binary and decoded."""
        names = cast("Iterable[tuple[str, str]]", facts.get("subjectAltName", ()))
        return cls(
            der,
            subject=_written(cast("_Name", facts.get("subject", ()))),
            issuer=_written(cast("_Name", facts.get("issuer", ()))),
            names=tuple((_NAMES[kind], name) for kind, name in names if kind in _NAMES),
        )

    @property
    def thumbprint(self) -> str:
        """The value of ``x5t#S256``. RFC 8705 §3.1."""
        return urlsafe_b64encode(sha256(self.der).digest()).rstrip(b"=").decode()


class CertifiedRequest(Request):
    """A request over a connection whose client showed a certificate."""

    certificate: ClientCertificate | None = None


def _written(name: _Name) -> str:
    """Return a distinguished name as text, the most specific part first. RFC 4514 §2."""
    parts = ["+".join(f"{_SHORT.get(kind, kind)}={_escaped(text)}" for kind, text in one) for one in name]
    return ",".join(reversed(parts))


def _escaped(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", text)


def _shown(request: Request) -> ClientCertificate | None:
    return request.certificate if isinstance(request, CertifiedRequest) else None


def shown_thumbprint(request: Request) -> str | None:
    """Return the thumbprint of the certificate that came with a request."""
    certificate = _shown(request)
    return None if certificate is None else certificate.thumbprint


class CertificateMethod:
    """``tls_client_auth`` and ``self_signed_tls_client_auth``: what the client is registered for tells which."""

    def read(self, authority: Authority, request: Request, form: Pairs) -> str | None:
        """Return the ``client_id`` of a client that is registered so, has a certificate, and shows no other proof."""
        client_id = single(form, "client_id")
        client = authority.clients.get(client_id or "")
        other = request.header("authorization") or single(form, "client_secret") or single(form, "client_assertion")
        if client is None or other or _shown(request) is None or not {PKI, SELF_SIGNED} & set(client.auth_methods):
            return None
        return client_id

    def verify(self, authority: Authority, client: RegisteredClient, request: Request, form: Pairs) -> str:
        """Compare the certificate with the registered one, or with the registered name. RFC 8705 §2.1, §2.2."""
        certificate = _shown(request)
        if certificate is not None:
            if SELF_SIGNED in client.auth_methods and _is_registered(client, certificate):
                return SELF_SIGNED
            if PKI in client.auth_methods and _has_registered_name(client, certificate):
                return PKI
        raise Refusal("invalid_client", "the certificate is not the one of this client", status=401)


def _is_registered(client: RegisteredClient, certificate: ClientCertificate) -> bool:
    jwks = client.metadata.get("jwks")
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    shown = b64encode(certificate.der).decode()
    chains = [key.get("x5c") for key in keys if isinstance(key, Mapping)] if isinstance(keys, list) else []
    return any(isinstance(chain, list) and chain[:1] == [shown] for chain in chains)


def _has_registered_name(client: RegisteredClient, certificate: ClientCertificate) -> bool:
    """Tell whether an authority vouches for the one name that is registered."""
    if certificate.subject == certificate.issuer:
        return False
    shown = {("tls_client_auth_subject_dn", certificate.subject), *certificate.names}
    wanted = [(name, text) for name, text in client.metadata.items() if name.startswith("tls_client_auth_")]
    return len(wanted) == 1 and wanted[0] in shown


def certificate_binding(authority: Authority, request: TokenRequest) -> dict[str, object]:
    """Return the claims that bind the tokens of this request to its certificate; none unless registered. RFC 8705 §3.

    Raises ``Refusal``: ``invalid_request`` without a certificate, ``invalid_grant`` where a public client renews with
    another one (RFC 8705 §4).
    """
    if request.client.metadata.get(BINDS) is not True:
        return {}
    thumbprint = shown_thumbprint(request.request)
    if thumbprint is None:
        raise Refusal("invalid_request", "this client's tokens are bound to its certificate; it showed none")
    renewed = authority.tokens.find(request.value("refresh_token") or "", "refresh_token")
    bound = None if renewed is None else bound_thumbprint(renewed.claims)
    if request.client.is_public and bound is not None and bound != thumbprint:
        raise Refusal("invalid_grant", "the refresh token is bound to another certificate")
    return {"cnf": {"x5t#S256": thumbprint}}


def bound_thumbprint(claims: Mapping[str, object]) -> str | None:
    """Return the thumbprint to which a token with these claims is bound."""
    confirmation = claims.get("cnf")
    value = confirmation.get("x5t#S256") if isinstance(confirmation, Mapping) else None
    return value if isinstance(value, str) else None
