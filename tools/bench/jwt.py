"""The cost of assertions, DPoP proofs and ID tokens, against the bare signature or verification of ``cryptography``.

The base does nothing but sign or verify the very same number of bytes with a key that is at hand (HMAC included, which
``cryptography`` offers too). Each assertion is made by the whole path that a client takes: the flow, the fresh ``jti``,
the time, the encoding. Peers do the same work through their own calls. Each JWT is verified after the clock stopped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from statistics import median
from types import ModuleType

from _harness import Report, measure
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as bare_hmac
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from oauth_core import AuthContext, run
from oauth_jwt import ClientSecretJwt, DPoP, IDTokenValidator, JsonWebToken, Key, PrivateKeyJwt
from oauth_jwt._encoding import b64url_decode

SECRET = "a shared secret of at least thirty-two bytes"
ISSUER, CLIENT, TOKEN, NONCE = "https://op.example.com", "client-1", "https://op.example.com/token", "n-0S6_WzA2Mj"
API = "https://api.example.com/v1/items?page=2"

ASSERTION_GOALS = {"RS256": 1.05, "PS256": 1.05, "EdDSA": 1.25, "ES256": 1.35, "HS256": 4}
ID_TOKEN_GOALS = {"RS256": 2.2, "PS256": 2.0, "ES256": 1.45, "EdDSA": 1.2, "HS256": 8}
CALLS = {"RS256": 40, "PS256": 40, "ES256": 300, "EdDSA": 200, "HS256": 2000}


def import_pyjwt() -> ModuleType:
    """Return PyJWT, whose module has the name of this file."""
    folders, sys.path = sys.path, [folder for folder in sys.path if not folder.endswith("bench")]
    try:
        return import_module("jwt")
    finally:
        sys.path = folders


def make_key(alg: str) -> Key:
    """Return a key for an algorithm; the secret for HS256."""
    return Key.from_secret(SECRET) if alg == "HS256" else Key.generate(alg)


def bare_signer(key: Key, data: bytes) -> Callable[[], bytes]:
    """Return what signs these bytes with nothing around it."""
    native = key.native
    if key.alg == "HS256":

        def authenticate() -> bytes:
            mac = bare_hmac.HMAC(native, hashes.SHA256())
            mac.update(data)
            return mac.finalize()

        return authenticate
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return {
        "RS256": lambda: native.sign(data, padding.PKCS1v15(), hashes.SHA256()),
        "PS256": lambda: native.sign(data, pss, hashes.SHA256()),
        "ES256": lambda: native.sign(data, ec.ECDSA(hashes.SHA256())),
        "EdDSA": lambda: native.sign(data),
    }[str(key.alg)]


def bare_verifier(key: Key, data: bytes, signature: bytes) -> Callable[[], None]:
    """Return what verifies this signature with nothing around it."""
    if key.alg == "HS256":

        def verify() -> None:
            mac = bare_hmac.HMAC(key.native, hashes.SHA256())
            mac.update(data)
            mac.verify(signature)

        return verify
    public = key.public().native
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    if key.alg == "ES256":
        signature = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    return {
        "RS256": lambda: public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256()),
        "PS256": lambda: public.verify(signature, data, pss, hashes.SHA256()),
        "ES256": lambda: public.verify(signature, data, ec.ECDSA(hashes.SHA256())),
        "EdDSA": lambda: public.verify(signature, data),
    }[str(key.alg)]


def unchecked(result: object) -> None:
    """Take a result whose correctness is not ours to judge: a bare signature, another library's token."""
    assert result is None or result


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what joserfc and others say about algorithm names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def peer_assertions(alg: str, key: Key) -> dict[str, Callable[[], object]]:
    """Return other libraries that make a client assertion of the same claims."""
    pyjwt = import_pyjwt()
    from authlib.oauth2.rfc7523 import client_secret_jwt_sign, private_key_jwt_sign
    from requests_oauth2client import ClientSecretJwt as OtherSecret
    from requests_oauth2client import PrivateKeyJwt as OtherKey

    def by_pyjwt() -> str:
        now = int(time.time())
        claims = {"iss": CLIENT, "sub": CLIENT, "aud": TOKEN, "iat": now, "exp": now + 60, "jti": os.urandom(16).hex()}
        return pyjwt.encode(claims, key.native, algorithm=alg)

    found: dict[str, Callable[[], object]] = {"PyJWT": by_pyjwt}
    if alg == "HS256":
        found["Authlib"] = lambda: client_secret_jwt_sign(SECRET, CLIENT, TOKEN, alg=alg)
        other = OtherSecret(CLIENT, SECRET)
    else:
        jwk = key.private_jwk()
        found["Authlib"] = lambda: private_key_jwt_sign(jwk, CLIENT, TOKEN, alg=alg)
        other = OtherKey(CLIENT, jwk, alg=alg)
    found["requests_oauth2client"] = lambda: other.client_assertion(TOKEN)
    return found


