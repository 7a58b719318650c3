"""ID tokens: what a client checks before it believes who its user is (OIDC Core §3.1.3.7, §3.2.2.11, §3.3.2.12, §12.2).

Rules of this room: everything that was sent must come back; what a front channel must bind is demanded there. A
refused token is an error that names the claim, and nothing of it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import ClassVar

from oauth_core import Flow, UsageError

from ._claims import (
    check_audience,
    check_authorized_party,
    check_hash,
    check_issuer,
    check_text,
    check_times,
    number,
)
from ._compact import is_encrypted, read_claims, read_compact
from ._errors import InvalidJWTError
from ._keywords import known_fields
from ._tokens import Claims, IDToken, text_of
from ._validator import Validator

__all__ = ["IDTokenValidator"]

WHAT = "the ID token"


@known_fields
@dataclass(frozen=True, slots=True, repr=False)
class IDTokenValidator(Validator):
    """The rules for ID tokens that ``issuer`` gives to the client ``client_id``.

    Fields as of ``JWTVerifier``; ``algorithms`` holds what was registered as ``id_token_signed_response_alg``.
    ``trusted_audiences`` may stand in ``aud`` and ``azp`` beside the client. OIDC Core §3.1.3.7.
    """

    judges_as: ClassVar[str] = "id_token_validator"

    trusted_audiences: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.trusted_audiences, str):
            raise TypeError(f"trusted_audiences is a tuple of names: ({self.trusted_audiences!r},)")
        Validator.__post_init__(self)

    def validate(
        self,
        token: object,
        *,
        nonce: str | None = None,
        accept_any_nonce: bool = False,
        access_token: object = None,
        max_age: float | None = None,
        acr_values: str | None = None,
    ) -> Flow[IDToken]:
        """Return the ID token that came from the token endpoint (a flow); a token answer may be given whole.

        ``nonce`` is the one that was sent: a token with another, without it, or with one where none was sent is
        refused, unless ``accept_any_nonce`` gives that check up. ``access_token`` is compared with ``at_hash`` where
        that is present. ``max_age`` (seconds) and ``acr_values`` (space-separated) are what was asked for.
        Raises ``InvalidJWTError``. OIDC Core §3.1.3.7.
        """
        text = text_of(token, "id_token", WHAT)
        if access_token is None and text is not token and not isinstance(token, Claims):
            access_token = token
        parts, claims = yield from self.verifier.open(text, WHAT, trusted_channel=True)
        self._check(claims, nonce, accept_any_nonce=accept_any_nonce, max_age=max_age, acr_values=acr_values)
        if access_token is not None and "at_hash" in claims:
            check_hash(
                claims, "at_hash", text_of(access_token, "access_token", "the access token"), parts.hash_alg, WHAT
            )
        return IDToken(claims, header=parts.header, token=text)

    def validate_front_channel(
        self,
        token: object,
        *,
        nonce: str,
        access_token: object = None,
        code: str | None = None,
        state: str | None = None,
        max_age: float | None = None,
        acr_values: str | None = None,
    ) -> Flow[IDToken]:
        """Return the ID token that came through the browser (a flow).

        It must be signed and hold ``nonce``; where an access token or a code came with it, ``at_hash`` and ``c_hash``
        are demanded; ``s_hash`` is compared with ``state`` where present. Raises ``InvalidJWTError``.
        OIDC Core §3.2.2.11.
        """
        if not nonce:
            raise UsageError("an ID token from the browser is bound by the nonce that was sent; pass nonce=")
        text = text_of(token, "id_token", WHAT)
        parts, claims = yield from self.verifier.open(text, WHAT)
        self._check(claims, nonce, accept_any_nonce=False, max_age=max_age, acr_values=acr_values)
        alg = parts.hash_alg
        if access_token is not None:
            check_hash(claims, "at_hash", text_of(access_token, "access_token", "the access token"), alg, WHAT)
        if code is not None:
            check_hash(claims, "c_hash", code, alg, WHAT)
        if state is not None:
            check_hash(claims, "s_hash", state, alg, WHAT, required=False)
        return IDToken(claims, header=parts.header, token=text)

    def validate_refreshed(self, token: object, *, previous: Mapping[str, object]) -> Flow[IDToken]:
        """Return the ID token of a refresh (a flow): of the same user and login as ``previous``, the claims so far.

        Raises ``InvalidJWTError`` where ``sub``, ``auth_time``, ``azp`` or ``nonce`` changed. OIDC Core §12.2.
        """
        fresh = yield from self.validate(token, accept_any_nonce=True)
        for name in ("iss", "sub"):
            if fresh.get(name) != previous.get(name):
                raise InvalidJWTError(f"{WHAT} of the refresh has another {name!r} than the first one", claim=name)
        for name in ("auth_time", "azp", "nonce"):
            if name in fresh and name in previous and fresh[name] != previous[name]:
                raise InvalidJWTError(f"{WHAT} of the refresh has another {name!r} than the first one", claim=name)
        return fresh

    def read(self, token: str) -> dict[str, object]:
        """Return the claims of an ID token that was validated when it came; nothing but its form is checked again.

        Raises ``InvalidJWTError`` for what is no ID token.
        """
        if is_encrypted(token):
            payload = self.verifier.decrypt(token, WHAT)
            if payload.count(b".") != 2:
                return read_claims(payload, WHAT)
            return read_claims(read_compact(payload, WHAT).payload, WHAT)
        return read_claims(read_compact(token, WHAT).payload, WHAT)

    def _check(
        self,
        claims: dict[str, object],
        nonce: str | None,
        *,
        accept_any_nonce: bool,
        max_age: float | None,
        acr_values: str | None,
    ) -> None:
        check_issuer(claims, self.issuer, WHAT)
        check_audience(claims, self.client_id, WHAT, trusted=self.trusted_audiences)
        if "azp" in claims:
            check_authorized_party(claims, self.client_id, WHAT, trusted=self.trusted_audiences)
        now = self.clock()
        check_times(claims, WHAT, now, self.leeway)
        if len(check_text(claims, "sub", WHAT)) > 255:
            raise InvalidJWTError(f"the 'sub' of {WHAT} is longer than 255 characters", claim="sub")
        if not accept_any_nonce:
            _check_nonce(claims, nonce)
        if max_age is not None:
            login = number(claims, "auth_time", WHAT) or 0
            if login + max_age + self.leeway < now:
                raise InvalidJWTError(
                    f"the user logged in {int(now - login)} seconds ago ('auth_time'), {int(max_age)} were allowed",
                    claim="auth_time",
                )
        if acr_values and claims.get("acr") not in acr_values.split():
            raise InvalidJWTError(f"the 'acr' of {WHAT} is none of those asked for ({acr_values[:100]})", claim="acr")


def _check_nonce(claims: Mapping[str, object], nonce: str | None) -> None:
    found = claims.get("nonce")
    if nonce is None:
        if "nonce" not in claims:
            return
        raise InvalidJWTError(
            f"{WHAT} holds a nonce, but none is known here; pass the nonce= that was sent", claim="nonce"
        )
    if not isinstance(found, str):
        raise InvalidJWTError(f"{WHAT} has no nonce, but one was sent", claim="nonce")
    if not compare_digest(found.encode("utf-8"), nonce.encode("utf-8")):
        raise InvalidJWTError(f"the nonce of {WHAT} is not the one that was sent", claim="nonce")
