"""Publishing: what a parent repository lacks goes into the outgoing queue.

Marks move only after all messages of a dataset are durable. What a failure leaves in the queue is
written again the next time: the receiver replaces it.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.publishing import Published, PublishedDataset, PublishRequest
from appliance.store import Store, now
from reports.publish import marks
from reports.publish.choice import check, moves_mark, selection
from reports.publish.forms import form_of
from reports.publish.outlet import Outlet
from reports.publish.plan import Plan, plan, plan_sync
from reports.publish.records import frame, records
from reports.publish.sources import SOURCES

log = logging.getLogger(__name__)


def publish(store: Store, request: PublishRequest, outlet: Outlet) -> Published:
    """Write the messages that a request asks for.

    Args:
        store: The open store, its summaries up to date.
        request: What is wanted. With `dry_run` nothing is written, and `outlet` is not used.
        outlet: Where messages go.

    Returns:
        What was written, dataset by dataset. One of which a month has shrunk is refused.

    Raises:
        UsageError: What is asked for cannot be.
        AcctError: The queue or the store failed; datasets before that one are published.
    """
    check_request(request)
    parts: list[PublishedDataset] = []
    for dataset in dict.fromkeys(request.datasets):
        parts += _publish(store, request, dataset, outlet)
    return Published(tuple(parts), request.dry_run)


def check_request(request: PublishRequest) -> None:
    """Look at all of a request before any of it is written.

    Raises:
        UsageError: What is asked for cannot be.
    """
    check(request)
    for dataset in request.datasets:
        form_of(dataset, request.style)


def last_published(store: Store, request: PublishRequest) -> dict[str, datetime | None]:
    """When each dataset of a request was last published under its filters, UTC; None: never."""
    with store.cursor() as cursor:
        return {
            dataset: marks.published_at(cursor, dataset, selection(SOURCES[dataset], request))
            for dataset in request.datasets
        }


def _publish(
    store: Store, request: PublishRequest, dataset: str, outlet: Outlet
) -> Iterator[PublishedDataset]:
    with store.cursor() as cursor:
        at = _begin(store, cursor)
        planned = plan(cursor, request, dataset, at)
        plans = [planned]
        if planned.form.source.sync and request.sync and planned.places:
            plans.append(plan_sync(cursor, request, planned, at))
        if not request.dry_run and not planned.part.refused:
            for each in plans:
                _write(cursor, each, request, outlet)
    if not request.dry_run and not planned.part.refused:
        source = planned.form.source
        until = at if moves_mark(source, request) else None
        marks.keep(store, planned.part, selection(source, request), until, at)
    yield planned.part
    if not planned.part.refused:
        yield from (each.part for each in plans[1:])


def _begin(store: Store, cursor: DuckDBPyConnection) -> datetime:
    """The moment that all which is read belongs to: what comes later bears a later time.

    Nobody writes meanwhile, for a batch takes its time when it begins and is seen when it ends.
    """
    with store.writing:
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        cursor.execute("SELECT count(*) FROM store.publishings").fetchall()
        return now()


def _write(
    cursor: DuckDBPyConnection, planned: Plan, request: PublishRequest, outlet: Outlet
) -> None:
    """Write the messages as their rows come: memory holds one at a time."""
    head, foot = frame(planned.form)
    texts = records(planned.form, request, planned.rows)
    cursor.execute(texts.sql, texts.given)
    while rows := cursor.fetchmany(request.size):
        outlet.send(f"{head}{''.join(text for (text,) in rows)}{foot}".encode())
    log.info("published %s: %d messages, %d records", planned.form.name, planned.part.messages,
             planned.part.records)  # fmt: skip
