"""``AssertionClient`` and ``AsyncAssertionClient``: clients that obtain their tokens by an assertion.

Rules of this room: what the arguments mean, and who signs, is oauth_core's and its plug-ins' business. The classes here
are mixed with a library's client in ``_httpx_assertion`` and ``httpx2``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from oauth_core import AssertionPlans, assertion_options

from ._client import AsyncOAuth2ClientBase, OAuth2ClientBase

__all__ = ["AssertionClientBase", "AsyncAssertionClientBase"]

R = TypeVar("R")  # the library's response


class _AssertionBase(AssertionPlans):
    def __init__(  # noqa: PLR0917 - the order of the class that people move from
        self,
        token_endpoint: str | None = None,
        issuer: str | None = None,
        subject: str | None = None,
        audience: str | None = None,
        grant_type: str | None = None,
        claims: Mapping[str, object] | None = None,
        token_placement: str = "header",
        scope: object = None,
        leeway: float = 60,
        *,
        assertion: object = None,
        key: object = None,
        header: Mapping[str, object] | None = None,
        **options: Any,
    ) -> None:
        found: dict[str, Any] = assertion_options(
            options,
            token_endpoint=token_endpoint,
            issuer=issuer,
            subject=subject,
            audience=audience,
            grant_type=grant_type,
            claims=claims,
            scope=scope,
            assertion=assertion,
            key=key,
            header=header,
        )
        super().__init__(token_placement=token_placement, leeway=leeway, **found)


class AssertionClientBase(_AssertionBase, OAuth2ClientBase[R]):
    """A client of a service account: it shows an assertion, at the first request and whenever its token is at its end.

    ``assertion`` is ready text, or what oauth-jwt reads anew for every token (a function, a path). Without it one is
    signed with ``key`` for every token: ``issuer`` vouches for ``subject`` before ``audience`` (the token endpoint
    unless given); ``claims`` and ``header`` are added. ``grant_type`` is the JWT bearer grant unless given. The client
    authenticates where ``client_id`` is given. Further keywords are those of ``OAuth2Client``, whose ``issuer`` is
    another. Raises ``MissingPluginError`` where signing needs oauth-jwt. RFC 7521 §4.1, RFC 7523 §2.1.
    """


class AsyncAssertionClientBase(_AssertionBase, AsyncOAuth2ClientBase[R]):
    """A client of a service account: it shows an assertion, at the first request and whenever its token is at its end.

    Takes what ``AssertionClient`` takes; a function that gives the assertion, or a signer, may be asynchronous.
    """