def assertions(report: Report) -> None:
    """Time client assertions and DPoP proofs."""
    for alg, goal in ASSERTION_GOALS.items():
        key = make_key(alg)
        auth = ClientSecretJwt(CLIENT, SECRET) if alg == "HS256" else PrivateKeyJwt(CLIENT, key)
        context = AuthContext(TOKEN)
        seen: set[object] = set()
        decode = JsonWebToken([alg])

        def check(token: object, key: Key = key, seen: set[object] = seen, decode: JsonWebToken = decode) -> None:
            assert token not in seen, "the same assertion twice"
            seen.add(token)
            if len(seen) % 16 == 1:
                assert isinstance(token, str)
                claims = decode.decode(token, key.public() if key.kty != "oct" else SECRET)
                assert claims["sub"] == CLIENT
                assert claims["jti"]

        def ours(auth: ClientSecretJwt | PrivateKeyJwt = auth, context: AuthContext = context) -> str:
            return run(auth.assertion(context), None)

        data = ours().rpartition(".")[0].encode()
        candidates = {"bare": (bare_signer(key, data), unchecked), "assertion": (ours, check)}
        if alg in {"ES256", "EdDSA"}:
            dpop = DPoP(key)
            dpop.learn(API, "nonce-0123456789")
            access_token = "t" * 40

            def check_proof(proof: object, key: Key = key, seen: set[object] = seen) -> None:
                assert proof not in seen, "the same proof twice"
                seen.add(proof)
                if len(seen) % 16 == 1:
                    data, _, signature = str(proof).rpartition(".")
                    bare_verifier(key, data.encode(), b64url_decode(signature.encode()))()

            candidates["DPoP proof"] = (lambda d=dpop, t=access_token: d.proof("GET", API, t), check_proof)
        timings = measure(candidates, calls=CALLS[alg])
        report.times(timings)
        report.goal(f"{alg} client assertion over the bare signature", timings.ratio("assertion", "bare"), at_most=goal)
        if alg == "ES256":
            report.goal("DPoP proof over the bare signature", timings.ratio("DPoP proof", "bare"), at_most=1.35)
        with quiet():
            peers = {name: (call, unchecked) for name, call in peer_assertions(alg, key).items()}
            timings = measure({"bare": candidates["bare"]} | peers, calls=max(2, CALLS[alg] // 20), rounds=7)
        for name in peers:
            print(f"       {alg} by {name}: {timings.ratio(name, 'bare'):.2f} times the bare signature")


def peer_id_tokens(alg: str, key: Key, token: str) -> dict[str, Callable[[], object]]:
    """Return other libraries that verify the same ID token and its claims."""
    pyjwt = import_pyjwt()
    from joserfc import jwk
    from joserfc import jwt as jose

    known = key.native if alg == "HS256" else key.public().native
    ours = jwk.OctKey.import_key(SECRET) if alg == "HS256" else jwk.import_key(key.public_jwk())
    registry = jose.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": CLIENT}
    )

    def by_joserfc() -> object:
        found = jose.decode(token, ours, algorithms=[alg])
        registry.validate(found.claims)
        return found.claims

    options = {"require": ["exp", "iat", "sub"]}
    return {
        "PyJWT": lambda: pyjwt.decode(token, known, [alg], options, audience=CLIENT, issuer=ISSUER),
        "joserfc": by_joserfc,
    }


def id_tokens(report: Report) -> None:
    """Time the validation of an ID token with keys that are at hand."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "24400320", "aud": CLIENT, "exp": now + 3600, "iat": now, "nonce": NONCE}
    claims |= {"auth_time": now, "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "name": "Jane Doe", "email": "jane@example.com"}
    for alg, goal in ID_TOKEN_GOALS.items():
        key = make_key(alg)
        token = JsonWebToken([alg]).encode({"alg": alg, "kid": key.kid or "secret"}, claims, key)
        keys = None if alg == "HS256" else {"keys": [key.public_jwk()]}
        rules = IDTokenValidator(ISSUER, CLIENT, keys, algorithms=(alg,), client_secret=SECRET)
        parts = token.rpartition(".")
        bare = bare_verifier(key, parts[0].encode(), b64url_decode(parts[2].encode()))

        def check(found: object) -> None:
            assert isinstance(found, dict)
            assert found["sub"] == "24400320"

        def ours(rules: IDTokenValidator = rules, token: str = token) -> object:
            return run(rules.validate(token, nonce=NONCE), None)

        candidates = {"bare": (bare, unchecked), "ID token": (ours, check)}
        with quiet():
            candidates |= {name: (call, check) for name, call in peer_id_tokens(alg, key, token).items()}
            timings = measure(candidates, calls=500)
        report.times(timings)
        report.goal(f"{alg} ID token over the bare verification", timings.ratio("ID token", "bare"), at_most=goal)
        for name in ("PyJWT", "joserfc"):
            print(f"       {alg} by {name}: {timings.ratio(name, 'bare'):.2f} times the bare verification")


OURS = """
from oauth_core import AuthContext, run
from oauth_jwt import PrivateKeyJwt
token = run(PrivateKeyJwt("me", open({path!r}, "rb").read()).assertion(AuthContext("https://as.example/token")), None)
assert token.count(".") == 2
"""
BARE = """
import json, time, os
from base64 import urlsafe_b64encode
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
def b64(data): return urlsafe_b64encode(data).rstrip(b"=")
key = serialization.load_pem_private_key(open({path!r}, "rb").read(), None)
now = int(time.time())
claims = {{"iss": "me", "sub": "me", "aud": "x", "iat": now, "exp": now + 60, "jti": os.urandom(16).hex()}}
data = b64(json.dumps({{"alg": "ES256"}}).encode()) + b"." + b64(json.dumps(claims).encode())
r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
token = data + b"." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
assert token.count(b".") == 2
"""


def spent(script: str) -> float:
    """Return the CPU seconds of a fresh interpreter that runs a script."""
    process = subprocess.Popen([sys.executable, "-I", "-c", script])
    _, status, usage = os.wait4(process.pid, 0)  # os.times() counts in hundredths of a second
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"the script ended with {process.returncode}"
    return usage.ru_utime + usage.ru_stime


def fresh_process(report: Report) -> None:
    """Time a process that signs one ES256 assertion and ends."""
    from tempfile import TemporaryDirectory

    from cryptography.hazmat.primitives import serialization

    with TemporaryDirectory() as folder:
        path = f"{folder}/key.pem"
        native = Key.generate("ES256").native
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(
                native.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
        scripts = {"ours": OURS.format(path=path), "bare": BARE.format(path=path)}
        rounds = [{name: spent(script) for name, script in scripts.items()} for _ in range(21)][1:]
    ours, bare = (median(one[name] for one in rounds) for name in ("ours", "bare"))
    print(f"       a fresh process: ours {ours * 1000:.0f} ms, cryptography alone {bare * 1000:.0f} ms")
    ratio = median(one["ours"] / one["bare"] for one in rounds)
    report.goal("a fresh process that signs one ES256 assertion over cryptography alone", ratio, at_most=1.3)


def main() -> None:
    """Run everything and end with 1 where a goal was missed."""
    report = Report()
    report.head("JWT", "cryptography", "joserfc", "PyJWT", "Authlib", "requests_oauth2client")
    assertions(report)
    id_tokens(report)
    fresh_process(report)
    report.exit()


if __name__ == "__main__":
    main()
