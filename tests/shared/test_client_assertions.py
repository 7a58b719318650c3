"""Client assertions on every client: for which audience they are made, and who signs them."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from oauth_core import UsageError
from oauth_core.testing import RegisteredClient
from oauth_jwt import ExternalKey, JWTVerifier, Key, PrivateKeyJwt, public_jwks
from oauth_jwt.testing import install

KEY = Key.generate("ES256")
ENDPOINTS = (
    "authorization_endpoint",
    "introspection_endpoint",
    "pushed_authorization_request_endpoint",
    "revocation_endpoint",
    "token_endpoint",
)


@pytest.fixture
def known(fake):
    """The keywords of a client that knows the server's endpoints one by one and signs with a key; no issuer."""
    fake.install(install)
    fake.register(
        RegisteredClient(
            "signer",
            auth_methods=("private_key_jwt",),
            redirect_uris=("https://client.example/cb",),
            metadata={"jwks": public_jwks(KEY)},
        )
    )
    return {
        "client_id": "signer",
        "client_secret": KEY,
        "token_endpoint_auth_method": "private_key_jwt",
        "redirect_uri": "https://client.example/cb",
        "scope": "api",
        **{name: fake.metadata[name] for name in ENDPOINTS},
    }


def audiences(fake) -> dict[str, object]:
    """The audience of the last assertion that each endpoint saw, read under the client's public key."""
    verifier = JWTVerifier(KEY.public_jwk(), ("ES256",))
    found = {}
    for endpoint in ("token", "introspect", "revoke", "par"):
        form = dict(parse_qsl(fake.seen(endpoint)[-1].body.decode()))
        flow = verifier.verify(form["client_assertion"])
        with pytest.raises(StopIteration) as done:
            next(flow)
        found[endpoint] = done.value.value[1]["aud"]
    return found


def use_all_endpoints(client) -> None:
    """Ask the token, introspection, revocation and pushed authorization request endpoints; all must accept it."""
    token = client.fetch_token()
    assert client.introspect_token(token=token)["active"] is True
    assert client.revoke_token(token=token["access_token"]).status == 200
    assert client.pushed_authorization_request(client.authorization_request()).request_uri


def test_audience_without_issuer(fake, known, new_client):
    """Where the issuer is not known, an assertion is for the token endpoint, whichever endpoint is asked (RFC 7523)."""
    use_all_endpoints(new_client(**known))
    assert audiences(fake) == dict.fromkeys(("token", "introspect", "revoke", "par"), fake.token_endpoint)


def test_audience_with_issuer(fake, known, new_client):
    """Where the issuer is known, an assertion is for the issuer, whichever endpoint is asked (RFC 9126 §2)."""
    use_all_endpoints(new_client(**known, issuer=fake.issuer))
    assert audiences(fake) == dict.fromkeys(("token", "introspect", "revoke", "par"), fake.issuer)


class Device:
    """A key that never leaves its device."""

    def __init__(self) -> None:
        self.signed = 0

    def sign(self, data: bytes) -> bytes:
        self.signed += 1
        return KEY.sign(data)


class SlowDevice(Device):
    """One that answers later."""

    async def sign(self, data: bytes) -> bytes:
        return super().sign(data)


def test_signer(fake, known, new_client):
    """A synchronous signer signs the assertions of every client, one for each request."""
    device = Device()
    method = PrivateKeyJwt("signer", ExternalKey(device, "ES256", kid=KEY.kid))
    use_all_endpoints(new_client(**{**known, "token_endpoint_auth_method": method, "client_secret": None}))
    assert device.signed == 4


def test_asynchronous_signer(fake, known, new_client, flavour):
    """An asynchronous signer signs for asynchronous clients; a synchronous one says that it cannot wait for it."""
    device = SlowDevice()
    method = PrivateKeyJwt("signer", device, alg="ES256", kid=KEY.kid)
    client = new_client(**{**known, "token_endpoint_auth_method": method, "client_secret": None})
    if flavour.asynchronous:
        use_all_endpoints(client)
        assert device.signed == 4
    else:
        with pytest.raises(TypeError, match="asynchronous; a synchronous client takes a synchronous one"):
            client.fetch_token()
        assert device.signed == 0
        assert fake.count("token") == 0


def test_signer_that_does_not_sign(fake, known, new_client):
    """A signer that returns something else than a signature is refused before anything is sent."""
    method = PrivateKeyJwt("signer", lambda data: "no bytes", alg="ES256")
    client = new_client(**{**known, "token_endpoint_auth_method": method, "client_secret": None})
    with pytest.raises(UsageError, match="the signer returned str, not the bytes of a signature"):
        client.fetch_token()
    assert fake.count("token") == 0
