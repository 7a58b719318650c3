"""The cost of an OAuth 1.0 signature, against the least that could be written by hand and against other libraries.

The hand-written function knows everything beforehand: the query is canonical, no name is the start of another (or
sorting whole parameters would be wrong), the host is in lower case, the secrets are encoded. It does what cannot be
left out: nonce, timestamp, sorting, base string, HMAC, header.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import resource
import time
import tracemalloc
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import requests
from _harness import Report, Timings, measure
from authlib.oauth1.rfc5849.client_auth import ClientAuth
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as reference

import oauth_httpx
import oauth_requests
from oauth_core import OAuth1Credentials, OAuth1Signer, OAuth1Verifier
from oauth_core.testing import (
    FakeAuthorizationServer,
    LoopbackServer,
    OAuth1Provider,
    RegisteredClient,
    RegisteredOAuth1Client,
)

KEY, SECRET, TOKEN, TOKEN_SECRET = "consumerKey123456", "consumerSecret12345", "tokenKey123456789", "tokenSecret123456"
HMAC_KEY = f"{SECRET}&{TOKEN_SECRET}".encode()
BASE = "https://api.example.com/v1/items"


def by_hand(method: str, url: str) -> str:
    """Return the Authorization header of a canonical request."""
    nonce, timestamp = os.urandom(16).hex(), str(int(time.time()))
    base, _, query = url.partition("?")
    pieces = query.split("&")
    pieces += (
        f"oauth_consumer_key={KEY}",
        f"oauth_nonce={nonce}",
        "oauth_signature_method=HMAC-SHA1",
        f"oauth_timestamp={timestamp}",
        f"oauth_token={TOKEN}",
        "oauth_version=1.0",
    )
    pieces.sort()
    normal = "&".join(pieces).replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    text = f"{method}&{base.replace(':', '%3A').replace('/', '%2F')}&{normal}"
    digest = b2a_base64(hmac.digest(HMAC_KEY, text.encode("ascii"), "sha1"), newline=False).decode("ascii")
    signature = digest.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return (
        f'OAuth oauth_consumer_key="{KEY}", oauth_nonce="{nonce}", oauth_signature_method="HMAC-SHA1", '
        f'oauth_timestamp="{timestamp}", oauth_token="{TOKEN}", oauth_version="1.0", oauth_signature="{signature}"'
    )


def plaintext_by_hand() -> str:
    """Return the Authorization header of a PLAINTEXT request."""
    nonce, timestamp = os.urandom(16).hex(), str(int(time.time()))
    return (
        f'OAuth oauth_consumer_key="{KEY}", oauth_nonce="{nonce}", oauth_signature_method="PLAINTEXT", '
        f'oauth_timestamp="{timestamp}", oauth_token="{TOKEN}", oauth_version="1.0", '
        f'oauth_signature="{SECRET}%26{TOKEN_SECRET}"'
    )


def checks(url: str, credentials: OAuth1Credentials) -> object:
    """Return a check that verifies a header over ``url``, the first of them with oauthlib too."""
    verifier = OAuth1Verifier(lambda *_: credentials, tolerance=600)
    first = []

    def check(result: object) -> None:
        header = result if isinstance(result, str) else result[1] if isinstance(result[1], str) else None
        header = header or result[1]["Authorization"]
        seen = verifier.verify("GET", url, {"Authorization": header})
        assert seen.client_key == KEY
        if not first and "HMAC" in header:
            first.append(header)
            given = {n: unquote(v) for n, v in re.findall(r'(oauth_\w+)="([^"]*)"', header)}
            params = reference.collect_parameters(uri_query=url.partition("?")[2]) + list(given.items())
            params = [pair for pair in params if pair[0] != "oauth_signature"]
            text = reference.signature_base_string(
                "GET", reference.base_string_uri(url), reference.normalize_parameters(params)
            )
            expected = reference.sign_hmac_sha1_with_client(
                text, Client(KEY, SECRET, resource_owner_key=TOKEN, resource_owner_secret=TOKEN_SECRET)
            )
            assert expected == given["oauth_signature"]

    return check


def signing(report: Report, count: int, credentials: OAuth1Credentials) -> Timings:
    """Time one size: by hand, ours canonical and not, and the other libraries."""
    canonical = BASE + "?" + "&".join(f"name{n:04}=value%20{n}" for n in range(count))
    odd = BASE + "?" + "&".join(f"name{n:04}=value+{n}/%2f" for n in range(count))
    signer = OAuth1Signer(credentials)
    plain = OAuth1Signer(credentials, signature_method="PLAINTEXT")
    oauthlib = Client(KEY, SECRET, TOKEN, TOKEN_SECRET)
    authlib = ClientAuth(KEY, SECRET, TOKEN, TOKEN_SECRET)
    check = checks(canonical, credentials)
    candidates = {
        "by hand": (lambda: by_hand("GET", canonical), check),
        "sign_parts": (lambda: signer.sign_parts("GET", canonical), check),
        "sign": (lambda: signer.sign("GET", canonical, {"Accept": "*/*", "User-Agent": "x"}), check),
        "not canonical": (lambda: signer.sign_parts("GET", odd), checks(odd, credentials)),
        "PLAINTEXT by hand": (plaintext_by_hand, check),
        "PLAINTEXT": (lambda: plain.sign_parts("GET", canonical), check),
    }
    if count <= 100:
        candidates["oauthlib"] = (lambda: oauthlib.sign(canonical, "GET"), check)
        candidates["Authlib"] = (lambda: authlib.sign("GET", canonical, {}, b""), check)
    timings = measure(candidates, calls=max(5, 1000 // count))
    print(f"{count} parameters")
    report.times(timings)
    report.goal("core signing against by hand", timings.ratio("sign_parts", "by hand"), at_most=2)
    report.goal("sign() with a copy of the headers against by hand", timings.ratio("sign", "by hand"), at_most=2)
    report.goal("not canonical against canonical", timings.ratio("not canonical", "sign_parts"), at_most=3)
    report.goal("PLAINTEXT against by hand", timings.ratio("PLAINTEXT", "PLAINTEXT by hand"), at_most=3)
    if count <= 100:
        least = 12 if count == 3 else 14
        report.goal("oauthlib against core", timings.ratio("oauthlib", "sign_parts"), at_least=least)
        report.goal("Authlib against core", timings.ratio("Authlib", "sign_parts"), at_least=least)
    return timings


def rsa_signing(report: Report) -> None:
    """Time RSA-SHA256 against cryptography's signature alone."""
    key = rsa.generate_private_key(65537, 2048)
    credentials = OAuth1Credentials(KEY, None, TOKEN, rsa_key=key)
    signer = OAuth1Signer(credentials, signature_method="RSA-SHA256")
    url = BASE + "?a=1&b=2&c=3"
    text, public = b"x" * 300, key.public_key()
    timings = measure(
        {
            "raw RSA": (
                lambda: key.sign(text, PKCS1v15(), SHA256()),
                lambda signature: public.verify(signature, text, PKCS1v15(), SHA256()),
            ),
            "RSA-SHA256": (lambda: signer.sign_parts("GET", url), checks(url, credentials)),
        },
        calls=25,
    )
    print("RSA, 2048 bits")
    report.times(timings)
    report.goal("RSA-SHA256 against the raw signature", timings.ratio("RSA-SHA256", "raw RSA"), at_most=1.15)


