"""Clients that show a certificate: the fake server's origin for them, and how each HTTP library is given one."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from typing import cast

from oauth_core.testing import CertifiedLoopbackServer, FakeAuthorizationServer, RegisteredClient
from tests.servers.certificates import Certificate, Certificates
from tests.shared.flavours import Client, Flavour

BOUND = {"tls_client_certificate_bound_access_tokens": True}


def tls_client(certificates: Certificates, **more: object) -> RegisteredClient:
    """A client that authenticates by the name in its certificate, and whose tokens are bound to it."""
    metadata = {**BOUND, "tls_client_auth_subject_dn": "CN=client", **more}
    return RegisteredClient(
        "tls-ca",
        auth_methods=("tls_client_auth",),
        redirect_uris=("https://client.example/callback",),
        metadata=metadata,
    )


def self_signed_client(certificates: Certificates) -> RegisteredClient:
    """A client that authenticates by the certificate it registered."""
    metadata = {**BOUND, "jwks": {"keys": [certificates.self_signed.jwk()]}}
    return RegisteredClient("tls-self-signed", auth_methods=("self_signed_tls_client_auth",), metadata=metadata)


@contextlib.contextmanager
def serving_certificates(server: FakeAuthorizationServer, certificates: Certificates) -> Iterator[str]:
    """Serve the fake server on a second origin, for clients with a certificate; its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificates.server.files)
    for trusted in (certificates.authority, certificates.self_signed):
        context.load_verify_locations(trusted.certificate_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    with CertifiedLoopbackServer(server, context) as certified:
        yield certified.url


@contextlib.contextmanager
def with_certificate(
    flavour: Flavour, certificates: Certificates, shown: Certificate | None, **options: object
) -> Iterator[Client]:
    """Open a session of the flavour that trusts the test's authority and shows a certificate, or none."""
    authority = str(certificates.authority.certificate_file)
    if flavour.library != "requests":
        context = ssl.create_default_context(cafile=authority)
        if shown is not None:
            context.load_cert_chain(*shown.files)
        options["verify"] = context
    with flavour.open(**options) as client:
        if flavour.library == "requests":
            native = cast("object", client.native)
            native.verify, native.cert = authority, None if shown is None else shown.files
        yield client
