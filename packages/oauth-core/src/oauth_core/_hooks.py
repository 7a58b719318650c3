"""Compliance hooks: small corrections for servers that deviate, kept out of the protocol's code.

Rules of this room: a hook sees neutral values, never an HTTP library's; hooks are synchronous, run in the order
of their registration and can be removed; a hook that returns nothing is an error, not a silent no-op.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, TypeAlias, cast

from ._errors import ServerRefusal, UsageError
from ._messages import Request, Response

__all__ = ["HOOK_POINTS", "HookResponse", "Hooks", "RequestHook", "ResponseHook"]

RequestHook: TypeAlias = Callable[
    [str, MutableMapping[str, str], "str | bytes | None"],
    "tuple[str, MutableMapping[str, str], str | bytes | None]",
]
ResponseHook: TypeAlias = "Callable[[HookResponse], HookResponse]"

REQUEST_POINTS = frozenset(
    {
        "access_token_request",
        "authorization_request",
        "introspect_token_request",
        "protected_request",
        "refresh_token_request",
        "revoke_token_request",
    }
)
RESPONSE_POINTS = frozenset(
    {
        "access_token_response",
        "introspect_token_response",
        "refresh_token_response",
        "revoke_token_response",
        "userinfo_response",
    }
)
HOOK_POINTS = REQUEST_POINTS | RESPONSE_POINTS


class HookHeaders(MutableMapping[str, str]):
    """Headers by their names in any letter case; values of one name are joined. RFC 9110 §5.2."""

    def __init__(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, tuple[str, str]] = {}
        for name, value in headers:
            present = self.get(name)
            self[name] = value if present is None else f"{present}, {value}"

    def __repr__(self) -> str:
        return f"<headers {', '.join(self)}>"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()][1]

    def __setitem__(self, name: str, value: str) -> None:
        self._values[name.lower()] = (name, value)

    def __delitem__(self, name: str) -> None:
        del self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._values.values())

    def __len__(self) -> int:
        return len(self._values)


class HookResponse:
    """What a response hook sees and may change: any attribute may be assigned, ``json`` by a function too."""

    def __init__(self, response: Response) -> None:
        self.status_code: int = response.status
        self.headers = HookHeaders(response.headers)
        self.text: str = response.text
        self._original = response
        self._original_text = self.text

    def __repr__(self) -> str:
        return f"<HookResponse {self.status_code}>"

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.text.encode("utf-8") if self.text != self._original_text else self._original.body

    @property
    def ok(self) -> bool:
        """True below status 400."""
        return self.status_code < 400

    if TYPE_CHECKING:
        json: Callable[[], object]
    else:

        def json(self) -> object:
            """Return the decoded JSON body. Raises ``ValueError`` where it is none."""
            return json.loads(self.text)

    def raise_for_status(self) -> None:
        """Raise ``ServerRefusal`` for an error status."""
        if not self.ok:
            raise ServerRefusal("the server answered with an error status", status_code=self.status_code)

    def to_response(self) -> Response:
        """Return the changed answer as a value."""
        headers = HookHeaders(self.headers.items())
        if "json" in self.__dict__:
            body = json.dumps(self.json()).encode("utf-8")
            headers["content-type"] = "application/json"
        else:
            body = self.content
        return Response(self.status_code, tuple(headers.items()), body)


class Hooks:
    """The hooks of one client, by the point at which they run."""

    __slots__ = ("_hooks",)

    def __init__(self) -> None:
        self._hooks: dict[str, tuple[Callable[..., object], ...]] = {}

    def __repr__(self) -> str:
        return f"<Hooks {', '.join(sorted(self._hooks)) or 'none'}>"

    def __contains__(self, point: object) -> bool:
        return point in self._hooks

    def copy(self) -> Hooks:
        """Return other hooks that start with the same ones."""
        made = Hooks()
        made._hooks.update(self._hooks)
        return made

    def register(self, point: str, hook: Callable[..., object]) -> None:
        """Add a hook after those already at ``point``; the same function twice at one point runs once.

        Raises ``UsageError`` for an unknown point and ``TypeError`` for what cannot be called.
        """
        if point not in HOOK_POINTS:
            from difflib import get_close_matches  # only an error needs it

            near = get_close_matches(str(point), HOOK_POINTS, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"there is no hook point {point!r}; {hint}The points are {', '.join(sorted(HOOK_POINTS))}")
        if not callable(hook):
            raise TypeError(f"a hook is a function, not a {type(hook).__name__}")
        present = self._hooks.get(point, ())
        if hook not in present:
            self._hooks[point] = (*present, hook)

    def remove(self, point: str, hook: Callable[..., object]) -> None:
        """Remove a hook; one that is not registered is ignored."""
        left = tuple(one for one in self._hooks.get(point, ()) if one != hook)
        if left:
            self._hooks[point] = left
        else:
            self._hooks.pop(point, None)

    def at(self, point: str) -> tuple[Callable[..., object], ...]:
        """Return the hooks of a point in their order."""
        return self._hooks.get(point, ())

    def on_request(self, point: str, request: Request) -> Request:
        """Run the request hooks of a point over a request to the authorization server."""
        hooks = self._hooks.get(point)
        if not hooks:
            return request
        url, headers, body = self.on_parts(
            point, request.url, HookHeaders(request.headers), request.body.decode("utf-8")
        )
        encoded = body.encode("utf-8") if isinstance(body, str) else (body or b"")
        return Request(request.method, url, tuple(headers.items()), encoded)

    def on_parts(
        self, point: str, url: str, headers: MutableMapping[str, str], body: str | bytes | None
    ) -> tuple[str, MutableMapping[str, str], str | bytes | None]:
        """Run the request hooks of a point over URL, headers and body; ``body`` is None for a stream."""
        for hook in self._hooks.get(point, ()):
            result = hook(url, headers, body)
            if not isinstance(result, tuple) or len(result) != 3:
                raise TypeError(f"the {point} hook {_name(hook)} must return (url, headers, body)")
            url, headers, body = cast("tuple[str, MutableMapping[str, str], str | bytes | None]", result)
        return url, headers, body

    def on_response(self, point: str, response: Response) -> Response:
        """Run the response hooks of a point over an answer."""
        hooks = self._hooks.get(point)
        if not hooks:
            return response
        seen = HookResponse(response)
        for hook in hooks:
            result = hook(seen)
            if not isinstance(result, HookResponse):
                raise TypeError(f"the {point} hook {_name(hook)} must return the response it was given")
            seen = result
        return seen.to_response()


def _name(hook: Callable[..., object]) -> str:
    return getattr(hook, "__qualname__", type(hook).__name__)
