"""What came in: messages, their texts, and what was wrong with those that were refused."""

from typing import Any

from duckdb import DuckDBPyConnection

from appliance.errors import UsageError
from appliance.resources import text
from appliance.table import Table


def messages(
    cursor: DuckDBPyConnection, state: str, limit: int, before: int | None, search: str
) -> Table:
    """Messages, latest first: the columns of the dataset, filtered (see `Repository.messages`)."""
    found = cursor.execute(
        text("reports", "sql/messages.sql"),
        {"state": state, "limit": limit, "before": before, "search": search},
    )
    columns = tuple(name for name, *_ in found.description or ())
    return Table(columns, found.fetchall())


def rejected_lines(cursor: DuckDBPyConnection, limit: int) -> Table:
    """Lines of logs that failed, by piece and reason (see `Repository.rejected_lines`)."""
    found = cursor.execute(text("reports", "sql/rejected_lines.sql"), {"limit": limit})
    columns = tuple(name for name, *_ in found.description or ())
    return Table(columns, found.fetchall())


def message(cursor: DuckDBPyConnection, message_id: int) -> dict[str, Any]:
    """One message's row in the dataset, by column, and what a retry would use.

    Raises:
        UsageError: There is none of that number.
    """
    found = cursor.execute(
        "SELECT m.*, s.loaded_at, s.signing_time, s.empaid FROM messages m "
        "JOIN store.messages s USING (message_id) WHERE message_id = ?",
        [message_id],
    )
    names = [name for name, *_ in found.description or ()]
    rows = found.fetchall()
    if not rows:
        raise UsageError(f"there is no message {message_id}", hint="acct messages lists them")
    return dict(zip(names, rows[0], strict=True))


def counts(cursor: DuckDBPyConnection) -> dict[str, Any]:
    """How much there is: messages by state, records of accepted messages, jobs."""
    states = {"accepted": 0, "rejected": 0, "duplicate": 0}
    records = 0
    for state, number, held in cursor.execute(
        "SELECT state, count(*), sum(records)::BIGINT FROM store.messages GROUP BY state"
    ).fetchall():
        states[state] = number
        records += held or 0
    jobs = cursor.execute("SELECT count(*) FROM store.jobs").fetchall()[0][0]
    return {"messages": states, "records": records, "jobs": jobs}