def streams(report: Report) -> None:
    """Print the memory that a signed upload of 64 MB takes beyond that of the library alone."""
    provider = OAuth1Provider([RegisteredOAuth1Client(KEY, SECRET)])
    server = FakeAuthorizationServer()
    server.install(provider)
    with LoopbackServer(server) as loopback:
        token = provider.issue_token(KEY)
        names = (KEY, SECRET, token["oauth_token"], token["oauth_token_secret"])
        url, headers = loopback.url + "/signed/upload", {"Content-Type": "application/octet-stream"}
        server.register(RegisteredClient("plain", "secret"))
        bearer = {"Authorization": f"Bearer {server.issue_token('plain')['access_token']}", **headers}
        plain_url = loopback.url + "/api/upload"
        with requests.Session() as plain, oauth_requests.OAuth1Session(*names) as signed:
            base = upload(lambda: plain.post(plain_url, data=pieces(), headers=bearer))
            used = upload(lambda: signed.post(url, data=pieces(), headers=headers))
        stream_goal(report, "Requests", used, base)
        with httpx.Client(timeout=60) as plain_client, oauth_httpx.OAuth1Client(*names, timeout=60) as client:
            base = upload(lambda: plain_client.post(plain_url, content=pieces(), headers=bearer))
            used = upload(lambda: client.post(url, content=pieces(), headers=headers))
        stream_goal(report, "HTTPX", used, base)


