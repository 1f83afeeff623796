"""What a publishing would write, and what the receiver would then have."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.publishing import MonthTotals, PublishedDataset, PublishRequest, Skipped
from reports.publish import marks
from reports.publish.checks import DEFAULT_BENCHMARK, reason
from reports.publish.choice import Choice, checked, filtered, selection, within
from reports.publish.forms import Form, form_of
from reports.publish.marks import Place

_GOOD = "problem IS NULL"


@dataclass(slots=True)
class Plan:
    """One dataset of a request: its rows, and what they amount to."""

    form: Form
    rows: Choice
    """Those of the interval that can be written."""
    part: PublishedDataset
    places: list[Place]
    """The months of sites that they belong to."""


def plan(cursor: DuckDBPyConnection, request: PublishRequest, dataset: str, now: datetime) -> Plan:
    """Look at one dataset. Nothing is written.

    Args:
        cursor: In a transaction: what is planned is what is written afterwards.
        request: What is wanted.
        dataset: One of its datasets.
        now: UTC.
    """
    form = form_of(dataset, request.style)
    named = dataset, selection(form.source, request)
    everything = checked(form, request, now)
    mark = marks.sent_until(cursor, *named)
    chosen = within(everything, form.source, request, mark, now)
    places, skipped, records, notes = _count(cursor, form, chosen)
    months = _totals(cursor, form, everything, places, marks.totals(cursor, *named))
    shrinking = [str(month) for month in months if month.shrinks]
    refused = "" if request.force else "; ".join(shrinking[:_SHOWN])
    part = PublishedDataset(
        dataset=dataset,
        form=form.name,
        messages=-(-records // request.size),
        records=records,
        skipped=skipped,
        months=tuple(months),
        notes=notes,
        refused=refused,
    )
    return Plan(form, chosen.where(_GOOD), part, places)


_SHOWN = 5
"""Months that are named when a publishing is refused."""


def plan_sync(cursor: DuckDBPyConnection, request: PublishRequest, of: Plan, now: datetime) -> Plan:
    """How many jobs the months of a plan have, after its filters, by submit host."""
    form, summaries = form_of("sync_records"), form_of("super_summaries").source
    jobs = filtered(summaries, request)
    counted = (
        "SELECT site, submit_host, sum(number_of_jobs) AS number_of_jobs, month, year, "
        f"$now::TIMESTAMP AS update_time FROM ({jobs.sql}) WHERE (site, year, month) IN "
        "(SELECT unnest($sites::VARCHAR[]), unnest($years::BIGINT[]), unnest($months::BIGINT[])) "
        "GROUP BY site, submit_host, month, year"
    )
    rows = checked(form, request, now, Choice(counted, {**jobs.given, **_listed(of.places)}))
    _, skipped, records, _ = _count(cursor, form, rows)
    messages = -(-records // request.size)
    part = PublishedDataset("sync_records", form.name, messages, records, skipped)
    return Plan(form, rows.where(_GOOD), part, [])


def _listed(places: Sequence[Place]) -> dict[str, list[object]]:
    sites, years, months = zip(*places, strict=True) if places else ((), (), ())
    return {"sites": list(sites), "years": list(years), "months": list(months)}


def _count(
    cursor: DuckDBPyConnection, form: Form, rows: Choice
) -> tuple[list[Place], tuple[Skipped, ...], int, tuple[str, ...]]:
    """The months of sites, what cannot be written, how many can, and what is worth a note."""
    key = ", ".join(form.kind.key)
    benchmark = form.kind.benchmark
    unnamed = (
        f"{benchmark.sql} IS NULL OR {benchmark.sql} IN ('', 'None')" if benchmark else "false"
    )
    found = cursor.execute(
        "SELECT of_site, of_year, of_month, problem, count(*), "
        f"min(CASE WHEN NOT ({_GOOD}) THEN concat_ws(' ', {key}) END), "
        f"count(*) FILTER ({unnamed}) FROM ({rows.sql}) GROUP BY ALL",
        rows.given,
    ).fetchall()
    places, records, assumed = list[Place](), 0, 0
    faults: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for site, year, month, fault, count, example, nameless in found:
        if fault is None:
            places.append((site, year, month))
            records, assumed = records + count, assumed + nameless
        else:
            faults[fault].append((count, example))
    skipped = tuple(
        Skipped(reason(form, fault), sum(n for n, _ in bad), min(text for _, text in bad))
        for fault, bad in sorted(faults.items())
    )
    notes = (f"{assumed} records name no benchmark: {DEFAULT_BENCHMARK} is written",)
    return sorted(places), skipped, records, notes if form.arrays and assumed else ()


def _totals(
    cursor: DuckDBPyConnection,
    form: Form,
    rows: Choice,
    places: Sequence[Place],
    before: dict[tuple[str, int, int, str], int],
) -> list[MonthTotals]:
    """What the receiver has of these months afterwards, whatever was sent when."""
    figures = {"records": "count(*)", **form.source.figures}
    sums = ", ".join(f"coalesce({aggregate}, 0)::HUGEINT" for aggregate in figures.values())
    found = cursor.execute(
        f"SELECT of_site, of_year, of_month, {sums} FROM ({rows.sql}) WHERE {_GOOD} "
        "AND (of_site, of_year, of_month) IN (SELECT unnest($sites::VARCHAR[]), "
        "unnest($years::BIGINT[]), unnest($months::BIGINT[])) GROUP BY ALL ORDER BY 1, 2, 3",
        {**rows.given, **_listed(places)},
    ).fetchall()
    return [
        MonthTotals(site, year, month, name, before.get((site, year, month, name)), total)
        for site, year, month, *row in found
        for name, total in zip(figures, row, strict=True)
    ]
