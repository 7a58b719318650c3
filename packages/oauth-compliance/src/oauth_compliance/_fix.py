"""Fixes: the changes of one provider as hooks of a client, put on and taken off as a whole.

Rules of this room: at each point one hook runs all changes of a provider in their order, and writes one line to the
log that says what was changed; hooks are values, so putting a fix on twice is putting it on once, and any equal fix
takes it off.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import dataclass

from oauth_core import ClientConfig, HookResponse, Hooks, OAuth1Core, OAuth1Signer, UsageError

from ._changes import Change, ChangeAnswer, ChangeRequest
from ._parts import Answer, RequestParts

__all__ = ["Fix", "hooks_of"]

logger = logging.getLogger("oauth_compliance")


@dataclass(frozen=True, slots=True)
class RequestHook:
    """Runs a provider's changes of requests at one point."""

    provider: str
    point: str
    changes: tuple[ChangeRequest, ...]

    def __call__(
        self, url: str, headers: MutableMapping[str, str], body: str | bytes | None
    ) -> tuple[str, MutableMapping[str, str], str | bytes | None]:
        """Return the parts as the changes leave them."""
        parts = RequestParts(url, headers, body)
        said = [text for change in self.changes if (text := change.change(parts))]
        _report(self, said, logging.DEBUG)
        return parts.url, parts.headers, parts.body


@dataclass(frozen=True, slots=True)
class AnswerHook:
    """Runs a provider's changes of answers at one point."""

    provider: str
    point: str
    changes: tuple[ChangeAnswer, ...]

    def __call__(self, response: HookResponse) -> HookResponse:
        """Return the answer as the changes leave it."""
        answer = Answer(response)
        said = [text for change in self.changes if (text := change.change(answer))]
        _report(self, said, logging.INFO)
        return answer.response


Hook = RequestHook | AnswerHook


def _report(hook: Hook, said: list[str], level: int) -> None:
    if said:
        logger.log(level, "%s, %s: %s", hook.provider, hook.point, "; ".join(said))
    else:
        logger.debug("%s, %s: nothing to correct", hook.provider, hook.point)


@dataclass(frozen=True, slots=True)
class Fix:
    """What makes a provider's deviations disappear. False where the provider follows the standard."""

    provider: str
    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def hooks(self) -> tuple[tuple[str, Hook], ...]:
        """The hooks with the points at which they run."""
        requests: dict[str, list[ChangeRequest]] = {}
        answers: dict[str, list[ChangeAnswer]] = {}
        for change in self.changes:
            for point in change.points:
                if isinstance(change, ChangeRequest):
                    requests.setdefault(point, []).append(change)
                else:
                    answers.setdefault(point, []).append(change)
        return (
            *((point, RequestHook(self.provider, point, tuple(found))) for point, found in requests.items()),
            *((point, AnswerHook(self.provider, point, tuple(found))) for point, found in answers.items()),
        )

    def apply(self, client: object) -> None:
        """Put the fix on a client, after whatever hooks it has; a fix that is on already stays as it is.

        ``client`` is an OAuth 2.0 session or client, its ``ClientConfig`` or its ``Hooks``. Raises ``UsageError`` for
        an OAuth 1 client and ``TypeError`` for anything else.
        """
        hooks = hooks_of(client)
        if not self:
            logger.info("%s follows the standard: there is nothing to fix", self.provider)
            return
        others = {
            hook.provider
            for point, _ in self.hooks
            for hook in hooks.at(point)
            if isinstance(hook, RequestHook | AnswerHook)
        } - {self.provider}
        if others:
            logger.warning(
                "the client has the fix of %s; that of %s runs after it", ", ".join(sorted(others)), self.provider
            )
        for point, hook in self.hooks:
            hooks.register(point, hook)

    def remove(self, client: object) -> None:
        """Take the fix off a client; one that is not on is ignored. Raises as ``apply`` does."""
        hooks = hooks_of(client)
        for point, hook in self.hooks:
            hooks.remove(point, hook)

    def new_hooks(self) -> Hooks:
        """Return hooks for a client that is about to be made: its ``hooks=`` option."""
        hooks = Hooks()
        for point, hook in self.hooks:
            hooks.register(point, hook)
        return hooks


def hooks_of(client: object) -> Hooks:
    """Return the hooks of a client. Raises ``UsageError`` for an OAuth 1 client, ``TypeError`` for what has none."""
    if isinstance(client, Hooks):
        return client
    config = client if isinstance(client, ClientConfig) else getattr(client, "config", None)
    if isinstance(config, ClientConfig):
        return config.hooks
    name = type(client).__name__
    if is_oauth1(client):
        raise UsageError(
            f"{name} speaks OAuth 1, which has no compliance hooks: pass a profile's session_options() to it when made"
        )
    raise TypeError(
        f"a fix is put on an OAuth 2.0 session or client of this family of packages, not on a {name}; "
        "for an auth handler, put it on the client that the handler was made with"
    )


def is_oauth1(client: object) -> bool:
    """Tell whether this is a client, a handler or a signer of OAuth 1."""
    kinds = (OAuth1Core, OAuth1Signer)
    return isinstance(client, kinds) or any(
        isinstance(value, kinds) for value in getattr(client, "__dict__", {}).values()
    )
