"""Setting benchmarks: one timeline a submit host (or batch host), in half-open spans, UTC.

What is set is kept as it was set (`store.benchmark_settings`); what holds when follows from it (the
dataset `benchmarks`):

- a value holds from its moment until the next moment for which one is set, whichever of the two was
  set first: a value set into the past ends where the next one begins;
- of two set for the same moment, the later setting holds;
- a value takes the place of all that the host had, also of another type, unless it is set `also`:
  then it takes the place of its own type alone.

For whoever joins jobs: the row of the dataset `benchmarks` that holds for a job has its site, its
submit host (of local jobs: its machine name) as `host`, `valid_from <= end_time` and `valid_until`
NULL or `> end_time`. Several types may hold at once (`also`): the job is accounted by the first of
`appliance.records.benchmarks.PREFERENCE`, and keeps them all in `service_levels`. Each change
leaves a row in `store.join_due` (migration 0009): whose jobs, ended in which span, have to be
joined again. The joiner takes the rows out in the transaction that brings in those jobs, and that
load makes their months due to be summarised, as every load does.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from duckdb import DuckDBPyConnection

from appliance.errors import UsageError
from appliance.moments import BEGINNING
from appliance.printable import printable
from appliance.records.benchmarks import canonical, level_of
from appliance.repository import Benchmark
from appliance.store import Store, now

_LONGEST = 255


def set_benchmarks(store: Store, wanted: Sequence[Benchmark]) -> int:
    """Set benchmarks in their order, all or none.

    Returns:
        How many changed anything.

    Raises:
        UsageError: A host, type, value or site that cannot be.
    """
    checked = [_checked(one, store.config.site.name) for one in wanted]
    with store.transaction() as cursor:
        at, known = now(), _hosts(cursor)
        dated = [
            (one, one.since or (at if (one.site, one.host) in known else BEGINNING))
            for one in checked
        ]
        return sum(_set(cursor, group, since, at) for group, since in _together(dated))


def _checked(one: Benchmark, site: str) -> Benchmark:
    host, site = one.host.strip(), one.site.strip() or site
    if not host or len(host) > _LONGEST or printable(host) != host:
        raise UsageError(f"{host[:80]!r} is no host", hint="its name as jobs say it")
    if not site:
        raise UsageError("of which site?", hint="--site, or site.name in acct.toml")
    if one.since and one.since < BEGINNING:
        raise UsageError(f"{one.since} is before 1970")
    return Benchmark(host, canonical(one.type), level_of(str(one.level)), one.since, one.also, site)


def _hosts(cursor: DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = cursor.execute("SELECT DISTINCT site, host FROM store.benchmark_settings").fetchall()
    return set(rows)


def _together(
    dated: Sequence[tuple[Benchmark, datetime]],
) -> list[tuple[list[Benchmark], datetime]]:
    """What says of one moment which types a host has: one benchmark, and those set beside it."""
    groups: list[tuple[list[Benchmark], datetime]] = []
    for one, since in dated:
        if groups and one.also:
            group, moment = groups[-1]
            if (group[0].site, group[0].host, moment) == (one.site, one.host, since):
                group.append(one)
                continue
        groups.append(([one], since))
    return groups


def _set(
    cursor: DuckDBPyConnection, group: Sequence[Benchmark], since: datetime, at: datetime
) -> int:
    before = _in_force(cursor, group[0], since)
    after = before if group[0].also else {}
    if after | {one.type: one.level for one in group} == before:
        return 0
    for one in group:
        _keep(cursor, one, since, at)
    return len(group)


def _keep(cursor: DuckDBPyConnection, one: Benchmark, since: datetime, at: datetime) -> None:
    cursor.execute(
        "INSERT INTO store.benchmark_settings SELECT coalesce(max(number), 0) + 1, "
        "$site, $host, $type, $level, $since, $also, $at FROM store.benchmark_settings",
        {"site": one.site, "host": one.host, "type": one.type, "level": one.level,
         "since": since, "also": one.also, "at": at},
    )  # fmt: skip
    cursor.execute(
        "INSERT INTO store.join_due SELECT $site, $host, $since, min(valid_from) "
        "FROM store.benchmark_settings WHERE site = $site AND host = $host AND valid_from > $since "
        "AND (NOT also OR ($also AND service_level_type = $type))",
        {"site": one.site, "host": one.host, "type": one.type, "since": since, "also": one.also},
    )


def _in_force(cursor: DuckDBPyConnection, one: Benchmark, at: datetime) -> dict[str, Decimal]:
    rows = cursor.execute(
        "SELECT service_level_type, service_level FROM benchmarks WHERE site = ? AND host = ? "
        "AND valid_from <= ? AND (valid_until IS NULL OR valid_until > ?)",
        [one.site, one.host, at, at],
    ).fetchall()
    return dict(rows)
