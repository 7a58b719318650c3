"""A program of its own with one client, for the tests of what processes share.

``python -m tests.shared.laws.worker FLAVOUR FOLDER URL CALLS`` makes a client from ``FOLDER/options.json`` with its
tokens in ``FOLDER``, says that it is ready, waits for a line, calls the API so many times at once and prints what was
answered.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.shared.flavours import FLAVOURS, native_options
from tests.shared.laws.file_store import FileStore


def main(name, folder, url, calls):
    (flavour,) = [each for each in FLAVOURS if each.name == name]
    options = json.loads((Path(folder) / "options.json").read_text())
    with flavour.open(**options, store=FileStore(folder), **native_options(flavour)) as client:
        print("ready", flush=True)
        sys.stdin.readline()
        answers = client.at_once(int(calls), lambda: client.native.get(url))
        print(json.dumps([[each.status_code for each in answers], client.token["access_token"]]))


main(*sys.argv[1:])
