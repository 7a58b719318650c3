"""Claims that other parties vouch for: aggregated in the answer, or to be fetched from where it says.

Rules of this room: a claim counts only when a judge of its issuer, named by the caller, has verified it; a source is
shown the access token that came with it and never one of ours; what a source says beside the claims that it was named
for is dropped. OpenID Connect Core §5.6.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ._answers import raise_for_refusal
from ._errors import ProtocolViolation, printable
from ._messages import Flow, Pairs, Request, send
from ._unverified import unverified_issuer
from ._urls import check_endpoint

__all__ = ["ClaimsJudge", "SourcedClaim", "resolve_claims"]


@runtime_checkable
class ClaimsJudge(Protocol):
    """What judges the JWTs of one claims provider, such as ``ClaimsValidator`` of oauth-jwt. OIDC Core §5.6.2."""

    def validate(self, token: str, /) -> Flow[Mapping[str, object]]:
        """Return the claims of a JWT, ``iss`` among them (a flow); raises for a bad one."""


@dataclass(frozen=True, slots=True, repr=False)
class SourcedClaim:
    """The value of a claim, and who vouches for it: ``issuer``, by the JWT of ``source`` in ``_claim_sources``."""

    value: object
    issuer: str
    source: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.issuer!r}>"


def resolve_claims(
    claims: Mapping[str, object],
    judges: Mapping[str, ClaimsJudge],
    *,
    names: Iterable[str] | None = None,
    allow_insecure_http: bool = False,
) -> Flow[dict[str, SourcedClaim]]:
    """Return the aggregated and distributed claims of userinfo or an ID token, each with who vouches for it (a flow).

    ``judges`` are the caller's, by issuer; the JWT of another issuer is refused. ``names`` asks for some claims alone,
    and only their sources are looked at. A claim that its source does not hold is left out. Raises
    ``ProtocolViolation``, ``ServerRefusal``, and what a judge raises. OIDC Core §5.6.2.
    """
    wanted = None if names is None else frozenset([names] if isinstance(names, str) else names)
    found: dict[str, SourcedClaim] = {}
    for source, held in _by_source(claims.get("_claim_names"), wanted).items():
        token = yield from _token_of(claims.get("_claim_sources"), source, allow_insecure_http=allow_insecure_http)
        issuer = unverified_issuer(token)
        judge = None if issuer is None else judges.get(issuer)
        if issuer is None or judge is None:
            named = "names no issuer" if issuer is None else f"is of the issuer {printable(issuer, 200)!r}"
            raise ProtocolViolation(
                f"the JWT of the claim source {_shown(source)} {named}, for which no judge was given",
                error="unknown_claims_issuer",
            )
        said = yield from judge.validate(token)
        if said.get("iss") != issuer:
            raise ProtocolViolation(f"the JWT of the claim source {_shown(source)} has changed its issuer")
        found |= {name: SourcedClaim(said[name], issuer, source) for name in held if name in said}
    return found


def _by_source(named: object, wanted: frozenset[str] | None) -> dict[str, list[str]]:
    """Return the names of the claims that each source holds."""
    if named is None:
        return {}
    if not isinstance(named, Mapping) or not all(isinstance(source, str) for source in named.values()):
        raise ProtocolViolation("'_claim_names' is no object of texts", error="invalid_claim_sources")
    held: dict[str, list[str]] = {}
    for name, source in named.items():
        if wanted is None or name in wanted:
            held.setdefault(source, []).append(name)
    return held


def _token_of(sources: object, source: str, *, allow_insecure_http: bool) -> Flow[str]:
    """Return the JWT of a source, fetched where it is elsewhere (a flow)."""
    found = sources.get(source) if isinstance(sources, Mapping) else None
    token, endpoint, access_token = (
        (found.get("JWT"), found.get("endpoint"), found.get("access_token"))
        if isinstance(found, Mapping)
        else (None, None, None)
    )
    if isinstance(token, str) and endpoint is None:
        return token
    if token is not None or not isinstance(endpoint, str) or not isinstance(access_token, str | None):
        raise ProtocolViolation(
            f"'_claim_sources' has no usable source {_shown(source)}: neither a JWT nor an endpoint",
            error="invalid_claim_sources",
        )
    name = f"endpoint of the claim source {_shown(source)}"
    headers: Pairs = (("Accept", "application/jwt"),)
    if access_token:
        headers = (*headers, ("Authorization", f"Bearer {access_token}"))
    url = check_endpoint(endpoint, name, allow_insecure_http=allow_insecure_http)
    response = yield from send(Request("GET", url, headers))
    raise_for_refusal(response, f"the request to the {name}")
    return response.text.strip()


def _shown(source: str) -> str:
    return repr(printable(source, 100))
