"""The synchronous token source: when it renews, what it does when that fails, and how threads share one renewal."""

import copy
import logging
import os
import pickle
import signal
import threading
import time
from contextlib import contextmanager

import pytest

from oauth_core import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    ErrorStatusReceived,
    MemoryTokenStore,
    MissingTokenError,
    OAuth2Token,
    ReauthorizationRequired,
    Renewal,
    Response,
    ServerRefusal,
    TokenExpiredError,
    TokenNotSavedError,
    TokenSource,
    TransportError,
    UsageError,
)
from oauth_core.testing import ManualClock
from tests.core.core_support import ListStore, Script, answer, config, form, token_answer

REFUSED = answer({"error": "invalid_grant", "error_description": "spent"}, status=400)


def held(number=0, *, clock, life=3600, **members):
    """A token in the caller's hands."""
    members = {"token_type": "Bearer", "refresh_token": f"refresh-{number}", **members}
    return OAuth2Token({"access_token": f"access-{number}", "expires_in": life, **members}, clock=clock)


def source(send, *, token=None, clock=None, grant=None, **options):
    clock = clock or ManualClock()
    renewal = Renewal(config(clock=clock), grant, options.pop("extra", ()))
    return TokenSource(renewal, send, token=token, clock=clock, **options)


def in_threads(number, work):
    """Run the work in so many threads at once and return what each returned or raised."""
    results = []

    def one():
        try:
            results.append(work())
        except BaseException as exc:
            results.append(exc)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == number, "a thread never came back"
    return results


# When a token is renewed.


def test_good_token_is_given_out_without_a_request():
    """A token that is good beyond the leeway is given out as it is; nobody is asked."""
    clock = ManualClock()
    token = held(clock=clock)
    send = Script(AssertionError("asked"))
    assert source(send, token=token, clock=clock).get() is token
    assert send.count == 0


def test_token_inside_the_leeway_is_renewed_by_its_refresh_token():
    """A token that ends within the leeway is renewed before it is given out."""
    clock = ManualClock()
    send = Script(token_answer(1))
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3600 - 59)
    assert tokens.get().access_token == "access-1"
    assert dict(form(send.requests[0])) == {"grant_type": "refresh_token", "refresh_token": "refresh-0"}


def test_min_validity_stands_in_for_the_leeway():
    """A caller may ask for a token that is good for longer than the leeway."""
    clock = ManualClock()
    send = Script(token_answer(1))
    tokens = source(send, token=held(clock=clock), clock=clock)
    assert tokens.get(1000).access_token == "access-0"
    clock.advance(2000)
    assert tokens.get().access_token == "access-0"
    assert tokens.get(1700).access_token == "access-1"


def test_leeway_longer_than_the_life_is_capped():
    """A token of 30 seconds under a leeway of 60 is used for its first half, not renewed at every call."""
    clock = ManualClock()
    send = Script(lambda n: token_answer(n, expires_in=30))
    tokens = source(send, clock=clock, grant=ClientCredentialsGrant())
    tokens.get()
    clock.advance(14)
    tokens.get()
    assert send.count == 1
    clock.advance(2)
    tokens.get()
    assert send.count == 2


def test_first_use_fetches_and_expiry_fetches_identically():
    """A repeatable grant obtains the first token and, with the same parameters, every later one."""
    clock = ManualClock()
    grant = ClientCredentialsGrant("read", (("audience", "https://api.test"), ("resource", "a"), ("resource", "b")))
    send = Script(lambda n: token_answer(n, refresh_token=None))
    tokens = source(send, clock=clock, grant=grant)
    assert tokens.get().access_token == "access-1"
    clock.advance(3600)
    assert tokens.get().access_token == "access-2"
    assert send.requests[0].body == send.requests[1].body
    assert form(send.requests[0])[2:] == [("audience", "https://api.test"), ("resource", "a"), ("resource", "b")]


def test_one_shot_grant_is_shown_once():
    """A code is exchanged on first use; later tokens come by the refresh token, and the code is never shown again."""
    clock = ManualClock()
    send = Script(lambda n: token_answer(n))
    tokens = source(send, clock=clock, grant=AuthorizationCodeGrant("code"))
    tokens.get()
    clock.advance(3600)
    tokens.get()
    assert [dict(form(r))["grant_type"] for r in send.requests] == ["authorization_code", "refresh_token"]


