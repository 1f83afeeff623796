"""What the receiver was sent and keeps, though it is no more: messages cannot delete.

Each is told in a line for people.
"""

from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.publishing import PublishRequest
from reports.publish.choice import Choice, filtered
from reports.publish.count import listed
from reports.publish.marks import Place
from reports.publish.sources import Source

_SHOWN = 5
"""Months that are named."""


def months_gone(
    cursor: DuckDBPyConnection, everything: Choice, months: list[Place]
) -> tuple[str, ...]:
    """Of these months, those of which not a row is left. `everything`: what the filters leave."""
    if not months:
        return ()
    found = cursor.execute(
        f"SELECT DISTINCT of_site, of_year, of_month FROM ({everything.sql})", everything.given
    ).fetchall()
    gone = sorted(set(months) - set(found))
    named = ", ".join(f"{site} {year:04}-{month:02}" for site, year, month in gone[:_SHOWN])
    said = f"nothing is left of {len(gone)} months, which the receiver keeps: {named}"
    return (said,) if gone else ()


def groups_gone(
    cursor: DuckDBPyConnection,
    source: Source,
    request: PublishRequest,
    places: list[Place],
    at: datetime,
) -> tuple[str, ...]:
    """Groups of these months: of a job whose VO was mended, the receiver has two.

    `at`: when super summaries, which alone are looked at, were last published.
    """
    if source.dataset != "super_summaries" or request.as_apel:  # APEL sends them for ever
        return ()
    stale = "(SELECT * EXCLUDE (month), month AS of FROM store.stale_usage)"
    rows = filtered(source, request, stale)
    groups, jobs = cursor.execute(
        f"SELECT count(*), sum(number_of_jobs) FROM ({rows.sql}) WHERE update_time <= $at "
        "AND (site, year(of), month(of)) IN (SELECT unnest($sites::VARCHAR[]), "
        "unnest($years::BIGINT[]), unnest($months::BIGINT[]))",
        {**rows.given, **listed(places), "at": at},
    ).fetchall()[0]
    said = f"{groups} groups of {jobs} jobs were sent and are no more: the receiver keeps them"
    return (said,) if groups else ()
