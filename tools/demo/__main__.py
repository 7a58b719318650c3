"""Run OAuth 2.0 and 1.0 from end to end through every client flavour, against a fake server or a real one.

Prints one line a step; ends with exit code 1 if any step is not as it should be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

from .flavours import FLAVOURS, Flavour
from .oauth1 import OAUTH1_STEPS
from .servers import REDIRECT_URI, Target, fake_target, real_target
from .steps import STEPS as OAUTH2_STEPS
from .steps import LeftOut, NotAsItShouldBe, Stage, open_client
from .wire import Wire

Steps: TypeAlias = tuple[tuple[str, Callable[[Stage], None]], ...]

STEPS: Steps = (*OAUTH2_STEPS, *OAUTH1_STEPS)


class Report:
    """Prints a line for each step, and remembers how they ended."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.failed = 0
        self.left_out = 0
        self._number = 0

    def step(self, title: str, stage: Stage, run: Callable[[Stage], None]) -> None:
        """Run one step and print how it ended."""
        self._number += 1
        label = f"[{self._number}/{self.steps}] {stage.flavour.name}: {title} …"
        if stage.wire.verbose:
            print(label)
            label = " " * 4
        try:
            run(stage)
        except LeftOut as exc:
            self.left_out += 1
            print(f"{label} left out: {exc}")
        except Exception as exc:  # noqa: BLE001 - whatever it is, the other steps are still worth seeing
            self.failed += 1
            reason = str(exc) if isinstance(exc, NotAsItShouldBe) else repr(exc)
            print(f"{label} NOT AS IT SHOULD BE: {reason}")
        else:
            print(f"{label} ok", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Return the exit code of the demo."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.issuer is None) != (options.client_id is None):
        parser.error("--issuer and --client-id belong together")
    flavours = [each for each in FLAVOURS if not options.only or each.name in options.only]
    with _target(options) as target:
        steps = STEPS if target.oauth1 is not None else OAUTH2_STEPS
        report = Report(len(flavours) * len(steps))
        print(f"authorization server: {target.issuer}")
        for flavour in flavours:
            _run(flavour, target, steps, report, verbose=options.verbose)
    left_out = f", {report.left_out} left out" if report.left_out else ""
    if report.failed:
        print(f"{report.failed} of {report.steps} steps are not as they should be{left_out}")
        return 1
    print(f"all {report.steps - report.left_out} steps are as they should be{left_out}")
    return 0


def _run(flavour: Flavour, target: Target, steps: Steps, report: Report, *, verbose: bool) -> None:
    wire = Wire(verbose=verbose)
    target.clock.ahead = 0.0
    with open_client(flavour, target, wire, scope=target.scope) as client:
        stage = Stage(flavour, client, target, wire)
        for title, run in steps:
            report.step(title, stage, run)


def _target(options: argparse.Namespace) -> AbstractContextManager[Target]:
    if options.issuer is None:
        return fake_target()
    return nullcontext(
        real_target(
            options.issuer,
            options.client_id,
            options.client_secret,
            redirect_uri=options.redirect_uri,
            api_url=options.api,
            scope=options.scope,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true", help="print the wire messages, their secrets masked")
    names = [each.name for each in FLAVOURS]
    parser.add_argument("--only", action="append", choices=names, help="run this flavour only; may be repeated")
    parser.add_argument("--issuer", help="a real server instead of the fake one; needs --client-id")
    parser.add_argument("--client-id", help="the client's identifier at the real server")
    parser.add_argument("--client-secret", help="its secret, unless it is a public client")
    parser.add_argument(
        "--redirect-uri", default=REDIRECT_URI, help="where the server sends the browser back to (%(default)s)"
    )
    parser.add_argument("--scope", help="what to ask for (openid and offline_access, where the server has them)")
    parser.add_argument("--api", metavar="URL", help="an API that takes the token (the server's userinfo)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
