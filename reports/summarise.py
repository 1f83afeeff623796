"""Summaries, kept true to the jobs: only the months of sites that a load touched are made again."""

from collections.abc import Iterable
from datetime import date, datetime, time

from appliance.resources import text
from appliance.store import Store, now

Month = tuple[int, int]
"""Year, month."""


def summarise(store: Store) -> int:
    """Make the summaries that are due, a transaction a month.

    Returns:
        How many months of sites were made again.
    """
    done = 0
    while (month := _next_due(store)) is not None:
        done += _summarise_month(store, month)
    return done


def mark_due(store: Store, months: Iterable[Month] = ()) -> None:
    """Have whole months made again, for every site; none named: everything."""
    chosen = [date(year, month, 1) for year, month in months]
    with store.transaction() as cursor:
        cursor.execute(text("reports", "sql/mark_due.sql"), {"months": chosen, "all": not chosen})


def due(store: Store) -> int:
    """How many months of sites wait to be summarised."""
    with store.cursor() as cursor:
        return int(cursor.execute("SELECT count(*) FROM store.due").fetchall()[0][0])


def _next_due(store: Store) -> date | None:
    with store.cursor() as cursor:
        found: date | None = cursor.execute("SELECT min(month) FROM store.due").fetchall()[0][0]
        return found


def _summarise_month(store: Store, month: date) -> int:
    since = datetime.combine(month, time())
    until = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)  # noqa: DTZ001 # UTC
    with store.transaction() as cursor:
        cursor.execute(
            "DELETE FROM store.job_summaries WHERE month = $1 "
            "AND site IN (SELECT site FROM store.due WHERE month = $1)",
            [month],
        )
        cursor.execute(
            text("reports", "sql/summarise_jobs.sql"),
            {"since": since, "until": until, "now": now()},
        )
        gone = cursor.execute("DELETE FROM store.due WHERE month = $1", [month]).fetchall()
        return int(gone[0][0])
