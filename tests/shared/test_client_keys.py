"""The public keys of a client, as it registers or serves them, on every flavour."""

from __future__ import annotations

import pytest

from oauth_core import UsageError
from oauth_jwt import Key, PrivateKeyJWT, PrivateKeyJwt, RequestObject

ES, ED = Key.generate("ES256"), Key.generate("EdDSA")


@pytest.mark.parametrize(
    "options",
    [
        {"client_secret": ES, "token_endpoint_auth_method": "private_key_jwt"},
        {"client_secret": ES, "token_endpoint_auth_method": PrivateKeyJWT()},
        {"token_endpoint_auth_method": PrivateKeyJwt("app", ES)},
        {
            "token_endpoint_auth_method": PrivateKeyJwt("app", ES),
            "request_object": RequestObject("app", "https://as.example", ES),
        },
    ],
    ids=["by name", "by option", "bound", "with request objects"],
)
def test_the_public_half_of_the_key(new_client, options):
    """Whatever way the key was given, its public half is there once, and nothing private."""
    (key,) = new_client(client_id="app", **options).client_jwks["keys"]
    assert key == {**ES.public_jwk(), "kid": ES.thumbprint()}
    assert "d" not in key


def test_two_keys(new_client):
    """A key of its own for request objects is published beside that of the client's authentication."""
    client = new_client(
        client_id="app",
        token_endpoint_auth_method=PrivateKeyJwt("app", ES),
        request_object=RequestObject("app", "https://as.example", ED),
    )
    assert [key["kid"] for key in client.client_jwks["keys"]] == [ES.thumbprint(), ED.thumbprint()]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"client_secret": "secret"},
        {"client_secret": "s" * 32, "token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": PrivateKeyJwt("app", lambda data: b"", alg="ES256")},
    ],
    ids=["public", "secret", "shared secret", "held elsewhere"],
)
def test_no_public_key(new_client, options):
    """A client without a key pair of its own at hand publishes an empty set."""
    assert new_client(client_id="app", **options).client_jwks == {"keys": []}


def test_a_key_without_its_client(new_client):
    """A method that needs a client and has none is told as such."""
    with pytest.raises(UsageError, match="client_id"):
        _ = new_client(client_secret=ES, token_endpoint_auth_method="private_key_jwt").client_jwks
