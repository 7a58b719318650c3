"""A provider that demands what FAPI demands, and clients that do it: with keys, with certificates, with both."""

from __future__ import annotations

import pytest

from oauth_core.testing import FakeAuthorizationServer, RegisteredClient
from oauth_jwt import DPoP, IDTokenValidator, Key
from oauth_jwt.testing import KeyOperations
from tests.servers.protocol import REDIRECT_URI
from tests.shared.certified import BOUND


@pytest.fixture(scope="session")
def client_key() -> Key:
    """The key of the clients."""
    return Key.generate("ES256")


@pytest.fixture
def operations(fake, provider_keys) -> KeyOperations:
    """A provider that signs with ES256; RS256 is none of FAPI's algorithms."""
    operations = KeyOperations(keys={name: provider_keys[name] for name in ("ES256", "RS256")})
    fake.install(operations)
    return operations


@pytest.fixture
def demanding(fake) -> FakeAuthorizationServer:
    """The provider takes pushed requests alone."""
    fake.settings.require_pushed = True
    return fake


@pytest.fixture
def register(fake, operations, client_key):
    """Register the client "fapi" for a method and a way of binding tokens: `register(auth, binding, **metadata)`."""

    def perform(auth: str = "private_key_jwt", binding: str = "dpop", **metadata: object) -> None:
        known: dict[str, object] = {"id_token_signed_response_alg": "ES256", **metadata}
        if auth == "private_key_jwt":
            known["jwks"] = {"keys": [client_key.public_jwk()]}
        else:
            known["tls_client_auth_subject_dn"] = "CN=client"
        known |= {"dpop_bound_access_tokens": True} if binding == "dpop" else BOUND
        fake.register(
            RegisteredClient(
                "fapi", auth_methods=(auth,), redirect_uris=(REDIRECT_URI,), require_pkce=True, metadata=known
            )
        )

    return perform


@pytest.fixture
def open_client(request, fake_place, fake, operations, client_key, certificates, new_client, register):
    """Register a FAPI client and open its session, which knows the issuer alone: `open_client(auth, binding)`."""

    def perform(auth: str = "private_key_jwt", binding: str = "dpop", *, registered=None, **more):
        register(auth, binding, **(registered or {}))
        if binding == "mtls" or auth == "tls_client_auth":
            request.getfixturevalue("certified_url")
        judge = IDTokenValidator.from_metadata(fake.metadata, "fapi", algorithms=("ES256",), clock=fake_place.clock)
        options: dict[str, object] = {
            "client_id": "fapi",
            "client_secret": client_key if auth == "private_key_jwt" else None,
            "token_endpoint_auth_method": auth,
            "redirect_uri": REDIRECT_URI,
            "scope": "openid accounts",
            "issuer": fake.issuer,
            "clock": fake_place.clock,
            "id_token_validator": judge,
            "dpop": DPoP(clock=fake_place.clock) if binding == "dpop" else None,
            "certificate_bound_access_tokens": binding == "mtls",
            **more,
        }
        if binding == "mtls" or auth == "tls_client_auth":
            return request.getfixturevalue("new_certified")(certificates.client, **options)
        return new_client(**options)

    return perform


@pytest.fixture
def log_in(fake_place):
    """A person logs in at a client; the token that it takes."""

    def perform(client, **parameters):
        request = client.authorization_request(**parameters)
        return client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))

    return perform
