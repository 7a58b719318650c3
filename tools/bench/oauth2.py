"""The cost of OAuth 2.0 on a call, a fetch, an import and a stream, against code by hand and other libraries.

The hand-written handlers do what cannot be left out: they set the header, register the replay and look at the scheme.
CPU time is that of the calling thread (of the whole child process for imports); the server answers from threads of its
own. Requests and the HTTPX clients are kept open, as programs keep them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx
import requests
from _harness import Report, measure
from authlib.integrations.httpx_client import AsyncOAuth2Client as AuthlibAsync
from authlib.integrations.httpx_client import OAuth2Client as AuthlibSync
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession

import oauth_httpx
import oauth_requests
from oauth_core.testing import FakeAuthorizationServer, LoopbackServer, PacedResponse, RegisteredClient, faults

TOKEN = {"access_token": "x" * 40, "token_type": "Bearer", "expires_in": 3600, "expires_at": int(time.time()) + 3600}
HEADER = {"Authorization": "Bearer " + "x" * 40}
STREAM = 64 * 1024 * 1024


class ByHandOnRequests(requests.auth.AuthBase):
    """The least that an auth handler of Requests can do."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        if urlsplit(r.url).scheme != "https":
            raise ValueError("not over plain HTTP")
        r.headers["Authorization"] = HEADER["Authorization"]
        r.register_hook("response", self.replay)
        return r

    def replay(self, response: requests.Response, **_: Any) -> requests.Response:
        return response


class ByHandOnHTTPX(httpx.Auth):
    """The least that an auth handler of HTTPX can do."""

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
        if request.url.scheme != "https":
            raise ValueError("not over plain HTTP")
        request.headers["Authorization"] = HEADER["Authorization"]
        response = yield request
        if response.status_code == 401:
            yield request


def passed(result: object) -> None:
    """Check an API call."""
    assert result.status_code == 200, result  # type: ignore[attr-defined]


def fetched(result: object) -> None:
    """Check a fetched token."""
    assert result["access_token"], result  # type: ignore[index]


def signed(result: object) -> None:
    """Check an auth step."""
    assert result.headers["Authorization"] == HEADER["Authorization"]  # type: ignore[attr-defined]


def auth_step(report: Report) -> None:
    """The step that puts a valid token on a request."""
    report.head("auth step with a valid token", "requests", "httpx", "authlib", "requests-oauthlib")
    prepared = requests.Request("GET", "https://api.test/users").prepare()

    def on_requests(auth: Callable[..., object]) -> Callable[[], object]:
        def step() -> object:
            prepared.hooks = {"response": []}
            prepared.__class__ = requests.PreparedRequest  # a handler may give its request a class of its own
            return auth(prepared)

        return step

    authlib = AuthlibSession("id", token=TOKEN).token_auth
    timings = measure(
        {
            "Requests, by hand": (on_requests(ByHandOnRequests()), signed),
            "Requests, oauth-requests": (on_requests(oauth_requests.OAuth2Auth(TOKEN)), signed),
            "Requests, Authlib": (on_requests(authlib), signed),
        },
        calls=2000,
    )
    report.times(timings)
    report.goal("Requests", timings.ratio("Requests, oauth-requests", "Requests, by hand"), at_most=2)

    response = httpx.Response(200)
    request = httpx.Request("GET", "https://api.test/users")

    def on_httpx(auth: httpx.Auth) -> Callable[[], object]:
        def step() -> object:
            flow = auth.sync_auth_flow(request)
            sent = next(flow)
            with contextlib.suppress(StopIteration):
                flow.send(response)
            return sent

        return step

    client = AuthlibSync("id", token=TOKEN)
    timings = measure(
        {
            "HTTPX, by hand": (on_httpx(ByHandOnHTTPX()), signed),
            "HTTPX, oauth-httpx": (on_httpx(oauth_httpx.OAuth2Auth(TOKEN)), signed),
            "HTTPX, Authlib": (on_httpx(client.token_auth), signed),
        },
        calls=1000,
    )
    report.times(timings)
    report.goal("HTTPX", timings.ratio("HTTPX, oauth-httpx", "HTTPX, by hand"), at_most=2)