def test_refused_code_is_not_shown_again():
    """A code that the server refuses is spent: the second attempt says that there is no token and no grant."""
    send = Script(REFUSED)
    tokens = source(send, grant=AuthorizationCodeGrant("code"))
    with pytest.raises(ServerRefusal, match="spent"):
        tokens.get()
    with pytest.raises(MissingTokenError):
        tokens.get()
    assert send.count == 1


def test_no_token_and_no_grant():
    """Without token and grant the error says what to do, and nothing is sent."""
    send = Script(AssertionError("asked"))
    with pytest.raises(MissingTokenError, match="fetch one first"):
        source(send).get()


def test_expired_token_that_nothing_can_renew():
    """An expired token without refresh token raises TokenExpiredError, and the token stays for inspection."""
    clock = ManualClock()
    token = held(clock=clock, refresh_token=None)
    tokens = source(Script(AssertionError("asked")), token=token, clock=clock)
    clock.advance(3600)
    with pytest.raises(TokenExpiredError, match="without a refresh token"):
        tokens.get()
    assert tokens.current is token


def test_unrenewable_token_is_used_to_its_end():
    """A token that nothing can renew is used inside the leeway too, to its last second."""
    clock = ManualClock()
    tokens = source(Script(AssertionError("asked")), token=held(clock=clock, refresh_token=None), clock=clock)
    clock.advance(3599)
    assert tokens.get().access_token == "access-0"


def test_negative_leeway_is_refused():
    """A leeway below zero is a mistake that is said at once."""
    with pytest.raises(UsageError, match="leeway"):
        source(Script(None), leeway=-1)


# A rejected token.


def test_rejected_token_is_renewed_once():
    """A token that an API rejected is renewed; who reports the same token later gets the new one without a request."""
    clock = ManualClock()
    old = held(clock=clock)
    send = Script(token_answer(1))
    tokens = source(send, token=old, clock=clock)
    assert tokens.renew(old).access_token == "access-1"
    assert tokens.renew(old).access_token == "access-1"
    assert send.count == 1


def test_renewal_on_demand():
    """Without a rejected token, renew() replaces the current one although it is still good."""
    clock = ManualClock()
    send = Script(token_answer(1))
    assert source(send, token=held(clock=clock), clock=clock).renew().access_token == "access-1"


def test_renew_without_means_raises():
    """Renewing a good token that nothing can renew raises, instead of handing the rejected token out again."""
    clock = ManualClock()
    tokens = source(Script(AssertionError("asked")), token=held(clock=clock, refresh_token=None), clock=clock)
    with pytest.raises(TokenExpiredError, match="cannot be renewed"):
        tokens.renew()
    assert tokens.get().access_token == "access-0"


def test_renew_without_token_raises():
    """Renewing where there is no token at all says so."""
    with pytest.raises(MissingTokenError):
        source(Script(None)).renew()


def test_server_that_gives_the_same_access_token_again():
    """A server that answers a refresh with the same access token and a new life is believed."""
    clock = ManualClock()
    send = Script(token_answer(0))
    tokens = source(send, token=held(clock=clock), clock=clock)
    assert tokens.renew().access_token == "access-0"
    assert send.count == 1


def test_rejection_of_another_token_is_ignored():
    """A rejection that names a token which was replaced meanwhile does not spend the new one."""
    clock = ManualClock()
    tokens = source(Script(AssertionError("asked")), token=held(5, clock=clock), clock=clock)
    tokens.reject(held(4, clock=clock))
    tokens.reject({"access_token": "else"})
    assert tokens.get().access_token == "access-5"
    empty = source(Script(None))
    empty.reject()
    assert empty.current is None


# What is kept of the old token.


def test_refresh_answer_without_refresh_token_keeps_the_old_one():
    """A refresh answer that leaves refresh_token and scope out keeps those of the old token."""
    clock = ManualClock()
    send = Script(token_answer(1, refresh_token=None))
    tokens = source(send, token=held(clock=clock, scope="read"), clock=clock)
    new = tokens.renew()
    assert (new.refresh_token, new.scope) == ("refresh-0", "read")


def test_scope_list_survives_a_renewal():
    """Scopes that a server sends as a list do not break the renewal."""
    clock = ManualClock()
    tokens = source(Script(token_answer(1, scope=["a", "b"])), token=held(clock=clock), clock=clock)
    assert tokens.renew().scope == "a b"


# Failures that pass, and such that do not.


