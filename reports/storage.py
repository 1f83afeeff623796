"""Storage: who held how much of which medium, weighted by time.

What a record says and for how long it speaks: see `sql/storage_usage.sql`.
"""

from datetime import UTC, date, datetime, time

from appliance.repository import Question
from appliance.resources import text
from reports.subject import Metric, Source, Subject

BYTES = {
    "TB": 10**12, "TiB": 2**40, "GB": 10**9, "GiB": 2**30, "PB": 10**15, "PiB": 2**50,
}  # fmt: skip
"""Units of capacity; without one, TB."""

_MONTH_PARTS = 377_580 * 86_400
"""Of a whole month: see the SQL."""


def source(question: Question) -> Source:
    """What was held, in pieces of time that lie within a month and within the question's times."""
    values = {
        "since": _seconds(question.since),
        "until": _seconds(question.until),
        "period": _period(question),
    }
    size = BYTES[question.unit or "TB"]
    rows = text("reports", "sql/storage_usage.sql")
    return Source(f"SELECT *, {size}::DOUBLE AS unit_bytes FROM ({rows})", values)


def _period(question: Question) -> str:
    """The times at whose ends capacity is asked for; empty: at the end of the whole."""
    single = {name for name, allowed in question.where if len(allowed) == 1}
    told_apart = next((name for name in ("month", "year") if name in question.by), "")
    return told_apart or next((name for name in ("month", "year") if name in single), "")


def _seconds(day: date | None) -> int | None:
    return int(datetime.combine(day, time(), UTC).timestamp()) if day else None


def heading(metric: str, unit: str) -> str:
    """`tb_months` in TiB is `tib_months`."""
    return "_".join((unit or "TB").lower() if part == "tb" else part for part in metric.split("_"))


def _weighted(product: str, per: int) -> str:
    """Whole bytes × time: a sum beyond 2^53 as a float would lose its last digits too soon."""
    return f"sum({product})::HUGEINT // {per} / max(unit_bytes)"


def _months(column: str, what: str) -> Metric:
    sql = _weighted(f"{column} * month_parts", _MONTH_PARTS)
    return Metric(sql, f"{what} × time, by the length of its month: a TB held all June is 1.")


def _at_end(column: str, what: str) -> Metric:
    doc = f"{what} at the end of the time; by month, of each month."
    return Metric(f"sum({column}_at_end) / max(unit_bytes)", doc, level=True)


STORAGE = Subject(
    dimensions={
        "site": "The site's name.",
        "system": "The storage system's host.",
        "share": "The part of the system.",
        "media": "disk or tape, by custom.",
        "class": "The class of service.",
        "path": "The directory.",
        "vo": "The virtual organisation.",
        "vo_group": "The group within it.",
        "vo_role": "The role within the group.",
        "user": "The owner's DN or token subject.",
        "local_user": "The account that owns it.",
        "local_group": "The group of that account.",
        "month": "YYYY-MM in which it was held, UTC.",
        "year": "The year in which it was held, UTC.",
    },
    metrics={
        "tb_months": _months("used", "Space taken"),
        "logical_tb_months": _months("logical", "Space taken, each file once,"),
        "allocated_tb_months": _months("allocated", "Space set aside"),
        "tb_hours": Metric(_weighted("used * sampled_s", 3600), "Space taken × hours."),
        "used_tb": _at_end("used", "Space taken"),
        "logical_tb": _at_end("logical", "Space taken, each file once,"),
        "allocated_tb": _at_end("allocated", "Space set aside"),
        "files": Metric(
            "sum(files_at_end)", "Files at the end of the time.", leads=False, level=True
        ),
        "gap_hours": Metric(
            "sum(gap_s) / 3600",
            "Hours between records of one thing that none covers: nothing is filled in.",
            leads=False,
        ),
        "covered": Metric(
            "sum(sampled_s) / nullif(sum(sampled_s) + sum(gap_s), 0)",
            "The part of the time between first and last record that is no gap, 0 to 1.",
            leads=False,
        ),
        "odd_records": Metric(
            "sum(odd)", "Records left out: no time, over a year, or less than nothing.", leads=False
        ),
    },
    standard=("tb_months", "used_tb", "files", "gap_hours", "covered"),
    source=source,
    units=tuple(BYTES),
    heading=heading,
    remarks={
        "odd_records": "{n} storage records are left out: they last no time, more than a year, or "
        "hold less than nothing"
    },
)
