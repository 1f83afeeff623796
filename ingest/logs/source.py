"""The followed logs of one `[[logs]]` entry as something that the service takes from in turn."""

import logging
import os
import time
from collections.abc import Callable, Collection, Sequence
from glob import escape
from pathlib import Path

from appliance.config import Config, Logs
from appliance.errors import UsageError
from appliance.repository import LogPiece, Reach
from appliance.store import Store
from ingest.logs import faults, progress, zones
from ingest.logs.catalogue import by_name
from ingest.logs.entries import whose
from ingest.logs.following import Follower
from ingest.logs.listing import folders
from ingest.spool.watch import Alarm, Watch

_SOONEST_S = 0.3
"""Files that grow all the time are looked at no more often: 10,000 are listed in 0.1 s."""
_FORGET_EVERY_S = 86_400.0

log = logging.getLogger(__name__)


def pattern(config: Config, logs: Logs) -> str:
    """The absolute pattern of an entry."""
    return str(Path(escape(str(config.data)), Path(logs.path).expanduser()))


def like(config: Config, logs: Logs) -> LogPiece:
    """How the files of an entry are read.

    Raises:
        UsageError: An entry that cannot be followed: no path, no such zone or fault, no site.
    """
    where = f"[[logs]] {logs.path or logs.format}"
    if not logs.path:
        raise UsageError(f"{where}: no path", hint="path = a file pattern")
    try:
        as_apel = faults.chosen(by_name(logs.format), logs.as_apel)
        zones.check(logs.timezone)
    except UsageError as error:
        raise UsageError(f"{where}: {error.args[0]}", hint=error.hint) from None
    site, machine = whose(config, logs, where)
    return LogPiece(
        "", b"", 0.0, logs.format, site, machine, parallel=logs.parallel, timezone=logs.timezone,
        as_apel=as_apel,
    )  # fmt: skip


class LogSource:
    """Watches a pattern, and gives what is new in its files.

    Raises:
        UsageError: See `like`.
    """

    def __init__(self, config: Config, logs: Logs, store: Store) -> None:
        self.path = Path(pattern(config, logs))
        self.name = f"logs:{self.path}"
        self._store = store
        said = like(config, logs)
        self._reading = said.reading
        self._follower = Follower(str(self.path), said, self._reaches, self._note)
        self._due = True
        self._wake: Callable[[], None] = lambda: None
        self._alarm = Alarm(self._ring, config.service.rescan_s)
        self._watch = Watch(self, self._alarm.within, growing=True)
        self._watching = False
        self._soonest_s = _SOONEST_S
        self._forget_at = 0.0

    def start(self, wake: Callable[[], None]) -> None:
        """Watch; `wake` is called from other threads, and every `rescan_s` anyway."""
        self._wake = wake
        self._due = True
        self._alarm.start()
        self._watch.start()
        self._watching = True

    def take(self, most_bytes: int) -> list[LogPiece]:
        """What is new, if anything may be: see `Follower.take`."""
        if self._follower.is_done:
            if not self._due and time.time() < self._follower.memory.again_at:
                return []
            self._due = False
        begun = time.monotonic()
        found = self._follower.take(most_bytes)
        if not found:
            self._soonest_s = max(_SOONEST_S, 10 * (time.monotonic() - begun))
            self._forget()
        return found

    def settle(self) -> None:
        """The pieces are in the store."""
        self._follower.settle()

    def release(self) -> None:
        """The pieces are not in the store: they are read again."""
        self._follower.release()
        self._due = True

    @property
    def is_pending(self) -> bool:
        """Files are looked at in the turn itself."""
        return False

    def depth(self) -> int:
        """Files with something that is not read, as far as was looked."""
        return self._follower.memory.waiting

    def state(self) -> str:
        """One line for status."""
        if not self._watching:
            return "not started"
        memory = self._follower.memory
        problems = memory.problems
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            return f"{problems[0]}{more}"
        anew = self._follower.begun_anew
        told = f", {anew} shrank or were replaced" if anew else ""
        return (
            f"watching {memory.files} files: {self._follower.lines:,} lines read, "
            f"{memory.behind:,} bytes behind{told}"
        )

    def figures(self) -> dict[str, object]:
        """More for status."""
        memory = self._follower.memory
        return {
            "files": memory.files,
            "lines": self._follower.lines,
            "bytes_behind": memory.behind,
            "begun_anew": self._follower.begun_anew,
            "problems": memory.problems,
        }

    @property
    def problems(self) -> list[str]:
        """Why files cannot be read."""
        return self._follower.memory.problems

    def stop(self) -> None:
        """Stop watching; what is not settled is read again next time."""
        self._watching = False
        self._watch.stop()
        self._alarm.stop()
        self._follower.release()

    def folders(self) -> Sequence[Path]:
        """Where files of the pattern appear."""
        return sorted(folders(str(self.path)))

    def noticed(self, name: str, *, moved_in: bool) -> float | None:  # noqa: ARG002 # as spools
        """Something appeared or grew: look, but let what is written at once be read at once."""
        return None if name.startswith(".") else self._soonest_s

    def _ring(self) -> None:
        self._due = True
        self._watch.follow()
        self._wake()

    def _forget(self) -> None:
        """Once a day, forget files that are no more: where others of theirs are, lest a file system
        that is not there for a while looks like it.
        """
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + _FORGET_EVERY_S
        there = {os.path.dirname(path) for path in self._follower.memory.seen}  # noqa: PTH120
        with self._store.transaction() as cursor:
            gone = progress.forget(cursor, self._reading, lambda path: _is_gone(path, there))
        if gone:
            log.info("%s: %d files that were read are no more", self.name, gone)

    def _reaches(self, heads: Sequence[str]) -> list[Reach]:
        with self._store.cursor() as cursor:
            return progress.reaches(cursor, self._reading, heads)

    def _note(self, steps: Sequence[progress.Step]) -> None:
        with self._store.transaction() as cursor:
            progress.write(cursor, self._reading, steps)


def _is_gone(path: str, there: Collection[str]) -> bool:
    """Whether a file is no more, given the folders that have files; of an odd name nobody knows."""
    folder, _ = os.path.split(path)  # of many
    return folder in there and "\\" not in path and not os.path.lexists(path)


def log_sources(config: Config, store: Store) -> list[LogSource]:
    """The logs that a configuration names.

    Raises:
        UsageError: An entry that cannot be followed.
    """
    return [LogSource(config, logs, store) for logs in config.logs]
