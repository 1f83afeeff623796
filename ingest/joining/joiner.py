"""The joiner: makes the jobs of what is due, a transaction a pass."""

import threading

from duckdb import DuckDBPyConnection

from appliance.resources import text
from appliance.store import Store, now
from ingest import fqan
from ingest.joining import levels, writing
from ingest.joining.due import Hosts, Lines, all_due, is_due, is_other, next_due
from ingest.joining.settings import Settings
from ingest.joining.writing import Within

_STAGED = ("join_lines", "join_events", "join_months", "join_elsewhere", "join_accounts",
           "join_speeds", "join_pairs", "join_fqans", "join_same", "joins")  # fmt: skip
"""What a pass fills, and leaves empty."""


class Joiner:
    """Joins events with gatekeepers' lines and benchmarks; any thread may call it.

    Raises:
        UsageError: The section [join] says what cannot be.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._settings = Settings.of(store.config.join)
        self._scaled = {"scaled": self._settings.join.scale}
        self._busy = threading.RLock()
        with store.cursor() as cursor:
            cursor.execute(text("ingest", "sql/join_tables.sql"))
            self._settings.stage(cursor)

    def join(self, *, everything: bool = False) -> int:
        """Join what is due; durable when it returns.

        Args:
            everything: Join all events anew.

        Returns:
            How many events were looked at.
        """
        if not everything and not is_due(self._store):
            return 0
        with self._busy, self._store.writing:  # nothing may come between the two halves of a pass
            done = 0
            while True:
                with self._store.transaction() as cursor:
                    if everything or is_other(cursor, self._settings):
                        self._all_anew(cursor)
                        everything = False
                    due = next_due(cursor)
                if due is None:
                    return done
                done += self._pass(due)

    def _all_anew(self, cursor: DuckDBPyConnection) -> None:
        """Have all events joined, by the settings that there are now."""
        all_due(cursor)
        cursor.execute("DELETE FROM store.join_settings")
        digest = self._settings.digest()
        cursor.execute("INSERT INTO store.join_settings VALUES (?)", [digest])

    def _pass(self, due: Lines | Hosts) -> int:
        """Stage what becomes of the events, then write it."""
        try:
            with self._store.cursor() as cursor:
                within = self._stage(cursor, due)
            with self._store.transaction() as cursor:
                looked_at = self._write(cursor, due, within) if within else 0
                due.done(cursor)
            return looked_at
        finally:
            with self._store.cursor() as cursor:
                for name in _STAGED:
                    cursor.execute(f"TRUNCATE stage.{name}")

    def _stage(self, cursor: DuckDBPyConnection, due: Lines | Hosts) -> Within | None:
        due.events(cursor, self._settings)
        within = _within(cursor)
        if within and _has_ads(cursor):
            within = self._pair(cursor, within)
        if within and self._has_chance(cursor, within):
            self._match(cursor, within)
        return within

    def _has_chance(self, cursor: DuckDBPyConnection, within: Within) -> bool:
        """Whether any of the events may become a job."""
        if self._settings.join.local_jobs or self._settings.join.map:
            return True
        near = {"near": self._settings.near}
        return bool(
            cursor.execute(text("ingest", "sql/join_chance.sql"), within | near).fetchall()[0][0]
        )

    def _match(self, cursor: DuckDBPyConnection, within: Within) -> None:
        """Stage what becomes of the events, and which of their jobs stand so already."""
        if self._settings.join.host:
            cursor.execute(text("ingest", "sql/join_elsewhere.sql"))
        if self._settings.join.map:
            cursor.execute(text("ingest", "sql/join_accounts.sql"))
        if self._settings.join.factor:
            cursor.execute(text("ingest", "sql/join_speeds.sql"), within)
        _stage_fqans(cursor)
        cursor.execute(levels.spans())
        cursor.execute(
            self._settings.same_id(text("ingest", "sql/join_match.sql")),
            self._settings.matching() | within,
        )
        if writing.has(cursor, within, writing.JOINED):
            made = writing.same(**self._settings.scaling())
            cursor.execute(made, within | self._scaled)

    def _pair(self, cursor: DuckDBPyConnection, within: Within) -> Within | None:
        """Stage which events stand for the same jobs, and those of them that were not asked for."""
        near = {"near": self._settings.near}
        cursor.execute(text("ingest", "sql/join_paired.sql"), within | near)
        whole = _within(cursor)
        if whole:
            early = {"early": self._settings.matching()["early"]}
            cursor.execute(text("ingest", "sql/join_pairs.sql"), whole | early)
        return whole

    def _write(self, cursor: DuckDBPyConnection, due: Lines | Hosts, within: Within) -> int:
        if writing.has(cursor, within, writing.JOINED):
            writing.take_away(cursor, within)
        if writing.is_new(cursor):
            at, beside = now(), writing.has(cursor, within, writing.RECEIVED)
            made = writing.insert(**self._settings.scaling(), beside=beside)
            cursor.execute(made, within | self._scaled | {"at": at})
            cursor.execute(writing.mark_due("joined_at = $at::TIMESTAMP_S"), within | {"at": at})
        return writing.account(cursor, within, moved=due.moved)


def _within(cursor: DuckDBPyConnection) -> Within | None:
    """When the staged events ended; None: there are none."""
    cursor.execute("TRUNCATE stage.join_months")
    cursor.execute(text("ingest", "sql/join_months.sql"))
    [(first, last)] = cursor.execute(
        "SELECT min(first), max(last) FROM stage.join_months"
    ).fetchall()
    return {"first": first, "last": last} if first else None


def _has_ads(cursor: DuckDBPyConnection) -> bool:
    """Whether CEs have told of jobs of batch systems."""
    asked = "SELECT 1 FROM store.events WHERE batch_job IS NOT NULL LIMIT 1"
    return bool(cursor.execute(asked).fetchall())


def _stage_fqans(cursor: DuckDBPyConnection) -> None:
    """What the FQANs of events say."""
    found = cursor.execute(
        "SELECT fqan FROM stage.join_here() WHERE fqan IS NOT NULL "
        "UNION SELECT fqan FROM stage.join_pairs WHERE fqan IS NOT NULL"
    ).fetchall()
    if found:
        rows = [(name, *fqan.parse(name)) for (name,) in found]
        cursor.execute(
            "INSERT INTO stage.join_fqans SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), "
            "unnest($3::VARCHAR[]), unnest($4::VARCHAR[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
