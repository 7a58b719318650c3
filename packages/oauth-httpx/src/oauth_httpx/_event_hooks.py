"""The user's event hooks on our clients: they see an answer, never a 401 that the handler goes on to repair.

The libraries call response hooks before the auth flow sees the answer, so a hook that raises for a 401 would keep the
handler from renewing. Here a 401 is held back until ``send`` has it in its hands: then it is the answer, and the hooks
are called. Everything else reaches them when it always did.

Rules of this room: public API only: one dispatcher of each kind is registered with the library, and the lists that a
user sees and changes are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["AsyncHeldHooks", "HeldHooks"]

_HELD = "oauth_httpx.held"  # marks an answer, among its extensions


class _Lists:
    _user_hooks: dict[str, list[Any]]

    @property
    def event_hooks(self) -> dict[str, list[Any]]:
        """The user's hooks by kind, ``request`` and ``response``; lists that may be changed, or assigned anew."""
        return self._user_hooks

    @event_hooks.setter
    def event_hooks(self, event_hooks: Mapping[str, list[Any]]) -> None:
        self._user_hooks = {kind: list(event_hooks.get(kind, [])) for kind in ("request", "response")}

    def _hold_hooks(self, library_class: Any, given: Mapping[str, list[Any]] | None) -> None:
        """Take the user's hooks over, once the library's constructor has run."""
        self.event_hooks = given or {}
        own = {"request": [self._on_request], "response": [self._on_response]}
        library_class.event_hooks.fset(self, own)

    def _on_request(self, request: Any) -> Any:
        raise NotImplementedError

    def _on_response(self, response: Any) -> Any:
        raise NotImplementedError


class HeldHooks(_Lists):
    """Holds 401s back on a synchronous client."""

    def _on_request(self, request: Any) -> None:
        for hook in self._user_hooks["request"]:
            hook(request)

    def _on_response(self, response: Any) -> None:
        if response.status_code == 401:
            response.extensions[_HELD] = True
            return
        for hook in self._user_hooks["response"]:
            hook(response)

    def _released(self, response: Any) -> Any:
        """Call the hooks on an answer that was held back, and return it."""
        if response.extensions.pop(_HELD, False):
            try:
                for hook in self._user_hooks["response"]:
                    hook(response)
            except BaseException:
                response.close()
                raise
        return response


class AsyncHeldHooks(_Lists):
    """Holds 401s back on an asynchronous client."""

    async def _on_request(self, request: Any) -> None:
        for hook in self._user_hooks["request"]:
            await hook(request)

    async def _on_response(self, response: Any) -> None:
        if response.status_code == 401:
            response.extensions[_HELD] = True
            return
        for hook in self._user_hooks["response"]:
            await hook(response)

    async def _released(self, response: Any) -> Any:
        """Call the hooks on an answer that was held back, and return it."""
        if response.extensions.pop(_HELD, False):
            try:
                for hook in self._user_hooks["response"]:
                    await hook(response)
            except BaseException:
                await response.aclose()
                raise
        return response
