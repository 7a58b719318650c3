"""Shorthand for the tests of the protocol core: flows driven by hand, canned answers, doubles and a small runtime."""

import asyncio
import json
import threading
from collections.abc import Generator

from oauth_core import Call, ClientConfig, Request, Response, ServerMetadata, Wait
from oauth_core.testing import ManualClock

TOKEN_ENDPOINT = "https://as.test/token"
JSON = (("Content-Type", "application/json"),)


def answer(members, *, status=200, headers=()):
    """A JSON answer."""
    return Response(status, (*JSON, *headers), json.dumps(members).encode())


def token_answer(number=1, **members):
    """A proper token answer, its tokens numbered; ``None`` leaves a member out."""
    proper = {
        "access_token": f"access-{number}",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": f"refresh-{number}",
    }
    return answer({name: value for name, value in {**proper, **members}.items() if value is not None})


def config(**changes):
    """The configuration of a confidential client whose server is known by its token endpoint."""
    changes.setdefault("clock", ManualClock())
    changes.setdefault("metadata", ServerMetadata(token_endpoint=TOKEN_ENDPOINT, issuer="https://as.test"))
    changes.setdefault("client_id", "app")
    changes.setdefault("client_secret", "s3cret")
    return ClientConfig(**changes)


def drive(flow, *answers):
    """Drive a flow by hand: calls are made, waits pass, each request meets the next answer (or error).

    Returns the flow's value and the requests it sent.
    """
    waiting, sent, value = list(answers), [], None
    error = None
    while True:
        try:
            command = flow.throw(error) if error is not None else flow.send(value)
        except StopIteration as stop:
            assert not waiting, f"answers were left over: {waiting}"
            return stop.value, sent
        value = error = None
        if isinstance(command, Request):
            sent.append(command)
            value = waiting.pop(0)
            if isinstance(value, BaseException):
                error = value
        elif isinstance(command, Call):
            try:
                value = command.fn(*command.args)
            except Exception as exc:  # the flow is the one to decide
                error = exc
        else:
            assert isinstance(command, Wait)


def form(request):
    """The pairs of a request's form body."""
    from urllib.parse import parse_qsl

    return parse_qsl(request.body.decode(), keep_blank_values=True)


def is_flow(value):
    return isinstance(value, Generator)


class Script:
    """A ``send`` that answers from a list, counts, and may hold each request at a gate. An error is raised."""

    def __init__(self, *answers, gate=None):
        self.answers = list(answers)
        self.gate = gate
        self.requests = []
        self.arrived = threading.Event()
        self._lock = threading.Lock()

    def next(self, request):
        with self._lock:
            self.requests.append(request)
            found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.arrived.set()
        if callable(found):
            found = found(len(self.requests))
        if isinstance(found, BaseException):
            raise found
        return found

    def __call__(self, request):
        if self.gate is not None:
            self.arrived.set()
            assert self.gate.wait(10), "the gate was never opened"
        return self.next(request)

    async def asend(self, request):
        self.arrived.set()
        if self.gate is not None:
            await self.gate.wait()
        return self.next(request)

    @property
    def count(self):
        return len(self.requests)


class AsyncioRuntime:
    """The smallest runtime that keeps the promises of the protocol on asyncio."""

    running = set()

    def waiter(self):
        loop = asyncio.get_running_loop()
        event = asyncio.Event()
        return (lambda: loop.call_soon_threadsafe(event.set)), event.wait

    async def protect(self, work, abandoned):
        task = asyncio.ensure_future(work(asyncio.sleep))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        await asyncio.shield(task)

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)

    async def to_thread(self, fn, *args):
        return await asyncio.to_thread(fn, *args)

    def alive(self):
        return asyncio.get_running_loop().is_running


class ListStore:
    """A store that keeps JSON, as one on disk would, and notes what was asked of it."""

    blocking = False

    def __init__(self, **tokens):
        self.tokens = {key: json.dumps(value) for key, value in tokens.items()}
        self.asked = []
        self.fails = {}

    def _note(self, what):
        self.asked.append(what)
        if what in self.fails:
            raise self.fails[what]

    def load(self, key):
        self._note("load")
        text = self.tokens.get(key)
        return None if text is None else json.loads(text)

    def save(self, key, token, previous):
        self._note("save")
        text = self.tokens.get(key)
        if text is not None and json.loads(text)["access_token"] != (previous or {}).get("access_token"):
            return False
        self.tokens[key] = json.dumps(token)
        return True

    def delete(self, key):
        self._note("delete")
        self.tokens.pop(key, None)

    def put(self, token, key="default"):
        self.tokens[key] = json.dumps(token)

    def held(self, key="default"):
        return None if key not in self.tokens else json.loads(self.tokens[key])


class AsyncListStore(ListStore):
    """The same with asynchronous methods."""

    async def load(self, key):
        await asyncio.sleep(0)
        return super().load(key)

    async def save(self, key, token, previous):
        await asyncio.sleep(0)
        return super().save(key, token, previous)

    async def delete(self, key):
        await asyncio.sleep(0)
        super().delete(key)
