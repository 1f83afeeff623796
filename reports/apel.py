"""The figures of the reference: what APEL 2.5.0 would hold of the same messages.

Tables of the same meaning as ours under names of their own, `apel_…`, for the statements that read
them. They differ from ours in what APEL does with it: names that differ in case, accents or blanks
at their end are one (the first spelling stands, or the latest where APEL keeps no list of them), a
job's machine is no part of its key, of several benchmarks one is seen, what has vanished stays.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from appliance.folding import fold
from appliance.records.cloud import CLOUD, CLOUD_SUMMARY
from appliance.records.declare import RecordType
from appliance.records.job import JOB
from appliance.records.summary import NORMALISED_SUMMARY, SUMMARY
from appliance.records.sync import SYNC
from appliance.resources import text
from appliance.tables import columns

_LISTED = ("site", "submit_host", "machine_name", "queue", "global_user_name", "vo", "vo_group",
           "vo_role", "cloud_compute_service")  # fmt: skip
"""Names of which APEL keeps lists: the first spelling ever stored is the one that is shown."""

_PLAIN = ("infrastructure_type", "service_level_type", "status", "image_id", "benchmark_type",
          "vm_uuid")  # fmt: skip
"""Other names that are parts of keys: the row that replaces shows its own."""

_ALSO = {"site_name": "site", "infrastructure": "infrastructure_type"}
_TYPES = (JOB, SUMMARY, NORMALISED_SUMMARY, SYNC, CLOUD, CLOUD_SUMMARY)
_GROUPED = (*_LISTED[:2], *_LISTED[4:8], "infrastructure_type", "service_level_type")
_NOT_LOST = (
    "(j.site, j.machine_name, j.local_job_id, j.end_time) "
    "NOT IN (SELECT (site, machine_name, local_job_id, end_time) FROM losers)"
)

TITLE = "As APEL 2.5.0 would have it"


def with_tables(select: str, since: date | None = None, until: date | None = None) -> str:
    """A SELECT that may read the reference's tables.

    Args:
        select: `apel_jobs`, `apel_super`, `apel_cloud_used` … are there for it.
        since, until: Only the jobs that ended then are looked at.
    """
    times = [f"end_time >= DATE '{since:%Y-%m-%d}'"] if since else []
    times += [f"end_time < DATE '{until:%Y-%m-%d}'"] if until else []
    tables = ", ".join(f"{name} AS {_kept(name)}({sql})" for name, sql in _tables())
    return f"WITH {tables} {select}".replace("{times}", " AND ".join(times) or "true")


def _kept(name: str) -> str:
    """What takes long and is read often is worked out once."""
    return "MATERIALIZED " if name in ("spelled", "losers", "apel_super") else ""


@cache
def _tables() -> tuple[tuple[str, str], ...]:
    found = {"spelled": _spelled(), "losers": _sql("apel_losers"), "apel_jobs": _jobs()}
    found["clashing"] = (
        "SELECT DISTINCT site, date_trunc('month', end_time)::DATE AS month FROM losers"
    )
    for kind in _TYPES[1:]:
        found[f"apel_{kind.stored_in}"] = _last_of_each(kind)
    found["groups"] = _sql("apel_groups")
    found["named_groups"] = _named("groups", _GROUPED)
    found["apel_super"] = _sql("apel_super")
    found["vm_records"] = "SELECT *, true AS wanted FROM apel_cloud_records"
    found["vm_months"] = _sql("months_of_vms")
    found["apel_cloud_used"] = _sql("apel_cloud_used")
    return tuple(found.items())


def _sql(name: str) -> str:
    return text("reports", f"sql/{name}.sql")


def _spelled() -> str:
    """The names that are shown in another spelling than the one that they came in."""
    held = " UNION ALL ".join(_spellings())
    order = "ORDER BY CASE WHEN plain THEN -latest ELSE first END, spelling"
    return (
        "SELECT name, spelling, shown FROM (SELECT name, spelling, first_value(spelling) "
        f"OVER (PARTITION BY name, {fold('spelling')} {order}) AS shown "
        "FROM (SELECT name, spelling, min(first) AS first, max(latest) AS latest, "
        f"name IN ({', '.join(map(repr, _PLAIN))}) AS plain FROM ({held}) "
        "GROUP BY name, spelling)) WHERE shown <> spelling"
    )


def _spellings() -> Iterator[str]:
    for kind in _TYPES:
        for column in _names(columns(kind)):
            yield (
                f"SELECT '{_ALSO.get(column, column)}' AS name, {column} AS spelling, "
                "min(message_id) AS first, max(message_id) AS latest "
                f"FROM store.{kind.stored_in} GROUP BY {column}"
            )
    for column in _GROUPED:  # whatever is no more was there first
        yield (
            f"SELECT '{column}' AS name, {column} AS spelling, 0 AS first, 0 AS latest "
            f"FROM store.stale_usage GROUP BY {column}"
        )


def _names(given: Iterable[str]) -> list[str]:
    return [column for column in given if _ALSO.get(column, column) in (*_LISTED, *_PLAIN)]


def _named(table: str, given: Iterable[str], more: str = "") -> str:
    """The rows of a table with the spellings that are shown. `more`: further replacements."""
    names = _names(given)
    shown = [f"coalesce(s_{name}.shown, j.{name}) AS {name}" for name in names]
    joins = [
        f"LEFT JOIN spelled AS s_{name} ON s_{name}.name = '{_ALSO.get(name, name)}' "
        f"AND s_{name}.spelling = j.{name}"
        for name in names
    ]
    replaced = ", ".join([*shown, more] if more else shown)
    return f"SELECT j.* REPLACE ({replaced}) FROM {table} AS j {' '.join(joins)}"


def _jobs() -> str:
    """The dataset `jobs`; each with the benchmark that it is accounted by alone."""
    alone = """'{"' || j.service_level_type || '": ' || j.service_level || '}' AS service_levels"""
    return f"{_named('jobs', columns(JOB), alone)} WHERE {_NOT_LOST}"


def _last_of_each(kind: RecordType) -> str:
    """The dataset of a record type: of equal keys the row loaded last."""
    rest = [name for name in columns(kind) if name not in kind.key and name not in kind.hidden]
    order = ", ".join(["message_id DESC", *rest])
    return (
        f"SELECT * EXCLUDE (nth) FROM (SELECT *, row_number() OVER (PARTITION BY "
        f"{', '.join(kind.key)} ORDER BY {order}) AS nth "
        f"FROM ({_named(kind.stored_in, columns(kind))})) WHERE nth = 1"
    )


def dataset(name: str) -> str:
    """A dataset as the reference would hold it, as a SELECT; empty: it would hold the same."""
    kind = next((kind for kind in _TYPES if kind.stored_in == name), None)
    if kind:
        return with_tables(f"SELECT * FROM apel_{name}")
    if name in ("super_summaries", "normalised_super_summaries"):
        return with_tables(_sql(f"{name}_as_apel"))
    if name == "cloud_summaries":
        held = ", ".join(columns(CLOUD_SUMMARY))
        provenance = "publisher_dn, message_id, update_time"
        return with_tables(f"SELECT {held}, {provenance} FROM apel_cloud_used")
    return ""
