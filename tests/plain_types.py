"""The record sheet's other text types read literally: see `tests.plain` for the jobs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests import plain
from tests.plain import BENCHMARKS, Refused, null

Row = dict[str, Any]
Read = Callable[[str], Any]
_NOTHING: Callable[[Row], None] = lambda row: None  # noqa: E731


@dataclass(frozen=True)
class Sheet:
    """One record type as the sheet's table has it."""

    dataset: str
    fields: dict[str, tuple[Read, Any]]
    """How a value is read, and what null is; a `Refused`: the record is refused for it."""
    key: tuple[str, ...]
    arrays: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    check: Callable[[Row], None] = field(default=_NOTHING)


def parse(text: str) -> tuple[Sheet, list[Row]]:
    """The rows of a message.

    Raises:
        Refused: The message is bad.
    """
    lines = text.strip().splitlines(keepends=True) or [""]
    sheet = SHEETS[lines[0].strip()]
    pieces = "".join(lines[1:]).split("%%")
    return sheet, [_row(sheet, piece) for piece in pieces if piece.strip()]


def _lines(sheet: Sheet, piece: str) -> list[tuple[str, str]]:
    found = []
    for line in piece.strip().splitlines():
        if ":" not in line:
            raise Refused("SYN")
        key, _, value = line.partition(":")
        if key.strip() not in (*sheet.fields, *sheet.ignored):
            raise Refused("FLD")
        found.append((key.strip(), value.strip()))
    return found


def _row(sheet: Sheet, piece: str) -> Row:
    found = _lines(sheet, piece)
    raw: dict[str, str] = dict(found)
    chosen = _arrays(sheet, found) if sheet.arrays else {}
    row: Row = {}
    for name, (read, nothing) in sheet.fields.items():
        value: str | None = raw.get(name)
        if name in chosen:
            row[name] = chosen[name]
        elif name == "ServiceLevelType" and value is None and isinstance(nothing, Refused):
            row[name] = "None"  # of a normalised v0.3: only a written null is refused
        elif null(value):
            if isinstance(nothing, Refused):
                raise nothing
            row[name] = nothing
        else:
            row[name] = read(value or "")
    sheet.check(row)
    return row


def _arrays(sheet: Sheet, lines: list[tuple[str, str]]) -> Row:
    """The array fields and the benchmark's name, which they and a type line must agree on."""
    kind: str | None = None
    held: dict[str, dict[str, str]] = {}
    for name, value in lines:
        if name == "ServiceLevelType":
            kind = value
        elif name in sheet.arrays:
            levels = plain.array(value)
            choice = next(b for b in BENCHMARKS if b in levels)
            if kind is not None and kind != choice:
                raise Refused("MIX")
            kind, held[name] = choice, levels
    if len(held) < len(sheet.arrays) or null(kind):
        raise Refused("DBN")
    row: Row = {"ServiceLevelType": benchmark(kind or "")}
    for name, levels in held.items():
        choice = next(b for b in BENCHMARKS if b in levels)
        number = levels.get((kind or "").lower(), levels[choice])
        row[name] = plain.decimal(number) if name == "ServiceLevel" else _cut(number)
    return row


def _cut(number: str) -> int:
    whole = int(float(number))
    if not 0 <= whole <= 2**63 - 1:
        raise Refused("NEG")
    return whole


def text(limit: int) -> Read:
    def read(value: str) -> str:
        if len(value) > limit:
            raise Refused("DBL")
        return value

    return read


def benchmark(value: str) -> str:
    return BENCHMARKS.get(value.lower()) or str(text(50)(value))


def whole(low: int, high: int) -> Read:
    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise Refused("INT") from None
        if not low <= number <= high:
            raise Refused("DBR")
        return number

    return read


def signed(value: str) -> Decimal:
    return -plain.decimal(value[1:]) if value.startswith("-") else plain.decimal(value)


INT32, INT64 = whole(-(2**31), 2**31 - 1), whole(-(2**63), 2**63 - 1)
SECONDS, JOBS = whole(0, 2**63 - 1), whole(0, 2**31 - 1)
MAN, DBN = Refused("MAN"), Refused("DBN")
NAME = (text(255), "None")


