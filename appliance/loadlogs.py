"""`acct load --as`: log files into the repository, piece by piece, with a bar on a terminal."""

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.cli import configuration, open_repository
from appliance.errors import UsageError
from appliance.repository import Loaded, LogPiece, Repository

if TYPE_CHECKING:
    from ingest.logs.early import Early

_BAR = 30


def load_logs(files: list[Path], like: LogPiece) -> Loaded:
    """Load files of one format.

    Args:
        files: Plain or compressed.
        like: How to read them; site and machine may be left to the configuration.

    Raises:
        UsageError: An unknown format, fault or zone, no site or no machine: nothing was read.
    """
    from appliance.ahead import are_much
    from ingest.logs import faults, zones
    from ingest.logs.catalogue import by_name

    as_apel = faults.chosen(by_name(like.format), like.as_apel.split(","))
    zones.check(like.timezone)
    reading = _Reading(files, replace(at_home(like), as_apel=as_apel))
    early = reading.early()
    with (
        closing(early),
        open_repository(write=True, bulk=are_much(files), meanwhile=early.begin) as repository,
    ):
        loaded = repository.load_logs(reading.pieces(repository, early), reading.taken)
    reading.end()
    refused, known = len(reading.problems), reading.known
    return loaded + Loaded(
        messages=refused + known, rejected=refused, ignored=known, problems=tuple(reading.problems)
    )


def at_home(like: LogPiece) -> LogPiece:
    """With the site and machine of the configuration where none is given."""
    at = configuration().site
    found = replace(
        like, site=like.site or at.name, machine_name=like.machine_name or at.machine_name
    )
    if not found.site:
        raise UsageError("whose log is this?", hint="--site, or site.name in acct.toml")
    if not found.machine_name:
        hint = "--machine-name, or site.machine_name in acct.toml"
        raise UsageError("which batch host wrote this log?", hint=hint)
    return found


@dataclass
class _Reading:
    """Files on their way in; one that cannot be read stops no other."""

    files: list[Path]
    like: LogPiece
    problems: list[str] = field(default_factory=list)
    known: int = 0
    """Files of which every line was read before, here or by the service that follows them."""
    _done: int = 0
    """Bytes of the files before."""
    _read: int = 0
    _ends: deque[int] = field(default_factory=deque)
    """How far the files were read for each piece that is on its way."""

    def early(self) -> "Early":
        """Reads the first file before there is a repository."""
        from ingest.logs.early import Early

        return Early(self.files[:1], self.like, self._have_read)

    def pieces(self, repository: Repository, early: "Early") -> Iterator[LogPiece]:
        """All pieces of all files that the repository does not know."""
        from ingest.logs.known import UnreadableFileError

        self._show(0)
        for file in self.files:
            try:
                for piece in self._of(file, repository, early):
                    self._ends.append(self._done + self._read)
                    yield piece
            except UnreadableFileError as error:
                self.problems.append(str(error))
            self._done += file.stat().st_size if file.exists() else 0
            self._read = 0

    def _of(self, path: Path, repository: Repository, early: "Early") -> Iterator[LogPiece]:
        from ingest.logs.files import pieces
        from ingest.logs.known import looked_at

        with looked_at(path, partial(repository.reaches, self.like.reading)) as file:
            replaces = file.known.mark if file.known and file.known.path == file.name else ""
            found = early.pieces(file) or pieces(
                file, self.like, replaces=replaces, progress=self._have_read
            )
            first = next(found, None)
            if first is None:
                self.known += file.known is not None
                return
            yield first
            yield from found

    def taken(self, pieces: int) -> None:
        """So many more are in the store: the bar says so."""
        ends = [self._ends.popleft() for _ in range(pieces)]
        self._show(ends[-1])

    def _have_read(self, read: int) -> None:
        self._read = read

    def _show(self, done: int) -> None:
        if sys.stderr.isatty():
            whole = max(sum(file.stat().st_size for file in self.files if file.exists()), 1)
            part = min(done / whole, 1.0)
            bar = ("█" * round(part * _BAR)).ljust(_BAR, "·")
            print(f"\r{bar} {part:4.0%}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """The line of the bar is over."""
        self._show(self._done)
        if sys.stderr.isatty():
            print(file=sys.stderr)
