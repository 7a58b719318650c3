"""DPoP: proofs that a request comes from the holder of a key, and the nonces that servers ask for (RFC 9449).

Rules of this room: every proof has a fresh ``jti``; the newest nonce of each origin wins and goes to no other; the
private key is stored beside the token, never inside it. A ``DPoP`` value may be shared by threads and tasks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from threading import Lock
from time import time
from typing import Final, Self, cast

from oauth_core import Flow, UsageError, origin

from ._encoding import b64url, json_text
from ._errors import InvalidKeyError
from ._frozen import Frozen
from ._keys import Key
from ._keywords import known_keywords
from ._signing import ExternalKey, SigningKey, sign, signing_key
from ._template import new_jti

__all__ = ["DPoP", "token_hash"]

MAX_ORIGINS: Final = 256
MAX_NONCE: Final = 1024


def token_hash(access_token: str) -> str:
    """Return the ``ath`` of an access token. Raises ``UsageError`` where it is not ASCII. RFC 9449 §4.2."""
    try:
        return b64url(sha256(access_token.encode("ascii")).digest()).decode("ascii")
    except UnicodeEncodeError:
        raise UsageError("the access token holds characters that no header can carry") from None


class DPoP(Frozen):
    """A key that access tokens are bound to, and what servers said about nonces.

    ``DPoP()`` makes a new P-256 key; ``DPoP(key)`` takes one: a ``Key``, PEM, a private JWK, or an ``ExternalKey``
    together with its ``public_jwk``. ``private_jwk()`` is what to store next to the token. ``clock`` returns epoch
    seconds. Raises ``InvalidKeyError`` for a key that cannot sign. RFC 9449 §4.
    """

    __slots__ = ("_bound", "_head", "_lock", "_nonces", "_targets", "clock", "jkt", "jti", "key", "public_jwk")

    @known_keywords
    def __init__(
        self,
        key: object = None,
        *,
        alg: str | None = None,
        public_jwk: Mapping[str, object] | None = None,
        clock: Callable[[], float] = time,
        jti: Callable[[], str] = new_jti,
    ) -> None:
        self.key: SigningKey = Key.generate(alg or "ES256") if key is None else signing_key(key, alg=alg)
        public = Key.load(public_jwk) if public_jwk is not None else self.key
        if isinstance(public, ExternalKey):
            raise InvalidKeyError("a DPoP key behind a signer needs public_jwk=, because every proof shows it")
        if public.kty == "oct":
            raise InvalidKeyError("DPoP needs a key pair, not a shared secret")
        own = self.key
        if public.thumbprint() != own.thumbprint() if isinstance(own, Key) else not public.fits(own.alg):
            raise InvalidKeyError("public_jwk= is not the public half of this key")
        names = ("kid", "alg", "use")
        self.public_jwk = {name: value for name, value in public.public_jwk().items() if name not in names}
        self.jkt = public.thumbprint()
        self.clock = clock
        self.jti = jti
        header = {"typ": "dpop+jwt", "alg": self.key.alg, "jwk": self.public_jwk}
        self._head = b64url(json_text(header).encode("ascii")) + b"."
        self._lock = Lock()
        self._bound = ("", "")
        self._nonces: OrderedDict[object, str] = OrderedDict()
        self._targets: dict[str, tuple[str, object]] = {}

    def __repr__(self) -> str:
        return f"<DPoP {self.key.alg}, jkt={self.jkt!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), self.key, self.public_jwk, self.clock, self.jti))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DPoP) and self.jkt == other.jkt

    def __hash__(self) -> int:
        return hash(self.jkt)

    def private_jwk(self) -> dict[str, str]:
        """Return the private key to store, as a secret, beside the tokens bound to it.

        Raises ``InvalidKeyError`` for a signer.
        """
        if isinstance(self.key, ExternalKey):
            raise InvalidKeyError("this key stays behind its signer and cannot be stored")
        return self.key.private_jwk()

    def proof(self, method: str, url: str, access_token: str | None = None, *, nonce: str | None = None) -> str:
        """Return a new proof for one request, signed in place.

        ``access_token`` binds it to that token (requests to an API); the nonce is the one last learned from the
        origin of ``url`` unless ``nonce`` gives another. Raises ``UsageError`` for a URL that is not absolute.
        RFC 9449 §4.2.
        """
        if not isinstance(self.key, Key):
            raise UsageError(
                "this DPoP key signs through a signer; it can be used where the client asks for proofs itself"
            )
        data = self._signing_input(method, url, access_token, nonce)
        return (data + b"." + b64url(self.key.sign(data))).decode("ascii")

    def prove(self, method: str, url: str, access_token: str | None = None, *, nonce: str | None = None) -> Flow[str]:
        """Return a new proof, signed by any key (a flow); arguments as of ``proof``."""
        data = self._signing_input(method, url, access_token, nonce)
        signature = yield from sign(self.key, data)
        return (data + b"." + b64url(signature)).decode("ascii")

    def _signing_input(self, method: str, url: str, access_token: str | None, nonce: str | None) -> bytes:
        htu, place = self._targets.get(url) or self._target(url)
        if nonce is None:
            nonce = self._nonces.get(place)
        more = f',"nonce":{json_text(nonce)}' if nonce else ""
        if access_token:
            bound = self._bound
            if bound[0] != access_token:
                bound = self._bound = (access_token, token_hash(access_token))
            more += f',"ath":"{bound[1]}"'
        claims = (
            f'{{"jti":{json_text(self.jti())},"htm":{json_text(method)},"htu":{htu},"iat":{int(self.clock())}{more}}}'
        )
        return self._head + b64url(claims.encode("ascii"))

    def _target(self, url: str) -> tuple[str, object]:
        scheme, _, rest = url.partition("?")[0].partition("#")[0].partition("://")
        authority, slash, path = rest.partition("/")
        # A name and password before the host are no part of the target: clients send them as a header.
        target = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
        if not authority or not target.isascii():
            raise UsageError("a DPoP proof names the absolute URL of its request as it is sent, in ASCII")
        found = (json_text(target), origin(url))
        with self._lock:
            if len(self._targets) >= MAX_ORIGINS:
                self._targets.clear()
            self._targets[url] = found
        return found

    def nonce(self, url: str) -> str | None:
        """Return the nonce last learned from the origin of ``url``."""
        return self._nonces.get(origin(url))

    def learn(self, url: str, nonce: str | None) -> bool:
        """Keep the ``DPoP-Nonce`` of any answer from ``url``; True where it is new. One that is no token is ignored.

        RFC 9449 §8.2.
        """
        if not nonce or len(nonce) > MAX_NONCE or not (nonce.isascii() and nonce.isprintable()):
            return False
        place = origin(url)
        with self._lock:
            new = self._nonces.get(place) != nonce
            self._nonces[place] = nonce
            self._nonces.move_to_end(place)
            if len(self._nonces) > MAX_ORIGINS:
                self._nonces.popitem(last=False)
        return new

    @classmethod
    @known_keywords
    def load(cls, jwk: Mapping[str, object], *, clock: Callable[[], float] = time) -> Self:
        """Return what ``private_jwk()`` stored."""
        return cls(jwk, clock=clock)


def _restore(cls: type[DPoP], key: object, public: object, clock: object, jti: object) -> DPoP:
    return cls(
        key,
        public_jwk=cast("Mapping[str, object]", public),
        clock=cast("Callable[[], float]", clock),
        jti=cast("Callable[[], str]", jti),
    )
