"""The flow that sends proofs, driven by hand: when it asks again, and when it does not."""

from __future__ import annotations

import pytest

from oauth_core import (
    ClientConfig,
    ClientCredentialsGrant,
    OAuthError,
    Response,
    ServerMetadata,
    demands_nonce,
    fetch_token,
    is_bound,
    run,
    userinfo,
)

TOKEN = b'{"access_token": "t", "token_type": "DPoP", "expires_in": 60}'
NONCE = (("DPoP-Nonce", "n1"),)


class Prover:
    """A key that proves by counting."""

    jkt = "thumb"

    def __init__(self):
        self.known: dict[str, str | None] = {}
        self.proofs: list[tuple[str, str, str | None]] = []

    def prove(self, method, url, access_token=None, /):
        yield from ()
        self.proofs.append((method, url, access_token))
        return f"proof-{len(self.proofs)}-{self.known.get(url)}"

    def learn(self, url, nonce, /):
        if nonce:
            self.known[url] = nonce
        return bool(nonce)


def exchange(*answers: Response):
    """Fetch a token from a server that gives these answers; what was sent, and the token or the error."""
    sent, left, prover = [], list(answers), Prover()
    metadata = ServerMetadata({"token_endpoint": "https://as.example/token"})
    config = ClientConfig("app", "s", metadata=metadata, dpop=prover)

    def send(request):
        sent.append(request)
        return left.pop(0)

    try:
        result = run(fetch_token(config, ClientCredentialsGrant()), send)
    except OAuthError as exc:
        result = exc
    assert not left
    return [request.header("DPoP") for request in sent], result


def refusal(status: int, body: bytes, headers=NONCE) -> Response:
    return Response(status, (*headers, ("Content-Type", "application/json")), body)


GOOD = Response(200, (("Content-Type", "application/json"),), TOKEN)
DEMAND = b'{"error": "use_dpop_nonce"}'


@pytest.mark.parametrize(
    "first",
    [
        refusal(400, DEMAND),
        refusal(401, DEMAND),
        refusal(401, b"", (*NONCE, ("WWW-Authenticate", 'DPoP error="use_dpop_nonce"'))),
    ],
)
def test_demanded_nonce_is_answered(first):
    """A demand for a nonce, in the body or in a challenge, is answered by one more request with it."""
    proofs, token = exchange(first, GOOD)
    assert proofs == ["proof-1-None", "proof-2-n1"]
    assert token["access_token"] == "t"


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, DEMAND, ()),
        refusal(400, b'{"error": "invalid_grant"}'),
        refusal(400, b"<html>"),
        refusal(400, b"[]"),
        refusal(503, DEMAND),
    ],
)
def test_another_refusal_is_final(answer):
    """Without a nonce to answer with, or for another reason, nothing is sent again."""
    proofs, error = exchange(answer)
    assert proofs == ["proof-1-None"]
    assert isinstance(error, OAuthError)


def test_second_demand_is_final():
    """A nonce is answered once; a second demand is the answer."""
    proofs, error = exchange(refusal(400, DEMAND), refusal(400, DEMAND))
    assert len(proofs) == 2
    assert error.error == "use_dpop_nonce"


def test_unbound_token_is_refused():
    """A Bearer token for a proof is refused."""
    _, error = exchange(Response(200, GOOD.headers, TOKEN.replace(b"DPoP", b"Bearer")))
    assert "which anybody could use" in str(error)


@pytest.mark.parametrize(("kind", "scheme"), [("DPoP", "DPoP"), ("Bearer", "Bearer")])
def test_userinfo_by_the_type_of_the_token(kind, scheme):
    """Userinfo is asked for as the type of the token says, with a proof of the token only where it is bound."""
    sent = []

    def send(request):
        sent.append(request)
        return Response(200, (("Content-Type", "application/json"),), b'{"sub": "alice"}')

    prover = Prover()
    config = ClientConfig(metadata=ServerMetadata({"userinfo_endpoint": "https://as.example/me"}), dpop=prover)
    run(userinfo(config, {"access_token": "t", "token_type": kind}), send)
    assert sent[0].header("Authorization") == f"{scheme} t"
    assert prover.proofs == ([("GET", "https://as.example/me", "t")] if kind == "DPoP" else [])


def test_reading():
    """A bound token is told by its type, a demand by the challenge's scheme and error, in any letter case."""
    assert is_bound({"token_type": "dpop"})
    assert not is_bound({"token_type": "Bearer"})
    assert not is_bound("text")
    assert demands_nonce(['Bearer error="x"', 'dpop error="use_dpop_nonce"'])
    assert not demands_nonce('DPoP error="invalid_token"')
    assert not demands_nonce(None)
