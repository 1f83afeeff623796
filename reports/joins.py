"""What became of the events of batch logs: counted, listed, and worth a warning or not."""

from typing import Any

from duckdb import DuckDBPyConnection

from appliance.errors import UsageError
from appliance.resources import text
from appliance.table import Table

REASONS = {
    "no_gatekeeper": "no line of a gatekeeper within twice the window has its id",
    "outside_window": "a gatekeeper has its id, but at another time: join.window_days",
    "other_host": "a gatekeeper has its id, but submits to another batch host: [[join.host]]",
    "ambiguous": "lines of gatekeepers that differ could be meant: the latest was taken",
    "no_vo": "nothing says which VO it belongs to: [[join.map]]",
    "implausible": "its durations or cores cannot be: more than 10^11 s or 2^31 cores",
    "no_benchmark": "its submit host has no benchmark at that time: acct benchmark set",
    "batch_log": "a CE's ad of a job that the batch system's own log has: that one is accounted",
    "received": "a message brought the same job: that one is accounted",
    "unclaimed": "a gatekeeper's line that no event claimed",
}
"""Why an event is not the job that it should be."""

_MUCH = {"no_gatekeeper": 0.5, "outside_window": 0.01, "other_host": 0.01, "ambiguous": 0.01,
         "no_vo": 0.01, "implausible": 0.01, "no_benchmark": 0.01}  # fmt: skip
"""The part of the events from which on a warning is due. Local jobs are many at some sites."""
_KINDS = ("grid", "local", "none")
_FILES = {"received": "received_twice", "unclaimed": "unclaimed"}


def counts(cursor: DuckDBPyConnection) -> dict[str, Any]:
    """All events by what they became, and by what is wrong with them (see `Repository.join`)."""
    kinds = dict(
        cursor.execute(
            "SELECT kind, sum(events)::BIGINT FROM store.join_counts GROUP BY kind"
        ).fetchall()
    )
    odd = {reason: said for reason, *said in _odd(cursor, recent=False)}
    uncovered = odd["no_benchmark"][0] if "no_benchmark" in odd else 0
    named = [name for name in REASONS if name in odd]
    return {
        **{kind: kinds.get(kind, 0) for kind in _KINDS},
        "reasons": {name: odd[name][0] for name in named if name != "no_benchmark"},
        "uncovered": uncovered,
        "months": {name: [f"{day:%Y-%m}" for day in odd[name][1:3]] for name in named},
    }


def _odd(cursor: DuckDBPyConnection, *, recent: bool) -> list[tuple[Any, ...]]:
    return cursor.execute(text("reports", "sql/join_reasons.sql"), {"recent": recent}).fetchall()


def unclaimed(cursor: DuckDBPyConnection) -> int:
    """How many lines of gatekeepers no event claimed."""
    return int(
        cursor.execute(
            "SELECT count(*) FROM store.gatekeeper_records AS g WHERE NOT EXISTS (SELECT 1 "
            "FROM store.joins AS j WHERE j.gatekeeper_message_id = g.message_id "
            "AND j.gatekeeper_line = g.line)"
        ).fetchall()[0][0]
    )


def unjoined(cursor: DuckDBPyConnection, reason: str, limit: int) -> Table:
    """Events that want a look, with their lines (see `Repository.unjoined`).

    Returns:
        `reason`, `became` (grid, local, none), `end_time`, `days` (since then), `site`,
        `machine_name`, `job`, `user`, `group`, `submit_host`, `candidates` (lines of gatekeepers
        that could be meant), `file`, `line` (in the file), `message_id`.

    Raises:
        UsageError: There is no such reason.
    """
    if reason and reason not in REASONS:
        raise UsageError(f"there is no reason {reason}", hint=f"one of {', '.join(REASONS)}")
    statement = text("reports", f"sql/{_FILES.get(reason, 'unjoined')}.sql")
    values: dict[str, object] = {"limit": limit}
    if reason not in _FILES:
        values["reason"] = reason
    found = cursor.execute(statement, values)
    columns = tuple(name for name, *_ in found.description or ())
    return Table(columns, found.fetchall())


def warnings(cursor: DuckDBPyConnection) -> list[str]:
    """What there is much of among the events of the last two months that have any."""
    return [
        f"{events:,} of {whole:,} events of the last months: {REASONS[reason]}; "
        f"acct join --unmatched --reason {reason} lists them"
        for reason, events, _, _, whole in _odd(cursor, recent=True)
        if events > whole * _MUCH.get(reason, 1)
    ]
