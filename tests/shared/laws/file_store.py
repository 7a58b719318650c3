"""A token store that processes share: one JSON file and one lock file for each key (POSIX)."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from pathlib import Path

from oauth_core import OAuth2Token


class FileStore:
    blocking = True

    def __init__(self, folder):
        self.folder = Path(folder)

    def load(self, key):
        file = self.folder / f"{key}.json"
        return json.loads(file.read_text()) if file.exists() else None

    def save(self, key, token: OAuth2Token, previous):
        present = self.load(key)
        if present is not None and (previous is None or present["access_token"] != previous["access_token"]):
            return False
        new = self.folder / f"{key}.new"
        new.write_text(json.dumps(token))
        new.replace(self.folder / f"{key}.json")
        return True

    def delete(self, key):
        (self.folder / f"{key}.json").unlink(missing_ok=True)

    @contextmanager
    def lock(self, key):
        with (self.folder / f"{key}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
