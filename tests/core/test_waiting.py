"""A token source with a login: what it holds while a person is waited for, and what becomes of the tokens."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from oauth_core import (
    AuthorizationCodeGrant,
    Call,
    DeviceCodeGrant,
    MemoryTokenStore,
    MissingTokenError,
    OAuth2Token,
    ReauthorizationRequired,
    Request,
    ServerRefusal,
    TokenExpiredError,
    TokenSource,
    TransportError,
    Wait,
)
from oauth_core._polling import PolledGrant
from oauth_core._renewal import Renewal
from oauth_core.testing import ManualClock
from tests.core.core_support import answer, config, token_answer

PENDING = answer({"error": "authorization_pending"}, status=400)


class Store(MemoryTokenStore):
    """A store that notes when its lock is held, and fails where it is told to."""

    def __init__(self):
        super().__init__()
        self.held = False
        self.locks = 0
        self.fails: dict[str, Exception] = {}

    @contextmanager
    def lock(self, key):
        self.locks += 1
        if "lock" in self.fails:
            raise self.fails["lock"]
        self.held = True
        try:
            yield
        finally:
            self.held = False

    def load(self, key):
        if "load" in self.fails:
            raise self.fails["load"]
        return super().load(key)

    def save(self, key, token, previous):
        assert self.held, "saved without the lock"
        return super().save(key, token, previous)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def waiting(clock, store):
    """A source whose first token comes when a person has approved a device code."""
    grant = PolledGrant(DeviceCodeGrant("dc"), expires_at=clock() + 60, interval=5)
    return TokenSource(Renewal(config(clock=clock), grant), _never, store=store, clock=clock)


def _never(request):
    raise AssertionError("the flow is driven by hand")


def drive(flow, clock, *answers, at_wait=lambda: None):
    """Drive a flow by hand; time passes at its pauses, and `at_wait` looks on."""
    left, value, error = list(answers), None, None
    while True:
        try:
            command = flow.throw(error) if error is not None else flow.send(value)
        except StopIteration as stop:
            assert not left
            return stop.value
        value = error = None
        if isinstance(command, Wait):
            at_wait()
            clock.advance(command.seconds)
        elif isinstance(command, Request):
            value = left.pop(0)
            if isinstance(value, Exception):
                value, error = None, value
        else:
            assert isinstance(command, Call)
            try:
                value = command.fn(*command.args)
            except Exception as exc:  # the flow is the one to decide
                error = exc


def test_no_lock_while_a_person_is_waited_for(clock, store, waiting):
    """The lock is free at every pause and question, and taken once, to save what came."""
    seen = []
    outcome = drive(
        waiting.obtain(),
        clock,
        PENDING,
        PENDING,
        token_answer(1),
        at_wait=lambda: seen.append((store.held, store.locks)),
    )
    assert seen == [(False, 0)] * 3
    assert (store.locks, store.held) == (1, False)
    assert outcome.token == store.load("default") == waiting.current
    assert waiting.get() is waiting.current  # nothing more is asked


def test_a_token_that_is_there_is_not_waited_for(clock, store, waiting):
    """What another process has stored already is used, and nobody is asked."""
    with store.lock("default"):
        store.save("default", OAuth2Token(access_token="theirs", token_type="Bearer"), None)
    assert drive(waiting.obtain(), clock).token.access_token == "theirs"


@pytest.mark.parametrize("answered", ["invalid_grant", "expired_token", "access_denied"])
def test_another_process_was_quicker(clock, store, waiting, answered):
    """Where the login ends here because another process got its token, that token is used."""

    def elsewhere():
        if store.load("default") is None:
            with store.lock("default"):
                store.save("default", OAuth2Token(access_token="theirs", token_type="Bearer"), None)

    refused = answer({"error": answered}, status=400)
    assert drive(waiting.obtain(), clock, PENDING, refused, at_wait=elsewhere).token.access_token == "theirs"


@pytest.mark.parametrize(
    ("problems", "expected"),
    [
        ([answer({"error": "access_denied"}, status=400)], ServerRefusal),
        ([answer({"error": "expired_token"}, status=400)], ReauthorizationRequired),
        ([TransportError("down")] * 4, TransportError),
    ],
)
def test_how_waiting_ends(clock, store, problems, expected):
    """Where nobody has a token the polling's own error is raised, one of the store's hides it not."""
    grant = PolledGrant(DeviceCodeGrant("dc"), expires_at=clock() + 600, interval=5)
    tokens = TokenSource(Renewal(config(clock=clock), grant), _never, store=store, clock=clock)
    with pytest.raises(expected):
        drive(tokens.obtain(), clock, *problems)
    assert store.locks == 0


def test_a_store_that_fails_hides_no_refusal(clock, store, waiting, caplog):
    """A store that fails after the person has declined is told in the log; the error is the person's."""

    def breaks():
        store.fails["load"] = OSError("secret detail")

    with pytest.raises(ServerRefusal, match="access_denied"):
        drive(waiting.obtain(), clock, answer({"error": "access_denied"}, status=400), at_wait=breaks)
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text


