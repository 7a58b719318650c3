"""How a token is renewed: by its refresh token, or by showing a repeatable grant again.

Rules of this room: a renewal is configuration and a grant, nothing else; it sends the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Self

from ._config import ClientConfig, with_credentials
from ._errors import MissingTokenError, OAuthError, ReauthorizationRequired, ServerRefusal, TokenExpiredError
from ._messages import Flow, Pairs, pairs
from ._token import OAuth2Token
from ._value import Value, made

if TYPE_CHECKING:
    from ._grants import Grant

__all__ = ["Renewal"]


class Renewal(Value):
    """What obtains the first token and every later one for a token source.

    ``grant`` obtains the first one and, where it is repeatable, later ones too. ``extra`` are further parameters of
    the refresh request.
    """

    config: ClientConfig = made(default_factory=ClientConfig)
    grant: Grant | None = None
    extra: Pairs = ()

    def __repr__(self) -> str:
        return f"<Renewal of {self.config.client_id!r} by {self.grant or 'its refresh token'}>"

    def bound_to(self, dpop: object) -> Self:
        """Return the renewal with the key that its tokens are bound to; None leaves the configured one."""
        if dpop is None:
            return self
        from ._dpop import check_prover

        return self.replace(config=self.config.replace(dpop=check_prover(dpop)))

    def possible(self, token: Mapping[str, object] | None) -> bool:
        """Tell whether another token can be had without a person when ``token`` is at its end."""
        if token is None:
            return self.grant is not None
        known = self.config.metadata.token_endpoint is not None or self.config.discovery is not None
        spare = token.get("refresh_token")
        return known and (self.grant is not None or (isinstance(spare, str) and bool(spare)))

    def begins_anew(self, token: Mapping[str, object]) -> bool:
        """Tell whether a login that was not used yet is all that can replace a token."""
        return self.has_login and not token.get("refresh_token")

    @property
    def has_login(self) -> bool:
        """Whether there is a grant that is good once, and was not used yet."""
        return self.grant is not None and not self.grant.repeatable

    @property
    def waits(self) -> bool:
        """Whether the first token comes only when a person has approved elsewhere."""
        return getattr(self.grant, "polling", None) is not None

    def spent(self) -> Self:
        """Return the renewal after its grant was used once: without it, unless it can be shown again."""
        return self if self.grant is None or self.grant.repeatable else self.replace(grant=None)

    def obtain(
        self, token: OAuth2Token | None, rescue: Callable[[OAuth2Token], Flow[None]] | None = None
    ) -> Flow[OAuth2Token]:
        """Return a new token in the place of ``token`` (a flow); ``rescue`` as of the flow ``refresh``.

        Raises ``MissingTokenError`` without token and grant, ``TokenExpiredError`` where nothing can renew the token,
        ``ReauthorizationRequired`` where its refresh token is refused and no grant can be shown again.
        """
        from ._flows import fetch_token, refresh  # a session that holds a token may never come here

        grant = self.grant
        if not self.possible(token):
            raise nothing_to_show(token, repeatable=grant is not None and grant.repeatable)
        if token is not None and token.refresh_token:
            try:
                return (yield from refresh(self.config, token, extra=self.extra, rescue=rescue))
            except ReauthorizationRequired:
                if grant is None or not grant.repeatable:
                    raise
        assert grant is not None  # `possible` saw to it
        return (yield from fetch_token(self.config, grant))


def nothing_to_show(token: OAuth2Token | None, *, repeatable: bool = False) -> OAuthError:
    """Return the error for a token that is missing or at its end, and that nothing can replace."""
    if token is None:
        return MissingTokenError(
            "there is no token yet and no grant to obtain one; fetch one first, pass token= or configure a grant"
        )
    if token.refresh_token or repeatable:
        remedy = "no token_endpoint is configured; pass token_endpoint= (or issuer=) to the constructor"
    else:
        remedy = "it came without a refresh token; a person must authorize again"
    return TokenExpiredError(f"the access token is at its end and cannot be renewed: {remedy}")


def renewal_settings(config: ClientConfig, parameters: Mapping[str, object]) -> tuple[ClientConfig, Pairs]:
    """Split the user's extra renewal parameters into the renewal's own credentials and form parameters."""
    rest = dict(parameters)
    config = with_credentials(config, rest)
    return config, pairs(rest)


def is_passing(exc: ServerRefusal) -> bool:
    """Tell whether a refusal may pass by itself: the server is overloaded or broken, not unwilling."""
    return exc.status_code == 429 or (exc.status_code or 0) >= 500
