"""What oauth_core finds through the entry-point group ``oauth_core.plugins``: one function a name.

Rules of this room: a function's name is its entry point; it takes plain arguments and returns a value that fulfils a
protocol of oauth_core, so that no package needs to import another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import time

from oauth_core import ClientAuth, Grant, Sealer, UsageError

from ._client_auth import ClientSecretJwt, PrivateKeyJwt
from ._grants import JWTBearerGrant, SAML2BearerGrant
from ._sealing import AESSealer

__all__ = ["client_secret_jwt", "jwt_bearer", "private_key_jwt", "saml2_bearer", "sealer"]


def client_secret_jwt(client_id: str, client_secret: object) -> ClientAuth:
    """Return the method ``client_secret_jwt`` for a client and its secret."""
    return ClientSecretJwt(client_id, client_secret)


def private_key_jwt(client_id: str, client_secret: object) -> ClientAuth:
    """Return the method ``private_key_jwt`` for a client and its key."""
    return PrivateKeyJwt(client_id, client_secret)


def jwt_bearer(
    *,
    assertion: object = None,
    issuer: str | None = None,
    subject: str | None = None,
    audience: str | None = None,
    claims: Mapping[str, object] | None = None,
    key: object = None,
    header: Mapping[str, object] | None = None,
    scope: str | None = None,
    clock: Callable[[], float] = time,
) -> Grant:
    """Return the JWT bearer grant: of a ready ``assertion``, or of one that is signed with ``key`` for every request.

    Raises ``UsageError`` where neither is given whole.
    """
    if assertion is not None:
        return JWTBearerGrant(assertion, scope)  # type: ignore[arg-type]  # judged when it is read
    if key is None or not issuer or not audience:
        raise UsageError("pass assertion=, or issuer=, audience= and key= to sign one")
    return JWTBearerGrant.signed(
        issuer, audience, key, subject=subject, claims=claims, header=header, scope=scope, clock=clock
    )


def saml2_bearer(*, assertion: object, scope: str | None = None) -> Grant:
    """Return the SAML 2.0 bearer grant of an assertion."""
    return SAML2BearerGrant(assertion, scope)  # type: ignore[arg-type]  # judged when it is read


def sealer(key: object, *, purpose: str) -> Sealer:
    """Return what seals text with a key, or with the first of several, for one purpose."""
    return AESSealer(key, purpose=purpose)
