"""Law 3: however many threads or tasks meet an expired token, there is one token request, and no lock is left held."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from itertools import pairwise
from pathlib import Path

import pytest

from oauth_core import MemoryTokenStore, OAuth2Token, TransportError
from oauth_core.testing import faults
from tests.servers.redis import redis_socket
from tests.shared.laws.worker import made_store
from tests.shared.needs import asynchronous_only

ROOT = Path(__file__).parents[3]


@pytest.fixture
def redis():
    with redis_socket() as path:
        yield path


class LockingStore(MemoryTokenStore):
    """A store that several sessions share, with the lock that keeps them from renewing at once."""

    def __init__(self):
        super().__init__()
        self.mutex = threading.Lock()
        self.blocking = True

    def lock(self, key):
        return self.mutex


@pytest.mark.parametrize("times", [1, 2, 64])
def test_one_token_request(fake_place, fake, holder, times):
    """So many callers of a session that meet an expired token cause one token request, slow as it may be."""
    fake_place.let_expire()
    fake.inject(faults.slow(0.2), "token", times=None)
    answers = holder.at_once(times, lambda: holder.native.get(fake_place.api_url))
    assert [each.status_code for each in answers] == [200] * times
    assert fake.count("token") == 1


def test_first_fetch_is_one_too(fake_place, fake, new_client):
    """Callers that meet no token at all share its first fetch."""
    client = new_client(**fake_place.options(), grant_type="client_credentials")
    answers = client.at_once(20, lambda: client.native.get(fake_place.api_url))
    assert {each.status_code for each in answers} == {200}
    assert fake.count("token") == 1


def test_dead_endpoint(fake_place, fake, holder):
    """While the endpoint is dead, the callers of one moment cause one request, and every one of them is answered."""
    fake_place.let_expire()

    def drop_slowly(authority, proceed):
        time.sleep(0.5)
        return faults.dropped().apply(authority, proceed)

    fake.inject(faults.Fault("dropped slowly", drop_slowly), "token", times=None)
    calls = [holder.start(lambda: holder.native.get(fake_place.api_url)) for _ in range(20)]
    errors = [each.exception(timeout=20) for each in calls]
    assert all(isinstance(each, TransportError) for each in errors)
    assert len({id(each) for each in errors}) == 20
    assert fake.count("token") == 1


def test_sessions_that_share_a_locking_store(fake_place, fake, new_client):
    """Sessions that share a locking store, as processes would, renew one after the other: the second finds it done."""
    store = LockingStore()
    store.save("default", OAuth2Token(fake.issue_token("basic", user="alice")), None)
    sessions = [new_client(**fake_place.options(), store=store) for _ in range(3)]
    fake_place.let_expire()
    fake.inject(faults.slow(0.2), "token", times=None)
    calls = [
        session.start(lambda native=session.native: native.get(fake_place.api_url))
        for session in sessions
        for _ in range(5)
    ]
    assert {each.result(timeout=20).status_code for each in calls} == {200}
    assert fake.count("token") == 1
    assert len({session.token["access_token"] for session in sessions}) == 1


@pytest.mark.parametrize("kind", ["file", pytest.param("redis", marks=pytest.mark.real_server)])
def test_processes_that_share_a_locking_store(fake_place, fake, flavour, kind, tmp_path, request):
    """Processes that share a locking store renew an expired token once; all of them present what one was given."""
    place = str(tmp_path) if kind == "file" else request.getfixturevalue("redis")
    store = made_store(kind, place, asynchronous=False)
    store.save("default", OAuth2Token({**fake.issue_token("basic", user="alice"), "expires_at": 1}), None)
    options = {name: value for name, value in fake_place.options().items() if name != "clock"}
    fake.inject(faults.slow(0.3), "token", times=None)
    told = [flavour.name, kind, place, json.dumps(options), fake_place.api_url, "5"]
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.shared.laws.worker", *told],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for each in workers:
        assert each.stdout.readline() == "ready\n"
    for each in workers:
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [json.loads(each.communicate(timeout=60)[0]) for each in workers]
    assert [codes for codes, _ in said] == [[200] * 5] * 3
    assert {used for _, used in said} == {store.load("default")["access_token"]}
    assert fake.count("token") == 1


def test_no_lock_during_an_api_call(fake_place, fake, holder):
    """A call that the API answers slowly holds up neither other calls nor a renewal."""
    fake.inject(faults.slow(2), "/api/slow")
    slow = holder.start(lambda: holder.native.get(fake.url("/api/slow")))
    while not fake.count("/api/slow"):
        time.sleep(0.01)
    fake_place.let_expire()
    assert holder.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1
    assert not slow.done()
    assert slow.result(timeout=20).status_code == 200


@asynchronous_only
def test_cancelled_leader(fake_place, fake, holder):
    """When the task that renews is cancelled, the renewal still ends, its token is kept, and others get it."""
    fake_place.let_expire()
    old = holder.token
    fake.inject(faults.slow(0.5), "token")
    leader = holder.start(lambda: holder.native.get(fake_place.api_url))
    while not fake.count("token"):
        time.sleep(0.01)
    follower = holder.start(lambda: holder.native.get(fake_place.api_url))
    time.sleep(0.1)
    leader.cancel()
    assert follower.result(timeout=20).status_code == 200
    with pytest.raises(CancelledError):
        leader.result(timeout=20)
    assert holder.token["refresh_token"] != old["refresh_token"]
    assert fake.count("token") == 1


@asynchronous_only
def test_lone_cancelled_caller(fake_place, fake, holder):
    """A caller that is cancelled with nobody else waiting loses no rotated refresh token."""
    fake_place.let_expire()
    fake.inject(faults.slow(0.5), "token")
    caller = holder.start(lambda: holder.native.get(fake_place.api_url))
    while not fake.count("token"):
        time.sleep(0.01)
    caller.cancel()
    assert holder.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1


@asynchronous_only
def test_two_event_loops(fake_place, fake, holder, flavour):
    """A source works in several event loops: callers in two loops share one renewal."""
    from anyio import run as run_anyio

    fake_place.let_expire()
    fake.inject(faults.slow(0.3), "token")
    source = holder.native.token_source
    found = []

    def in_a_loop_of_its_own():
        found.append(run_anyio(source.get, backend=flavour.backend))

    threads = [threading.Thread(target=in_a_loop_of_its_own) for _ in range(2)]
    for each in threads:
        each.start()
    assert holder.get(fake_place.api_url).status_code == 200
    for each in threads:
        each.join(20)
    assert {each["access_token"] for each in found} == {holder.token["access_token"]}
    assert fake.count("token") == 1


def test_a_callback_that_asks_for_the_token(fake_place, fake, new_client, flavour):
    """A callback that asks the session for its token gets the new one, instead of waiting for itself for ever."""
    heard = []

    def update_token(token):
        heard.append(client.native.ensure_active_token())

    async def update_token_later(token):
        heard.append(await client.native.ensure_active_token())

    client = new_client(
        **fake_place.options(),
        token=fake.issue_token("basic", user="alice"),
        update_token=update_token_later if flavour.asynchronous else update_token,
    )
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert heard == [client.token]
    assert fake.count("token") == 1


@pytest.mark.parametrize("kind", ["device_code", "ciba"])
def test_no_lock_while_a_person_is_waited_for(fake_place, fake, new_client, flavour, kind):
    """While a handler waits for a person, one caller asks for all and the store's lock is free; it saves under it."""
    fake.settings.poll_interval = 0.2
    store = LockingStore()
    client = new_client(**{**fake_place.discovered(), "scope": "openid read"})
    if kind == "ciba":
        login = client.backchannel_authentication_request(login_hint="alice")
        code, name = login.auth_req_id, "OAuth2CIBAAuth"
    else:
        login = client.authorize_device()
        code, name = login.device_code, "OAuth2DeviceCodeAuth"
    auth = flavour.type(name)(client.native, login, store=store)
    calls = [client.start(lambda: client.native.get(fake_place.api_url, auth=auth)) for _ in range(5)]
    free = []
    while fake.count("token") < 2:
        time.sleep(0.01)
        free.append(store.mutex.acquire(timeout=5))  # somebody else's renewal; nobody decides before it ends
        if free[-1]:
            store.mutex.release()
    fake.decide(code, user="alice")
    assert all(free)
    assert [each.result(timeout=20).status_code for each in calls] == [200] * 5
    asked = [one.at for one in fake.seen("token")]
    assert all(later - earlier > 0.15 for earlier, later in pairwise(asked))
    assert store.load("default") is not None
    assert not store.mutex.locked()
