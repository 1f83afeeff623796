"""Which rows are published: what can be asked, filters, and intervals."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from appliance.errors import UsageError
from appliance.folding import fold
from appliance.publishing import PublishRequest
from reports import apel
from reports.publish.checks import problem
from reports.publish.forms import Form
from reports.publish.keys import one_a_key
from reports.publish.sources import SOURCES, Source

INTERVALS = ("latest", "gap", "all")
WITHHELD = "withheld"


@dataclass(slots=True)
class Choice:
    """Rows as SQL, `FROM (…)`, and its parameters."""

    sql: str
    given: dict[str, Any] = field(default_factory=dict)

    def where(self, condition: str, **given: object) -> "Choice":
        """Those of them that hold a condition."""
        return Choice(f"SELECT * FROM ({self.sql}) WHERE {condition}", {**self.given, **given})


def check(request: PublishRequest) -> None:
    """Refuse what cannot be asked.

    Raises:
        UsageError: No datasets, an unknown interval, days without a gap or a gap without days.
    """
    if not request.datasets:
        hint = "--dataset names one, or publish.datasets in acct.toml"
        raise UsageError("there is nothing to publish", hint=hint)
    if request.interval not in INTERVALS:
        hint = f"one of {', '.join(INTERVALS)}"
        raise UsageError(f"there is no interval {request.interval}", hint=hint)
    days = request.since is not None or request.until is not None
    if days != (request.interval == "gap"):
        said = "has no days" if request.interval == "gap" else "is not of days"
        hint = "--interval gap --from 2026-05-01 --to 2026-05-31"
        raise UsageError(f"the interval {request.interval} {said}", hint=hint)
    if request.since and request.until and request.until <= request.since:
        raise UsageError("the gap ends before it begins", hint="put --from before --to")
    if request.withhold_dns:
        for name in request.datasets:
            if name in SOURCES and not SOURCES[name].withholds:
                able = ", ".join(s.dataset for s in SOURCES.values() if s.withholds)
                raise UsageError(f"{name} cannot go without users' names", hint=f"only {able} can")


def selection(source: Source, request: PublishRequest) -> str:
    """The filters that matter to a dataset: what was published is known for each apart."""
    parts = []
    if source.infrastructure and not request.local_jobs:
        parts.append("grid")
    if source.vo and request.include_vos:
        parts.append(f"only {sorted(set(request.include_vos))}")
    elif source.vo and request.exclude_vos:
        parts.append(f"not {sorted(set(request.exclude_vos))}")
    return ", ".join(parts)


def filtered(source: Source, request: PublishRequest, held: str = "") -> Choice:
    """The rows of a dataset that may go out at all, whatever the interval.

    `held`: SQL for rows that stand for the dataset's.
    """
    same = fold if request.as_apel else str
    if request.as_apel and (reference := apel.dataset(source.dataset)):
        held = f"({reference})"
    conditions, given = ["true"], dict[str, Any]()
    if source.infrastructure and not request.local_jobs:
        conditions.append(f"{same(source.infrastructure)} = 'grid'")
    if source.vo and (request.include_vos or request.exclude_vos):
        named = f"(SELECT {same('vo')} FROM (SELECT unnest($vos::VARCHAR[]) AS vo))"
        conditions.append(f"{same('vo')} {'IN' if request.include_vos else 'NOT IN'} {named}")
        given["vos"] = list(request.include_vos or request.exclude_vos)
    shown = "*"
    if request.withhold_dns and any(f.name == "global_user_name" for f in source.kind.fields):
        shown = f"* REPLACE ('{WITHHELD}' AS global_user_name)"
    rows = f"SELECT {shown} FROM {held or source.dataset} WHERE {' AND '.join(conditions)}"
    return Choice(rows, given)


def checked(
    form: Form, request: PublishRequest, now: datetime, rows: Choice | None = None
) -> Choice:
    """The same as they would be written, with their month (`of_…`) and what is wrong: `problem`.

    Args:
        form: What they are written as.
        request: What is wanted.
        now: UTC.
        rows: What stands for the dataset; None: what the filters leave of it.
    """
    source, rows = form.source, rows or filtered(form.source, request)
    sql = one_a_key(form, request, rows.sql)
    place = (
        f"coalesce({source.site}, 'None') AS of_site, {source.year}::BIGINT AS of_year, "
        f"{source.month}::BIGINT AS of_month"
    )
    sql = (
        f"SELECT * EXCLUDE (now), {problem(form, request)} AS problem "
        f"FROM (SELECT *, {place}, $now::TIMESTAMP AS now FROM ({sql}))"
    )
    return Choice(sql, {**rows.given, "now": now})


def within(
    rows: Choice, source: Source, request: PublishRequest, mark: datetime | None, now: datetime
) -> Choice:
    """Those of the interval.

    Args:
        rows: What `checked` found.
        source: The dataset.
        request: Names the interval.
        mark: Up to when all was published before, inclusive again; None: nothing was.
        now: Of this publishing, UTC.
    """
    if request.interval == "gap":
        return _gap(rows, source, request.since, request.until)
    if request.interval == "latest" and request.as_apel and "super" in source.dataset:
        return rows.where("earliest_end_time >= $since::TIMESTAMP", since=_previous_month(now))
    if request.interval == "latest" and mark is not None:
        return rows.where("update_time >= $since::TIMESTAMP", since=mark)
    return rows


def moves_mark(source: Source, request: PublishRequest) -> bool:
    """Whether all that is new has been published afterwards."""
    return request.interval == "latest" and not (request.as_apel and "super" in source.dataset)


def _gap(rows: Choice, source: Source, since: date | None, until: date | None) -> Choice:
    """Half open; of what is of a whole month, every month with a day of the gap."""
    if source.time:
        if since:
            rows = rows.where(f"{source.time} >= $since::TIMESTAMP", since=_instant(since))
        return (
            rows.where(f"{source.time} < $until::TIMESTAMP", until=_instant(until))
            if until
            else rows
        )
    number = "of_year * 12 + of_month"
    if since:
        rows = rows.where(f"{number} >= $since", since=since.year * 12 + since.month)
    if until:
        last = date.fromordinal(until.toordinal() - 1)
        rows = rows.where(f"{number} <= $until", until=last.year * 12 + last.month)
    return rows


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 # UTC, as the store keeps times


def _previous_month(now: datetime) -> datetime:
    year, month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    return datetime(year, month, 1)  # noqa: DTZ001
