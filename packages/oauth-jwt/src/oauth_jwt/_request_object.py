"""Request objects: the parameters of an authorization request, signed, and encrypted where wanted (RFC 9101).

Rules of this room: ``iss`` and ``aud`` are always there; an object is good for one login and lives for minutes; what
is JSON in the query (``claims``, ``authorization_details``) is JSON in the object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from json import loads
from time import time
from typing import TYPE_CHECKING, Final

from oauth_core import Flow, Params, UsageError, pairs

from ._errors import InvalidKeyError
from ._jose import encrypt
from ._jwks import JWKSCache, key_source
from ._keys import Key
from ._keywords import known_fields
from ._signing import SigningKey, published, signing_key
from ._template import Template, new_jti

if TYPE_CHECKING:
    from ._jwks import KeySource

__all__ = ["RequestObject"]

TYP: Final = "oauth-authz-req+jwt"
_JSON: Final = ("claims", "authorization_details")
_NUMBERS: Final = ("max_age",)
_REFUSED: Final = ("request", "request_uri", "client_secret", "client_assertion", "client_assertion_type")


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class RequestObject:
    """How the client ``client_id`` signs its authorization requests for the server ``audience`` (its issuer).

    ``key`` as of ``PrivateKeyJwt``. With ``encryption_keys`` (the server's keys, as for a validator) the object is also
    encrypted, by ``encryption_alg`` and ``encryption_enc``. ``lifetime`` in seconds. RFC 9101 §4, §10.2.
    """

    client_id: str
    audience: str
    key: object
    alg: str | None = None
    kid: str | None = None
    lifetime: int = 300
    encryption_keys: object = None
    encryption_alg: str = "RSA-OAEP-256"
    encryption_enc: str = "A256GCM"
    clock: Callable[[], float] = time
    jti: Callable[[], str] = new_jti
    _signing: SigningKey = field(init=False, compare=False)
    _source: KeySource | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if not self.client_id or not self.audience:
            raise UsageError("a request object names its client and, as audience, the server's issuer; pass both")
        if "://" in self.client_id and "://" not in self.audience:
            raise UsageError("the client id comes first, then the server's issuer")
        key = signing_key(self.key, alg=self.alg, kid=self.kid)
        if isinstance(key, Key) and key.kty == "oct" and not self.alg:
            raise InvalidKeyError("pass alg='HS256' to sign request objects with a shared secret")
        object.__setattr__(self, "_signing", key)
        object.__setattr__(self, "_source", key_source(self.encryption_keys, self.clock))

    def __repr__(self) -> str:
        return f"<RequestObject of {self.client_id!r} for {self.audience!r}>"

    @property
    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public half of the key, as a JWK set; without keys where a signer holds it. RFC 7517 §5."""
        return published(self._signing)

    def sign(self, parameters: Params) -> Flow[str]:
        """Return the value of ``request`` for these parameters (a flow). RFC 9101 §4.

        Raises ``UsageError`` for parameters that must not stand in a request object, or whose JSON is none.
        """
        now = int(self.clock())
        claims = {**_claims(pairs(parameters)), "client_id": self.client_id}
        claims |= {"iss": self.client_id, "aud": self.audience, "nbf": now}
        template = Template(self._signing, claims, lifetime=self.lifetime, typ=TYP)
        signed = yield from template.issue(now, self.jti())
        source = self._source
        if source is None:
            return signed
        keys = (yield from source.keys()) if isinstance(source, JWKSCache) else source
        public = keys.encryption_key(self.encryption_alg)
        return encrypt(
            signed.encode("ascii"),
            public,
            alg=self.encryption_alg,
            enc=self.encryption_enc,
            header={"cty": TYP, "typ": TYP},
        )


def _claims(parameters: Iterable[tuple[str, str]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, text in parameters:
        if name in _REFUSED:
            raise UsageError(f"the parameter {name!r} must not stand in a request object")
        value = _value(name, text)
        if name in found:
            earlier = found[name]
            value = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        found[name] = value
    return found


def _value(name: str, text: str) -> object:
    try:
        if name in _JSON:
            parsed: object = loads(text)
            return parsed
        return int(text) if name in _NUMBERS else text
    except ValueError:
        raise UsageError(f"the parameter {name!r} must be {'JSON' if name in _JSON else 'a number'}") from None
