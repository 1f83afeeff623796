"""What was published before: up to when, and how much of each site's month."""

from collections.abc import Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.publishing import MonthTotals, PublishedDataset
from appliance.store import Store

Place = tuple[str, int, int]
"""A site's year and month."""


def sent_until(cursor: DuckDBPyConnection, dataset: str, selection: str) -> datetime | None:
    """Up to when all of a dataset was published; None: never."""
    return _mark(cursor, "sent_until", dataset, selection)


def published_at(cursor: DuckDBPyConnection, dataset: str, selection: str) -> datetime | None:
    """When a dataset was last published, whatever the interval; None: never."""
    return _mark(cursor, "published_at", dataset, selection)


def _mark(cursor: DuckDBPyConnection, column: str, dataset: str, selection: str) -> datetime | None:
    rows = cursor.execute(
        f"SELECT {column} FROM store.publishings WHERE dataset = ? AND selection = ?",
        [dataset, selection],
    ).fetchall()
    return rows[0][0] if rows else None


def totals(
    cursor: DuckDBPyConnection, dataset: str, selection: str
) -> dict[tuple[str, int, int, str], int]:
    """What was last published, by site, year, month and figure."""
    rows = cursor.execute(
        "SELECT site, year, month, figure, total FROM store.published_totals "
        "WHERE dataset = ? AND selection = ?",
        [dataset, selection],
    ).fetchall()
    return {(site, year, month, figure): total for site, year, month, figure, total in rows}


def keep(
    store: Store, part: PublishedDataset, selection: str, until: datetime | None, at: datetime
) -> None:
    """Note a publishing whose messages are durably in the queue, in one transaction.

    Args:
        store: The open store.
        part: What was published.
        selection: Under which filters.
        until: Up to when all of the dataset is published now; None: as far as before.
        at: When it was, UTC.
    """
    named = [part.dataset, selection]
    with store.transaction() as cursor:
        before = sent_until(cursor, *named)
        cursor.execute("DELETE FROM store.publishings WHERE dataset = ? AND selection = ?", named)
        cursor.execute(
            "INSERT INTO store.publishings VALUES (?, ?, ?, ?)", [*named, until or before, at]
        )
        if part.months:
            _replace(cursor, named, part.months)


def _replace(cursor: DuckDBPyConnection, named: list[str], months: Sequence[MonthTotals]) -> None:
    given = {
        "dataset": named[0],
        "selection": named[1],
        "sites": [m.site for m in months],
        "years": [m.year for m in months],
        "months": [m.month for m in months],
    }
    places = "unnest($sites::VARCHAR[]), unnest($years::BIGINT[]), unnest($months::BIGINT[])"
    cursor.execute(
        "DELETE FROM store.published_totals WHERE dataset = $dataset AND selection = $selection "
        f"AND (site, year, month) IN (SELECT {places})",
        given,
    )
    cursor.execute(
        f"INSERT INTO store.published_totals SELECT $dataset, $selection, {places}, "
        "unnest($figures::VARCHAR[]), unnest($totals::HUGEINT[])",
        given | {"figures": [m.figure for m in months], "totals": [m.after for m in months]},
    )
