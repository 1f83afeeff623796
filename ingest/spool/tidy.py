"""Clearing away what nobody needs."""

import contextlib
import errno
import time
from pathlib import Path

from ingest.spool.insertion import LOCKED
from ingest.spool.oddities import log

DAY_S = 86_400.0
"""What was left half done is cleared after a day: transport sheet, 1.6."""
_CHOSEN_S = 60.0
"""An empty folder so young may just have been chosen by a writer, whose rename would fail."""


def older_than(path: Path, age_s: float) -> bool:
    """Whether it was last changed before that; a missing one was not."""
    with contextlib.suppress(FileNotFoundError):
        return time.time() - path.lstat().st_mtime > age_s
    return False


def remove_if_unused(folder: Path) -> None:
    """Remove an empty intermediate directory."""
    if older_than(folder, _CHOSEN_S):
        with contextlib.suppress(OSError):  # not empty, or gone: both are fine
            folder.rmdir()


def demolish(element: Path) -> None:
    """Delete an element directory that has left its queue, with the files in it."""
    for _ in range(10):  # a rival may put its lock into it while we clear it
        for entry in element.iterdir():
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                entry.rmdir() if entry.name == LOCKED else entry.unlink()
        try:
            element.rmdir()
        except OSError as error:
            if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                raise
        else:
            return
    log.warning("cannot empty %s; left where it is", element)
