"""Tokens in files: for command-line tools, and for processes of one machine that share a credential.

Rules of this room: a file is replaced in one step and readable by its owner alone; what is read is never taken for
more than it is; locks come from filelock, imported when the first one is needed. Two locks guard a key: one that a
renewal holds from its first look to its save, and one for the instant of a compare-and-swap.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import quote

from ._errors import MissingPluginError, UsageError
from ._serialise import TokenSerializer
from ._token import OAuth2Token

__all__ = ["FileTokenStore"]

_FOR_A_SWAP = 10.0  # seconds: nobody holds that lock for longer than it takes to write a file


class FileTokenStore:
    """Keeps each token in a file of its own below ``folder``, which is made where it is missing (mode 0700).

    ``encryption_key`` seals the files, as it does in ``TokenSerializer``; without one they are JSON that the owner can
    read. ``lock_wait`` is how many seconds a renewal waits for that of another process. Needs ``oauth-core[file]``.
    A network file system whose locks do not hold between hosts cannot serve several hosts.
    """

    blocking = True

    def __init__(self, folder: str | os.PathLike[str], *, encryption_key: object = None, lock_wait: float = 60) -> None:
        self.folder = Path(folder).expanduser()
        self._serializer = TokenSerializer(encryption_key)
        self._lock_wait = lock_wait

    def __repr__(self) -> str:
        return f"<{type(self).__name__} in {str(self.folder)!r}>"

    def path(self, key: str) -> Path:
        """Return the file of a key. Keys that differ in letter case alone have different files everywhere."""
        return self.folder / f"{quote(key, safe='')[:80]}-{sha256(key.encode('utf-8')).hexdigest()[:16]}.token"

    def load(self, key: str) -> OAuth2Token | None:
        """Return the token under ``key``, or None. Raises ``UsageError`` where its file holds none that can be read."""
        file = self.path(key)
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return self._serializer.loads(text)
        except (UsageError, UnicodeDecodeError) as exc:
            raise UsageError(
                f"{file} holds no token that can be read here: it was altered, or sealed with another key; "
                "delete it to start anew"
            ) from exc

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Put ``token`` in the place of ``previous``; False where the place holds another access token.

        Raises ``OSError`` where the file cannot be written; the old one then stays as it was.
        """
        text = self._serializer.dumps(token)
        with self._guard(key, ".save", _FOR_A_SWAP):
            present = self.load(key)
            if present is not None and (
                previous is None or present.get("access_token") != previous.get("access_token")
            ):
                return False
            self._write(self.path(key), text)
            return True

    def delete(self, key: str) -> None:
        """Forget the token under ``key``, if there is one."""
        with self._guard(key, ".save", _FOR_A_SWAP):
            self.path(key).unlink(missing_ok=True)

    def lock(self, key: str) -> AbstractContextManager[object]:
        """Return a context manager that keeps other processes, and other stores of this one, from renewing ``key``.

        Entering it raises ``filelock.Timeout`` after ``lock_wait`` seconds. The lock of a process that died is free.
        """
        return self._guard(key, ".lock", self._lock_wait)

    def _guard(self, key: str, suffix: str, seconds: float) -> AbstractContextManager[object]:
        try:
            from filelock import FileLock
        except ImportError:
            raise MissingPluginError(
                "a token store in files needs the filelock package: pip install 'oauth-core[file]'"
            ) from None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Entered and left by whichever thread carries the renewal out.
        return FileLock(self.path(key).with_suffix(suffix), timeout=seconds, mode=0o600, thread_local=False)

    def _write(self, file: Path, text: str) -> None:
        number, name = mkstemp(prefix=f".{file.name[:20]}", suffix=".new", dir=self.folder)  # mode 0600
        try:
            with os.fdopen(number, "w", encoding="utf-8") as new:
                new.write(text)
                new.flush()
                os.fsync(new.fileno())
            Path(name).replace(file)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