@pytest.mark.parametrize(
    "failure",
    [
        TransportError("no route"),
        answer({"error": "temporarily_unavailable"}, status=503),
        Response(502, (("Content-Type", "text/html"),), b"<html>"),
        answer({"error": "slow_down"}, status=429),
    ],
)
def test_living_token_is_used_while_the_endpoint_is_down(failure, caplog):
    """While the token still lives an endpoint that is down harms nobody, and it is not asked at every call."""
    clock = ManualClock()
    send = Script(failure)
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3580)
    assert tokens.get().access_token == "access-0"
    assert tokens.get().access_token == "access-0"
    assert send.count == 1
    clock.advance(5)
    tokens.get()
    assert send.count == 2
    clock.advance(60)
    with pytest.raises((TransportError, ServerRefusal)):
        tokens.get()
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_retry_after_sets_the_pause():
    """Retry-After says for how long the living token is used before the endpoint is asked again."""
    clock = ManualClock()
    send = Script(answer({"error": "slow_down"}, status=429, headers=(("Retry-After", "30"),)), token_answer(1))
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3545)
    tokens.get()
    clock.advance(29)
    assert tokens.get().access_token == "access-0"
    clock.advance(1)
    assert tokens.get().access_token == "access-1"


def test_refusal_that_does_not_pass_is_raised():
    """A client that the server does not know gets no better by waiting: the error is raised at once."""
    clock = ManualClock()
    send = Script(answer({"error": "invalid_client"}, status=401))
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3580)
    with pytest.raises(ServerRefusal) as caught:
        tokens.get()
    assert caught.value.error == "invalid_client"
    assert tokens.current is not None


def test_rejected_token_is_not_used_while_the_endpoint_is_down():
    """A token that an API rejected is not handed out again because its renewal failed."""
    clock = ManualClock()
    tokens = source(Script(TransportError("down")), token=held(clock=clock), clock=clock)
    with pytest.raises(TransportError):
        tokens.renew()
    with pytest.raises(TransportError):
        tokens.get()


def test_error_of_a_failing_first_fetch():
    """Where there is no token to fall back on, the failure is raised as it is, status and all."""
    tokens = source(Script(Response(503, (("Retry-After", "7"),), b"")), grant=ClientCredentialsGrant())
    with pytest.raises(ErrorStatusReceived) as caught:
        tokens.get()
    assert (caught.value.status_code, caught.value.retry_after) == (503, 7)


# invalid_grant.


def test_refused_refresh_token_drops_the_token():
    """invalid_grant drops the token here and in the store, and the error says that a person must authorize again."""
    clock = ManualClock()
    store = ListStore()
    old = held(clock=clock)
    store.put(old)
    send = Script(REFUSED)
    tokens = source(send, token=old, clock=clock, store=store)
    with pytest.raises(ReauthorizationRequired, match="authorize again"):
        tokens.renew()
    assert tokens.current is None
    assert store.held() is None
    with pytest.raises(MissingTokenError):
        tokens.get()
    assert send.count == 1


def test_refused_refresh_token_with_a_repeatable_grant():
    """Where a repeatable grant is at hand, invalid_grant is answered by showing the grant again."""
    clock = ManualClock()
    send = Script(REFUSED, token_answer(2))
    tokens = source(send, token=held(clock=clock), clock=clock, grant=ClientCredentialsGrant())
    assert tokens.renew().access_token == "access-2"
    assert [dict(form(r))["grant_type"] for r in send.requests] == ["refresh_token", "client_credentials"]


def test_refused_because_another_process_renewed():
    """invalid_grant reloads the store once: the token that another process put there meanwhile is used."""
    clock = ManualClock()
    store, old = ListStore(), held(clock=clock)
    store.put(old)

    def spent_elsewhere(_):
        store.put(held(7, clock=clock))
        return REFUSED

    send = Script(spent_elsewhere)
    tokens = source(send, clock=clock, store=store)
    assert tokens.get().access_token == "access-0"
    assert tokens.renew().access_token == "access-7"
    assert send.count == 1
    assert store.held()["access_token"] == "access-7"


