"""Client authentication by a signed assertion: ``client_secret_jwt``, ``private_key_jwt``.

One implementation, two constructors each: ``ClientSecretJWT(token_endpoint)`` does not know its client until the
client that receives it calls ``bind``; ``ClientSecretJwt(client_id, client_secret)`` does.
Rules of this room (RFC 7523 §3): 60 seconds, a fresh ``jti`` for every attempt, as audience the issuer where it is
known, else the token endpoint, whichever endpoint is asked; what the caller passed is never changed.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Self, TypedDict, Unpack, cast

from oauth_core import AuthContext, Flow, Request, reveal

from ._errors import InvalidKeyError
from ._frozen import Frozen
from ._keys import Key, shared_key
from ._keywords import known_keywords
from ._sent import with_assertion
from ._signing import SigningKey, published, signing_key
from ._template import Template, new_jti

__all__ = ["ClientSecretJWT", "ClientSecretJwt", "PrivateKeyJWT", "PrivateKeyJwt"]


class JWTOptions(TypedDict, total=False):
    """The keywords that all constructors share."""

    token_endpoint: str | None
    claims: Mapping[str, object] | None
    headers: Mapping[str, object] | None
    alg: str | None
    lifetime: int
    audience: str | None
    typ: str | None
    jti: Callable[[], str]


class _Method(Frozen):
    """What stands in an assertion beside the client's name.

    The audience is ``audience``, else the issuer when it is known, else the token endpoint: ``token_endpoint``, or the
    client's own. ``claims`` and ``headers`` are added; ``lifetime`` is in seconds; ``typ`` may be
    ``client-authentication+jwt`` for servers of RFC 7523bis; ``jti`` makes a new identifier.
    """

    __slots__ = ("alg", "audience", "claims", "headers", "jti", "lifetime", "token_endpoint", "typ")

    @known_keywords
    def __init__(
        self,
        token_endpoint: str | None = None,
        claims: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        alg: str | None = None,
        *,
        lifetime: int = 60,
        audience: str | None = None,
        typ: str | None = "JWT",
        jti: Callable[[], str] = new_jti,
    ) -> None:
        self.token_endpoint = token_endpoint
        self.claims = None if claims is None else dict(claims)
        self.headers = None if headers is None else dict(headers)
        self.alg = alg
        self.lifetime = lifetime
        self.audience = audience
        self.typ = typ
        self.jti = jti

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), self.token_endpoint, self.alg, self.audience))

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in _Method.__slots__ + type(self).__slots__)

    def template(self, key: SigningKey, client_id: str, audience: str) -> Template:
        fixed = {"iss": client_id, "sub": client_id, "aud": audience, **(self.claims or {})}
        return Template(key, fixed, lifetime=self.lifetime, typ=self.typ, header=self.headers)


class ClientSecretJWT(_Method):
    """``client_secret_jwt`` for the client that receives it: an assertion under its secret, HS256 by default.

    The audience is ``audience``, else the issuer when it is known, else the token endpoint: ``token_endpoint``, or the
    client's own. ``claims`` and ``headers`` are added; ``lifetime`` is in seconds; ``typ`` may be
    ``client-authentication+jwt``; ``jti`` makes a new identifier. OIDC Core §9.
    """

    __slots__ = ()

    name: ClassVar[str] = "client_secret_jwt"
    method: ClassVar[str] = "client_secret_jwt"

    def bind(self, client_id: str, client_secret: object) -> ClientSecretJwt:
        """Return the method for this client. The secret is text, or a callable that returns it."""
        return ClientSecretJwt.of(client_id, client_secret, self)


class PrivateKeyJWT(_Method):
    """``private_key_jwt`` for the client that receives it: an assertion under the key that is its secret.

    The algorithm and ``kid`` come from the key; ``password`` opens an encrypted PEM, ``certificate`` (PEM) adds
    ``x5t#S256``; further keywords as of ``ClientSecretJWT``. The audience is ``audience``, else the issuer when it is
    known, else the token endpoint. OIDC Core §9.
    """

    __slots__ = ("certificate", "kid", "password")

    name: ClassVar[str] = "private_key_jwt"
    method: ClassVar[str] = "private_key_jwt"

    @known_keywords
    def __init__(
        self,
        token_endpoint: str | None = None,
        claims: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        alg: str | None = None,
        *,
        lifetime: int = 60,
        audience: str | None = None,
        typ: str | None = "JWT",
        jti: Callable[[], str] = new_jti,
        kid: str | None = None,
        password: str | bytes | None = None,
        certificate: str | bytes | None = None,
    ) -> None:
        super().__init__(token_endpoint, claims, headers, alg, lifetime=lifetime, audience=audience, typ=typ, jti=jti)
        self.kid = kid
        self.password = password
        self.certificate = certificate

    def bind(self, client_id: str, client_secret: object) -> PrivateKeyJwt:
        """Return the method for this client. The secret is its key: see ``PrivateKeyJwt``."""
        return PrivateKeyJwt.of(client_id, client_secret, self)


class _Bound(Frozen):
    """A method that knows its client. Templates are kept by audience; there are as many as issuers."""

    __slots__ = ("_kept", "_options", "_ready", "_secret", "_templates", "client_id")

    method: ClassVar[str]
    client_id: str
    _options: _Method
    _ready: SigningKey | None
    _secret: object
    _kept: tuple[str, Key] | None
    _templates: dict[str, Template]

    @classmethod
    @abstractmethod
    def of(cls, client_id: str, secret: object, options: _Method) -> Self:
        """Return the method for this client."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_id!r})"

    def _key(self) -> Flow[SigningKey]:
        """Ask for a secret that is a callable; a changed one makes a new key (a flow)."""
        secret = yield from reveal(self._secret, "the shared secret")
        kept = self._kept
        if kept is None or kept[0] != secret:
            kept = self._kept = (secret, shared_key(secret, self._options.alg or "HS256"))
        return kept[1]

    def authenticate(self, request: Request, context: AuthContext) -> Flow[Request]:
        """Return the request with a new assertion in its form (a flow). RFC 7521 §4.2."""
        assertion = yield from self.assertion(context)
        return with_assertion(request, self.client_id, assertion)

    def assertion(self, context: AuthContext) -> Flow[str]:
        """Return a new assertion for one request (a flow)."""
        key = self._ready or (yield from self._key())
        options = self._options
        audience = (
            options.audience or context.issuer or options.token_endpoint or context.token_endpoint or context.endpoint
        )
        kept = self._templates.get(audience)
        if kept is None or kept.key is not key:
            kept = self._templates[audience] = options.template(key, self.client_id, audience)
        now, jti = int(context.clock()), options.jti()
        # A key at hand needs no further flow, which would cost more than an HMAC.
        return kept.token(now, jti) if isinstance(key, Key) else (yield from kept.issue(now, jti))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash((type(self), self.client_id))


