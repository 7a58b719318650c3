"""The two drivers: they carry out, and throw what went wrong into the flow."""

import asyncio

import pytest

from oauth_core import Call, Request, Response, TransportError, Wait, arun, call, run, send

REQUEST = Request("GET", "https://as.test/")


def conversation(log):
    """A flow that notes what comes back, and turns a failure into a second attempt."""
    try:
        first = yield from send(REQUEST)
    except TransportError as exc:
        log.append(exc)
        yield Wait(2.5)
        first = yield from send(REQUEST)
    log.append((yield from call(str.upper, "x")))
    return first.status


class Sender:
    def __init__(self, *answers):
        self.answers = list(answers)

    def __call__(self, request):
        found = self.answers.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found

    async def asend(self, request):
        await asyncio.sleep(0)
        return self(request)


def test_errors_are_thrown_into_the_flow_which_decides():
    """A transport error is thrown into the flow, which waits and asks again."""
    log, slept = [], []
    error = TransportError("down")
    assert run(conversation(log), Sender(error, Response(200)), sleep=slept.append) == 200
    assert (log, slept) == ([error, "X"], [2.5])


def test_async_driver_does_the_same():
    """The asynchronous driver does what the synchronous one does."""
    log, slept = [], []

    async def sleep(seconds):
        slept.append(seconds)

    error = TransportError("down")
    flow = conversation(log)
    assert asyncio.run(arun(flow, Sender(error, Response(200)).asend, sleep=sleep)) == 200
    assert (log, slept) == ([error, "X"], [2.5])


def test_error_that_the_flow_does_not_catch_is_raised():
    """What the flow does not catch comes out of the driver."""

    def flow():
        return (yield from send(REQUEST))

    with pytest.raises(LookupError):
        run(flow(), Sender(LookupError("x")))
    with pytest.raises(KeyboardInterrupt):
        run(flow(), Sender(KeyboardInterrupt()))
    with pytest.raises(LookupError):
        asyncio.run(arun(flow(), Sender(LookupError("x")).asend, sleep=asyncio.sleep))


async def answer_later():
    await asyncio.sleep(0)
    return "later"


def test_synchronous_driver_refuses_an_awaitable():
    """A callback that turns out asynchronous is a TypeError that names it, and leaves no coroutine unawaited."""
    with pytest.raises(TypeError, match="answer_later.*is asynchronous"):
        run(call(answer_later), Sender())

    class Awaitable:
        def __await__(self):
            yield

    with pytest.raises(TypeError, match="is asynchronous"):
        run(call(Awaitable), Sender())


def test_async_driver_awaits_and_gives_blocking_functions_a_thread():
    """The asynchronous driver awaits awaitables; only a blocking function is given a thread, and none without one."""
    threads = []

    async def to_thread(fn, *args):
        threads.append(fn)
        return fn(*args)

    def flow():
        first = yield from call(answer_later)
        second = yield Call(len, "four", blocking=True)
        third = yield Call(answer_later, blocking=True)
        return first, second, third

    async def both():
        with_threads = await arun(flow(), Sender().asend, sleep=asyncio.sleep, to_thread=to_thread)
        assert threads == [len, answer_later]
        return with_threads, await arun(flow(), Sender().asend, sleep=asyncio.sleep)

    assert asyncio.run(both()) == (("later", 4, "later"), ("later", 4, "later"))


def test_cancellation_is_thrown_into_the_flow():
    """A cancelled task's flow sees the cancellation, may clean up, and the cancellation goes on."""
    seen = []

    def flow():
        try:
            yield from send(REQUEST)
        except asyncio.CancelledError:
            seen.append("cancelled")
            yield from call(seen.append, "cleaned")
            raise

    async def never(request):
        await asyncio.Event().wait()

    async def main():
        task = asyncio.create_task(arun(flow(), never, sleep=asyncio.sleep))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert seen == ["cancelled", "cleaned"]


def test_flow_without_any_command():
    """A flow that asks for nothing returns its value."""

    def flow():
        yield from ()
        return 5

    assert run(flow(), Sender()) == 5
    assert asyncio.run(arun(flow(), Sender().asend, sleep=asyncio.sleep)) == 5


def test_default_sleep_is_the_clock_on_the_wall():
    """Without a sleep of the caller's, the synchronous driver really waits."""

    def flow():
        yield Wait(0.0)
        return "done"

    assert run(flow(), Sender()) == "done"
