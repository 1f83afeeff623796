"""Summaries, kept true to the jobs: only the months of sites that a load touched are made again."""

from collections.abc import Iterable
from datetime import date, datetime, time

from appliance.resources import text
from appliance.store import Store, now

Month = tuple[int, int]
"""Year, month."""


def summarise(store: Store) -> int:
    """Make the summaries that are due, a transaction for up to a year of months.

    Returns:
        How many months of sites were made again.
    """
    done = 0
    while (months := _next_due(store)) is not None:
        done += _summarise_months(store, *months)
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


def _next_due(store: Store) -> tuple[date, date] | None:
    """The earliest month that is due, and the first after the last one within a year of it."""
    with store.cursor() as cursor:
        rows = cursor.execute(text("reports", "sql/next_due.sql")).fetchall()
    first, after = rows[0]
    return None if first is None else (first, after)


def _summarise_months(store: Store, first: date, after: date) -> int:
    months = {"first": first, "after": after}
    with store.transaction() as cursor:
        cursor.execute(
            "DELETE FROM store.job_summaries WHERE month >= $first AND month < $after "
            "AND (site, month) IN (SELECT (site, month) FROM store.due)",
            months,
        )
        cursor.execute(
            text("reports", "sql/summarise_jobs.sql"),
            {"since": _instant(first), "until": _instant(after), "now": now()},
        )
        gone = cursor.execute(
            "DELETE FROM store.due WHERE month >= $first AND month < $after", months
        ).fetchall()
        return int(gone[0][0])


def _instant(day: date) -> datetime:
    return datetime.combine(day, time())
