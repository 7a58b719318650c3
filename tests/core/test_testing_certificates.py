"""Client certificates at the fake server: who may use which, and what a bound token is worth without its own."""

import ssl
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlencode

import pytest

from oauth_core._messages import Request
from oauth_core.testing import (
    CertifiedLoopbackServer,
    CertifiedRequest,
    ClientCertificate,
    FakeAuthorizationServer,
    RegisteredClient,
)
from tests.core.testing_support import CALLBACK, FORM, VERIFIER, basic, bearer, callback, error, new_server

BOUND = {"tls_client_certificate_bound_access_tokens": True}
OURS = ClientCertificate(b"ours", "CN=app,O=Example", "CN=authority", (("tls_client_auth_san_dns", "app.test"),))
ANOTHER = ClientCertificate(b"another", "CN=other,O=Example", "CN=authority")
OWN = ClientCertificate(b"own", "CN=own", "CN=own")


def ask(server, path, certificate, *headers, method="POST", **form):
    """Send a form with a certificate, or without one."""
    proper = ((("Content-Type", FORM), *headers) if form else headers), urlencode(form).encode()
    if certificate is None:
        return server.send(Request(method, server.url(path), *proper))
    return server.send(CertifiedRequest(method, server.url(path), *proper, certificate=certificate))


def fetch(server, certificate, *headers, **form):
    return ask(server, "/token", certificate, *headers, **{"grant_type": "client_credentials", **form})


def by_name(**names):
    return RegisteredClient("app", auth_methods=("tls_client_auth",), metadata=names)


@pytest.mark.parametrize("names", [{"tls_client_auth_subject_dn": "CN=app,O=Example"}, dict(OURS.names)], ids=str)
def test_a_name_that_an_authority_vouches_for(names):
    """`tls_client_auth` compares the one registered name, and takes no certificate that somebody signed for himself."""
    server = new_server(by_name(**names))
    assert fetch(server, OURS, client_id="app").status == 200
    forged = ClientCertificate(b"forged", OURS.subject, OURS.subject, OURS.names)
    for certificate in (ANOTHER, forged, None):
        assert error(fetch(server, certificate, client_id="app")) == (401, "invalid_client")


@pytest.mark.parametrize("names", [{}, {"tls_client_auth_subject_dn": OURS.subject, **dict(OURS.names)}], ids=str)
def test_exactly_one_name_is_registered(names):
    """A client without a registered name, or with two, is refused. RFC 8705 §2.1.2."""
    assert error(fetch(new_server(by_name(**names)), OURS, client_id="app")) == (401, "invalid_client")


def test_a_certificate_that_is_registered_itself():
    """`self_signed_tls_client_auth` compares the certificate with those of the registered keys."""
    keys = [{"kty": "EC"}, {"kty": "EC", "x5c": [b64encode(b"own").decode(), "the rest of the chain"]}]
    own = RegisteredClient("app", auth_methods=("self_signed_tls_client_auth",), metadata={"jwks": {"keys": keys}})
    server = new_server(own, RegisteredClient("none", auth_methods=own.auth_methods))
    assert fetch(server, OWN, client_id="app").status == 200
    for certificate, client_id in ((OURS, "app"), (OWN, "none"), (None, "app")):
        assert error(fetch(server, certificate, client_id=client_id)) == (401, "invalid_client")


def test_a_certificate_beside_another_proof():
    """A certificate authenticates nobody who is registered otherwise, and does no harm beside another proof."""
    server = new_server(RegisteredClient("app", "s3cret"))
    assert error(fetch(server, OURS, client_id="app")) == (401, "invalid_client")
    assert fetch(server, OURS, basic()).status == 200


def test_bound_tokens():
    """Tokens of a client that is registered so work with its certificate alone, and introspection says so."""
    server = new_server(RegisteredClient("app", "s3cret", metadata=BOUND))
    assert error(fetch(server, None, basic())) == (400, "invalid_request")
    members = fetch(server, OURS, basic()).json()
    token = bearer(members)
    assert ask(server, "/api/x", OURS, token, method="GET").status == 200
    for certificate in (ANOTHER, None):
        refused = ask(server, "/api/x", certificate, token, method="GET")
        assert error(refused) == (401, "invalid_token")
        assert "another certificate" in refused.header("www-authenticate")
    facts = ask(server, "/introspect", None, basic(), token=members["access_token"]).json()
    assert facts["cnf"] == {"x5t#S256": OURS.thumbprint}
    assert (
        b64encode(sha256(b"ours").digest()).decode().rstrip("=").replace("+", "-").replace("/", "_") == OURS.thumbprint
    )


@pytest.mark.parametrize("public", [True, False])
def test_refresh_tokens(public):
    """A public client's refresh token is bound too; one that authenticates may have renewed its certificate."""
    secret = None if public else "s3cret"
    server = new_server(RegisteredClient("spa", secret, metadata=BOUND))
    proof = () if public else (basic("spa"),)
    code = callback(server)["code"]
    first = fetch(
        server,
        OURS,
        *proof,
        grant_type="authorization_code",
        client_id="spa",
        code=code,
        code_verifier=VERIFIER,
        redirect_uri=CALLBACK,
    ).json()
    renewal = {"grant_type": "refresh_token", "client_id": "spa", "refresh_token": first["refresh_token"]}
    answer = fetch(server, ANOTHER, *proof, **renewal)
    if public:
        assert error(answer) == (400, "invalid_grant")
        assert fetch(server, OURS, **renewal).status == 200
    else:
        assert ask(server, "/api/x", ANOTHER, bearer(answer.json()), method="GET").status == 200


def test_what_tls_says_of_a_certificate():
    """The names of a certificate are read as RFC 4514 writes them; kinds that nobody registers are left out."""
    facts = {
        "subject": ((("countryName", "DE"),), (("organizationName", "A, B + C"),), (("commonName", " app "),)),
        "issuer": ((("domainComponent", "test"), ("unknownThing", "#1")),),
        "subjectAltName": (("DNS", "app.test"), ("IP Address", "127.0.0.1"), ("Registered ID", "1.2.3")),
    }
    found = ClientCertificate.from_peer(b"der", facts)
    assert found.subject == r"CN=\ app\ ,O=A\, B \+ C,C=DE"
    assert found.issuer == r"DC=test+unknownThing=\#1"
    assert found.names == (("tls_client_auth_san_dns", "app.test"), ("tls_client_auth_san_ip", "127.0.0.1"))
    assert ClientCertificate.from_peer(b"der", {}).subject == ""


def test_a_context_that_asks_for_no_certificate():
    """An origin for certificates refuses a TLS context that would never ask for one."""
    with pytest.raises(ValueError, match="CERT_OPTIONAL"):
        CertifiedLoopbackServer(FakeAuthorizationServer(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def test_a_certified_request_stays_one():
    """A changed copy of a request with a certificate still has it."""
    request = CertifiedRequest("POST", "https://as.test/token", certificate=OURS)
    for changed in (request.with_header("X", "y"), request.with_params([("a", "b")])):
        assert changed.certificate == OURS
    assert changed.body == b"a=b"
