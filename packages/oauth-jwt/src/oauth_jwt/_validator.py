"""What the validators of all kinds of tokens share: whose tokens, for whom, under which keys.

Rules of this room: a validator is a frozen value that may be shared by threads and tasks, and pickles; it holds
configuration and the keys that were read, nothing of any one login.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from time import time
from typing import Self, TypeVar

from oauth_core import UsageError

from ._compact import MAX_SIZE
from ._verify import JWTVerifier

__all__ = ["Validator"]

V = TypeVar("V", bound="Validator")


@dataclass(frozen=True, slots=True, repr=False)
class Validator:
    """The rules for tokens that ``issuer`` gives to the client ``client_id``.

    ``keys`` is the server's ``jwks_uri``, a ``JWKSCache`` or a JWK set. ``algorithms`` holds what the client
    registered, RS256 by default; HS* needs ``client_secret``. ``decryption_keys`` are the client's private
    keys where it registered encryption. ``leeway`` in seconds, ``clock`` in epoch seconds, ``max_size`` in characters.
    """

    issuer: str
    client_id: str
    keys: object = None
    _: KW_ONLY
    algorithms: tuple[str, ...] = ("RS256",)
    client_secret: object = None
    decryption_keys: tuple[object, ...] = ()
    leeway: float = 60
    max_size: int = MAX_SIZE
    clock: Callable[[], float] = time
    verifier: JWTVerifier = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if not self.issuer or not self.client_id:
            raise UsageError("a token is checked against its issuer and its audience; pass both")
        if "://" in self.client_id and "://" not in self.issuer:
            raise UsageError("the issuer comes first, then the client id")
        verifier = JWTVerifier(
            keys=self.keys,
            algorithms=self.algorithms,
            client_secret=self.client_secret,
            decryption_keys=self.decryption_keys,
            leeway=self.leeway,
            max_size=self.max_size,
            clock=self.clock,
        )
        object.__setattr__(self, "verifier", verifier)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.issuer!r} for {self.client_id!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        options = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        return (_restore, (type(self), options))

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, object], client_id: str, **options: object) -> Self:
        """Return the rules for the server of a metadata document: its ``issuer`` and ``jwks_uri``; options as fields.

        Raises ``UsageError`` where the document has no issuer. OIDC Discovery §3.
        """
        issuer = metadata.get("issuer")
        if not isinstance(issuer, str) or not issuer:
            raise UsageError("the metadata has no 'issuer'; a token cannot be checked without it")
        options.setdefault("keys", metadata.get("jwks_uri"))
        return _restore(cls, {"issuer": issuer, "client_id": client_id, **options})


def _restore(cls: type[V], options: Mapping[str, object]) -> V:
    return cls(**options)  # type: ignore[arg-type]  # checked by the constructor
