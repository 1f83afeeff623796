"""Putting files into a dirq `QueueSimple`: transport sheet, 1.3."""

import contextlib
import time
from pathlib import Path

from ingest.spool import files
from ingest.spool.names import new_element

GRANULARITY_S = 60
"""Of the intermediate directories' names: transport sheet, 1.3."""


class Appending:
    """The writing end of one queue; makes the queue when it is first used."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue

    def write(self, body: bytes) -> Path:
        """A durable file that is not an element yet."""
        while True:
            part = self._folder() / f"{new_element()}.tmp"
            with contextlib.suppress(FileNotFoundError, FileExistsError):  # purged, or a rival
                files.write_durably(part, body)
                return part

    def insert(self, source: Path) -> Path:
        """Link a whole file into the queue; returns where it is there.

        Raises:
            FileNotFoundError: There is no such file.
        """
        while True:
            target = self._folder() / new_element()
            try:
                files.link_or_copy(source, target)
            except FileExistsError:
                continue
            except FileNotFoundError:
                if not source.exists():
                    raise
            else:
                return target

    def _folder(self) -> Path:
        """The intermediate directory of this minute."""
        now = int(time.time())
        folder = self._queue / f"{now - now % GRANULARITY_S:08x}"
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            files.sync_folder(self._queue)
        return folder