def test_a_code_that_was_declined_is_not_shown_again(clock, store, waiting):
    """After a refusal the code is spent: the next caller is told that there is no token, and nothing is asked."""
    with pytest.raises(ServerRefusal):
        drive(waiting.obtain(), clock, answer({"error": "access_denied"}, status=400))
    with pytest.raises(MissingTokenError):
        drive(waiting.obtain(), clock)


def test_a_lock_that_cannot_be_had(clock, store, waiting, caplog):
    """A token whose code is spent is kept in memory where the lock cannot be had, and the problem is told."""
    store.fails["lock"] = TimeoutError("busy")
    outcome = drive(waiting.obtain(), clock, token_answer(1))
    assert isinstance(outcome.problem, TimeoutError)
    assert waiting.get().access_token == "access-1"
    assert (store.load("default"), "TimeoutError" in caplog.text) == (None, True)


@pytest.mark.parametrize("locks", [True, False])
def test_a_logout_meanwhile(clock, store, waiting, locks):
    """A token that comes after the user has logged out is neither kept nor stored."""
    if not locks:
        store.fails["lock"] = TimeoutError("busy")
    outcome = drive(waiting.obtain(), clock, token_answer(1), at_wait=lambda: waiting.set(None))
    assert (outcome.token.access_token, waiting.current, store.load("default")) == ("access-1", None, None)


def test_later_renewals_are_locked(clock, store, waiting):
    """After the first token nobody is waited for: a renewal by the refresh token holds the lock, once."""
    drive(waiting.obtain(), clock, token_answer(1))
    clock.advance(7200)
    outcome = drive(waiting.obtain(), clock, token_answer(2))
    assert (outcome.token.access_token, store.locks) == ("access-2", 2)
    assert json.dumps(store.load("default"))


# A login that was made because what was kept is dead.


def dead(clock, **more):
    """A token at its end."""
    return OAuth2Token(access_token="old", token_type="Bearer", expires_at=clock() - 1, **more)


def put(store, token):
    with store.lock("default"):
        store.save("default", token, None)
    store.locks = 0


def with_code(clock, store):
    """A source with a fresh code."""
    renewal = Renewal(config(clock=clock), AuthorizationCodeGrant("fresh"))
    return TokenSource(renewal, _never, store=store, clock=clock)


def test_a_dead_token_gives_way_to_a_login(clock, store, waiting):
    """A stored token at its end that nothing can renew is replaced by the login; no lock is held meanwhile."""
    put(store, dead(clock))
    seen = []
    outcome = drive(waiting.obtain(), clock, PENDING, token_answer(1), at_wait=lambda: seen.append(store.held))
    assert (outcome.token.access_token, seen) == ("access-1", [False, False])
    assert store.load("default") == outcome.token


def test_a_refused_refresh_token_gives_way_to_a_login(clock, store):
    """Where the server no longer takes the stored refresh token, the fresh code is used, in the same call."""
    put(store, dead(clock, refresh_token="spent"))
    tokens = with_code(clock, store)
    refused = answer({"error": "invalid_grant"}, status=400)
    assert drive(tokens.obtain(), clock, refused, token_answer(1)).token.access_token == "access-1"
    assert store.load("default")["access_token"] == "access-1"


def test_a_good_token_is_not_given_up_for_a_login(clock, store):
    """A stored token that is good, or can be renewed, is used; the code stays unused."""
    put(store, dead(clock, refresh_token="good"))
    tokens = with_code(clock, store)
    assert drive(tokens.obtain(), clock, token_answer(1)).token.access_token == "access-1"
    assert tokens.get().access_token == "access-1"


def test_a_rejected_token_gives_way_to_a_login(clock, store):
    """A stored token that an API rejects, and that has no refresh token, is replaced by the login."""
    put(store, OAuth2Token(access_token="old", token_type="Bearer", expires_at=clock() + 3600))
    tokens = with_code(clock, store)
    assert drive(tokens.obtain(), clock).token.access_token == "old"
    tokens.reject(tokens.current)
    assert drive(tokens.obtain(), clock, token_answer(1)).token.access_token == "access-1"


def test_a_login_that_is_refused_too(clock, store):
    """A login that fails is told as such, once; then the dead token is what there is to tell of."""
    put(store, dead(clock))
    tokens = with_code(clock, store)
    with pytest.raises(ServerRefusal, match="invalid_grant"):
        drive(tokens.obtain(), clock, answer({"error": "invalid_grant"}, status=400))
    with pytest.raises(TokenExpiredError, match="a person must authorize again"):
        drive(tokens.obtain(), clock)


def test_a_login_that_may_yet_succeed(clock, store):
    """A login that met a broken server is tried again at the next call."""
    put(store, dead(clock))
    tokens = with_code(clock, store)
    with pytest.raises(TransportError):
        drive(tokens.obtain(), clock, TransportError("down"))
    assert drive(tokens.obtain(), clock, token_answer(1)).token.access_token == "access-1"
