"""The way in of logs: pieces of files become rows, and lines that failed, in one transaction."""

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from appliance.repository import Loaded, LogPiece
from appliance.resources import text
from appliance.store import Store, now
from ingest.batch import ACCEPTED, DUPLICATE, Item, compress
from ingest.envelope import Envelope
from ingest.loading import write
from ingest.logs import lines, loading, staging
from ingest.logs.catalogue import FORMATS, by_name
from ingest.logs.format import LogFormat, Settings
from ingest.logs.loading import Counts

_WORKERS = 2
_LEVEL = 1
"""Of Zstandard: logs repeat themselves; level 3 takes twice the time and saves nothing."""


@dataclass(slots=True)
class Piece:
    """A piece on its way: the message that it becomes, and what became of its lines."""

    item: Item
    piece: LogPiece
    lines: lines.Lines
    counts: Counts


_PIECES = """
CREATE TABLE IF NOT EXISTS stage.pieces (message BIGINT, site VARCHAR, machine_name VARCHAR)"""


class LogIntake:
    """Takes pieces in, a batch at a time; any thread may call it.

    Args:
        store: The open store.
        numbers: Sets message numbers aside; the first of them.
    """

    def __init__(self, store: Store, numbers: Callable[[int], int]) -> None:
        self._store = store
        self._numbers = numbers
        self._busy = threading.RLock()
        with store.cursor() as cursor:
            for made in FORMATS.values():
                cursor.execute(staging.table(made))
            cursor.execute(_PIECES)

    def take_in(self, pieces: Sequence[LogPiece]) -> Loaded:
        """Load pieces; durable when it returns.

        Raises:
            UsageError: No such format or time zone.
            AcctError: The fault is ours (disk full): nothing was taken in.
        """
        with self._busy:
            first = self._numbers(len(pieces))
            numbered = list(enumerate(pieces, first))
            with ThreadPoolExecutor(_WORKERS, thread_name_prefix="logs") as workers:
                found = list(workers.map(_opened, numbered))
                with self._store.cursor() as cursor:
                    self._mark_known(cursor, found)
                fresh = [piece for piece in found if piece.item.state == ACCEPTED]
                try:
                    list(workers.map(self._stage, fresh))
                    self._commit(found, fresh)
                finally:
                    self._clear(fresh)
        return _counted(found)

    def _mark_known(self, cursor: DuckDBPyConnection, found: Sequence[Piece]) -> None:
        """Content of the same format and machine that was loaded before adds nothing."""
        rows = cursor.execute(
            "SELECT m.sha256, m.kind, l.site, l.machine_name FROM store.messages AS m "
            "JOIN store.log_files AS l USING (message_id) "
            "WHERE m.sha256 IN (SELECT unnest($1::VARCHAR[]))",
            [[one.item.sha256 for one in found]],
        ).fetchall()
        known = set(rows)
        for one in found:
            key = one.item.sha256, one.piece.format, one.piece.site, one.piece.machine_name
            if key in known:
                one.item.repeats(None)
            known.add(key)

    def _stage(self, one: Piece) -> None:
        made, settings = by_name(one.piece.format), Settings.of(one.piece)
        given = {
            "text": one.lines.text,
            "message": one.item.number,
            "now": now(),
        }
        with self._store.cursor() as cursor:
            cursor.execute(staging.insert(made, settings), given)

    def _commit(self, found: Sequence[Piece], fresh: Sequence[Piece]) -> None:
        formats = {one.piece.format: by_name(one.piece.format) for one in fresh}.values()
        counts = {one.item.number: one.counts for one in fresh}
        with self._store.cursor() as cursor:
            _say_where(cursor, fresh)
            folding = [made for made in formats if _steps(cursor, made)]
            for made in folding:
                cursor.execute(text("ingest", f"sql/{made.fold}.sql"))
        with self._store.transaction() as cursor:
            for made in folding:
                if made.complete:
                    cursor.execute(text("ingest", f"sql/{made.complete}.sql"))
            for made in formats:
                for number, counted in loading.count(cursor, made).items():
                    counts[number].become(counted)
                loading.load(cursor, made, counts)
                odd = {o.item.number: o.lines.odd for o in fresh if o.piece.format == made.name}
                loading.reject(cursor, made, odd)
            for one in fresh:
                one.item.records = one.counts.records
            write(cursor, [one.item for one in found])
            _write_files(cursor, fresh)

    def _clear(self, fresh: Sequence[Piece]) -> None:
        with self._store.cursor() as cursor:
            for name in {one.piece.format for one in fresh}:
                cursor.execute(f"TRUNCATE {staging.staged(by_name(name))}")
            cursor.execute("TRUNCATE stage.pieces")


def _opened(numbered: tuple[int, LogPiece]) -> Piece:
    number, piece = numbered
    by_name(piece.format)
    envelope = Envelope(
        body=piece.body,
        source="log",
        source_name=piece.name,
        received_at=piece.received_at,
        require_signature=False,
    )
    item = Item(number, envelope, log_format=piece.format)
    item.sha256 = hashlib.sha256(piece.body).hexdigest()
    item.kept = compress(piece.body, _LEVEL)
    return Piece(item, piece, lines.read(piece.body), Counts())


def _say_where(cursor: DuckDBPyConnection, fresh: Sequence[Piece]) -> None:
    """What is the same of all lines of a piece."""
    columns = (
        [one.item.number for one in fresh],
        [one.piece.site for one in fresh],
        [one.piece.machine_name for one in fresh],
    )
    cursor.execute(
        "INSERT INTO stage.pieces SELECT unnest($1::BIGINT[]), unnest($2::VARCHAR[]), "
        "unnest($3::VARCHAR[])",
        list(columns),
    )


def _steps(cursor: DuckDBPyConnection, made: LogFormat) -> bool:
    """Whether lines wait to be folded into others."""
    asked = f"SELECT 1 FROM {staging.staged(made)} WHERE outcome = 'ignored step' LIMIT 1"
    return bool(made.fold and cursor.execute(asked).fetchall())


def _write_files(cursor: DuckDBPyConnection, found: Sequence[Piece]) -> None:
    for one in found:
        counts, piece = one.counts, one.piece
        row = [one.item.number, piece.first_line]
        row += [counts.records + counts.ignored + counts.failed]
        row += [counts.records, counts.ignored, counts.failed, counts.replaced]
        reasons = json.dumps(counts.reasons, sort_keys=True)
        said = [reasons, piece.site, piece.machine_name, piece.parallel, piece.timezone]
        values = [*row, *said, piece.layout]
        cursor.execute(
            f"INSERT INTO store.log_files VALUES ({', '.join('?' * len(values))})", values
        )


def _counted(found: Sequence[Piece]) -> Loaded:
    known = sum(one.item.state == DUPLICATE for one in found)
    failed = sum(one.counts.failed for one in found)
    return Loaded(
        messages=len(found),
        accepted=len(found) - known,
        rejected=failed,
        records=sum(one.counts.records for one in found),
        ignored=known,
        lines=sum(c.records + c.ignored + c.failed for c in (one.counts for one in found)),
        lines_ignored=sum(one.counts.ignored for one in found),
        lines_failed=failed,
        replaced=sum(one.counts.replaced for one in found),
        problems=tuple(
            f"{one.piece.name}: message {one.item.number}: {one.counts.failed} lines"
            for one in found
            if one.counts.failed
        ),
    )
