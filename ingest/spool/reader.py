"""One reader of ours a spool: whoever holds the lock file may break locks that ours left."""

import fcntl
import os
import weakref
from pathlib import Path

from appliance.errors import AcctError

LOCK_FILE = ".acct.lock"
"""In the spool; every layout's readers ignore it, and it stays when nobody reads."""


class SoleReader:
    """The claim on one spool. The kernel drops it when the process ends, however it ends."""

    def __init__(self, spool: Path) -> None:
        self._file = spool / LOCK_FILE
        self._descriptor = -1
        self._let_go: weakref.finalize[[int], SoleReader] | None = None

    def claim(self) -> None:
        """Become the reader, if we are not already: the spool may have been made anew.

        Raises:
            AcctError: Another process is, or the lock file cannot be made.
        """
        if self._held():
            return
        self.let_go()
        self._descriptor = self._lock()
        self._let_go = weakref.finalize(self, os.close, self._descriptor)

    def _held(self) -> bool:
        if self._let_go is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._file.stat())
        except FileNotFoundError:
            return False

    def _lock(self) -> int:
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise AcctError(
                f"cannot write {self._file}: {error.strerror}",
                hint="the spool must exist, and acct must be allowed to write to it",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise AcctError(
                f"another process reads {self._file.parent}", hint="one acct a spool: stop one"
            ) from error
        return descriptor

    def let_go(self) -> None:
        """Let somebody else be the reader."""
        if self._let_go is not None:
            self._let_go()
            self._let_go = None
