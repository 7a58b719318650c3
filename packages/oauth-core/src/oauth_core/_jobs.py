"""Polling jobs: callables that ask once, at the server's pace, and return the token or None.

Rules of this room: a job holds a client and the polling, nothing else; the client does the work. The two colours are
two classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Generic

from ._async_endpoints import AsyncEndpointMethods
from ._endpoints import EndpointMethods
from ._further_methods import K
from ._further_plans import FurtherPlans

if TYPE_CHECKING:
    from ._polling import PollProgress
    from ._token import OAuth2Token

__all__ = [
    "AsyncBackChannelAuthenticationPollingJob",
    "AsyncDeviceAuthorizationPollingJob",
    "BackChannelAuthenticationPollingJob",
    "BackChannelAuthenticationPoolingJob",
    "DeviceAuthorizationPollingJob",
    "DeviceAuthorizationPoolingJob",
]


class _Job:
    """What both kinds and both colours share.

    ``response`` is what the login began with, or its code as text. ``interval`` and ``slow_down_interval`` (seconds)
    and ``expires_at`` (epoch seconds) stand in for what the server said; ``on_poll(progress)`` is called after every
    question that brought no token; further keywords are sent as parameters.
    """

    _kind: ClassVar[str]
    _colour: ClassVar[type[FurtherPlans]]

    def __init__(
        self,
        client: FurtherPlans,
        response: object,
        *,
        interval: float | None = None,
        slow_down_interval: float | None = None,
        expires_at: float | None = None,
        on_poll: Callable[[PollProgress], object] | None = None,
        **parameters: object,
    ) -> None:
        if not isinstance(client, self._colour):
            own = type(self).__name__
            plain = own.removeprefix("Async")
            other = f"; {plain if plain != own else f'Async{own}'} does" if isinstance(client, FurtherPlans) else ""
            raise TypeError(f"{own} takes no {type(client).__name__}{other}")
        self.client = client
        self.response = response
        self.polling = client._plan_polling(  # noqa: SLF001 - a plan is made by the client that carries it out
            self._kind,
            response,
            on_poll,
            parameters,
            interval=interval,
            slow_down=slow_down_interval,
            expires_at=expires_at,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, asked {self.polling.polls} times>"

    @property
    def interval(self) -> float:
        """The seconds between two questions, as the server asks by now."""
        return self.polling.interval


class _SyncJob(_Job, Generic[K]):
    _colour = EndpointMethods
    client: EndpointMethods[K]

    if TYPE_CHECKING:

        def __init__(
            self,
            client: EndpointMethods[K],
            response: object,
            *,
            interval: float | None = None,
            slow_down_interval: float | None = None,
            expires_at: float | None = None,
            on_poll: Callable[[PollProgress], object] | None = None,
            **parameters: object,
        ) -> None: ...

    def __call__(self) -> K | None:
        """Wait as long as the server asks, ask once, and return the token, or None where it is still to come.

        Raises ``ReauthorizationRequired`` (``expired_token``) at the end, ``ServerRefusal`` where the person declines.
        """
        return self.client.poll_once(self.polling)


class _AsyncJob(_Job):
    _colour = AsyncEndpointMethods
    client: AsyncEndpointMethods

    async def __call__(self) -> OAuth2Token | None:
        """Wait as long as the server asks, ask once, and return the token, or None where it is still to come.

        Raises ``ReauthorizationRequired`` (``expired_token``) at the end, ``ServerRefusal`` where the person declines.
        """
        return await self.client.poll_once(self.polling)


class DeviceAuthorizationPollingJob(_SyncJob[K]):
    """Asks for the token of a device authorization: call it until it returns one. RFC 8628 §3.4."""

    _kind = "device_code"


class BackChannelAuthenticationPollingJob(_SyncJob[K]):
    """Asks for the token of a backchannel authentication: call it until it returns one. CIBA Core §10.1."""

    _kind = "ciba"


class AsyncDeviceAuthorizationPollingJob(_AsyncJob):
    """Asks for the token of a device authorization: await it until it returns one. RFC 8628 §3.4."""

    _kind = "device_code"


class AsyncBackChannelAuthenticationPollingJob(_AsyncJob):
    """Asks for the token of a backchannel authentication: await it until it returns one. CIBA Core §10.1."""

    _kind = "ciba"


# The spellings that people bring along.
DeviceAuthorizationPoolingJob = DeviceAuthorizationPollingJob
BackChannelAuthenticationPoolingJob = BackChannelAuthenticationPollingJob
