"""Proofs of possession on requests: who makes them, and the one retry that a server's nonce asks for (RFC 9449).

Rules of this room: the key and the nonces are those of a prover (oauth-jwt offers ``DPoP``); every attempt carries a
new proof; a nonce that is demanded is answered once, never twice. A token that came unbound is not taken for bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, cast, runtime_checkable

from ._errors import UnsupportedTokenTypeError
from ._messages import Flow, Request, Response, send
from ._token import OAuth2Token

__all__ = ["DPoPProver", "demands_nonce", "is_bound"]


@runtime_checkable
class DPoPProver(Protocol):
    """A key that tokens are bound to, and the nonces that servers gave, such as ``DPoP`` of oauth-jwt."""

    @property
    def jkt(self) -> str:
        """The thumbprint by which servers know the key. RFC 9449 §6.1."""

    def prove(self, method: str, url: str, access_token: str | None = None, /) -> Flow[str]:
        """Return a new proof for one request, with the newest nonce of the URL's origin (a flow)."""

    def learn(self, url: str, nonce: str | None, /) -> bool:
        """Keep the ``DPoP-Nonce`` of an answer from ``url``."""


def check_prover(given: object) -> DPoPProver:
    """Return what makes proofs. Raises ``TypeError`` for what cannot."""
    if isinstance(given, type):
        raise TypeError(f"dpop is one key: pass {given.__name__}(), which makes it, not the class")
    if all(callable(getattr(given, name, None)) for name in ("prove", "learn")):
        return cast("DPoPProver", given)
    raise TypeError(f"dpop is a key that makes proofs, as oauth-jwt's DPoP does; a {type(given).__name__} cannot")


def is_bound(token: object) -> bool:
    """Tell whether a token is bound to a key, by its type. RFC 9449 §5."""
    return isinstance(token, Mapping) and str(token.get("token_type")).lower() == "dpop"


def demands_nonce(challenges: Iterable[str] | str | None) -> bool:
    """Tell whether a 401 with these ``WWW-Authenticate`` values asks for a nonce alone. RFC 9449 §9."""
    from ._challenge import parse_challenges  # only a 401 needs it

    return any(one.scheme == "dpop" and one.error == "use_dpop_nonce" for one in parse_challenges(challenges))


def send_proven(
    dpop: DPoPProver | None, make: Callable[[], Flow[Request]], access_token: str | None = None
) -> Flow[Response]:
    """Send a request with a proof, and once more where the server demands a nonce that it gives (a flow).

    ``make`` builds the request anew for each attempt: what it holds may be good once. RFC 9449 §8.
    """
    request = yield from make()
    if dpop is None:
        return (yield from send(request))
    response = yield from _send_once(dpop, request, access_token)
    if response.header("DPoP-Nonce") is None or not _refused_for_nonce(response):
        return response
    return (yield from _send_once(dpop, (yield from make()), access_token))


def _send_once(dpop: DPoPProver, request: Request, access_token: str | None) -> Flow[Response]:
    proof = yield from dpop.prove(request.method, request.url, access_token)
    response = yield from send(request.with_header("DPoP", proof))
    dpop.learn(request.url, response.header("DPoP-Nonce"))
    return response


def _refused_for_nonce(response: Response) -> bool:
    if response.status not in {400, 401}:
        return False
    if demands_nonce([value for name, value in response.headers if name.lower() == "www-authenticate"]):
        return True
    try:
        members = response.json()
    except ValueError:
        return False
    return isinstance(members, dict) and members.get("error") == "use_dpop_nonce"


def need_bound(token: OAuth2Token) -> None:
    """Refuse a token that the server did not bind to the key. Raises ``UnsupportedTokenTypeError``. RFC 9449 §5."""
    if token.token_type.lower() == "bearer":
        raise UnsupportedTokenTypeError(
            "the server took a DPoP proof and gave a Bearer token, which anybody could use; it was not kept. Leave out "
            "dpop= for a server without DPoP"
        )
