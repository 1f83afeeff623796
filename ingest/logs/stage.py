"""The staging area of logs: what lines of one batch say, before anything of it is in the store."""

from collections.abc import Sequence
from concurrent.futures import Executor, wait
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.resources import text
from appliance.store import Store, now
from ingest import fqan
from ingest.handover import handed
from ingest.logs import loading, staging
from ingest.logs.catalogue import by_name
from ingest.logs.format import LogFormat, Settings
from ingest.logs.piece import Piece

_PIECES = """
CREATE TABLE stage.pieces (message BIGINT, site VARCHAR, machine_name VARCHAR)"""


class Stage:
    """Holds the pieces of one batch: whoever uses it sees to it that nobody else does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def prepare(self) -> None:
        """See the function; all of it is made, or nothing."""
        with self._store.transaction() as cursor:
            prepare(cursor)

    def take(self, fresh: Sequence[Piece], workers: Executor, at: datetime | None = None) -> None:
        """Stage pieces. None of the workers is at it any more when this returns, or raises.

        Args:
            fresh: What is not in the store yet, or is read again.
            workers: Share the work.
            at: Lines are judged as of then; None: now.
        """
        self._make_room(fresh)
        under_way = [workers.submit(self._add, one, at or now()) for one in fresh]
        wait(under_way)
        for future in under_way:
            future.result()

    def fold(self, fresh: Sequence[Piece]) -> list[LogFormat]:
        """Let lines of the batch speak together; the formats in which some have to."""
        with self._store.cursor() as cursor:
            _say_where(cursor, fresh)
            folding = [made for made in formats(fresh) if _steps(cursor, made)]
            for made in folding:
                cursor.execute(text("ingest", f"sql/{made.fold}.sql"))
            for made in formats(fresh):
                loading.read_fqans(cursor, made)
        return folding

    def clear(self, fresh: Sequence[Piece]) -> None:
        """Leave it empty."""
        with self._store.cursor() as cursor:
            for made in formats(fresh):
                cursor.execute(f"DROP TABLE IF EXISTS {staging.staged(made)}")
            cursor.execute("TRUNCATE stage.pieces")
            cursor.execute(f"TRUNCATE {staging.FQANS}")

    def _make_room(self, fresh: Sequence[Piece]) -> None:
        """Tables for what these pieces can give."""
        with self._store.cursor() as cursor:
            for made in formats(fresh):
                layouts = {one.piece.layout for one in fresh if one.piece.format == made.name}
                cursor.execute(staging.table(made, layouts))

    def _add(self, one: Piece, at: datetime) -> None:
        made, settings = by_name(one.piece.format), Settings.of(one.piece)
        number, work = one.item.number, self._store.config.work
        with (
            handed(one.lines.content, work, f"log-{number}") as given,
            self._store.cursor() as cursor,
        ):
            cursor.execute(
                staging.insert(made, settings, given.sql),
                {"lines": given.lines, "message": number, "now": at},
            )


def prepare(cursor: DuckDBPyConnection) -> None:
    """Make what formats are read by, once a process: it takes 60 ms."""
    asked = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'stage' AND table_name = 'pieces'"
    if cursor.execute(asked).fetchall():
        return
    cursor.execute(text("ingest", "sql/log_macros.sql"))
    cursor.execute(fqan.table(staging.FQANS))
    cursor.execute(_PIECES)


def formats(pieces: Sequence[Piece]) -> list[LogFormat]:
    """Those of some pieces, each once."""
    return [by_name(name) for name in dict.fromkeys(one.piece.format for one in pieces)]


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
    """Whether lines wait to be folded into others, in the batch or from earlier ones."""
    asked = f"(SELECT 1 FROM {staging.staged(made)} WHERE outcome = 'ignored step' LIMIT 1)"
    if made.keeps:
        asked += f" UNION ALL (SELECT 1 FROM store.{made.keeps} LIMIT 1)"
    return bool(made.fold and cursor.execute(asked).fetchall())
