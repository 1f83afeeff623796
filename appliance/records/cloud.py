"""Cloud records: what one virtual machine used, and a site's month. Source: APEL 2.5.0."""

import re

from appliance.records.declare import (
    INT64,
    LEAST32,
    LEAST64,
    Computed,
    Field,
    Kind,
    RecordType,
    Rule,
    WireForm,
)

_ANY = re.compile(r".*", re.DOTALL)
_LEAST_DECIMAL = -9_999_999


def _counter(wire: str, doc: str, unit: str = "") -> Field:
    """A number that may be anything, or missing."""
    return Field(wire, Kind.INTEGER, doc, low=LEAST64, high=INT64, unit=unit)


_SERVICE = (
    Field("SiteName", doc="The site's name in GOCDB.", mandatory=True),
    Field("CloudComputeService", doc="The service within the site."),
)
_USER = Field("GlobalUserName", doc="The user's DN, or token subject.")
_STATUS = Field("Status", doc="`started`, `suspended` or `completed`, by custom.")
_IMAGE = Field("ImageId", doc="The image that it began from.")
_CLOUD = Field("CloudType", doc="The middleware.")
_WALL = _counter("WallDuration", "Elapsed time.", "s")
_CPU = _counter("CpuDuration", "CPU time of all cores.", "s")
_NETWORK = (
    _counter("NetworkInbound", "Received.", "GB"),
    _counter("NetworkOutbound", "Sent.", "GB"),
)
_SIZE = (_counter("Memory", "Memory.", "MB"), _counter("Disk", "Disk.", "GB"))
_BENCHMARK = Field("BenchmarkType", doc="The benchmark.", limit=50, benchmark=True)


def _overwritten(wire: str, column: str) -> Field:
    return Field(wire, doc="What the FQAN says.", column=column, limit=INT64, written=False)


# Of a completed machine when it ended, else when the record was made, else as long after the start
# as it has been running or suspended.
_PAST_START = (
    "epoch(start_time)::HUGEINT + coalesce(suspend_duration, 0) + coalesce(wall_duration, 0)"
)
_LAST = 253402300799  # 9999-12-31T23:59:59Z
_MEASURED = (
    "CASE WHEN lower(status) = 'completed' THEN end_time "
    "WHEN record_create_time IS NOT NULL THEN record_create_time "
    f"WHEN {_PAST_START} BETWEEN -62135596800 AND {_LAST} "
    f"THEN make_timestamp(({_PAST_START})::BIGINT * 1000000) END"
)

CLOUD = RecordType(
    name="cloud",
    dataset="cloud_records",
    doc="Virtual machines: what one has used from its start until it was measured.",
    fields=(
        Field("RecordCreateTime", Kind.TIME, "When the record was made.", unit="UTC"),
        Field("VMUUID", doc="The machine's unique id.", mandatory=True, column="vm_uuid"),
        *_SERVICE,
        Field("MachineName", doc="The machine's name."),
        Field("LocalUserId", doc="The user's id within the cloud."),
        Field("LocalGroupId", doc="The project's id within the cloud."),
        _USER,
        Field("FQAN", doc="VO, group and role as the credential says them."),
        _overwritten("VO", "vo"),
        _overwritten("VOGroup", "vo_group"),
        _overwritten("VORole", "vo_role"),
        _STATUS,
        Field("StartTime", Kind.TIME, "When it was started.", unit="UTC"),
        Field("EndTime", Kind.TIME, "When it ended.", unit="UTC"),
        _counter("SuspendDuration", "Time suspended, since it was started.", "s"),
        _WALL,
        _CPU,
        Field("CpuCount", Kind.DECIMAL, "Cores.", null="0", whole=True),
        Field("NetworkType", doc="The kind of network."),
        *_NETWORK,
        Field("PublicIPCount", Kind.INTEGER, "Public addresses.", low=LEAST32),
        *_SIZE,
        _BENCHMARK,
        Field(
            "Benchmark", Kind.DECIMAL, "Its value.", low=_LEAST_DECIMAL, null="0", unit="per core"
        ),
        Field("StorageRecordId", doc="The storage record that belongs to it."),
        _IMAGE,
        _CLOUD,
    ),
    key=("vm_uuid", "measurement_month", "measurement_year"),
    forms=(
        WireForm(
            "APEL-cloud-message",
            _ANY,
            "v0.4",
            ignored=frozenset(
                {"UpdateTime", "MeasurementTime", "MeasurementMonth", "MeasurementYear"}
            ),
        ),
    ),
    computed=(
        Computed("measurement_time", Kind.TIME, _MEASURED, "The moment that the record is of."),
        Computed(
            "measurement_month",
            Kind.INTEGER,
            "coalesce(month(measurement_time), 0)",
            "Its month, UTC; 0: not known.",
        ),
        Computed(
            "measurement_year",
            Kind.INTEGER,
            "coalesce(year(measurement_time), 0)",
            "Its year; 0: not known.",
        ),
        Computed("record_create_time", Kind.TIME, "coalesce(record_create_time, measurement_time)"),
    ),
    rules=(
        Rule(
            "TIM",
            "WallDuration",
            "measurement_time IS NULL AND start_time IS NOT NULL AND lower(status) <> 'completed'",
            "the time of the measurement lies beyond the year 9999",
        ),
    ),
    series="vm_uuid",
    fqan="fqan",
    fqan_alone=True,
)


def _number(wire: str, doc: str, column: str = "") -> Field:
    return Field(wire, Kind.INTEGER, doc, mandatory=True, low=LEAST32, column=column)


def _needed(wire: str, doc: str, low: int, unit: str = "") -> Field:
    """A number that the reference's database refuses to be null."""
    return Field(wire, Kind.DECIMAL, doc, mandatory=True, missing="DBN", low=low, unit=unit)


CLOUD_SUMMARY = RecordType(
    name="cloud_summary",
    dataset="cloud_summaries",
    table="received_cloud_summaries",
    doc="A site's virtual machines of a month, summed, as others summed them.",
    fields=(
        *_SERVICE,
        _number("Month", "The month in which they were used."),
        _number("Year", "Its year."),
        _USER,
        Field("VO", doc="The virtual organisation.", column="vo"),
        Field("VOGroup", doc="The group within the VO.", column="vo_group"),
        Field("VORole", doc="The role within the group.", column="vo_role"),
        _STATUS,
        _CLOUD,
        _IMAGE,
        Field("EarliestStartTime", Kind.TIME, "When the first was started.", unit="UTC"),
        Field("LatestStartTime", Kind.TIME, "When the last was started.", unit="UTC"),
        _WALL,
        _CPU,
        _needed("CpuCount", "Cores of one machine.", 0),
        *_NETWORK,
        *_SIZE,
        _BENCHMARK,
        _needed("Benchmark", "Its value.", _LEAST_DECIMAL, "per core"),
        _number("NumberOfVMs", "Machines.", "number_of_vms"),
    ),
    key=(
        "site_name",
        "cloud_compute_service",
        "month",
        "year",
        "global_user_name",
        "vo",
        "vo_group",
        "vo_role",
        "status",
        "image_id",
        "cpu_count",
        "benchmark_type",
        "benchmark",
    ),
    forms=(
        WireForm("APEL-cloud-summary-message", _ANY, "v0.4", ignored=frozenset({"UpdateTime"})),
    ),
)
