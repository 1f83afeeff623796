"""The datasets that are published: where their rows belong, and what of them is usage."""

from dataclasses import dataclass

from appliance.records.cloud import CLOUD, CLOUD_SUMMARY
from appliance.records.declare import RecordType
from appliance.records.job import JOB
from appliance.records.storage import STORAGE
from appliance.records.summary import NORMALISED_SUMMARY, SUMMARY
from appliance.records.sync import SYNC

_USED = {"wall_duration": "sum(wall_duration)", "cpu_duration": "sum(cpu_duration)"}
_JOBS = {"jobs": "sum(number_of_jobs)", **_USED}


@dataclass(frozen=True)
class Source:
    """A dataset. Expressions are SQL over its columns."""

    dataset: str
    kind: RecordType
    figures: dict[str, str]
    """What must not shrink, by name: aggregates."""
    site: str = "site"
    year: str = "year"
    month: str = "month"
    """The month that a row belongs to."""
    time: str = ""
    """The column that puts it there; empty: it is of the month as a whole."""
    infrastructure: str = ""
    """The column that says `grid`; empty: none does."""
    vo: bool = False
    """Whether filters by VO are for it."""
    withholds: bool = False
    """Whether its rows can do without the user's name: it must be no part of their key."""
    sync: bool = False
    """Whether sync messages go with it."""
    summed: bool = False
    """Whether rows that would have one key on the wire can be added up."""
    several: bool = False
    """Whether a key can stand there several times: derived and received."""


def _summaries(dataset: str, kind: RecordType, infrastructure: str) -> Source:
    """Those that are derived here say how many jobs there are, too."""
    derived = "super" in dataset
    return Source(
        dataset, kind, _JOBS, infrastructure=infrastructure, vo=True, sync=derived, summed=True
    )


_ALL = (
    Source(
        "jobs",
        JOB,
        {"jobs": "count(*)", **_USED},
        year="year(end_time)",
        month="month(end_time)",
        time="end_time",
        infrastructure="infrastructure_type",
        vo=True,
        withholds=True,
        sync=True,
    ),
    _summaries("summaries", SUMMARY, "infrastructure_type"),
    _summaries("super_summaries", SUMMARY, "infrastructure_type"),
    _summaries("normalised_summaries", NORMALISED_SUMMARY, "infrastructure"),
    _summaries("normalised_super_summaries", NORMALISED_SUMMARY, "infrastructure"),
    Source("sync_records", SYNC, {"jobs": "sum(number_of_jobs)"}, withholds=True),
    Source(
        "cloud_records",
        CLOUD,
        {"machines": "count(*)", **_USED},
        site="site_name",
        year="measurement_year",
        month="measurement_month",
        time="measurement_time",
        withholds=True,
    ),
    Source(
        "cloud_summaries",
        CLOUD_SUMMARY,
        {"machines": "sum(number_of_vms)", **_USED},
        site="site_name",
        several=True,
    ),
    Source(
        "storage_records",
        STORAGE,
        {"files": "sum(file_count)", "bytes": "sum(resource_capacity_used)"},
        year="year(end_time)",
        month="month(end_time)",
        time="end_time",
    ),
)
SOURCES = {source.dataset: source for source in _ALL}
"""By dataset."""
