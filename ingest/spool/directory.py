"""The layout `directory`: plain files with any name, finished when they are 2 s old.

Transport sheet, 1.4. There are no locks, so one consumer only. A writer who wants no delay moves
the finished file in: the watch sees that, and the file is taken at once.
"""

import contextlib
import os
import stat
import time
from pathlib import Path
from uuid import uuid4

from ingest.spool import files
from ingest.spool.layout import OVERSIZE, Element, Listing
from ingest.spool.names import printable_name
from ingest.spool.oddities import Oddities, log
from ingest.spool.tidy import DAY_S, older_than

FINISHED_S = 2.0
"""Nobody writes for so long in the middle of a file: transport sheet, 1.4."""
_LEAVING = ".acct-leaving-"
_WRITING = ".acct-writing"


class Directory:
    """Plain files."""

    def __init__(self, path: Path, archive: Path | None = None) -> None:
        self.path = path
        self._archive = archive
        self._moved_in: set[str] = set()
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}
        """Of each young file its state, and since when (monotonic) it has been so."""
        self.oddities = Oddities(path)

    def waiting(self) -> Listing:
        """The finished files, oldest first."""
        finished, seen, waits, present = [], {}, [], set()
        with os.scandir(self.path) as entries:
            for entry in entries:
                present.add(entry.name)
                if (found := self._regular(entry)) is None:
                    continue
                wait_s = self._wait_s(entry.name, found)
                if wait_s <= 0:
                    finished.append((found.st_mtime_ns, entry.name))
                else:
                    waits.append(wait_s)
                    seen[entry.name] = self._seen[entry.name]
        self._seen = seen
        self._moved_in &= present
        self.oddities.keep_only(present)
        finished.sort()
        return Listing([name for _, name in finished], len(waits), min(waits, default=None))

    def _regular(self, entry: os.DirEntry[str]) -> os.stat_result | None:
        """What we know of a file that may be a message."""
        if entry.name.startswith("."):
            return None
        with contextlib.suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False):
                return entry.stat(follow_symlinks=False)
            if not entry.is_dir(follow_symlinks=False):
                self.oddities.note(entry.name, "is no regular file")
        return None

    def _wait_s(self, name: str, found: os.stat_result) -> float:
        """Until it counts as finished: by its own time, or unchanged before our eyes.

        The second is for files whose time is in the future.
        """
        age_s = time.time() - found.st_mtime
        if age_s >= FINISHED_S or name in self._moved_in:
            return 0.0
        state, now = (found.st_mtime_ns, found.st_size), time.monotonic()
        known, since = self._seen.get(name, (None, now))
        if known != state:
            since = now
        self._seen[name] = (state, since)
        return FINISHED_S - max(age_s, now - since)

    def count(self) -> int:
        """How many files there are."""
        with os.scandir(self.path) as entries:
            return sum(
                not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
                for entry in entries
            )

    def take(self, name: str, most: int) -> Element | None:
        """Read a finished file, unless somebody has it open for writing."""
        try:
            descriptor = files.open_regular(f"{self.path}/{name}")
        except FileNotFoundError:
            log.info("gone before it was read: %s/%s", self.path, printable_name(name))
            return None
        try:
            if files.being_written(descriptor):
                return None
            found = os.fstat(descriptor)
            body = files.read_start(descriptor, found.st_size, most)
        finally:
            os.close(descriptor)
        received_at = min(found.st_mtime, time.time())
        size = max(found.st_size, len(body))
        return Element(name, body, size, received_at, identity=_identity(found))

    def keep(self, element: Element) -> None:
        """Nothing: there is no lock that could be broken."""

    def give_back(self, element: Element) -> None:
        """Nothing: there is no lock."""

    def finish(self, element: Element) -> None:
        """Move the file to the archive, under its name if that is free; else unlink it."""
        if self._archive is None:
            self.remove(element)
        else:
            self._move(element, self._archive)

    def remove(self, element: Element) -> None:
        """Unlink the file."""
        if (leaving := self._withdraw(element)) is not None:
            leaving.unlink()

    def set_aside(self, element: Element) -> Path:
        """Move the file to `oversize/`, under its name if that is free."""
        return self._move(element, self.path / OVERSIZE)

    def _move(self, element: Element, folder: Path) -> Path:
        if (leaving := self._withdraw(element)) is None:
            return self.path / element.name
        try:
            return files.move_beside(leaving, folder, element.name)
        except OSError:
            files.move_beside(leaving, self.path, element.name)
            raise

    def _withdraw(self, element: Element) -> Path | None:
        """Take the file's name away: None if it is now another file, which stays.

        A sender may use a name again before we are done with it. Only a rename tells which of
        the two files we hold, and the rename stays in this folder because the watch cannot
        report anything for half a second after one that leaves it.
        """
        leaving = self.path / f"{_LEAVING}{uuid4().hex}"
        try:
            (self.path / element.name).rename(leaving)
        except FileNotFoundError:
            log.info("gone before it was settled: %s/%s", self.path, printable_name(element.name))
            return None
        self._moved_in.discard(element.name)
        if _identity(leaving.lstat()) == element.identity:
            return leaving
        files.move_beside(leaving, self.path, element.name)
        return None

    def purge(self) -> None:
        """Put back what a crash left half removed (at worst a duplicate); clear old parts."""
        for leaving in self.path.glob(f"{_LEAVING}*"):
            files.move_beside(leaving, self.path, f"recovered-{uuid4().hex}")
        for part in self.path.glob(f"{_WRITING}/*"):
            if older_than(part, DAY_S):
                part.unlink(missing_ok=True)

    def add(self, body: bytes, signer: str = "", empaid: str = "") -> str:  # noqa: ARG002
        """Write a file, named by a random UUID; the layout has no place for the two fields."""
        writing = self.path / _WRITING
        writing.mkdir(parents=True, exist_ok=True)
        name = str(uuid4())
        files.write_durably(writing / name, body)
        (writing / name).rename(self.path / name)
        files.sync_folder(self.path)
        return name

    def folders(self) -> list[Path]:
        """The directory itself."""
        return [self.path]

    def noticed(self, name: str, *, moved_in: bool) -> float | None:
        """A file that was moved in is finished; another one is when nobody writes for 2 s."""
        if name.startswith("."):
            return None
        if moved_in:
            self._moved_in.add(name)
        return 0.0 if moved_in else FINISHED_S


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """What tells one file from another of the same name, and from itself with more in it."""
    kind = stat.S_IFMT(found.st_mode)
    return (found.st_dev, found.st_ino, kind, found.st_size, found.st_mtime_ns)