def test_reloaded_token_that_is_old_too_is_renewed():
    """A reloaded token that is at its end itself is renewed by its own refresh token, once."""
    clock = ManualClock()
    store, old = ListStore(), held(clock=clock)
    store.put(old)

    def spent_elsewhere(n):
        if n == 1:
            store.put(held(7, clock=clock, life=10))
            clock.advance(10)
            return REFUSED
        return token_answer(8)

    send = Script(spent_elsewhere)
    tokens = source(send, clock=clock, store=store)
    tokens.get()
    assert tokens.renew().access_token == "access-8"
    assert dict(form(send.requests[1]))["refresh_token"] == "refresh-7"


def test_reloaded_token_that_is_refused_too():
    """Where the reloaded refresh token is refused as well, a person must authorize again."""
    clock = ManualClock()
    store, old = ListStore(), held(clock=clock)
    store.put(old)

    def always_refused(n):
        if n == 1:
            store.put(held(7, clock=clock, life=10))
            clock.advance(10)
        return REFUSED

    tokens = source(Script(always_refused), clock=clock, store=store)
    tokens.get()
    with pytest.raises(ReauthorizationRequired):
        tokens.renew()
    assert store.held() is None


def test_failing_delete_does_not_hide_the_refusal(caplog):
    """A store that cannot delete a refused token is reported in the log; the caller learns of the refusal."""
    clock = ManualClock()
    store, old = ListStore(), held(clock=clock)
    store.put(old)
    store.fails["delete"] = OSError("access-0 could not be unlinked")
    tokens = source(Script(REFUSED), clock=clock, store=store)
    tokens.get()
    with pytest.raises(ReauthorizationRequired):
        tokens.renew()
    assert "OSError" in caplog.text
    assert "access-0" not in caplog.text


# The store.


def test_token_of_the_store_is_loaded_on_first_use():
    """A source without a token takes the store's; nothing is sent."""
    clock = ManualClock()
    store = ListStore(mine=held(3, clock=clock))
    assert source(Script(None), clock=clock, store=store, key="mine").get().access_token == "access-3"


def test_token_that_another_process_renewed_is_used_instead_of_renewing():
    """Before a refresh token is spent the store is read: another worker may have renewed already."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(clock=clock))
    tokens = source(Script(AssertionError("asked")), clock=clock, store=store)
    tokens.get()
    clock.advance(3600)
    store.put(held(9, clock=clock))
    assert tokens.get().access_token == "access-9"


def test_new_token_reaches_the_store_before_it_is_used():
    """The store holds the new token before any caller or callback sees it."""
    clock = ManualClock()
    store = ListStore()
    seen = []
    tokens = source(
        Script(token_answer(1)),
        clock=clock,
        store=store,
        token=held(clock=clock),
        on_token=lambda new, old: seen.append((store.held()["access_token"], new.access_token, old.access_token)),
    )
    tokens.renew()
    assert seen == [("access-1", "access-1", "access-0")]


def test_save_meets_a_newer_token():
    """Where somebody saved in between, the token just issued is the newer one and takes the place."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(clock=clock))

    def raced(_):
        store.put(held(5, clock=clock))
        return token_answer(6)

    tokens = source(Script(raced), clock=clock, store=store)
    tokens.get()
    assert tokens.renew(explicit=True).access_token == "access-6"
    assert store.held()["access_token"] == "access-6"


def test_store_that_never_takes_the_token():
    """A store that refuses three times is reported; the token stays usable in memory."""
    clock = ManualClock()
    store = ListStore()
    store.save = lambda key, token, previous: False
    tokens = source(Script(token_answer(1)), token=held(clock=clock), clock=clock, store=store)
    with pytest.raises(TokenNotSavedError) as caught:
        tokens.renew(explicit=True)
    assert "three times" in str(caught.value.__cause__)
    assert tokens.get().access_token == "access-1"


def test_store_whose_save_returns_nothing():
    """A store whose save() returns None is told what it must return, not asked again."""
    clock = ManualClock()
    store = ListStore()
    store.save = lambda key, token, previous: None
    tokens = source(Script(token_answer(1)), token=held(clock=clock), clock=clock, store=store)
    with pytest.raises(TokenNotSavedError) as caught:
        tokens.renew(explicit=True)
    assert "returns True" in str(caught.value.__cause__)


