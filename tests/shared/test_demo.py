"""The demo does what it says, against the fake server and against a real one, and says so when it does not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.demo.__main__ import STEPS
from tools.demo.flavours import FLAVOURS

ROOT = Path(__file__).parent.parent.parent
STEP = re.compile(r"^\[(\d+)/(\d+)\] (.+?): (.+?) … (.+)$", re.MULTILINE)


def demo(*arguments: str) -> tuple[int, str]:
    """Run the demo and return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tools.demo", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
        check=False,
    )
    return done.returncode, done.stdout


def at(server, name: str) -> list[str]:
    """The arguments that lead the demo to a real server."""
    client = server.clients[name]
    secret = [] if client.client_secret is None else [f"--client-secret={client.client_secret}"]
    return [f"--issuer={server.issuer}", f"--client-id={client.client_id}", *secret]


def test_every_flavour():
    """Each flavour takes each step, in order, and all are as they should be."""
    code, printed = demo()
    assert code == 0, printed
    steps = STEP.findall(printed)
    assert [int(number) for number, *_ in steps] == list(range(1, len(FLAVOURS) * len(STEPS) + 1))
    assert {total for _, total, *_ in steps} == {str(len(steps))}
    assert {(flavour, title) for *_, flavour, title, _ in steps} == {
        (flavour.name, title) for flavour in FLAVOURS for title, _ in STEPS
    }
    assert {result for *_, result in steps} == {"ok"}


def test_wire_messages():
    """`-v` prints the messages, their secrets masked."""
    code, printed = demo("-v", "--only=HTTPX async")
    assert code == 0, printed
    assert re.search(r"client → POST http://127.0.0.1:\d+/token\n", printed)
    assert "Authorization: Basic ***" in printed or "authorization: Basic ***" in printed
    assert "grant_type=authorization_code&code=***" in printed
    assert '"access_token": "***"' in printed
    names = "[?&]code|access_token|refresh_token|code_verifier|client_secret|device_code|subject_token"
    shown = re.findall(rf'(?:{names})"?[=:] ?"?([^&\s",]+)', printed)
    assert set(shown) == {"***"}
    assert not re.search(r"(?:Bearer|Basic) (?!\*\*\*)\S", printed)


@pytest.mark.real_server
def test_a_real_server(oidc_provider):
    """Against `oidc-provider` every step of a confidential client is as it should be."""
    with oidc_provider.standing_decision("device", approve=True):
        code, printed = demo(*at(oidc_provider, "native_basic"))
    assert code == 0, printed
    assert {result for *_, result in STEP.findall(printed)} == {"ok"}


@pytest.mark.real_server
def test_a_public_client(oidc_provider):
    """Steps that take a secret, or a person, are left out where there is none, with the reason."""
    code, printed = demo(*at(oidc_provider, "native"), "--only=Requests")
    assert code == 0, printed
    left_out = {title: result for *_, title, result in STEP.findall(printed) if result != "ok"}
    assert left_out.pop("a login on another device").startswith("left out: nobody is here to approve")
    assert left_out.keys() == {"client credentials", "introspection", "token exchange"}
    assert all(result.startswith("left out: the client has no secret") for result in left_out.values())


@pytest.mark.real_server
def test_a_wrong_secret(oidc_provider):
    """A step that is not as it should be is named with its error, and the exit code tells."""
    code, printed = demo(*at(oidc_provider, "native_basic")[:-1], "--client-secret=wrong", "--only=HTTPX")
    assert code == 1
    results = {title: result for *_, title, result in STEP.findall(printed)}
    assert results["authorization code with PKCE"].startswith("NOT AS IT SHOULD BE: ")
    assert "invalid_client" in results["authorization code with PKCE"]
    assert "not as they should be" in printed.splitlines()[-1]
