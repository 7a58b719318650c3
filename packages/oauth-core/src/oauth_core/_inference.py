"""Which grant a call of ``fetch_token`` means, judged by its keywords and by nothing else.

Rules of this room: each call is inferred afresh; what was passed before plays no part. A code means
authorization_code, user name and password mean password, anything else client_credentials; ``grant_type`` must agree
or name a grant of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ._errors import UsageError
from ._grants import AuthorizationCodeGrant, ClientCredentialsGrant, ExtensionGrant, PasswordGrant
from ._messages import pairs
from ._options import scope_text

if TYPE_CHECKING:
    from ._config import ClientConfig
    from ._grants import Grant
    from ._login import Login

__all__ = ["inferred_grant"]


def inferred_grant(
    config: ClientConfig,
    kind: str | None,
    keywords: dict[str, object],
    *,
    code: object = None,
    redirect_uri: str | None = None,
    code_verifier: str | None = None,
    login: Login | None = None,
) -> Grant:
    """Return the grant of a call; ``kind`` is its ``grant_type``, ``keywords`` are its parameters.

    Raises ``UsageError`` where ``kind`` needs what was not passed.
    """
    rest = dict(keywords)
    scope = rest.pop("scope", None)
    username, password = rest.pop("username", None), rest.pop("password", None)
    if code is not None and kind in {None, "authorization_code"}:
        more = pairs({"scope": scope_text(scope), **rest})
        return AuthorizationCodeGrant(
            cast("str", code), redirect_uri or config.redirect_uri, code_verifier, more, login
        )
    granted = config.scope if scope is None else scope_text(scope)
    if (username is not None or password is not None) and kind in {None, "password"}:
        if username is None or password is None:
            raise UsageError("the password grant needs username and password")
        return PasswordGrant(cast("str", username), password, granted, pairs(rest))
    if kind in {None, "client_credentials"}:
        return ClientCredentialsGrant(granted, pairs(rest))
    if kind in {"authorization_code", "password"}:
        raise UsageError(f"grant_type={kind!r} needs {'code' if kind[0] == 'a' else 'username and password'}")
    named = {
        "code": code,
        "username": username,
        "password": password,
        "scope": granted,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    return ExtensionGrant(kind, pairs({**named, **rest}))
