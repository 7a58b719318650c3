"""Profiles of OAuth providers, and fixes for where they leave the standard. Names are loaded when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._apple import AppleAnswer, parse_apple_form_post
    from ._changes import (
        AddParameters,
        AddQuery,
        BearerType,
        ByFunction,
        ByRequestFunction,
        Change,
        ChangeAnswer,
        ChangeRequest,
        Drop,
        ErrorAt,
        ErrorCodes,
        FormAnswer,
        JoinScope,
        JSONBody,
        Lift,
        MoveToken,
        Rename,
        RenameParameter,
        SetHeader,
        SnakeCase,
        SplitScope,
    )
    from ._fix import Fix
    from ._parts import Answer, RequestParts
    from ._profile import OAuth1Profile, Parameter, Profile
    from ._registry import ENTRY_POINT_GROUP, apply, fix, profile, profiles
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
    "AddParameters": "_changes",
    "AddQuery": "_changes",
    "Answer": "_parts",
    "AppleAnswer": "_apple",
    "BearerType": "_changes",
    "ByFunction": "_changes",
    "ByRequestFunction": "_changes",
    "Change": "_changes",
    "ChangeAnswer": "_changes",
    "ChangeRequest": "_changes",
    "Drop": "_changes",
    "ErrorAt": "_changes",
    "ErrorCodes": "_changes",
    "Fix": "_fix",
    "FormAnswer": "_changes",
    "JSONBody": "_changes",
    "JoinScope": "_changes",
    "Lift": "_changes",
    "MoveToken": "_changes",
    "OAuth1Profile": "_profile",
    "Parameter": "_profile",
    "Profile": "_profile",
    "Rename": "_changes",
    "RenameParameter": "_changes",
    "RequestParts": "_parts",
    "SetHeader": "_changes",
    "SnakeCase": "_changes",
    "SplitScope": "_changes",
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
