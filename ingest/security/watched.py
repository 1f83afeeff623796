"""Files that others change: read again when they did, and the last good content stays."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from appliance.errors import AcctError

log = logging.getLogger(__name__)
T = TypeVar("T")


class Watched(Generic[T]):
    """What was read from a path; any thread may ask at any time.

    Args:
        path: What is watched, for messages.
        stamp: Cheap to make, and different after a change; may raise OSError.
        load: Reads it all. An AcctError, or an OSError, means: not usable.
        every_s: How often a change is looked for, at most.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        path: Path,
        *,
        stamp: Callable[[], object],
        load: Callable[[], T],
        every_s: float,
        clock: Callable[[], float],
    ) -> None:
        self.path = path
        self._stamp, self._load, self._every_s, self._clock = stamp, load, every_s, clock
        self._lock = threading.Lock()
        self._value: T | None = None
        self._seen: object = None
        self._looked = float("-inf")
        self._trouble: AcctError | None = None
        self.loads = 0
        """How often it was read and found good."""

    def get(self) -> T:
        """What it says now, or said when it was last good.

        Raises:
            AcctError: It has never been usable.
        """
        if self._value is None or self._clock() - self._looked >= self._every_s:
            self._look()
        if self._value is None:
            raise self._trouble or AcctError(f"{self.path} was never read")
        return self._value

    def trouble(self) -> str:
        """Why the content is not the newest; empty when all is well."""
        trouble = self._trouble
        if trouble is None:
            return ""
        return f"{trouble}" if self._value is None else f"{trouble}; the last good one stays in use"

    def again(self) -> None:
        """Look for changes at the next question, however soon it comes."""
        self._looked = float("-inf")

    def _look(self) -> None:
        """One thread reads; the others wait only if there is nothing yet."""
        if not self._lock.acquire(blocking=self._value is None):
            return
        try:
            if self._value is None or self._clock() - self._looked >= self._every_s:
                self._refresh()
                self._looked = self._clock()
        finally:
            self._lock.release()

    def _refresh(self) -> None:
        try:
            stamp = self._stamp()
            if stamp == self._seen and self._value is not None and self._trouble is None:
                return
            value = self._load()
        except OSError as error:
            where = error.filename or self.path
            self._note(AcctError(f"cannot read {where}: {error.strerror}", hint=_HINT))
        except AcctError as error:
            self._note(error)
        else:
            self._value, self._seen, self._trouble = value, stamp, None
            self.loads += 1

    def _note(self, trouble: AcctError) -> None:
        if str(trouble) != str(self._trouble):
            log.warning("%s", trouble)
        self._trouble = trouble


_HINT = "check [trust] in acct.toml and the file's permissions"
