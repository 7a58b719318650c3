"""The only protocol code that exists in two colours: what carries a flow's commands out.

Rules of this room: a driver decides nothing. It performs one command, gives the result back, and throws what
went wrong (transport errors and cancellation too) into the flow, which is the one to decide.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from ._messages import Call, Flow, Request, Response, Wait

__all__ = ["arun", "run"]

T = TypeVar("T")


def run(
    flow: Flow[T],
    send: Callable[[Request], Response],
    *,
    sleep: Callable[[float], object] = time.sleep,
) -> T:
    """Carry a flow out synchronously and return its value.

    ``send`` performs one request; ``sleep`` takes seconds. Raises what the flow raises, and ``TypeError``
    where a callback, store or signer is asynchronous.
    """
    resume: Callable[..., Request | Wait | Call] = flow.send
    value: object = None
    while True:
        try:
            command = resume(value)
        except StopIteration as stop:
            result: T = stop.value
            return result
        try:
            if isinstance(command, Request):
                value = send(command)
            elif isinstance(command, Call):
                value = command.fn(*command.args)
                if isinstance(value, Awaitable):
                    if isinstance(value, Coroutine):
                        value.close()
                    raise TypeError(f"{command!r} is asynchronous; a synchronous client takes a synchronous one")
            else:
                value = sleep(command.seconds)
        except BaseException as exc:  # noqa: BLE001 - the flow decides, cancellation included
            value, resume = exc, flow.throw
        else:
            resume = flow.send


async def arun(
    flow: Flow[T],
    send: Callable[[Request], Awaitable[Response]],
    *,
    sleep: Callable[[float], Awaitable[object]],
    to_thread: Callable[..., Awaitable[object]] | None = None,
) -> T:
    """Carry a flow out asynchronously and return its value.

    ``send`` performs one request; ``sleep`` takes seconds; ``to_thread(fn, *args)`` runs a blocking function
    (without it such a function is called in place). Raises what the flow raises.
    """
    resume: Callable[..., Request | Wait | Call] = flow.send
    value: object = None
    while True:
        try:
            command = resume(value)
        except StopIteration as stop:
            result: T = stop.value
            return result
        try:
            if isinstance(command, Request):
                value = await send(command)
            elif isinstance(command, Call):
                if command.blocking and to_thread is not None:
                    value = await to_thread(command.fn, *command.args)
                else:
                    value = command.fn(*command.args)
                if isinstance(value, Awaitable):
                    value = await value
            else:
                value = await sleep(command.seconds)
        except BaseException as exc:  # noqa: BLE001 - the flow decides, cancellation included
            value, resume = exc, flow.throw
        else:
            resume = flow.send