def whole_call(report: Report, server: FakeAuthorizationServer, url: str) -> None:
    """An API call over a socket with the token, against one with a static header."""
    report.head("whole API call over loopback", "httpx", "authlib")
    token = {**server.issue_token("web"), "expires_at": int(time.time()) + 3600}
    header = {"Authorization": f"Bearer {token['access_token']}"}
    with (
        httpx.Client() as plain,
        oauth_httpx.OAuth2Client("web", token=token) as ours,
        AuthlibSync("web", token=token) as authlib,
    ):
        timings = measure(
            {
                "sync, static header": (lambda: plain.get(url, headers=header), passed),
                "sync, oauth-httpx": (lambda: ours.get(url), passed),
                "sync, Authlib": (lambda: authlib.get(url), passed),
            },
            calls=60,
            rounds=61,
        )
    report.times(timings)
    report.goal("HTTPX sync", timings.ratio("sync, oauth-httpx", "sync, static header"), at_most=1.04)

    loop = asyncio.new_event_loop()
    clients = [httpx.AsyncClient(), oauth_httpx.AsyncOAuth2Client("web", token=token), AuthlibAsync("web", token=token)]
    run = loop.run_until_complete
    timings = measure(
        {
            "async, static header": (lambda: run(clients[0].get(url, headers=header)), passed),
            "async, oauth-httpx": (lambda: run(clients[1].get(url)), passed),
            "async, Authlib": (lambda: run(clients[2].get(url)), passed),
        },
        calls=60,
        rounds=61,
    )
    for client in clients:
        run(client.aclose())
    loop.close()
    report.times(timings)
    report.goal("HTTPX async", timings.ratio("async, oauth-httpx", "async, static header"), at_most=1.04)


def fetch(report: Report, server: FakeAuthorizationServer) -> None:
    """A client-credentials fetch, against the plain POST."""
    report.head("client-credentials fetch over loopback", "requests", "httpx", "authlib", "requests-oauthlib")
    url, form = server.token_endpoint, {"grant_type": "client_credentials"}
    session, ours = requests.Session(), oauth_requests.OAuth2Session("web", "secret")
    authlib = AuthlibSession("web", "secret")
    timings = measure(
        {
            "Requests, by hand": (lambda: session.post(url, data=form, auth=("web", "secret")).json(), fetched),
            "Requests, oauth-requests": (lambda: ours.fetch_token(url, grant_type="client_credentials"), fetched),
            "Requests, Authlib": (lambda: authlib.fetch_token(url, grant_type="client_credentials"), fetched),
        },
        calls=40,
        rounds=21,
    )
    report.times(timings)
    report.goal("Requests", timings.ratio("Requests, oauth-requests", "Requests, by hand"), at_most=1.05)
    with (
        httpx.Client() as plain,
        oauth_httpx.OAuth2Client("web", "secret") as client,
        AuthlibSync("web", "secret") as peer,
    ):
        timings = measure(
            {
                "HTTPX, by hand": (lambda: plain.post(url, data=form, auth=("web", "secret")).json(), fetched),
                "HTTPX, oauth-httpx": (lambda: client.fetch_token(url, grant_type="client_credentials"), fetched),
                "HTTPX, Authlib": (lambda: peer.fetch_token(url, grant_type="client_credentials"), fetched),
            },
            calls=40,
            rounds=21,
        )
    report.times(timings)
    report.goal("HTTPX", timings.ratio("HTTPX, oauth-httpx", "HTTPX, by hand"), at_most=1.10)


