"""Profiles of OAuth providers, and fixes for where they leave the standard. Names are loaded when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._answer_changes import BearerType, Drop, ErrorAt, ErrorCodes, FormAnswer, Lift, Rename, SnakeCase, SplitScope
    from ._apple import AppleAnswer, parse_apple_form_post
    from ._changes import ByFunction, ByRequestFunction, Change, ChangeAnswer, ChangeRequest
    from ._fix import Fix
    from ._parts import Answer, RequestParts
    from ._profile import OAuth1Profile, Parameter, Profile
    from ._registry import ENTRY_POINT_GROUP, apply, fix, profile, profiles
    from ._request_changes import AddParameters, AddQuery, JoinScope, JSONBody, MoveToken, RenameParameter, SetHeader
    from ._shopify import verify_shopify_callback
    from ._user import UserClaims, UserProfile

__all__ = [
    "ENTRY_POINT_GROUP",
    "AddParameters",
    "AddQuery",
    "Answer",
    "AppleAnswer",
    "BearerType",
    "ByFunction",
    "ByRequestFunction",
    "Change",
    "ChangeAnswer",
    "ChangeRequest",
    "Drop",
    "ErrorAt",
    "ErrorCodes",
    "Fix",
    "FormAnswer",
    "JSONBody",
    "JoinScope",
    "Lift",
    "MoveToken",
    "OAuth1Profile",
    "Parameter",
    "Profile",
    "Rename",
    "RenameParameter",
    "RequestParts",
    "SetHeader",
    "SnakeCase",
    "SplitScope",
    "UserClaims",
    "UserProfile",
    "apply",
    "fix",
    "parse_apple_form_post",
    "profile",
    "profiles",
    "verify_shopify_callback",
]

_MODULES = {
    "ENTRY_POINT_GROUP": "_registry",
    "AddParameters": "_request_changes",
    "AddQuery": "_request_changes",
    "Answer": "_parts",
    "AppleAnswer": "_apple",
    "BearerType": "_answer_changes",
    "ByFunction": "_changes",
    "ByRequestFunction": "_changes",
    "Change": "_changes",
    "ChangeAnswer": "_changes",
    "ChangeRequest": "_changes",
    "Drop": "_answer_changes",
    "ErrorAt": "_answer_changes",
    "ErrorCodes": "_answer_changes",
    "Fix": "_fix",
    "FormAnswer": "_answer_changes",
    "JSONBody": "_request_changes",
    "JoinScope": "_request_changes",
    "Lift": "_answer_changes",
    "MoveToken": "_request_changes",
    "OAuth1Profile": "_profile",
    "Parameter": "_profile",
    "Profile": "_profile",
    "Rename": "_answer_changes",
    "RenameParameter": "_request_changes",
    "RequestParts": "_parts",
    "SetHeader": "_request_changes",
    "SnakeCase": "_answer_changes",
    "SplitScope": "_answer_changes",
    "UserClaims": "_user",
    "UserProfile": "_user",
    "apply": "_registry",
    "fix": "_registry",
    "parse_apple_form_post": "_apple",
    "profile": "_registry",
    "profiles": "_registry",
    "verify_shopify_callback": "_shopify",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    if getattr(value, "__module__", "").startswith(f"{__name__}._"):
        value.__module__ = __name__  # public names read as the package, in errors and in pickles
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
