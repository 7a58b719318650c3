"""FAPI 2.0 message signing: requests, answers and introspection signed, on top of the security profile."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_core import MismatchingStateError, ProtocolViolation
from oauth_core.testing import faults
from oauth_jwt import DPoP, IDTokenValidator, IntrospectionValidator, InvalidJWTError, JARMValidator, RequestObject
from tests.shared.certification.provider import Now, altering, asked, broken, resigned

KIND = "authorization"
SIGNED = {
    "require_signed_request_object": True,
    "authorization_signed_response_alg": "ES256",
    "introspection_signed_response_alg": "ES256",
}


def judges(metadata, client_id, **rules) -> dict[str, object]:
    """The judges of everything that a provider signs, with one rule for all."""
    options = {"algorithms": ("ES256",), **rules}
    return {
        "id_token_validator": IDTokenValidator.from_metadata(metadata, client_id, **options),
        "jarm_validator": JARMValidator.from_metadata(metadata, client_id, **options),
        "introspection_validator": IntrospectionValidator.from_metadata(metadata, client_id, **options),
    }


@pytest.fixture
def signing(fake_place, demanding, operations, open_client, client_key):
    """Open a client that signs what it asks for, and takes signed answers alone: `signing(auth, binding)`."""

    def perform(auth="private_key_jwt", binding="dpop"):
        signer = RequestObject("fapi", demanding.issuer, client_key, clock=fake_place.clock)
        rules = judges(demanding.metadata, "fapi", clock=fake_place.clock)
        registered = {**SIGNED, "jwks": {"keys": [client_key.public_jwk()]}}
        return open_client(auth, binding, registered=registered, request_object=signer, **rules)

    return perform


@pytest.mark.parametrize("nonce", [None, "n-1"], ids=["without nonces", "with nonces"])
@pytest.mark.parametrize(("auth", "binding"), [("private_key_jwt", "dpop"), ("tls_client_auth", "mtls")])
def test_happy_path(demanding, operations, signing, auth, binding, nonce):
    """The pushed request is an object, the answer a JWT, and introspection too; nothing stands beside them."""
    operations.nonce = nonce
    client = signing(auth, binding)
    request = client.authorization_request()
    pushed = {name for name, _ in demanding.seen("par")[0].form}
    assert pushed - {"client_assertion", "client_assertion_type"} == {"client_id", "request"}
    assert set(parse_qs(urlsplit(request.uri).query)) == {"client_id", "request_uri"}
    callback = demanding.authorize(request.uri)
    assert set(parse_qs(urlsplit(callback).query)) == {"response"}
    token = client.authorization_code(client.validate_callback(request, callback))
    assert token.token_type == ("DPoP" if binding == "dpop" else "Bearer")
    assert client.userinfo()["sub"] == "alice"
    assert client.introspect_token(url=None, token=token)["active"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"exp": None},
        {"exp": Now(-300)},
    ],
    ids=str,
)
def test_a_bad_claim(demanding, operations, signing, changes):
    """An answer with a wrong, missing or expired claim is refused by its name, and no token is asked for."""
    operations.alter = altering(KIND, **changes)
    client = signing()
    request = client.authorization_request()
    with pytest.raises(InvalidJWTError) as caught:
        client.validate_callback(request, demanding.authorize(request.uri))
    assert caught.value.claim == next(iter(changes))
    assert demanding.count("token") == 0


@pytest.mark.parametrize("forge", [resigned(None, KIND, alg="none"), broken(KIND)], ids=["none", "broken"])
def test_a_bad_signature(demanding, operations, signing, forge):
    """An answer that is not signed, or badly, is refused, and no token is asked for."""
    operations.forge = forge
    client = signing()
    request = client.authorization_request()
    with pytest.raises(InvalidJWTError):
        client.authorization_code(demanding.authorize(request.uri), request=request)
    assert (demanding.count("token"), client.token) == (0, None)


def test_another_state(demanding, operations, signing):
    """The state is compared in what was signed."""
    operations.alter = altering(KIND, state="other")
    client = signing()
    request = client.authorization_request()
    with pytest.raises(MismatchingStateError):
        client.validate_callback(request, demanding.authorize(request.uri))
    assert demanding.count("token") == 0


def test_a_plain_answer(demanding, signing):
    """An answer that is not signed is a downgrade, refused though state and issuer are right."""
    client = signing()
    request = client.authorization_request()
    plain = f"{request.redirect_uri}?code=c&state={request.state}&iss={demanding.issuer}"
    with pytest.raises(ProtocolViolation, match="not signed"):
        client.validate_callback(request, plain)
    assert asked(demanding) == ["metadata", "par"]


def test_a_provider_that_refuses_the_object(demanding, signing):
    """A refused push ends the login; the request is not sent unsigned instead."""
    client = signing()
    demanding.inject(faults.error("invalid_request_object", "no"), "par")
    with pytest.raises(Exception, match="invalid_request_object"):
        client.authorization_request()
    assert asked(demanding) == ["metadata", "par"]


@pytest.mark.real_server
def test_a_real_provider(oidc_provider, new_client):
    """oidc-provider demands it all at once: private_key_jwt, pushed and signed requests, JARM, DPoP with nonces."""
    server, known = oidc_provider, oidc_provider.clients["fapi"]
    client = new_client(
        client_id=known.client_id,
        client_secret=known.private_jwk,
        token_endpoint_auth_method="private_key_jwt",
        redirect_uri=known.redirect_uri,
        scope="openid api offline_access",
        issuer=server.issuer,
        request_object=RequestObject(known.client_id, server.issuer, known.private_jwk),
        dpop=DPoP(),
        require_pushed_authorization_requests=True,
        **judges(server.metadata, known.client_id),
    )
    with server.settings(dpop_nonce_required=True, api_dpop_nonce_required=True):
        request = client.authorization_request(prompt="consent")
        assert set(parse_qs(urlsplit(request.uri).query)) == {"client_id", "request_uri"}
        callback = server.authorize(request.uri)
        assert set(parse_qs(urlsplit(callback).query)) == {"response"}
        token = client.authorization_code(client.validate_callback(request, callback))
        assert (token.token_type, bool(token.id_token)) == ("DPoP", True)
        assert client.userinfo()["sub"] == "alice"
        assert client.get(f"{server.api_url}/x").json()["client_id"] == "fapi"
        assert client.refresh_token().token_type == "DPoP"
        assert client.get(f"{server.api_url}/x").status_code == 200
        assert client.introspect_token(url=None, token=client.token)["active"] is True
