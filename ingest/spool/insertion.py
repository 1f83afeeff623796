"""Putting elements into a dirq `Queue`: transport sheet, 1.2 and 1.6."""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from ingest.spool import files
from ingest.spool.names import ELEMENT, FOLDER, new_element, private

MOST_ELEMENTS = 16_000
"""In one intermediate directory: transport sheet, 1.2."""
LOCKED, TEMPORARY, OBSOLETE = "locked", "temporary", "obsolete"


def intermediate(queue: Path) -> list[str]:
    """The intermediate directories of a queue, oldest first."""
    with os.scandir(queue) as entries:
        return sorted(
            entry.name
            for entry in entries
            if FOLDER(entry.name) and entry.is_dir(follow_symlinks=False)
        )


class Insertion:
    """The writing end of one queue; makes the queue when it is first used."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue
        self._folder, self._room, self._until = queue, 0, 0.0
        """Where to insert, how many more fit, until when (monotonic) we believe it."""

    def write(self, fields: Mapping[str, bytes]) -> Path:
        """An element that is not in the queue yet, whole and durable."""
        temporary = self._queue / TEMPORARY
        temporary.mkdir(parents=True, exist_ok=True)
        (self._queue / OBSOLETE).mkdir(exist_ok=True)
        element = temporary / private()
        element.mkdir()
        try:
            for name, value in fields.items():
                files.write_durably(element / name, value)
            files.sync_folder(element)
        except OSError:
            shutil.rmtree(element, ignore_errors=True)
            raise
        return element

    def copy(self, element: Path) -> Path:
        """As `write`, of an element on another file system."""
        fields = (entry for entry in element.iterdir() if entry.name != LOCKED)
        return self.write({entry.name: entry.read_bytes() for entry in fields})

    def insert(self, element: Path) -> Path:
        """Rename a whole element into the queue; returns where it is.

        Raises:
            FileNotFoundError: There is no such element.
        """
        while True:
            inserted = self._choose() / new_element()
            try:
                return element.rename(inserted)
            except FileNotFoundError:
                self._room = 0  # the folder was purged: choose again
                if not element.exists():
                    raise
            except OSError as error:
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise

    def _choose(self) -> Path:
        """The folder to insert into; the choice holds for a second, since others insert too."""
        now = time.monotonic()
        if self._room <= 0 or now >= self._until:
            self._folder, self._room = self._look()
            self._until = now + 1.0
        self._room -= 1
        return self._folder

    def _look(self) -> tuple[Path, int]:
        """The last folder if it holds some elements and has room, else the next: sheet, 1.2."""
        self._queue.mkdir(parents=True, exist_ok=True)
        number = 0
        if folders := intermediate(self._queue):
            last = self._queue / folders[-1]
            with contextlib.suppress(FileNotFoundError):  # purged: the next one will do
                held = sum(1 for entry in last.iterdir() if ELEMENT(entry.name))
                if 0 < held < MOST_ELEMENTS:
                    return last, MOST_ELEMENTS - held
            number = int(folders[-1], 16) + 1
        folder = self._queue / f"{number:08x}"
        folder.mkdir(exist_ok=True)
        files.sync_folder(self._queue)
        return folder, MOST_ELEMENTS
