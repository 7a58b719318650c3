"""Finding profiles by name: the built-in ones by an index of names, others through an entry point.

Rules of this room: nothing is loaded before it is asked for; a name that is not known is answered with the nearest;
a package that adds providers cannot replace the built-in ones.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import overload

from oauth_core import UsageError

from ._fix import Fix, hooks_of, is_oauth1
from ._index import ALIASES, NAMES, OAuth1Name, OAuth2Name
from ._profile import OAuth1Profile, Profile

__all__ = ["ENTRY_POINT_GROUP", "apply", "fix", "profile", "profiles"]

ENTRY_POINT_GROUP = "oauth_compliance.providers"

AnyProfile = Profile | OAuth1Profile


@overload
def profile(name: OAuth2Name, **parameters: str | None) -> Profile: ...
@overload
def profile(name: OAuth1Name, **parameters: str | None) -> OAuth1Profile: ...
@overload
def profile(name: str, **parameters: str | None) -> AnyProfile: ...
def profile(name: str, **parameters: str | None) -> AnyProfile:
    """Return the profile of a provider, its parameters (tenant, shop, region, ...) put in.

    Raises ``UsageError`` for an unknown name or a parameter that is missing or unusable, and ``TypeError`` for one that
    the provider does not have.
    """
    return _template(name).filled(parameters)


def fix(name: str, **parameters: str | None) -> Fix:
    """Return the fix of a provider, to put on clients and to take off. Raises as ``profile`` does."""
    return profile(name, **parameters).fix


def apply(client: object, name: str, **parameters: str | None) -> Fix:
    """Put the fix of a provider on a client, and return it. Where the provider needs ``client_id``, it is the client's.

    Raises as ``profile`` does, ``UsageError`` where client and provider speak different versions of OAuth, and
    ``TypeError`` for what is no client.
    """
    template = _template(name)
    if isinstance(template, OAuth1Profile):
        if not is_oauth1(client):
            hooks_of(client)
            raise UsageError(
                f"{template.name} speaks OAuth 1 and {type(client).__name__} OAuth 2.0: "
                f"pass profile({template.name!r}).session_options() to an OAuth 1 session"
            )
        raise UsageError(
            f"OAuth 1 has no compliance hooks: pass profile({template.name!r}).session_options() to the constructor"
        )
    hooks_of(client)
    if "client_id" in template.parameters and "client_id" not in parameters:
        config = getattr(client, "config", client)
        parameters = {**parameters, "client_id": getattr(config, "client_id", None)}
    found = template.filled(parameters).fix
    found.apply(client)
    return found


def profiles() -> tuple[AnyProfile, ...]:
    """Return every known provider by name, its parameters not put in; this loads them all."""
    names = {*NAMES, *_entry_points()}
    return tuple(_template(name) for name in sorted(names))


def _template(name: str) -> AnyProfile:
    own = ALIASES.get(name, name)
    if own in NAMES:
        found: object = import_module(f"oauth_compliance.providers.{own}").PROFILE
        assert isinstance(found, (Profile, OAuth1Profile))
        return found
    others = _entry_points()
    if own in others:
        found = others[own].load()  # type: ignore[attr-defined]  # an importlib.metadata.EntryPoint
        if not isinstance(found, (Profile, OAuth1Profile)):
            raise TypeError(f"the entry point {own!r} of {ENTRY_POINT_GROUP} is a {type(found).__name__}, no profile")
        return found
    near = get_close_matches(str(name), [*NAMES, *ALIASES, *others], 1, 0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"there is no provider {name!r}; {hint}profiles() lists all {len(NAMES) + len(others)}")


def _entry_points() -> dict[str, object]:
    from importlib.metadata import entry_points  # slow to import, and the built-in providers need none

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP) if entry.name not in NAMES}