def imports(report: Report) -> None:
    """Importing and making a session in a fresh process."""
    report.head("import and construct in a fresh process", "requests", "httpx", "authlib", "requests-oauthlib")
    programs = {
        "bare Python": "pass",
        "OAuth2Token": "import oauth_core; oauth_core.OAuth2Token({'access_token': 'x', 'expires_in': 60})",
        "requests.Session": "import requests; requests.Session()",
        "oauth-requests": "from oauth_requests import OAuth2Session; OAuth2Session('id')",
        "requests-oauthlib": "from requests_oauthlib import OAuth2Session; OAuth2Session('id')",
        "Authlib, Requests": "from authlib.integrations.requests_client import OAuth2Session; OAuth2Session('id')",
        "httpx.Client": "import httpx; httpx.Client()",
        "oauth-httpx": "from oauth_httpx import OAuth2Client; OAuth2Client('id')",
        "Authlib, HTTPX": "from authlib.integrations.httpx_client import OAuth2Client; OAuth2Client('id')",
    }
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(31):
        for name, program in programs.items():
            child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], env=environment)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            assert child.returncode == 0, name
            if turn:  # the first one compiles
                found[name].append((usage.ru_utime + usage.ru_stime) * 1000)
    for name, rounds in found.items():
        print(f"       {name}: {median(rounds):.1f} ms")

    def ratio(name: str, base: str) -> float:
        return median(one / other for one, other in zip(found[name], found[base], strict=True))

    extra = median(a - b for a, b in zip(found["OAuth2Token"], found["bare Python"], strict=True))
    reached = extra <= 25
    print(f"  {'ok  ' if reached else 'MISS'} OAuth2Token over bare Python: {extra:.1f} ms (at most 25)")
    if not reached:
        report.missed.append("OAuth2Token")
    report.goal("oauth-requests over requests", ratio("oauth-requests", "requests.Session"), at_most=1.12)
    report.goal("oauth-httpx over httpx", ratio("oauth-httpx", "httpx.Client"), at_most=1.12)