class ClientSecretJwt(_Bound):
    """``client_secret_jwt`` of a client with a shared secret: text, or a callable that returns it.

    HS256 unless ``alg`` says HS384 or HS512; keywords as of ``ClientSecretJWT``. A secret shorter than the digest
    is used with a ``WeakKeyWarning``; an empty one raises ``InvalidKeyError``. RFC 7523 §2.2, RFC 7518 §3.2.
    """

    __slots__ = ()

    method = "client_secret_jwt"

    def __init__(self, client_id: str, client_secret: object, **options: Unpack[JWTOptions]) -> None:
        self._begin(client_id, client_secret, ClientSecretJWT(**options))

    @classmethod
    def of(cls, client_id: str, secret: object, options: _Method) -> Self:
        """Return the method for this client, with the options of the other constructor."""
        self = cls.__new__(cls)
        self._begin(client_id, secret, options)
        return self

    def _begin(self, client_id: str, secret: object, options: _Method) -> None:
        self.client_id, self._secret, self._options, self._templates = client_id, secret, options, {}
        alg = options.alg or "HS256"
        if alg not in {"HS256", "HS384", "HS512"}:
            raise InvalidKeyError(f"client_secret_jwt signs with HS256, HS384 or HS512, not with {alg!r}")
        self._kept = None
        self._ready = shared_key(secret, alg) if isinstance(secret, str) else None

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebind, (type(self), self.client_id, self._secret, self._options))


class PrivateKeyJwt(_Bound):
    """``private_key_jwt`` of a client with a private key.

    The key is PEM text or bytes, a JWK or JWK set, a key of ``cryptography``, a ``Key``, or with ``alg`` a signer
    (a function of bytes, or an object with ``sign(bytes)``). Algorithm and ``kid`` come from it. Keywords as of
    ``PrivateKeyJWT``. Raises ``InvalidKeyError`` at once for a key that cannot sign. RFC 7523 §2.2.
    """

    __slots__ = ()

    method = "private_key_jwt"

    def __init__(
        self,
        client_id: str,
        private_jwk: object,
        *,
        kid: str | None = None,
        password: str | bytes | None = None,
        certificate: str | bytes | None = None,
        **options: Unpack[JWTOptions],
    ) -> None:
        self._begin(
            client_id, private_jwk, PrivateKeyJWT(**options, kid=kid, password=password, certificate=certificate)
        )

    @property
    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public half of the key, as a JWK set; without keys where a signer holds it. RFC 7517 §5."""
        return published(self._ready)

    @classmethod
    def of(cls, client_id: str, secret: object, options: _Method) -> Self:
        """Return the method for this client, with the options of the other constructor."""
        self = cls.__new__(cls)
        self._begin(client_id, secret, cast("PrivateKeyJWT", options))
        return self

    def _begin(self, client_id: str, material: object, options: PrivateKeyJWT) -> None:
        self.client_id, self._options, self._templates = client_id, options, {}
        if material is None or material in ("", b""):
            raise InvalidKeyError("private_key_jwt needs a private key: pass it as client_secret=")
        key = signing_key(
            material, alg=options.alg, kid=options.kid, password=options.password, certificate=options.certificate
        )
        if isinstance(key, Key) and key.kty == "oct":
            raise InvalidKeyError("private_key_jwt needs a private key, not a shared secret; use client_secret_jwt")
        self._ready = key

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebind, (type(self), self.client_id, self._ready, self._options))


def _rebind(cls: type[_Bound], client_id: str, secret: object, options: _Method) -> _Bound:
    return cls.of(client_id, secret, options)
