"""OIDCCClientTestMtlsEndpointAliases, and what certificates are for: who the client is, and whose a token is."""

from __future__ import annotations

import pytest

from oauth_core import ServerRefusal
from oauth_core.testing import RegisteredClient
from tests.shared.certified import BOUND, self_signed_client, tls_client


@pytest.fixture(autouse=True)
def registered(fake, certificates):
    """The clients with certificates."""
    fake.register(tls_client(certificates))
    fake.register(self_signed_client(certificates))
    fake.register(RegisteredClient("bound", "s3cret", metadata=BOUND))


def of_tls(fake, name="tls_client_auth") -> dict[str, object]:
    client_id = "tls-ca" if name == "tls_client_auth" else "tls-self-signed"
    return {"client_id": client_id, "token_endpoint_auth_method": name, "issuer": fake.issuer}


@pytest.mark.parametrize("name", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_aliases_with_a_certificate(fake, certified_url, certificates, new_certified, name):
    """A client that shows a certificate goes to the aliases, is known by it, and its token works with it alone."""
    ours = certificates.client if name == "tls_client_auth" else certificates.self_signed
    client = new_certified(ours, **of_tls(fake, name))
    token = client.client_credentials()
    (call,) = fake.seen("token")
    assert call.url == f"{certified_url}/token"
    assert call.header("authorization") is None
    assert {name for name, _ in call.form} == {"grant_type", "client_id"}
    assert client.get(f"{certified_url}/api/x").status_code == 200
    assert client.introspect_token(url=None, token=token)["cnf"]["x5t#S256"]
    client.revoke_token(url=None, token=token)
    assert {one.url for one in fake.requests if one.endpoint in {"introspect", "revoke"}} == {
        f"{certified_url}/introspect",
        f"{certified_url}/revoke",
    }


def test_a_token_with_another_certificate(fake, certified_url, certificates, new_certified):
    """A bound token is worth nothing to who shows another certificate, or none; nor over the plain origin."""
    client = new_certified(certificates.client, **of_tls(fake))
    token = client.client_credentials()
    assert client.get(f"{fake.issuer}/api/x").status_code == 401
    for shown in (certificates.self_signed, None):
        thief = new_certified(shown, token=token)
        assert thief.get(f"{certified_url}/api/x").status_code == 401
    assert new_certified(certificates.client, token=token).get(f"{certified_url}/api/x").status_code == 200


@pytest.mark.parametrize("name", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_a_client_with_another_certificate(fake, certified_url, certificates, new_certified, name):
    """A client that shows another's certificate is not let in, and neither is one that shows none."""
    theirs = certificates.self_signed if name == "tls_client_auth" else certificates.client
    for shown in (theirs, None):
        with pytest.raises(ServerRefusal) as caught:
            new_certified(shown, **of_tls(fake, name)).client_credentials()
        assert (caught.value.error, caught.value.status_code) == ("invalid_client", 401)


def test_no_aliases_without_a_certificate(fake_place, fake, certified_url, new_client):
    """A client that shows no certificate uses the plain endpoints, though the metadata name aliases."""
    new_client(**fake_place.discovered()).client_credentials()
    assert [one.url for one in fake.seen("token")] == [f"{fake.issuer}/token"]


@pytest.mark.parametrize("binds", [True, False])
def test_a_certificate_that_only_binds(fake, certified_url, certificates, new_certified, binds):
    """With a secret the certificate binds the token, where the client says so; else the aliases stay unused."""
    options = {"client_id": "bound", "client_secret": "s3cret", "issuer": fake.issuer}
    client = new_certified(certificates.client, **options, certificate_bound_access_tokens=binds)
    if not binds:
        with pytest.raises(ServerRefusal, match="bound to its certificate"):
            client.client_credentials()
        assert fake.seen("token")[0].url == f"{fake.issuer}/token"
        return
    client.client_credentials()
    assert fake.seen("token")[0].url == f"{certified_url}/token"
    assert client.get(f"{certified_url}/api/x").status_code == 200


def test_every_endpoint_has_its_alias(fake, certified_url, certificates, new_certified):
    """Pushed requests, logins and userinfo go to the aliases; the person's browser does not."""
    client = new_certified(
        certificates.client, **of_tls(fake), redirect_uri="https://client.example/callback", scope="openid"
    )
    request = client.pushed_authorization_request()
    assert request.uri.startswith(f"{fake.issuer}/authorize?")
    client.authorization_code(request.validate_callback(fake.authorize(request.uri)))
    assert client.userinfo()["sub"] == "alice"
    client.refresh_token()
    calls = {one.url for one in fake.requests if one.endpoint in {"par", "token", "userinfo"}}
    assert calls == {f"{certified_url}/{path}" for path in ("par", "token", "userinfo")}


def test_metadata_without_aliases(fake, certificates, new_certified, certified_url):
    """A server without aliases is asked at its plain endpoints, certificate or not."""
    fake.authority.metadata["mtls_endpoint_aliases"] = {"revocation_endpoint": f"{certified_url}/revoke"}
    with pytest.raises(ServerRefusal, match="invalid_client"):  # no certificate reaches this origin
        new_certified(certificates.client, **of_tls(fake)).client_credentials()
    assert [one.url for one in fake.seen("token")] == [f"{fake.issuer}/token"]
