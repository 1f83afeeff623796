"""Taking in what ARC's database has and the store has not yet.

A job is known if the store has one with its key that another source brought, or that says what we
would say of it. So a second import takes new jobs alone, and those whose benchmark was set since.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from appliance.errors import UsageError
from appliance.records.job import JOB
from appliance.repository import Delivery, Loaded, Repository
from appliance.store import now
from appliance.table import Value
from ingest.arc.car import car_message
from ingest.arc.database import ArcDatabase
from ingest.arc.jobs import Job, Timelines, job_of

SOURCE = "arc"
_AT_ONCE = 1000
_NEVER = "1970-01-01T00:00:00Z"
"""When a record was made that is refused."""
_KNOWN = """
SELECT j.machine_name, j.local_job_id, j.end_time, j.wall_duration, j.cpu_duration,
       j.service_levels, m.source = $source AS ours
FROM jobs j JOIN messages m USING (message_id)
WHERE j.site = $site AND j.end_time >= $first AND j.end_time <= $last
  AND j.local_job_id IN (SELECT unnest($ids))
"""
_NO_LEVEL = {"custom": Decimal(1)}
"""How the store has a CAR job without a service level."""


@dataclass(slots=True)
class Counted:
    """What became of the database's jobs."""

    known: int = 0
    unfinished: int = 0
    without_benchmark: int = 0
    """Of those taken in now."""
    loaded: Loaded = field(default_factory=Loaded)


def import_arc(repository: Repository, file: Path, site: str, machine: str) -> Counted:
    """Take in the finished jobs of an accounting.db that are not known yet.

    Args:
        repository: Where they go.
        file: ARC's database; nothing of it is changed.
        site: Whose jobs they are.
        machine: The batch system's host; empty: the host of the job's endpoint.

    Raises:
        UsageError: No site is named, or the file is no such database.
    """
    if not site:
        raise UsageError("of which site?", hint="--site, or site.name in acct.toml")
    database = ArcDatabase(file)
    try:
        counted = Counted(unfinished=database.unfinished())
        timelines = Timelines(repository.benchmarks(), site)
        chunks = (
            [job_of(row, site, machine, timelines) for row in rows]
            for rows in database.finished(_AT_ONCE)
        )
        counted.loaded = repository.load(_deliveries(repository, chunks, str(file), counted))
    finally:
        database.close()
    return counted


def _deliveries(
    repository: Repository, chunks: Iterator[list[Job]], name: str, counted: Counted
) -> Iterator[Delivery]:
    """A message a chunk; one alone for each job that would have its message refused."""
    for chunk in chunks:
        new = _unknown(repository, {job.key: job for job in chunk})
        counted.known += len(chunk) - len(new)
        counted.without_benchmark += sum(not job.levels for job in new)
        good = [job for job in new if _sound(job)]
        if good:
            at = f"{datetime.now(UTC).replace(tzinfo=None).isoformat()}Z"
            yield _delivery(name, car_message(good, at))
        for job in new:
            if not _sound(job):  # the same text each time: it is one reject, however often it comes
                yield _delivery(f"{name}: {job.job_id}", car_message([job], _NEVER))


def _delivery(name: str, text: str) -> Delivery:
    return Delivery(name, text.encode(), time.time(), source=SOURCE)


def _unknown(repository: Repository, jobs: dict[tuple[Value, ...], Job]) -> list[Job]:
    ends: list[Any] = [job.values["EndTime"] for job in jobs.values()]
    values = {
        "source": SOURCE,
        "site": next(iter(jobs.values())).values["Site"],
        "ids": [job.values["LocalJobId"] for job in jobs.values()],
        "first": min(ends),
        "last": max(ends),
    }
    known = {row[:3]: row[3:] for row in repository.query(_KNOWN, values).rows}
    return [job for key, job in jobs.items() if not _is_known(job, known.get(key))]


def _is_known(job: Job, found: Sequence[Any] | None) -> bool:
    if found is None:
        return False
    wall, cpu, levels, ours = found
    if not ours:
        return True
    held = json.loads(levels or "{}", parse_float=Decimal, parse_int=Decimal)
    said = job.values["WallDuration"], job.values["CpuDuration"], job.levels or _NO_LEVEL
    return (wall, cpu, held) == said


def _sound(job: Job) -> bool:
    """Whether the record will pass its checks."""
    for declared in JOB.fields:
        value = job.values.get(declared.wire)
        if isinstance(value, str) and len(value) > declared.limit:
            return False
        if isinstance(value, int) and not declared.low <= value <= declared.high:
            return False
    end: Any = job.values["EndTime"]
    return bool(job.values["LocalJobId"]) and bool(end <= now() + timedelta(days=1))
