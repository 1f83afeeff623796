"""Summaries, kept true to the records: only what a load touched is made again."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from duckdb import DuckDBPyConnection

from appliance.resources import text
from appliance.store import Store, now

Month = tuple[int, int]
"""Year, month."""


def summarise(store: Store) -> int:
    """Make the summaries that are due, a transaction for up to a year of months.

    Returns:
        How many months of sites were made again.
    """
    done = _summarise_cloud(store)
    while (months := _next_due(store)) is not None:
        done += _summarise_months(store, *months)
    return done


def mark_due(store: Store, months: Iterable[Month] = ()) -> None:
    """Have whole months made again, for every site; none named: everything."""
    chosen = [date(year, month, 1) for year, month in months]
    with store.transaction() as cursor:
        for name in ("mark_due", "mark_cloud_due"):
            values = {"months": chosen, "all": not chosen}
            cursor.execute(_sql(name), values)


def due(store: Store) -> int:
    """How many months of sites wait to be summarised."""
    with store.cursor() as cursor:
        counted = "SELECT (SELECT count(*) FROM store.due) + (SELECT count(*) FROM store.cloud_due)"
        return int(cursor.execute(counted).fetchall()[0][0])


def _next_due(store: Store) -> tuple[date, date] | None:
    """The earliest month that is due, and the first after the last one within a year of it."""
    with store.cursor() as cursor:
        rows = cursor.execute(_sql("next_due")).fetchall()
    first, after = rows[0]
    return None if first is None else (first, after)


def _summarise_months(store: Store, first: date, after: date) -> int:
    months = {"first": first, "after": after}
    with store.transaction() as cursor:
        at = now()  # while nobody else writes: publishing relies on it
        _run(cursor, "note_groups", months)
        cursor.execute(
            "DELETE FROM store.usage WHERE month >= $first AND month < $after "
            "AND (site, month) IN (SELECT (site, month) FROM store.due)",
            months,
        )
        span = {"since": _instant(first), "until": _instant(after)}
        _run(cursor, "summarise_jobs", {**span, "now": at})
        for name in ("take_summaries", "take_normalised"):
            _run(cursor, name, {**months, "now": at})
        for name in ("drop_replaced", "keep_stale", "forget_stale"):
            _run(cursor, name, months)
        gone = cursor.execute(
            "DELETE FROM store.due WHERE month >= $first AND month < $after", months
        ).fetchall()
        return int(gone[0][0])


def _summarise_cloud(store: Store) -> int:
    """The virtual machines of the months of sites that are due, in one transaction."""
    with store.cursor() as cursor:
        if not cursor.execute("SELECT 1 FROM store.cloud_due LIMIT 1").fetchall():
            return 0
    with store.transaction() as cursor:
        cursor.execute(
            "DELETE FROM store.cloud_usage WHERE (site_name, year, month) IN "
            "(SELECT (site_name, year, month) FROM store.cloud_due)"
        )
        cursor.execute(
            f"INSERT INTO store.cloud_usage BY NAME WITH vm_records AS ({_sql('due_vms')}) "
            f"SELECT *, $now AS update_time FROM ({_sql('months_of_vms')})",
            {"now": now()},
        )
        return int(cursor.execute("DELETE FROM store.cloud_due").fetchall()[0][0])


def _run(cursor: DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    cursor.execute(_sql(name), dict(values))


def _sql(name: str) -> str:
    return text("reports", f"sql/{name}.sql")


def _instant(day: date) -> datetime:
    return datetime.combine(day, time())
