"""Summaries of a site's month, and normalised ones. Source: APEL 2.5.0, summaries v0.2 to v0.4."""

import re

from appliance.records.declare import (
    INT32,
    INT64,
    LEAST32,
    Field,
    Kind,
    RecordType,
    Rule,
    WireForm,
)

_HEADER = "APEL-summary-job-message"
_IGNORED = frozenset({"UpdateTime"})

_OF_WHOM = (
    Field("Site", doc="The site's name in GOCDB.", mandatory=True),
    Field(
        "Month",
        Kind.INTEGER,
        "The month in which the jobs ended, UTC.",
        mandatory=True,
        low=1,
        high=12,
        below="MON",
        above="MON",
    ),
    Field(
        "Year",
        Kind.INTEGER,
        "Its year.",
        mandatory=True,
        low=1,
        high=9999,
        below="MON",
        above="MON",
    ),
    Field("GlobalUserName", doc="The user's DN, or token subject."),
    Field("VO", doc="The virtual organisation.", column="vo"),
    Field("VOGroup", doc="The group within the VO.", column="vo_group"),
    Field("VORole", doc="The role within the group.", column="vo_role"),
    Field("SubmitHost", doc="The gatekeeper and queue that took the jobs."),
)
_DESCRIPTION = Field(
    "InfrastructureDescription", doc="Which program made the records.", limit=100, on_demand=True
)


def _needed(wire: str, doc: str) -> Field:
    """A number that the reference's database refuses to be null."""
    return Field(wire, Kind.INTEGER, doc, mandatory=True, missing="DBN", low=LEAST32)


def _seconds(wire: str, doc: str, unit: str = "s") -> Field:
    return Field(wire, Kind.INTEGER, doc, mandatory=True, low=0, high=INT64, below="NEG", unit=unit)


_SHAPE = (
    _needed("NodeCount", "Hosts; 0: not said."),
    _needed("Processors", "Cores; 0: not said."),
    Field("EarliestEndTime", Kind.TIME, "When the first of the jobs ended.", unit="UTC"),
    Field("LatestEndTime", Kind.TIME, "When the last of them ended.", unit="UTC"),
    _seconds("WallDuration", "Elapsed time."),
    _seconds("CpuDuration", "CPU time of all cores."),
)
_JOBS = Field("NumberOfJobs", Kind.INTEGER, "Jobs.", mandatory=True, high=INT32)

_OWNER = ["site", "month", "year", "global_user_name", "vo", "vo_group", "vo_role", "submit_host"]

_MONTH = "make_date(year, month, 1)"


def _outside(time: str) -> str:
    """The first second of the next month is inside still."""
    return f"({time} < {_MONTH} OR {time} > {_MONTH} + INTERVAL 1 MONTH)"


_RULES = (
    Rule(
        "MON",
        "Year",
        "year = 9999 AND month = 12",
        "this month, or the one after it, does not exist",
    ),
    Rule("FUT", "Month", f"{_MONTH} > now", "the month has not begun"),
    Rule(
        "WIN",
        "EarliestEndTime",
        _outside("earliest_end_time"),
        "the time lies outside of the month",
    ),
    Rule(
        "WIN",
        "LatestEndTime",
        f"earliest_end_time IS NOT NULL AND {_outside('latest_end_time')}",
        "the time lies outside of the month",
    ),
    Rule(
        "ORD",
        "LatestEndTime",
        "latest_end_time < earliest_end_time",
        "the last job ends before the first",
    ),
)

SUMMARY = RecordType(
    name="summary",
    dataset="summaries",
    doc="A site's jobs of a month, summed by who ran them, how, and on what.",
    fields=(
        *_OF_WHOM,
        Field("InfrastructureType", doc="`grid` or `local`, by custom.", limit=20),
        _DESCRIPTION,
        Field("ServiceLevelType", doc="The benchmark.", limit=50, benchmark=True),
        Field(
            "ServiceLevel",
            Kind.DECIMAL,
            "The benchmark's value.",
            mandatory=True,
            missing="DBN",
            unit="per core",
        ),
        *_SHAPE,
        _JOBS,
    ),
    key=(
        *_OWNER,
        "infrastructure_type",
        "service_level_type",
        "service_level",
        "node_count",
        "processors",
    ),
    month=_MONTH,
    forms=(
        WireForm(_HEADER, re.compile(r"v0\.2"), "v0.2", ignored=_IGNORED),
        WireForm(
            _HEADER, re.compile(r"v0\.4"), "v0.4", frozenset({"ServiceLevel"}), ignored=_IGNORED
        ),
    ),
    rules=_RULES,
    hidden=("service_levels",),
)

_NORMALISED = "NormalisedWallDuration", "NormalisedCpuDuration"

NORMALISED_SUMMARY = RecordType(
    name="normalised_summary",
    dataset="normalised_summaries",
    doc="The same with durations multiplied by the benchmark: v0.3 under the header of summaries.",
    fields=(
        *_OF_WHOM,
        Field("Infrastructure", doc="`grid` or `local`, by custom.", limit=20),
        _DESCRIPTION,
        Field(
            "ServiceLevelType",
            doc="The benchmark; v0.3 seldom says it.",
            mandatory=True,
            missing="DBN",
            limit=50,
            absent="'None'",
            benchmark=True,
            written=False,
        ),
        *_SHAPE,
        _seconds(_NORMALISED[0], "Elapsed time × benchmark.", "benchmark·s"),
        _seconds(_NORMALISED[1], "CPU time × benchmark.", "benchmark·s"),
        _JOBS,
    ),
    key=(*_OWNER, "infrastructure", "node_count", "processors", "service_level_type"),
    month=_MONTH,
    forms=(
        WireForm(_HEADER, re.compile(r"v0\.3"), "v0.3", ignored=_IGNORED),
        WireForm(
            "APEL-normalised-summary-message",
            re.compile(r"v0\.4"),
            "v0.4",
            arrays=frozenset(_NORMALISED),
            ignored=_IGNORED,
        ),
    ),
    rules=_RULES,
    hidden=("normalised_wall_durations", "normalised_cpu_durations"),
)