def pieces() -> Iterator[bytes]:
    """Give 64 MB in pieces of 64 KiB."""
    piece = b"x" * 65536
    for _ in range(STREAM // len(piece)):
        yield piece


def streams(report: Report, server: FakeAuthorizationServer, url: str) -> None:
    """The memory that a 64 MB upload takes beyond that of the library alone."""
    report.head("64 MB streamed up over a socket", "requests", "httpx")
    token = {**server.issue_token("web"), "expires_at": int(time.time()) + 3600}
    header = {"Authorization": f"Bearer {token['access_token']}"}

    def peak(call: Callable[[], Any]) -> float:
        check(call())  # connections and lazy imports are not what is measured
        tracemalloc.start()
        response = call()
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        check(response)
        return used / 1024 / 1024

    def check(response: Any) -> None:
        assert response.json()["bytes"] == STREAM, response.text[:200]

    with requests.Session() as plain, oauth_requests.OAuth2Session("web", token=token) as ours:
        base = peak(lambda: plain.post(url, data=pieces(), headers=header))
        extra = peak(lambda: ours.post(url, data=pieces())) - base
    limit(report, "Requests", extra)
    with httpx.Client() as plain_client, oauth_httpx.OAuth2Client("web", token=token) as client:
        base = peak(lambda: plain_client.post(url, content=pieces(), headers=header, timeout=60))
        extra = peak(lambda: client.post(url, content=pieces(), timeout=60)) - base
    limit(report, "HTTPX", extra)


def limit(report: Report, name: str, extra: float) -> None:
    """Print the extra memory of a stream and its goal."""
    reached = extra <= 0.5
    print(f"  {'ok  ' if reached else 'MISS'} {name}: {extra:+.3f} MB more (at most 0.5)")
    if not reached:
        report.missed.append(f"stream on {name}")


@dataclass
class Crowd:
    """Callers that meet one expired token."""

    server: FakeAuthorizationServer
    url: str

    def expired(self) -> dict[str, object]:
        """Return a token whose end has passed."""
        return {**self.server.issue_token("web"), "expires_at": int(time.time()) - 10}

    def options(self) -> dict[str, object]:
        """Return the options of a client that can renew."""
        return {"token": self.expired(), "token_endpoint": self.server.token_endpoint}

    def threads(self, count: int) -> tuple[int, int]:
        """Let threads call at once; return token calls and failures."""
        before, failures = self.server.count("token"), []
        with oauth_requests.OAuth2Session("web", "secret", **self.options()) as session:
            gate = threading.Barrier(count)

            def call() -> None:
                gate.wait()
                try:
                    passed(session.get(self.url))
                except Exception as exc:  # noqa: BLE001 - counted
                    failures.append(exc)

            crowd = [threading.Thread(target=call) for _ in range(count)]
            for one in crowd:
                one.start()
            for one in crowd:
                one.join()
        return self.server.count("token") - before, len(failures)

    async def tasks(self, count: int, *, cancel_leader: bool = False) -> tuple[int, int]:
        """Let tasks call at once; return token calls and failures, the cancelled one not counted."""
        before = self.server.count("token")
        limits = httpx.Limits(max_connections=50)
        async with oauth_httpx.AsyncOAuth2Client(
            "web", "secret", limits=limits, timeout=60, **self.options()
        ) as client:
            crowd = [asyncio.create_task(client.get(self.url)) for _ in range(count)]
            if cancel_leader:
                await asyncio.sleep(0.01)
                crowd[0].cancel()
            results = await asyncio.gather(*crowd, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError) == cancel_leader
        failures = [one for one in results[1 if cancel_leader else 0 :] if getattr(one, "status_code", 0) != 200]
        return self.server.count("token") - before, len(failures)

    async def down(self, count: int, delay: float) -> tuple[int, float]:
        """Let tasks meet an endpoint that answers late with 503; return token calls and wall time over the delay."""
        before = self.server.count("token")
        async with oauth_httpx.AsyncOAuth2Client("web", "secret", timeout=60, **self.options()) as client:
            started = time.perf_counter()
            results = await asyncio.gather(*(client.get(self.url) for _ in range(count)), return_exceptions=True)
            wall = time.perf_counter() - started
        assert all(isinstance(one, oauth_httpx.OAuthError) for one in results)
        return self.server.count("token") - before, wall / delay


def crowds(report: Report, server: FakeAuthorizationServer, url: str) -> None:
    """How many token calls a crowd makes."""
    report.head("an expired token and a crowd", "requests", "httpx")
    crowd = Crowd(server, url)

    def told(text: str, calls: int, failures: int) -> None:
        reached = (calls, failures) == (1, 0)
        print(f"  {'ok  ' if reached else 'MISS'} {text}: {calls} token calls, {failures} failures (1, 0)")
        if not reached:
            report.missed.append(text)

    for count in (1, 8, 64):
        told(f"{count} threads", *crowd.threads(count))
    for count in (1, 100, 1000):
        told(f"{count} tasks", *asyncio.run(crowd.tasks(count)))
    server.inject(faults.slow(0.2), "token", times=1)
    told("100 tasks, the first one cancelled", *asyncio.run(crowd.tasks(100, cancel_leader=True)))
    delay = 1.0
    server.inject(faults.respond(PacedResponse(503, delay=delay)), "token", times=None)
    calls, ratio = asyncio.run(crowd.down(100, delay))
    server.clear_faults()
    report.goal("100 tasks, endpoint down: token calls", calls, at_most=1)
    report.goal("100 tasks, endpoint down: wall over one delay", ratio, at_most=1.2)


def main() -> None:
    """Print every row and end with an error where a goal was missed."""
    report = Report()
    server = FakeAuthorizationServer(clients=[RegisteredClient("web", "secret")])
    with LoopbackServer(server) as loopback:
        auth_step(report)
        whole_call(report, server, loopback.url + "/api/x")
        fetch(report, server)
        streams(report, server, loopback.url + "/api/upload")
        crowds(report, server, loopback.url + "/api/x")
    imports(report)
    report.exit()


if __name__ == "__main__":
    main()