def test_failing_store_is_reported_and_the_token_stays_usable(caplog):
    """A store that fails to save is logged at ERROR without any secret; the new token is used from memory."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(clock=clock))
    send = Script(lambda n: token_answer(n))
    tokens = source(send, clock=clock, store=store)
    tokens.get()
    store.fails["save"] = OSError("disk full while writing access-1")
    assert tokens.renew().access_token == "access-1"
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "access-1" not in caplog.text
    # The store still holds the old token: it must not come back over the new one.
    clock.advance(3600)
    store.fails.clear()
    assert tokens.get().access_token == "access-2"
    assert dict(form(send.requests[1]))["refresh_token"] == "refresh-1"
    assert store.held()["access_token"] == "access-2"


def test_interrupt_while_saving_keeps_the_token():
    """An interrupt in the middle of save() leaves the rotated token in memory, and the store's old one stays behind."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(clock=clock))
    send = Script(lambda n: token_answer(n))
    tokens = source(send, clock=clock, store=store)
    tokens.get()
    store.fails["save"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        tokens.renew()
    assert tokens.get().access_token == "access-1"
    store.fails.clear()
    clock.advance(3600)
    tokens.get()
    assert dict(form(send.requests[1]))["refresh_token"] == "refresh-1"


@pytest.mark.parametrize("what", ["load", "lock"])
def test_unreadable_store_does_no_harm_while_the_token_lives(what, caplog):
    """A store that cannot be locked or read is logged, and the token is used while it lasts; then the error is raised.

    The refresh token in memory is not spent: another process may have spent it already.
    """
    clock = ManualClock()
    store = LockingStore()
    store.put(held(clock=clock))
    send = Script(AssertionError("asked"))
    tokens = source(send, clock=clock, store=store)
    tokens.get()
    store.fails[what] = OSError("gone")
    clock.advance(3580)
    assert tokens.get().access_token == "access-0"
    assert "OSError" in caplog.text
    clock.advance(20)
    with pytest.raises(OSError, match="gone"):
        tokens.get()
    assert send.count == 0


def test_token_given_by_the_caller_is_not_undone_by_the_store():
    """A token that the caller set is used and later renewed, whatever an older entry of the store says."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(1, clock=clock))
    send = Script(token_answer(3))
    tokens = source(send, clock=clock, store=store)
    tokens.get()
    tokens.set(held(2, clock=clock))
    clock.advance(3590)
    assert tokens.get().access_token == "access-3"
    assert dict(form(send.requests[0]))["refresh_token"] == "refresh-2"
    assert store.held()["access_token"] == "access-3"


def test_forget_drops_the_token_everywhere():
    """forget() drops the token from memory and store; set(None) from memory."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(clock=clock))
    tokens = source(Script(None), clock=clock, store=store)
    tokens.get()
    tokens.forget()
    assert (tokens.current, store.held()) == (None, None)
    alone = source(Script(None), clock=clock, token=held(clock=clock))
    alone.forget()
    assert alone.current is None


def test_renewal_under_way_does_not_undo_a_logout():
    """A token that arrives after the caller forgot or replaced the old one is not put in place and not stored."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(clock=clock))
    told = []

    def logged_out(_):
        tokens.forget()
        return token_answer(1)

    tokens = source(Script(logged_out), clock=clock, store=store, on_token=lambda new, old: told.append(new))
    tokens.get()
    tokens.renew()
    assert (tokens.current, store.held(), told) == (None, None, [])


def test_logout_while_the_token_is_saved():
    """A logout in the middle of save() wins over the token in memory."""
    clock = ManualClock()

    class Store(ListStore):
        def save(self, key, token, previous):
            tokens.set(None)
            return super().save(key, token, previous)

    tokens = source(Script(token_answer(1)), clock=clock, store=Store(), token=held(clock=clock))
    tokens.renew()
    assert tokens.current is None


class LockingStore(ListStore):
    """A store with a lock that notes when it was held."""

    def __init__(self):
        super().__init__()
        self.busy = threading.Lock()

    @contextmanager
    def lock(self, key):
        self._note("lock")
        with self.busy:
            yield
        self._note("unlock")


def test_locking_store_is_locked_around_one_renewal():
    """The lock is held from the reload to the save, and released before the token is given out."""
    clock = ManualClock()
    store = LockingStore()
    store.put(held(clock=clock))
    tokens = source(Script(token_answer(1)), clock=clock, store=store)
    tokens.get()
    store.asked.clear()
    tokens.renew()
    assert store.asked == ["lock", "load", "save", "unlock"]


def test_lock_is_released_when_the_renewal_fails():
    """A failed renewal leaves no lock behind."""
    store = LockingStore()
    tokens = source(Script(TransportError("down")), store=store, grant=ClientCredentialsGrant())
    with pytest.raises(TransportError):
        tokens.get()
    assert not store.busy.locked()


def test_lock_that_cannot_be_released_is_reported(caplog):
    """A lock that fails to be released is logged; the token that was renewed under it is given out."""
    clock = ManualClock()
    store = LockingStore()
    store.fails["unlock"] = OSError("lost")
    tokens = source(Script(lambda n: token_answer(n)), store=store, token=held(clock=clock), clock=clock)
    assert tokens.renew().access_token == "access-1"
    assert "could not be released (OSError in " in caplog.text
    with pytest.raises(TokenNotSavedError):
        tokens.renew(explicit=True)


def test_own_exchange_needs_the_lock():
    """An exchange of the caller's own is not begun where the store cannot be locked."""
    store = LockingStore()
    store.fails["lock"] = TimeoutError("busy")
    tokens = source(Script(AssertionError("asked")), store=store)
    with pytest.raises(TimeoutError, match="busy"):
        tokens.keep(Renewal(config(), ClientCredentialsGrant()).obtain(None))


def test_two_sources_on_one_locking_store_renew_once():
    """Two sources, as in two processes, that share a locking store and an expired token send one token request."""
    clock = ManualClock()
    store = LockingStore()
    store.put(held(clock=clock))
    send = Script(lambda n: (time.sleep(0.05), token_answer(n))[1])
    sources = [source(send, clock=clock, store=store) for _ in range(4)]
    clock.advance(3600)
    results = []
    threads = [threading.Thread(target=lambda s=s: results.append(s.get().access_token)) for s in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert results == ["access-1"] * 4
    assert send.count == 1


# Callbacks.


def test_failing_callback(caplog):
    """A callback that fails is logged by its type alone, an explicit call raises; the token stays."""
    clock = ManualClock()

    def fails(new, old):
        raise RuntimeError(f"cannot write {new.access_token}")

    tokens = source(Script(lambda n: token_answer(n)), token=held(clock=clock), clock=clock, on_token=fails)
    assert tokens.renew().access_token == "access-1"
    assert "RuntimeError" in caplog.text
    assert "access-1" not in caplog.text
    with pytest.raises(TokenNotSavedError) as caught:
        tokens.renew(explicit=True)
    assert "access" not in str(caught.value)
    assert tokens.current.access_token == "access-2"


def test_callback_that_asks_for_the_new_token():
    """A callback may use the source: the new token is in place already."""
    clock = ManualClock()
    got = []
    tokens = source(
        Script(token_answer(1)),
        token=held(clock=clock),
        clock=clock,
        on_token=lambda new, old: got.append(tokens.get()),
    )
    new = tokens.renew()
    assert got == [new]


def test_store_that_asks_for_the_token_it_is_renewed_for():
    """A store that asks for the token under renewal gets an error at once, instead of waiting for itself."""
    clock = ManualClock()

    class Circular(ListStore):
        def save(self, key, token, previous):
            tokens.get()

    tokens = source(Script(token_answer(1)), store=Circular(), token=held(clock=clock, life=100), clock=clock)
    clock.advance(90)
    with pytest.raises(TokenNotSavedError) as caught:
        tokens.renew(explicit=True)
    assert "being renewed for it right now" in str(caught.value.__cause__)


def test_two_sources_that_ask_each_other():
    """A circle over two sources is found too."""
    clock = ManualClock()
    first = source(Script(token_answer(1)), clock=clock, grant=ClientCredentialsGrant())
    renewal = Renewal(config(client_secret=lambda: first.get().access_token, clock=clock), ClientCredentialsGrant())
    second = TokenSource(renewal, Script(token_answer(2)), clock=clock)
    first.renewal = Renewal(config(client_secret=lambda: second.get().access_token, clock=clock), first.renewal.grant)
    with pytest.raises(UsageError, match="right now"):
        first.get()


# Threads.


@pytest.mark.parametrize("number", [2, 32])
def test_threads_that_meet_an_expired_token_send_one_request(number):
    """However many threads meet an expired token, one token request is sent and all get its token."""
    clock = ManualClock()
    send = Script(lambda n: (time.sleep(0.1), token_answer(n))[1])
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3600)
    assert {token.access_token for token in in_threads(number, tokens.get)} == {"access-1"}
    assert send.count == 1


def test_dead_endpoint_is_asked_once_and_everybody_is_answered():
    """Where the endpoint is dead, one call is made, and each waiter gets the failure as its own exception object."""
    send = Script(lambda n: (time.sleep(0.2), TransportError("dead", timeout=True))[1])
    tokens = source(send, grant=ClientCredentialsGrant())
    errors = in_threads(16, tokens.get)
    assert send.count == 1
    assert {type(exc) for exc in errors} == {TransportError}
    assert all(exc.timeout for exc in errors)
    assert len({id(exc) for exc in errors}) == 16


def test_failure_that_is_no_error_of_ours_reaches_everybody():
    """A fault of the caller's own secret function reaches every waiter too."""

    def secret():
        time.sleep(0.2)
        raise LookupError("vault")

    clock = ManualClock()
    renewal = Renewal(config(client_secret=secret, clock=clock), ClientCredentialsGrant())
    tokens = TokenSource(renewal, Script(None), clock=clock)
    assert {type(exc) for exc in in_threads(4, tokens.get)} == {LookupError}


def test_interrupted_leader_hands_over():
    """Where the thread that renews is interrupted, a waiter takes over and all the others are served."""
    clock = ManualClock()
    gate = threading.Event()
    send = Script(KeyboardInterrupt(), token_answer(2), gate=gate)
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3600)
    results = []

    def one():
        try:
            results.append(tokens.get().access_token)
        except KeyboardInterrupt:
            results.append("interrupted")

    threads = [threading.Thread(target=one) for _ in range(5)]
    threads[0].start()
    assert send.arrived.wait(5)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.1)
    gate.set()
    for thread in threads:
        thread.join(10)
    assert sorted(results) == ["access-2"] * 4 + ["interrupted"]
    assert send.count == 2