def _in_its_month(row: Row) -> None:
    if (row["Year"], row["Month"]) == (9999, 12):
        raise Refused("MON")
    begun = datetime(row["Year"], row["Month"], 1)
    ended = datetime(row["Year"] + row["Month"] // 12, row["Month"] % 12 + 1, 1)
    if begun > datetime.now(UTC).replace(tzinfo=None):
        raise Refused("FUT")
    first, last = row["EarliestEndTime"], row["LatestEndTime"]
    if first is None:
        return
    if not begun <= first <= ended or (last and not begun <= last <= ended):
        raise Refused("WIN")
    if last and last < first:
        raise Refused("ORD")


_OWNER: dict[str, tuple[Read, Any]] = {
    "Site": (text(255), MAN), "Month": (whole(1, 12), MAN), "Year": (whole(1, 9999), MAN),
    "GlobalUserName": NAME, "VO": NAME, "VOGroup": NAME, "VORole": NAME, "SubmitHost": NAME,
}  # fmt: skip
_SHAPE: dict[str, tuple[Read, Any]] = {
    "InfrastructureDescription": (text(100), "None"),
    "NodeCount": (INT32, DBN), "Processors": (INT32, DBN), "EarliestEndTime": (plain.time, None),
    "LatestEndTime": (plain.time, None), "WallDuration": (SECONDS, MAN),
    "CpuDuration": (SECONDS, MAN), "NumberOfJobs": (JOBS, MAN),
}  # fmt: skip


def _summary(arrays: tuple[str, ...]) -> Sheet:
    return Sheet(
        "summaries",
        {
            **_OWNER, **_SHAPE, "InfrastructureType": (text(20), "None"),
            "ServiceLevelType": (benchmark, "None"), "ServiceLevel": (plain.decimal, DBN),
        },
        (*_OWNER, "InfrastructureType", "ServiceLevelType", "ServiceLevel", "NodeCount",
         "Processors"),
        arrays,
        ("UpdateTime",),
        _in_its_month,
    )  # fmt: skip


def _normalised(arrays: tuple[str, ...]) -> Sheet:
    return Sheet(
        "normalised_summaries",
        {
            **_OWNER, **_SHAPE, "Infrastructure": (text(20), "None"),
            "ServiceLevelType": (benchmark, DBN), "NormalisedWallDuration": (SECONDS, MAN),
            "NormalisedCpuDuration": (SECONDS, MAN),
        },
        (*_OWNER, "Infrastructure", "NodeCount", "Processors", "ServiceLevelType"),
        arrays,
        ("UpdateTime",),
        _in_its_month,
    )  # fmt: skip


def _measure(row: Row) -> None:
    row["VO"], row["VOGroup"], row["VORole"] = (
        ("None",) * 3 if row["FQAN"] == "None" else plain.fqan(row["FQAN"])
    )
    made, started = row["RecordCreateTime"], row["StartTime"]
    if row["Status"].lower() == "completed":
        at = row["EndTime"]
    elif made is not None:
        at = made
    elif started is not None:
        past = (row["SuspendDuration"] or 0) + (row["WallDuration"] or 0)
        try:
            at = started + timedelta(seconds=past)
        except OverflowError:
            raise Refused("TIM") from None
    else:
        at = None
    row["RecordCreateTime"] = made if made is not None else at
    row["MeasurementTime"] = at
    row["MeasurementMonth"] = at.month if at else 0
    row["MeasurementYear"] = at.year if at else 0


_COUNTERS: dict[str, tuple[Read, Any]] = dict.fromkeys(
    ("WallDuration", "CpuDuration", "NetworkInbound", "NetworkOutbound", "Memory", "Disk"),
    (INT64, None),
)
_CLOUD_NAMES = (
    "CloudComputeService", "MachineName", "LocalUserId", "LocalGroupId", "GlobalUserName", "FQAN",
    "Status", "NetworkType", "StorageRecordId", "ImageId", "CloudType",
)  # fmt: skip
_CLOUD = Sheet(
    "cloud_records",
    {
        **dict.fromkeys(_CLOUD_NAMES, NAME),
        **dict.fromkeys(("VO", "VOGroup", "VORole"), (text(10**6), "None")),
        **dict.fromkeys(("RecordCreateTime", "StartTime", "EndTime"), (plain.time, None)),
        **_COUNTERS,
        "SuspendDuration": (INT64, None), "VMUUID": (text(255), MAN), "SiteName": (text(255), MAN),
        "CpuCount": (plain.decimal, Decimal(0)), "PublicIPCount": (INT32, None),
        "BenchmarkType": (benchmark, "None"), "Benchmark": (signed, Decimal(0)),
    },
    ("VMUUID", "MeasurementMonth", "MeasurementYear"),
    ignored=("UpdateTime", "MeasurementTime", "MeasurementMonth", "MeasurementYear"),
    check=_measure,
)  # fmt: skip
_CLOUD_SUMMARY_NAMES = (
    "CloudComputeService", "GlobalUserName", "VO", "VOGroup", "VORole", "Status", "CloudType",
    "ImageId",
)  # fmt: skip
_CLOUD_SUMMARY = Sheet(
    "received_cloud_summaries",
    {
        "SiteName": (text(255), MAN), "Month": (INT32, MAN), "Year": (INT32, MAN),
        "NumberOfVMs": (INT32, MAN), **dict.fromkeys(_CLOUD_SUMMARY_NAMES, NAME),
        "EarliestStartTime": (plain.time, None), "LatestStartTime": (plain.time, None),
        **_COUNTERS,
        "CpuCount": (plain.decimal, DBN), "BenchmarkType": (benchmark, "None"),
        "Benchmark": (signed, DBN),
    },
    ("SiteName", "CloudComputeService", "Month", "Year", "GlobalUserName", "VO", "VOGroup",
     "VORole", "Status", "ImageId", "CpuCount", "BenchmarkType", "Benchmark"),
    ignored=("UpdateTime",),
)  # fmt: skip

SHEETS = {
    "APEL-summary-job-message: v0.2": _summary(()),
    "APEL-summary-job-message: v0.4": _summary(("ServiceLevel",)),
    "APEL-summary-job-message: v0.3": _normalised(()),
    "APEL-normalised-summary-message: v0.4": _normalised(
        ("NormalisedWallDuration", "NormalisedCpuDuration")
    ),
    "APEL-sync-message: v0.1": Sheet(
        "sync_records",
        {
            "Site": (text(255), MAN), "SubmitHost": NAME, "NumberOfJobs": (INT32, MAN),
            "Month": (INT32, MAN), "Year": (INT32, MAN),
        },
        ("Site", "SubmitHost", "Month", "Year"),
    ),
    "APEL-cloud-message: v0.4": _CLOUD,
    "APEL-cloud-summary-message: v0.4": _CLOUD_SUMMARY,
}  # fmt: skip
