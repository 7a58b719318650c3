"""JSON Web Tokens for OAuth clients: assertions, proofs of possession, request objects, validation of ID tokens.

Every public name is here; each is loaded when it is first asked for. Signing needs ``cryptography`` alone; ``joserfc``
is imported at the first verification, encryption or decryption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._access_token import (
        AccessTokenValidator,
    )
    from ._assertion import (
        JWTAssertion,
    )
    from ._claims_source import (
        ClaimsValidator,
    )
    from ._client_auth import (
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
    from ._introspection import (
        IntrospectionValidator,
    )
    from ._jarm import (
        JARMValidator,
    )
    from ._json_web_token import (
        JsonWebToken,
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
    from ._logout import (
        LogoutTokenValidator,
        SeenTokens,
    )
    from ._request_object import (
        RequestObject,
    )
    from ._secrets import (
        AppleClientSecret,
        ExpiringSecret,
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
    from ._userinfo import (
        UserInfoValidator,
    )
    from ._verify import (
        JWTVerifier,
    )
    from ._workload import (
        ClientAssertion,
    )

__all__ = [
    "AccessTokenValidator",
    "AppleClientSecret",
    "Claims",
    "ClaimsValidator",
    "ClientAssertion",
    "ClientSecretJWT",
    "ClientSecretJwt",
    "DPoP",
    "ExpiringSecret",
    "ExternalKey",
    "IDToken",
    "IDTokenValidator",
    "IdToken",
    "IntrospectionValidator",
    "InvalidJWKSetError",
    "InvalidJWTError",
    "InvalidKeyError",
    "JARMValidator",
    "JWKSCache",
    "JWKSet",
    "JWTAssertion",
    "JWTBearerGrant",
    "JWTVerifier",
    "JsonWebToken",
    "Key",
    "LogoutTokenValidator",
    "PrivateKeyJWT",
    "PrivateKeyJwt",
    "RequestObject",
    "SAML2BearerGrant",
    "SeenTokens",
    "Signer",
    "UserInfoValidator",
    "WeakKeyWarning",
    "public_jwks",
    "thumbprint",
]

_MODULES = {
    "AccessTokenValidator": "_access_token",
    "AppleClientSecret": "_secrets",
    "Claims": "_tokens",
    "ClaimsValidator": "_claims_source",
    "ClientAssertion": "_workload",
    "ClientSecretJWT": "_client_auth",
    "ClientSecretJwt": "_client_auth",
    "DPoP": "_dpop",
    "ExpiringSecret": "_secrets",
    "ExternalKey": "_signing",
    "IDToken": "_tokens",
    "IDTokenValidator": "_id_token",
    "IdToken": "_tokens",
    "IntrospectionValidator": "_introspection",
    "InvalidJWKSetError": "_errors",
    "InvalidJWTError": "_errors",
    "InvalidKeyError": "_errors",
    "JARMValidator": "_jarm",
    "JWKSCache": "_jwks",
    "JWKSet": "_jwks",
    "JWTAssertion": "_assertion",
    "JWTBearerGrant": "_grants",
    "JWTVerifier": "_verify",
    "JsonWebToken": "_json_web_token",
    "Key": "_keys",
    "LogoutTokenValidator": "_logout",
    "PrivateKeyJWT": "_client_auth",
    "PrivateKeyJwt": "_client_auth",
    "RequestObject": "_request_object",
    "SAML2BearerGrant": "_grants",
    "SeenTokens": "_logout",
    "Signer": "_signing",
    "UserInfoValidator": "_userinfo",
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