def test_own_exchange_that_fails_is_not_the_answer_of_others():
    """A caller's own exchange that fails raises for that caller; who waits for the token renews it himself."""
    clock = ManualClock()
    gate = threading.Event()
    send = Script(answer({"error": "invalid_grant"}, status=400), token_answer(2), gate=gate)
    tokens = source(send, token=held(clock=clock), clock=clock)
    clock.advance(3600)
    results = []

    def exchange():
        with pytest.raises(ServerRefusal) as caught:
            tokens.keep(Renewal(config(), AuthorizationCodeGrant("bad")).obtain(None))
        results.append(caught.value)

    own = threading.Thread(target=exchange)
    own.start()
    assert send.arrived.wait(5)
    other = threading.Thread(target=lambda: results.append(tokens.get().access_token))
    other.start()
    time.sleep(0.1)
    gate.set()
    own.join(10)
    other.join(10)
    assert "access-2" in results
    assert len(results) == 2


def test_own_exchange_that_succeeds_serves_the_waiters():
    """Who waits while a caller's own exchange succeeds gets that token without a further request."""
    clock = ManualClock()
    gate = threading.Event()
    send = Script(token_answer(1), gate=gate)
    tokens = source(send, clock=clock)
    results = []
    own = threading.Thread(target=lambda: tokens.keep(Renewal(config(), ClientCredentialsGrant()).obtain(None)))
    own.start()
    assert send.arrived.wait(5)
    other = threading.Thread(target=lambda: results.append(tokens.get().access_token))
    other.start()
    time.sleep(0.1)
    gate.set()
    own.join(10)
    other.join(10)
    assert (results, send.count) == (["access-1"], 1)


