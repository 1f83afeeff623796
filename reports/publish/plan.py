"""What a publishing would write, and what the receiver would then have."""

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.publishing import MonthTotals, PublishedDataset, PublishRequest
from reports.publish import marks
from reports.publish.choice import Choice, checked, filtered, selection, within
from reports.publish.count import GOOD, Totals, count, figures, listed, totals
from reports.publish.forms import Form, form_of
from reports.publish.leftovers import groups_gone, months_gone
from reports.publish.marks import Place

_SHOWN = 5
"""Months that are named when a publishing is refused."""


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
    counted = count(cursor, form, chosen, for_ssm=request.for_ssm)
    places = sorted(counted.totals)
    # What the receiver has of these months afterwards, whatever was sent when.
    after = counted.totals
    if chosen is not everything:
        after = totals(cursor, form, everything, places)
    before = marks.totals(cursor, *named)
    months = _months(form, after, before)
    notes = counted.notes
    if at := marks.published_at(cursor, *named):
        notes += groups_gone(cursor, form.source, request, places, at)
    if request.interval != "gap":
        sent = {(site, year, month) for site, year, month, _ in before}
        notes += months_gone(cursor, everything, list(sent - set(places)))
    shrinking = [str(month) for month in months if month.shrinks]
    refused = "" if request.force else "; ".join(shrinking[:_SHOWN])
    part = PublishedDataset(
        dataset=dataset,
        form=form.name,
        messages=-(-counted.records // request.size),
        records=counted.records,
        skipped=counted.skipped,
        months=tuple(months),
        notes=notes,
        refused=refused,
    )
    return Plan(form, chosen.where(GOOD), part, places)


def plan_sync(cursor: DuckDBPyConnection, request: PublishRequest, of: Plan, now: datetime) -> Plan:
    """How many jobs the months of a plan have, after its filters, by submit host."""
    form, summaries = form_of("sync_records"), form_of("super_summaries").source
    jobs = filtered(summaries, request)
    sums = (
        "SELECT site, submit_host, sum(number_of_jobs) AS number_of_jobs, month, year, "
        f"$now::TIMESTAMP AS update_time FROM ({jobs.sql}) WHERE (site, year, month) IN "
        "(SELECT unnest($sites::VARCHAR[]), unnest($years::BIGINT[]), unnest($months::BIGINT[])) "
        "GROUP BY site, submit_host, month, year"
    )
    rows = checked(form, request, now, Choice(sums, {**jobs.given, **listed(of.places)}))
    counted = count(cursor, form, rows)
    messages = -(-counted.records // request.size)
    part = PublishedDataset("sync_records", form.name, messages, counted.records, counted.skipped)
    return Plan(form, rows.where(GOOD), part, [])


def _months(
    form: Form, after: Totals, before: dict[tuple[str, int, int, str], int]
) -> list[MonthTotals]:
    return [
        MonthTotals(*place, name, before.get((*place, name)), total)
        for place in sorted(after)
        for name, total in zip(figures(form), after[place], strict=True)
    ]
