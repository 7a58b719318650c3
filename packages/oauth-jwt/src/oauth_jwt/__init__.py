"""JSON Web Tokens for OAuth clients: assertions, proofs of possession, request objects, validation of ID tokens.

Every public name is here; each is loaded when it is first asked for. Signing needs ``cryptography`` alone; ``joserfc``
is imported at the first verification, encryption or decryption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._assertion import (
        JWTAssertion,
    )
    from ._client_auth import (
        ClientAssertion,
        ClientSecretJWT,
        ClientSecretJwt,
        PrivateKeyJWT,
        PrivateKeyJwt,
    )
    from ._dpop import (
        DPoP,
    )
    from ._errors import (
        InvalidJWKSetError,
        InvalidJWTError,
        InvalidKeyError,
        WeakKeyWarning,
    )
    from ._grants import (
        JWTBearerGrant,
        SAML2BearerGrant,
    )
    from ._id_token import (
        IDTokenValidator,
    )
    from ._jwk import (
        thumbprint,
    )
    from ._jwks import (
        JWKSCache,
        JWKSet,
    )
    from ._keys import (
        Key,
    )
    from ._signing import (
        ExternalKey,
        Signer,
        public_jwks,
    )
    from ._tokens import (
        Claims,
        IDToken,
        IdToken,
    )
    from ._verify import (
        JWTVerifier,
    )

__all__ = [
    "Claims",
    "ClientAssertion",
    "ClientSecretJWT",
    "ClientSecretJwt",
    "DPoP",
    "ExternalKey",
    "IDToken",
    "IDTokenValidator",
    "IdToken",
    "InvalidJWKSetError",
    "InvalidJWTError",
    "InvalidKeyError",
    "JWKSCache",
    "JWKSet",
    "JWTAssertion",
    "JWTBearerGrant",
    "JWTVerifier",
    "Key",
    "PrivateKeyJWT",
    "PrivateKeyJwt",
    "SAML2BearerGrant",
    "Signer",
    "WeakKeyWarning",
    "public_jwks",
    "thumbprint",
]

_MODULES = {
    "Claims": "_tokens",
    "ClientAssertion": "_client_auth",
    "ClientSecretJWT": "_client_auth",
    "ClientSecretJwt": "_client_auth",
    "DPoP": "_dpop",
    "ExternalKey": "_signing",
    "IDToken": "_tokens",
    "IDTokenValidator": "_id_token",
    "IdToken": "_tokens",
    "InvalidJWKSetError": "_errors",
    "InvalidJWTError": "_errors",
    "InvalidKeyError": "_errors",
    "JWKSCache": "_jwks",
    "JWKSet": "_jwks",
    "JWTAssertion": "_assertion",
    "JWTBearerGrant": "_grants",
    "JWTVerifier": "_verify",
    "Key": "_keys",
    "PrivateKeyJWT": "_client_auth",
    "PrivateKeyJwt": "_client_auth",
    "SAML2BearerGrant": "_grants",
    "Signer": "_signing",
    "WeakKeyWarning": "_errors",
    "public_jwks": "_signing",
    "thumbprint": "_jwk",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f".{module}", __name__), name)
    if getattr(value, "__module__", None) == f"{__name__}.{module}":
        value.__module__ = __name__  # public names read as the package, in errors and in pickles
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
