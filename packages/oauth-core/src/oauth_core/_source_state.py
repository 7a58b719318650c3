"""What a token source knows, and the one flow by which it comes to a good token.

Rules of this room: everything here is the same for both colours and runs as a flow, with one caller at a time. A token
is replaced in one step, after the store has seen it; what the caller put in place meanwhile is never undone. A store
that fails is reported, and does no harm while a token still lives.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from ._errors import (
    ReauthorizationRequired,
    ServerRefusal,
    TokenExpiredError,
    TransportError,
    UsageError,
    described,
)
from ._flight import Flight, Outcome
from ._messages import Flow, call
from ._renewal import Renewal, is_passing, nothing_to_show
from ._token import OAuth2Token

if TYPE_CHECKING:
    from ._store import AsyncTokenStore, TokenStore

logger = logging.getLogger("oauth_core")

DEFAULT_LEEWAY = 60.0
_PAUSE_AFTER_FAILURE = 5.0  # seconds for which a token that still lives is used before renewal is tried again

OnToken = Callable[[OAuth2Token, "OAuth2Token | None"], object]


class _BeginAnew(Exception):
    """What was kept is of no use any more, and somebody has logged in since: that login is used."""


class SourceState:
    """What both colours share: the token, how it is renewed and where it is kept."""

    _lock_protocols: tuple[tuple[str, str], ...]

    def __init__(
        self,
        renewal: Renewal | None = None,
        *,
        token: Mapping[str, object] | None = None,
        store: TokenStore | AsyncTokenStore | None = None,
        key: str = "default",
        leeway: float = DEFAULT_LEEWAY,
        clock: Callable[[], float] = time.time,
        on_token: OnToken | None = None,
    ) -> None:
        if isinstance(leeway, bool) or not isinstance(leeway, (int, float)) or leeway < 0:
            raise UsageError("leeway is a number of seconds, 0 or more")
        if store is not None and not all(callable(getattr(store, name, None)) for name in ("load", "save", "delete")):
            raise TypeError(
                f"a store has load, save and delete, as MemoryTokenStore() has; a {type(store).__name__} lacks"
            )
        if isinstance(store, type):
            raise TypeError(f"a store is an object: pass {store.__name__}(), not the class")
        self.renewal = renewal or Renewal()
        self.store = store
        self.key = key
        self.leeway = leeway
        self.clock = clock
        self.on_token = on_token
        self._token = None if token is None else OAuth2Token.from_dict(token)
        self._stale = False
        self._unsaved = self._token is not None
        self._pause_until = 0.0
        self._generation = 0  # counts the caller's own replacements, which a renewal under way must not undo
        self._lock = threading.Lock()
        self._flight: Flight | None = None

    def __repr__(self) -> str:
        state = "no token" if self._token is None else repr(self._token)
        return f"<{type(self).__name__} with {state}>"

    def __getstate__(self) -> dict[str, object]:
        state = dict(self.__dict__)
        del state["_lock"], state["_flight"]
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()
        self._flight = None

    @property
    def current(self) -> OAuth2Token | None:
        """The token in memory, expired or not; None before the first."""
        return self._token

    def set(self, token: Mapping[str, object] | None) -> None:
        """Put a token of the caller's in place; the store sees it at the next renewal. None forgets it."""
        self._token = None if token is None else OAuth2Token.from_dict(token)
        self._stale = False
        self._unsaved = self._token is not None
        self._pause_until = 0.0
        self._generation += 1

    def can_renew(self) -> bool:
        """Tell whether another token can be had without a person."""
        return self.renewal.possible(self._token)

    def usable(self, min_validity: float | None = None) -> OAuth2Token | None:
        """Return the token in memory where it is good for ``min_validity`` seconds (the leeway unless given)."""
        token = self._token
        if token is None or self._stale:
            return None
        now = self.clock()
        if not token.needs_renewal(self.leeway if min_validity is None else min_validity, now):
            return token
        if now < self._pause_until and not token.is_expired(clock=self.clock):
            return token
        return None

    def reject(self, rejected: Mapping[str, object] | None = None) -> None:
        """Take note that an API rejected this token (the current one unless given): it will be renewed before use.

        A token that was replaced meanwhile, or that nothing can renew, stays.
        """
        token = self._token
        if token is None or not self.renewal.possible(token):
            return
        if rejected is None or rejected.get("access_token") == token.get("access_token"):
            self._stale = True

    def obtain(self, min_validity: float | None = None) -> Flow[Outcome]:
        """Load or renew the token, under the store's lock where it has one (a flow).

        No lock is held while a person is waited for, which takes minutes.
        """
        if self._token is None and self.renewal.waits and (yield from self.latest()) is None:
            return (yield from self._awaited(min_validity))
        try:
            return (yield from self._locked(self._obtain(min_validity), self._without_store))
        except _BeginAnew:
            return (yield from self._awaited(min_validity))

    def latest(self) -> Flow[OAuth2Token | None]:
        """Return the current token, after a look at what other processes have put into the store (a flow)."""
        stored = yield from self._load()
        if stored is not None and self._superseded(stored):
            self._take(stored)
        return self._token

    def _superseded(self, stored: OAuth2Token) -> bool:
        """Tell whether the store's token counts, and not the one in memory.

        One that the store has not seen yet (the caller's, or one that could not be saved) yields only to a token that
        ends later: a refresh token from the configuration may have been spent long ago.
        """
        token = self._token
        if token is None or not self._unsaved:
            return _differ(stored, token)
        return token.expires_at is not None and (stored.expires_at or 0) > token.expires_at

    def successor(self, rejected: Mapping[str, object] | None) -> OAuth2Token | None:
        """Return the token in memory where it is good and is not the rejected one."""
        token = self.usable()
        return None if token is None or not _differ(token, rejected) else token

    def need_successor(self, token: OAuth2Token, rejected: Mapping[str, object] | None) -> OAuth2Token:
        """Return the token. Raises ``TokenExpiredError`` where it is the rejected one and nothing can renew it."""
        if not _differ(token, rejected) and not self.can_renew():
            raise nothing_to_show(token)
        return token

    def adopt(self, make: Flow[OAuth2Token], *, renewed: bool) -> Flow[Outcome]:
        """Run a flow that yields a token of the caller's choice, keep the token and save it (a flow)."""

        def keep() -> Flow[Outcome]:
            generation = self._generation
            new = yield from make
            if new.token_type.lower() == "n_a":
                return Outcome(new)  # what an exchange brought is no access token: it takes no access token's place
            old = self._token
            stored = old if not self._unsaved else None
            return (yield from self._keep(new, old, stored, renewed=renewed, generation=generation))

        return (yield from self._locked(keep(), _raise))

    def rescuing(self, old: OAuth2Token | None) -> Callable[[OAuth2Token], Flow[None]]:
        """Return what keeps a token whose refresh token was replaced while the rest of the answer was not believed."""
        generation = self._generation

        def rescue(kept: OAuth2Token) -> Flow[None]:
            stale, stored = self._stale, None if self._unsaved else old
            yield from self._keep(kept, old, stored, renewed=True, generation=generation)
            self._stale = stale

        return rescue

    def dropping(self) -> Flow[None]:
        """Drop a token that the server no longer accepts; a store that fails is reported in the log (a flow)."""
        try:
            yield from self.forgetting()
        except Exception as exc:  # noqa: BLE001 - any failure of a user's store; the refusal matters more
            # No traceback: the text of what a store raises may hold the token.
            logger.error("a refused token could not be deleted from its store (%s)", described(exc))  # noqa: TRY400 - secrets

    def forgetting(self) -> Flow[None]:
        """Drop the token here and in the store (a flow)."""
        self.set(None)
        if self.store is not None:
            yield from call(self.store.delete, self.key, blocking=self._blocking)

    @property
    def _blocking(self) -> bool:
        from ._store import is_asynchronous

        return bool(getattr(self.store, "blocking", not is_asynchronous(self.store)))

    def _locked(self, flow: Flow[Outcome], otherwise: Callable[[Exception], Outcome]) -> Flow[Outcome]:
        """Run a flow under the store's lock, or do ``otherwise`` where that cannot be had (a flow)."""
        if self.store is None:
            return (yield from flow)
        from ._store import LockingTokenStore

        if not isinstance(self.store, LockingTokenStore):
            return (yield from flow)
        try:
            lock = self.store.lock(self.key)
            names = [name for name in self._lock_protocols if hasattr(lock, name[0])]
            enter, leave = (getattr(lock, name) for name in names[0])
            yield from call(enter, blocking=self._blocking)
        except Exception as exc:  # noqa: BLE001 - any failure of a user's lock
            flow.close()
            return otherwise(exc)
        try:
            outcome = yield from flow
        except GeneratorExit:  # nobody is left to carry out a command
            raise
        except BaseException as exc:
            yield from self._unlock(leave, type(exc), exc, exc.__traceback__)
            raise
        outcome.problem = (yield from self._unlock(leave, None, None, None)) or outcome.problem
        return outcome

    def _unlock(self, leave: Callable[..., object], *args: object) -> Flow[Exception | None]:
        try:
            yield from call(leave, *args, blocking=self._blocking)
        except Exception as exc:  # noqa: BLE001 - any failure of a user's lock; what was done under it stands
            logger.error("the lock of the token store could not be released (%s)", described(exc))  # noqa: TRY400 - secrets
            return exc
        return None

    def _load(self) -> Flow[OAuth2Token | None]:
        if self.store is None:
            return None
        loaded = yield from call(self.store.load, self.key, blocking=self._blocking)
        return OAuth2Token.from_dict(loaded) if isinstance(loaded, Mapping) and loaded else None

    def _obtain(self, min_validity: float | None) -> Flow[Outcome]:
        base, generation = self._token, self._generation
        try:
            stored = yield from self._load()
        except Exception as exc:  # noqa: BLE001 - any failure of a user's store
            return self._without_store(exc)
        if stored is not None and self._superseded(stored):
            self._take(stored)  # another process renewed it, or this one has just started
            base = stored
        token = self.usable(min_validity)
        if token is not None:
            return Outcome(token)
        if (
            base is not None
            and not self._stale
            and not self.renewal.possible(base)
            and not base.is_expired(clock=self.clock)
        ):
            return Outcome(base)  # inside the leeway, but nothing can renew it: it is used to its end
        if base is not None and self.renewal.begins_anew(base):
            raise _BeginAnew
        try:
            new = yield from self.renewal.obtain(base, self.rescuing(base))
        except TokenExpiredError:  # nothing was sent, so nothing was refused
            raise
        except ReauthorizationRequired:
            if base is None:  # no refresh token was shown: a login that was waited for has ended
                raise
            return (yield from self._after_refusal(base, generation))
        except (TransportError, ServerRefusal) as exc:
            return self._after_failure(base, exc)
        return (yield from self._keep(new, base, stored, renewed=base is not None, generation=generation))

    def _awaited(self, min_validity: float | None) -> Flow[Outcome]:
        """Use a login, for which a person may be waited, then keep its token under the store's lock (a flow)."""
        generation = self._generation
        try:
            new = yield from self.renewal.obtain(None)
        except (TransportError, ServerRefusal, ReauthorizationRequired) as exc:
            if (yield from self._stored_elsewhere()):
                return (yield from self._locked(self._obtain(min_validity), self._without_store))
            if isinstance(exc, ReauthorizationRequired):
                raise
            return self._after_failure(None, exc)
        # Its code is spent, so the token is kept in memory at least, whatever becomes of lock and store.
        kept = self._keep(new, None, None, renewed=False, generation=generation)
        return (yield from self._locked(kept, lambda problem: self._unlocked(new, generation, problem)))

    def _stored_elsewhere(self) -> Flow[bool]:
        """Tell whether another process has stored a token while a person was waited for here (a flow)."""
        try:
            return (yield from self.latest()) is not None and self.usable() is not None
        except Exception as exc:  # noqa: BLE001 - any failure of a user's store; why there is no token matters more
            logger.error("the token store failed (%s)", described(exc))  # noqa: TRY400 - secrets
            return False

    def _unlocked(self, new: OAuth2Token, generation: int, problem: Exception) -> Outcome:
        """Keep a token in memory that came while the store's lock could not be had."""
        if generation == self._generation:
            self._place(new, saved=False)
        logger.error("a new token could not be saved (%s); it stays usable in memory", described(problem))
        return Outcome(new, problem)

    def _without_store(self, problem: Exception) -> Outcome:
        """A store that cannot be asked does no harm while the token still lives."""
        token = self._token
        if token is None or self._stale or token.is_expired(clock=self.clock):
            raise problem  # another process may have spent the refresh token: showing it twice can revoke them all
        self._pause_until = self.clock() + _PAUSE_AFTER_FAILURE
        logger.error("the token store failed (%s); the token is used while it lasts", described(problem))
        return Outcome(token)

    def _after_refusal(self, base: OAuth2Token | None, generation: int) -> Flow[Outcome]:
        """The refresh token was refused: perhaps another process has spent it and stored its successor."""
        stored = yield from self._load()
        if stored is not None and base is not None and stored.refresh_token != base.refresh_token:
            self._take(stored)
            token = self.usable()
            if token is not None:
                return Outcome(token)
            base = stored
            try:
                new = yield from self.renewal.obtain(base, self.rescuing(base))
            except ReauthorizationRequired:
                pass
            else:
                return (yield from self._keep(new, base, stored, renewed=True, generation=generation))
        if generation == self._generation:
            yield from self.dropping()
        if self.renewal.has_login:
            raise _BeginAnew
        raise ReauthorizationRequired(
            "the authorization server no longer accepts the refresh token (revoked, expired or used elsewhere); "
            "the token was dropped and a person must authorize again"
        )

    def _after_failure(self, base: OAuth2Token | None, exc: TransportError | ServerRefusal) -> Outcome:
        """A failure that may pass does no harm while the old token still lives."""
        passing = isinstance(exc, TransportError) or is_passing(exc)
        if not passing and base is None:
            self.renewal = self.renewal.spent()
        if not passing or base is None or self._stale or base.is_expired(clock=self.clock):
            raise exc
        self._pause_until = self.clock() + (exc.retry_after or _PAUSE_AFTER_FAILURE)
        logger.warning("the token could not be renewed and is used while it lasts: %s", exc)
        return Outcome(base)

    def _take(self, token: OAuth2Token) -> None:
        self._stale = self._stale and not _differ(token, self._token)
        self._token = token
        self._unsaved = False

    def _place(self, new: OAuth2Token, *, saved: bool) -> None:
        self._token = new
        self._stale = False
        self._pause_until = 0.0
        self._unsaved = not saved
        self.renewal = self.renewal.spent()

    def _keep(
        self,
        new: OAuth2Token,
        old: OAuth2Token | None,
        stored: OAuth2Token | None,
        *,
        renewed: bool,
        generation: int,
    ) -> Flow[Outcome]:
        """Save a new token, then put it in place, then tell the callback (a flow)."""
        if generation != self._generation:
            return Outcome(new)  # the caller has put another token in place meanwhile, or forgot this one
        problem: Exception | None = None
        saved = self.store is None
        try:
            if self.store is not None:
                yield from self._save(self.store, new, stored)
                saved = True
        except Exception as exc:  # noqa: BLE001 - any failure of a user's store; it is reported, the token is kept
            problem = exc
        finally:  # an interrupt must not lose the token either
            if generation == self._generation:
                self._place(new, saved=saved)
        if renewed and self.on_token is not None:
            try:
                yield from call(self.on_token, new, old)
            except Exception as exc:  # noqa: BLE001 - any failure of a user's callback, likewise
                problem = exc
        if problem is not None:
            logger.error("a new token could not be saved (%s); it stays usable in memory", described(problem))
        return Outcome(new, problem)

    def _save(self, store: TokenStore | AsyncTokenStore, new: OAuth2Token, stored: OAuth2Token | None) -> Flow[None]:
        for _ in range(3):
            saved = yield from call(store.save, self.key, new, stored, blocking=self._blocking)
            if saved:
                return
            if saved is None:
                raise TypeError("a store's save() returns True, or False where another token is in place; not None")
            stored = yield from self._load()  # somebody saved in between; ours is the newer one
        raise UsageError("the token store refused the token three times: other processes keep replacing it")


def _raise(problem: Exception) -> NoReturn:
    raise problem


def _differ(one: OAuth2Token, other: Mapping[str, object] | None) -> bool:
    return other is None or one.get("access_token") != other.get("access_token")
