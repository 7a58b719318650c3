"""OAuth sessions and auth handlers for Requests. Every public name is here, loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oauth_core import OAuthError

    from ._auth import OAuth2Auth
    from ._session import OAuth2Session

__all__ = ["OAuth2Auth", "OAuth2Session", "OAuthError"]

_MODULES = {
    "OAuth2Auth": "oauth_requests._auth",
    "OAuth2Session": "oauth_requests._session",
    "OAuthError": "oauth_core",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(module), name)
    if getattr(value, "__module__", "").startswith(f"{__name__}._"):
        value.__module__ = __name__  # public names read as the package, in errors and in pickles
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