def test_own_exchanges_follow_each_other():
    """Two exchanges of callers' own run one after the other, never at once."""
    running, most = [], []

    def send(request):
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()
        return token_answer(len(most))

    tokens = source(send)
    in_threads(3, lambda: tokens.keep(Renewal(config(), ClientCredentialsGrant()).obtain(None)))
    assert most == [1, 1, 1]


def test_flight_that_has_landed_cannot_be_joined():
    """Who comes when the renewal has just ended does not wait for it, and it ends only once."""
    from oauth_core._flight import Flight, Outcome

    flight = Flight()
    flight.land(Outcome(OAuth2Token(access_token="a")))
    flight.land(error=TransportError("late"))
    assert flight.join(lambda: None) is False
    assert flight.result(explicit=True, leader=True).access_token == "a"


# Values.


def test_source_pickles_with_its_token_and_makes_its_lock_anew():
    """A source pickles: token, renewal and store go along, locks are made anew."""
    tokens = source(canned, token=held(clock=ManualClock()), store=MemoryTokenStore())
    twin = pickle.loads(pickle.dumps(tokens))
    assert twin.get() == tokens.get()
    twin.clock.advance(3600)
    assert twin.get().access_token == "access-1"
    assert tokens.current.access_token == "access-0"


def canned(request):
    return token_answer(1)


