"""The clients that the oidc-provider server knows: one for every way of authenticating, one for every special wish."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.servers.certificates import Certificates
from tests.servers.protocol import REDIRECT_URI, RegisteredClient

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

PUBLIC_GRANTS = ("authorization_code", "implicit", "refresh_token", "password", DEVICE_CODE, JWT_BEARER)
CONFIDENTIAL_GRANTS = (*PUBLIC_GRANTS, "client_credentials", CIBA, TOKEN_EXCHANGE)
RESPONSE_TYPES = (
    "code",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
    "none",
)
AUTHORIZATION_DETAILS_TYPES = ("payment_initiation", "account_information")
LOOPBACK_URI = "http://127.0.0.1/callback"
LOGOUT_URI = "https://client.example/logged-out"


def _client(
    client_id: str,
    auth_method: str,
    *,
    secret: str | None = None,
    key: Mapping[str, object] | None = None,
    certificate: tuple[str, str] | None = None,
    redirect_uri: str = REDIRECT_URI,
    **metadata: object,
) -> RegisteredClient:
    public = auth_method == "none"
    if secret is None and auth_method.startswith("client_secret_"):
        secret = secrets.token_hex(32)
    return RegisteredClient(
        client_id,
        auth_method,
        client_secret=secret,
        redirect_uri=redirect_uri,
        grant_types=frozenset(PUBLIC_GRANTS if public else CONFIDENTIAL_GRANTS),
        private_jwk=key,
        certificate=certificate,
        metadata=metadata,
    )


def make_rsa_key(use: str = "sig") -> dict[str, object]:
    return dict(RSAKey.generate_key(2048, {"use": use}, private=True, auto_kid=True).as_dict(private=True))


def make_ec_key(curve: str = "P-256", use: str = "sig") -> dict[str, object]:
    return dict(ECKey.generate_key(curve, {"use": use}, private=True, auto_kid=True).as_dict(private=True))


def make_ed25519_key() -> dict[str, object]:
    return dict(OKPKey.generate_key("Ed25519", {"use": "sig"}, private=True, auto_kid=True).as_dict(private=True))


def make_tls_clients(certificates: Certificates) -> dict[str, RegisteredClient]:
    """Clients that authenticate with a TLS certificate, and whose tokens are bound to it."""
    return {
        "tls_client_auth": _client(
            "tls-ca",
            "tls_client_auth",
            certificate=certificates.client.files,
            tls_client_auth_subject_dn="CN=client",
            tls_client_certificate_bound_access_tokens=True,
        ),
        "self_signed_tls_client_auth": _client(
            "tls-self-signed",
            "self_signed_tls_client_auth",
            certificate=certificates.self_signed.files,
            jwks={"keys": [certificates.self_signed.jwk()]},
            tls_client_certificate_bound_access_tokens=True,
        ),
    }


def make_clients() -> dict[str, RegisteredClient]:
    """New clients with new keys and secrets, by the names under which tests ask for them."""
    basic, key_auth = "client_secret_basic", "private_key_jwt"
    rsa = make_rsa_key()
    return {
        "client_secret_basic": _client("basic", basic),
        "client_secret_post": _client("post", "client_secret_post"),
        "none": _client("public", "none"),
        # Native applications are called back on loopback, at any port.
        "native": _client("native", "none", redirect_uri=LOOPBACK_URI, application_type="native"),
        "native_basic": _client("native-basic", basic, redirect_uri=LOOPBACK_URI, application_type="native"),
        "odd": _client("odd:id+with %41 space", basic, secret="p%ss:w+rd &=/?%2B~\"'" + "x" * 20),
        "client_secret_jwt": _client("secret-jwt", "client_secret_jwt"),
        "private_key_jwt": _client("key-rsa", key_auth, key=rsa),
        "private_key_jwt_ec": _client("key-ec", key_auth, key=make_ec_key()),
        "private_key_jwt_ed25519": _client("key-ed25519", key_auth, key=make_ed25519_key()),
        "dpop": _client("dpop", basic, dpop_bound_access_tokens=True),
        "dpop_public": _client("dpop-public", "none", dpop_bound_access_tokens=True),
        "par": _client("par", basic, require_pushed_authorization_requests=True),
        "jar": _client("jar", basic, key=rsa, require_signed_request_object=True),
        "jarm": _client("jarm", basic, authorization_signed_response_alg="ES256"),
        "jarm_encrypted": _client(
            "jarm-encrypted",
            basic,
            key=make_ec_key(use="enc"),
            authorization_signed_response_alg="RS256",
            authorization_encrypted_response_alg="ECDH-ES",
            authorization_encrypted_response_enc="A256GCM",
        ),
        "encrypted": _client(
            "encrypted",
            basic,
            key=make_rsa_key(use="enc"),
            id_token_encrypted_response_alg="RSA-OAEP-256",
            id_token_encrypted_response_enc="A128CBC-HS256",
            userinfo_signed_response_alg="RS256",
            userinfo_encrypted_response_alg="RSA-OAEP-256",
            userinfo_encrypted_response_enc="A256GCM",
        ),
        # FAPI 2.0 message signing: everything that can be signed is, and tokens are bound to a key.
        "fapi": _client(
            "fapi",
            key_auth,
            key=make_ec_key(),
            require_pushed_authorization_requests=True,
            require_signed_request_object=True,
            request_object_signing_alg="ES256",
            token_endpoint_auth_signing_alg="ES256",
            id_token_signed_response_alg="ES256",
            authorization_signed_response_alg="ES256",
            introspection_signed_response_alg="ES256",
            dpop_bound_access_tokens=True,
        ),
        "signed_userinfo": _client("signed-userinfo", basic, userinfo_signed_response_alg="ES256"),
        "signed_introspection": _client("signed-introspection", basic, introspection_signed_response_alg="RS256"),
        "id_token_hs256": _client("hs256", basic, id_token_signed_response_alg="HS256"),
        "id_token_ps256": _client("ps256", basic, id_token_signed_response_alg="PS256"),
        "id_token_es256": _client("es256", basic, id_token_signed_response_alg="ES256"),
        "id_token_eddsa": _client("eddsa", basic, id_token_signed_response_alg="EdDSA"),
    }


def public_jwk(private: Mapping[str, object]) -> dict[str, object]:
    """The JWK without what is secret in it."""
    return {name: value for name, value in private.items() if name not in {"d", "p", "q", "dp", "dq", "qi", "oth"}}


def registration(client: RegisteredClient) -> dict[str, object]:
    """What the server has to know about a client, spelt as in RFC 7591."""
    # A token from the authorization endpoint cannot be bound to a key or a certificate.
    bound = {"dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens"} & client.metadata.keys()
    response_types = [each for each in RESPONSE_TYPES if not (bound and "token" in each.split())]
    known: dict[str, object] = {
        "client_id": client.client_id,
        "token_endpoint_auth_method": client.auth_method,
        "redirect_uris": [client.redirect_uri],
        "post_logout_redirect_uris": [LOGOUT_URI],
        "grant_types": sorted(client.grant_types),
        "response_types": response_types,
        "authorization_details_types": list(AUTHORIZATION_DETAILS_TYPES),
    }
    if client.client_secret is not None:
        known["client_secret"] = client.client_secret
    if client.private_jwk is not None:
        known["jwks"] = {"keys": [public_jwk(client.private_jwk)]}
    if CIBA in client.grant_types:
        known["backchannel_token_delivery_mode"] = "poll"
    return known | dict(client.metadata)