def pieces() -> Iterator[bytes]:
    """Give 64 MB in pieces of 64 KiB."""
    piece = b"x" * 65536
    return (piece for _ in range(1024))


def upload(send: Callable[[], Any]) -> tuple[float, float]:
    """Send a stream; return the peak of traced memory and the highest RSS so far, in MB."""
    tracemalloc.start()
    response = send()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert response.status_code == 200, response.text[:200]
    assert response.json()["bytes"] == 64 * 2**20, response.text[:200]
    return peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stream_goal(report: Report, name: str, used: tuple[float, float], base: tuple[float, float]) -> None:
    """Print what a signed stream took more than an unsigned one, and its goal."""
    extra, rss = used[0] - base[0], used[1] - base[1]
    reached = extra <= 0.5
    mark = "ok  " if reached else "MISS"
    print(f"  {mark} 64 MB signed on {name}: {extra:+.3f} MB traced (at most 0.5), RSS {rss:+.1f} MB")
    if not reached:
        report.missed.append(f"stream on {name}")


def on_adapters(report: Report, credentials: OAuth1Credentials) -> None:
    """Time the handlers' step at 3 parameters: all that is done to a request that the library has prepared."""
    url = BASE + "?" + "&".join(f"name{n:04}=value%20{n}" for n in range(3))
    signer, check = OAuth1Signer(credentials), checks(url, credentials)
    first = (KEY, SECRET, TOKEN, TOKEN_SECRET)
    prepared = requests.Request("GET", url).prepare()
    on_requests = oauth_requests.OAuth1Auth(*first)

    def requests_step() -> object:
        prepared.__class__ = requests.PreparedRequest
        prepared.hooks = {"response": []}
        return on_requests(prepared).headers["Authorization"]

    on_httpx, request, response = oauth_httpx.OAuth1Auth(*first), httpx.Request("GET", url), httpx.Response(200)

    def httpx_step() -> object:
        flow = on_httpx.sync_auth_flow(request)
        header = next(flow).headers["Authorization"]
        with contextlib.suppress(StopIteration):
            flow.send(response)
        return header

    timings = measure(
        {
            "core": (lambda: signer.sign_parts("GET", url), check),
            "Requests": (requests_step, check),
            "HTTPX": (httpx_step, check),
        },
        calls=500,
    )
    print("adapters, 3 parameters")
    report.times(timings)
    report.goal("the Requests handler against core", timings.ratio("Requests", "core"), at_most=2)
    report.goal("the HTTPX handler against core", timings.ratio("HTTPX", "core"), at_most=3)


def main() -> None:
    """Print the figures and end with 1 where a goal is missed."""
    report = Report()
    report.head("OAuth 1.0 signing", "oauthlib", "authlib", "cryptography", "requests", "httpx")
    credentials = OAuth1Credentials(KEY, SECRET, TOKEN, TOKEN_SECRET)
    found = {count: signing(report, count, credentials) for count in (3, 100, 1000)}
    growth = found[1000].of("sign_parts") / found[100].of("sign_parts")
    report.goal("1000 parameters against 100", growth, at_most=14)
    odd = found[1000].of("not canonical") / found[100].of("not canonical")
    report.goal("1000 parameters against 100, not canonical", odd, at_most=14)
    rsa_signing(report)
    on_adapters(report, credentials)
    streams(report)
    report.exit()


if __name__ == "__main__":
    main()
