"""Who may send and who may not: files with one DN a line. Source: transport sheet 3.6."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import AcctError
from ingest.security.names import normalised
from ingest.security.refusal import printable
from ingest.security.watched import Watched

EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class DnList:
    """The usable lines, and what is wrong with the others."""

    names: frozenset[str]
    warnings: tuple[str, ...] = ()

    def has(self, spellings: frozenset[str]) -> bool:
        """Whether one of the spellings of a name is listed; case counts."""
        return not self.names.isdisjoint(spellings)


def read_list(path: Path) -> DnList:
    """The list in a file.

    Raises:
        OSError: It cannot be read.
    """
    names, warnings = [], []
    lines = path.read_bytes().decode("utf-8-sig", "surrogateescape").split("\n")
    for number, line in enumerate(lines, 1):
        entry = line.strip()
        if entry.startswith("/"):
            names.append(normalised(entry))
        elif entry and not entry.startswith("#"):
            what = printable(entry, 60)
            warnings.append(f"{path}, line {number}: {what} is no DN, it must start with /")
    return DnList(frozenset(names), tuple(warnings))


def watched_list(path: Path, clock: Callable[[], float] = time.monotonic) -> Watched[DnList]:
    """The list, read again within 10 s of a change; the last good one outlives an empty file."""
    good: list[DnList] = []

    def load() -> DnList:
        found = read_list(path)
        if found.names:
            good[:] = [found]
        elif good:
            raise AcctError(f"{path} has become empty", hint="put one DN a line into it")
        return found

    def stamp() -> object:
        status = path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino

    return Watched(path, stamp=stamp, load=load, every_s=EVERY_S, clock=clock)
