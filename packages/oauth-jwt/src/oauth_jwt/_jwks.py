"""The server's public keys: a set that is at hand, and one that is fetched, kept and fetched again (RFC 7517 §5).

Rules of this room: keys come over http(s) from an address that was configured, or that the metadata of a configured
issuer names; a set is replaced in one step by a readable one and by nothing else; an unknown ``kid`` causes at most one
fetch per cool-down, whatever the number of threads and tasks; no lock is held while a request is in flight.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from copy import copy
from threading import RLock
from time import time
from typing import TypeAlias

from oauth_core import (
    Flow,
    InvalidMetadataError,
    OAuthError,
    Request,
    UsageError,
    Wait,
    check_endpoint,
    discover,
    json_object,
    raise_for_refusal,
    send,
)

from ._algorithms import check_strength
from ._errors import InvalidJWKSetError, InvalidJWTError, InvalidKeyError
from ._frozen import Frozen
from ._jose import Verify, encryption_kinds, verifier
from ._keys import Key
from ._keywords import known_keywords

__all__ = ["JWKSCache", "JWKSet", "KeySource", "key_source"]

logger = logging.getLogger("oauth_jwt")

_PAUSE = 0.05
_GIVE_UP = 60.0
_MOST_KEYS = 500


class JWKSet:
    """Public keys, each read when it is first needed and then kept.

    ``keys`` is a JWK set, a list of JWKs or of ``Key`` values. Shared secrets in it are ignored; where the set was
    ``published``, so are keys whose private part stands in it. Immutable. Raises ``InvalidJWKSetError`` for anything
    else, and for more than 500 keys. RFC 7517 §5.
    """

    __slots__ = ("_found", "_keys", "_published")

    _keys: tuple[Key | Mapping[str, object], ...]

    @known_keywords
    def __init__(self, keys: object, *, published: bool = False) -> None:
        if isinstance(keys, JWKSet):
            published = published or keys._published  # noqa: SLF001 - the same class
            keys = list(keys._keys)  # noqa: SLF001 - the same class
        elif isinstance(keys, Key):
            keys = [keys]
        elif isinstance(keys, Mapping):
            keys = keys.get("keys") if "kty" not in keys else [keys]
        if not isinstance(keys, (list, tuple)):
            raise InvalidJWKSetError("a JWK set is an object with a list 'keys'")
        if len(keys) > _MOST_KEYS:
            # Each may have to be read for a token that names none.
            raise InvalidJWKSetError(f"the JWK set has {len(keys)} keys; no more than {_MOST_KEYS} are taken")
        # Entries of unknown kinds are passed over, as RFC 7517 §5 asks.
        self._keys = tuple(key for key in keys if isinstance(key, (Key, Mapping)))
        self._published = published
        self._found: dict[tuple[str, str | None], Verify] = {}

    def __repr__(self) -> str:
        return f"<JWKSet of {len(self._keys)} keys>"

    def __len__(self) -> int:
        return len(self._keys)

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore_set, (list(self._keys), self._published))

    def kept(self, alg: str, kid: str | None) -> Verify | None:
        """Return what verified such a signature before, or None."""
        return self._found.get((alg, kid))

    def verifier(self, alg: str, kid: str | None) -> Verify | None:
        """Return what verifies signatures by ``alg`` of the key ``kid``, or None where the set has no such key.

        Without ``kid`` the set must have one fitting key. Raises ``InvalidJWTError`` where several fit or the key is
        unusable.
        """
        kept = self._found.get((alg, kid))
        if kept is not None:
            return kept
        fitting = self._fitting(alg, kid)
        if not fitting:
            return None
        if len({key.thumbprint() for key in fitting}) > 1:
            named = f"the kid {kid[:100]!r}" if kid else "no kid"
            raise InvalidJWTError(f"the token names {named}, and several keys of the server fit {alg}", claim="kid")
        try:
            check_strength(fitting[0].native, alg)
        except InvalidKeyError as exc:
            raise InvalidJWTError(f"the server's key cannot be used: {exc.description}", claim="kid") from None
        found = self._found[alg, kid] = verifier(fitting[0], alg)
        return found

    def _fitting(self, alg: str, kid: str | None) -> list[Key]:
        exact: list[Key] = []
        nameless: list[Key] = []
        problem: InvalidKeyError | None = None
        for entry in self._keys:
            name = entry.kid if isinstance(entry, Key) else entry.get("kid")
            if kid is not None and name is not None and name != kid:
                continue
            try:
                key = Key.load(entry)
            except InvalidKeyError as exc:
                problem = exc
                continue
            if key.kty == "oct" or not key.fits(alg):
                continue
            if self._published and key.is_private:
                problem = InvalidKeyError("its private part is published, so that anybody can sign with it")
            else:
                (nameless if name is None else exact).append(key)
        if not exact and not nameless and problem is not None and kid is not None:
            raise InvalidJWTError(f"the server's key {kid[:100]!r} cannot be used: {problem.description}", claim="kid")
        return exact if kid is not None and exact else exact + nameless

    def encryption_key(self, alg: str) -> Key:
        """Return the key to encrypt to the server with. Raises ``InvalidJWKSetError`` where there is none."""
        kinds = encryption_kinds(alg)
        for entry in self._keys:
            try:
                key = Key.load(entry)
            except InvalidKeyError:
                continue
            if self._published and key.is_private:
                continue
            for_it = key.use == "enc" or (key.use is None and key.declared_alg in {None, alg})
            if for_it and key.kty in kinds and key.crv not in {"Ed25519", "Ed448", "secp256k1"}:
                return key
        raise InvalidJWKSetError(f"the server publishes no key to encrypt to with {alg}")


class JWKSCache(Frozen):
    """The keys at a ``jwks_uri``, fetched when first needed and shared by all who hold this value.

    With ``issuer`` in its place the address is taken from that server's metadata, anew for every fetch.
    ``ttl`` seconds a set stays fresh; an unknown ``kid`` fetches again, but not twice within ``cooldown`` seconds.
    Where a fetch fails the old keys stay in use. Threads and tasks that need keys during a fetch wait for it, and where
    it is cancelled one of them takes it over.
    Raises ``UsageError`` or ``InsecureTransportError`` for an address that cannot be used.
    """

    __slots__ = (
        "_checked",
        "_failure",
        "_fetches",
        "_fetching",
        "_keys",
        "_lock",
        "_stale_at",
        "allow_insecure_http",
        "clock",
        "cooldown",
        "issuer",
        "ttl",
        "uri",
    )

    @known_keywords
    def __init__(
        self,
        uri: str | None = None,
        *,
        issuer: str | None = None,
        ttl: float = 3600,
        cooldown: float = 30,
        clock: Callable[[], float] = time,
        allow_insecure_http: bool = False,
    ) -> None:
        if (uri is None) == (issuer is None):
            raise UsageError("keys are fetched from a jwks_uri or by the metadata of an issuer: pass one of them")
        insecure = allow_insecure_http
        self.uri = None if uri is None else check_endpoint(uri, "jwks_uri", allow_insecure_http=insecure)
        self.issuer = None if issuer is None else check_endpoint(issuer, "issuer", allow_insecure_http=insecure)
        self.ttl = ttl
        self.cooldown = cooldown
        self.clock = clock
        self.allow_insecure_http = allow_insecure_http
        self._keys: JWKSet | None = None
        self._stale_at = 0.0
        self._checked = float("-inf")
        self._fetches = 0
        self._fetching: tuple[float] | None = None
        self._failure: OAuthError | None = None
        # A fetch that was abandoned may be ended by the garbage collector, in the middle of another one's locked lines.
        self._lock = RLock()

    def __repr__(self) -> str:
        return f"<JWKSCache of {self.uri or self.issuer!r}, {'empty' if self._keys is None else len(self._keys)}>"

    def __reduce__(self) -> tuple[object, ...]:
        names = ("issuer", "ttl", "cooldown", "clock", "allow_insecure_http")
        return (_restore, (self.uri, {name: getattr(self, name) for name in names}))

    def fresh(self) -> JWKSet | None:
        """Return the keys where they need no fetch."""
        return self._keys if self.clock() < self._stale_at else None

    @property
    def failure(self) -> OAuthError | None:
        """Why the last fetch failed, where it did, so that the keys at hand may not be all there are."""
        return None if self._failure is None else copy(self._failure)

    def keys(self) -> Flow[JWKSet]:
        """Return the keys, fetched where there are none or they are stale (a flow)."""
        seen = self._fetches
        known = self.fresh()
        return known if known is not None else (yield from self._refresh(seen))

    def newer(self, than: JWKSet) -> Flow[JWKSet]:
        """Return a newer set than ``than``, fetched unless such a look was just taken; else ``than`` (a flow).

        A server may change its keys right after they were fetched, so a fetch that was due anyway is no such look.
        """
        seen = self._fetches
        if self._keys is not than and self._keys is not None:
            return self._keys
        if self.clock() < self._checked + self.cooldown:
            return than
        return (yield from self._refresh(seen, look=True))

    def _refresh(self, seen: int, *, look: bool = False) -> Flow[JWKSet]:
        """Fetch, or wait for the one who does; ``seen`` fetches had ended when the caller saw that one is needed."""
        while True:
            own = (self.clock(),)
            with self._lock:
                if self._fetches != seen:
                    return self._outcome()
                busy, known = self._fetching, self._keys
                if busy is None or own[0] > busy[0] + _GIVE_UP:
                    self._fetching = own
                    break
            yield Wait(_PAUSE)
        try:
            return (yield from self._fetch(known, look=look))
        finally:
            with self._lock:
                if self._fetching is own:
                    self._fetching = None

    def _outcome(self) -> JWKSet:
        if self._keys is not None:
            return self._keys
        assert self._failure is not None
        raise copy(self._failure)

    def _fetch(self, known: JWKSet | None, *, look: bool) -> Flow[JWKSet]:
        accept = (("Accept", "application/jwk-set+json, application/json"),)
        try:
            uri = self.uri or (yield from self._found_uri())
            response = yield from send(Request("GET", uri, accept))
            raise_for_refusal(response, "the request for the server's keys", clock=self.clock)
            found = JWKSet(json_object(response, "the JWK set", InvalidJWKSetError), published=True)
        except OAuthError as exc:
            now = self.clock()
            with self._lock:
                self._checked = now
                self._stale_at = now + self.cooldown
                self._failure = copy(exc)  # without the frames that it came through
                self._fetches += 1
            if known is None:
                raise
            logger.warning("the keys of %s could not be read again and stay in use: %s", self.uri or self.issuer, exc)
            return known
        now = self.clock()
        with self._lock:
            self._keys, self._stale_at, self._failure = found, now + self.ttl, None
            self._fetches += 1
            if look:
                self._checked = now
        return found

    def _found_uri(self) -> Flow[str]:
        """Return the address of the keys that the issuer's metadata names now (a flow)."""
        insecure = self.allow_insecure_http
        server = yield from discover(issuer=self.issuer, clock=self.clock, allow_insecure_http=insecure)
        if server.jwks_uri is None:
            raise InvalidMetadataError("the metadata names no jwks_uri, so that no signature can be verified")
        return server.jwks_uri


def _restore(uri: str | None, options: Mapping[str, object]) -> JWKSCache:
    return JWKSCache(uri, **options)  # type: ignore[arg-type]  # checked by the constructor


def _restore_set(keys: list[object], published: bool) -> JWKSet:  # noqa: FBT001 - called by pickle
    return JWKSet(keys, published=published)


KeySource: TypeAlias = JWKSet | JWKSCache


def key_source(keys: object, clock: Callable[[], float] = time) -> KeySource | None:
    """Return where keys come from: a cache or set as it is, the text of a ``jwks_uri``, or what ``JWKSet`` reads."""
    if keys is None or isinstance(keys, (JWKSet, JWKSCache)):
        return keys
    if isinstance(keys, str):
        return JWKSCache(keys, clock=clock)
    return JWKSet(keys)
