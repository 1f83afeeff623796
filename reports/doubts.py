"""Doubts: what the records of a month say twice, where no key tells."""

from collections.abc import Iterator

from duckdb import DuckDBPyConnection

from appliance.resources import text

_SAID = {
    "benchmarks": "{site} sent {rows} normalised summaries of {month} that differ in nothing but "
    "their benchmark: unless it ran with both, the month counts twice; have it sent anew",
    "sources": "{site} sent jobs and {rows} summaries of {month} for the same submit hosts: "
    "they may be of the same jobs, and count twice",
}


def doubts(cursor: DuckDBPyConnection) -> Iterator[str]:
    """One line for each month of a site that may be counted twice, and why.

    Source: APEL 2.5.0, keys of normalised summaries and super summaries.
    """
    found = cursor.execute(text("reports", "sql/doubts.sql")).fetchall()
    for what, site, month, rows in found:
        yield _SAID[what].format(site=site, month=month, rows=rows)
