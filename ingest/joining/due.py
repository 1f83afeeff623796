"""What is due to be joined."""

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.resources import text
from appliance.store import Store
from ingest.joining.settings import Settings

_RECORDS_AT_ONCE = 1_000_000
"""Lines whose events are joined in one transaction."""


def is_due(store: Store) -> bool:
    """Whether there is anything to join."""
    with store.cursor() as cursor:
        return bool(
            cursor.execute(
                "SELECT 1 FROM store.logs_due UNION ALL SELECT 1 FROM store.join_due LIMIT 1"
            ).fetchall()
            or is_other(cursor, Settings.of(store.config.join))
        )


def is_other(cursor: DuckDBPyConnection, settings: Settings) -> bool:
    """Whether events were joined by other settings, or never."""
    known = cursor.execute("SELECT digest FROM store.join_settings").fetchall()
    if known == [(settings.digest(),)]:
        return False
    return bool(cursor.execute("SELECT 1 FROM store.events LIMIT 1").fetchall()) or bool(known)


def all_due(cursor: DuckDBPyConnection) -> None:
    """Have every event joined anew, in the caller's transaction."""
    cursor.execute("DELETE FROM store.logs_due")
    cursor.execute("INSERT INTO store.logs_due SELECT DISTINCT message_id, NULL FROM store.events")


@dataclass(frozen=True, slots=True)
class Lines:
    """Pieces of logs whose lines are joined together."""

    messages: tuple[int, ...]
    moved: bool
    """Whether any of their records took the place of another: its line is no longer what it was."""

    def events(self, cursor: DuckDBPyConnection, settings: Settings) -> None:
        """Stage the events that they concern."""
        given = {"messages": list(self.messages)}
        cursor.execute(
            "INSERT INTO stage.join_lines SELECT message_id, line FROM store.logs_due "
            "WHERE message_id IN (SELECT unnest($messages::BIGINT[]))",
            given,
        )
        [(first, last)] = cursor.execute(
            "SELECT min(time_stamp), max(time_stamp) FROM store.gatekeeper_records "
            "WHERE message_id IN (SELECT unnest($messages::BIGINT[]))",
            given,
        ).fetchall()
        [(single,)] = cursor.execute("SELECT count(line) FROM stage.join_lines").fetchall()
        if single or first:
            span = {"first": first, "last": last, "near": settings.near}
            cursor.execute(settings.same_id(text("ingest", "sql/join_events_told.sql")), span)

    def done(self, cursor: DuckDBPyConnection) -> None:
        """Take the notes out, in the transaction of the jobs."""
        cursor.execute(
            "DELETE FROM store.logs_due WHERE message_id IN (SELECT unnest($1::BIGINT[]))",
            [list(self.messages)],
        )


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts whose benchmarks were set, for jobs that ended in a span of at most a month."""

    since: datetime
    until: datetime
    moved: bool = False

    def events(self, cursor: DuckDBPyConnection, _: Settings) -> None:
        """Stage the events that they concern."""
        span = {"since": self.since, "until": self.until}
        cursor.execute(
            text("ingest", "sql/join_events_of_hosts.sql").replace("{jobs}", _jobs_of_hosts()), span
        )

    def done(self, cursor: DuckDBPyConnection) -> None:
        """Jobs that end later are still due."""
        span = {"until": self.until}
        cursor.execute("UPDATE store.join_due SET since = $until WHERE since < $until", span)
        cursor.execute("DELETE FROM store.join_due WHERE until <= since")


def next_due(cursor: DuckDBPyConnection) -> Lines | Hosts | None:
    """What to join now; None: nothing."""
    return _lines(cursor) or _hosts(cursor)


def _lines(cursor: DuckDBPyConnection) -> Lines | None:
    rows = cursor.execute(
        "SELECT d.message_id, coalesce(l.records, 0), coalesce(l.replaced, 0) "
        "FROM (SELECT DISTINCT message_id FROM store.logs_due) AS d "
        "LEFT JOIN store.log_files AS l USING (message_id) ORDER BY d.message_id"
    ).fetchall()
    chosen, records, moved = list[int](), 0, False
    for message, held, replaced in rows:
        if chosen and records + held > _RECORDS_AT_ONCE:
            break
        chosen.append(message)
        records += held
        moved = moved or replaced > 0
    return Lines(tuple(chosen), moved) if chosen else None


def _hosts(cursor: DuckDBPyConnection) -> Hosts | None:
    """The first month that has jobs of hosts that are due; what has none is forgotten."""
    if not cursor.execute("SELECT 1 FROM store.join_due LIMIT 1").fetchall():
        return None
    [(first,)] = cursor.execute(
        f"SELECT date_trunc('month', min(end_time))::TIMESTAMP FROM ({_jobs_of_hosts()})"
    ).fetchall()
    if first is None:
        cursor.execute("DELETE FROM store.join_due")
        return None
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Hosts(first, after)


def _jobs_of_hosts() -> str:
    return text("ingest", "sql/join_jobs_of_hosts.sql")
