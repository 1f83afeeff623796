"""The short way of logs: lines that are records go to their table as they are read.

To stage lines and to read them back takes a fifth of the time of a large load. So a batch is first
taken for what most are: records that nobody has told of yet. Where that turns out wrong nothing of
it stays, and it is staged.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from ingest.handover import Handed, handed
from ingest.logs import loading, staging
from ingest.logs.catalogue import by_name
from ingest.logs.format import LogFormat, Settings
from ingest.logs.piece import Counts, Piece

_LEAST_BYTES = 8 * 1024 * 1024
"""Of a batch: with less, nobody would notice."""
_MOST_PIECES = 8
"""In one statement: each takes 15 ms to plan."""
_REST = "temp.rest_of_logs"
"""Lines that are no records."""


class NotPlainError(Exception):
    """Lines of a batch speak together, or of what others have told of."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A piece, and its lines as the database gets them."""

    made: LogFormat
    one: Piece
    given: Handed

    @property
    def number(self) -> int:
        """Of its message."""
        return self.one.item.number

    @property
    def lines(self) -> str:
        """The SELECT that gives its lines."""
        return self.given.sql.replace("$lines", f"$lines{self.number}")

    @property
    def settled(self) -> dict[str, str]:
        """What is the same of all of them: columns, as SQL."""
        return {"site": f"$site{self.number}", "machine_name": f"$machine{self.number}",
                "line": "s.line"}  # fmt: skip

    @property
    def parameters(self) -> dict[str, object]:
        """What both name."""
        piece = self.one.piece
        return {f"lines{self.number}": self.given.lines, f"site{self.number}": piece.site,
                f"machine{self.number}": piece.machine_name}  # fmt: skip

    def read(self, lines: str) -> str:
        """The SELECT of what some of them say."""
        return staging.read(self.made, Settings.of(self.one.piece), lines)


def is_fit(cursor: DuckDBPyConnection, fresh: Sequence[Piece]) -> bool:
    """Whether to try it with a batch."""
    sizes = [len(one.lines.content) for one in fresh]
    if not 1 < len(sizes) <= _MOST_PIECES or sum(sizes) < _LEAST_BYTES:
        return False
    made = by_name(fresh[0].piece.format)
    if not made.is_quick or any(one.piece.format != made.name for one in fresh):
        return False
    if any(made.kind.fqan in made.gives(one.piece.layout) for one in fresh):
        return False  # those of a batch are taken apart together
    kept = f"SELECT 1 FROM store.{made.keeps} LIMIT 1"
    return not (made.keeps and cursor.execute(kept).fetchall())


def load(
    cursor: DuckDBPyConnection,
    fresh: Sequence[Piece],
    at: datetime,
    work: Path,
    workers: Executor,
) -> None:
    """Load a batch in the caller's transaction, and count what became of its lines.

    Args:
        cursor: In the transaction.
        fresh: Pieces of one format, with numbers above all that are in the store.
        at: Lines are judged as of then.
        work: Where lines may stand meanwhile.
        workers: Put them there.

    Raises:
        NotPlainError: It has to be staged; the transaction must not be committed.
    """
    made = by_name(fresh[0].piece.format)
    with ExitStack() as held:
        given = workers.map(lambda one: held.enter_context(_handed(one, work)), fresh)
        sources = [_Source(made, *each) for each in zip(fresh, given, strict=True)]
        lines = workers.map(_lines, fresh)  # meanwhile
        records = _insert(cursor, sources, at)
        rest = [s for s, n in zip(sources, lines, strict=True) if records.get(s.number, 0) < n]
        found = _keep(cursor, rest, at) if rest else {}
    for one in fresh:
        counts = found.get(one.item.number, Counts())
        counts.records = records.get(one.item.number, 0)
        one.counts.become(counts)


def _insert(
    cursor: DuckDBPyConnection, sources: Sequence[_Source], at: datetime
) -> Mapping[int, int]:
    """Bring the records in; how many there are, by message."""
    made = sources[0].made
    each = [
        f"SELECT {staging.values(made, s.one.piece.layout, s.settled)}, {s.number} "
        f"FROM ({s.read(s.lines)}) AS s WHERE outcome IS NULL"
        for s in sources
    ]
    _execute(
        cursor,
        f"INSERT INTO store.{made.table} ({', '.join(made.held)}, message_id) {_all(each)}",
        sources,
        at,
    )
    first = min(s.number for s in sources)
    if not all(cursor.execute(loading.stand_alone(made), [first]).fetchall()[0]):
        raise NotPlainError
    counted = (
        f"SELECT message_id, count(*) FROM store.{made.table} WHERE message_id >= ? GROUP BY ALL"
    )
    return dict(cursor.execute(counted, [first]).fetchall())


def _keep(
    cursor: DuckDBPyConnection, sources: Sequence[_Source], at: datetime
) -> Mapping[int, Counts]:
    """Keep the lines that failed; what became of all that are no records, by message."""
    made = sources[0].made
    each = [
        f"SELECT {s.number}::BIGINT AS message, line AS record, outcome, {staging.FAILED} AS text "
        f"FROM ({s.read(_others(s))})"
        for s in sources
    ]
    _execute(cursor, f"CREATE OR REPLACE TEMP TABLE {_REST} AS {_all(each)}", sources, at)
    found = loading.count(cursor, _REST)
    if any("step" in counts.reasons for counts in found.values()):
        raise NotPlainError
    odd = {s.number: s.one.lines.odd for s in sources}
    loading.reject(cursor, made.kind, _REST, odd)
    return found


def _others(source: _Source) -> str:
    """The SELECT of its lines that are no records."""
    held = f"SELECT line FROM store.{source.made.table} WHERE message_id = {source.number}"
    return f"SELECT line, text FROM ({source.lines}) WHERE line NOT IN ({held})"


def _execute(
    cursor: DuckDBPyConnection, statement: str, sources: Sequence[_Source], at: datetime
) -> None:
    """Of what its sources know, a statement is given what it names."""
    known = {"now": at, **{k: v for source in sources for k, v in source.parameters.items()}}
    named = set(re.findall(r"\$(\w+)", statement))
    cursor.execute(statement, {k: v for k, v in known.items() if k in named})


def _all(each: Sequence[str]) -> str:
    return " UNION ALL ".join(f"({one})" for one in each)


def _lines(one: Piece) -> int:
    content = one.lines.content
    return content.count(b"\n") + (not content.endswith(b"\n"))


def _handed(one: Piece, work: Path) -> AbstractContextManager[Handed]:
    return handed(one.lines.content, work, f"log-{one.item.number}")
