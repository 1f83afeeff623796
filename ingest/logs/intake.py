"""The way in of logs: pieces of files become rows, and lines that failed, in one transaction."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import duckdb
from duckdb import DuckDBPyConnection

from appliance.errors import AcctError, Problem, first_line
from appliance.repository import Loaded, LogPiece
from appliance.resources import text
from appliance.store import Store, TooLargeError, now
from ingest.item import ACCEPTED
from ingest.logs import direct, loading
from ingest.logs.coming import Coming, Readers
from ingest.logs.format import LogFormat
from ingest.logs.ledger import amend_file, counted, write_files
from ingest.logs.piece import Piece, Read, opened
from ingest.logs.progress import write_reaches
from ingest.logs.stage import Stage, formats
from ingest.logs.staging import staged
from ingest.messages import Numbers, Texts, write
from ingest.shares import packed, texts

_WORKERS = 2

log = logging.getLogger(__name__)


class LogIntake:
    """Takes pieces in, a batch at a time; any thread may call it.

    Args:
        store: The open store.
        numbers: Those of the store's messages.
    """

    def __init__(self, store: Store, numbers: Numbers) -> None:
        self._store = store
        self._numbers = numbers
        self._busy = threading.RLock()
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="logs")
        self._readers = Readers()
        self._stage = Stage(store)
        self._ready = self._workers.submit(self._stage.prepare)
        self._not_plain: set[tuple[str, str]] = set()
        """Formats and layouts of batches that had to be staged."""

    def begin(self, piece: LogPiece) -> Coming:
        """Have a piece read and compressed meanwhile.

        Raises:
            UsageError: No such format.
        """
        return self._readers.begin(piece)

    def take_in(self, pieces: Sequence[LogPiece]) -> Loaded:
        """Load pieces; durable when it returns.

        Raises:
            UsageError: No such format or time zone.
            AcctError: The fault is ours (disk full): nothing was taken in.
        """
        return self.take([self.begin(piece) for piece in pieces])

    def take(self, coming: Sequence[Coming]) -> Loaded:
        """The same of pieces that were begun."""
        with self._busy:
            self._be_ready()
            first = self._numbers.take(len(coming))
            return counted(self._take(list(enumerate(coming, first))))

    def _take(self, numbered: Sequence[tuple[int, Coming]]) -> list[Piece]:
        """Load pieces together; what harms one of them harms no other."""
        found = [opened(number, one, one.read.result()) for number, one in numbered]
        with self._store.cursor() as cursor:
            self._mark_known(cursor, found)
        fresh = [one for one in found if one.item.state == ACCEPTED]
        coming = dict(numbered)
        try:
            if not self._directly(found, fresh, coming):
                self._stage.take(fresh, self._workers)
                self._commit(found, fresh, coming)
        except TooLargeError:
            if len(numbered) == 1:
                raise
        except AcctError:
            raise
        except (duckdb.Error, UnicodeDecodeError) as error:
            if len(numbered) == 1:
                self._refuse(found[0], error)
                return found
        else:
            return found
        finally:
            self._stage.clear(fresh)
        return [one for alone in numbered for one in self._take([alone])]

    def _refuse(self, one: Piece, error: Exception) -> None:
        """Keep a piece whole that the database will not read: no line should ever bring that."""
        log.exception("%s: message %d cannot be loaded", one.piece.name, one.item.number)
        one.item.refuse(Problem("DBR", f"the store refuses it: {first_line(error)}"))
        with self._store.transaction() as cursor:
            write(cursor, [one.item], [packed([one.item])])
            write_reaches(cursor, [one.piece])

    def retake(self, number: int, piece: LogPiece) -> Loaded:
        """Judge lines of an earlier piece again; durable when it returns.

        Args:
            number: The message that they came in.
            piece: It, with nothing but these lines: each where it stood, the others blank.
        """
        with self._busy:
            one = opened(number, piece, Read.of(piece))
            with self._staged([one], now()) as folding, self._store.transaction() as cursor:
                cursor.execute("DELETE FROM store.rejected_lines WHERE message_id = ?", [number])
                self._load(cursor, [one], folding)
                one.counts.reasons.pop("blank", None)
                amend_file(cursor, one)
        return counted([one])

    def replay(self, numbered: Sequence[tuple[int, LogPiece]], at: datetime) -> None:
        """Load the lines of pieces that were taken in before; nothing is written of the messages.

        Args:
            numbered: The pieces, and the numbers of their messages.
            at: Lines are judged as of then.
        """
        with self._busy:
            found = [opened(number, piece, Read.of(piece)) for number, piece in numbered]
            with self._staged(found, at) as folding, self._store.transaction() as cursor:
                self._load(cursor, found, folding)

    @contextmanager
    def _staged(self, found: Sequence[Piece], at: datetime) -> Iterator[Sequence[LogFormat]]:
        """Lines of earlier pieces, staged and folded; the formats in which some had to be."""
        self._be_ready()
        try:
            self._stage.take(found, self._workers, at)
            yield self._stage.fold(found)
        finally:
            self._stage.clear(found)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is taken in meanwhile: whoever hands in pieces waits."""
        with self._busy:
            yield

    def close(self) -> None:
        """Let the workers go; waits for the pieces under way."""
        with self._busy:
            self._workers.shutdown()
            self._readers.close()

    def _be_ready(self) -> None:
        """Wait for what formats are read by; where making it failed, try again."""
        if self._ready.exception():
            self._ready = self._workers.submit(self._stage.prepare)
        self._ready.result()

    def _mark_known(self, cursor: DuckDBPyConnection, found: Sequence[Piece]) -> None:
        """Content that was loaded before, and read in the same way, adds nothing."""
        rows = cursor.execute(
            "SELECT m.sha256, m.kind, l.site, l.machine_name, l.parallel, l.timezone, "
            "l.as_apel "
            "FROM store.messages AS m JOIN store.log_files AS l USING (message_id) "
            "WHERE m.sha256 IN (SELECT unnest($1::VARCHAR[]))",
            [[one.item.sha256 for one in found]],
        ).fetchall()
        known = set(rows)
        for one in found:
            read = one.piece
            key = (one.item.sha256, read.format, read.site, read.machine_name, read.parallel,
                   read.timezone, read.as_apel)  # fmt: skip
            if key in known:
                one.item.repeats(None)
            known.add(key)

    def _directly(
        self, found: Sequence[Piece], fresh: Sequence[Piece], coming: Mapping[int, Coming]
    ) -> bool:
        """Load a batch without staging it; whether that could be done."""
        with self._store.cursor() as cursor:
            if not direct.is_fit(cursor, fresh):
                return False
        alike = fresh[0].piece.format, fresh[0].piece.layout
        if alike in self._not_plain:
            return False
        try:
            with self._store.transaction() as cursor:
                direct.load(cursor, fresh, now(), self._store.config.work, self._workers)
                _note_due(cursor, [(one.item.number, None) for one in fresh])
                _write(cursor, found, fresh, coming)
        except (direct.NotPlainError, duckdb.Error, UnicodeDecodeError):  # staging tells them apart
            self._not_plain.add(alike)
            return False
        return True

    def _commit(
        self, found: Sequence[Piece], fresh: Sequence[Piece], coming: Mapping[int, Coming]
    ) -> None:
        folding = self._stage.fold(fresh)
        with self._store.transaction() as cursor:
            self._load(cursor, fresh, folding)
            _write(cursor, found, fresh, coming)

    def _load(
        self, cursor: DuckDBPyConnection, fresh: Sequence[Piece], folding: Sequence[LogFormat]
    ) -> None:
        """What is staged, in the caller's transaction."""
        counts = {one.item.number: one.counts for one in fresh}
        for made in folding:
            if made.complete:
                told = cursor.execute(text("ingest", f"sql/{made.complete}.sql")).fetchall()
                _note_due(cursor, told)
        for made in formats(fresh):
            for number, found in loading.count(cursor, staged(made)).items():
                counts[number].become(found)
            loading.load(cursor, made, counts)
            odd = {o.item.number: o.lines.odd for o in fresh if o.piece.format == made.name}
            loading.reject(cursor, made.kind, staged(made), odd)
        _note_due(cursor, [(number, None) for number in counts])


def _write(
    cursor: DuckDBPyConnection,
    found: Sequence[Piece],
    fresh: Sequence[Piece],
    coming: Mapping[int, Coming],
) -> None:
    """What is known of the pieces of a batch, beside the rows of those that are fresh."""
    for one in fresh:
        one.counts.go_on(one.lines.continued)
        one.item.records = one.counts.records
    write(cursor, [one.item for one in found], _kept(found, coming))
    write_files(cursor, fresh)
    write_reaches(cursor, [one.piece for one in found])


def _kept(found: Sequence[Piece], coming: Mapping[int, Coming]) -> Iterator[Texts]:
    """The texts that are kept, compressed, as many together as one statement writes."""
    for items in texts([one.item for one in found]):
        yield [(item.number, coming[item.number].packed.result()) for item in items]


def _note_due(cursor: DuckDBPyConnection, lines: Sequence[tuple[int, int | None]]) -> None:
    """Lines, or (no line) whole pieces, are to be joined."""
    cursor.execute(
        "INSERT INTO store.logs_due SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])",
        [[message for message, _ in lines], [line for _, line in lines]],
    )