def test_repr_shows_no_secret():
    """Repr of source and renewal shows names, never values."""
    tokens = source(Script(None), token=held(clock=ManualClock()), extra=(("client_assertion", "sEcr3t"),), grant=None)
    for text in (repr(tokens), repr(source(Script(None))), repr(tokens.renewal)):
        assert "access-0" not in text
        assert "refresh-0" not in text
        assert "sEcr3t" not in text
        assert "s3cret" not in text


def test_errors_copy_with_all_they_say():
    """The copy of an exception that a waiter gets says what the first one says."""
    error = ErrorStatusReceived("down", status_code=503, retry_after=3.0, uri="https://as.test/help")
    twin = copy.copy(error)
    assert (str(twin), twin.retry_after, twin.uri) == (str(error), 3.0, "https://as.test/help")


def test_nothing_secret_is_logged_at_debug(caplog):
    """A whole life at DEBUG, renewals and failures included, leaves no token in the log."""
    caplog.set_level(logging.DEBUG)
    clock = ManualClock()
    send = Script(token_answer(1), TransportError("down"), REFUSED)
    tokens = source(send, token=held(clock=clock), clock=clock)
    tokens.renew()
    clock.advance(3580)
    tokens.get()
    clock.advance(100)
    with pytest.raises(ReauthorizationRequired):
        tokens.get()
    for value in ("access-0", "access-1", "refresh-0", "refresh-1", "s3cret"):
        assert value not in caplog.text


def test_store_that_holds_a_later_token_wins_over_the_configured_one():
    """A refresh token from the configuration is not spent where the store holds the token that grew out of it."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(4, clock=clock))
    send = Script(AssertionError("asked"))
    configured = OAuth2Token(refresh_token="refresh-0", expires_at=0)
    assert source(send, token=configured, clock=clock, store=store).get().access_token == "access-4"


def test_token_without_an_end_is_not_undone_by_the_store():
    """A caller's token whose end is unknown is renewed as it is, whatever the store holds."""
    clock = ManualClock()
    store = ListStore()
    store.put(held(4, clock=clock))
    send = Script(token_answer(5))
    tokens = source(send, token={"access_token": "a", "refresh_token": "mine"}, clock=clock, store=store)
    assert tokens.renew().access_token == "access-5"
    assert dict(form(send.requests[0]))["refresh_token"] == "mine"


def test_logout_while_the_refresh_token_is_refused():
    """A token that the caller put in place while the old one was refused is not dropped with it."""
    clock = ManualClock()
    fresh = held(9, clock=clock)

    def replaced(_):
        tokens.set(fresh)
        return REFUSED

    tokens = source(Script(replaced), token=held(clock=clock), clock=clock)
    with pytest.raises(ReauthorizationRequired):
        tokens.renew()
    assert tokens.current is fresh


def test_waiters_are_counted():
    """A flight knows when everybody who waited for it has left."""
    from oauth_core._flight import Flight

    flight = Flight()
    assert flight.join(lambda: None)
    flight.leave()
    assert not flight.nobody_waits()
    flight.leave()
    assert flight.nobody_waits()


def fork_while_renewing(tokens, started, go_on):
    """Fork while another thread renews; the status of a child that asks for a token within five seconds."""
    leader = threading.Thread(target=tokens.get)
    leader.start()
    started.wait()
    child = os.fork()
    if not child:  # this process has no other thread any more
        signal.alarm(5)
        go_on.set()
        os._exit(0 if tokens.get().access_token == "access-2" else 1)
    status = os.waitpid(child, 0)[1]
    go_on.set()
    leader.join()
    return status


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_does_not_wait_for_its_parents_thread():
    """A process that is forked while another thread renews renews by itself: who leads is not in the child."""
    started, go_on = threading.Event(), threading.Event()

    def answer_late(number):
        started.set()
        go_on.wait()
        return token_answer(number)

    tokens = source(Script(answer_late), grant=ClientCredentialsGrant())
    assert fork_while_renewing(tokens, started, go_on) == 0
    assert tokens.current.access_token == "access-1"
