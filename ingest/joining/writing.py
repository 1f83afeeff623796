"""The statements of a pass: what stands already, what is taken away, what is brought in."""

from datetime import datetime
from functools import cache

from duckdb import DuckDBPyConnection

from appliance.records.job import JOB
from appliance.resources import text
from appliance.tables import columns
from ingest.joining import levels

Within = dict[str, datetime]
"""When the events of a pass ended: `first`, `last`."""
JOINED, RECEIVED = "joined_at IS NOT NULL", "joined_at IS NULL"
_KEY = " AND ".join(f"t.{name} = s.{name}" for name in JOB.key)
_WITHIN = "end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S"
"""The zone maps of the time prune every search."""


def has(cursor: DuckDBPyConnection, within: Within, which: str) -> bool:
    """Whether there is any such job in this time."""
    asked = f"SELECT 1 FROM store.jobs WHERE {_WITHIN} AND {which} LIMIT 1"
    return bool(cursor.execute(asked, within).fetchall())


def take_away(cursor: DuckDBPyConnection, within: Within) -> None:
    """Remove the jobs that this pass makes otherwise, or not at all."""
    gone = (
        f"t.{JOINED} AND EXISTS (SELECT 1 FROM ({text('ingest', 'sql/join_gone.sql')}) AS s "
        f"WHERE {_KEY})"
    )
    cursor.execute(mark_due(gone), within)
    cursor.execute(f"DELETE FROM store.jobs AS t WHERE {_WITHIN} AND {gone}", within)


def is_new(cursor: DuckDBPyConnection) -> bool:
    """Whether this pass has jobs that do not stand as they are."""
    [(new,)] = cursor.execute(
        "SELECT (SELECT count(*) FROM stage.joins WHERE kind <> 'none') "
        "> (SELECT count(*) FROM stage.join_same)"
    ).fetchall()
    return bool(new)


@cache
def insert(scale_by: str, *, speeds: bool, beside: bool) -> str:
    """The statement that brings the jobs in.

    Args:
        scale_by, speeds: See `levels.jobs`.
        beside: There are jobs that were received: what was joined stands behind them.
    """
    names = [*columns(JOB), "message_id"]
    unless = (
        f" AND NOT EXISTS (SELECT 1 FROM store.jobs AS t WHERE {_WITHIN} AND {_KEY} "
        f"AND t.{RECEIVED} AND t.site IN (SELECT site FROM stage.joins))"
    )
    return (
        f"INSERT INTO store.jobs ({', '.join(names)}, joined_at) "
        f"SELECT {', '.join(names)}, $at::TIMESTAMP_S "
        f"FROM ({levels.jobs(scale_by, speeds=speeds)}) AS s "
        "WHERE NOT EXISTS (SELECT 1 FROM stage.join_same AS a WHERE a.message_id = s.message_id "
        f"AND a.line = s.line){unless if beside else ''}"
    )


@cache
def same(scale_by: str, *, speeds: bool) -> str:
    """The statement that notes which jobs stand as they would be made."""
    said = [*columns(JOB), "message_id"]
    return (
        text("ingest", "sql/join_same.sql")
        .replace("{columns}", ", ".join(said))
        .replace("{stored}", ", ".join(f"t.{name}" for name in said))
        .replace("{jobs}", levels.jobs(scale_by, speeds=speeds))
    )


def mark_due(which: str) -> str:
    """The statement that notes that months of such jobs have to be summarised again."""
    return (
        "INSERT INTO store.due SELECT DISTINCT site, date_trunc('month', end_time)::DATE "
        f"FROM store.jobs AS t WHERE {_WITHIN} AND {which} EXCEPT SELECT site, month FROM store.due"
    )


def account(cursor: DuckDBPyConnection, within: Within, *, moved: bool) -> int:
    """Write down what became of the events; how many there are."""
    if cursor.execute(f"SELECT 1 FROM store.joins WHERE {_WITHIN} LIMIT 1", within).fetchall():
        _forget(cursor, within, moved=moved)
    cursor.execute(
        "INSERT INTO store.joins BY NAME SELECT * EXCLUDE (account, level), "
        "level IS NOT NULL AS covered FROM stage.joins"
    )
    months = "(SELECT (site, month) FROM stage.join_months)"
    cursor.execute(f"DELETE FROM store.join_counts WHERE (site, month) IN {months}")
    cursor.execute(text("ingest", "sql/join_counts.sql"), within)
    [(looked_at,)] = cursor.execute("SELECT sum(events) FROM stage.join_months").fetchall()
    return int(looked_at)


def _forget(cursor: DuckDBPyConnection, within: Within, *, moved: bool) -> None:
    """Take out what became of the events, and of lines that hold no record any more."""
    lines = "SELECT 1 FROM {} AS e WHERE e.message_id = j.message_id AND e.line = j.line"
    gone = f"EXISTS ({lines.format('stage.join_here()')})"
    if moved:
        gone += f" OR NOT EXISTS ({lines.format('store.events')})"
    cursor.execute(f"DELETE FROM store.joins AS j WHERE {_WITHIN} AND ({gone})", within)
